/* Axes and title of a chart: ticks of numbers, logarithms and times. */
#include <math.h>
#include <time.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tui/widgets/chart_frame.h"

enum { TICKS_MAX = 64, LABEL_CELLS = 10, DAY_S = 86400, LOG_FINE_DECADES = 3 };

/* --- y --- */

static int y_ticks(const struct chart_frame *d)
{
    return d->area.h > 4 ? (d->area.h - 1) / 2 : 2;
}

/* A label at the row of `value`, unless one stands too near above. */
static void y_tick(struct canvas *c, const struct chart_frame *d, double value, double shown,
                   double step, int *last)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    int x = d->area.x - 1, y = chart_dot_y(d, value) / d->cell_h;
    if (y < *last + 2) {
        return;
    }
    *last = y;
    chart_label(&label, shown, step);
    canvas_fit(c, x - CHART_LABEL_W, d->area.y + y, CHART_LABEL_W - 1, ROLE_AXIS, sv_of(&label),
               ALIGN_RIGHT, UTF8_CUT_END);
    canvas_glyph(c, x, d->area.y + y, ROLE_AXIS, GLYPH_AXIS_TICK_Y);
}

/* 1, 2 and 5 of every decade; over many decades, or few rows, the decades alone. */
static void log_ticks(struct canvas *c, const struct chart_frame *d)
{
    static const double fine[] = {5, 2, 1}, whole[] = {1};
    double decades = d->y_to - d->y_from;
    bool is_fine = decades <= LOG_FINE_DECADES && decades * 3 <= d->area.h;
    const double *steps = is_fine || decades < 1 ? fine : whole;
    size_t n = steps == fine ? ALEN(fine) : ALEN(whole);
    int last = -2, top = (int)floor(d->y_to + 1e-9), below = (int)floor(d->y_from + 1e-9);
    int end = top - below < TICKS_MAX ? below : top - TICKS_MAX;
    for (int k = top; k >= end; k--) {
        for (size_t i = 0; i < n; i++) {
            double at = k + log10(steps[i]), value = steps[i] * pow(10, k);
            if (at <= d->y_to + 1e-9 && at >= d->y_from - 1e-9) {
                y_tick(c, d, at, value, value, &last);
            }
        }
    }
}

void chart_y_axis(struct canvas *c, const struct chart_frame *d)
{
    double step = chart_tick_step(d->y_from, d->y_to, y_ticks(d));
    int last = -2;
    for (int y = 0; y < d->area.h; y++) {
        canvas_glyph(c, d->area.x - 1, d->area.y + y, ROLE_AXIS, GLYPH_AXIS_V);
    }
    if (d->is_log) {
        log_ticks(c, d);
        return;
    }
    for (int i = 0; i < TICKS_MAX; i++) {
        double value = d->y_to - i * step;
        if (value < d->y_from - step / 2) {
            break;
        }
        y_tick(c, d, value, fabs(value) < step / 1000 ? 0 : value, step, &last);
    }
}

/* --- x --- */

double chart_time_step(double span, int max)
{
    static const double steps[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                   600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY_S};
    for (size_t i = 0; i < ALEN(steps); i++) {
        if (span / steps[i] <= max) {
            return steps[i];
        }
    }
    return DAY_S * chart_round_up(span / DAY_S / max);
}

/* The local midnight before: times of day begin there. */
static double midnight(double s)
{
    struct tm tm;
    time_t t = (time_t)s;
    if (!localtime_r(&t, &tm)) {
        return 0;
    }
    return s - fmod(s, 1) - tm.tm_hour * 3600.0 - tm.tm_min * 60.0 - tm.tm_sec;
}

static void clock_label(struct str *out, double s, double step)
{
    struct tm tm;
    time_t t = (time_t)floor(s + 0.5);
    if (!localtime_r(&t, &tm)) {
        return;
    }
    if (step >= DAY_S) {
        str_addf(out, "%02d-%02d", tm.tm_mon + 1, tm.tm_mday);
    } else if (step >= 60) {
        str_addf(out, "%02d:%02d", tm.tm_hour, tm.tm_min);
    } else {
        str_addf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    }
}

