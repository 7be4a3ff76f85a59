/* The hub by its facade: rows that are filtered, sorted and windowed as a naive model does it, no
 * event where nothing changed, live changes without reading all again, a thread beside a writer. */
#include "tests/unit/test.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/hub/hub.h"
#include "core/store/db.h"
#include "core/store/journal.h"
#include "tests/unit/tmp.h"

enum { RUNS = 700, MANY_RUNS = 5000, DEADLINE_MS = 20000 };

struct fixture {
    char *dir;
    struct workspace ws;
    struct store *st; /* the writer */
    struct hub *hub;
    int wake_fd;
    struct err e;
};

static void add_runs(struct store *st, size_t first, size_t n)
{
    struct err e = ERR_INIT;
    assert_true(store_begin(st, &e));
    for (size_t i = first; i < first + n; i++) {
        char uid[32];
        snprintf(uid, sizeof uid, "run-%05zu", i);
        struct json *params = json_new_object();
        json_set_i64(params, "depth", (int64_t)(i * 7 % 10));
        struct run_new run = {.uid = uid,
                              .source = "local",
                              .experiment = i % 2 ? "odd" : "even",
                              .name = uid,
                              .status = i % 5 ? "FINISHED" : "RUNNING",
                              .started_ms = 1000000 + (int64_t)i,
                              .params = params};
        struct point p = {0, 0, (double)(i * 37 % 101)};
        assert_true(run_add(st, &run, &e) && run_log(st, uid, "loss", &p, 1, &e));
        json_free(params);
    }
    assert_true(store_commit(st, &e));
}

static struct fixture *fixture_new(size_t runs, bool is_inline)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->dir = tmp_new();
    assert_true(workspace_init(f->dir, &f->ws, &f->e));
    assert_true(store_open(&f->ws, STORE_CREATE, &f->st, &f->e));
    if (runs) {
        add_runs(f->st, 0, runs);
    }
    struct hub_options options = {.dir = f->dir, .is_inline = is_inline};
    f->hub = hub_new(&options, &f->wake_fd, &f->e);
    assert_non_null(f->hub);
    return f;
}

static void fixture_free(struct fixture *f)
{
    hub_free(f->hub);
    store_close(f->st);
    workspace_release(&f->ws);
    tmp_free(&f->dir);
    free(f);
}

static void turn(struct fixture *f)
{
    if (f->hub->is_inline) {
        hub_step(f->hub, 50);
    } else {
        struct pollfd p = {f->wake_fd, POLLIN, 0};
        poll(&p, 1, 50);
    }
}

/* The next event of a subscription or request; the caller releases it. */
static struct ev next(struct fixture *f, uint64_t id)
{
    int64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (clock_mono_ms() < deadline_ms) {
        struct ev ev;
        while (hub_next_event(f->hub, &ev)) {
            if (ev.id == id) {
                return ev;
            }
            ev_release(&ev);
        }
        turn(f);
    }
    fail_msg("no event came");
    return (struct ev){0};
}

/* The first snapshot from that generation on in which everything is read. */
static struct snapshot *whole(struct fixture *f, uint64_t sub, uint64_t generation)
{
    for (;;) {
        struct ev ev = next(f, sub);
        struct snapshot *s = snapshot_ref(ev.snapshot);
        ev_release(&ev);
        if (s->generation >= generation && (s->type == SNAPSHOT_ERROR || s->loaded == s->total)) {
            return s;
        }
        snapshot_unref(s);
    }
}

static struct snapshot *ask(struct fixture *f, const struct query *q)
{
    uint64_t sub = hub_subscribe(f->hub, q);
    struct snapshot *s = whole(f, sub, 1);
    hub_unsubscribe(f->hub, sub);
    return s;
}

/* --- the naive model: depth and loss of run i are known --- */

static size_t depth_of(size_t i)
{
    return i * 7 % 10;
}
static size_t loss_of(size_t i)
{
    return i * 37 % 101;
}

static int by_loss(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return loss_of(x) != loss_of(y) ? (loss_of(x) > loss_of(y) ? 1 : -1) : (x > y) - (x < y);
}

