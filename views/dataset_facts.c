/* What a dataset's document says, as the rows of its tables and as texts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/delimited.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "views/dataset_state.h"

enum { TITLE_MAX = 24, DAY_CHARS = 10, MINUTE_CHARS = 16, TEXT_MAX = 20, ROW_NUMBER_W = 5 };

const struct json *dataset_doc(const struct dataset *d)
{
    return d->doc ? d->doc->doc : NULL;
}

const struct json *dataset_found(const struct dataset *d)
{
    const struct json *profile = json_get(dataset_doc(d), "profile");
    return json_is(profile, JSON_OBJECT) ? profile : NULL;
}

bool dataset_is_table(const struct dataset *d)
{
    return json_is(json_get(dataset_found(d), "columns"), JSON_ARRAY);
}

bool dataset_is_loading(const struct dataset *d)
{
    return !d->doc || d->doc->loaded < d->doc->total;
}

const char *dataset_version(const char *id)
{
    const char *at = id ? strrchr(id, '@') : NULL;
    return at ? at + 1 : id ? id : "";
}

const struct json *dataset_column(const struct dataset *d)
{
    size_t i = d->tables[DATASET_COLUMNS].selected;
    return i < d->columns.n ? d->columns.at[i] : NULL;
}

int64_t dataset_time(const struct json *object, const char *key)
{
    int64_t ms = 0;
    return clock_parse(sv_z(json_get_str(object, key)), &ms) ? ms : 0;
}

/* --- rows of the tables --- */

static void use_add(struct dataset *d, enum kind kind, const char *id, char *what, int64_t at_ms)
{
    for (size_t i = 0; i < d->uses.n; i++) {
        if (d->uses.at[i].kind == kind && z_eq(d->uses.at[i].id, id)) {
            free(what);
            return;
        }
    }
    vec_push(&d->uses, ((struct dataset_use){kind, xstrdup(id), what, at_ms}));
}

static void uses_make(struct dataset *d)
{
    const struct json *doc = dataset_doc(d);
    json_each (id, json_get(doc, "packages")) {
        if (json_str(id)) {
            use_add(d, KIND_PACKAGE, json_str(id), xstrdup("came of an execution that read it"), 0);
        }
    }
    json_each (use, json_get(doc, "used_by")) {
        const char *execution = json_get_str(use, "execution"), *run = json_get_str(use, "run");
        const char *step = json_get_str(use, "step"), *pipeline = json_get_str(use, "pipeline");
        const char *input = json_get_str(use, "input");
        int64_t at_ms = dataset_time(use, "time");
        if (!execution) {
            continue;
        }
        use_add(d, KIND_EXECUTION, execution,
                xasprintf("%s, step %s, as %s", pipeline ? pipeline : "", step ? step : "",
                          input ? input : ""),
                at_ms);
        if (run) {
            use_add(d, KIND_RUN, run, xasprintf("of %s/%s", execution, step ? step : ""), at_ms);
        }
    }
}

/* A title from outside, on one line and not longer than is read. */
static char *title_of(const char *name)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    struct str title = STR_INIT;
    utf8_sanitize(&clean, sv_z(name));
    utf8_fit(&title, sv_of(&clean), TITLE_MAX, UTF8_CUT_MIDDLE);
    return str_detach(&title);
}

static bool is_numeric(const struct json *column)
{
    const char *type = json_get_str(column, "type");
    return z_eq(type, "integer") || z_eq(type, "number");
}

static void head_columns_make(struct dataset *d)
{
    struct table_column number = {.id = "#",
                                  .title = "#",
                                  .min = 1,
                                  .ideal = ROW_NUMBER_W,
                                  .align = ALIGN_RIGHT,
                                  .flags = TABLE_FROZEN | TABLE_LATE_DIM};
    vec_push(&d->head, number);
    for (size_t i = 0; i < d->columns.n; i++) {
        char *title = title_of(json_get_str(d->columns.at[i], "name"));
        vec_push(&d->titles, title);
        struct table_column column = {.id = title,
                                      .title = title,
                                      .min = 3,
                                      .ideal = is_numeric(d->columns.at[i]) ? 0 : TEXT_MAX,
                                      .align =
                                          is_numeric(d->columns.at[i]) ? ALIGN_POINT : ALIGN_LEFT};
        vec_push(&d->head, column);
    }
}

