/* Sorting gives what comparing value by value gives, whatever is sorted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/query/sort.h"
#include "prop.h"

enum { ROUNDS = 400, ROWS = 120, ID_BYTES = 24 };

struct table {
    size_t n;
    struct value cells[ROWS][2];
    char ids[ROWS][ID_BYTES];
    struct sort sort;
};

static struct value value_at(void *arg, uint32_t row, size_t key)
{
    struct table *t = arg;
    return t->cells[row][strcmp(t->sort.keys[key].field.key, "lr") == 0];
}

static const char *id_at(void *arg, uint32_t row)
{
    return ((struct table *)arg)->ids[row];
}

/* What sort.h promises, said once more: keys, then the id. */
static int reference(const struct table *t, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < t->sort.n; i++) {
        const struct sort_key *key = &t->sort.keys[i];
        size_t column = strcmp(key->field.key, "lr") == 0;
        int c = value_compare(t->cells[a][column], t->cells[b][column], key->is_descending);
        if (c) {
            return c;
        }
    }
    return strcmp(t->ids[a], t->ids[b]);
}

static const char *const texts[] = {
    "",
    "a",
    "ab",
    "ab1",
    "ab01",
    "ab10",
    "ab2",
    "ab!",
    "ab:",
    "ab/",
    "run-9",
    "run-10",
    "run-009",
    "run-10-2",
    "run-10-10",
    "run-x",
    "1",
    "10",
    "9",
    "09",
    "zz",
    "abcdefghij1",
    "abcdefghij0",
    "abcdefg1",
    "\xc3\xa9",
    "é1",
    "a\x7f",
    "A",
    "99999999999999999999",
    "99999999999999999998",
    "run-99999999999999999999999",
    "run-18446744073709551616",
};
static const double numbers[] = {0.0,
                                 -0.0,
                                 1.0,
                                 -1.0,
                                 0.1,
                                 1e300,
                                 -1e300,
                                 5e-324,
                                 INFINITY,
                                 -INFINITY,
                                 NAN,
                                 42,
                                 9007199254740993.0};
static const int64_t integers[] = {0, 1, -1, 42, INT64_MAX, INT64_MIN, (1ll << 53) + 1, 1ll << 53};

static struct value any_value(struct prop *p, size_t variety)
{
    switch (prop_below(p, variety)) {
    case 0:
        return value_num(numbers[prop_below(p, ALEN(numbers))]);
    case 1:
        return value_num((double)prop_below(p, 1000) / 250 - 2);
    case 2:
        return value_text(NULL);
    case 3:
        return value_int(integers[prop_below(p, ALEN(integers))]);
    case 4:
        return value_time((int64_t)prop_below(p, 100));
    default:
        return value_text(texts[prop_below(p, ALEN(texts))]);
    }
}

static void fill(struct table *t, struct prop *p)
{
    static const char *const orders[] = {"",       "auc",         "auc:desc",
                                         "auc,lr", "auc:desc,lr", "lr:desc,auc"};
    static const char *const keys[] = {"auc", "lr"};
    struct filter_keys known = {{[FAMILY_METRICS] = {keys, ALEN(keys)}}};
    struct err e = ERR_INIT;
    assert_true(
        sort_parse(sv_z(orders[prop_below(p, ALEN(orders))]), KIND_RUN, &known, &t->sort, &e));
    size_t variety = 1 + prop_below(p, 7), ids = prop_below(p, 3);
    t->n = prop_below(p, ROWS + 1);
    for (size_t i = 0; i < t->n; i++) {
        t->cells[i][0] =
            variety == 7 ? value_text(texts[prop_below(p, ALEN(texts))]) : any_value(p, variety);
        t->cells[i][1] = any_value(p, 6);
        static const char *const before[] = {"run-", "", "a-long-name-for-"};
        (void)snprintf(t->ids[i], ID_BYTES, "%s%03u", before[ids], (unsigned)(i * 7919 % 1000));
    }
}

static void the_order_is_that_of_the_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        struct table *t = xcalloc(1, sizeof *t);
        fill(t, &p);
        uint32_t order[ROWS];
        bool seen[ROWS] = {false};
        for (size_t k = 0; k < t->n; k++) {
            order[k] = (uint32_t)(t->n - 1 - k);
        }
        sort_rows(&t->sort, order, t->n, &(struct sort_source){t, value_at, id_at});
        for (size_t k = 0; k < t->n; k++) {
            assert_true(order[k] < t->n && !seen[order[k]]);
            seen[order[k]] = true;
            assert_true(k == 0 || reference(t, order[k - 1], order[k]) <= 0);
        }
        sort_release(&t->sort);
        free(t);
    }
}

