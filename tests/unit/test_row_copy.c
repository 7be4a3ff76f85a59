/* Rows that are copied: many at once say the same as one by one, whatever is in them and however
 * they are ordered; what is left out stays empty. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/hub/row_copy.h"
#include "tests/unit/tmp.h"

enum { RUNS = 300, NOW_MS = 5000000, MANY_KEYS = 40 };

struct fixture {
    char *dir;
    struct workspace ws;
    struct store *st;
    struct rowset *rs;
    struct err e;
};

static struct json *params_of(size_t i)
{
    static const char *const odd[] = {
        "{\"text\":\"a\\n\\\"b\\\"\",\"lr\":0.5}",
        "{\"\xc3\xa9\":\"\xe6\xbc\xa2\",\"n\":[1,{\"x\":2}]}",
        "{\"big\":9007199254740993,\"huge\":12345678901234567890123,\"tiny\":1e-320}",
        "{\"z\":1,\"b\":2,\"a\":3.0,\"t\":true,\"f\":false,\"no\":null,\"e\":1e3,\"m\":-0}", "{}"};
    struct err e = ERR_INIT;
    struct json *j = NULL;
    assert_true(json_parse(sv_z(odd[i % ALEN(odd)]), &j, &e));
    return j;
}

/* Each run has its own few of `keys` metrics. */
static void add_run(struct fixture *f, size_t i, size_t keys)
{
    CLEANUP(mem_free_ptr) char *uid = xasprintf("run-%05zu", i);
    CLEANUP(mem_free_ptr) char *name = i % 3 ? xstrdup(uid) : xasprintf("name %zu", i);
    struct json *params = params_of(i), *tags = i % 7 ? NULL : params_of(i + 1);
    struct run_new run = {.uid = uid,
                          .source = i % 4 ? "local" : "other",
                          .experiment = i % 2 ? "odd" : "even",
                          .name = name,
                          .status = i % 5 ? "FINISHED" : "RUNNING",
                          .started_ms = 1000000 + (int64_t)(i * 7919 % RUNS),
                          .params = params,
                          .tags = tags};
    assert_true(run_add(f->st, &run, &f->e));
    for (size_t k = i % 3; k < keys; k += 1 + i % 5) {
        CLEANUP(mem_free_ptr) char *key = xasprintf("m%zu", k);
        struct point p = {0, 0, i % 11 ? (double)(i * k) + 0.25 : (double)NAN};
        assert_true(run_log(f->st, uid, key, &p, 1, &f->e));
    }
    json_free(params);
    json_free(tags);
}

static void setup(struct fixture *f, size_t keys)
{
    *f = (struct fixture){.dir = tmp_new(), .e = ERR_INIT};
    assert_true(workspace_init(f->dir, &f->ws, &f->e));
    assert_true(store_open(&f->ws, STORE_CREATE, &f->st, &f->e));
    assert_true(store_begin(f->st, &f->e));
    for (size_t i = 0; i < RUNS; i++) {
        add_run(f, i, keys);
    }
    assert_true(store_commit(f->st, &f->e));
    f->rs = rowset_new(KIND_RUN, NULL);
    while (rowset_step(f->rs, f->st)) {
    }
    assert_int_equal(rowset_count(f->rs), RUNS);
}

static void teardown(struct fixture *f)
{
    rowset_free(f->rs);
    store_close(f->st);
    workspace_release(&f->ws);
    tmp_free(&f->dir);
}

static void assert_same_value(struct value a, struct value b)
{
    assert_int_equal(a.type, b.type);
    if (a.type == VALUE_TEXT) {
        assert_string_equal(a.text, b.text);
    } else if (a.type != VALUE_MISSING) {
        assert_memory_equal(&a.i, &b.i, sizeof a.i);
    }
}

static void assert_same_row(const struct row *a, const struct row *b)
{
    assert_string_equal(a->id, b->id);
    for (size_t i = 0; i < kinds[KIND_RUN].field_count; i++) {
        assert_same_value(a->cells[i], b->cells[i]);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        assert_int_equal(a->families[f].n, b->families[f].n);
        for (size_t i = 0; i < a->families[f].n; i++) {
            assert_string_equal(a->families[f].at[i].key, b->families[f].at[i].key);
            assert_same_value(a->families[f].at[i].value, b->families[f].at[i].value);
            assert_true(i == 0 ||
                        strcmp(a->families[f].at[i - 1].key, a->families[f].at[i].key) < 0);
        }
    }
}

