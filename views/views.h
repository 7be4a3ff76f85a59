/* views: every screen there is, and how one gets to a thing's own.
 *
 * The table is what the palette offers and what `:NAME` opens. Constant data; UI thread. */
#ifndef MLW_VIEWS_VIEWS_H
#define MLW_VIEWS_VIEWS_H

#include "core/mlw.h"
#include "tui/app.h"

#define VIEW(id) extern const struct view_ops id##_view;
#include "views/views.def"
#undef VIEW

/* A list of a kind; parent and filter may be NULL. */
MUST_USE bool views_browse(struct app *app, enum kind kind, const char *parent, const char *filter,
                           struct err *e);
/* Rows of a kind side by side; `ids` has one a line, 2 to COMPARE_MAX; the first is the baseline.
 */
MUST_USE bool views_compare(struct app *app, enum kind kind, const char *ids, bool only_diff,
                            struct err *e);
/* The same from a view's keys: why nothing is opened is said on the screen. */
void views_go(struct view *v, enum kind kind, const char *id);
void views_events(struct view *v, const char *execution);
/* CMD_WHY, CMD_TIMELINE, CMD_LINEAGE: evidence, states or lineage of a thing, as a list. */
void views_about_cmd(struct view *v, enum cmd cmd, enum kind kind, const char *id);
/* Curves of runs, an id a line, 1 to CHARTS_RUNS_MAX. */
MUST_USE bool views_charts(struct app *app, const char *ids, struct err *e);
void views_go_charts(struct view *v, const char *ids); /* an error is said */
/* "NAME [K=V...]": the page of the pipeline, and with pairs the question whether to start it. */
MUST_USE bool views_start(struct app *app, struct sv line, struct err *e);
/* The page of an execution's pipeline, filled with what that execution was started with. */
MUST_USE bool views_rerun(struct app *app, const char *execution, struct err *e);
/* The view that lists a kind. */
const struct view_ops *views_list(enum kind kind);
/* What Enter on a thing opens. ERR_REFUSED says why nothing is. */
MUST_USE bool views_open_thing(struct app *app, enum kind kind, const char *id, struct err *e);
/* `execution:EXEC`, `gate:TOKEN`, `context:local`: kind and id of what needs a person; KIND_COUNT
 * when it is not of that form. */
enum kind views_split(const char *id, const char **ret_id);

#endif