static void head_cells_make(struct dataset *d)
{
    for (size_t i = 0; i < d->rows.n; i++) {
        const struct json *cell = json_first(d->rows.at[i]);
        for (size_t k = 0; k < d->columns.n; k++) {
            vec_push(&d->cells, cell);
            cell = cell ? json_next(cell) : NULL;
        }
    }
}

void dataset_facts_clear(struct dataset *d)
{
    for (size_t i = 0; i < d->uses.n; i++) {
        free(d->uses.at[i].id);
        free(d->uses.at[i].what);
    }
    for (size_t i = 0; i < d->titles.n; i++) {
        free(d->titles.at[i]);
    }
    vec_clear(&d->uses);
    vec_clear(&d->titles);
    vec_clear(&d->head);
    vec_clear(&d->columns);
    vec_clear(&d->rows);
    vec_clear(&d->cells);
    vec_clear(&d->versions);
}

void dataset_facts_make(struct dataset *d)
{
    dataset_facts_clear(d);
    json_each (column, json_get(dataset_found(d), "columns")) {
        vec_push(&d->columns, column);
    }
    json_each (row, json_get(dataset_found(d), "head")) {
        vec_push(&d->rows, row);
    }
    json_each (version, json_get(dataset_doc(d), "versions")) {
        vec_push(&d->versions, version);
    }
    uses_make(d);
    head_columns_make(d);
    head_cells_make(d);
    const size_t counts[DATASET_PANE_COUNT] = {[DATASET_COLUMNS] = d->columns.n,
                                               [DATASET_ROWS] = d->rows.n,
                                               [DATASET_USES] = d->uses.n,
                                               [DATASET_VERSIONS] = d->versions.n};
    table_columns(&d->tables[DATASET_ROWS], d->head.at, d->head.n);
    for (size_t i = 0; i < DATASET_PANE_COUNT; i++) {
        table_update(&d->tables[i], counts[i]);
    }
}

/* --- texts --- */

void dataset_short(const struct json *value, struct str *out)
{
    const char *text = json_str(value);
    if (text) {
        int64_t ms;
        size_t n = strlen(text);
        bool is_time = clock_parse(sv_z(text), &ms);
        bool is_day = is_time && n > DAY_CHARS && strstr(text, "T00:00:00.000Z");
        n = is_time ? (is_day ? DAY_CHARS : MINUTE_CHARS) : n;
        str_add(out, text, n < strlen(text) ? n : strlen(text));
    } else if (json_is(value, JSON_NUMBER) && json_wide_text(value)) {
        str_addz(out, json_wide_text(value));
    } else if (json_is(value, JSON_NUMBER)) {
        double x = json_num(value);
        if (x == floor(x) && fabs(x) < 1e15) {
            str_addf(out, "%.0f", x);
        } else {
            str_addf(out, "%.5g", x);
        }
    }
}

static void say_column(const struct json *c, const struct json *profile, struct str *out)
{
    int64_t count = json_get_i64(c, "count", 0), distinct = json_get_i64(c, "distinct", 0);
    bool is_exact = json_get_bool(c, "is_distinct_exact", true);
    str_addf(out, "%s: %s, %lld of %lld rows have a value, %s%lld %s", json_get_str(c, "name"),
             json_get_str(c, "type"), (long long)count, (long long)json_get_i64(profile, "rows", 0),
             is_exact ? "" : "about ", (long long)distinct,
             distinct == 1 ? "and the same" : "different ones");
}

static void say_row(const struct dataset *d, size_t row, struct str *out)
{
    int64_t total = json_get_i64(dataset_found(d), "rows", 0);
    for (size_t i = 0; i < d->columns.n && i < 4; i++) {
        const struct json *cell = d->cells.at[row * d->columns.n + i];
        str_addf(out, "%s%s %s", i ? ", " : "", d->titles.at[i], cell ? json_str(cell) : "–");
    }
    str_addf(out, "\trow %zu of %lld", row + 1, (long long)total);
}

