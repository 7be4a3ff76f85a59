/* What a run's document and curves say, as lines of one table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/model/state.h"
#include "views/run_state.h"

static const struct json *doc_of(const struct run *r)
{
    return r->doc ? r->doc->doc : NULL;
}

const char *run_text(const struct run *r, const char *key)
{
    const char *text = json_get_str(doc_of(r), key);
    return text ? text : "";
}

bool run_is_running(const struct run *r)
{
    return state_class(run_text(r, "status")) == STATE_RUNNING;
}

int64_t run_duration(const struct run *r, int64_t now_ms)
{
    int64_t from, to;
    if (!clock_parse(sv_z(run_text(r, "start_time")), &from)) {
        return -1;
    }
    if (!clock_parse(sv_z(run_text(r, "end_time")), &to)) {
        to = run_is_running(r) ? now_ms : from;
    }
    return to > from ? to - from : 0;
}

char *run_log_id(const struct run *r)
{
    const struct json *tags = json_get(doc_of(r), "tags");
    const char *execution = json_get_str(tags, "execution"), *step = json_get_str(tags, "step");
    return execution && step ? xasprintf("%s/%s", execution, step) : NULL;
}

const struct series *run_series_of(const struct run *r, const char *key)
{
    for (size_t i = 0; key && r->series && i < r->series->series_count; i++) {
        if (z_eq(r->series->series[i].key, key)) {
            return &r->series->series[i];
        }
    }
    return NULL;
}

/* --- lines --- */

void run_lines_clear(struct run *r)
{
    for (size_t i = 0; i < r->lines.n; i++) {
        free(r->lines.at[i].id);
        free(r->lines.at[i].key);
        free(r->lines.at[i].value);
        free(r->lines.at[i].note);
    }
    vec_clear(&r->lines);
}

static void line_add(struct run *r, enum run_group group, const char *key, const char *value,
                     const char *note)
{
    struct run_line line = {.row = TABLE_DATA,
                            .group = group,
                            .id = xasprintf("%d/%s", (int)group, key),
                            .key = xstrdup(key),
                            .value = xstrdup(value),
                            .note = xstrdup(note && *note ? note : NULL),
                            .series = group == RUN_METRICS ? run_series_of(r, key) : NULL};
    vec_push(&r->lines, line);
}

/* A value as it was logged: text without quotes, all else as JSON has it. */
static void logged_text(const struct json *j, struct str *out)
{
    str_clear(out);
    if (json_is(j, JSON_STRING)) {
        str_addz(out, json_str(j));
    } else if (json_is(j, JSON_NUMBER) && !json_wide_text(j)) {
        fmt_double(out, json_num(j));
    } else {
        json_print(j, JSON_COMPACT, out);
    }
}

static void group_begin(struct run *r, enum run_group group, const char *title, size_t n)
{
    struct run_line blank = {.row = TABLE_BLANK, .group = group};
    struct run_line head = {
        .row = TABLE_GROUP, .group = group, .key = xasprintf("%s %zu", title, n)};
    if (r->lines.n) {
        vec_push(&r->lines, blank);
    }
    vec_push(&r->lines, head);
}

static void add_object(struct run *r, enum run_group group, const char *title, const char *member)
{
    const struct json *object = json_get(doc_of(r), member);
    CLEANUP(str_release) struct str value = STR_INIT;
    if (!json_is(object, JSON_OBJECT) || json_size(object) == 0) {
        return;
    }
    group_begin(r, group, title, json_size(object));
    json_each (one, object) {
        logged_text(one, &value);
        line_add(r, group, json_key(one), value.p, NULL);
    }
}

/* Curves know of metrics first, and of NaN; the document has those without a curve. */
static void add_metrics(struct run *r)
{
    const struct json *metrics = json_get(doc_of(r), "metrics");
    const struct json *odd = json_get(doc_of(r), "nonfinite");
    CLEANUP(str_release) struct str value = STR_INIT;
    size_t n = r->series ? r->series->series_count : 0, more = 0;
    json_each (one, metrics) {
        more += !run_series_of(r, json_key(one));
    }
    if (n + more == 0) {
        return;
    }
    group_begin(r, RUN_METRICS, "Metrics", n + more);
    for (size_t i = 0; i < n; i++) {
        str_clear(&value);
        cells_number(&value, r->series->series[i].last);
        line_add(r, RUN_METRICS, r->series->series[i].key, value.p, NULL);
    }
    json_each (one, metrics) {
        const char *word = json_get_str(odd, json_key(one));
        if (!run_series_of(r, json_key(one))) {
            logged_text(one, &value);
            line_add(r, RUN_METRICS, json_key(one), word ? word : value.p, NULL);
        }
    }
}

static void add_objects(struct run *r, enum run_group group, const char *title, const char *member)
{
    const struct json *list = json_get(doc_of(r), member);
    if (!json_is(list, JSON_ARRAY) || json_size(list) == 0) {
        return;
    }
    group_begin(r, group, title, json_size(list));
    json_each (one, list) {
        const char *name = json_get_str(one, "name"), *uri = json_get_str(one, "uri");
        const char *digest = json_get_str(one, "digest");
        line_add(r, group, name ? name : "artifact", uri ? uri : "", digest);
    }
}

void run_lines_make(struct run *r)
{
    run_lines_clear(r);
    add_metrics(r);
    add_object(r, RUN_PARAMS, "Params", "params");
    add_objects(r, RUN_INPUTS, "Inputs", "inputs");
    add_objects(r, RUN_OUTPUTS, "Outputs", "outputs");
    add_object(r, RUN_TAGS, "Tags", "tags");
}

const struct run_line *run_selected(const struct run *r)
{
    return r->table.selected < r->lines.n ? &r->lines.at[r->table.selected] : NULL;
}
