/* clock: RFC 3339 both ways, impossible dates, local time, and the clock of a test. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "tests/unit/tmp.h"

static const int64_t day_ms = 86400000;

static void no_dates_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "2026",
        "2026-9-01",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-02-29",
        "2026-04-31",
        "1900-02-29",
        "2026-09-01T",
        "2026-09-01T24:00:00Z",
        "2026-09-01T12:60:00Z",
        "2026-09-01T12:00:61Z",
        "2026-09-01T12:00:00.Z",
        "2026-09-01T12:00:00z",
        "2026-09-01T12:00:00+24:00",
        "2026-09-01T12:00:00+0200",
        "2026-09-01T12:00:00Z ",
        " 2026-09-01",
        "+026-09-01",
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        int64_t ms = 42;
        if (clock_parse(sv_z(cases[i]), &ms)) {
            fail_msg("\"%s\" was taken", cases[i]);
        }
        assert_int_equal(ms, 42);
    }
}

static void dates_are_read(void **state)
{
    static const struct {
        const char *text, *again;
    } cases[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
        {"2024-02-29", "2024-02-29T00:00:00.000Z"},
        {"2000-02-29", "2000-02-29T00:00:00.000Z"},
        {"2026-09-01T12:34:56.789Z", "2026-09-01T12:34:56.789Z"},
        {"2026-09-01 12:34:56.5Z", "2026-09-01T12:34:56.500Z"},
        {"2026-09-01T12:34:56.123456789Z", "2026-09-01T12:34:56.123Z"},
        {"2026-09-01T00:30:00+02:00", "2026-08-31T22:30:00.000Z"},
        {"2026-12-31T23:30:00-00:45", "2027-01-01T00:15:00.000Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str again = STR_INIT;
        int64_t ms;
        assert_true(clock_parse(sv_z(cases[i].text), &ms));
        clock_rfc3339(&again, ms);
        assert_string_equal(again.p, cases[i].again);
    }
}

static void local_times_name_another_day(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    int64_t now;
    assert_true(clock_parse(SV("2026-11-16T14:02:00Z"), &now));
    CLEANUP(str_release) struct str s = STR_INIT;
    clock_local(&s, now, now);
    str_addc(&s, '|');
    clock_local(&s, now - day_ms, now);
    str_addc(&s, '|');
    clock_local(&s, now, now + 365 * day_ms);
    assert_string_equal(s.p, "14:02|Nov 15 14:02|Nov 16 14:02");
}

/* Runs first: the file is looked up once a process. */
static void a_test_moves_the_clock(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct {
        int64_t wall_offset_ms;
        uint64_t boot_tag;
        double scale;
        uint64_t tick;
    } page = {.wall_offset_ms = 1000 * day_ms, .boot_tag = 7, .scale = 2};
    tmp_file(tmp, "clock", (struct sv){(const char *)&page, sizeof page});
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "clock");
    int64_t real_ms = (int64_t)time(NULL) * 1000;
    setenv("MLW_CLOCK", path, 1);
    int64_t ahead_ms = clock_wall_ms() - real_ms;
    assert_in_range(ahead_ms, 1000 * day_ms, 1001 * day_ms);
    assert_string_equal(clock_boot_id(), "test-7");
    int64_t mono_ms = clock_mono_ms();
    assert_true(mono_ms >= clock_mono_us() / 1000);
    assert_true(clock_mono_ms() >= mono_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_moves_the_clock),
        cmocka_unit_test(no_dates_are_refused),
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(local_times_name_another_day),
    };
    return RUN_TESTS(tests);
}
