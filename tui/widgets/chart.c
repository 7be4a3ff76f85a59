/* Line charts: domains, ticks, labels, and the dots that lines leave in cells. */
#include "tui/widgets/chart.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"

enum { MIN_W = 12, MIN_H = 4, LABEL_W = 8, TICKS_MAX = 64 };

/* --- numbers --- */

double chart_round_up(double x)
{
    if (!isfinite(x) || x <= 0) {
        return 1;
    }
    double power = pow(10, floor(log10(x)));
    static const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < ALEN(steps); i++) {
        if (steps[i] * power >= x * (1 - 1e-12)) {
            return steps[i] * power;
        }
    }
    return 10 * power;
}

double chart_domain_end(double from, double to)
{
    if (!isfinite(from) || !isfinite(to) || to <= from) {
        return isfinite(from) ? from + 1 : 1;
    }
    return from + chart_round_up(to - from);
}

double chart_tick_step(double from, double to, int max)
{
    double span = to - from;
    if (!isfinite(span) || span <= 0 || max < 1) {
        return 1;
    }
    return chart_round_up(span / max);
}

void chart_label(struct str *out, double value, double step)
{
    static const struct {
        double factor;
        const char *unit;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
    double size = fabs(value);
    size_t unit = ALEN(units) - 1;
    for (size_t i = 0; i < ALEN(units); i++) {
        if (size >= units[i].factor && (units[i].factor > 1 || size >= 1)) {
            unit = i;
            break;
        }
    }
    double factor = units[unit].factor;
    double smallest = step > 0 && isfinite(step) ? step / factor : 1;
    int digits = smallest >= 1 ? 0 : (int)ceil(-log10(smallest) - 1e-9);
    digits = digits > 6 ? 6 : digits;
    if (size > 0 && size < 1e-4) {
        str_addf(out, "%.0e", value);
        return;
    }
    str_addf(out, "%.*f%s", digits, value / factor, units[unit].unit);
}

/* --- the frame of one chart --- */

struct dots {
    int w, h; /* in dots */
    int cell_w, cell_h;
    enum chart_symbols symbols;
    struct rect area; /* in cells */
    double x_from, x_to, y_from, y_to;
    bool is_log;
};

static double y_of(const struct dots *d, double y)
{
    return d->is_log ? (y > 0 ? log10(y) : NAN) : y;
}

static void y_bounds(const struct chart *chart, struct dots *d)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t s = 0; s < chart->n; s++) {
        const struct chart_series *one = &chart->series[s];
        for (size_t i = 0; i < one->n; i++) {
            double low = y_of(d, one->lo ? one->lo[i] : one->y[i]);
            double high = y_of(d, one->hi ? one->hi[i] : one->y[i]);
            bool is_inside = one->x[i] >= d->x_from && one->x[i] <= d->x_to;
            if (is_inside && isfinite(low) && isfinite(high)) {
                lo = low < lo ? low : lo;
                hi = high > hi ? high : hi;
            }
        }
    }
    if (lo > hi) {
        lo = 0;
        hi = 1;
    }
    double step =
        chart_tick_step(lo, hi > lo ? hi : lo + 1, d->area.h > 4 ? (d->area.h - 1) / 2 : 2);
    d->y_from = floor(lo / step + 1e-9) * step;
    d->y_to = ceil(hi / step - 1e-9) * step;
    if (d->y_to <= d->y_from) {
        d->y_to = d->y_from + step;
    }
}

static void x_bounds(const struct chart *chart, struct dots *d)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t s = 0; s < chart->n; s++) {
        for (size_t i = 0; i < chart->series[s].n; i++) {
            double x = chart->series[s].x[i];
            if (isfinite(x)) {
                lo = x < lo ? x : lo;
                hi = x > hi ? x : hi;
            }
        }
    }
    lo = lo > hi ? 0 : lo;
    lo = lo > 0 && lo < hi / 10 ? 0 : lo; /* near zero is zero: rounder numbers below the axis */
    d->x_from = isnan(chart->x_from) ? lo : chart->x_from;
    d->x_to = isnan(chart->x_to) ? chart_domain_end(d->x_from, hi) : chart->x_to;
    if (!(d->x_to > d->x_from)) {
        d->x_to = d->x_from + 1;
    }
}

static int dot_x(const struct dots *d, double x)
{
    double at = (x - d->x_from) / (d->x_to - d->x_from) * (d->w - 1);
    return at < -1 ? -1 : at > d->w ? d->w : (int)floor(at + 0.5);
}

static int dot_y(const struct dots *d, double y)
{
    double at = (d->y_to - y) / (d->y_to - d->y_from) * (d->h - 1);
    return at < 0 ? 0 : at > d->h - 1 ? d->h - 1 : (int)floor(at + 0.5);
}

/* --- one series as bits: for each column of dots the span of rows that are lit --- */

struct span {
    int from, to; /* from > to: nothing */
};

static void span_add(struct span *s, int y)
{
    s->from = s->from > s->to ? y : y < s->from ? y : s->from;
    s->to = s->to < s->from ? s->from : y > s->to ? y : s->to;
}

