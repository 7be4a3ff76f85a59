/* A comparison as text: a grid of cells, aligned, delimited or as Markdown; see compare.h. */
#include <math.h>
#include <stdlib.h>

#include "core/base/delimited.h"
#include "core/base/fmt.h"
#include "core/base/utf8.h"
#include "core/model/cell.h"
#include "core/model/compare.h"

enum { CELL_W = 60 };

static const char *const better_words[] = {
    [BETTER_UNKNOWN] = "", [BETTER_YES] = "better", [BETTER_NO] = "worse"};

struct grid {
    const struct compare *c;
    enum compare_form form;
    int64_t now_ms;
    VEC(char *) cells;
    size_t columns;
};

static bool is_for_programs(const struct grid *g)
{
    return g->form == COMPARE_CSV || g->form == COMPARE_TSV;
}

static void put(struct grid *g, struct str *text)
{
    vec_push(&g->cells, str_detach(text));
}

static void put_clean(struct grid *g, struct sv text)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    CLEANUP(str_release) struct str fit = STR_INIT;
    utf8_sanitize(&clean, text);
    utf8_fit(&fit, sv_of(&clean), CELL_W, UTF8_CUT_END);
    put(g, &fit);
}

static void put_line_of_programs(struct grid *g, const struct compare_line *l)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addz(&text, l->name);
    put(g, &text);
    for (size_t i = 0; i < g->c->n; i++) {
        cell_text(&text, l->values[i], l->field, CELL_MACHINE, g->now_ms);
        put(g, &text);
        if (i != g->c->baseline) {
            if (isfinite(l->deltas[i])) {
                fmt_double(&text, l->deltas[i]);
            }
            put(g, &text);
            str_addz(&text, better_words[l->betters[i]]);
            put(g, &text);
        }
    }
}

static void put_line(struct grid *g, const struct compare_line *l)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    put_clean(g, sv_z(l->name));
    for (size_t i = 0; i < g->c->n; i++) {
        str_clear(&text);
        cell_text(&text, l->values[i], l->field, CELL_HUMAN, g->now_ms);
        put_clean(g, sv_of(&text));
        if (i != g->c->baseline) {
            str_clear(&text);
            compare_delta_text(&text, l->values[i], l->values[g->c->baseline]);
            put(g, &text);
            str_addz(&text, better_words[l->betters[i]]);
            put(g, &text);
        }
    }
}

static void put_titles(struct grid *g, const char *const *titles)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    bool is_program = is_for_programs(g);
    str_addz(&text, is_program ? "field" : "FIELD");
    put(g, &text);
    for (size_t i = 0; i < g->c->n; i++) {
        bool is_baseline = i == g->c->baseline;
        str_addf(&text, "%s%s", titles[i], is_baseline && !is_program ? " baseline" : "");
        put(g, &text);
        for (int k = 0; k < 2 && !is_baseline; k++) {
            if (is_program) {
                str_addf(&text, "%s.%s", k ? "better" : "delta", titles[i]);
            }
            put(g, &text);
        }
    }
    g->columns = g->cells.n;
}

/* --- forms --- */

static void print_delimited(const struct grid *g, struct str *out)
{
    bool is_csv = g->form == COMPARE_CSV;
    for (size_t i = 0; i < g->cells.n; i++) {
        struct sv text = sv_z(g->cells.at[i]);
        bool is_last = (i + 1) % g->columns == 0;
        if (is_csv) {
            delimited_csv(out, text);
        } else {
            delimited_tsv(out, text);
        }
        str_addz(out, is_last ? (is_csv ? "\r\n" : "\n") : is_csv ? "," : "\t");
    }
}

static void print_aligned(const struct grid *g, struct str *out)
{
    struct compare_column *columns = xcalloc(g->columns, sizeof *columns);
    for (size_t i = 0; i < g->cells.n; i++) {
        compare_measure(&columns[i % g->columns], sv_z(g->cells.at[i]));
    }
    for (size_t i = 0; i < g->cells.n; i++) {
        const struct compare_column *col = &columns[i % g->columns];
        struct sv text = sv_z(g->cells.at[i]);
        size_t indent = compare_indent(col, text), used = indent + utf8_width(text);
        str_addn(out, ' ', indent);
        str_addsv(out, text);
        if ((i + 1) % g->columns != 0) {
            str_addn(out, ' ', col->width - used + (col->width ? 2 : 0));
            continue;
        }
        while (out->n && out->p[out->n - 1] == ' ') {
            str_truncate(out, out->n - 1);
        }
        str_addc(out, '\n');
    }
    free(columns);
}

/* Does this column begin what is one row's? After the field: the value, delta and word of each, of
 * the baseline the value alone. */
static bool is_value_column(const struct grid *g, size_t col)
{
    size_t at = 1;
    for (size_t i = 0; i < g->c->n && at < col; i++) {
        at += i == g->c->baseline ? 1 : 3;
    }
    return at == col;
}

static void markdown_rule(const struct grid *g, struct str *out)
{
    str_addz(out, "|");
    for (size_t i = 0; i <= g->c->n; i++) {
        str_addz(out, " --- |");
    }
    str_addz(out, "\n");
}

/* Value, delta and word of one row are one cell of Markdown. */
static void print_markdown(const struct grid *g, struct str *out)
{
    for (size_t i = 0; i < g->cells.n; i++) {
        size_t col = i % g->columns;
        bool is_first = col == 0 || is_value_column(g, col);
        const char *text = g->cells.at[i];
        str_addz(out, col == 0 ? "|" : is_first ? " |" : "");
        str_addz(out, *text || is_first ? " " : "");
        for (; *text; text++) {
            str_addz(out, *text == '|' ? "\\" : "");
            str_addc(out, *text);
        }
        str_addz(out, col + 1 == g->columns ? " |\n" : "");
        if (i + 1 == g->columns) {
            markdown_rule(g, out);
        }
    }
}

void compare_text(const struct compare *c, const char *const *titles, enum compare_form form,
                  bool only_diff, int64_t now_ms, struct str *out)
{
    static void (*const forms[])(const struct grid *g, struct str *out) = {
        [COMPARE_TABLE] = print_aligned,
        [COMPARE_CSV] = print_delimited,
        [COMPARE_TSV] = print_delimited,
        [COMPARE_MARKDOWN] = print_markdown,
    };
    struct grid g = {.c = c, .form = form, .now_ms = now_ms};
    put_titles(&g, titles);
    for (size_t i = 0; i < c->lines.n; i++) {
        if (!c->lines.at[i].differs && only_diff) {
            continue;
        }
        if (is_for_programs(&g)) {
            put_line_of_programs(&g, &c->lines.at[i]);
        } else {
            put_line(&g, &c->lines.at[i]);
        }
    }
    forms[form](&g, out);
    for (size_t i = 0; i < g.cells.n; i++) {
        free(g.cells.at[i]);
    }
    vec_release(&g.cells);
}
