/* Cells, clip and text; the ways out are in canvas_out.c. */
#include "tui/canvas.h"

#include <stdlib.h>

#include "core/base/mem.h"

static const struct cell blank = {.text = " ", .bytes = 1, .width = 1, .style = ROLE_NORMAL};

static int side(int v)
{
    return v < 1 ? 1 : v > CANVAS_MAX_SIDE ? CANVAS_MAX_SIDE : v;
}

void canvas_init(struct canvas *c, int w, int h, bool is_ascii)
{
    *c = (struct canvas){.is_ascii = is_ascii};
    canvas_resize(c, w, h);
}

void canvas_release(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){0};
}

void canvas_resize(struct canvas *c, int w, int h)
{
    c->w = side(w);
    c->h = side(h);
    c->cells = xreallocarray(c->cells, (size_t)c->w * (size_t)c->h, sizeof *c->cells);
    canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
    for (size_t i = 0; i < (size_t)c->w * (size_t)c->h; i++) {
        c->cells[i] = blank;
    }
    c->clip_depth = 0;
    c->clips[0] = canvas_area(c);
    c->outside = 0;
    c->cursor_x = c->cursor_y = 0;
    c->is_cursor_visible = false;
}

struct rect canvas_area(const struct canvas *c)
{
    return (struct rect){0, 0, c->w, c->h};
}

void canvas_push(struct canvas *c, struct rect r)
{
    xassert(c->clip_depth < CANVAS_CLIPS - 1);
    c->clips[c->clip_depth + 1] = rect_meet(c->clips[c->clip_depth], r);
    c->clip_depth++;
}

void canvas_pop(struct canvas *c)
{
    xassert(c->clip_depth > 0);
    c->clip_depth--;
}

static struct cell *at(const struct canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

const struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
    return rect_has(canvas_area(c), x, y) ? at(c, x, y) : NULL;
}

/* --- one cluster --- */

/* A character of our own in ASCII: what glyphs.def says, else a few signs, else "?". */
static char fold(struct sv cluster)
{
    static const struct {
        const char *from;
        char to;
    } more[] = {{"·", '.'}, {"±", '~'}, {"≤", '<'}, {"≥", '>'}, {"←", '<'}, {"•", '*'}};
    for (int i = 0; i < GLYPH_COUNT; i++) {
        if (sv_eqz(cluster, glyph_text((enum glyph)i, false))) {
            return glyph_text((enum glyph)i, true)[0];
        }
    }
    for (size_t i = 0; i < ALEN(more); i++) {
        if (sv_eqz(cluster, more[i].from)) {
            return more[i].to;
        }
    }
    return '?';
}

static bool is_harmful(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0, 31},          {127, 159},       {0x061c, 0x061c}, {0x200e, 0x200f},
                  {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfffd, 0xfffd}};
    for (size_t i = 0; i < ALEN(ranges); i++) {
        if (code >= ranges[i].from && code <= ranges[i].to) {
            return true;
        }
    }
    return false;
}

/* Control and bidi characters must not reach a terminal, whoever passed them: alone they show as
 * "·", hung on another character they are left out with what follows them in its cluster. */
static struct sv harmless(struct sv cluster, int *width)
{
    struct sv v = cluster;
    uint32_t first = utf8_next(&v);
    if (is_harmful(first)) {
        *width = 1;
        return first == '\t' || first == '\n' ? SV(" ") : SV("·");
    }
    for (struct sv rest = v; rest.n > 0; v = rest) {
        if (is_harmful(utf8_next(&rest))) {
            return (struct sv){cluster.p, cluster.n - v.n};
        }
    }
    return cluster;
}

/* Longer than a cell: the base character and as many marks as fit. */
static struct sv held(struct sv cluster)
{
    size_t n = 0;
    while (n < cluster.n) {
        size_t step = utf8_valid_bytes(cluster.p + n, cluster.n - n);
        if (step == 0 || n + step > CELL_BYTES) {
            break;
        }
        n += step;
    }
    return (struct sv){cluster.p, n};
}

/* Half of a wide cell is about to be overwritten: the other half becomes a space. */
static void part(struct canvas *c, int x, int y)
{
    struct cell *cell = at(c, x, y);
    if (cell->width == 0 && x > 0) {
        struct cell *left = at(c, x - 1, y);
        uint16_t style = left->style;
        *left = blank;
        left->style = style;
    }
    if (cell->width == 2 && x + 1 < c->w) {
        struct cell *right = at(c, x + 1, y);
        uint16_t style = right->style;
        *right = blank;
        right->style = style;
    }
}

static void put(struct canvas *c, int x, int y, unsigned style, struct sv cluster, int width)
{
    struct cell *cell;
    part(c, x, y);
    if (width == 2) {
        part(c, x + 1, y);
        cell = at(c, x + 1, y);
        *cell = (struct cell){.style = (uint16_t)style};
    }
    cell = at(c, x, y);
    cluster = held(cluster);
    *cell = (struct cell){
        .bytes = (uint8_t)cluster.n, .width = (uint8_t)width, .style = (uint16_t)style};
    memcpy(cell->text, cluster.p, cluster.n);
}