/* Connect two columns: each column between gets its part of the line. */
static void connect(struct span *spans, int x0, int y0, int x1, int y1)
{
    for (int x = x0 + 1; x <= x1; x++) {
        int a = y0 + (y1 - y0) * (2 * (x - x0) - 1) / (2 * (x1 - x0));
        int b = y0 + (y1 - y0) * (x - x0) / (x1 - x0);
        span_add(&spans[x], a);
        span_add(&spans[x], b);
    }
}

static void series_spans(const struct dots *d, const struct chart_series *s, struct span *spans)
{
    int last_x = -1, last_y = 0;
    for (int x = 0; x < d->w; x++) {
        spans[x] = (struct span){1, 0};
    }
    for (size_t i = 0; i < s->n; i++) {
        double y = y_of(d, s->y[i]);
        int x = isfinite(s->x[i]) ? dot_x(d, s->x[i]) : -1;
        if (!isfinite(y) || x < 0 || x >= d->w) {
            last_x = -1; /* a gap */
            continue;
        }
        int at = dot_y(d, y);
        double low = y_of(d, s->lo ? s->lo[i] : s->y[i]),
               high = y_of(d, s->hi ? s->hi[i] : s->y[i]);
        span_add(&spans[x], at);
        span_add(&spans[x], dot_y(d, isfinite(low) ? low : y));
        span_add(&spans[x], dot_y(d, isfinite(high) ? high : y));
        if (last_x >= 0 && last_x < x) {
            connect(spans, last_x, last_y, x, at);
        }
        last_x = x;
        last_y = at;
    }
}

static bool is_lit(const struct span *spans, int x, int y)
{
    return spans[x].from <= y && y <= spans[x].to;
}

/* --- cells --- */

static bool braille_cell(const struct dots *d, const struct span *spans, int cx, int cy,
                         struct str *out)
{
    static const unsigned bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    unsigned mask = 0;
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 2; x++) {
            mask |= is_lit(spans, cx * 2 + x, cy * 4 + y) ? bits[y][x] : 0;
        }
    }
    (void)d;
    utf8_encode(out, 0x2800 + mask);
    return mask != 0;
}

/* Quadrants: two by two dots a cell. */
static bool block_cell(const struct span *spans, int cx, int cy, struct str *out)
{
    static const char *const quadrants[16] = {" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛",
                                              "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"};
    unsigned mask = 0;
    for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 2; x++) {
            mask |= is_lit(spans, cx * 2 + x, cy * 2 + y) ? 1u << (2 * y + x) : 0;
        }
    }
    str_addz(out, quadrants[mask]);
    return mask != 0;
}

static bool ascii_cell(const struct span *spans, int cx, int cy, size_t series, struct str *out)
{
    static const char marks[] = "*+xo#@%&";
    if (!is_lit(spans, cx, cy)) {
        return false;
    }
    str_addc(out, marks[series % (sizeof marks - 1)]);
    return true;
}

static bool cell_text(const struct dots *d, const struct span *spans, int cx, int cy, size_t series,
                      struct str *out)
{
    str_clear(out);
    switch (d->symbols) {
    case CHART_BRAILLE:
        return braille_cell(d, spans, cx, cy, out);
    case CHART_BLOCK:
        return block_cell(spans, cx, cy, out);
    case CHART_ASCII:
        break;
    }
    return ascii_cell(spans, cx, cy, series, out);
}

static void draw_series(struct canvas *c, const struct chart *chart, const struct dots *d)
{
    CLEANUP(str_release) struct str cell = STR_INIT;
    struct span *spans = xcalloc((size_t)d->w, sizeof *spans);
    for (size_t s = 0; s < chart->n; s++) {
        series_spans(d, &chart->series[s], spans);
        for (int cx = 0; cx < d->area.w; cx++) {
            for (int cy = 0; cy < d->area.h; cy++) {
                if (cell_text(d, spans, cx, cy, s, &cell)) {
                    canvas_text(c, d->area.x + cx, d->area.y + cy, chart->series[s].style,
                                sv_of(&cell));
                }
            }
        }
    }
    free(spans);
}

/* --- axes --- */

static void draw_y_axis(struct canvas *c, const struct dots *d)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    double step = chart_tick_step(d->y_from, d->y_to, d->area.h > 4 ? (d->area.h - 1) / 2 : 2);
    int x = d->area.x - 1, last = -2;
    for (int y = 0; y < d->area.h; y++) {
        canvas_glyph(c, x, d->area.y + y, ROLE_AXIS, GLYPH_AXIS_V);
    }
    for (int i = 0; i < TICKS_MAX; i++) {
        double value = d->y_to - i * step;
        if (value < d->y_from - step / 2) {
            break;
        }
        int y = dot_y(d, value) / d->cell_h;
        if (y < last + 2) {
            continue;
        }
        last = y;
        str_clear(&label);
        double shown = d->is_log ? pow(10, value) : fabs(value) < step / 1000 ? 0 : value;
        chart_label(&label, shown, d->is_log ? shown : step);
        canvas_fit(c, x - LABEL_W, d->area.y + y, LABEL_W - 1, ROLE_AXIS, sv_of(&label),
                   ALIGN_RIGHT, UTF8_CUT_END);
        canvas_glyph(c, x, d->area.y + y, ROLE_AXIS, GLYPH_AXIS_TICK_Y);
    }
}

