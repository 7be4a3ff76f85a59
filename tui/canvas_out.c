/* A canvas as plain text, as a golden, as a picture. */
#include "core/base/mem.h"
#include "tui/canvas.h"

static const struct cell *cell_at(const struct canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

static void row_cells(const struct canvas *c, int y, struct str *out)
{
    for (int x = 0; x < c->w; x++) {
        const struct cell *cell = cell_at(c, x, y);
        str_add(out, cell->text, cell->bytes);
    }
}

void canvas_row_text(const struct canvas *c, int y, struct str *out)
{
    size_t before = out->n;
    if (y < 0 || y >= c->h) {
        return;
    }
    row_cells(c, y, out);
    while (out->n > before && out->p[out->n - 1] == ' ') {
        str_truncate(out, out->n - 1);
    }
}

void canvas_plain(const struct canvas *c, struct str *out)
{
    for (int y = 0; y < c->h; y++) {
        canvas_row_text(c, y, out);
        str_addc(out, '\n');
    }
}

static void style_words(unsigned style, struct str *out)
{
    static const struct {
        unsigned flag;
        const char *name;
    } flags[] = {{STYLE_BOLD, " bold"},
                 {STYLE_DIM, " dim"},
                 {STYLE_UNDERLINE, " underline"},
                 {STYLE_REVERSE, " reverse"}};
    str_addz(out, role_name((enum role)(style & STYLE_ROLE_MASK)));
    for (size_t i = 0; i < ALEN(flags); i++) {
        str_addz(out, style & flags[i].flag ? flags[i].name : "");
    }
}

static int run_end(const struct canvas *c, int x, int y)
{
    uint16_t style = cell_at(c, x, y)->style;
    while (x < c->w && cell_at(c, x, y)->style == style) {
        x++;
    }
    return x;
}

static void row_styles(const struct canvas *c, int y, struct str *out)
{
    const char *separator = "";
    for (int x = 0, end; x < c->w; x = end) {
        uint16_t style = cell_at(c, x, y)->style;
        end = run_end(c, x, y);
        if (style == ROLE_NORMAL) {
            continue;
        }
        if (*separator == '\0') {
            str_addf(out, "%d: ", y + 1);
        }
        str_addf(out, "%s%d+%d ", separator, x, end - x);
        style_words(style, out);
        separator = ", ";
    }
    if (*separator) {
        str_addc(out, '\n');
    }
}

void canvas_dump(const struct canvas *c, struct str *out)
{
    for (int y = 0; y < c->h; y++) {
        row_cells(c, y, out);
        str_addz(out, "|\n");
    }
    for (int y = 0; y < c->h; y++) {
        row_styles(c, y, out);
    }
    str_addf(out, "cursor %d,%d%s\n", c->cursor_x, c->cursor_y + 1,
             c->is_cursor_visible ? " visible" : "");
}

/* --- SVG: one rect and one text for each run of a style --- */

enum { SVG_CELL_W = 9, SVG_CELL_H = 18, SVG_BASELINE = 14, SVG_MARGIN = 12 };

struct paint {
    uint32_t fg, bg;
    unsigned flags;
};

static struct paint paint_of(const struct theme *t, unsigned style)
{
    struct look look = theme_look(t, style, COLOUR_256);
    struct paint p = {look.fg < 0 ? t->foreground : theme_rgb(look.fg),
                      look.bg < 0 ? t->background : theme_rgb(look.bg), look.flags};
    if (look.flags & STYLE_REVERSE) {
        uint32_t fg = p.fg;
        p.fg = p.bg;
        p.bg = fg;
    }
    return p;
}

static void xml_text(struct str *out, struct sv v)
{
    for (size_t i = 0; i < v.n; i++) {
        switch (v.p[i]) {
        case '<':
            str_addz(out, "&lt;");
            break;
        case '>':
            str_addz(out, "&gt;");
            break;
        case '&':
            str_addz(out, "&amp;");
            break;
        default:
            str_addc(out, v.p[i]);
        }
    }
}

static void svg_ground(const struct theme *t, struct paint p, int x, int y, int cells,
                       struct str *out)
{
    if (p.bg != t->background) {
        str_addf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
                 SVG_MARGIN + x * SVG_CELL_W, SVG_MARGIN + y * SVG_CELL_H, cells * SVG_CELL_W,
                 SVG_CELL_H, p.bg);
    }
}

static void svg_text(struct paint p, int x, int y, int cells, struct sv text, struct str *out)
{
    str_addf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s%s>",
             SVG_MARGIN + x * SVG_CELL_W, SVG_MARGIN + y * SVG_CELL_H + SVG_BASELINE,
             cells * SVG_CELL_W, p.fg, p.flags & STYLE_BOLD ? " font-weight=\"bold\"" : "",
             p.flags & STYLE_DIM ? " opacity=\"0.6\"" : "",
             p.flags & STYLE_UNDERLINE ? " text-decoration=\"underline\"" : "");
    xml_text(out, text);
    str_addz(out, "</text>\n");
}

/* The letters of a run in pieces without long blanks, so that columns stand where they stand. */
static void svg_run(const struct canvas *c, struct paint p, int x, int end, int y, struct str *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    int start = x;
    for (int i = x; i <= end; i++) {
        const struct cell *cell = i < end ? cell_at(c, i, y) : NULL;
        bool is_blank = !cell || (cell->bytes == 1 && cell->text[0] == ' ');
        if (is_blank && text.n) {
            svg_text(p, start, y, i - start, sv_of(&text), out);
            str_clear(&text);
        }
        if (!is_blank) {
            start = text.n ? start : i;
            str_add(&text, cell->text, cell->bytes);
        }
    }
}

void canvas_svg(const struct canvas *c, const struct theme *t, struct str *out)
{
    int w = c->w * SVG_CELL_W + 2 * SVG_MARGIN, h = c->h * SVG_CELL_H + 2 * SVG_MARGIN;
    str_addf(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
             "viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
             "font-size=\"15\" xml:space=\"preserve\">\n",
             w, h, w, h);
    str_addf(out, "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#%06x\"/>\n", w, h,
             t->background);
    for (int y = 0; y < c->h; y++) {
        for (int x = 0, end; x < c->w; x = end) {
            end = run_end(c, x, y);
            struct paint p = paint_of(t, cell_at(c, x, y)->style);
            svg_ground(t, p, x, y, end - x, out);
            svg_run(c, p, x, end, y, out);
        }
    }
    str_addz(out, "</svg>\n");
}
