/* Intents and outcomes; see journal.h. */
#include "core/store/journal.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/db.h"

const char *store_actor(void)
{
    static char name[64];
    if (!name[0]) {
        struct passwd pw, *found = NULL;
        char buf[4096];
        if (getpwuid_r(getuid(), &pw, buf, sizeof buf, &found) == 0 && found && pw.pw_name[0]) {
            snprintf(name, sizeof name, "%s", pw.pw_name);
        } else {
            snprintf(name, sizeof name, "uid %ld", (long)getuid());
        }
    }
    return name;
}

bool journal_intent(struct store *st, const char *actor, const char *action, const char *object,
                    const char *reason, int64_t *ret_id, struct err *e)
{
    struct q q = q_get(st, STMT_JOURNAL_ADD);
    q_i64(q, ":time", clock_wall_ms());
    q_text(q, ":actor", actor);
    q_text(q, ":action", action);
    q_text(q, ":object", object);
    q_text(q, ":reason", reason);
    if (!q_run(q, e)) {
        return false;
    }
    *ret_id = sqlite3_last_insert_rowid(st->db);
    return true;
}

bool journal_outcome(struct store *st, int64_t id, const char *status, const char *outcome,
                     struct err *e)
{
    struct q q = q_get(st, STMT_JOURNAL_END);
    q_i64(q, ":id", id);
    q_text(q, ":status", status);
    q_text(q, ":outcome", outcome);
    return q_run(q, e);
}
