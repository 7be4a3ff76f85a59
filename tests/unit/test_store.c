/* The store: every statement prepares, events project and replay, gates decide once, curves and
 * columns give back what was logged. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/store/acks.h"
#include "core/store/db.h"
#include "core/store/execution.h"
#include "core/store/gates.h"
#include "core/store/lists.h"
#include "core/store/packages.h"
#include "core/store/runs.h"

struct fixture {
    char dir[64];
    struct workspace ws;
    struct store *st;
    struct arena a;
    struct err e;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/mlw-store-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    arena_init(&f->a, 0);
    assert_true(workspace_init(f->dir, &f->ws, &f->e));
    assert_true(store_open(&f->ws, STORE_CREATE, &f->st, &f->e));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    assert_true(os_remove_tree(f->dir, &f->e));
    workspace_release(&f->ws);
    arena_release(&f->a);
    free(f);
    return 0;
}

static struct json *parse(const char *text)
{
    struct json *j = NULL;
    struct err e;
    if (!json_parse(sv_z(text), &j, &e)) {
        fail_msg("%s", e.msg);
    }
    return j;
}

static void event(struct fixture *f, enum event_type type, const char *text)
{
    struct json *j = parse(text);
    if (!store_event(f->st, "abcdefghijkl", type, "ops", j, &f->e)) {
        fail_msg("%s", f->e.msg);
    }
    json_free(j);
}

static const char created[] =
    "{\"pipeline\":\"p\",\"file\":\"p.json\",\"definition\":\"{}\",\"parameters\":{\"a\":1},"
    "\"options\":{\"sandbox\":\"none\"},\"steps\":[{\"name\":\"one\",\"type\":\"Training\","
    "\"depends_on\":[]},{\"name\":\"two\",\"type\":\"Fail\",\"depends_on\":[\"one\"],"
    "\"why\":\"after one\"}]}";

static void make_execution(struct fixture *f)
{
    assert_true(store_begin(f->st, &f->e));
    event(f, EVENT_EXECUTION_CREATED, created);
    event(f, EVENT_STEP_STARTED,
          "{\"step\":\"one\",\"arguments\":{\"x\":1},\"cache_key\":\"k\","
          "\"cache_attributes\":{\"HyperParameters\":\"d\"}}");
    event(f, EVENT_ATTEMPT_LAUNCHING, "{\"step\":\"one\",\"n\":1,\"token\":\"t1\",\"dir\":\"/d\"}");
    event(f, EVENT_STEP_EXECUTING, "{\"step\":\"one\",\"run\":\"r1\"}");
    event(f, EVENT_ATTEMPT_EXECUTING, "{\"step\":\"one\",\"n\":1,\"shim_pid\":7,\"job_pid\":8}");
    event(f, EVENT_ATTEMPT_ENDED,
          "{\"step\":\"one\",\"n\":1,\"status\":\"Succeeded\",\"exit_code\":0}");
    event(f, EVENT_STEP_ENDED, "{\"step\":\"one\",\"status\":\"Succeeded\",\"output\":{\"A\":2}}");
    event(f, EVENT_STEPS_SKIPPED, "{\"steps\":[\"two\"],\"why\":\"else\"}");
    event(f, EVENT_EXECUTION_ENDED, "{\"status\":\"Succeeded\"}");
    assert_true(store_commit(f->st, &f->e));
}

static void test_every_statement_prepares(void **state)
{
    struct fixture *f = *state;
    assert_true(store_prepare_all(f->st, &f->e));
}

/* What cannot be prepared is an error of the query, not the end of the program. */
static void test_a_broken_schema_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct store *other;
    const char **ids, *status;
    size_t n;
    assert_true(store_open(&f->ws, 0, &other, &f->e));
    assert_true(db_exec(other, "create table later(x)", &f->e)); /* known schemas are out of date */
    assert_true(db_exec(other, "pragma wal_checkpoint(truncate)", &f->e));
    store_close(other);
    CLEANUP(mem_free_ptr) char *path = path_join(f->ws.mlw, "local.db");
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "\125", 1, 100), 1); /* where the schema's own page begins */
    close(fd);
    assert_false(execution_unfinished(f->st, &f->a, &ids, &n, &f->e));
    assert_int_equal(f->e.code, ERR_CORRUPT);
    assert_false(execution_status(f->st, "abcdefghijkl", &f->a, &status, NULL, &f->e));
    assert_int_equal(f->e.code, ERR_CORRUPT);
}

