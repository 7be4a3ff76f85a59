/* The cache: whose file it is, what a source's runs and curves become, and what is kept of it. */
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

#include "core/base/embed.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/store/db.h"
#include "core/store/lists.h"
#include "core/store/sources.h"
#include "tests/unit/tmp.h"

struct cache {
    char *dir;
    struct store *st;
    struct source_place place;
    struct arena a;
    struct err e;
};

static void open_cache(struct cache *c)
{
    setenv("XDG_CACHE_HOME", c->dir, 1);
    if (!store_open_cache(&c->st, &c->e)) {
        fail_msg("%s", c->e.msg);
    }
}

static int setup(void **state)
{
    struct cache *c = xcalloc(1, sizeof *c);
    c->dir = tmp_new();
    arena_init(&c->a, 0);
    open_cache(c);
    assert_true(store_begin(c->st, &c->e));
    assert_true(source_begin(c->st, "/data/mlruns", "test", &c->place, &c->e));
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct cache *c = *state;
    store_close(c->st);
    json_free(c->place.state);
    arena_release(&c->a);
    tmp_free(&c->dir);
    free(c);
    return 0;
}

static struct run_row add_run(struct cache *c, const char *id, int64_t started_us)
{
    struct source_run run = {
        .id = id, .name = id, .experiment = "e", .started_us = started_us, .ended_us = RUN_NO_TIME};
    struct run_row ids;
    assert_true(source_run_set(c->st, c->place.id, &run, &c->e));
    assert_int_equal(source_run_ids(c->st, c->place.id, id, &ids, &c->e), 1);
    return ids;
}

/* --- the file --- */

static int mode_of(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? (int)(s.st_mode & 0777) : -1;
}

static void nobody_else_may_see_the_cache(void **state)
{
    struct cache *c = *state;
    CLEANUP(mem_free_ptr) char *dir = path_join(c->dir, "mlw");
    struct os_names names;
    assert_true(store_commit(c->st, &c->e));
    assert_int_equal(mode_of(dir), 0700);
    assert_true(os_list(dir, &names, &c->e));
    for (size_t i = 0; i < names.n; i++) {
        CLEANUP(mem_free_ptr) char *path = path_join(dir, names.at[i]);
        assert_int_equal(mode_of(path), 0600);
    }
    assert_true(names.n > 0 && strncmp(names.at[0], "cache-", 6) == 0);
    os_names_release(&names);
    assert_true(store_prepare_all(c->st, &c->e));
}

static void a_cache_that_is_none_is_made_anew(void **state)
{
    struct cache *c = *state;
    CLEANUP(mem_free_ptr) char *dir = path_join(c->dir, "mlw");
    struct os_names names;
    store_close(c->st);
    assert_true(os_list(dir, &names, &c->e));
    CLEANUP(mem_free_ptr) char *path = path_join(dir, names.at[0]);
    os_names_release(&names);
    assert_true(os_write_file(path,
                              SV("this is no database, and it is longer than a header is: "
                                 "............................................"),
                              &c->e));
    open_cache(c);
    assert_true(store_prepare_all(c->st, &c->e));
}

static void without_a_place_the_cache_is_in_memory(void **state)
{
    struct cache *c = *state;
    store_close(c->st);
    tmp_file(c->dir, "file", SV("x"));
    CLEANUP(mem_free_ptr) char *path = path_join(c->dir, "file");
    setenv("XDG_CACHE_HOME", path, 1);
    assert_true(store_open_cache(&c->st, &c->e));
    assert_true(store_prepare_all(c->st, &c->e));
}

/* --- runs --- */

static bool count_row(void *arg, const struct list_row *row)
{
    struct str *out = arg;
    str_addf(out, "%s ", row->cells[FIELD_RUN_id].text);
    return true;
}

static void assert_listed(struct cache *c, int64_t source, enum run_view view, const char *want)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    struct run_cursor cursor = {0};
    size_t n, total;
    store_look_at(c->st, source, view);
    assert_true(list_runs(c->st, NULL, &cursor, 100, 0, count_row, &out, &n, &c->e));
    assert_true(list_run_count(c->st, NULL, &total, &c->e));
    assert_string_equal(out.p, want);
    assert_int_equal(n, total);
}

