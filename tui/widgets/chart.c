/* Line charts: domains, ticks, labels, and the dots that lines leave in cells. */
#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/widgets/chart_frame.h"

enum { MIN_W = 12, MIN_H = 4, TAG_EVERY = 8, TAG_TRIES = 4, X_PARTS = 10 };

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

static double y_of(const struct chart_frame *d, double y)
{
    return d->is_log ? (y > 0 ? log10(y) : NAN) : y;
}

/* The next 1, 2 or 5 of a decade on either side; lo and hi are logarithms. */
static void log_bounds(struct chart_frame *d, double lo, double hi)
{
    static const double steps[] = {0.69897000433601886, 0.30102999566398120, 0}; /* of 5, 2, 1 */
    double below = floor(lo), above = ceil(hi);
    for (size_t i = 0; i < ALEN(steps); i++) {
        if (floor(lo) + steps[i] <= lo + 1e-9) {
            below = floor(lo) + steps[i];
            break;
        }
    }
    for (size_t i = ALEN(steps); i-- > 0;) {
        if (floor(hi) + steps[i] >= hi - 1e-9) {
            above = floor(hi) + steps[i];
            break;
        }
    }
    d->y_from = below;
    d->y_to = above > below ? above : below + 1;
}

/* Widen lo..hi by what of one series lies in the x domain. */
static void add_bounds(const struct chart_frame *d, const struct chart_series *s, double *lo,
                       double *hi)
{
    for (size_t i = 0; i < s->n; i++) {
        double low = y_of(d, s->lo ? s->lo[i] : s->y[i]);
        double high = y_of(d, s->hi ? s->hi[i] : s->y[i]);
        bool is_inside = s->x[i] >= d->x_from && s->x[i] <= d->x_to;
        if (is_inside && isfinite(low) && isfinite(high)) {
            *lo = low < *lo ? low : *lo;
            *hi = high > *hi ? high : *hi;
        }
    }
}

static void y_bounds(const struct chart *chart, struct chart_frame *d)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t s = 0; s < chart->n; s++) {
        add_bounds(d, &chart->series[s], &lo, &hi);
    }
    if (lo > hi) {
        lo = 0;
        hi = 1;
    }
    if (d->is_log) {
        log_bounds(d, lo, hi);
        return;
    }
    double step =
        chart_tick_step(lo, hi > lo ? hi : lo + 1, d->area.h > 4 ? (d->area.h - 1) / 2 : 2);
    d->y_from = floor(lo / step + 1e-9) * step;
    d->y_to = ceil(hi / step - 1e-9) * step;
    if (d->y_to <= d->y_from) {
        d->y_to = d->y_from + step;
    }
}

static void x_bounds(const struct chart *chart, struct chart_frame *d)
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
    double end = chart_domain_end(d->x_from, hi);
    if (chart->is_ended && hi > d->x_from) {
        double step = chart->x_kind == CHART_X_NUMBER ? chart_tick_step(d->x_from, hi, X_PARTS)
                                                      : chart_time_step(hi - d->x_from, X_PARTS);
        end = d->x_from + ceil((hi - d->x_from) / step - 1e-9) * step;
    }
    d->x_to = isnan(chart->x_to) ? end : chart->x_to;
    if (!(d->x_to > d->x_from)) {
        d->x_to = d->x_from + 1;
    }
}

int chart_dot_x(const struct chart_frame *d, double x)
{
    double at = (x - d->x_from) / (d->x_to - d->x_from) * (d->w - 1);
    return at < -1 ? -1 : at > d->w ? d->w : (int)floor(at + 0.5);
}

int chart_dot_y(const struct chart_frame *d, double y)
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

/* A point of the line, in dots; x may lie beside the plot. */
struct at {
    double x, y; /* in data; y of a logarithm */
    bool is_there;
};

