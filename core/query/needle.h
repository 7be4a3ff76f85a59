/* needle: a short text that is looked for in many, with smart case: a needle without a capital
 * finds capitals too. ASCII is folded at eight bytes a step; a needle with other letters folds
 * both sides by the locale's towlower. Borrows its text from an arena; any thread. */
#ifndef MLW_QUERY_NEEDLE_H
#define MLW_QUERY_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/str.h"

struct needle {
    struct sv text;
    bool is_caseless;
    bool is_wide; /* caseless, and not ASCII alone */
};

void needle_init(struct needle *nd, struct sv text, struct arena *arena);
/* Place of the first hit at or after `from`, or SIZE_MAX; its length in bytes in *ret_n. */
size_t needle_find(const struct needle *nd, struct sv text, size_t from, size_t *ret_n);
bool needle_is_in(const struct needle *nd, const char *text);
bool needle_is_whole(const struct needle *nd, const char *text);

#endif