static void x_label(const struct chart *chart, double value, double step, struct str *out)
{
    if (chart->x_kind == CHART_X_NUMBER) {
        chart_label(out, value, step);
        return;
    }
    long long s = (long long)value;
    if (s < 120 || s % 60) {
        str_addf(out, "%llds", s);
    } else if (s < 7200 || s % 3600) {
        str_addf(out, "%lldm", s / 60);
    } else {
        str_addf(out, "%lldh", s / 3600);
    }
}

static void draw_x_axis(struct canvas *c, const struct chart *chart, const struct dots *d, int y)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    double step = chart_tick_step(d->x_from, d->x_to, d->area.w / 10 > 1 ? d->area.w / 10 : 1);
    double first = ceil(d->x_from / step - 1e-9) * step;
    int end = d->area.x - 1; /* first column that is still free */
    for (int i = 0; i < TICKS_MAX && first + i * step <= d->x_to + step / 1000; i++) {
        double value = first + i * step;
        str_clear(&label);
        x_label(chart, fabs(value) < step / 1000 ? 0 : value, step, &label);
        int w = (int)label.n, x = d->area.x + dot_x(d, value) / d->cell_w;
        x = x + w > d->area.x + d->area.w ? d->area.x + d->area.w - w : x;
        if (x >= end && w <= d->area.w) {
            canvas_text(c, x, y, ROLE_AXIS, sv_of(&label));
            end = x + w + 1;
        }
    }
}

/* --- the title row: names with their value at the cursor, or the last one --- */

static double value_at(const struct chart_series *s, double cursor)
{
    double best = NAN, distance = INFINITY;
    if (isnan(cursor)) {
        return s->n ? s->y[s->n - 1] : NAN;
    }
    for (size_t i = 0; i < s->n; i++) {
        double d = fabs(s->x[i] - cursor);
        if (d < distance) {
            distance = d;
            best = s->y[i];
        }
    }
    return best;
}

static void draw_title(struct canvas *c, const struct chart *chart, struct rect row)
{
    CLEANUP(str_release) struct str value = STR_INIT;
    int x = canvas_text(c, row.x, row.y, ROLE_TITLE, chart->title);
    for (size_t s = 0; s < chart->n; s++) {
        const struct chart_series *one = &chart->series[s];
        str_clear(&value);
        if (one->n) {
            fmt_double(&value, value_at(one, chart->cursor));
        }
        bool is_named = one->name.n && !sv_eq(one->name, chart->title);
        int need = (is_named ? (int)utf8_width(one->name) + 1 : 0) + (int)value.n + 2;
        if (x + need > row.x + row.w) {
            break;
        }
        x += 2;
        if (is_named) {
            x = canvas_text(c, x, row.y, one->style, one->name) + 1;
        }
        x = canvas_text(c, x, row.y, one->style | STYLE_BOLD, sv_of(&value));
    }
}

static void draw_cursor(struct canvas *c, const struct chart *chart, const struct dots *d)
{
    if (isnan(chart->cursor) || chart->cursor < d->x_from || chart->cursor > d->x_to) {
        return;
    }
    int x = d->area.x + dot_x(d, chart->cursor) / d->cell_w;
    canvas_flags(c, (struct rect){x, d->area.y, 1, d->area.h}, STYLE_REVERSE);
}

void chart_draw(struct canvas *c, struct rect r, const struct chart *chart)
{
    static const int sizes[][2] = {
        [CHART_BRAILLE] = {2, 4}, [CHART_BLOCK] = {2, 2}, [CHART_ASCII] = {1, 1}};
    r = rect_meet(r, c->clips[c->clip_depth]);
    if (rect_is_empty(r)) {
        return;
    }
    draw_title(c, chart, rect_cut_top(&r, 1));
    if (r.w < MIN_W || r.h < MIN_H - 1) {
        return;
    }
    struct rect axis = rect_cut_bottom(&r, 1);
    rect_cut_left(&r, r.w >= 24 ? LABEL_W + 1 : 1);
    struct dots d = {.area = r,
                     .symbols = c->is_ascii ? CHART_ASCII : chart->symbols,
                     .is_log = chart->is_log_y};
    d.cell_w = sizes[d.symbols][0];
    d.cell_h = sizes[d.symbols][1];
    d.w = r.w * d.cell_w;
    d.h = r.h * d.cell_h;
    x_bounds(chart, &d);
    if (chart->y_to > chart->y_from) {
        d.y_from = y_of(&d, chart->y_from);
        d.y_to = y_of(&d, chart->y_to);
    } else {
        y_bounds(chart, &d);
    }
    if (r.x - axis.x > LABEL_W) {
        draw_y_axis(c, &d);
    }
    draw_x_axis(c, chart, &d, axis.y);
    draw_series(c, chart, &d);
    draw_cursor(c, chart, &d);
}