/* In pieces of any size the same comes out; where values change between two of them, every row is
 * still there once (and no byte behind a text that became shorter is read). */
static void it_may_be_done_in_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        struct table *t = xcalloc(1, sizeof *t);
        fill(t, &p);
        uint32_t whole[ROWS], order[ROWS];
        for (size_t k = 0; k < t->n; k++) {
            whole[k] = order[k] = (uint32_t)k;
        }
        struct sort_source source = {t, value_at, id_at};
        sort_rows(&t->sort, whole, t->n, &source);
        bool changes = prop_below(&p, 2);
        struct sorting *s = sorting_new(&t->sort, order, t->n, &source);
        while (!sorting_step(s, 1 + prop_below(&p, 30))) {
            if (changes && t->n) {
                t->cells[prop_below(&p, t->n)][0] = any_value(&p, 7);
            }
        }
        sorting_free(s);
        size_t sum = 0;
        for (size_t k = 0; k < t->n; k++) {
            assert_true(changes || order[k] == whole[k]);
            sum += order[k];
        }
        assert_int_equal(sum, t->n * (t->n - (t->n > 0)) / 2);
        sort_release(&t->sort);
        free(t);
    }
}

/* --- what many rows cost --- */

enum { MANY = 20000, BUDGET = 1000, TEXT_ROOM = 40 };
struct many {
    char texts[MANY][TEXT_ROOM], ids[MANY][TEXT_ROOM];
    size_t looks; /* at values and ids */
};

static void few(struct many *m, uint32_t row)
{
    static const char *const words[] = {"FINISHED", "FINISHED", "FINISHING", "FAILED"};
    (void)snprintf(m->texts[row], TEXT_ROOM, "%s", words[row * 7919 % ALEN(words)]);
}
static void alike(struct many *m, uint32_t row)
{
    (void)snprintf(m->texts[row], TEXT_ROOM, "%s-%05u-large", row % 2 ? "models/resnet" : "other",
                   row * 7919 % 1000);
}
static void deep(struct many *m, uint32_t row)
{
    (void)snprintf(m->texts[row], TEXT_ROOM, "s3://bucket/%s%05u", row % 3 ? "a/file." : "b/",
                   row * 31 % MANY);
}

static struct value many_value(void *arg, uint32_t row, size_t key)
{
    struct many *m = arg;
    (void)key;
    m->looks++;
    return value_text(m->texts[row]);
}
static const char *many_id(void *arg, uint32_t row)
{
    struct many *m = arg;
    m->looks++;
    return m->ids[row];
}

/* Few words, texts that begin alike: each row is looked at a fixed number of times, and no step is
 * longer than its budget says. */
static void many_rows_cost_what_few_do(void **state)
{
    (void)state;
    static void (*const texts_of[])(struct many *, uint32_t) = {few, alike, deep};
    static const char *const lr[] = {"lr"};
    struct filter_keys known = {{[FAMILY_PARAMS] = {lr, 1}}};
    uint32_t *order = xcalloc(MANY, sizeof *order);
    for (size_t i = 0; i < ALEN(texts_of); i++) {
        struct many *m = xcalloc(1, sizeof *m);
        struct err e;
        struct sort sort;
        assert_true(sort_parse(sv_z("lr"), KIND_RUN, &known, &sort, &e));
        for (uint32_t k = 0; k < MANY; k++) {
            texts_of[i](m, k);
            (void)snprintf(m->ids[k], TEXT_ROOM, "run-%05u", k);
            order[k] = MANY - 1 - k;
        }
        struct sort_source source = {m, many_value, many_id};
        struct sorting *s = sorting_new(&sort, order, MANY, &source);
        size_t before = 0, longest = 0;
        for (bool is_done = false; !is_done; before = m->looks) {
            is_done = sorting_step(s, BUDGET);
            longest = m->looks - before > longest ? m->looks - before : longest;
        }
        sorting_free(s);
        for (size_t k = 1; k < MANY; k++) {
            struct value a = value_text(m->texts[order[k - 1]]);
            int c = value_compare(a, value_text(m->texts[order[k]]), false);
            assert_true(c < 0 || (c == 0 && order[k - 1] < order[k]));
        }
        printf("looks a row: %.1f, in a step of %d: %zu\n", (double)before / MANY, BUDGET, longest);
        assert_true(before < 10 * (size_t)MANY);
        assert_true(longest < 3 * BUDGET);
        sort_release(&sort);
        free(m);
    }
    free(order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_that_of_the_values),
        cmocka_unit_test(it_may_be_done_in_pieces),
        cmocka_unit_test(many_rows_cost_what_few_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
