/* One document, asked for and opened once; see rawdoc.h. */
#include "views/rawdoc.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "views/env.h"

void rawdoc_release(struct rawdoc *d, struct view *v)
{
    if (d->sub) {
        hub_unsubscribe(view_hub(v), d->sub);
    }
    free(d->title);
    *d = (struct rawdoc){0};
}

void rawdoc_ask(struct rawdoc *d, struct view *v, enum kind kind, const char *id)
{
    if (d->sub && z_eq(d->title, id)) {
        app_toast(v->app, TOAST_INFO, "the document of %s is still being read", id);
        return;
    }
    rawdoc_release(d, v);
    d->title = xstrdup(id);
    d->sub = hub_subscribe(view_hub(v), &(struct query){QUERY_DOC, kind, .id = id});
}

bool rawdoc_event(struct rawdoc *d, struct view *v, const struct ev *ev)
{
    if (ev->type != EV_SNAPSHOT || !d->sub || ev->id != d->sub) {
        return false;
    }
    if (ev->snapshot->type == SNAPSHOT_ERROR) {
        app_error(v->app, &ev->snapshot->err);
    } else if (ev->snapshot->doc) {
        CLEANUP(str_release) struct str text = STR_INIT;
        json_print(ev->snapshot->doc, JSON_PRETTY, &text);
        app_text(v->app, d->title, sv_of(&text));
    }
    rawdoc_release(d, v);
    return true;
}
