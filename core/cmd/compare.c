/* mlw compare: runs or model versions side by side. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/act.h"
#include "core/cmd/delimited.h"
#include "core/config/config.h"
#include "core/model/cell.h"
#include "core/model/compare.h"

enum { SHORT_ID = 12, CELL_W = 60 };

/* --- which --- */

/* GROUP/VERSION is a model version, all else a run. */
static enum kind kind_of(const char *id)
{
    const char *slash = strrchr(id, '/');
    bool is_version = slash && slash[1];
    for (const char *p = slash ? slash + 1 : ""; *p; p++) {
        is_version &= isdigit((unsigned char)*p) != 0;
    }
    return is_version ? KIND_PACKAGE : KIND_RUN;
}

static bool one_kind(const struct cmd_line *line, enum kind *ret, struct err *e)
{
    *ret = kind_of(line->args.at[0]);
    for (size_t i = 1; i < line->args.n; i++) {
        if (kind_of(line->args.at[i]) != *ret) {
            err_set(e, ERR_USAGE, "%s and %s are not of one kind", line->args.at[0],
                    line->args.at[i]);
            return err_hint(e, "runs are compared with runs, GROUP/VERSION with GROUP/VERSION");
        }
    }
    return true;
}

static struct snapshot *ask(struct hub *hub, enum kind kind, const char *ids, struct err *e)
{
    return cmd_ask(hub, &(struct query){.type = QUERY_ROWS, .kind = kind, .ids = ids}, e);
}

/* Every id as a row, in order. NULL with an error. */
static struct snapshot *ask_all(const struct cmd_line *line, struct hub *hub, enum kind kind,
                                struct err *e)
{
    CLEANUP(str_release) struct str ids = STR_INIT;
    for (size_t i = 0; i < line->args.n; i++) {
        str_addf(&ids, "%s%s", i ? "\n" : "", line->args.at[i]);
    }
    struct snapshot *s = ask(hub, kind, ids.p, e);
    if (s && s->n < 2) {
        err_set(e, ERR_USAGE, "%s is named more than once: it takes two to compare",
                s->n ? s->rows[0].id : line->args.at[0]);
        snapshot_unref(s);
        return NULL;
    }
    return s;
}

/* Its place among the rows. */
static bool find_baseline(struct hub *hub, const struct snapshot *s, const char *id, size_t *ret,
                          struct err *e)
{
    struct snapshot *found = id ? ask(hub, s->kind, id, e) : NULL;
    *ret = 0;
    if (!id || !found) {
        return !id;
    }
    CLEANUP(mem_free_ptr) char *whole = xstrdup(found->n ? found->rows[0].id : id);
    snapshot_unref(found);
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->rows[i].id, whole) == 0) {
            *ret = i;
            return true;
        }
    }
    return err_set(e, ERR_USAGE, "the baseline %s is not among the ids", whole);
}

/* --- JSON --- */

static const char *word_of(struct value v, struct str *out)
{
    str_clear(out);
    if (v.type != VALUE_NUM || isfinite(v.num)) {
        return NULL;
    }
    fmt_double(out, v.num);
    return out->p;
}

static struct json *line_json(const struct compare *c, const struct compare_line *l)
{
    CLEANUP(str_release) struct str word = STR_INIT;
    struct json *j = json_new_object(), *odd = json_new_array();
    bool is_odd = false;
    json_set_str(j, "field", l->name);
    struct json *values = json_set(j, "values", json_new_array());
    struct json *deltas = json_set(j, "delta", json_new_array());
    struct json *betters = json_set(j, "better", json_new_array());
    for (size_t i = 0; i < c->n; i++) {
        const char *what = word_of(l->values[i], &word);
        is_odd |= what != NULL;
        json_push(odd, json_new_str(what));
        json_push(values, cell_json(l->values[i], l->field));
        json_push(deltas, json_new_num(l->deltas[i]));
        json_push(betters, l->betters[i] == BETTER_UNKNOWN
                               ? json_new_null()
                               : json_new_bool(l->betters[i] == BETTER_YES));
    }
    if (is_odd) {
        json_set(j, "nonfinite", odd);
    } else {
        json_free(odd);
    }
    return j;
}

static void print_json(const struct compare *c, const struct snapshot *s, bool only_diff)
{
    CLEANUP(json_free_ptr) struct json *j = json_new_object();
    struct json *ids = json_set(j, "ids", json_new_array());
    struct json *rows = json_set(j, "rows", json_new_array());
    for (size_t i = 0; i < s->n; i++) {
        json_push(ids, json_new_str(s->rows[i].id));
    }
    for (size_t i = 0; i < c->lines.n; i++) {
        if (c->lines.at[i].differs || !only_diff) {
            json_push(rows, line_json(c, &c->lines.at[i]));
        }
    }
    cmd_out_json(j);
}

/* --- text: a grid of cells, the same for tables and for CSV --- */

static const char *const better_words[] = {
    [BETTER_UNKNOWN] = "", [BETTER_YES] = "better", [BETTER_NO] = "worse"};

struct grid {
    VEC(char *) cells;
    size_t columns;
};

static void put(struct grid *g, struct str *text)
{
    vec_push(&g->cells, str_detach(text));
}

