/* What cells say, and what is said of columns: exact while it can be, an estimate that says so. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/data/profile.h"

static void assert_near(double x, double want, double slack)
{
    if (!(fabs(x - want) <= slack)) {
        fail_msg("%.17g is not %.17g, give or take %g", x, want, slack);
    }
}

static void cells_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cell_class class;
    } cells[] = {
        {"", CELL_MISSING},
        {"  ", CELL_MISSING},
        {"NA", CELL_MISSING},
        {" NaN ", CELL_MISSING},
        {"nan", CELL_MISSING},
        {"null", CELL_MISSING},
        {"None", CELL_MISSING},
        {"<NA>", CELL_MISSING},
        {"#N/A", CELL_MISSING},
        {"Na", CELL_TEXT},
        {"none", CELL_TEXT},
        {"-", CELL_TEXT},
        {"0", CELL_INTEGER},
        {"-7", CELL_INTEGER},
        {"+007", CELL_INTEGER},
        {" 12 ", CELL_INTEGER},
        {"9223372036854775807", CELL_INTEGER},
        {"9223372036854775808", CELL_NUMBER},
        {"1.", CELL_NUMBER},
        {".5", CELL_NUMBER},
        {"1e-320", CELL_NUMBER},
        {"-1E5", CELL_NUMBER},
        {"1e999", CELL_INFINITE},
        {"inf", CELL_INFINITE},
        {"-Infinity", CELL_INFINITE},
        {"0x10", CELL_TEXT},
        {"1,000", CELL_TEXT},
        {"1_000", CELL_TEXT},
        {"1 2", CELL_TEXT},
        {"e5", CELL_TEXT},
        {"infinite", CELL_TEXT},
        {"true", CELL_BOOLEAN},
        {"FALSE", CELL_BOOLEAN},
        {"yes", CELL_TEXT},
        {"2026-02-28", CELL_TIME},
        {"2026-02-30", CELL_TEXT},
        {"2026-02-28T10:11", CELL_TIME},
        {"2026-02-28 10:11:12.5", CELL_TIME},
        {"2026-02-28T10:11:12+02:00", CELL_TIME},
        {"2026-2-8", CELL_TEXT},
    };
    for (size_t i = 0; i < ALEN(cells); i++) {
        double num;
        int64_t i64;
        enum cell_class class = cell_read(sv_z(cells[i].text), &num, &i64);
        if (class != cells[i].class) {
            fail_msg("\"%s\" is said to be %s", cells[i].text, cell_class_words[class]);
        }
    }
}

static struct profile *of(const char *const *cells, size_t n)
{
    struct profile *p = profile_new();
    assert_int_equal(profile_column(p, SV("x")), 0);
    for (size_t i = 0; i < n; i++) {
        profile_row(p, &(struct sv){cells[i], strlen(cells[i])}, 1);
    }
    return p;
}

static void a_type_is_what_all_values_are(void **state)
{
    (void)state;
    static const struct {
        const char *cells[4];
        enum column_type type;
        uint64_t count, missing, distinct;
    } columns[] = {
        {{"", "NA", "NaN", "null"}, COLUMN_EMPTY, 0, 4, 0},
        {{"1", "2", "", "+1"}, COLUMN_INTEGER, 3, 1, 2},
        {{"1", "1.0", "2", "1e0"}, COLUMN_NUMBER, 4, 0, 2},
        {{"1", "inf", "-inf", "inf"}, COLUMN_NUMBER, 4, 0, 3},
        {{"true", "false", "", "true"}, COLUMN_BOOLEAN, 3, 1, 2},
        {{"true", "1", "", "true"}, COLUMN_TEXT, 3, 1, 2},
        {{"2026-01-01", "2026-01-01T00:00:00Z", "", "2026-01-02"}, COLUMN_TIME, 3, 1, 2},
        {{"1", "1.0", "x", "1"}, COLUMN_TEXT, 4, 0, 3},
        {{"9007199254740993", "9007199254740992", "1", "1"}, COLUMN_INTEGER, 4, 0, 3},
    };
    for (size_t i = 0; i < ALEN(columns); i++) {
        struct profile *p = of(columns[i].cells, 4);
        struct column_stats s;
        profile_stats(p, 0, &s);
        assert_int_equal(s.type, columns[i].type);
        assert_int_equal(s.count, columns[i].count);
        assert_int_equal(s.missing, columns[i].missing);
        assert_int_equal(s.distinct, columns[i].distinct);
        assert_true(s.is_distinct_exact);
        profile_free(p);
    }
}

static void numbers_are_exact(void **state)
{
    (void)state;
    static const char *const cells[] = {"1", "2", "3", "4", "NA", "10"};
    struct profile *p = of(cells, ALEN(cells));
    struct column_stats s;
    profile_stats(p, 0, &s);
    assert_true(s.has_numbers);
    assert_near(s.min, 1, 0);
    assert_near(s.max, 10, 0);
    assert_near(s.mean, 4, 0);
    assert_near(s.std, sqrt(12.5), 1e-15);
    assert_near(s.quantiles[2], 3, 0);
    static const uint64_t want[PROFILE_BINS] = {1, 1, 1, 1, 0, 0, 0, 0, 0, 1};
    assert_memory_equal(s.histogram, want, sizeof want);
    profile_free(p);
    static const char *const far[] = {"1e308", "-1e308", "inf", "9e307"};
    p = of(far, ALEN(far));
    profile_stats(p, 0, &s);
    assert_near(s.min, -1e308, 0);
    assert_near(s.max, 1e308, 0);
    assert_true(isfinite(s.mean) && isfinite(s.std));
    assert_int_equal(s.histogram[0], 1);
    assert_int_equal(s.histogram[9], 2);
    profile_free(p);
    static const char *const wide[] = {"9223372036854775807", "-9223372036854775808"};
    p = of(wide, ALEN(wide));
    profile_stats(p, 0, &s);
    assert_true(s.int_max == INT64_MAX && s.int_min == INT64_MIN);
    profile_free(p);
}

static void frequent_values_come_first(void **state)
{
    (void)state;
    static const char *const cells[] = {"b", "a", "c", "a", "", "b", "a"};
    struct profile *p = of(cells, ALEN(cells));
    struct column_stats s;
    profile_stats(p, 0, &s);
    assert_int_equal(s.frequent_count, 3);
    assert_true(sv_eqz(s.frequent[0].text, "a") && s.frequent[0].count == 3);
    assert_true(sv_eqz(s.frequent[1].text, "b") && s.frequent[1].count == 2);
    assert_true(sv_eqz(s.frequent[2].text, "c") && s.frequent[2].count == 1);
    assert_true(s.is_frequent_exact);
    profile_free(p);
}

/* n rows of two columns: i * 7919 % n as a number, and as a text. */
static struct profile *many(size_t n)
{
    struct profile *p = profile_new();
    profile_column(p, SV("number"));
    profile_column(p, SV("text"));
    for (size_t i = 0; i < n; i++) {
        char number[32], text[32];
        size_t x = i * 7919 % n;
        struct sv cells[] = {{number, (size_t)snprintf(number, sizeof number, "%zu", x)},
                             {text, (size_t)snprintf(text, sizeof text, "id-%zu", x)}};
        profile_row(p, cells, 2);
    }
    return p;
}

