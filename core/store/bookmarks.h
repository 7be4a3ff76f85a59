/* bookmarks: views that were kept under a name: the palette line that leads to one again. Call from
 * the store's thread; writes run in a transaction. */
#ifndef MLW_STORE_BOOKMARKS_H
#define MLW_STORE_BOOKMARKS_H

#include "core/store/store.h"

/* Keep a line (a name that is kept already gets the new one); line NULL: forget the name,
 * ERR_NOT_FOUND when there is none. */
MUST_USE bool bookmark_set(struct store *st, const char *name, const char *line, const char *actor,
                           struct err *e);

#endif
