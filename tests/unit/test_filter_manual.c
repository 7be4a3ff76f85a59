/* mlw-filter(7) is in step with core/query: every example matches the rows that it says, every
 * error is the one that is printed.
 *
 * In the manual's literal displays a comment stands before each example:
 *     .\" 1 3             the runs below that it lets through
 *     .\" executions 7    of another kind
 *     .\" packages parse  it can be read
 *     .\" error           it is refused, in the words of the next line
 * An example ends at two spaces, or with its line; what follows explains it. */
#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/query/filter.h"
#include "core/query/lex.h"
#include "core/query/reduce.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS, MAX_MEMBERS = 8 };

/* 2026-09-01T12:00:00Z, in a zone that is UTC (see main). */
static const int64_t now_ms = 1788264000000;

/* --- the things of the manual --- */

struct thing {
    const char *number;
    enum kind kind;
    const char *id, *name, *status, *group; /* experiment or pipeline */
    int64_t age_ms, duration_ms;
    struct named_value members[FAMILY_COUNT][MAX_MEMBERS]; /* sorted, as far as there are keys */
};

#define TEXT(k, t)                                                                                 \
    {                                                                                              \
        k,                                                                                         \
        {                                                                                          \
            .type = VALUE_TEXT, .text = t                                                          \
        }                                                                                          \
    }
#define NUM(k, x)                                                                                  \
    {                                                                                              \
        k,                                                                                         \
        {                                                                                          \
            .type = VALUE_NUM, .num = x                                                            \
        }                                                                                          \
    }

static const struct thing things[] = {
    {"1",
     KIND_RUN,
     "aa-7aaaa",
     "proud-heron-118",
     "FINISHED",
     "churn",
     4 * HOUR_MS,
     3 * HOUR_MS,
     {{TEXT("batch size", "64"), TEXT("depth", "6"), TEXT("lr", "0.003"), TEXT("opt", "adam")},
      {NUM("auc", 0.9217), NUM("depth", 6), NUM("loss", 0.1894), NUM("val/loss", 0.2)},
      {TEXT("note", "my first try"), TEXT("team", "risk")}}},
    {"2",
     KIND_RUN,
     "bb-7bbbb",
     "calm-otter-66",
     "FAILED",
     "churn",
     90 * MINUTE_MS,
     90000,
     {{TEXT("lr", "0.01"), TEXT("opt", "Adam")}, {NUM("loss", NAN)}, {TEXT("team", "ops")}}},
    {"3",
     KIND_RUN,
     "cc-7cccc",
     "Bold-lynx-64",
     "RUNNING",
     "fraud",
     20 * MINUTE_MS,
     20 * MINUTE_MS,
     {{TEXT("lr", "auto")}, {NUM("auc", 0.88)}, {{NULL, {.type = VALUE_MISSING}}}}},
    {"4",
     KIND_RUN,
     "dd-7dddd",
     "Été-9",
     "KILLED",
     "fraud",
     2 * DAY_MS + 2 * HOUR_MS,
     2 * DAY_MS,
     {{TEXT("lr", "3"), TEXT("memory", "2147483648"), TEXT("tokens", "1500000000")}}},
    {"7",
     KIND_EXECUTION,
     "k3v9x0m2q8ab",
     "k3v9x0m2q8ab",
     "Failed",
     "churn",
     HOUR_MS,
     MINUTE_MS,
     {{{NULL, {.type = VALUE_MISSING}}}}},
    {"8",
     KIND_EXECUTION,
     "b7qp02mz5kd1",
     "b7qp02mz5kd1",
     "Succeeded",
     "churn",
     HOUR_MS,
     MINUTE_MS,
     {{{NULL, {.type = VALUE_MISSING}}}}},
};

/* The first is the parent of the second. */
static const struct thing *const parent = &things[0], *const child = &things[1];
static const struct filter_point loss_of_parent[] = {
    {0, 0.9}, {50, 0.4}, {100, 0.15}, {150, 0.1894}};
static const struct filter_point loss_of_child[] = {{0, 0.7}, {100, NAN}};