static void test_model(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(RUNS, true);
    for (size_t below = 0; below < 11; below += 2) {
        for (size_t first = 0; first < 300; first += 77) {
            char filter[64];
            size_t want[RUNS] = {0}, n = 0;
            snprintf(filter, sizeof filter, "params.depth<%zu AND metrics.loss>=20", below);
            for (size_t i = 0; i < RUNS; i++) {
                if (depth_of(i) < below && loss_of(i) >= 20) {
                    want[n++] = i;
                }
            }
            qsort(want, n, sizeof *want, by_loss);
            struct query q = {.kind = KIND_RUN,
                              .filter = filter,
                              .sort = "metrics.loss",
                              .first = first,
                              .n = 20};
            struct snapshot *s = ask(f, &q);
            assert_int_equal(s->err.code, ERR_NONE);
            assert_int_equal(s->matched, n);
            assert_int_equal(s->total, RUNS);
            size_t left = first < n ? n - first : 0;
            assert_int_equal(s->n, left < 20 ? left : 20);
            for (size_t i = 0; i < s->n; i++) {
                char uid[32];
                snprintf(uid, sizeof uid, "run-%05zu", want[first + i]);
                assert_string_equal(s->rows[i].id, uid);
                assert_true(row_named(&s->rows[i], FAMILY_METRICS, "loss").num ==
                            (double)loss_of(want[first + i]));
                assert_int_equal(row_named(&s->rows[i], FAMILY_PARAMS, "depth").i,
                                 depth_of(want[first + i]));
            }
            snapshot_unref(s);
        }
    }
    fixture_free(f);
}

static void test_newest_first_and_selection(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(RUNS, true);
    struct query q = {.kind = KIND_RUN, .n = 3, .select = "run-00010"};
    struct snapshot *s = ask(f, &q);
    assert_string_equal(s->rows[0].id, "run-00699");
    assert_string_equal(s->rows[2].id, "run-00697");
    assert_int_equal(s->selected, RUNS - 1 - 10);
    assert_int_equal(s->keys[FAMILY_METRICS].n, 1);
    assert_string_equal(s->keys[FAMILY_PARAMS].at[0], "depth");
    snapshot_unref(s);
    q = (struct query){.kind = KIND_RUN, .id = "odd", .select = "run-00010"};
    s = ask(f, &q);
    assert_int_equal(s->total, RUNS / 2);
    assert_int_equal(s->n, RUNS / 2);
    assert_true(s->selected == SIZE_MAX);
    snapshot_unref(s);
    fixture_free(f);
}

static void test_bad_filter_keeps_the_rows(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(20, true);
    struct query q = {.kind = KIND_RUN, .filter = "status=RUNNING", .n = 100};
    uint64_t sub = hub_subscribe(f->hub, &q);
    struct snapshot *s = whole(f, sub, 1);
    assert_int_equal(s->matched, 4);
    snapshot_unref(s);
    q.filter = "status=(";
    hub_window(f->hub, sub, &q);
    s = whole(f, sub, 2);
    assert_int_equal(s->err.code, ERR_USAGE);
    assert_int_equal(s->matched, 4);
    assert_string_equal(s->filter, "status=RUNNING");
    snapshot_unref(s);
    fixture_free(f);
}

/* The rows that were named, in that order, whole ids and prefixes, and what is said of the rest. */
static void same_rows(const struct snapshot *a, const struct snapshot *b, const char *filter)
{
    if (a->matched != b->matched || a->n != b->n) {
        fail_msg("%s: %zu rows, not %zu", filter, a->matched, b->matched);
    }
    for (size_t i = 0; i < a->n; i++) {
        assert_string_equal(a->rows[i].id, b->rows[i].id);
    }
}

/* What a filter lets through letter by letter is what it lets through at once. */
static void test_letters_narrow(void **state)
{
    static const char *const typed[] = {
        "r",         "ru",         "run",    "run-",   "run-00",     "run-001",
        "run-001 7", "run-001 17", "run-00", "run-01", "run-01 | 3", "run-01 -3",
        "7",         "70",         "x",      "",
    };
    static const char *const sorts[] = {NULL, "metrics.loss:desc"};
    (void)state;
    struct fixture *f = fixture_new(RUNS, true);
    for (size_t k = 0; k < ALEN(sorts); k++) {
        struct query q = {.kind = KIND_RUN, .sort = sorts[k], .n = 100, .filter = ""};
        uint64_t sub = hub_subscribe(f->hub, &q);
        for (size_t i = 0; i < ALEN(typed); i++) {
            q.filter = typed[i];
            q.sort = i % 4 == 3 ? NULL : sorts[k];
            hub_window(f->hub, sub, &q);
            struct snapshot *letters = whole(f, sub, i + 2), *at_once = ask(f, &q);
            same_rows(letters, at_once, typed[i]);
            snapshot_unref(letters);
            snapshot_unref(at_once);
        }
        hub_unsubscribe(f->hub, sub);
    }
    fixture_free(f);
}

