/* mlw compare: runs or model versions side by side. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/cmd/act.h"
#include "core/config/config.h"
#include "core/model/cell.h"
#include "core/model/compare.h"

enum { SHORT_ID = 12 };

/* --- which --- */

/* The hub parts ids by line ends. */
static bool are_ids(const struct cmd_line *line, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < line->args.n; i++) {
        const char *id = line->args.at[i];
        ok = *id ? !strchr(id, '\n') || err_set(e, ERR_NOT_FOUND, "no run \"%s\"", id)
                 : err_set(e, ERR_USAGE, "an id is empty");
    }
    return ok;
}

static bool one_kind(const struct cmd_line *line, enum kind *ret, struct err *e)
{
    *ret = compare_kind(line->args.at[0]);
    for (size_t i = 1; i < line->args.n; i++) {
        if (compare_kind(line->args.at[i]) != *ret) {
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

/* --- text --- */

/* Ids are whole wherever a program may read them. */
static void print_text(const struct compare *c, const struct snapshot *s, bool only_diff,
                       enum cmd_format format)
{
    static const enum compare_form forms[] = {
        [FORMAT_TABLE] = COMPARE_TABLE, [FORMAT_CSV] = COMPARE_CSV, [FORMAT_TSV] = COMPARE_TSV};
    CLEANUP(str_release) struct str out = STR_INIT;
    struct arena a;
    arena_init(&a, 0);
    const char **titles = arena_alloc(&a, s->n * sizeof *titles);
    bool is_short = format == FORMAT_TABLE && isatty(STDOUT_FILENO) == 1 && s->kind == KIND_RUN;
    for (size_t i = 0; i < s->n; i++) {
        titles[i] = is_short ? arena_f(&a, "%.*s", SHORT_ID, s->rows[i].id) : s->rows[i].id;
    }
    compare_text(c, titles, forms[format], only_diff, clock_wall_ms(), &out);
    cmd_out(sv_of(&out));
    arena_release(&a);
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
        print_text(&c, s, cmd_has(line, "diff"), format);
    }
    compare_release(&c);
    free(rows);
}

static bool load_goals(const struct cmd_line *line, struct config *ret, struct err *e)
{
    struct workspace ws;
    if (!cmd_workspace(line, false, &ws, e)) {
        /* what lies on disk can be compared without one: the goals are the person's own */
        return cmd_text(line, "source") && config_load(NULL, ret, e);
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
    if (!cmd_format(line, formats, ALEN(formats), &format, &e) || !are_ids(line, &e) ||
        !one_kind(line, &kind, &e) || !cmd_of_source(line, kind, &e) ||
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