static void one_source_does_not_see_the_runs_of_another(void **state)
{
    struct cache *c = *state;
    struct source_place other;
    struct run_row row;
    add_run(c, ".", 1000);
    add_run(c, "bin", 3000);
    struct source_run run = {.id = "bin",
                             .name = "",
                             .experiment = "e",
                             .is_deleted = true,
                             .started_us = 3000,
                             .ended_us = RUN_NO_TIME};
    assert_true(source_run_set(c->st, c->place.id, &run, &c->e));
    assert_true(source_begin(c->st, "/data/other", "test", &other, &c->e));
    run.id = ".";
    run.is_deleted = false;
    assert_true(source_run_set(c->st, other.id, &run, &c->e));
    add_run(c, "gone", 2000);
    assert_true(source_run_gone(c->st, c->place.id, "gone", &c->e));
    assert_listed(c, c->place.id, RUNS_ACTIVE, ". ");
    assert_listed(c, c->place.id, RUNS_DELETED, "bin ");
    assert_listed(c, c->place.id, RUNS_ALL, "bin . ");
    assert_listed(c, other.id, RUNS_ACTIVE, ". ");
    CLEANUP(mem_free_ptr) char *uid = run_resolve(c->st, ".", &c->e);
    assert_non_null(uid);
    assert_true(run_get(c->st, uid, &c->a, &row, &c->e));
    assert_int_equal(row.source, other.id);
}

static void times_go_to_the_microsecond_and_may_be_missing(void **state)
{
    struct cache *c = *state;
    struct run_row row;
    add_run(c, "late", 1234567);
    add_run(c, "early", -1);
    add_run(c, "never", RUN_NO_TIME);
    store_look_at(c->st, c->place.id, RUNS_ACTIVE);
    assert_true(run_get(c->st, "late", &c->a, &row, &c->e));
    assert_true(row.started_ms == 1234 && row.started_us == 567);
    assert_true(run_get(c->st, "early", &c->a, &row, &c->e));
    assert_true(row.started_ms == -1 && row.started_us == 999);
    assert_true(run_get(c->st, "never", &c->a, &row, &c->e));
    assert_true(row.started_ms == RUN_NO_TIME && row.ended_ms == 0 && !row.status);
    assert_listed(c, c->place.id, RUNS_ACTIVE, "late early never ");
}

/* --- curves --- */

static bool add_steps(void *arg, const struct point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str_addf(arg, "%lld:%g ", (long long)points[i].step, points[i].value);
    }
    return true;
}

static void assert_curve(struct cache *c, const struct run_row *run, int64_t key, const char *want)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    assert_true(run_series(c->st, run->id, key, add_steps, &out, &c->e));
    assert_string_equal(out.p, want);
}

static void points_go_where_their_step_and_time_say(void **state)
{
    struct cache *c = *state;
    struct run_row run = add_run(c, "r", 0);
    int64_t key = run_metric_id(c->st, "loss", &c->e);
    struct point first[] = {{5, 10, 1}, {1, 30, 2}, {1, 20, 3}, {INT64_MAX, 0, 4}};
    struct point then[] = {{5, 10, 5}, {5, NAN, 6}};
    assert_true(run_points(c->st, run.id, key, first, 4, false, &c->e));
    assert_curve(c, &run, key, "1:3 1:2 5:1 9223372036854775807:4 ");
    assert_true(run_points(c->st, run.id, key, then, 2, false, &c->e));
    assert_curve(c, &run, key, "1:3 1:2 5:6 5:1 5:5 9223372036854775807:4 ");
    assert_true(run_points(c->st, run.id, key, first, 1, true, &c->e));
    assert_curve(c, &run, key, "1:3 1:2 5:6 5:1 5:5 9223372036854775807:4 5:1 ");
}

static void long_curves_are_put_in_order_too(void **state)
{
    enum { N = 3 * SERIES_CHUNK };
    struct cache *c = *state;
    struct run_row run = add_run(c, "r", 0);
    int64_t key = run_metric_id(c->st, "loss", &c->e);
    CLEANUP(str_release) struct str want = STR_INIT;
    for (int half = 1; half >= 0; half--) { /* the odd ones first */
        struct point points[N / 2];
        for (int i = 0; i < N / 2; i++) {
            points[i] = (struct point){2 * i + half, 0, 2 * i + half};
        }
        assert_true(run_points(c->st, run.id, key, points, N / 2, false, &c->e));
    }
    for (int i = 0; i < N; i++) {
        str_addf(&want, "%d:%g ", i, (double)i);
    }
    assert_curve(c, &run, key, want.p);
}