/* Three runs with a curve: the first is the parent of the others. */
static void add_family(struct store *st)
{
    static const double curves[3][3] = {{0.9, 0.1, 0.5}, {0.8, NAN, 0.7}, {0.2, 0.3, 0.4}};
    static const char *const uids[] = {"top", "left", "right"};
    struct err e = ERR_INIT;
    assert_true(store_begin(st, &e));
    for (size_t i = 0; i < 3; i++) {
        struct run_new run = {.uid = uids[i],
                              .source = "local",
                              .experiment = "family",
                              .name = uids[i],
                              .status = i == 1 ? "FAILED" : "FINISHED",
                              .started_ms = 2000000 + (int64_t)i};
        assert_true(run_add(st, &run, &e));
        for (size_t k = 0; k < 3; k++) {
            struct point p = {(int64_t)k * 10, 0, curves[i][k]};
            assert_true(run_log(st, uids[i], "score", &p, 1, &e) &&
                        run_log(st, uids[i], "loss", &p, 1, &e));
        }
    }
    assert_true(db_exec(st, "update run set parent='top' where uid in ('left', 'right')", &e));
    assert_true(store_commit(st, &e));
}

static const struct {
    const char *filter, *ids;
} family_cases[] = {
    {"loss@10 IS NULL", ""},
    {"parent:(status=FAILED)", ""},
    {"-has:parent -has:child", ""},
    {"loss<0.45", "right "},
    {"min(loss)<0.15", "top "},
    {"max(loss)>0.85", "top "},
    {"first(loss)>last(loss)", "left top "},
    {"loss@10<1", "right top "},
    {"loss@7 IS NULL", "right left top "},
    {"slope(loss,3)>0", "right "},
    {"best(loss)=min(loss)", "right left top "},
    {"best(score)=min(score)", "right left top "}, /* mlw.conf says so */
    {"mean(score)=0.75", "left "},
    {"parent:(min(loss)<0.15)", "right left "},
    {"parent:(child:(status=FAILED))", "right left "},
    {"child:(status=FAILED)", "top "},
    {"has:child", "top "},
    {"has:parent loss>0.5", "left "},
};

static void test_curves_and_relatives(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(20, true);
    CLEANUP(str_release) struct str path = STR_INIT;
    str_setf(&path, "%s/.mlw/mlw.conf", f->dir);
    assert_true(os_write_file(path.p, SV("[metrics]\nscore = min\n"), &f->e));
    add_family(f->st);
    for (size_t i = 0; i < ALEN(family_cases); i++) {
        CLEANUP(str_release) struct str ids = STR_INIT;
        CLEANUP(str_release) struct str filter = STR_INIT;
        str_setf(&filter, "experiment=family %s", family_cases[i].filter);
        struct query q = {.kind = KIND_RUN, .filter = filter.p, .n = 100};
        struct snapshot *s = ask(f, &q);
        for (size_t k = 0; k < s->n; k++) {
            str_addf(&ids, "%s ", s->rows[k].id);
        }
        if (s->err.code != ERR_NONE || strcmp(ids.p, family_cases[i].ids) != 0) {
            fail_msg("%s: %s, not %s (%s)", filter.p, ids.p, family_cases[i].ids, s->err.msg);
        }
        snapshot_unref(s);
    }
    fixture_free(f);
}

