/* Views under names; see bookmarks.h. */
#include "core/store/bookmarks.h"

#include "core/base/clock.h"
#include "core/store/db.h"

bool bookmark_set(struct store *st, const char *name, const char *line, const char *actor,
                  struct err *e)
{
    struct q q = q_get(st, line ? STMT_BOOKMARK_SET : STMT_BOOKMARK_DELETE);
    q_text(q, ":name", name);
    q_text(q, ":line", line);
    q_text(q, ":actor", actor);
    q_i64(q, ":time", clock_wall_ms());
    if (!q_run(q, e)) {
        return false;
    }
    return line || sqlite3_changes(st->db) > 0 ||
           err_set(e, ERR_NOT_FOUND, "no view is kept under the name \"%s\"", name);
}