static void a_purge_leaves_what_is_before_it(void **state)
{
    struct cache *c = *state;
    struct run_row run = add_run(c, "r", 0);
    int64_t key = run_metric_id(c->st, "loss", &c->e);
    struct point points[] = {{1, 0, 1}, {2, 0, 2}, {3, 0, 3}, {2, 0, 4}};
    double x;
    assert_true(run_points(c->st, run.id, key, points, 4, true, &c->e));
    assert_true(run_set_latest(c->st, &run, key, 9, &c->e));
    assert_true(run_purge(c->st, &run, key, 2, &c->e));
    assert_curve(c, &run, key, "1:1 ");
    assert_true(run_cell(c->st, run.source, key, run.slot, &x, &c->e) && x == 1);
    assert_true(run_purge(c->st, &run, key, INT64_MIN, &c->e));
    assert_curve(c, &run, key, "");
    assert_true(run_cell(c->st, run.source, key, run.slot, &x, &c->e) && cell_is_missing(x));
}

/* --- what is kept --- */

static void other_formats_forget_what_was_known(void **state)
{
    struct cache *c = *state;
    struct source_place again;
    CLEANUP(json_free_ptr) struct json *j = json_new_str("here");
    add_run(c, "r", 0);
    assert_true(source_piece_set(c->st, c->place.id, "a", j, &c->e));
    assert_true(source_save(c->st, c->place.id, j, &c->e));
    assert_true(source_begin(c->st, "/data/mlruns", "test", &again, &c->e));
    assert_string_equal(json_str(again.state), "here");
    assert_int_equal(again.commits, 1);
    json_free(again.state);
    assert_true(source_begin(c->st, "/data/mlruns", "another", &again, &c->e));
    assert_int_equal(again.id, c->place.id);
    assert_null(again.state);
    assert_null(source_piece(c->st, again.id, "a"));
    assert_listed(c, again.id, RUNS_ALL, "");
}

static int rows_of(struct cache *c, const char *table)
{
    CLEANUP(mem_free_ptr) char *sql = xasprintf("select count(*) from %s", table);
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_prepare_v2(c->st->db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int n = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return n;
}

static void what_was_not_used_for_long_goes(void **state)
{
    static const char *const tables[] = {"run",          "run_doc",       "series",
                                         "mcol",         "experiment",    "source_state",
                                         "source_piece", "source_damage", "source"};
    struct cache *c = *state;
    struct source_place other, third;
    struct point p = {1, 2, 3};
    CLEANUP(json_free_ptr) struct json *j = json_new_str("x");
    int64_t key = run_metric_id(c->st, "loss", &c->e);
    struct run_row run = add_run(c, "r", 0);
    assert_true(run_points(c->st, run.id, key, &p, 1, true, &c->e) &&
                run_set_latest(c->st, &run, key, 3, &c->e) &&
                source_piece_set(c->st, c->place.id, "a", j, &c->e) &&
                source_damage(c->st, c->place.id, &(struct damage){"f", 1, "x"}, &c->e));
    assert_true(store_commit(c->st, &c->e) && store_begin(c->st, &c->e));
    assert_true(source_begin(c->st, "/data/other", "test", &other, &c->e));
    assert_int_equal(rows_of(c, "source"), 2); /* used today */
    assert_true(db_exec(c->st, "update source_state set used=used-2678400000 where source=1",
                        &c->e)); /* 31 days */
    assert_true(source_begin(c->st, "/data/third", "test", &third, &c->e));
    assert_true(store_commit(c->st, &c->e) && store_begin(c->st, &c->e));
    for (size_t i = 0; i < ALEN(tables); i++) {
        bool is_of_others =
            strcmp(tables[i], "source_state") == 0 || strcmp(tables[i], "source") == 0;
        assert_int_equal(rows_of(c, tables[i]), is_of_others ? 2 : 0);
    }
}

static void add_damage(void *arg, const struct damage *d)
{
    str_addf(arg, "%s %lld %s\n", d->file, (long long)d->offset, d->reason);
}

static void assert_damage(struct cache *c, const char *want)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    assert_true(source_damages(c->st, c->place.id, add_damage, &out, &c->e));
    assert_string_equal(out.p, want);
}