static void test_rows_by_their_ids(void **state)
{
    (void)state;
    static const struct {
        const char *ids, *want, *msg;
        enum err_code code;
    } cases[] = {
        {"run-00003\nnope", "run-00003 ", "no run \"nope\"", ERR_NOT_FOUND},
        {"run\nrun-00003", "run-00003 ", "a prefix needs four characters", ERR_NOT_FOUND},
        {"run-0001", "", "\"run-0001\" fits several: run-00019, run-00018, run-00017",
         ERR_AMBIGUOUS},
        {"run-00003\nrun-00012\nrun-00001", "run-00003 run-00012 run-00001 ", "", ERR_NONE},
        {"run-00003\nrun-00003\n", "run-00003 ", "", ERR_NONE},
    };
    struct fixture *f = fixture_new(20, true);
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct snapshot *s = ask(f, &(struct query){.kind = KIND_RUN, .ids = cases[i].ids});
        CLEANUP(str_release) struct str got = STR_INIT;
        for (size_t k = 0; k < s->n; k++) {
            str_addf(&got, "%s ", s->rows[k].id);
        }
        assert_string_equal(got.p, cases[i].want);
        assert_int_equal(s->err.code, cases[i].code);
        assert_non_null(strstr(s->err.msg, cases[i].msg));
        snapshot_unref(s);
    }
    fixture_free(f);
}

/* A run that comes later and a metric that is logged later are there. */
static void test_named_rows_are_live(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(RUNS, true);
    uint64_t sub =
        hub_subscribe(f->hub, &(struct query){.kind = KIND_RUN, .ids = "run-00700\nrun-00005"});
    struct snapshot *s = whole(f, sub, 1);
    assert_int_equal(s->n, 1);
    assert_int_equal(s->err.code, ERR_NOT_FOUND);
    snapshot_unref(s);
    add_runs(f->st, RUNS, 1);
    struct point p = {1, 1, 5000};
    assert_true(store_begin(f->st, &f->e) && run_log(f->st, "run-00005", "loss", &p, 1, &f->e) &&
                store_commit(f->st, &f->e));
    s = NULL;
    do {
        snapshot_unref(s);
        s = whole(f, sub, 1);
    } while (s->n != 2 || row_named(&s->rows[1], FAMILY_METRICS, "loss").num != 5000);
    assert_string_equal(s->rows[0].id, "run-00700");
    assert_int_equal(s->err.code, ERR_NONE);
    snapshot_unref(s);
    fixture_free(f);
}

static void settle(struct fixture *f)
{
    for (int i = 0; i < 5; i++) {
        hub_step(f->hub, 20);
        hub_look(f->hub);
    }
}

static void test_nothing_new_no_event(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(20, true);
    struct query q = {.kind = KIND_EXPERIMENT};
    uint64_t sub = hub_subscribe(f->hub, &q);
    snapshot_unref(whole(f, sub, 1));
    settle(f);
    size_t sent = f->hub->sent, loads = f->hub->sets.at[0]->loads;
    settle(f);
    assert_int_equal(f->hub->sets.at[0]->loads, loads); /* nothing was read again */
    /* a commit that is about something else */
    int64_t id;
    assert_true(store_begin(f->st, &f->e));
    assert_true(journal_intent(f->st, "me", "stop", "x", NULL, &id, &f->e));
    assert_true(store_commit(f->st, &f->e));
    settle(f);
    assert_int_equal(f->hub->sets.at[0]->loads, loads + 1);
    assert_int_equal(f->hub->sent, sent);
    fixture_free(f);
}

static void test_changes_are_taken_over(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(RUNS, true);
    struct query q = {.kind = KIND_RUN, .n = 5, .filter = "status=RUNNING"};
    uint64_t sub = hub_subscribe(f->hub, &q);
    snapshot_unref(whole(f, sub, 1));
    settle(f);
    struct run_table *t = f->hub->sets.at[0]->runs;
    size_t before = t->statements;
    add_runs(f->st, RUNS, 1);
    struct point p = {1, 1, 5000};
    assert_true(store_begin(f->st, &f->e));
    assert_true(run_set_status(f->st, "run-00695", "FINISHED", 2000000, &f->e));
    assert_true(run_log(f->st, "run-00700", "loss", &p, 1, &f->e));
    assert_true(store_commit(f->st, &f->e));
    struct snapshot *s = NULL;
    do {
        snapshot_unref(s);
        s = whole(f, sub, 1);
    } while (s->total != RUNS + 1 || s->matched != RUNS / 5 || s->n == 0 ||
             row_named(&s->rows[0], FAMILY_METRICS, "loss").num != 5000);
    assert_string_equal(s->rows[0].id, "run-00700");
    assert_string_equal(s->rows[1].id, "run-00690");
    snapshot_unref(s);
    settle(f);
    assert_ptr_equal(f->hub->sets.at[0]->runs, t);
    /* pages of the whole list are not among what was asked */
    /* of each run that goes on one row, of each metric a block for many of them */
    size_t slices = 1 + t->refresh.n / 50, least = t->refresh.n;
    assert_in_range(t->refresh.n, RUNS / 5, RUNS / 5 + 1);
    assert_in_range(t->statements - before, least, 2 * (least + slices * t->metrics.n + 8));
    fixture_free(f);
}

