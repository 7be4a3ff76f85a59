/* gates: what waits for a person, the versions of models, and the journal of what was done.
 *
 * A decision is compare-and-set on a waiting gate: of two people one is told ERR_REFUSED, by whom
 * and how it was decided. Call from the store's thread; writes run in a transaction. */
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
struct package_row {
    const char *model, *approval, *execution, *step, *run, *artifact, *digest, *image;
    const char *metrics, *document; /* JSON */
    const char *token, *reason, *decided_by;
    int64_t version, created_ms;
};

MUST_USE bool gate_add(struct store *st, const struct gate_row *g, struct err *e);
MUST_USE bool gate_get(struct store *st, const char *token, struct arena *a, struct gate_row *ret,
                       struct err *e);
MUST_USE bool gate_decide(struct store *st, const char *token, bool is_approved, const char *reason,
                          const struct json *outputs, const char *actor, struct err *e);

/* Add the next version of p->model (p->version is set); the model is made at need. A step that
 * already made one (a replay after a crash) gets that one back. */
MUST_USE bool package_add(struct store *st, struct package_row *p, struct err *e);
/* "MODEL/VERSION" */
MUST_USE bool package_get(struct store *st, const char *id, struct arena *a,
                          struct package_row *ret, struct err *e);

/* The intent is committed before the effect, the outcome after it. */
MUST_USE bool journal_intent(struct store *st, const char *actor, const char *action,
                             const char *object, const char *reason, int64_t *ret_id,
                             struct err *e);
MUST_USE bool journal_outcome(struct store *st, int64_t id, const char *status, const char *outcome,
                              struct err *e);
/* Hide an execution that Failed or a gate that waits from what needs a person until its state
 * changes; `kind` is "execution" or "gate". ERR_NOT_FOUND; ERR_REFUSED where nothing is to hide. */
/* As if it had never been put aside; an object that was not is none the worse. */
MUST_USE bool ack_take_back(struct store *st, const char *kind, const char *id, struct err *e);
/* Keep a palette line under a name (a name that is kept already gets the new line); line NULL:
 * forget the name, ERR_NOT_FOUND when there is none. */
MUST_USE bool bookmark_set(struct store *st, const char *name, const char *line, const char *actor,
                           struct err *e);
MUST_USE bool ack_set(struct store *st, const char *kind, const char *id, const char *reason,
                      const char *actor, struct err *e);
/* The login name of this process's user ("uid 1000" without one); static storage. */
const char *store_actor(void);

#endif