static void a_damaged_piece_counts_once(void **state)
{
    struct cache *c = *state;
    const struct damage all[] = {{"b", 7, "torn"}, {"a", 9, "x"}, {"b", 7, "torn"}, {"b", 3, "y"}};
    for (size_t i = 0; i < ALEN(all); i++) {
        assert_true(source_damage(c->st, c->place.id, &all[i], &c->e));
    }
    assert_damage(c, "a 9 x\nb 3 y\nb 7 torn\n");
    const struct damage whole = {"b", 7, NULL};
    assert_true(source_damage(c->st, c->place.id, &whole, &c->e));
    assert_damage(c, "a 9 x\nb 3 y\n");
    assert_true(source_damage_forget(c->st, c->place.id, "b", &c->e));
    assert_damage(c, "a 9 x\n");
}

/* --- workspaces of before --- */

static void run_file(sqlite3 *db, const char *name)
{
    for (const struct embed_file *f = sql_files; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            CLEANUP(mem_free_ptr) char *sql = xstrndup((const char *)f->data, f->size);
            assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        }
    }
}

static void old_curve(sqlite3 *db)
{
    double points[][3] = {{0, 1000, 0.5}, {1.5e15, 2000, 0.25}};
    sqlite3_stmt *s = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(db, "insert into series values(1,1,0,2,0.25,0.5,?)", -1, &s, NULL),
        SQLITE_OK);
    sqlite3_bind_blob(s, 1, points, sizeof points, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(s), SQLITE_DONE);
    sqlite3_finalize(s);
}

static void runs_of_older_workspaces_are_taken_over(void **state)
{
    struct cache *c = *state;
    static const char *const files[] = {"runs.sql", "schema.sql", "datasets.sql", "notices.sql",
                                        "bookmarks.sql"};
    struct workspace ws;
    struct store *st = NULL;
    struct run_row row;
    sqlite3 *db = NULL;
    assert_true(workspace_init(c->dir, &ws, &c->e));
    CLEANUP(mem_free_ptr) char *path = path_join(ws.mlw, "local.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    for (size_t i = 0; i < ALEN(files); i++) {
        run_file(db, files[i]);
    }
    assert_int_equal(
        sqlite3_exec(db,
                     "insert into source values(1,'local');"
                     "insert into experiment values(1,1,'e',0);"
                     "insert into run values(1,'run1',1,0,1,'n','FINISHED',77,99);"
                     "insert into run_doc(run) values(1); insert into metric_key values(1,'loss');"
                     "pragma user_version=4",
                     NULL, NULL, NULL),
        SQLITE_OK);
    old_curve(db);
    sqlite3_close(db);
    if (!store_open(&ws, 0, &st, &c->e)) {
        fail_msg("%s", c->e.msg);
    }
    assert_true(run_get(st, "run1", &c->a, &row, &c->e));
    assert_true(row.started_ms == 77 && row.ended_ms == 99 && !row.parent);
    struct point more = {7, 3000, 1};
    CLEANUP(str_release) struct str out = STR_INIT;
    assert_true(store_begin(st, &c->e) && run_log(st, "run1", "loss", &more, 1, &c->e) &&
                store_commit(st, &c->e));
    assert_true(run_series(st, row.id, 1, add_steps, &out, &c->e));
    assert_string_equal(out.p, "0:0.5 1500000000000000:0.25 7:1 ");
    store_close(st);
    workspace_release(&ws);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_else_may_see_the_cache),
        TEST(a_cache_that_is_none_is_made_anew),
        TEST(without_a_place_the_cache_is_in_memory),
        TEST(one_source_does_not_see_the_runs_of_another),
        TEST(times_go_to_the_microsecond_and_may_be_missing),
        TEST(points_go_where_their_step_and_time_say),
        TEST(long_curves_are_put_in_order_too),
        TEST(a_purge_leaves_what_is_before_it),
        TEST(other_formats_forget_what_was_known),
        TEST(what_was_not_used_for_long_goes),
        TEST(a_damaged_piece_counts_once),
        TEST(runs_of_older_workspaces_are_taken_over),
    };
    return RUN_TESTS(tests);
}
