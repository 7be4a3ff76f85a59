/* BOOKMARK: a view is kept under a name, or forgotten. It is the person's own and changes nothing
 * of the workspace: it is not journalled, and a workspace that can only be read has bookmarks too.
 */
#include "core/store/bookmarks.h"

#include "core/base/mem.h"
#include "core/hub/hub.h"
#include "core/store/journal.h"

void keep_view(struct hub *hub, uint64_t id, struct req *req)
{
    struct err e;
    bool ok = hub->is_read_only
                  ? err_set(&e, ERR_REFUSED, "%s is refused: this mlw was started with --read-only",
                            req_infos[req->type].word)
                  : bookmark_set(hub->st, req->id, req->text, store_actor(), &e);
    char *text = !ok         ? NULL
                 : req->text ? xasprintf("kept as \"%s\": %s", req->id, req->text)
                             : xasprintf("\"%s\" is forgotten", req->id);
    hub_reply(hub, id, ok ? NULL : &e, NULL, text);
    hub_changed(hub);
}
