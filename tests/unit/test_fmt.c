/* fmt: what is no number is refused; numbers, sizes, ages and durations as people read them. */
#include "tests/unit/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"

static void no_numbers_are_refused(void **state)
{
    const struct sv doubles[] = {{NULL, 0},    SV(""),     SV(" 1"),  SV("1 "),   SV("0x10"),
                                 SV("nan(1)"), SV("."),    SV("-"),   SV("1e"),   SV("1,5"),
                                 SV("1\0"),    SV("infx"), SV("+ 1"), SV("1e5x"), SV("--1")};
    const struct sv integers[] = {{NULL, 0},
                                  SV(""),
                                  SV("-"),
                                  SV("+"),
                                  SV("1.0"),
                                  SV("1e3"),
                                  SV(" 1"),
                                  SV("1 "),
                                  SV("1\0x"),
                                  SV("9223372036854775808"),
                                  SV("-9223372036854775809"),
                                  SV("00000000000000000000000000000000001")};
    const struct sv sizes[] = {SV(""),     SV("KiB"), SV("-1"),   SV("1X"),       SV("1 K"),
                               SV("1kib"), SV("1e3"), SV("1PiB"), SV("99999TiB"), SV("1\0")};
    const struct sv durations[] = {SV(""), SV("s"), SV("-1s"), SV("1y"), SV("1h30m"), SV("1S")};
    (void)state;
    for (size_t i = 0; i < ALEN(doubles); i++) {
        double x = 42;
        if (fmt_parse_double(doubles[i], &x) || x != 42) {
            fail_msg("double %zu: \"%.*s\"", i, (int)doubles[i].n, doubles[i].p);
        }
    }
    for (size_t i = 0; i < ALEN(integers); i++) {
        int64_t x = 42;
        if (fmt_parse_i64(integers[i], &x) || x != 42) {
            fail_msg("integer %zu: \"%.*s\"", i, (int)integers[i].n, integers[i].p);
        }
    }
    for (size_t i = 0; i < ALEN(sizes); i++) {
        uint64_t x = 42;
        if (fmt_parse_bytes(sizes[i], &x) || x != 42) {
            fail_msg("size %zu: \"%.*s\"", i, (int)sizes[i].n, sizes[i].p);
        }
    }
    for (size_t i = 0; i < ALEN(durations); i++) {
        int64_t x = 42;
        if (fmt_parse_duration_ms(durations[i], &x) || x != 42) {
            fail_msg("duration %zu: \"%.*s\"", i, (int)durations[i].n, durations[i].p);
        }
    }
}

static void doubles_are_short_and_read_back(void **state)
{
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {3, "3"},
        {0.1, "0.1"},
        {1e-5, "1e-05"},
        {1.0 / 3, "0.3333333333333333"},
        {1e15, "1e+15"},
        {1e300, "1e+300"},
        {123456789012345, "123456789012345"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        double back;
        fmt_double(&s, cases[i].x);
        assert_string_equal(s.p, cases[i].text);
        assert_true(fmt_parse_double(sv_of(&s), &back) && back == cases[i].x);
    }
    CLEANUP(str_release) struct str s = STR_INIT;
    double x;
    fmt_double(&s, (double)NAN);
    fmt_double(&s, (double)INFINITY);
    fmt_double(&s, (double)-INFINITY);
    assert_string_equal(s.p, "NaNInfinity-Infinity");
    assert_true(fmt_parse_double(SV("nan"), &x) && isnan(x));
    assert_true(fmt_parse_double(SV("-Inf"), &x) && isinf(x) && x < 0);
    assert_true(fmt_parse_double(SV("+1.5E3"), &x) && x == 1500);
}

/* The shortest of 15, 16 and 17 digits that reads back, as printf has it. */
static void by_printf(double x, struct str *out)
{
    char text[64];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x) {
            break;
        }
    }
    str_addz(out, text);
}