static void beyond_the_limit_it_is_an_estimate_and_says_so(void **state)
{
    (void)state;
    struct profile *p = many(COUNTER_LIMIT);
    struct column_stats s;
    for (size_t c = 0; c < 2; c++) {
        profile_stats(p, c, &s);
        assert_int_equal(s.distinct, COUNTER_LIMIT);
        assert_true(s.is_distinct_exact);
    }
    profile_free(p);
    const size_t n = 100003;
    p = many(n);
    for (size_t c = 0; c < 2; c++) {
        profile_stats(p, c, &s);
        assert_false(s.is_distinct_exact);
        assert_near((double)s.distinct, (double)n, 0.05 * (double)n);
        assert_false(s.is_frequent_exact);
    }
    profile_stats(p, 0, &s);
    assert_false(s.is_distribution_exact);
    assert_near(s.min, 0, 0);
    assert_near(s.max, (double)n - 1, 0);
    assert_near(s.mean, (double)(n - 1) / 2, 1e-6);
    assert_near(s.quantiles[2], (double)n / 2, 0.005 * (double)n);
    for (size_t i = 0; i < PROFILE_BINS; i++) {
        assert_near((double)s.histogram[i], (double)n / 10, 0.005 * (double)n);
    }
    profile_free(p);
}

/* A word among a hundred thousand numbers makes it a text: what was known of numbers is not said.
 */
static void a_late_word_makes_it_a_text(void **state)
{
    (void)state;
    struct profile *p = many(30000);
    struct column_stats s;
    profile_row(p, (struct sv[]){SV("late"), SV("id-1")}, 2);
    profile_stats(p, 0, &s);
    assert_int_equal(s.type, COLUMN_TEXT);
    assert_false(s.has_numbers);
    assert_false(s.is_frequent_exact);
    assert_int_equal(s.frequent_count, 0);
    assert_near((double)s.distinct, 30001, 1500);
    profile_free(p);
}

static void columns_that_come_late_were_missing(void **state)
{
    (void)state;
    static const char *const cells[] = {"1", "2"};
    struct profile *p = of(cells, 2);
    assert_int_equal(profile_column(p, SV("y")), 1);
    profile_row(p, (struct sv[]){SV("3")}, 1);
    profile_row(p, (struct sv[]){SV("4"), SV("5"), SV("left out")}, 3);
    struct column_stats s;
    profile_stats(p, 1, &s);
    assert_int_equal(s.missing, 3);
    assert_int_equal(s.count, 1);
    assert_int_equal(profile_rows(p), 4);
    for (size_t i = 2; i < PROFILE_COLUMNS; i++) {
        assert_int_equal(profile_column(p, SV("z")), i);
    }
    assert_true(profile_column(p, SV("z")) == SIZE_MAX);
    profile_free(p);
}

static void a_document_has_it_all(void **state)
{
    (void)state;
    static const char *const cells[] = {"2026-01-01", "2026-01-03"};
    struct profile *p = of(cells, 2);
    CLEANUP(json_free_ptr) struct json *j = profile_json(p);
    const struct json *c = json_first(j);
    assert_string_equal(json_get_str(c, "type"), "time");
    assert_string_equal(json_get_str(c, "mean"), "2026-01-02T00:00:00.000Z");
    assert_int_equal(json_size(json_get(json_get(c, "histogram"), "hist")), 10);
    assert_int_equal(json_size(json_get(json_get(c, "histogram"), "bin_edges")), 11);
    profile_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_read),
        cmocka_unit_test(a_type_is_what_all_values_are),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(frequent_values_come_first),
        cmocka_unit_test(beyond_the_limit_it_is_an_estimate_and_says_so),
        cmocka_unit_test(a_late_word_makes_it_a_text),
        cmocka_unit_test(columns_that_come_late_were_missing),
        cmocka_unit_test(a_document_has_it_all),
    };
    return RUN_TESTS(tests);
}
