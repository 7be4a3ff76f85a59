/* execution: the insides of the execution view, shared by views/execution*.c alone.
 *
 * Four subscriptions feed it: the execution's own row, its steps, its gates, and the curves of the
 * selected step's run; the log pane has a fifth. While nobody has moved, the selection is the step
 * that runs. UI thread. */
#ifndef MLW_VIEWS_EXECUTION_H
#define MLW_VIEWS_EXECUTION_H

#include "tui/widgets/rails.h"
#include "views/actions.h"
#include "views/cells.h"
#include "views/env.h"
#include "views/logpane.h"
#include "views/rawdoc.h"

enum execution_pane { EXECUTION_STEPS, EXECUTION_LOG };
/* How much of the screen the log has; after the last comes the whole of it, its own view. */
enum execution_log { EXECUTION_LOG_FOLDED = -1, EXECUTION_LOG_NORMAL, EXECUTION_LOG_HALF };

/* Where things stand; from execution_layout. Empty rects are left out. */
struct execution_places {
    struct rect titles, steps, metrics, log_title, log;
    int rails_w, name_x, name_w, state_x, state_w, time_x, time_w, bars_x, bars_w;
};

struct execution {
    char *id, *filter; /* the filter finds its own row */
    uint64_t head_sub, steps_sub, gates_sub, series_sub;
    struct snapshot *head, *steps, *gates, *series; /* the newest good ones; NULL: none yet */
    struct err err;                                 /* of the newest bad one */
    const struct row **at;                          /* steps in topological order */
    size_t n, top, selected;
    char *selected_name, *run; /* copies: snapshots go */
    struct rails rails;
    struct logpane log;
    struct act act;
    struct rawdoc raw;
    enum execution_pane pane;
    enum execution_log log_size;
    bool is_chosen; /* the person moved: the selection follows nothing */
    bool is_paused, is_ticking;
    struct execution_places places;
};

static inline struct execution *execution_of(const struct view *v)
{
    return v->state;
}

/* --- what is known (execution_facts.c) --- */
const struct row *execution_head(const struct execution *x); /* NULL: not here yet */
const char *execution_word(const struct execution *x);       /* "" */
const char *execution_pipeline(const struct execution *x);
const struct row *execution_step(const struct execution *x); /* the selected one, or NULL */
bool execution_is_running(const struct execution *x);
bool step_is_started(const struct row *step);
bool step_is_running(const struct row *step);
/* Steps that ended, of those that are not skipped. */
size_t execution_done(const struct execution *x, size_t *ret_all);
/* The step to look at while nobody has chosen one. */
size_t execution_interesting(const struct execution *x);
/* What A decides on: the selected step's gate, else the one that waits; NULL: none. */
const struct row *execution_gate(const struct execution *x);
/* Steps in order and their rails, from x->steps. */
void execution_arrange(struct execution *x);
/* How long a row has taken until now; -1: it has not begun. */
int64_t execution_elapsed(const struct row *row, int started, int ended, int duration,
                          int64_t now_ms);
/* Why there is no log to show. */
void execution_no_log(const struct execution *x, struct str *out);

/* --- what is drawn (execution_draw.c) --- */
void execution_layout(struct view *v, struct rect area);
void execution_draw(const struct view *v, struct canvas *c, struct rect area);
void execution_sentence(const struct view *v, struct str *out);
void execution_show_status(const struct view *v, struct status *st);

extern const struct view_ops execution_view; /* route.id: the execution */

#endif