static size_t statements_of(const struct fixture *f)
{
    return f->hub->sets.at[0]->runs->statements;
}

/* Params of all runs are read with a statement for hundreds of them, once; what was read ahead
 * makes no news, and then a filter or an order asks the store for nothing but what is shown. */
static void test_params_are_read_once_and_ahead(void **state)
{
    (void)state;
    for (int is_ahead = 0; is_ahead < 2; is_ahead++) {
        struct fixture *f = fixture_new(MANY_RUNS, true);
        struct query q = {.kind = KIND_RUN, .n = 5, .filter = ""};
        uint64_t sub = hub_subscribe(f->hub, &q);
        snapshot_unref(whole(f, sub, 1));
        settle(f);
        size_t sent = f->hub->sent;
        if (is_ahead) {
            run_table_read_ahead(f->hub->sets.at[0]->runs);
            f->hub->sets.at[0]->is_stale = true;
            hub_work_soon(f->hub);
            while (f->hub->sets.at[0]->is_stale) { /* as many slices as it takes */
                hub_step(f->hub, 20);
            }
            settle(f);
            assert_int_equal(f->hub->sent, sent);
        }
        size_t before = statements_of(f);
        q.filter = "depth<5 2";
        q.sort = "depth";
        hub_window(f->hub, sub, &q);
        struct snapshot *s = whole(f, sub, 2);
        assert_int_equal(s->total, MANY_RUNS);
        assert_int_equal(row_named(&s->rows[0], FAMILY_PARAMS, "depth").i, 0);
        snapshot_unref(s);
        settle(f);
        assert_in_range(statements_of(f) - before, is_ahead ? 0 : 10, is_ahead ? 0 : 25);
        fixture_free(f);
    }
}

static struct ev matched(struct fixture *f, uint64_t sub)
{
    struct req req = {.type = REQ_MATCHED, .subscription = sub};
    return next(f, hub_request(f->hub, &req));
}

/* The ids of all rows that match what was typed last, in their order, whatever the window. */
static void test_all_that_match_are_told(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(RUNS, true);
    struct query q = {.kind = KIND_RUN, .n = 5, .filter = ""};
    uint64_t sub = hub_subscribe(f->hub, &q);
    snapshot_unref(whole(f, sub, 1));
    q.filter = "depth<1 status=RUNNING";
    q.sort = "created";
    hub_window(f->hub, sub, &q);
    struct ev ev = matched(f, sub);
    assert_true(ev.ok);
    CLEANUP(str_release) struct str want = STR_INIT;
    int64_t n = 0;
    for (size_t i = 0; i < RUNS; i++) {
        if (depth_of(i) < 1 && i % 5 == 0) {
            str_addf(&want, "run-%05zu\n", i);
            n++;
        }
    }
    assert_string_equal(ev.text, want.p);
    assert_int_equal(ev.at, n);
    ev_release(&ev);
    ev = matched(f, sub + 1000);
    assert_int_equal(ev.err.code, ERR_USAGE);
    ev_release(&ev);
    fixture_free(f);
    f = fixture_new(MATCHED_MAX + 1, true);
    q = (struct query){.kind = KIND_RUN, .n = 5};
    sub = hub_subscribe(f->hub, &q);
    snapshot_unref(whole(f, sub, 1));
    ev = matched(f, sub);
    assert_int_equal(ev.at, MATCHED_MAX + 1);
    size_t lines = 0;
    for (const char *c = ev.text; *c; c++) {
        lines += *c == '\n';
    }
    assert_int_equal(lines, MATCHED_MAX);
    ev_release(&ev);
    fixture_free(f);
}

