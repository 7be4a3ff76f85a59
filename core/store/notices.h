/* notices: what there is to tell of an execution, a run or a gate, and who tells it.
 *
 * notices_of looks at the state as it is now and names the events that hold: one that ended, one
 * that is red (and has ended thereby), a gate that waits. An event is known by kind, id, event
 * and since. Of all who see it, the one whose notice_claim came first tells it; a claim is never
 * given back, so an event is told at most once. Rows are copies in the caller's arena. Call from
 * the store's thread. */
#ifndef MLW_STORE_NOTICES_H
#define MLW_STORE_NOTICES_H

#include "core/base/arena.h"
#include "core/model/kinds.h"
#include "core/store/store.h"

struct notice {
    const char *event; /* "ended", "waiting", "red" */
    const char *kind, *id, *name, *context, *state, *why;
    int64_t since_ms;
};
struct notice_rows {
    struct notice *at;
    size_t n;
};

/* Of an execution: its end, and each gate of it that waits; of a run: its end; of a gate: that it
 * waits, or that it was decided. Nothing for an id that is not there. ERR_USAGE: another kind. */
MUST_USE bool notices_of(struct store *st, enum kind kind, const char *id, struct arena *a,
                         struct notice_rows *ret, struct err *e);
/* In a transaction of its own. *ret_is_mine: nobody had claimed it before. */
MUST_USE bool notice_claim(struct store *st, const struct notice *n, bool *ret_is_mine,
                           struct err *e);

#endif
