/* Runs in the store: the cells that a transaction changes are written once, and what is read in
 * between or after a rollback is as it should be. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/store/db.h"
#include "tests/unit/records.h"

static void name_of(size_t i, char ret[32])
{
    snprintf(ret, 32, "run-%05zu", i);
}

static void log_one(struct store *st, size_t run, const char *key, double x)
{
    struct err e = ERR_INIT;
    struct point p = {0, 0, x};
    char uid[32];
    name_of(run, uid);
    assert_true(run_log(st, uid, key, &p, 1, &e));
}

static double cell_at(struct store *st, size_t slot, const char *key)
{
    struct err e = ERR_INIT;
    double x;
    assert_true(run_cell(st, 1, run_metric_id(st, key, &e), (int64_t)slot, &x, &e));
    return x;
}

/* Changed rows of mcol alone: what the same transaction costs without metrics is taken off. */
static int blocks_written(struct store *st, size_t runs, const char *key)
{
    struct err e = ERR_INIT;
    assert_true(store_begin(st, &e));
    int before = sqlite3_total_changes(st->db);
    for (size_t i = 0; i < runs; i++) {
        log_one(st, i, key, (double)i);
    }
    assert_true(store_commit(st, &e));
    return sqlite3_total_changes(st->db) - before - (int)runs; /* one chunk of a curve a run */
}

static void a_transaction_writes_a_block_once(void **state)
{
    (void)state;
    enum { RUNS = MCOL_BLOCK + 10 };
    struct err e = ERR_INIT;
    struct records r;
    records_open(&r);
    assert_true(store_begin(r.st, &e));
    for (size_t i = 0; i < RUNS; i++) {
        char uid[32];
        name_of(i, uid);
        records_run(r.st, uid, (int64_t)i, NULL, NULL);
    }
    assert_true(run_metric_id(r.st, "loss", &e) > 0);
    assert_true(store_commit(r.st, &e));
    assert_int_equal(blocks_written(r.st, 100, "loss"), 1);
    assert_int_equal(blocks_written(r.st, RUNS, "loss"), 2);
    assert_true(cell_at(r.st, RUNS - 1, "loss") == RUNS - 1);
    records_close(&r);
}

static void what_was_logged_is_seen_before_the_commit_and_not_after_a_rollback(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct records r;
    records_open(&r);
    assert_true(store_begin(r.st, &e));
    records_run(r.st, "run-00000", 0, NULL, NULL);
    log_one(r.st, 0, "loss", 1);
    assert_true(cell_at(r.st, 0, "loss") == 1);
    assert_true(store_commit(r.st, &e));
    assert_true(store_begin(r.st, &e));
    log_one(r.st, 0, "loss", 2);
    double column;
    assert_true(run_column(r.st, 1, run_metric_id(r.st, "loss", &e), 0, &column, 1, &e));
    assert_true(column == 2);
    log_one(r.st, 0, "loss", 3);
    store_rollback(r.st);
    assert_true(cell_at(r.st, 0, "loss") == 1);
    records_close(&r);
}

/* More metrics than blocks are kept: none is lost. */
static void many_metrics_in_one_transaction(void **state)
{
    (void)state;
    enum { KEYS = 3 * CHANGED_BLOCKS_MAX };
    struct err e = ERR_INIT;
    struct records r;
    records_open(&r);
    assert_true(store_begin(r.st, &e));
    records_run(r.st, "run-00000", 0, NULL, NULL);
    records_run(r.st, "run-00001", 1, NULL, NULL);
    for (size_t i = 0; i < 2 * KEYS; i++) {
        char key[32];
        snprintf(key, sizeof key, "m%zu", i % KEYS);
        log_one(r.st, i / KEYS, key, (double)i);
    }
    assert_true(store_commit(r.st, &e));
    for (size_t i = 0; i < 2 * KEYS; i++) {
        char key[32];
        snprintf(key, sizeof key, "m%zu", i % KEYS);
        assert_true(cell_at(r.st, i / KEYS, key) == (double)i);
    }
    records_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_transaction_writes_a_block_once),
        cmocka_unit_test(what_was_logged_is_seen_before_the_commit_and_not_after_a_rollback),
        cmocka_unit_test(many_metrics_in_one_transaction),
    };
    return RUN_TESTS(tests);
}