/* A command that asks for all rows has them once, when all of them and their columns are read. */
static void test_all_rows_come_once(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(MANY_RUNS, true);
    uint64_t all = hub_subscribe(f->hub, &(struct query){.kind = KIND_RUN});
    struct ev ev = next(f, all);
    assert_int_equal(ev.snapshot->n, MANY_RUNS);
    assert_int_equal(ev.snapshot->loaded, MANY_RUNS);
    assert_true(run_table_has_columns(f->hub->sets.at[0]->runs, MANY_RUNS));
    for (size_t i = 0; i < MANY_RUNS; i++) {
        const struct row *row = &ev.snapshot->rows[i];
        assert_true(row_named(row, FAMILY_METRICS, "loss").num ==
                    (double)loss_of(MANY_RUNS - 1 - i));
        assert_true(row_named(row, FAMILY_PARAMS, "depth").i ==
                    (int64_t)depth_of(MANY_RUNS - 1 - i));
    }
    ev_release(&ev);
    fixture_free(f);
}

static void test_older_runs_make_it_read_again(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(20, true);
    struct query q = {.kind = KIND_RUN, .n = 100};
    uint64_t sub = hub_subscribe(f->hub, &q);
    snapshot_unref(whole(f, sub, 1));
    struct run_new old = {
        .uid = "ancient", .source = "s", .experiment = "x", .name = "n", .status = "FAILED"};
    assert_true(store_begin(f->st, &f->e) && run_add(f->st, &old, &f->e) &&
                store_commit(f->st, &f->e));
    struct snapshot *s = NULL;
    do {
        snapshot_unref(s);
        s = whole(f, sub, 1);
    } while (s->total != 21);
    assert_string_equal(s->rows[20].id, "ancient");
    snapshot_unref(s);
    fixture_free(f);
}

static void test_export_and_refusals(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(20, true);
    struct query q = {.kind = KIND_RUN, .n = 2, .filter = "params.depth<2", .sort = "id"};
    uint64_t sub = hub_subscribe(f->hub, &q);
    snapshot_unref(whole(f, sub, 1));
    struct req req = {
        .type = REQ_COPY_OUT, .subscription = sub, .text = xasprintf("%s/out.csv", f->dir)};
    struct ev ev = next(f, hub_request(f->hub, &req));
    assert_true(ev.ok);
    ev_release(&ev);
    CLEANUP(str_release) struct str csv = STR_INIT;
    tmp_read(f->dir, "out.csv", &csv);
    size_t lines = 0;
    for (size_t i = 0; i < csv.n; i++) {
        lines += csv.p[i] == '\n';
    }
    assert_int_equal(lines, 1 + 4);
    assert_true(sv_starts(sv_of(&csv), "id,name,status,"));
    req = (struct req){.type = REQ_REJECT, .id = xstrdup("nosuchgate"), .text = xstrdup("no")};
    ev = next(f, hub_request(f->hub, &req));
    assert_false(ev.ok);
    assert_int_equal(ev.err.code, ERR_NOT_FOUND);
    ev_release(&ev);
    fixture_free(f);
}

/* --- beside a writer --- */

/* --- calls --- */

static struct ev notify(struct fixture *f, const char *object)
{
    struct req req = {.type = REQ_NOTIFY, .id = xstrdup(object)};
    return next(f, hub_request(f->hub, &req));
}

static void write_sql(struct fixture *f, const char *sql)
{
    assert_true(store_begin(f->st, &f->e));
    assert_true(db_exec(f->st, sql, &f->e));
    assert_true(store_commit(f->st, &f->e));
}

static void expect_call(struct fixture *f, bool is_well, const char *text)
{
    struct ev ev = next(f, 0);
    assert_int_equal(ev.type, EV_CALL);
    assert_int_equal(ev.ok, is_well);
    assert_string_equal(ev.text, text);
    ev_release(&ev);
}

