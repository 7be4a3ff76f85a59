/* Views under names; see bookmarks.h. */
#include "core/store/bookmarks.h"

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/store/db.h"

static struct q of_workspace(struct store *user, enum stmt stmt)
{
    struct q q = q_get(user, stmt);
    q_text(q, ":workspace", user->workspace);
    return q;
}

/* --- what local.db kept --- */

/* In a transaction of user.db. */
static bool copy_old(struct store *user, struct store *local, struct err *e)
{
    if (!q_run(of_workspace(user, STMT_BOOKMARK_ADOPTED), e)) {
        return false;
    }
    if (sqlite3_changes(user->db) == 0) {
        return true; /* done before: what was forgotten since stays so */
    }
    struct q old = q_get(local, STMT_BOOKMARK_OLD);
    int rc;
    while ((rc = q_step(old, e)) == 1) {
        struct q q = of_workspace(user, STMT_BOOKMARK_ADD);
        q_text(q, ":name", q_col(old, 0));
        q_text(q, ":line", q_col(old, 1));
        q_text(q, ":actor", q_col(old, 2));
        q_i64(q, ":time", q_col_i64(old, 3));
        if (!q_run(q, e)) {
            q_done(old);
            return false;
        }
    }
    return rc == 0;
}

static bool has_old(struct store *local)
{
    struct err ignored;
    struct q q = q_get(local, STMT_BOOKMARK_OLD);
    bool is_there = q_step(q, &ignored) == 1;
    q_done(q);
    return is_there;
}

static bool adopt(struct store *user, struct store *local, struct err *e)
{
    bool ok = store_begin(user, e) && copy_old(user, local, e) && store_commit(user, e);
    store_rollback(user);
    return ok;
}

static bool open_user(struct store *st, bool may_create, struct err *e)
{
    CLEANUP(mem_free_ptr) char *home = workspace_user_dir();
    CLEANUP(mem_free_ptr) char *path = home ? path_join(home, "user.db") : NULL;
    bool is_old = !st->is_left_alone && has_old(st);
    if (!may_create && !is_old && !(path && os_exists(path))) {
        return true;
    }
    if (!path || (!st->is_left_alone && !db_make_file(home, path))) {
        err_set(e, ERR_IO, "could not make user.db, which keeps views, in %s",
                home ? home : "a folder of yours: there is no HOME");
        return err_hint(e, "set XDG_DATA_HOME to a folder that is yours and can be written");
    }
    struct workspace ws = {.mlw = home, .is_network_fs = os_is_network_fs(home)};
    struct store *user = NULL;
    unsigned flags = st->is_left_alone ? STORE_READ_ONLY : STORE_CREATE;
    if (!db_open_file(path, &ws, SCHEMA_USER, flags, &user, e)) {
        return false;
    }
    user->workspace = xstrdup(st->workspace);
    if (is_old && !adopt(user, st, e)) {
        store_close(user);
        return false;
    }
    st->user = user;
    return true;
}

bool db_user(struct store *st, bool may_create, struct store **ret_user, struct err *e)
{
    bool ok = st->user || st->schema != SCHEMA_LOCAL || open_user(st, may_create, e);
    *ret_user = ok ? st->user : NULL;
    return ok;
}

/* --- one --- */

static bool set(struct store *user, const char *name, const char *line, const char *actor,
                struct err *e)
{
    struct q q = of_workspace(user, line ? STMT_BOOKMARK_SET : STMT_BOOKMARK_DELETE);
    q_text(q, ":name", name);
    q_text(q, ":line", line);
    q_text(q, ":actor", actor);
    q_i64(q, ":time", clock_wall_ms());
    if (!q_run(q, e)) {
        return false;
    }
    return line || sqlite3_changes(user->db) > 0 ||
           err_set(e, ERR_NOT_FOUND, "no view is kept under the name \"%s\"", name);
}

bool bookmark_set(struct store *st, const char *name, const char *line, const char *actor,
                  struct err *e)
{
    struct store *user;
    if (!db_user(st, true, &user, e)) {
        return false;
    }
    if (!user) {
        return err_set(e, ERR_REFUSED, "views are kept of workspaces alone");
    }
    bool ok = store_begin(user, e) && set(user, name, line, actor, e) && store_commit(user, e);
    store_rollback(user);
    return ok;
}