/* The next cluster of *text as it will be drawn; false at its end. Zero-width ones are skipped. */
static bool next(const struct canvas *c, struct sv *text, struct sv *ret, int *ret_width,
                 char *ascii)
{
    while (text->n > 0) {
        int width = 0;
        struct sv cluster;
        if (text->p[0] >= 32 && text->p[0] < 127 && (text->n == 1 || text->p[1] >= 0)) {
            cluster = (struct sv){text->p, 1}; /* plain ASCII: most of all text */
            width = 1;
            *text = (struct sv){text->p + 1, text->n - 1};
        } else {
            cluster = harmless(utf8_cluster(text, &width), &width);
        }
        if (width <= 0) {
            continue;
        }
        if (c->is_ascii && cluster.p[0] < 0) {
            *ascii = fold(cluster);
            cluster = (struct sv){ascii, 1};
            width = 1;
        } else if (c->is_ascii) {
            cluster.n = 1; /* without its marks */
        }
        *ret = cluster;
        *ret_width = width;
        return true;
    }
    return false;
}

/* --- text --- */

/* Write at most `room` cells from x on; what is longer ends in "…". Returns the cells used. */
static int write_within(struct canvas *c, int x, int y, int room, unsigned style, struct sv text)
{
    struct sv cluster;
    int width, used = 0, last_x = x;
    char ascii;
    while (next(c, &text, &cluster, &width, &ascii)) {
        if (used + width > room) {
            int cut_x = used < room ? x + used : last_x;
            put(c, cut_x, y, style, c->is_ascii ? SV(".") : SV("…"), 1);
            for (int i = cut_x + 1; i < x + room; i++) {
                put(c, i, y, style, SV(" "), 1);
            }
            return room;
        }
        put(c, x + used, y, style, cluster, width);
        last_x = x + used;
        used += width;
    }
    return used;
}

int canvas_text(struct canvas *c, int x, int y, unsigned style, struct sv text)
{
    struct rect clip = c->clips[c->clip_depth];
    if (text.n == 0) {
        return x;
    }
    if (!rect_has(clip, x, y)) {
        c->outside++;
        return x;
    }
    return x + write_within(c, x, y, clip.x + clip.w - x, style, text);
}

int canvas_z(struct canvas *c, int x, int y, unsigned style, const char *text)
{
    return canvas_text(c, x, y, style, sv_z(text));
}

int canvas_textf(struct canvas *c, int x, int y, unsigned style, const char *fmt, ...)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    return canvas_text(c, x, y, style, sv_of(&s));
}

int canvas_glyph(struct canvas *c, int x, int y, unsigned style, enum glyph glyph)
{
    return canvas_z(c, x, y, style, glyph_text(glyph, c->is_ascii));
}

int canvas_fit(struct canvas *c, int x, int y, int w, unsigned style, struct sv text,
               enum align align, enum utf8_cut cut)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    struct rect clip = c->clips[c->clip_depth];
    if (w <= 0) {
        return x;
    }
    if (!rect_has(clip, x, y)) {
        c->outside++;
        return x + w;
    }
    int room = clip.x + clip.w - x < w ? clip.x + clip.w - x : w;
    int width = (int)utf8_width(text);
    if (width > room) {
        utf8_fit(&s, text, (size_t)room, cut);
        text = sv_of(&s);
        width = (int)utf8_width(text);
    }
    int pad = align == ALIGN_RIGHT || align == ALIGN_POINT ? room - width
              : align == ALIGN_CENTRE                      ? (room - width) / 2
                                                           : 0;
    canvas_fill(c, (struct rect){x, y, room, 1}, style);
    write_within(c, x + pad, y, room - pad, style, text);
    return x + w;
}

/* --- areas --- */

void canvas_fill(struct canvas *c, struct rect r, unsigned style)
{
    r = rect_meet(r, c->clips[c->clip_depth]);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            put(c, x, y, style, SV(" "), 1);
        }
    }
}

void canvas_flags(struct canvas *c, struct rect r, unsigned flags)
{
    r = rect_meet(r, c->clips[c->clip_depth]);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            at(c, x, y)->style |= (uint16_t)(flags & ~(unsigned)STYLE_ROLE_MASK);
        }
    }
}

void canvas_role(struct canvas *c, struct rect r, enum role role)
{
    r = rect_meet(r, c->clips[c->clip_depth]);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            struct cell *cell = at(c, x, y);
            cell->style = (uint16_t)((cell->style & ~(unsigned)STYLE_ROLE_MASK) | (unsigned)role);
        }
    }
}

void canvas_select(struct canvas *c, struct rect row)
{
    row = rect_meet(row, c->clips[c->clip_depth]);
    if (rect_is_empty(row)) {
        return;
    }
    canvas_flags(c, row, STYLE_REVERSE);
    int x = row.x;
    while (x < row.x + row.w - 1 && at(c, x, row.y)->text[0] == ' ') {
        x++;
    }
    canvas_cursor(c, x, row.y, false);
}

void canvas_cursor(struct canvas *c, int x, int y, bool is_visible)
{
    if (rect_has(canvas_area(c), x, y)) {
        c->cursor_x = x;
        c->cursor_y = y;
        c->is_cursor_visible = is_visible;
    }
}
