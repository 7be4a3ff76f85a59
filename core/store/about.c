/* What there is to tell about one thing, or about what failed of late: its evidence, its states,
 * its lineage. See list_read.h. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/store/list_read.h"

static const enum stmt stmts[KIND_COUNT] = {
    [KIND_EVIDENCE] = STMT_LIST_EVIDENCE,
    [KIND_TIMELINE] = STMT_LIST_TIMELINE,
    [KIND_LINEAGE] = STMT_LIST_LINEAGE,
};

enum { MAX_ABOUT = 50 }; /* as the statement has it */

/* The executions it is of, and the step or NULL. */
struct about {
    char *execution, *step;
};

static bool find_about(struct store *st, const char *parent, int64_t now_ms, struct about *ret,
                       size_t *ret_n, struct err *e)
{
    struct q q = q_get(st, STMT_ABOUT);
    q_text(q, ":parent", parent);
    q_i64(q, ":now", now_ms);
    int rc = 0;
    *ret_n = 0;
    while (*ret_n < MAX_ABOUT && (rc = q_step(q, e)) == 1) {
        const char *step = q_col_is_null(q, 1) ? NULL : q_col(q, 1);
        ret[(*ret_n)++] = (struct about){xstrdup(q_col(q, 0)), xstrdup(step)};
    }
    if (*ret_n == MAX_ABOUT) {
        q_done(q);
        return true;
    }
    return rc == 0;
}

bool list_about(struct store *st, struct list_reader *r, const char *parent, int64_t now_ms,
                struct err *e)
{
    struct about at[MAX_ABOUT];
    size_t n;
    bool ok = find_about(st, parent, now_ms, at, &n, e);
    for (size_t i = 0; i < n; i++) {
        if (ok && !r->is_stopped) {
            struct q q = q_get(st, stmts[r->kind]);
            q_text(q, ":parent", parent);
            q_text(q, ":execution", at[i].execution);
            q_text(q, ":step", at[i].step);
            q_i64(q, ":now", now_ms);
            ok = list_read(r, q, e);
        }
        free(at[i].execution);
        free(at[i].step);
    }
    return ok;
}
