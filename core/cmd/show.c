/* mlw show: everything known about one thing; mlw history: a curve's points. */
#include <math.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/act.h"
#include "core/cmd/delimited.h"
#include "core/store/runs.h"

/* A document as indented "key: value" lines. */
static void text_of(const struct json *j, size_t depth, struct str *out)
{
    json_each (child, j) {
        const char *key = json_key(child);
        str_addn(out, ' ', depth * 2);
        CLEANUP(str_release) struct str value = STR_INIT;
        utf8_sanitize(out, sv_z(key));
        if (json_is(child, JSON_OBJECT) || json_is(child, JSON_ARRAY)) {
            str_addz(out, key ? ":\n" : "-\n");
            text_of(child, depth + 1, out);
            continue;
        }
        if (json_str(child)) {
            utf8_sanitize(&value, sv_z(json_str(child)));
        } else {
            json_print(child, JSON_COMPACT, &value);
        }
        str_addf(out, "%s%s\n", key ? ": " : "", value.p);
    }
}

int cmd_show(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TEXT, FORMAT_JSON};
    struct err e = ERR_INIT;
    enum cmd_format format;
    enum kind kind = cmd_kind(line->args.at[0], &e);
    if (kind == KIND_COUNT) {
        return cmd_fail(line, &e);
    }
    struct hub *hub = NULL;
    if (!cmd_format(line, formats, ALEN(formats), &format, &e) || !cmd_of_source(line, kind, &e) ||
        !(hub = cmd_hub(line, false, &e))) {
        return cmd_fail(line, &e);
    }
    struct query q = {.type = QUERY_DOC, .kind = kind, .id = line->args.at[1]};
    struct snapshot *s = cmd_ask(hub, &q, &e);
    if (s && format == FORMAT_JSON) {
        cmd_out_json(s->doc);
    } else if (s) {
        CLEANUP(str_release) struct str out = STR_INIT;
        text_of(s->doc, 0, &out);
        cmd_out(sv_of(&out));
    }
    bool ok = s != NULL;
    snapshot_unref(s);
    hub_free(hub);
    return ok ? 0 : cmd_fail(line, &e);
}

enum { HISTORY_COLUMNS = 3 };

struct history {
    enum cmd_format format;
    struct json *list;
    struct str *out;
};

static void add_cells(struct str *out, enum cmd_format format, const struct sv *cells)
{
    for (size_t i = 0; i < HISTORY_COLUMNS; i++) {
        if (format == FORMAT_TABLE) {
            str_addz(out, i ? " " : "");
            str_addsv(out, cells[i]);
        } else {
            delimited_cell(out, format, i, cells[i]);
        }
    }
    if (format == FORMAT_TABLE) {
        str_addc(out, '\n');
    } else {
        delimited_end(out, format);
    }
}

/* "" where there is none. */
static void point_time(struct str *out, const struct point *p)
{
    if (!isnan(p->time_ms)) {
        int64_t us = llround(p->time_ms * 1000), rest = us % 1000;
        rest += rest < 0 ? 1000 : 0;
        clock_rfc3339_us(out, (us - rest) / 1000, (int)rest);
    }
}

static struct json *point_json(const struct point *p)
{
    struct json *j = json_new_object();
    CLEANUP(str_release) struct str time = STR_INIT;
    point_time(&time, p);
    json_set_i64(j, "step", p->step);
    json_set(j, "time", time.n ? json_new_str(time.p) : json_new_null());
    json_set_num(j, "value", p->value);
    if (isnan(p->value)) {
        json_set_bool(j, "nan", true);
    } else if (isinf(p->value)) {
        json_set_i64(j, "inf", p->value > 0 ? 1 : -1);
    }
    return j;
}

static void add_line(struct history *h, const struct point *p)
{
    CLEANUP(str_release) struct str step = STR_INIT;
    CLEANUP(str_release) struct str time = STR_INIT;
    CLEANUP(str_release) struct str value = STR_INIT;
    str_addf(&step, "%lld", (long long)p->step);
    point_time(&time, p);
    fmt_double(&value, p->value);
    add_cells(h->out, h->format, (struct sv[]){sv_of(&step), sv_of(&time), sv_of(&value)});
}

static bool add_points(void *arg, const struct point *points, size_t n)
{
    struct history *h = arg;
    for (size_t i = 0; i < n; i++) {
        if (h->format != FORMAT_JSON && h->format != FORMAT_JSONL) {
            add_line(h, &points[i]);
            continue;
        }
        struct json *j = point_json(&points[i]);
        if (h->format == FORMAT_JSONL) {
            json_print(j, JSON_COMPACT, h->out);
            str_addc(h->out, '\n');
            json_free(j);
        } else {
            json_push(h->list, j);
        }
    }
    return true;
}

static bool read_curve(struct store *st, const char *prefix, const char *metric, struct history *h,
                       struct err *e)
{
    struct arena a;
    arena_init(&a, 0);
    struct run_row run;
    struct series_keys keys;
    CLEANUP(mem_free_ptr) char *uid = run_resolve(st, prefix, e);
    bool ok = uid && run_get(st, uid, &a, &run, e) && run_series_keys(st, run.id, &a, &keys, e);
    bool is_found = false;
    for (size_t i = 0; ok && i < keys.n; i++) {
        if (strcmp(keys.at[i].key, metric) == 0) {
            is_found = true;
            ok = run_series(st, run.id, keys.at[i].id, add_points, h, e);
        }
    }
    if (ok && !is_found) {
        ok = err_set(e, ERR_NOT_FOUND, "run %s has no metric \"%s\"", uid, metric);
    }
    arena_release(&a);
    return ok;
}

static bool of_workspace(const struct cmd_line *line, struct history *h, struct err *e)
{
    struct store *st = NULL;
    bool ok = cmd_store(line, &st, e) && read_curve(st, line->args.at[0], line->args.at[1], h, e);
    store_close(st);
    return ok;
}

static bool of_source(const struct cmd_line *line, struct history *h, struct err *e)
{
    struct store *st;
    struct source *source;
    if (!cmd_source(cmd_text(line, "source"), &st, &source, e)) {
        return false;
    }
    store_look_at(st, source_id(source), RUNS_ALL);
    CLEANUP(mem_free_ptr) char *uid = run_resolve(st, line->args.at[0], e);
    bool ok = uid && source_curve(source, uid, line->args.at[1], add_points, h, e);
    source_close(source);
    store_close(st);
    return ok;
}

int cmd_history(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV,
                                              FORMAT_TSV};
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str out = STR_INIT;
    struct history h = {.out = &out};
    if (!cmd_format(line, formats, ALEN(formats), &h.format, &e)) {
        return cmd_fail(line, &e);
    }
    h.list = json_new_array();
    if (h.format == FORMAT_CSV || h.format == FORMAT_TSV) {
        add_cells(&out, h.format, (struct sv[]){SV("step"), SV("time"), SV("value")});
    }
    bool ok = (cmd_text(line, "source") ? of_source : of_workspace)(line, &h, &e);
    if (ok && h.format == FORMAT_JSON) {
        cmd_out_json(h.list);
    } else if (ok) {
        cmd_out(sv_of(&out));
    }
    json_free(h.list);
    return ok ? 0 : cmd_fail(line, &e);
}