static void put_value(struct grid *g, const struct compare_line *l, size_t i, bool is_machine)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    cell_text(&text, l->values[i], l->field, is_machine ? CELL_MACHINE : CELL_HUMAN,
              clock_wall_ms());
    if (is_machine) {
        put(g, &text);
        return;
    }
    utf8_sanitize(&clean, sv_of(&text));
    str_clear(&text);
    utf8_fit(&text, sv_of(&clean), CELL_W, UTF8_CUT_END);
    put(g, &text);
}

static void put_line(struct grid *g, const struct compare *c, const struct compare_line *l,
                     bool is_machine)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    is_machine ? str_addz(&text, l->name) : utf8_sanitize(&text, sv_z(l->name));
    put(g, &text);
    for (size_t i = 0; i < c->n; i++) {
        put_value(g, l, i, is_machine);
        if (i == c->baseline) {
            continue;
        }
        if (is_machine && isfinite(l->deltas[i])) {
            fmt_double(&text, l->deltas[i]);
        } else if (!is_machine) {
            compare_delta_text(&text, l->values[i], l->values[c->baseline]);
        }
        put(g, &text);
        str_addz(&text, better_words[l->betters[i]]);
        put(g, &text);
    }
}

/* Ids are whole wherever a program may read them. */
static void put_titles(struct grid *g, const struct compare *c, const struct snapshot *s,
                       bool is_machine)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    bool is_short = !is_machine && isatty(STDOUT_FILENO) == 1 && s->kind == KIND_RUN;
    str_addz(&text, is_machine ? "field" : "FIELD");
    put(g, &text);
    for (size_t i = 0; i < s->n; i++) {
        size_t n = strlen(s->rows[i].id);
        str_add(&text, s->rows[i].id, is_short && n > SHORT_ID ? SHORT_ID : n);
        if (i == c->baseline) {
            str_addz(&text, is_machine ? "" : " baseline");
            put(g, &text);
            continue;
        }
        put(g, &text);
        str_addf(&text, is_machine ? "delta.%s" : "", s->rows[i].id);
        put(g, &text);
        str_addf(&text, is_machine ? "better.%s" : "", s->rows[i].id);
        put(g, &text);
    }
    g->columns = g->cells.n;
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
        bool is_last = (i + 1) % g->columns == 0;
        str_addn(out, ' ', is_last ? 0 : col->width - used + (col->width ? 2 : 0));
        if (is_last) {
            while (out->n && out->p[out->n - 1] == ' ') {
                str_truncate(out, out->n - 1);
            }
            str_addc(out, '\n');
        }
    }
    free(columns);
}

static void print_grid(const struct compare *c, const struct snapshot *s, bool only_diff,
                       enum cmd_format format)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    struct grid g = {0};
    bool is_machine = format != FORMAT_TABLE;
    put_titles(&g, c, s, is_machine);
    for (size_t i = 0; i < c->lines.n; i++) {
        if (c->lines.at[i].differs || !only_diff) {
            put_line(&g, c, &c->lines.at[i], is_machine);
        }
    }
    for (size_t i = 0; is_machine && i < g.cells.n; i++) {
        delimited_cell(&out, format, i % g.columns, sv_z(g.cells.at[i]));
        if ((i + 1) % g.columns == 0) {
            delimited_end(&out, format);
        }
    }
    if (!is_machine) {
        print_aligned(&g, &out);
    }
    cmd_out(sv_of(&out));
    for (size_t i = 0; i < g.cells.n; i++) {
        free(g.cells.at[i]);
    }
    vec_release(&g.cells);
}

/* --- the command --- */

static void print(const struct cmd_line *line, const struct snapshot *s, size_t baseline,
                  const struct goals *goals, enum cmd_format format)
{
    struct compare c;
    const struct row **rows = xcalloc(s->n, sizeof *rows);
    for (size_t i = 0; i < s->n; i++) {
        rows[i] = &s->rows[i];
    }
    compare_init(&c, s->kind, rows, s->n, baseline, goals, 0);
    if (format == FORMAT_JSON) {
        print_json(&c, s, cmd_has(line, "diff"));
    } else {
        print_grid(&c, s, cmd_has(line, "diff"), format);
    }
    compare_release(&c);
    free(rows);
}

static bool load_goals(const struct cmd_line *line, struct config *ret, struct err *e)
{
    struct workspace ws;
    if (!cmd_workspace(line, false, &ws, e)) {
        return false;
    }
    bool ok = config_load(ws.dir, ret, e);
    workspace_release(&ws);
    return ok;
}

int cmd_compare(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_TSV};
    struct err e = ERR_INIT;
    enum cmd_format format;
    enum kind kind;
    struct config config;
    if (!cmd_format(line, formats, ALEN(formats), &format, &e) || !one_kind(line, &kind, &e) ||
        !load_goals(line, &config, &e)) {
        return cmd_fail(line, &e);
    }
    size_t baseline = 0;
    struct goals goals = config_goals(&config);
    struct hub *hub = cmd_hub(line, false, &e);
    struct snapshot *s = hub ? ask_all(line, hub, kind, &e) : NULL;
    bool ok = s && find_baseline(hub, s, cmd_text(line, "baseline"), &baseline, &e);
    if (ok) {
        print(line, s, baseline, &goals, format);
    }
    snapshot_unref(s);
    hub_free(hub);
    config_release(&config);
    return ok ? 0 : cmd_fail(line, &e);
}