/* The line between two points, as far as it lies in the plot. */
static void add_line(const struct chart_frame *d, struct span *spans, struct at a, struct at b)
{
    if (!a.is_there || !b.is_there || b.x <= a.x || b.x < d->x_from || a.x > d->x_to) {
        return;
    }
    double slope = (b.y - a.y) / (b.x - a.x);
    if (a.x < d->x_from) {
        a = (struct at){d->x_from, a.y + slope * (d->x_from - a.x), true};
    }
    if (b.x > d->x_to) {
        b = (struct at){d->x_to, b.y - slope * (b.x - d->x_to), true};
    }
    int x0 = chart_dot_x(d, a.x), x1 = chart_dot_x(d, b.x);
    if (x0 < x1) {
        connect(spans, x0, chart_dot_y(d, a.y), x1, chart_dot_y(d, b.y));
    }
}

static void series_spans(const struct chart_frame *d, const struct chart_series *s,
                         struct span *spans)
{
    struct at last = {0, 0, false};
    for (int x = 0; x < d->w; x++) {
        spans[x] = (struct span){1, 0};
    }
    for (size_t i = 0; i < s->n; i++) {
        struct at now = {s->x[i], y_of(d, s->y[i]), false};
        now.is_there = isfinite(now.x) && isfinite(now.y);
        add_line(d, spans, last, now);
        last = now;
        double low = y_of(d, s->lo ? s->lo[i] : s->y[i]);
        double high = y_of(d, s->hi ? s->hi[i] : s->y[i]);
        int x = isfinite(now.x) ? chart_dot_x(d, now.x) : -1;
        if (x < 0 || x >= d->w) {
            continue;
        }
        const double ys[] = {now.y, low,
                             high}; /* also of a point that is NaN: what it stands for */
        for (size_t k = 0; k < ALEN(ys); k++) {
            if (isfinite(ys[k])) {
                span_add(&spans[x], chart_dot_y(d, ys[k]));
            }
        }
    }
}

static bool is_lit(const struct span *spans, int x, int y)
{
    return spans[x].from <= y && y <= spans[x].to;
}

/* --- cells --- */

static bool braille_cell(const struct chart_frame *d, const struct span *spans, int cx, int cy,
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

static char mark_of(const struct chart_series *s, size_t i)
{
    static const char marks[] = "*+xo#@%&";
    return s->mark ? s->mark : s->tag ? s->tag : marks[i % (sizeof marks - 1)];
}

static bool ascii_cell(const struct span *spans, int cx, int cy, char mark, struct str *out)
{
    if (!is_lit(spans, cx, cy)) {
        return false;
    }
    str_addc(out, mark);
    return true;
}

static bool cell_text(const struct chart_frame *d, const struct span *spans, int cx, int cy,
                      char mark, struct str *out)
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
    return ascii_cell(spans, cx, cy, mark, out);
}

/* --- tags and signs --- */

/* Where the line is in a column of cells, as a row; -1: nowhere. */
static int row_at(const struct chart_frame *d, const struct span *spans, int cx)
{
    for (int x = (cx + 1) * d->cell_w - 1; x >= cx * d->cell_w; x--) {
        if (spans[x].from <= spans[x].to) {
            return (spans[x].from + spans[x].to) / 2 / d->cell_h;
        }
    }
    return -1;
}

static bool is_taken(const struct canvas *c, int x, int y)
{
    const struct cell *cell = canvas_cell(c, x, y);
    return cell && cell->bytes == 1 && cell->text[0] >= 'a' && cell->text[0] <= 'z';
}

static void put_tag(struct canvas *c, const struct chart_frame *d, const struct chart_series *s,
                    int cx, int cy)
{
    static const int tries[TAG_TRIES * 2 - 1] = {0, 1, -1, 2, -2, 3, -3};
    for (size_t i = 0; i < ALEN(tries); i++) {
        int x = d->area.x + cx, y = d->area.y + cy + tries[i];
        if (rect_has(d->area, x, y) && !is_taken(c, x, y)) {
            canvas_text(c, x, y, s->style | STYLE_BOLD, (struct sv){&s->tag, 1});
            return;
        }
    }
}