static void seconds_label(struct str *out, double value, double step)
{
    static const struct {
        double s;
        const char *unit;
    } units[] = {{DAY_S, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
    for (size_t i = 0; i < ALEN(units); i++) {
        bool is_whole = fmod(value, units[i].s) == 0 && fmod(step, units[i].s) == 0;
        if ((is_whole && value != 0) || i + 1 == ALEN(units)) {
            str_addf(out, "%.10g%s", value / units[i].s, units[i].unit);
            return;
        }
    }
}

static void x_label(const struct chart *chart, double value, double step, struct str *out)
{
    static void (*const labels[])(struct str *, double, double) = {
        [CHART_X_NUMBER] = chart_label,
        [CHART_X_SECONDS] = seconds_label,
        [CHART_X_CLOCK] = clock_label,
    };
    labels[chart->x_kind](out, value, step);
}

void chart_x_axis(struct canvas *c, const struct chart *chart, const struct chart_frame *d, int y)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    int most = d->area.w / LABEL_CELLS > 1 ? d->area.w / LABEL_CELLS : 1;
    bool is_time = chart->x_kind != CHART_X_NUMBER;
    double step = is_time ? chart_time_step(d->x_to - d->x_from, most)
                          : chart_tick_step(d->x_from, d->x_to, most);
    double zero = chart->x_kind == CHART_X_CLOCK ? midnight(d->x_from) : 0;
    double first = zero + ceil((d->x_from - zero) / step - 1e-9) * step;
    int end = d->area.x - 1; /* first column that is still free */
    for (int i = 0; i < TICKS_MAX && first + i * step <= d->x_to + step / 1000; i++) {
        double value = first + i * step;
        str_clear(&label);
        x_label(chart, fabs(value) < step / 1000 ? 0 : value, step, &label);
        int w = (int)label.n, x = d->area.x + chart_dot_x(d, value) / d->cell_w;
        x = x + w > d->area.x + d->area.w ? d->area.x + d->area.w - w : x;
        if (x >= end && w <= d->area.w) {
            canvas_text(c, x, y, ROLE_AXIS, sv_of(&label));
            end = x + w + 1;
        }
    }
}

/* --- the title row: names with their value at the cursor, or the last one --- */

size_t chart_nearest(const struct chart_series *s, double x)
{
    size_t lo = 0, hi = s->n;
    if (s->n == 0 || !(x >= s->x[0]) || x > s->x[s->n - 1]) {
        return SIZE_MAX;
    }
    while (lo + 1 < hi) { /* the last that is not beyond */
        size_t mid = lo + (hi - lo) / 2;
        if (s->x[mid] <= x) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo + 1 < s->n && s->x[lo + 1] - x < x - s->x[lo] ? lo + 1 : lo;
}

static void value_text(const struct chart *chart, const struct chart_series *s, struct str *out)
{
    size_t at = isnan(chart->cursor) ? s->n - 1 : chart_nearest(s, chart->cursor);
    str_clear(out);
    if (s->value.p) {
        str_addsv(out, s->value);
    } else if (s->n && at < s->n) {
        fmt_double(out, s->y[at]);
    } else if (s->n) {
        str_addz(out, glyph_text(GLYPH_MISSING, false));
    }
}

void chart_title(struct canvas *c, const struct chart *chart, struct rect row)
{
    CLEANUP(str_release) struct str value = STR_INIT;
    struct sv title = chart->title;
    int w = (int)utf8_width(title) < row.w ? (int)utf8_width(title) : row.w;
    int x = canvas_fit(c, row.x, row.y, w, ROLE_TITLE | chart->title_flags, title, ALIGN_LEFT,
                       UTF8_CUT_END);
    for (size_t s = 0; s < chart->n; s++) {
        const struct chart_series *one = &chart->series[s];
        value_text(chart, one, &value);
        bool is_named = one->name.n && !sv_eq(one->name, title);
        int need = (is_named ? (int)utf8_width(one->name) + 1 : 0) +
                   (int)utf8_width(sv_of(&value)) + 2 +
                   (one->note.n ? (int)utf8_width(one->note) + 1 : 0);
        if (one->is_silent || (value.n == 0 && !is_named)) {
            continue;
        }
        if (x + need > row.x + row.w) {
            break;
        }
        x += 2;
        if (is_named) {
            x = canvas_text(c, x, row.y, one->name_style ? one->name_style : one->style,
                            one->name) +
                1;
        }
        x = canvas_text(c, x, row.y, ROLE_NORMAL | STYLE_BOLD, sv_of(&value));
        if (one->note.n) {
            x = canvas_text(c, x + 1, row.y, ROLE_NORMAL, one->note);
        }
    }
}
