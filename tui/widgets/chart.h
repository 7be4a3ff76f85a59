/* chart: lines of one or several series over axes, in braille, blocks or ASCII. Pure: arrays →
 * cells, nothing is kept.
 *
 * x ascends within a series. What is not finite breaks a line and moves no bound; it leaves a sign
 * at its place: × for NaN (below), an arrow for ±Inf at its edge. Within one column of dots the
 * line goes from the least to the most of its points, so no peak is lost. An earlier series lies on
 * top of a later one. A `tag` stands at the end of its line, and along it where colours cannot tell
 * lines apart (is_tagged). The automatic x domain is rounded up with headroom (chart_round_up), so
 * that a live point changes one or two cells; y bounds and ticks are 1-2-5, of a logarithmic axis
 * decades with 2 and 5, of time whole minutes and hours. O(points + dots); no allocation that
 * stays.
 *
 *     struct chart_series s = {.x = steps, .y = loss, .n = n, .style = style_series(0),
 *                              .name = SV("val_loss")};
 *     chart_draw(c, r, &(struct chart){.title = SV("val_loss"), .series = &s, .n = 1,
 *                                      .x_from = NAN, .x_to = NAN, .cursor = NAN}); */
#ifndef MLW_TUI_WIDGETS_CHART_H
#define MLW_TUI_WIDGETS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "tui/canvas.h"

enum chart_symbols { CHART_BRAILLE, CHART_BLOCK, CHART_ASCII };
enum chart_x {
    CHART_X_NUMBER,
    CHART_X_SECONDS, /* labels 10s 2m 3h */
    CHART_X_CLOCK    /* seconds since 1970; labels are local times of day */
};

struct chart_series {
    const double *x, *y;
    const double *lo, *hi; /* of what each point stands for; NULL: y */
    size_t n;
    unsigned style;
    unsigned name_style; /* of the name in the title; 0: style */
    struct sv name;      /* in the title, unless it is the title; silent series have none there */
    struct sv value;     /* in the title; p NULL: that at the cursor, or the last */
    struct sv note;      /* after it: how far it is from another */
    char tag;            /* 0: none */
    char mark;           /* what ASCII draws it with; 0: the tag, or one of its own */
    bool is_silent;      /* not in the title */
};

struct chart {
    struct sv title;
    const struct chart_series *series;
    size_t n;
    enum chart_symbols symbols; /* an ASCII canvas always gets CHART_ASCII */
    enum chart_x x_kind;
    bool is_log_y, is_tagged;
    bool is_ended;        /* no point will come: the x axis needs no headroom */
    double x_from, x_to;  /* NaN: automatic */
    double y_from, y_to;  /* both 0: automatic */
    double cursor;        /* x of the inspect cursor; NaN: none */
    unsigned title_flags; /* STYLE_*: which of several charts keys are about */
};

/* Title row (with the last values, or those at the cursor), plot, x axis. From 12x4 on; smaller:
 * the title alone. */
void chart_draw(struct canvas *c, struct rect r, const struct chart *chart);

/* Index of the point nearest to x; SIZE_MAX when x lies outside of the series. O(log n). */
size_t chart_nearest(const struct chart_series *s, double x);
/* Smallest 1, 2, 5 · 10^k that is >= x; 1 for x <= 0 or what is not finite. */
double chart_round_up(double x);
/* Right end of a live domain that begins at `from` and has reached `to`. */
double chart_domain_end(double from, double to);
/* Step of ticks so that at most `max` fit in from..to: 1, 2, 5 · 10^k. */
double chart_tick_step(double from, double to, int max);
/* "1.5k", "20m", "0.002": short, distinct for neighbours `step` apart. */
void chart_label(struct str *out, double value, double step);

#endif
