/* datasets: what steps read, by name and digest: who read it, and what was found in it.
 *
 * Uses are a projection of the events (events.def); profiles are the hub's, may be deleted and are
 * made again. Call from the store's thread. */
#ifndef MLW_STORE_DATASETS_H
#define MLW_STORE_DATASETS_H

#include "core/base/arena.h"
#include "core/store/store.h"

struct dataset_use {
    const char *execution, *pipeline, *step, *input, *uri;
    const char *run;      /* that the step became; NULL: none */
    const char *packages; /* versions that the execution made, with spaces between; NULL: none */
    int64_t time_ms;
};
/* Newest first, at most `limit`; texts live until fn returns; fn returns false to stop. */
MUST_USE bool dataset_uses(struct store *st, const char *name, const char *digest, size_t limit,
                           bool (*fn)(void *arg, const struct dataset_use *use), void *arg,
                           struct err *e);

/* The profile (JSON) of a digest, copied into the arena; *ret_json NULL: it was not made yet. */
MUST_USE bool dataset_profile(struct store *st, const char *digest, struct arena *a,
                              const char **ret_json, struct err *e);
/* In a transaction; rows < 0: it is no table. */
MUST_USE bool dataset_set_profile(struct store *st, const char *digest, const char *json,
                                  int64_t rows, int64_t now_ms, struct err *e);

#endif