static void test_files_are_private(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->ws.mlw, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(store_wake_path(f->st), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static bool print_row(void *arg, const struct list_row *row)
{
    struct str *out = arg;
    for (size_t i = 0; i < 3; i++) {
        str_addf(out, "%s ", row->cells[i].type == VALUE_TEXT ? row->cells[i].text : "-");
    }
    return true;
}

static void dump(struct fixture *f, struct str *out)
{
    static const enum kind all[] = {KIND_EXECUTION, KIND_STEP, KIND_JOB};
    for (size_t i = 0; i < ALEN(all); i++) {
        assert_true(list_rows(f->st, all[i], NULL, 0, print_row, out, &f->e));
    }
    struct step_rows steps;
    assert_true(execution_steps(f->st, "abcdefghijkl", &f->a, &steps, &f->e));
    for (size_t i = 0; i < steps.n; i++) {
        struct step_row *s = &steps.at[i];
        str_addf(out, "[%s %s %s %s %s %lld]", s->name, s->status, s->why ? s->why : "-",
                 s->output ? s->output : "-", s->cache_key ? s->cache_key : "-",
                 (long long)s->attempts);
    }
}

static void test_state_is_a_projection_of_the_events(void **state)
{
    struct fixture *f = *state;
    make_execution(f);
    CLEANUP(str_release) struct str before = STR_INIT;
    CLEANUP(str_release) struct str after = STR_INIT;
    dump(f, &before);
    assert_non_null(strstr(before.p, "[one Succeeded - {\"A\":2} k 1][two skipped else - - 0]"));
    assert_true(store_rebuild(f->st, &f->e));
    dump(f, &after);
    assert_string_equal(before.p, after.p);
}

static void test_lists_of_all_kinds(void **state)
{
    struct fixture *f = *state;
    make_execution(f);
    for (enum kind k = 0; k < KIND_COUNT; k++) {
        CLEANUP(str_release) struct str out = STR_INIT;
        if (!list_rows(f->st, k, NULL, 0, print_row, &out, &f->e)) {
            fail_msg("%s: %s", kinds[k].plural, f->e.msg);
        }
    }
}

static void test_prefixes(void **state)
{
    struct fixture *f = *state;
    make_execution(f);
    char id[EXECUTION_ID + 1];
    assert_false(execution_resolve(f->st, "abc", id, &f->e));
    assert_int_equal(f->e.code, ERR_NOT_FOUND);
    assert_false(execution_resolve(f->st, "zzzz", id, &f->e));
    assert_int_equal(f->e.code, ERR_NOT_FOUND);
    assert_true(execution_resolve(f->st, "abcd", id, &f->e));
    assert_string_equal(id, "abcdefghijkl");
}

static void test_ids_of_every_kind_are_found_by_prefix(void **state)
{
    struct fixture *f = *state;
    make_execution(f);
    static const struct {
        enum kind kind;
        const char *id, *whole; /* NULL: not found */
    } cases[] = {
        {KIND_STEP, "nothing", NULL},
        {KIND_STEP, "zzzz/one", NULL},
        {KIND_PIPELINE, "q", NULL},
        {KIND_CONTEXT, "loc", NULL}, /* fewer than four characters */
        {KIND_EXECUTION, "abc", NULL},
        {KIND_EXECUTION, "abcd", "abcdefghijkl"},
        {KIND_STEP, "abcd/one", "abcdefghijkl/one"},
        {KIND_JOB, "abcd/one/1", "abcdefghijkl/one/1"},
        {KIND_PIPELINE, "p", "p"},
        {KIND_CONTEXT, "loca", "local"},
        {KIND_CONTEXT, "local", "local"},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *id = list_resolve(f->st, cases[i].kind, cases[i].id, &f->e);
        if (!z_eq(id, cases[i].whole) || (!id && f->e.code != ERR_NOT_FOUND)) {
            fail_msg("%s is %s, not %s: %s", cases[i].id, id, cases[i].whole, f->e.msg);
        }
    }
    assert_null(list_resolve(f->st, KIND_EVENT, "abcd", &f->e));
    assert_int_equal(f->e.code, ERR_AMBIGUOUS);
    assert_non_null(strstr(f->e.msg, "abcdefghijkl/1"));
}

static bool count_row(void *arg, const struct list_row *row)
{
    (void)row;
    ++*(size_t *)arg;
    return true;
}

static void expect_attention(struct fixture *f, const char *group, int64_t now_ms, size_t want)
{
    size_t n = 0;
    assert_true(list_rows(f->st, KIND_ATTENTION, group, now_ms, count_row, &n, &f->e));
    assert_int_equal(n, want);
}

static bool acknowledge(struct fixture *f, const char *kind, const char *id)
{
    bool ok = store_begin(f->st, &f->e) && ack_set(f->st, kind, id, "known", "ops", &f->e) &&
              store_commit(f->st, &f->e);
    store_rollback(f->st);
    return ok;
}

static void test_what_is_put_aside_comes_back(void **state)
{
    struct fixture *f = *state;
    int64_t now_ms = clock_wall_ms(), day_ms = 24 * 3600 * 1000;
    assert_false(acknowledge(f, "execution", "abcdefghijkl"));
    assert_int_equal(f->e.code, ERR_NOT_FOUND);
    make_execution(f);
    assert_false(acknowledge(f, "execution", "abcdefghijkl"));
    assert_int_equal(f->e.code, ERR_REFUSED);
    assert_false(acknowledge(f, "pipeline", "p"));
    assert_int_equal(f->e.code, ERR_NOT_FOUND);
    for (int i = 0; i < 2; i++) { /* it fails, is put aside, fails again */
        assert_true(store_begin(f->st, &f->e));
        event(f, EVENT_EXECUTION_RETRIED, "{\"steps\":[\"one\"]}");
        assert_true(store_commit(f->st, &f->e));
        expect_attention(f, "Red", now_ms, 0);
        expect_attention(f, "Running", now_ms, 1);
        assert_true(store_begin(f->st, &f->e));
        event(f, EVENT_EXECUTION_ENDED, "{\"status\":\"Failed\",\"failure\":\"step one: no\"}");
        assert_true(store_commit(f->st, &f->e));
        expect_attention(f, "Red", now_ms, 1);
        expect_attention(f, "Red", clock_wall_ms() + day_ms, 0);
        assert_true(acknowledge(f, "execution", "abcdefghijkl"));
        expect_attention(f, "Red", now_ms, 0);
        int64_t ended_ms = clock_wall_ms();
        while (clock_wall_ms() == ended_ms) { /* the next end is another */
        }
    }
    expect_attention(f, "Waiting", now_ms, 0);
    expect_attention(f, "Contexts", now_ms, 1);
    expect_attention(f, NULL, now_ms, 1);
}

static void test_an_overtaken_driver_is_refused(void **state)
{
    struct fixture *f = *state;
    make_execution(f);
    int64_t mine, theirs;
    assert_true(execution_raise_epoch(f->st, "abcdefghijkl", &mine, &f->e));
    assert_true(execution_begin(f->st, "abcdefghijkl", mine, &f->e));
    assert_true(store_commit(f->st, &f->e));
    assert_true(execution_raise_epoch(f->st, "abcdefghijkl", &theirs, &f->e));
    assert_false(execution_begin(f->st, "abcdefghijkl", mine, &f->e));
    assert_int_equal(f->e.code, ERR_REFUSED);
}

static void test_cache_is_found_by_key(void **state)
{
    struct fixture *f = *state;
    make_execution(f);
    struct cache_hit hit;
    assert_true(execution_cache_find(f->st, "p", "one", "Training", "no", 0, &f->a, &hit, &f->e));
    assert_null(hit.execution);
    assert_true(execution_cache_find(f->st, "p", "one", "Training", "k", 0, &f->a, &hit, &f->e));
    assert_string_equal(hit.execution, "abcdefghijkl");
    assert_string_equal(hit.output, "{\"A\":2}");
    assert_true(
        execution_cache_find(f->st, "p", "one", "Training", "k", INT64_MAX, &f->a, &hit, &f->e));
    assert_null(hit.execution);
}

static void test_a_gate_is_decided_once(void **state)
{
    struct fixture *f = *state;
    struct gate_row g = {
        .token = "tok1", .kind = "Callback", .execution = "x", .step = "s", .subject = "s"};
    assert_true(store_begin(f->st, &f->e));
    assert_true(gate_add(f->st, &g, &f->e));
    assert_true(gate_decide(f->st, "tok1", false, "no", NULL, "ann", &f->e));
    assert_false(gate_decide(f->st, "tok1", true, "yes", NULL, "bob", &f->e));
    assert_int_equal(f->e.code, ERR_REFUSED);
    assert_non_null(strstr(f->e.msg, "Rejected by ann"));
    assert_false(gate_decide(f->st, "tok2", true, "yes", NULL, "bob", &f->e));
    assert_int_equal(f->e.code, ERR_NOT_FOUND);
    assert_true(store_commit(f->st, &f->e));
}

static void test_a_step_registers_once(void **state)
{
    struct fixture *f = *state;
    struct package_row p = {.model = "churn",
                            .approval = "PendingManualApproval",
                            .execution = "x",
                            .step = "register",
                            .metrics = "{}",
                            .document = "{}"};
    assert_true(store_begin(f->st, &f->e));
    assert_true(package_add(f->st, &p, &f->e));
    assert_int_equal(p.version, 1);
    assert_true(package_add(f->st, &p, &f->e));
    assert_int_equal(p.version, 1);
    p.execution = "y";
    assert_true(package_add(f->st, &p, &f->e));
    assert_int_equal(p.version, 2);
    assert_true(store_commit(f->st, &f->e));
    struct package_row got;
    assert_true(package_get(f->st, "churn/2", &f->a, &got, &f->e));
    assert_string_equal(got.execution, "y");
    assert_false(package_get(f->st, "churn/9", &f->a, &got, &f->e));
    assert_false(package_get(f->st, "churn", &f->a, &got, &f->e));
}

struct texts {
    int field;
    VEC(char *) at;
};

static bool collect_text(void *arg, const struct list_row *row)
{
    struct texts *t = arg;
    vec_push(&t->at, xstrdup(row->cells[t->field].text));
    return true;
}

/* The texts of a list's field, joined by '\n'. */
static void expect_texts(struct fixture *f, enum kind kind, const char *parent, int field,
                         const char *want)
{
    struct texts t = {.field = field};
    CLEANUP(str_release) struct str all = STR_INIT;
    assert_true(list_rows(f->st, kind, parent, clock_wall_ms(), collect_text, &t, &f->e));
    for (size_t i = 0; i < t.at.n; i++) {
        str_addf(&all, "%s%s", i ? "\n" : "", t.at.at[i]);
        free(t.at.at[i]);
    }
    vec_release(&t.at);
    assert_string_equal(all.n ? all.p : "", want);
}

/* What waits is told by what it is beside the one that serves; what it passed, in words. */
static void test_a_version_is_told_by_what_it_is_beside(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *execution, *metrics, *approval, *token;
    } versions[] = {
        {"e1", "{\"auc\":0.9,\"f1\":0.8}", "Approved", NULL},
        {"e2", "{\"auc\":0.908,\"f1\":0.8}", "Approved", NULL},
        {"e3", "{\"auc\":0.2}", "Rejected", NULL},
        {"e4", "{\"auc\":0.912,\"a\":1,\"f1\":0.8}", "PendingManualApproval", "t4"},
        {"e5", "{\"f1\":0.8}", "PendingManualApproval", "t5"},
        {"e6", "{\"loss\":0.3,\"mae\":2}", "PendingManualApproval", "t6"},
        {"e7", "{}", "PendingManualApproval", "t7"},
    };
    assert_true(store_begin(f->st, &f->e));
    for (size_t i = 0; i < ALEN(versions); i++) {
        struct package_row p = {.model = "churn",
                                .approval = versions[i].approval,
                                .execution = versions[i].execution,
                                .step = "register",
                                .token = versions[i].token,
                                .metrics = versions[i].metrics,
                                .document = "{}",
                                .created_ms = (int64_t)i};
        struct gate_row g = {.token = versions[i].token,
                             .kind = "Approval",
                             .execution = versions[i].execution,
                             .step = "register",
                             .subject = "churn"};
        assert_true(package_add(f->st, &p, &f->e));
        assert_true(!g.token || gate_add(f->st, &g, &f->e));
        int64_t added_ms = clock_wall_ms();
        while (clock_wall_ms() == added_ms) { /* the next one is newer */
        }
    }
    assert_true(store_commit(f->st, &f->e));
    expect_texts(f, KIND_ATTENTION, "Waiting", FIELD_ATTENTION_why,
                 "by register\nloss 0.3, mae 2\nf1 0.8, as on /2\nauc 0.912, +0.004 on /2");
}

static void test_what_was_passed_is_an_expression(void **state)
{
    struct fixture *f = *state;
    assert_true(store_begin(f->st, &f->e));
    event(f, EVENT_EXECUTION_CREATED,
          "{\"pipeline\":\"p\",\"file\":\"p.json\",\"definition\":\"{}\",\"parameters\":{},"
          "\"options\":{},\"steps\":[{\"name\":\"good\",\"type\":\"Condition\",\"depends_on\":[]},"
          "{\"name\":\"bad\",\"type\":\"Condition\",\"depends_on\":[]},"
          "{\"name\":\"register\",\"type\":\"RegisterModel\",\"depends_on\":[\"good\",\"bad\"]}]}");
    event(f, EVENT_STEP_STARTED,
          "{\"step\":\"good\",\"arguments\":[{\"Type\":\"Or\",\"Conditions\":[{\"Type\":"
          "\"GreaterThan\",\"LeftValue\":0.91,\"RightValue\":0.8},{\"Type\":\"In\",\"QueryValue\":"
          "\"a\",\"Values\":[\"a\",\"b\"]}]}]}");
    event(f, EVENT_STEP_ENDED, "{\"step\":\"good\",\"status\":\"Succeeded\",\"outcome\":\"True\"}");
    event(f, EVENT_STEP_STARTED,
          "{\"step\":\"bad\",\"arguments\":[{\"Type\":\"Not\",\"Condition\":{\"Type\":\"Equals\","
          "\"LeftValue\":1,\"RightValue\":1}}]}");
    event(f, EVENT_STEP_ENDED, "{\"step\":\"bad\",\"status\":\"Succeeded\",\"outcome\":\"False\"}");
    struct package_row p = {.model = "churn",
                            .approval = "Approved",
                            .execution = "abcdefghijkl",
                            .step = "register",
                            .metrics = "{}",
                            .document = "{}"};
    assert_true(package_add(f->st, &p, &f->e));
    assert_true(store_commit(f->st, &f->e));
    expect_texts(f, KIND_PACKAGE, "churn", FIELD_PACKAGE_passed,
                 "good 0.91 > 0.8 or a in [a, b], bad 1 != 1 is false");
}

static bool collect(void *arg, const struct point *points, size_t n)
{
    VEC(struct point) *all = arg;
    for (size_t i = 0; i < n; i++) {
        vec_push(all, points[i]);
    }
    return true;
}

static void test_curves_keep_every_point(void **state)
{
    struct fixture *f = *state;
    enum { N = 1300 };
    struct run_new run = {.uid = "run1",
                          .source = "local",
                          .experiment = "e",
                          .name = "n",
                          .status = "RUNNING",
                          .started_ms = 5};
    assert_true(store_begin(f->st, &f->e));
    assert_true(run_add(f->st, &run, &f->e));
    for (int i = 0; i < N; i++) {
        struct point p = {i, 1000 + i, i == 700 ? NAN : i * 0.5};
        assert_true(run_log(f->st, "run1", "loss", &p, 1, &f->e));
    }
    assert_true(store_commit(f->st, &f->e));
    struct run_row row;
    struct series_keys keys;
    assert_true(run_get(f->st, "run1", &f->a, &row, &f->e));
    assert_true(run_series_keys(f->st, row.id, &f->a, &keys, &f->e));
    assert_int_equal(keys.n, 1);
    assert_int_equal(keys.at[0].n, N);
    VEC(struct point) all = {0};
    assert_true(run_series(f->st, row.id, keys.at[0].id, collect, &all, &f->e));
    assert_int_equal(all.n, N);
    for (int i = 0; i < N; i++) {
        assert_true(all.at[i].step == i);
        assert_true(i == 700 ? isnan(all.at[i].value) : all.at[i].value == i * 0.5);
    }
    vec_release(&all);
}

static void test_columns_tell_missing_from_nan(void **state)
{
    struct fixture *f = *state;
    enum { N = 5000 };
    assert_true(store_begin(f->st, &f->e));
    for (int i = 0; i < N; i++) {
        char uid[32];
        snprintf(uid, sizeof uid, "run-%05d", i);
        struct run_new run = {.uid = uid,
                              .source = "local",
                              .experiment = "e",
                              .name = uid,
                              .status = "FINISHED",
                              .started_ms = i};
        assert_true(run_add(f->st, &run, &f->e));
        struct point p = {0, 0, i == 9 ? (double)NAN : i};
        if (i % 3 == 0) {
            assert_true(run_log(f->st, uid, "auc", &p, 1, &f->e));
        }
    }
    assert_true(store_commit(f->st, &f->e));
    struct metric_keys keys;
    assert_true(run_metric_keys(f->st, &f->a, &keys, &f->e));
    double *col = xcalloc(N, sizeof *col);
    assert_true(run_column(f->st, 1, keys.at[0].id, 0, col, N, &f->e));
    for (int i = 0; i < N; i++) {
        assert_int_equal(cell_is_missing(col[i]), i % 3 != 0);
        if (i % 3 == 0) {
            assert_true(i == 9 ? isnan(col[i]) : col[i] == i);
        }
    }
    static const struct {
        size_t first, n;
    } pieces[] = {{0, 1}, {4095, 2}, {4096, 904}, {4999, 1}, {17, 4500}, {4990, 10}};
    double *piece = xcalloc(N, sizeof *piece);
    for (size_t i = 0; i < ALEN(pieces); i++) {
        size_t first = pieces[i].first, n = pieces[i].n;
        assert_true(run_column(f->st, 1, keys.at[0].id, first, piece, n, &f->e));
        for (size_t k = 0; k < n; k++) {
            assert_true(cell_is_same(piece[k], col[first + k]));
        }
    }
    free(piece);
    size_t total = 0;
    assert_true(list_run_count(f->st, NULL, &total, &f->e));
    assert_int_equal(total, N);
    free(col);
}

static bool count(void *arg, const struct list_row *row)
{
    (void)row;
    ++*(size_t *)arg;
    return true;
}

static void test_runs_page_by_key(void **state)
{
    struct fixture *f = *state;
    assert_true(store_begin(f->st, &f->e));
    for (int i = 0; i < 100; i++) {
        char uid[32];
        snprintf(uid, sizeof uid, "run-%03d", i);
        struct run_new run = {.uid = uid,
                              .source = "local",
                              .experiment = "e",
                              .name = uid,
                              .status = "FINISHED",
                              .started_ms = i / 10};
        assert_true(run_add(f->st, &run, &f->e));
    }
    assert_true(store_commit(f->st, &f->e));
    struct run_cursor cursor = {0};
    size_t seen = 0, n;
    do {
        assert_true(list_runs(f->st, NULL, &cursor, 7, 0, count, &seen, &n, &f->e));
    } while (n == 7);
    assert_int_equal(seen, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_statement_prepares, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_broken_schema_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_files_are_private, setup, teardown),
        cmocka_unit_test_setup_teardown(test_state_is_a_projection_of_the_events, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists_of_all_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_prefixes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_of_every_kind_are_found_by_prefix, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_is_put_aside_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_overtaken_driver_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cache_is_found_by_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_gate_is_decided_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_step_registers_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_version_is_told_by_what_it_is_beside, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_was_passed_is_an_expression, setup, teardown),
        cmocka_unit_test_setup_teardown(test_curves_keep_every_point, setup, teardown),
        cmocka_unit_test_setup_teardown(test_columns_tell_missing_from_nan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_runs_page_by_key, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
