/* chart_frame: what chart.c and chart_axis.c share: a chart's plot, its domains and its dots. */
#ifndef MLW_TUI_WIDGETS_CHART_FRAME_H
#define MLW_TUI_WIDGETS_CHART_FRAME_H

#include "tui/widgets/chart.h"

enum { CHART_LABEL_W = 8 };

struct chart_frame {
    int w, h; /* in dots */
    int cell_w, cell_h;
    enum chart_symbols symbols;
    struct rect area;                  /* in cells */
    double x_from, x_to, y_from, y_to; /* of a logarithmic axis: y of its logarithms */
    bool is_log;
};

int chart_dot_x(const struct chart_frame *d, double x);
int chart_dot_y(const struct chart_frame *d, double y);
/* Distance of ticks of time so that at most `max` fit: 1 s … 15 m, 1 h, days. */
double chart_time_step(double span, int max);
void chart_y_axis(struct canvas *c, const struct chart_frame *d);
void chart_x_axis(struct canvas *c, const struct chart *chart, const struct chart_frame *d, int y);
/* The chart's name, and of each series its name, value and note as far as there is room. */
void chart_title(struct canvas *c, const struct chart *chart, struct rect row);

#endif
