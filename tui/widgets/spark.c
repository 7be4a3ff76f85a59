/* Sparklines and gauges. */
#include "tui/widgets/spark.h"

#include <math.h>

#include "core/base/mem.h"

enum {
    EIGHTHS = 8,
    LEVELS = 7 /* a full cell would touch the row above */
};

static void bounds(const double *values, size_t n, double *lo, double *hi)
{
    double min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            min = values[i] < min ? values[i] : min;
            max = values[i] > max ? values[i] : max;
        }
    }
    *lo = isnan(*lo) ? min : *lo;
    *hi = isnan(*hi) ? max : *hi;
}

static enum glyph level_of(double value, double lo, double hi)
{
    if (!isfinite(value)) {
        return GLYPH_LEVEL_0;
    }
    double share = hi > lo ? (value - lo) / (hi - lo) : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return (enum glyph)(GLYPH_LEVEL_1 + (int)(share * (LEVELS - 1) + 0.5));
}

/* Value that cell i of `cells` stands for: the last one in it. */
static double cell_value(const double *values, size_t n, size_t cells, size_t i)
{
    return values[n <= cells ? i : (i + 1) * n / cells - 1];
}

void spark_text(struct str *out, const double *values, size_t n, size_t width, double lo, double hi)
{
    size_t cells = n < width ? n : width;
    bounds(values, n, &lo, &hi);
    for (size_t i = 0; i < cells; i++) {
        str_addz(out, glyph_text(level_of(cell_value(values, n, cells, i), lo, hi), false));
    }
}

int spark_draw(struct canvas *c, int x, int y, int w, unsigned style, const double *values,
               size_t n, double lo, double hi)
{
    size_t cells = w > 0 && n > (size_t)w ? (size_t)w : w > 0 ? n : 0;
    bounds(values, n, &lo, &hi);
    for (size_t i = 0; i < cells; i++) {
        x = canvas_glyph(c, x, y, style, level_of(cell_value(values, n, cells, i), lo, hi));
    }
    return x;
}

void gauge_draw(struct canvas *c, struct rect row, double fraction, unsigned style)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    fraction = fraction > 0 ? fraction < 1 ? fraction : 1 : 0; /* NaN is 0 */
    int parts = (int)(fraction * row.w * EIGHTHS + 0.5);
    int x = row.x;
    for (; parts >= EIGHTHS; parts -= EIGHTHS) {
        x = canvas_glyph(c, x, row.y, style, GLYPH_BAR_FULL);
    }
    if (parts > 0 && c->is_ascii) {
        canvas_z(c, x, row.y, style, parts >= EIGHTHS / 2 ? "#" : " ");
    } else if (parts > 0) {
        canvas_z(c, x, row.y, style, eighths[parts]);
    }
}
