/* Durations as bars on one axis. */
#include "tui/widgets/bars.h"

#include "core/base/mem.h"

enum { TICK_CELLS = 10 };

struct bar_scale bar_scale(int64_t span_ms, int w)
{
    static const int64_t steps[] = {1, 2, 5};
    int64_t power = 1000;
    for (;;) {
        for (size_t i = 0; i < ALEN(steps); i++) {
            int64_t cell_ms = steps[i] * power;
            if (w <= 0 || span_ms <= cell_ms * w || power > INT64_MAX / 1000) {
                return (struct bar_scale){cell_ms};
            }
        }
        power *= 10;
    }
}

/* 0s 50s 1m40s 2m 2h46m 1d: as a duration, without what is 0. */
static void tick_label(struct str *out, int64_t ms)
{
    static const struct {
        int64_t s;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    int64_t s = ms / 1000;
    size_t i = 0;
    while (i + 1 < ALEN(units) && s < units[i].s) {
        i++;
    }
    str_addf(out, "%lld%c", (long long)(s / units[i].s), units[i].unit);
    s %= units[i].s;
    if (i + 1 < ALEN(units) && s >= units[i + 1].s) {
        str_addf(out, "%02lld%c", (long long)(s / units[i + 1].s), units[i + 1].unit);
    }
}

void bar_titles(struct canvas *c, struct rect row, struct bar_scale s)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    for (int x = 0; x < row.w; x += TICK_CELLS) {
        str_clear(&label);
        tick_label(&label, s.cell_ms * x);
        if (x + (int)label.n <= row.w) {
            canvas_text(c, row.x + x, row.y, ROLE_DIM, sv_of(&label));
        }
    }
}

static int cell_at(struct bar_scale s, int64_t ms, int w)
{
    int64_t cell = ms > 0 ? (ms + s.cell_ms / 2) / s.cell_ms : 0;
    return cell < w ? (int)cell : w;
}

int bar_draw(struct canvas *c, struct rect row, struct bar_scale s, int64_t from_ms, int64_t to_ms,
             unsigned style)
{
    int from = cell_at(s, from_ms, row.w), to = cell_at(s, to_ms, row.w);
    if (from >= row.w) {
        return row.x + row.w;
    }
    if (to <= from) {
        return canvas_glyph(c, row.x + from, row.y, style, GLYPH_BAR_THIN);
    }
    for (int x = from; x < to; x++) {
        canvas_glyph(c, row.x + x, row.y, style, GLYPH_BAR_FULL);
    }
    return row.x + to;
}