static void test_calls_that_cannot_be(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(2, true);
    static const struct {
        const char *object;
        enum err_code code;
    } cases[] = {{"", ERR_USAGE},           {"run-00001", ERR_USAGE},
                 {"dog:x", ERR_USAGE},      {"step:a/b", ERR_USAGE},
                 {"pipeline:p", ERR_USAGE}, {"run:run-00001", ERR_REFUSED},
                 {"package:m/1", ERR_USAGE}};
    write_sql(f, "update run set ended=started where uid='run-00001'");
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct ev ev = notify(f, cases[i].object);
        assert_false(ev.ok);
        assert_int_equal(ev.err.code, cases[i].code);
        ev_release(&ev);
    }
    assert_int_equal(f->hub->watched.n, 0);
    fixture_free(f);
}

/* Nothing but the watch wants to know: no list is open. */
static void test_what_is_watched_calls_once(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(6, true);
    static const char *const objects[] = {"run:run-00000", "run:run-00005", "run:run-00000"};
    for (size_t i = 0; i < ALEN(objects); i++) {
        struct ev ev = notify(f, objects[i]);
        assert_true(ev.ok);
        assert_non_null(strstr(ev.text, i < 2 ? "is watched: " : "is not watched any more"));
        ev_release(&ev);
    }
    write_sql(f, "update run set status='FINISHED', ended=9 where uid='run-00000'");
    write_sql(f, "update run set status='FAILED', ended=9 where uid='run-00005'");
    expect_call(f, false, "run-00005 run-00005 FAILED: experiment odd");
    assert_int_equal(f->hub->watched.n, 0);
    /* a gate that waits already is no news; its decision is */
    write_sql(f, "insert into gate(token,kind,execution,step,subject,created)"
                 " values('tok','Callback','e','s','review',5)");
    struct ev ev = notify(f, "gate:tok");
    assert_true(ev.ok);
    ev_release(&ev);
    write_sql(f, "update gate set state='Approved', actor='ada', decided=9");
    expect_call(f, true, "review tok Approved: by ada");
    fixture_free(f);
}

static void *write_runs(void *arg)
{
    struct fixture *f = arg;
    for (size_t i = 0; i < 40; i++) {
        add_runs(f->st, 50 + i, 1);
    }
    return NULL;
}

static void test_thread(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(50, false);
    struct query runs = {.kind = KIND_RUN, .n = 10, .sort = "metrics.loss:desc"};
    struct query experiments = {.kind = KIND_EXPERIMENT};
    uint64_t a = hub_subscribe(f->hub, &runs), b = hub_subscribe(f->hub, &experiments);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_runs, f), 0);
    struct snapshot *s = NULL;
    for (uint64_t generation = 2; !s || s->total != 90; generation++) {
        snapshot_unref(s);
        runs.first = generation % 3;
        hub_window(f->hub, a, &runs);
        s = whole(f, a, generation);
    }
    snapshot_unref(s);
    pthread_join(thread, NULL);
    hub_unsubscribe(f->hub, b);
    hub_subscribe(f->hub, &experiments); /* left to hub_free */
    fixture_free(f);
}

static void test_no_workspace(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *dir = tmp_new();
    setenv("XDG_DATA_HOME", dir, 1);
    struct err e = ERR_INIT;
    int fd;
    struct hub_options options = {.dir = dir, .is_read_only = true, .is_inline = true};
    assert_null(hub_new(&options, &fd, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_workspace),
        cmocka_unit_test(test_bad_filter_keeps_the_rows),
        cmocka_unit_test(test_curves_and_relatives),
        cmocka_unit_test(test_letters_narrow),
        cmocka_unit_test(test_rows_by_their_ids),
        cmocka_unit_test(test_named_rows_are_live),
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_newest_first_and_selection),
        cmocka_unit_test(test_nothing_new_no_event),
        cmocka_unit_test(test_changes_are_taken_over),
        cmocka_unit_test(test_params_are_read_once_and_ahead),
        cmocka_unit_test(test_all_that_match_are_told),
        cmocka_unit_test(test_all_rows_come_once),
        cmocka_unit_test(test_older_runs_make_it_read_again),
        cmocka_unit_test(test_export_and_refusals),
        cmocka_unit_test(test_calls_that_cannot_be),
        cmocka_unit_test(test_what_is_watched_calls_once),
        cmocka_unit_test(test_thread),
    };
    return RUN_TESTS(tests);
}
