/* journal: every action on anything shared, with who asked for it: the intent before the effect,
 * the outcome after it. Append-only. Call from the store's thread; writes run in a transaction. */
#ifndef MLW_STORE_JOURNAL_H
#define MLW_STORE_JOURNAL_H

#include "core/store/store.h"

/* The intent is committed before the effect, the outcome after it. */
MUST_USE bool journal_intent(struct store *st, const char *actor, const char *action,
                             const char *object, const char *reason, int64_t *ret_id,
                             struct err *e);
MUST_USE bool journal_outcome(struct store *st, int64_t id, const char *status, const char *outcome,
                              struct err *e);
/* The login name of this process's user ("uid 1000" without one); static storage. */
const char *store_actor(void);

#endif
