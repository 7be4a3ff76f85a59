/* rawdoc: the backend's own document of a thing, as text to read (the `y` of every view).
 *
 * A view embeds one, asks, and hands on its events; when the document comes it is opened as a
 * text. UI thread. */
#ifndef MLW_VIEWS_RAWDOC_H
#define MLW_VIEWS_RAWDOC_H

#include "core/mlw.h"
#include "tui/view_ops.h"

struct rawdoc {
    uint64_t sub; /* 0: nothing was asked for */
    char *title;
};

void rawdoc_ask(struct rawdoc *d, struct view *v, enum kind kind, const char *id);
bool rawdoc_event(struct rawdoc *d, struct view *v,
                  const struct ev *ev); /* true: it was for this */
void rawdoc_release(struct rawdoc *d, struct view *v);

#endif
