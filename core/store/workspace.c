/* Finding and making workspaces; see workspace.h. */
#include "core/store/workspace.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"

static void fill(struct workspace *ws, char *dir)
{
    ws->dir = dir;
    ws->mlw = path_join(dir, ".mlw");
    ws->objects = path_join(ws->mlw, "objects");
    ws->runs = path_join(ws->mlw, "runs");
    ws->is_network_fs = os_is_network_fs(dir);
}

static bool check_owner(const struct workspace *ws, struct err *e)
{
    struct stat st;
    if (stat(ws->mlw, &st) != 0) {
        return err_sys(e, "could not look at %s", ws->mlw);
    }
    if (!S_ISDIR(st.st_mode)) {
        return err_set(e, ERR_INVALID, "%s is not a folder", ws->mlw);
    }
    if (st.st_uid != geteuid() && geteuid() != 0) {
        err_set(e, ERR_REFUSED, "%s belongs to user %ld", ws->mlw, (long)st.st_uid);
        return err_hint(e, "make a workspace of your own: mlw init DIR");
    }
    return true;
}

bool workspace_init(const char *dir, struct workspace *ret_ws, struct err *e)
{
    if (!os_is_dir(dir) && !os_mkdirs(dir, e)) {
        return false;
    }
    char *real = os_real_path(dir, e);
    if (!real) {
        return false;
    }
    struct workspace ws;
    fill(&ws, real);
    if (!os_mkdirs(ws.mlw, e) || !os_mkdirs(ws.objects, e) || !os_mkdirs(ws.runs, e) ||
        !check_owner(&ws, e)) {
        workspace_release(&ws);
        return false;
    }
    struct stat st;
    bool is_closed = stat(ws.mlw, &st) == 0 && (st.st_mode & 07777) == 0700;
    if (!is_closed && chmod(ws.mlw, 0700) != 0) {
        err_sys(e, "could not close %s to others", ws.mlw);
        workspace_release(&ws);
        return false;
    }
    *ret_ws = ws;
    return true;
}

/* The nearest folder at or above `start` that holds .mlw; NULL when there is none. */
static char *walk_up(const char *start)
{
    struct err ignored;
    char *dir = os_real_path(start, &ignored);
    while (dir) {
        CLEANUP(mem_free_ptr) char *mlw = path_join(dir, ".mlw");
        if (os_is_dir(mlw)) {
            return dir;
        }
        char *up = strcmp(dir, "/") == 0 ? NULL : path_dir(dir);
        free(dir);
        dir = up;
    }
    return NULL;
}

char *workspace_user_dir(void)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/') {
        return path_join(data, "mlw");
    }
    return home && home[0] == '/' ? path_join(home, ".local/share/mlw") : NULL;
}

static bool no_workspace(const char *start, struct err *e)
{
    struct err ignored;
    CLEANUP(mem_free_ptr) char *here = os_real_path(start, &ignored);
    err_set(e, ERR_NOT_FOUND, "no workspace here or above %s", here ? here : "this folder");
    return err_hint(e, "mlw init makes one");
}

char *workspace_cache_dir(void)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    CLEANUP(mem_free_ptr) char *home = os_home_dir();
    if (cache && cache[0] == '/') {
        return path_join(cache, "mlw");
    }
    return home ? path_join(home, ".cache/mlw") : NULL;
}

bool workspace_find(const char *start, bool may_create, struct workspace *ret_ws, struct err *e)
{
    if (start && !os_is_dir(start)) {
        return err_set(e, ERR_IO, "there is no folder %s", start);
    }
    char *dir = walk_up(start ? start : ".");
    const char *named = getenv("MLW_WORKSPACE");
    if (!dir && named && named[0]) {
        dir = walk_up(named);
        if (!dir) {
            return err_set(e, ERR_NOT_FOUND, "no workspace in MLW_WORKSPACE=%s", named);
        }
    }
    if (dir) {
        struct workspace ws;
        fill(&ws, dir);
        if (!check_owner(&ws, e)) {
            workspace_release(&ws);
            return false;
        }
        *ret_ws = ws;
        return true;
    }
    CLEANUP(mem_free_ptr) char *own = workspace_user_dir();
    CLEANUP(mem_free_ptr) char *own_mlw = own ? path_join(own, ".mlw") : NULL;
    if (own && (may_create || os_is_dir(own_mlw))) {
        return workspace_init(own, ret_ws, e);
    }
    return no_workspace(start ? start : ".", e);
}

void workspace_release(struct workspace *ws)
{
    free(ws->dir);
    free(ws->mlw);
    free(ws->objects);
    free(ws->runs);
    *ws = (struct workspace){0};
}

char *workspace_execution_dir(const struct workspace *ws, const char *execution)
{
    return path_join(ws->runs, execution);
}

char *workspace_attempt_dir(const struct workspace *ws, const char *execution, const char *step,
                            int n)
{
    return xasprintf("%s/%s/%s/%d", ws->runs, execution, step, n);
}