void dataset_say(const struct dataset *d, struct str *out)
{
    size_t at = d->tables[d->pane].selected;
    if (at >= d->tables[d->pane].rows) {
        return;
    }
    switch (d->pane) {
    case DATASET_COLUMNS:
        say_column(d->columns.at[at], dataset_found(d), out);
        break;
    case DATASET_ROWS:
        say_row(d, at, out);
        break;
    case DATASET_USES:
        str_addf(out, "%s %s: %s", kinds[d->uses.at[at].kind].singular, d->uses.at[at].id,
                 d->uses.at[at].what);
        break;
    case DATASET_VERSIONS:
        str_addf(out, "%s, digest %s", json_get_str(d->versions.at[at], "id"),
                 json_get_str(d->versions.at[at], "digest"));
        break;
    case DATASET_PANE_COUNT:
        break;
    }
}

static void describe_row(const struct dataset *d, size_t row, struct str *out)
{
    for (size_t i = 0; i < d->columns.n; i++) {
        const struct json *cell = d->cells.at[row * d->columns.n + i];
        str_addf(out, "%s: %s\n", json_get_str(d->columns.at[i], "name"),
                 cell ? json_str(cell) : "(the row ends before it)");
    }
}

void dataset_describe(const struct dataset *d, struct str *out)
{
    size_t at = d->tables[d->pane].selected;
    if (at >= d->tables[d->pane].rows) {
        return;
    }
    if (d->pane == DATASET_ROWS) {
        describe_row(d, at, out);
    } else if (d->pane == DATASET_USES) {
        dataset_say(d, out);
    } else {
        json_print(d->pane == DATASET_COLUMNS ? d->columns.at[at] : d->versions.at[at], JSON_PRETTY,
                   out);
    }
}

/* --- as CSV --- */

static void csv_value(struct str *out, const struct json *value, bool is_first)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (json_str(value)) {
        str_addz(&text, json_str(value));
    } else if (value && !json_is(value, JSON_NULL)) {
        json_print(value, JSON_COMPACT, &text);
    }
    if (!is_first) {
        str_addc(out, ',');
    }
    delimited_csv(out, sv_of(&text));
}

/* Members of objects, a line each. */
static void csv_members(struct str *out, const struct json *const *objects, size_t n,
                        const char *const *members, size_t member_count)
{
    for (size_t k = 0; k < member_count; k++) {
        str_addf(out, "%s%s", k ? "," : "", members[k]);
    }
    str_addz(out, "\r\n");
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < member_count; k++) {
            csv_value(out, json_get(objects[i], members[k]), k == 0);
        }
        str_addz(out, "\r\n");
    }
}

static void csv_rows(const struct dataset *d, struct str *out)
{
    for (size_t i = 0; i < d->columns.n; i++) {
        csv_value(out, json_get(d->columns.at[i], "name"), i == 0);
    }
    str_addz(out, "\r\n");
    for (size_t i = 0; i < d->rows.n; i++) {
        for (size_t k = 0; k < d->columns.n; k++) {
            csv_value(out, d->cells.at[i * d->columns.n + k], k == 0);
        }
        str_addz(out, "\r\n");
    }
}

static void csv_uses(const struct dataset *d, struct str *out)
{
    str_addz(out, "kind,id,what\r\n");
    for (size_t i = 0; i < d->uses.n; i++) {
        str_addf(out, "%s,", kinds[d->uses.at[i].kind].singular);
        delimited_csv(out, sv_z(d->uses.at[i].id));
        str_addc(out, ',');
        delimited_csv(out, sv_z(d->uses.at[i].what));
        str_addz(out, "\r\n");
    }
}

void dataset_csv(const struct dataset *d, struct str *out)
{
    static const char *const of_columns[] = {
        "name", "type", "count", "missing", "distinct", "is_distinct_exact",
        "min",  "max",  "mean",  "std"};
    static const char *const of_versions[] = {"id", "digest", "rows", "size", "uses", "created"};
    switch (d->pane) {
    case DATASET_COLUMNS:
        csv_members(out, d->columns.at, d->columns.n, of_columns, ALEN(of_columns));
        break;
    case DATASET_ROWS:
        csv_rows(d, out);
        break;
    case DATASET_USES:
        csv_uses(d, out);
        break;
    case DATASET_VERSIONS:
        csv_members(out, d->versions.at, d->versions.n, of_versions, ALEN(of_versions));
        break;
    case DATASET_PANE_COUNT:
        break;
    }
}
