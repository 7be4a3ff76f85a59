/* gates: what waits for a person.
 *
 * A decision is compare-and-set on a waiting gate: of two people one is told ERR_REFUSED, by whom
 * and how it was decided. Rows are copies in the caller's arena. Call from the store's thread;
 * writes run in a transaction. */
#ifndef MLW_STORE_GATES_H
#define MLW_STORE_GATES_H

#include "core/base/arena.h"
#include "core/store/store.h"

struct gate_row {
    const char *token, *kind; /* "Callback", "Approval" */
    const char *execution, *step, *subject, *digest;
    const char *state; /* Waiting, Approved, Rejected */
    const char *reason, *actor;
    const char *outputs; /* JSON object or NULL */
};

MUST_USE bool gate_add(struct store *st, const struct gate_row *g, struct err *e);
MUST_USE bool gate_get(struct store *st, const char *token, struct arena *a, struct gate_row *ret,
                       struct err *e);
MUST_USE bool gate_decide(struct store *st, const char *token, bool is_approved, const char *reason,
                          const struct json *outputs, const char *actor, struct err *e);

#endif