static void doubles_are_as_printf_has_them(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (size_t i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double scale = pow(10, (double)(seed >> 8 & 31) - 12);
        double x = (double)(int64_t)(seed >> (20 + (i & 31))) / scale;
        if (i % 3 == 0) { /* any bits */
            memcpy(&x, &seed, sizeof x);
        }
        if (!isfinite(x) || fabs(x) < DBL_MIN) {
            continue;
        }
        CLEANUP(str_release) struct str want = STR_INIT, have = STR_INIT;
        by_printf(i % 2 ? x : -x, &want);
        fmt_double(&have, i % 2 ? x : -x);
        assert_string_equal(have.p, want.p);
    }
}

static void whole_numbers_have_all_their_digits(void **state)
{
    static const struct {
        int64_t x;
        const char *text;
    } cases[] = {{0, "0"},
                 {-1, "-1"},
                 {1000, "1000"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        fmt_i64(&s, cases[i].x);
        assert_string_equal(s.p, cases[i].text);
    }
    CLEANUP(str_release) struct str s = STR_INIT;
    fmt_padded(&s, 7, 3);
    fmt_padded(&s, 0, 0);
    fmt_padded(&s, UINT64_MAX, 2);
    fmt_padded(&s, 1, 99);
    assert_string_equal(s.p, "0071844674407370955161500000000000000000001");
}

static void sizes_have_three_digits(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},           {999, "999 B"},         {1000, "1.0 KiB"},    {1536, "1.5 KiB"},
        {10240, "10 KiB"},    {1022976, "999 KiB"},   {1023500, "1.0 MiB"}, {1 << 20, "1.0 MiB"},
        {20 << 20, "20 MiB"}, {UINT64_MAX, "16 EiB"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        fmt_bytes(&s, cases[i].bytes);
        assert_string_equal(s.p, cases[i].text);
    }
}

static void times_have_their_unit(void **state)
{
    static const struct {
        int64_t ms;
        const char *age, *duration;
    } cases[] = {
        {-5, "<1m", "0s"},        {999, "<1m", "0s"},        {4000, "<1m", "4s"},
        {59999, "<1m", "59s"},    {65000, "1m", "1m05s"},    {3599999, "59m", "59m59s"},
        {7380000, "2h", "2h03m"}, {86400000, "1d", "1d00h"}, {273600000, "3d", "3d04h"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str age = STR_INIT, duration = STR_INIT;
        fmt_age(&age, cases[i].ms);
        fmt_duration(&duration, cases[i].ms);
        assert_string_equal(age.p, cases[i].age);
        assert_string_equal(duration.p, cases[i].duration);
    }
}

static void sizes_and_durations_are_read(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } sizes[] = {{"0", 0},
                 {"512", 512},
                 {"64KiB", 65536},
                 {"1.5MiB", 1572864},
                 {"10k", 10000},
                 {"5M", 5000000},
                 {"2 GiB", (uint64_t)2 << 30},
                 {"1G", 1000000000},
                 {"7B", 7},
                 {"1Ki", 1024}};
    static const struct {
        const char *text;
        int64_t ms;
    } durations[] = {{"0", 0},        {"90", 90000},     {"90s", 90000}, {"15m", 900000},
                     {"2h", 7200000}, {"3d", 259200000}, {"500ms", 500}, {"1.5 s", 1500}};
    (void)state;
    for (size_t i = 0; i < ALEN(sizes); i++) {
        uint64_t got;
        assert_true(fmt_parse_bytes(sv_z(sizes[i].text), &got));
        assert_true(got == sizes[i].bytes);
    }
    for (size_t i = 0; i < ALEN(durations); i++) {
        int64_t got;
        assert_true(fmt_parse_duration_ms(sv_z(durations[i].text), &got));
        assert_true(got == durations[i].ms);
    }
    int64_t x;
    assert_true(fmt_parse_i64(SV("-9223372036854775808"), &x) && x == INT64_MIN);
    assert_true(fmt_parse_i64(SV("+7"), &x) && x == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_numbers_are_refused),
        cmocka_unit_test(doubles_are_short_and_read_back),
        cmocka_unit_test(doubles_are_as_printf_has_them),
        cmocka_unit_test(whole_numbers_have_all_their_digits),
        cmocka_unit_test(sizes_have_three_digits),
        cmocka_unit_test(times_have_their_unit),
        cmocka_unit_test(sizes_and_durations_are_read),
    };
    return RUN_TESTS(tests);
}