static const char *const param_keys[] = {"batch size", "depth", "lr", "memory", "opt", "tokens"};
static const char *const metric_keys[] = {"auc", "depth", "loss", "val/loss"};
static const char *const tag_keys[] = {"note", "team"};
static const struct filter_keys keys = {{
    [FAMILY_PARAMS] = {param_keys, ALEN(param_keys)},
    [FAMILY_METRICS] = {metric_keys, ALEN(metric_keys)},
    [FAMILY_TAGS] = {tag_keys, ALEN(tag_keys)},
}};

static void set(struct value *cells, enum kind kind, const char *field, struct value v)
{
    size_t i = kind_field(kind, sv_z(field));
    assert_true(i < FIELD_MAX);
    cells[i] = v;
}

struct thing_row { /* the row first: what is asked about a row knows its thing */
    struct row row;
    const struct thing *thing;
    struct value cells[FIELD_MAX];
};

static void make_row(const struct thing *t, struct thing_row *r)
{
    *r = (struct thing_row){.row = {.id = t->id}, .thing = t};
    r->row.cells = r->cells;
    set(r->cells, t->kind, "id", value_text(t->id));
    set(r->cells, t->kind, "name", value_text(t->name));
    set(r->cells, t->kind, "status", value_text(t->status));
    set(r->cells, t->kind, t->kind == KIND_RUN ? "experiment" : "pipeline", value_text(t->group));
    set(r->cells, t->kind, "created", value_time(now_ms - t->age_ms));
    set(r->cells, t->kind, "duration", value_time(t->duration_ms));
    if (t == child) {
        set(r->cells, t->kind, "parent", value_text(parent->id));
    }
    if (strcmp(t->status, "RUNNING") != 0) {
        set(r->cells, t->kind, "ended", value_time(now_ms - t->age_ms + t->duration_ms));
    }
    for (enum family family = 0; family < FAMILY_COUNT; family++) {
        struct named_list *list = &r->row.families[family];
        list->at = t->members[family];
        while (list->n < MAX_MEMBERS && t->members[family][list->n].key) {
            list->n++;
        }
    }
}

static bool curve(void *arg, const struct row *row, const char *metric, struct filter_series *ret)
{
    (void)arg;
    const struct thing *t = ((const struct thing_row *)(const void *)row)->thing;
    if (strcmp(metric, "loss") != 0) {
        return false;
    }
    *ret = t == parent ? (struct filter_series){loss_of_parent, ALEN(loss_of_parent), GOAL_NONE}
                       : (struct filter_series){loss_of_child, ALEN(loss_of_child), GOAL_NONE};
    return true;
}

static bool relative(void *arg, const struct row *row, enum filter_relation relation,
                     filter_row_fn *holds, void *holds_arg)
{
    (void)arg;
    const struct thing *t = ((const struct thing_row *)(const void *)row)->thing;
    bool is_parent = relation == RELATED_PARENT;
    struct thing_row other;
    if (t != (is_parent ? child : parent)) {
        return false;
    }
    make_row(is_parent ? parent : child, &other);
    return holds(holds_arg, &other.row);
}

static bool matches(const struct filter *f, const struct thing *t)
{
    static const struct filter_world world = {NULL, curve, relative};
    struct thing_row r;
    make_row(t, &r);
    return filter_match(f, &r.row, now_ms, &world);
}

/* --- the manual --- */

struct reading {
    size_t examples, errors;
};

static void check_matches(enum kind kind, struct sv example, struct sv want)
{
    struct err e = ERR_INIT;
    struct filter *f = filter_parse(example, kind, &keys, &e);
    if (!f) {
        fail_msg("%.*s: %s", (int)example.n, example.p, e.msg);
    }
    CLEANUP(str_release) struct str have = STR_INIT;
    for (size_t i = 0; i < ALEN(things); i++) {
        if (things[i].kind == kind && matches(f, &things[i])) {
            str_addf(&have, "%s%s", have.n ? " " : "", things[i].number);
        }
    }
    filter_free(f);
    if (!sv_eqz(want, "parse") && !sv_eq(sv_of(&have), want)) {
        fail_msg("%.*s matches %s, not %.*s", (int)example.n, example.p,
                 have.n ? have.p : "nothing", (int)want.n, want.p);
    }
}

