/* Series as arrays for charts; see curve.h. */
#include "views/curve.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"

/* how strongly the past counts; `<` and `>` go through these */
static const double weights[] = {0, 0.5, 0.8, 0.9, 0.95, 0.99};
static const char *const averages[CURVE_AVERAGE_COUNT] = {
    [CURVE_TWEMA] = "twema", [CURVE_EMA] = "ema"};

size_t curve_smoothing_count(void)
{
    return ALEN(weights);
}

double curve_weight(const struct curve_look *look)
{
    return weights[look->smoothing < ALEN(weights) ? look->smoothing : 0];
}

double curve_x(const struct curve_look *look, const struct series *s, size_t point)
{
    const struct series_point *p = &s->at[point];
    return look->axis == CURVE_BY_STEP   ? p->step
           : look->axis == CURVE_BY_TIME ? (p->time_ms - s->at[0].time_ms) / 1000
                                         : p->time_ms / 1000;
}

enum chart_x curve_x_kind(const struct curve_look *look)
{
    static const enum chart_x kinds_of_x[CURVE_AXIS_COUNT] = {[CURVE_BY_STEP] = CHART_X_NUMBER,
                                                              [CURVE_BY_TIME] = CHART_X_SECONDS,
                                                              [CURVE_BY_CLOCK] = CHART_X_CLOCK};
    return kinds_of_x[look->axis];
}

static void smooth(struct curve *c, const struct curve_look *look)
{
    double weight = curve_weight(look), sum = 0, norm = 0, last = NAN;
    double range = c->n > 1 ? c->x[c->n - 1] - c->x[0] : 0;
    double mean = range > 0 ? range / (double)(c->n - 1) : 1;
    for (size_t i = 0; i < c->n; i++) {
        if (!isfinite(c->y[i])) {
            c->smooth[i] = NAN;
            continue;
        }
        double distance = isnan(last) ? 1 : (c->x[i] - last) / mean;
        double past =
            look->average == CURVE_EMA || !(distance >= 0) ? weight : pow(weight, distance);
        sum = sum * past + c->y[i] * (1 - weight);
        norm = norm * past + (1 - weight);
        last = c->x[i];
        c->smooth[i] = norm > 0 ? sum / norm : c->y[i];
    }
}

void curve_init(struct curve *c, const struct curve_look *look, const struct series *s)
{
    *c = (struct curve){.n = s->n};
    c->x = xcalloc(s->n * 5 + 1, sizeof *c->x);
    c->y = c->x + s->n;
    c->lo = c->y + s->n;
    c->hi = c->lo + s->n;
    for (size_t i = 0; i < s->n; i++) {
        c->x[i] = curve_x(look, s, i);
        c->y[i] = s->at[i].value;
        c->lo[i] = s->at[i].min;
        c->hi[i] = s->at[i].max;
    }
    if (curve_weight(look) > 0) {
        c->smooth = c->hi + s->n;
        smooth(c, look);
    }
}

void curve_release(struct curve *c)
{
    free(c->x);
    *c = (struct curve){0};
}

void curve_say(struct str *out, const struct curve_look *look)
{
    if (curve_weight(look) > 0) {
        str_addf(out, "  smoothed %g", curve_weight(look));
        str_addz(out, look->average == CURVE_EMA ? " ema" : "");
    }
    str_addz(out, look->axis == CURVE_BY_TIME    ? "  by time"
                  : look->axis == CURVE_BY_CLOCK ? "  by the clock"
                                                 : "");
    str_addz(out, isnan(look->from) ? "" : "  zoomed");
}

void curve_zoom(struct curve_look *look, double factor, double first, double last, double middle)
{
    double from = isnan(look->from) ? first : look->from, to = isnan(look->to) ? last : look->to;
    double width = (to - from) * factor;
    middle = isnan(middle) ? to - width / 2 : middle; /* the end is what one watches */
    if (!(width > 0)) {
        return;
    }
    look->from = middle - width / 2;
    look->to = middle + width / 2;
    if (look->from <= first && look->to >= last) {
        look->from = look->to = NAN;
    }
}

bool curve_parse_smoothing(struct curve_look *look, struct sv text)
{
    struct sv rest = sv_trim(text), word = {"", 0};
    double weight = -1;
    size_t kind = 0, level = 0;
    (void)sv_split(&rest, ' ', &word);
    if (sv_eqz(word, "none")) {
        look->smoothing = 0;
        return true;
    }
    while (kind < ALEN(averages) && !sv_eqz(word, averages[kind])) {
        kind++;
    }
    bool has_weight = word.n < sv_trim(text).n;
    if (kind == ALEN(averages) || (has_weight && !fmt_parse_double(sv_trim(rest), &weight))) {
        return false;
    }
    while (has_weight && level < ALEN(weights) && weights[level] != weight) {
        level++;
    }
    if (level == ALEN(weights)) {
        return false;
    }
    look->average = (enum curve_average)kind;
    look->smoothing = has_weight ? level : look->smoothing ? look->smoothing : 3;
    return true;
}
