/* charts_state: the insides of the charts, shared by views/charts*.c alone.
 *
 * Runs are rows that were named, live; the metrics are all that any of them has. Of the metrics in
 * sight, each of the runs in sight has one subscription to its curve, and no others. A chart draws
 * one metric of all runs; several stand in a grid, one may have the whole screen. Everything said
 * at the cursor is read from the points themselves. UI thread; draws O(points in sight). */
#ifndef MLW_VIEWS_CHARTS_STATE_H
#define MLW_VIEWS_CHARTS_STATE_H

#include "core/base/vec.h"
#include "tui/widgets/chart.h"
#include "views/cells.h"
#include "views/curve.h"
#include "views/env.h"
#include "views/rawdoc.h"

enum {
    CHARTS_RUNS_MAX = 26, /* lines that can be told apart: each has a letter */
    CHARTS_CELL_W = 38,
    CHARTS_CELL_H = 7,
    CHARTS_COLUMNS_MAX = 4,
    CHARTS_RAW_MAX = 100000 /* points of a curve that are read one by one */
};

struct charts_run {
    char *id;
    unsigned colour; /* of style_series: stable by id, others give way */
    bool is_hidden;
};

struct charts_metric {
    char *key;
    bool is_log;
};

/* The curve of a run and a metric, while both are in sight. */
struct charts_curve {
    char *run, *key;
    uint64_t sub;
    int pixels;
    struct snapshot *snapshot; /* NULL: not here yet */
};

struct charts {
    struct view *view;
    char *ids; /* as asked for, a line each */
    uint64_t sub;
    struct snapshot *rows;
    struct err err, rows_err;
    VEC(struct charts_run) runs;
    VEC(struct charts_metric) metrics; /* by key */
    VEC(size_t) shown;                 /* of metrics: those that the filter lets through */
    VEC(struct charts_curve) curves;
    char *filter, *filter_before;
    char *metric; /* key of the chart that keys are about; NULL: the first */
    char *run;    /* id of the run that keys are about; NULL: the first */
    char *pinned; /* that the others are held against; NULL: the first */
    struct curve_look look;
    struct rawdoc raw;
    bool is_whole, is_inspecting, is_paused;
    double cursor; /* x, when inspecting */
    /* from the layout */
    struct rect legend, grid;
    int columns, lines; /* of charts */
};

static inline struct charts *charts_of(const struct view *v)
{
    return v->state;
}

/* --- charts_data.c --- */
void charts_take(struct charts *c, struct snapshot *rows);
void charts_release(struct charts *c);
void charts_filter(struct charts *c, struct sv text);
/* Begin to read the curves in sight, end those that are not. */
void charts_subscribe(struct charts *c);
bool charts_curve_event(struct charts *c, const struct ev *ev); /* true: it was one of them */
size_t charts_place(const struct charts *c);     /* in `shown`, of the metric; SIZE_MAX: none */
size_t charts_run_place(const struct charts *c); /* in `runs`, of the run; SIZE_MAX: none */
size_t charts_pinned(const struct charts *c);    /* of the one the others are held against */
void charts_visible(const struct charts *c, size_t *ret_first, size_t *ret_n); /* of `shown` */
/* NULL: not here. */
const struct series *charts_series(const struct charts *c, const char *run, const char *key);
const char *charts_name(const struct charts *c, size_t run);
const struct row *charts_row(const struct charts *c, size_t run);
/* First and last x of what the selected chart shows; false: there is no point. */
bool charts_range(const struct charts *c, double *ret_first, double *ret_last);
/* The point of a run's curve nearest to the cursor, or the last; SIZE_MAX: none. */
size_t charts_point(const struct charts *c, const struct series *s);

/* --- charts_draw.c --- */
void charts_layout(struct view *v, struct rect area);
void charts_draw(const struct view *v, struct canvas *to, struct rect area);
void charts_crumbs(const struct view *v, struct str *out);
void charts_connection(const struct view *v, struct str *out, unsigned *style);
void charts_sentence(const struct view *v, struct str *out);
void charts_status(const struct view *v, struct status *st);
void charts_hints(const struct view *v, struct hints *h);

#endif