static void check_error(struct sv example, struct sv message)
{
    struct err e = ERR_INIT;
    struct filter *f = filter_parse(example, KIND_RUN, &keys, &e);
    if (f || !sv_eqz(message, e.msg)) {
        fail_msg("%.*s: %s, not %.*s", (int)example.n, example.p, f ? "is accepted" : e.msg,
                 (int)message.n, message.p);
    }
}

/* Up to two spaces; what follows is for people. */
static struct sv example_of(struct sv line)
{
    size_t end = sv_find(line, SV("  "));
    return (struct sv){line.p, end == SIZE_MAX ? line.n : end};
}

/* "1 3", "executions 7", "packages parse" */
static void check_example(struct sv comment, struct sv line)
{
    struct sv rest = comment, first;
    enum kind kind = KIND_RUN;
    if (sv_split(&rest, ' ', &first) && kind_find(first) != KIND_COUNT) {
        kind = kind_find(first);
        comment = rest;
    }
    check_matches(kind, example_of(line), comment);
}

static void read_display(struct sv *text, struct reading *r)
{
    struct sv line, comment, message;
    while (sv_split(text, '\n', &line) && !sv_starts(line, ".Ed")) {
        if (sv_starts(line, "mlw ")) {
            continue; /* a command */
        }
        if (!sv_starts(line, ".\\\"")) {
            fail_msg("no comment says what %.*s matches", (int)line.n, line.p);
        }
        comment = sv_trim((struct sv){line.p + 3, line.n - 3});
        assert_true(sv_split(text, '\n', &line));
        if (sv_eqz(comment, "error")) {
            assert_true(sv_split(text, '\n', &message));
            check_error(line, message);
            r->errors++;
        } else {
            check_example(comment, line);
            r->examples++;
        }
    }
}

static void read_manual(struct str *out)
{
    struct err e;
    if (!os_read_file("man/mlw-filter.7", 1 << 20, out, &e)) {
        fail_msg("%s", e.msg);
    }
}

static void every_example_does_what_the_manual_says(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    read_manual(&manual);
    struct sv text = sv_of(&manual), line;
    struct reading r = {0};
    while (sv_split(&text, '\n', &line)) {
        if (sv_starts(line, ".Bd -literal")) {
            read_display(&text, &r);
        }
    }
    assert_true(r.examples > 50 && r.errors > 5);
}

static void expect_in(const struct str *manual, const char *part)
{
    if (!strstr(manual->p, part)) {
        fail_msg("man/mlw-filter.7 lacks \"%s\"", part);
    }
}

/* Operators and limits as they are; kinds and fields are where it says (run_scripts.py). */
static void every_operator_and_limit_is_in_the_manual(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    CLEANUP(str_release) struct str limits = STR_INIT;
    read_manual(&manual);
    const char *ops = strstr(manual.p, ".Bl -tag");
    const char *end = ops ? strstr(ops, ".Ss Two fields") : NULL;
    assert_non_null(end);
    CLEANUP(mem_free_ptr) char *table = xstrndup(ops, (size_t)(end - ops));
    for (enum filter_op op = 0; op < OP_COUNT; op++) {
        if (!strstr(table, filter_ops[op].text)) {
            fail_msg("man/mlw-filter.7 lacks the operator %s", filter_ops[op].text);
        }
    }
    str_addf(&limits, "at most %d bytes, %d parts and %d levels", FILTER_MAX_BYTES,
             FILTER_MAX_NODES, FILTER_MAX_DEPTH);
    expect_in(&manual, limits.p);
    expect_in(&manual, ".Ic mlw help Ar KIND");
    static const char *const words[] = {"IN",    "IS",      "LIKE",     "ILIKE", "NULL",
                                        "RLIKE", "BETWEEN", "CONTAINS", "AND"};
    for (size_t i = 0; i < ALEN(words); i++) {
        assert_true(lex_is_reserved(sv_z(words[i])) || lex_is_keyword(sv_z(words[i])));
        expect_in(&manual, words[i]);
    }
    for (enum reducer r = 0; r < REDUCE_NONE; r++) {
        CLEANUP(str_release) struct str said = STR_INIT;
        str_addf(&said, r == REDUCE_AT ? "Ic %s" : "Fn %s", reducer_names[r]);
        expect_in(&manual, said.p);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_does_what_the_manual_says),
        cmocka_unit_test(every_operator_and_limit_is_in_the_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