/* After its last cell; where colours say nothing also along it, each line at other places. */
static void draw_tags(struct canvas *c, const struct chart *chart, const struct chart_frame *d,
                      size_t series, const struct span *spans)
{
    const struct chart_series *s = &chart->series[series];
    int last = -1, step = TAG_EVERY * 2;
    for (int cx = 0; cx < d->area.w; cx++) {
        int cy = row_at(d, spans, cx);
        last = cy >= 0 ? cx : last;
        bool is_place = (cx + (int)series * 5) % step == TAG_EVERY;
        if (chart->is_tagged && is_place && cy >= 0 &&
            !is_taken(c, d->area.x + cx, d->area.y + cy)) {
            canvas_text(c, d->area.x + cx, d->area.y + cy, s->style, (struct sv){&s->tag, 1});
        }
    }
    if (last >= 0) {
        put_tag(c, d, s, last + 1 < d->area.w ? last + 1 : last, row_at(d, spans, last));
    }
}

/* A gap is not nothing: what was logged there has a sign. */
static void draw_signs(struct canvas *c, const struct chart_series *s, const struct chart_frame *d)
{
    for (size_t i = 0; i < s->n && !s->is_silent; i++) {
        int x = isfinite(s->x[i]) ? chart_dot_x(d, s->x[i]) : -1;
        if (isfinite(s->y[i]) || x < 0 || x >= d->w) {
            continue;
        }
        bool is_up = s->y[i] > 0; /* false for NaN */
        enum glyph glyph = isnan(s->y[i]) ? GLYPH_TIMES : is_up ? GLYPH_SORT_UP : GLYPH_SORT_DOWN;
        int y = is_up ? d->area.y : d->area.y + d->area.h - 1;
        canvas_glyph(c, d->area.x + x / d->cell_w, y, ROLE_BAD, glyph);
    }
}

static void draw_series(struct canvas *c, const struct chart *chart, const struct chart_frame *d)
{
    CLEANUP(str_release) struct str cell = STR_INIT;
    size_t w = (size_t)d->w;
    struct span *spans = xcalloc(w * (chart->n + 1), sizeof *spans);
    for (size_t s = chart->n; s-- > 0;) {
        series_spans(d, &chart->series[s], &spans[s * w]);
        for (int cx = 0; cx < d->area.w; cx++) {
            for (int cy = 0; cy < d->area.h; cy++) {
                if (cell_text(d, &spans[s * w], cx, cy, mark_of(&chart->series[s], s), &cell)) {
                    canvas_text(c, d->area.x + cx, d->area.y + cy, chart->series[s].style,
                                sv_of(&cell));
                }
            }
        }
    }
    for (size_t s = 0; s < chart->n; s++) {
        if (chart->series[s].tag) {
            draw_tags(c, chart, d, s, &spans[s * w]);
        }
        draw_signs(c, &chart->series[s], d);
    }
    free(spans);
}

static void draw_cursor(struct canvas *c, const struct chart *chart, const struct chart_frame *d)
{
    if (isnan(chart->cursor) || chart->cursor < d->x_from || chart->cursor > d->x_to) {
        return;
    }
    int x = d->area.x + chart_dot_x(d, chart->cursor) / d->cell_w;
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
    chart_title(c, chart, rect_cut_top(&r, 1));
    if (r.w < MIN_W || r.h < MIN_H - 1) {
        return;
    }
    struct rect axis = rect_cut_bottom(&r, 1);
    rect_cut_left(&r, r.w >= 24 ? CHART_LABEL_W + 1 : 1);
    struct chart_frame d = {.area = r,
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
    if (r.x - axis.x > CHART_LABEL_W) {
        chart_y_axis(c, &d);
    }
    chart_x_axis(c, chart, &d, axis.y);
    draw_series(c, chart, &d);
    draw_cursor(c, chart, &d);
}
