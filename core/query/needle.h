/* needle: a short text that is looked for in many, with smart case: a needle without a capital
 * finds capitals too. ASCII is folded at eight bytes a step, and so is ASCII skipped where the
 * needle has other letters; these fold both sides by the locale's towlower. Borrows its text from
 * an arena; any thread. */
#ifndef MLW_QUERY_NEEDLE_H
#define MLW_QUERY_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/str.h"

struct needle {
    struct sv text;
    bool is_caseless;
    bool is_wide;     /* caseless, and not ASCII alone */
    bool skips_ascii; /* wide, and no capital of ASCII is a small letter beyond it */
    /* of a wide one: its letters, and the small letter of every code of one or two bytes */
    const uint32_t *codes;
    size_t code_count;
    const uint16_t *small;
};

void needle_init(struct needle *nd, struct sv text, struct arena *arena);
/* Place of the first hit at or after `from`, or SIZE_MAX; its length in bytes in *ret_n. */
size_t needle_find(const struct needle *nd, struct sv text, size_t from, size_t *ret_n);
bool needle_is_in(const struct needle *nd, const char *text);
bool needle_is_whole(const struct needle *nd, const char *text);

#endif
