/* wandb_run: what the records of a W&B log say of its run, put together record by record.
 *
 * Configuration becomes params, history points, a summary the last values of what has no history.
 * Between two readings it is kept as JSON. One thread; the caller releases. */
#ifndef MLW_PROVIDER_FILES_WANDB_RUN_H
#define MLW_PROVIDER_FILES_WANDB_RUN_H

#include "core/provider/files/pending.h"

enum {
    WANDB_RUN_MAX_PARAMS = 10000, /* and tags */
    WANDB_RUN_MAX_METRICS = 100000
};

struct wandb_run {
    char *id, *name, *project; /* NULL: not told */
    struct map params, tags;   /* key → text (owned); NULL: removed again */
    struct map history;        /* keys that have points */
    struct map summary;        /* key → double (owned), still to be told */
    struct pending points;
    int64_t started_us, last_us, ended_us;
    int64_t rows; /* of the history */
    int64_t exit_code;
    bool has_exit, has_summary;
    bool is_dirty;   /* something that is told with the run is new */
    const char *why; /* of what was wrong in the record; NULL */
};

void wandb_run_init(struct wandb_run *w);
void wandb_run_release(struct wandb_run *w);
/* Take what a record says. False: something in it is damaged, for w->why; the rest was taken. */
bool wandb_run_take(struct wandb_run *w, struct sv record);
/* What the summary's file says, for a log without one. False: it is damaged. */
bool wandb_run_take_summary(struct wandb_run *w, struct sv json);

void wandb_run_load(struct wandb_run *w, const struct json *state);
struct json *wandb_run_save(const struct wandb_run *w); /* the caller owns it */
/* Params or tags as an object of key → text; the caller frees. */
struct json *wandb_run_object(const struct map *texts);

#endif
