/* palette: what `:` knows beside commands: lists of every kind, things by their id.
 *
 *     :runs /lr>0.01      :executions churn      :execution k3v9x0m2q8ab      :show package churn/7
 *
 * Names come by subscriptions that begin when the palette is opened for the first time. Owned by
 * the root; UI thread. */
#ifndef MLW_VIEWS_PALETTE_H
#define MLW_VIEWS_PALETTE_H

#include "core/mlw.h"
#include "tui/app.h"

enum { PALETTE_SOURCES = 7 };

struct palette {
    struct hub *hub;
    uint64_t subs[PALETTE_SOURCES];
    struct snapshot *rows[PALETTE_SOURCES];
    char *wanted; /* a line that could not be resolved until the names are here */
};

void palette_init(struct palette *p, struct hub *hub);
void palette_release(struct palette *p);
/* true: it was for this. */
bool palette_event(struct palette *p, const struct ev *ev);
/* app: `sort` offers the columns of the list it shows. */
void palette_complete(struct palette *p, const struct app *app, struct sv text, struct menu *menu);
/* false with ERR_NOT_FOUND: it is no list and no thing. */
MUST_USE bool palette_open(struct palette *p, struct app *app, struct sv line, struct err *e);

#endif
