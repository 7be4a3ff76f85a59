/* chart: lines over axes, in braille, blocks or ASCII. Pure: arrays → cells, nothing is kept.
 *
 * x ascends within a series. NaN and Inf break a line and move no bound. Within one column of
 * dots the line goes from min to max, so no peak is lost. A later series replaces a cell. The
 * automatic x domain is rounded up with headroom (chart_round_up), so that a live point changes
 * one or two cells; y bounds and ticks are 1-2-5. O(points + dots); no allocation that stays.
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
enum chart_x { CHART_X_NUMBER, CHART_X_SECONDS /* labels 10s 2m 3h */ };

struct chart_series {
    const double *x, *y;
    const double *lo, *hi; /* of what each point stands for; NULL: y */
    size_t n;
    unsigned style;
    struct sv name;
};

struct chart {
    struct sv title;
    const struct chart_series *series;
    size_t n;
    enum chart_symbols symbols; /* an ASCII canvas always gets CHART_ASCII */
    enum chart_x x_kind;
    bool is_log_y;
    double x_from, x_to; /* NaN: automatic */
    double y_from, y_to; /* both 0: automatic */
    double cursor;       /* x of the inspect cursor; NaN: none */
};

/* Title row (with the last values, or those at the cursor), plot, x axis. From 12x4 on; smaller:
 * the title alone. */
void chart_draw(struct canvas *c, struct rect r, const struct chart *chart);

/* Smallest 1, 2, 5 · 10^k that is >= x; 1 for x <= 0 or what is not finite. */
double chart_round_up(double x);
/* Right end of a live domain that begins at `from` and has reached `to`. */
double chart_domain_end(double from, double to);
/* Step of ticks so that at most `max` fit in from..to: 1, 2, 5 · 10^k. */
double chart_tick_step(double from, double to, int max);
/* "1.5k", "20m", "0.002": short, distinct for neighbours `step` apart. */
void chart_label(struct str *out, double value, double step);

#endif
