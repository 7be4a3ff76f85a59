/* workspace: a folder with .mlw/ in it (as git has .git/), belonging to one uid, 0700. */
#ifndef MLW_STORE_WORKSPACE_H
#define MLW_STORE_WORKSPACE_H

#include <stdbool.h>

#include "core/base/err.h"

struct workspace {
    char *dir;            /* the folder, absolute */
    char *mlw;            /* dir/.mlw */
    char *objects, *runs; /* .mlw/objects, .mlw/runs */
    bool is_network_fs;
};

/* Walk up from `start` (NULL: the current folder); else $MLW_WORKSPACE; else the user's own under
 * $XDG_DATA_HOME/mlw, made at first use when may_create. ERR_NOT_FOUND when there is none,
 * ERR_REFUSED when .mlw belongs to somebody else. */
MUST_USE bool workspace_find(const char *start, bool may_create, struct workspace *ret_ws,
                             struct err *e);
/* Make dir/.mlw with its folders; one that is there already is fine. */
MUST_USE bool workspace_init(const char *dir, struct workspace *ret_ws, struct err *e);
void workspace_release(struct workspace *ws);
/* .mlw/runs/EXEC and .mlw/runs/EXEC/STEP/N; caller frees. */
char *workspace_execution_dir(const struct workspace *ws, const char *execution);
char *workspace_attempt_dir(const struct workspace *ws, const char *execution, const char *step,
                            int n);

/* $XDG_DATA_HOME/mlw or ~/.local/share/mlw: what is the person's own. As below. */
char *workspace_user_dir(void);
/* $XDG_CACHE_HOME/mlw or ~/.cache/mlw: what may be deleted. Caller frees; NULL without a home. */
char *workspace_cache_dir(void);

#endif
