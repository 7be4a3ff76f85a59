/* run_state: the insides of the run view, shared by views/run*.c alone.
 *
 * Its document gives params, metrics, tags, inputs and outputs, which become lines of one table in
 * groups; its curves come by a second subscription. Lines borrow from the two snapshots and are
 * made anew when one of them changes. */
#ifndef MLW_VIEWS_RUN_STATE_H
#define MLW_VIEWS_RUN_STATE_H

#include "core/base/vec.h"
#include "tui/widgets/table.h"
#include "views/actions.h"
#include "views/cells.h"
#include "views/curve.h"
#include "views/env.h"

enum run_group { RUN_METRICS, RUN_PARAMS, RUN_INPUTS, RUN_OUTPUTS, RUN_TAGS, RUN_GROUP_COUNT };

struct run_line {
    enum table_row row;
    enum run_group group;
    char *id, *key, *value;      /* owned; of a group: key is its title */
    char *note;                  /* digest; NULL: none */
    const struct series *series; /* of a metric; NULL: no curve yet */
};

enum run_pane { RUN_PANE_NORMAL, RUN_PANE_HALF, RUN_PANE_FULL }; /* how much the chart has */

struct run_chart {
    struct curve_look look;
    bool is_log, is_inspecting;
    size_t cursor; /* of the point */
};

struct run {
    char *id;
    uint64_t doc_sub, series_sub;
    struct snapshot *doc, *series;
    struct err err;
    VEC(struct run_line) lines;
    struct table table;
    char *metric; /* whose curve is drawn; NULL: none */
    struct run_chart chart;
    struct act act;
    enum run_pane pane;
    bool is_ticking, is_paused, has_chosen;
    struct rect head, list, plot; /* from run_layout */
};

static inline struct run *run_of(const struct view *v)
{
    return v->state;
}

/* --- facts (run_facts.c) --- */
void run_lines_make(struct run *r);
void run_lines_clear(struct run *r);
const struct run_line *run_selected(const struct run *r); /* NULL: none */
const struct series *run_series_of(const struct run *r, const char *key);
const char *run_text(const struct run *r, const char *key); /* of the document; "" */
bool run_is_running(const struct run *r);
/* Milliseconds; -1: not known. */
int64_t run_duration(const struct run *r, int64_t now_ms);
/* EXEC/STEP of what trained it; caller frees; NULL: it came from elsewhere. */
char *run_log_id(const struct run *r);

/* --- drawing (run_draw.c) --- */
void run_layout(struct view *v, struct rect area);
void run_draw(const struct view *v, struct canvas *c, struct rect area);
extern const struct table_source run_source;
extern const struct table_column run_columns[3];

#endif
