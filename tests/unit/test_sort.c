/* Sort keys as people write them: what is refused and where first. */
#include "test.h"

#include "core/base/mem.h"
#include "core/query/sort.h"

static const char *const metric_keys[] = {"auc", "val/loss"};
static const struct filter_keys keys = {{[FAMILY_METRICS] = {metric_keys, ALEN(metric_keys)}}};

static const struct {
    const char *text;
    size_t column;
    const char *part; /* of the message */
} bad[] = {
    {",", 1, "expected"},
    {"auc,", 5, "after the comma"},
    {"auc name", 5, "comma"},
    {"auc:up", 5, "asc or desc"},
    {"auc:", 5, "asc or desc"},
    {"nonsense", 1, "nonsense"},
    {"-", 2, "expected"},
    {"name,id,status,experiment,duration,ended,source,created,context", 57, "at most 8"},
};

static void bad_keys_are_refused_with_a_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(bad); i++) {
        struct sort s = SORT_INIT;
        struct err e = ERR_INIT;
        char column[32];
        if (sort_parse(sv_z(bad[i].text), KIND_RUN, &keys, &s, &e)) {
            fail_msg("\"%s\" was taken", bad[i].text);
        }
        assert_int_equal(e.code, ERR_USAGE);
        snprintf(column, sizeof column, "column %zu", bad[i].column);
        if (!strstr(e.msg, column) || !strstr(e.msg, bad[i].part)) {
            fail_msg("\"%s\": %s", bad[i].text, e.msg);
        }
    }
}

static const struct {
    const char *text;
    size_t n;
    bool is_descending; /* of the last */
    unsigned needs;
} good[] = {
    {"", 0, false, 0},
    {"name", 1, false, 0},
    {"-name", 1, true, 0},
    {"name:desc", 1, true, 0},
    {"-name:desc", 1, false, 0},
    {"auc:desc, name:asc", 2, false, 1u << FAMILY_METRICS},
    {"\"val/loss\":desc", 1, true, 1u << FAMILY_METRICS},
    {"age", 1, true, 0}, /* the older, the smaller the time */
};

static void keys_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(good); i++) {
        struct sort s = SORT_INIT;
        struct err e = ERR_INIT;
        if (!sort_parse(sv_z(good[i].text), KIND_RUN, &keys, &s, &e)) {
            fail_msg("\"%s\": %s", good[i].text, e.msg);
        }
        assert_int_equal(s.n, good[i].n);
        assert_int_equal(sort_needs(&s), good[i].needs);
        assert_true(!s.n || s.keys[s.n - 1].is_descending == good[i].is_descending);
        sort_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_keys_are_refused_with_a_column),
        cmocka_unit_test(keys_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
