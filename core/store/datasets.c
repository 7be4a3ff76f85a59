/* Uses and profiles of datasets; see datasets.h. */
#include "core/store/datasets.h"

#include "core/store/db.h"

bool dataset_uses(struct store *st, const char *name, const char *digest, size_t limit,
                  bool (*fn)(void *arg, const struct dataset_use *use), void *arg, struct err *e)
{
    struct q q = q_get(st, STMT_DATASET_USES);
    q_text(q, ":name", name);
    q_text(q, ":digest", digest);
    q_i64(q, ":limit", (int64_t)limit);
    int rc;
    while ((rc = q_step(q, e)) == 1) {
        struct dataset_use use = {.execution = q_col(q, 0),
                                  .pipeline = q_col(q, 1),
                                  .step = q_col(q, 2),
                                  .input = q_col(q, 3),
                                  .uri = q_col(q, 4),
                                  .run = q_col(q, 5),
                                  .packages = q_col(q, 6),
                                  .time_ms = q_col_i64(q, 7)};
        if (!fn(arg, &use)) {
            q_done(q);
            return true;
        }
    }
    return rc == 0;
}

bool dataset_profile(struct store *st, const char *digest, struct arena *a, const char **ret_json,
                     struct err *e)
{
    struct q q = q_get(st, STMT_DATASET_PROFILE);
    q_text(q, ":digest", digest);
    int rc = q_step(q, e);
    *ret_json = rc == 1 ? arena_z(a, q_col(q, 0)) : NULL;
    q_done(q);
    return rc >= 0;
}

bool dataset_set_profile(struct store *st, const char *digest, const char *json, int64_t rows,
                         int64_t now_ms, struct err *e)
{
    struct q q = q_get(st, STMT_DATASET_PROFILE_SET);
    q_text(q, ":digest", digest);
    q_text(q, ":json", json);
    q_i64(q, ":rows", rows);
    q_i64(q, ":time", now_ms);
    return q_run(q, e);
}
