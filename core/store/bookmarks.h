/* bookmarks: views that a person kept under a name, each workspace its own: the palette line that
 * leads to one again.
 *
 * They are in user.db ($XDG_DATA_HOME/mlw, 0600 in 0700), which is the person's and no part of any
 * workspace: also one that can only be read has bookmarks. It is made when the first is kept, and
 * opened by the workspace's store at need. What older versions kept in a workspace's local.db is
 * taken over once. list_rows(KIND_BOOKMARK) has them. Call from the store's thread. */
#ifndef MLW_STORE_BOOKMARKS_H
#define MLW_STORE_BOOKMARKS_H

#include "core/store/store.h"

/* Keep a line (a name that is kept already gets the new one); line NULL: forget the name,
 * ERR_NOT_FOUND when there is none. Commits by itself. */
MUST_USE bool bookmark_set(struct store *st, const char *name, const char *line, const char *actor,
                           struct err *e);

#endif
