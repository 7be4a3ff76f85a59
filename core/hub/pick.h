/* pick: which rows of a list are meant by ids that a person or a view named, in their order.
 *
 * `ids` is a text with an id a line; each is whole, or a prefix of four characters or more. The
 * rows go by one at a time (pick_look, O(1) for whole ids, O(prefixes) else); after the last,
 * pick_end has the row numbers, each once, and says of the first id that fits none or several why.
 * Owned by the subscription; the hub's thread. */
#ifndef MLW_HUB_PICK_H
#define MLW_HUB_PICK_H

#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/vec.h"
#include "core/model/kinds.h"

enum { PICK_PREFIX_MIN = 4, PICK_CANDIDATES = 8 };

struct pick {
    const char *text; /* in the map */
    uint32_t row;
    size_t hits;
    bool is_whole;
    struct str candidates;
};
struct picks {
    struct map names; /* id → nothing; the order of `at` */
    VEC(struct pick) at;
};

void picks_init(struct picks *p, const char *ids);
void picks_release(struct picks *p);
void picks_begin(struct picks *p); /* forget what went by */
void picks_look(struct picks *p, const char *id, uint32_t row);
/* Room for at.n numbers in `ret`. False: ERR_NOT_FOUND or ERR_AMBIGUOUS with candidates; the rows
 * of the others are there all the same. */
bool picks_end(const struct picks *p, enum kind kind, uint32_t *ret, size_t *ret_n, struct err *e);

#endif