static void many_are_as_one_by_one(size_t keys)
{
    struct fixture f;
    setup(&f, keys);
    uint32_t orders[3][RUNS];
    for (size_t i = 0; i < RUNS; i++) {
        orders[0][i] = rowset_nth(f.rs, i);
        orders[1][i] = rowset_nth(f.rs, RUNS - 1 - i);
        orders[2][i] = rowset_nth(f.rs, i * 7 % RUNS);
    }
    size_t metrics = 0;
    for (size_t o = 0; o < ALEN(orders); o++) {
        for (size_t n = 1; n <= RUNS; n = n * 5 + 3) {
            struct arena a;
            struct row rows[RUNS];
            arena_init(&a, 0);
            assert_true(rows_copy(f.rs, f.st, orders[o], n, NOW_MS, 0, &a, rows, &f.e));
            for (size_t i = 0; i < n; i++) {
                struct row one;
                assert_true(rows_copy(f.rs, f.st, &orders[o][i], 1, NOW_MS, 0, &a, &one, &f.e));
                assert_same_row(&rows[i], &one);
                metrics += one.families[FAMILY_METRICS].n;
            }
            arena_release(&a);
        }
    }
    assert_true(metrics > 0);
    teardown(&f);
}

static void from_the_columns_of_the_table(void **state)
{
    (void)state;
    many_are_as_one_by_one(12);
}

static void from_columns_of_the_store(void **state)
{
    (void)state;
    many_are_as_one_by_one(MANY_KEYS);
}

static void odd_params_are_told_as_they_were_logged(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, 1);
    struct arena a;
    struct row row;
    arena_init(&a, 0);
    for (uint32_t i = 0; i < RUNS; i++) {
        assert_true(rows_copy(f.rs, f.st, &i, 1, NOW_MS, 0, &a, &row, &f.e));
        struct value big = row_named(&row, FAMILY_PARAMS, "big");
        if (big.type != VALUE_MISSING) {
            assert_int_equal(big.i, 9007199254740993);
            assert_true(row_named(&row, FAMILY_PARAMS, "tiny").num == 1e-320);
        }
        if (row_named(&row, FAMILY_PARAMS, "z").type != VALUE_MISSING) {
            assert_int_equal(row_named(&row, FAMILY_PARAMS, "a").type, VALUE_INT);
            assert_int_equal(row_named(&row, FAMILY_PARAMS, "e").i, 1000);
            assert_string_equal(row_named(&row, FAMILY_PARAMS, "t").text, "true");
            assert_int_equal(row_named(&row, FAMILY_PARAMS, "no").type, VALUE_MISSING);
        }
    }
    assert_true(rowset_keys(f.rs, FAMILY_PARAMS)->at.n >= 12); /* keys came to light */
    arena_release(&a);
    teardown(&f);
}

static void what_is_left_out_stays_empty(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, 3);
    for (unsigned omit = 0; omit < 1u << FAMILY_COUNT; omit++) {
        struct arena a;
        struct row rows[RUNS];
        uint32_t at[RUNS];
        size_t have[FAMILY_COUNT] = {0};
        arena_init(&a, 0);
        for (size_t i = 0; i < RUNS; i++) {
            at[i] = rowset_nth(f.rs, i);
        }
        assert_true(rows_copy(f.rs, f.st, at, RUNS, NOW_MS, omit, &a, rows, &f.e));
        for (size_t i = 0; i < RUNS; i++) {
            for (int k = 0; k < FAMILY_COUNT; k++) {
                have[k] += rows[i].families[k].n;
            }
        }
        for (unsigned k = 0; k < FAMILY_COUNT; k++) {
            assert_int_equal(have[k] == 0, (omit >> k) & 1);
        }
        arena_release(&a);
    }
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_stays_empty),
        cmocka_unit_test(odd_params_are_told_as_they_were_logged),
        cmocka_unit_test(from_the_columns_of_the_table),
        cmocka_unit_test(from_columns_of_the_store),
    };
    return RUN_TESTS(tests);
}
