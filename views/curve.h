/* curve: a metric's series as the arrays that a chart draws, and how one looks at it: which x,
 * which average. The same for a run's page and for charts of several.
 *
 * A curve owns its arrays. Pure; O(points). */
#ifndef MLW_VIEWS_CURVE_H
#define MLW_VIEWS_CURVE_H

#include "core/base/str.h"
#include "core/model/snapshot.h"
#include "tui/widgets/chart.h"

enum curve_axis {
    CURVE_BY_STEP,
    CURVE_BY_TIME, /* seconds since the first point */
    CURVE_BY_CLOCK,
    CURVE_AXIS_COUNT
};

/* TWEMA: an exponential average in which a point counts the less the further it lies back on the
 * axis, in mean distances of points; EMA: by points alone. Neither leans on zero at its start. */
enum curve_average { CURVE_TWEMA, CURVE_EMA, CURVE_AVERAGE_COUNT };

struct curve_look {
    enum curve_axis axis;
    enum curve_average average;
    size_t smoothing; /* 0: none; index of its table */
    double from, to;  /* of x; NaN: all */
};

struct curve {
    double *x, *y, *lo, *hi;
    double *smooth; /* NULL: not smoothed */
    size_t n;
};

size_t curve_smoothing_count(void);
double curve_weight(const struct curve_look *look); /* of the past; 0: none */
double curve_x(const struct curve_look *look, const struct series *s, size_t point);
enum chart_x curve_x_kind(const struct curve_look *look);
void curve_init(struct curve *c, const struct curve_look *look, const struct series *s);
void curve_release(struct curve *c);
/* "smoothed 0.8  by time  zoomed": what of a look is not as it comes; each with two blanks before.
 */
void curve_say(struct str *out, const struct curve_look *look);
/* Halve (0.5) or double (2) what is shown of first..last, around `middle` or, NaN, its end. */
void curve_zoom(struct curve_look *look, double factor, double first, double last, double middle);
/* "twema", "ema 0.9", "none": false: it is none of these. */
bool curve_parse_smoothing(struct curve_look *look, struct sv text);

#endif
