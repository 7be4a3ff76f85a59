/* Numbers with units, durations and times; see literal.h. */
#include "core/query/literal.h"

#include <math.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

struct unit {
    const char *name;
    double factor;
};

static const struct unit number_units[] = {
    {"", 1},         {"%", 0.01},     {"k", 1e3},      {"K", 1e3},      {"M", 1e6},
    {"G", 1e9},      {"T", 1e12},     {"P", 1e15},     {"B", 1},        {"kB", 1e3},
    {"MB", 1e6},     {"GB", 1e9},     {"TB", 1e12},    {"PB", 1e15},    {"Ki", 0x1p10},
    {"Mi", 0x1p20},  {"Gi", 0x1p30},  {"Ti", 0x1p40},  {"Pi", 0x1p50},  {"KiB", 0x1p10},
    {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}, {"PiB", 0x1p50},
};
static const struct unit time_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", MINUTE_MS}, {"h", HOUR_MS}, {"d", DAY_MS}, {"w", 7.0 * DAY_MS},
};

/* A number and what follows it: the unit begins at the first letter (but e of an exponent). */
static bool split_number(struct sv v, double *ret_x, struct sv *ret_unit)
{
    size_t n = 0;
    while (n < v.n && strchr("0123456789.+-", v.p[n]) && v.p[n]) {
        n++;
    }
    if (n + 1 < v.n && n && (v.p[n] == 'e' || v.p[n] == 'E') &&
        strchr("0123456789+-", v.p[n + 1]) && v.p[n + 1]) {
        for (n++; n < v.n && strchr("0123456789+-", v.p[n]) && v.p[n];) {
            n++;
        }
    }
    *ret_unit = (struct sv){v.p + n, v.n - n};
    return fmt_parse_double((struct sv){v.p, n}, ret_x);
}

static const struct unit *unit_find(struct sv name, const struct unit *units, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (sv_eqz(name, units[i].name)) {
            return &units[i];
        }
    }
    return NULL;
}

bool literal_number(struct literal *l)
{
    double x;
    struct sv unit_name;
    if (!split_number(l->text, &x, &unit_name)) {
        if (!fmt_parse_double(l->text, &x) || isnan(x)) {
            return false;
        }
        unit_name = SV("");
    }
    const struct unit *unit = unit_find(unit_name, number_units, ALEN(number_units));
    if (!unit) {
        return false;
    }
    l->has_num = true;
    l->num = unit->factor == 0.01 ? x / 100 : x * unit->factor;
    l->has_int = fmt_parse_i64(l->text, &l->i);
    return true;
}

bool literal_duration(struct literal *l, bool needs_unit)
{
    double x;
    struct sv name;
    if (!split_number(l->text, &x, &name)) {
        return false;
    }
    if (!name.n && !needs_unit) {
        name = SV("s");
    }
    const struct unit *unit = unit_find(name, time_units, ALEN(time_units));
    if (!unit || fabs(x * unit->factor) > 9e15) {
        return false;
    }
    l->ms = (int64_t)llround(x * unit->factor);
    l->span_ms = (int64_t)unit->factor;
    return true;
}

/* The time that a calendar in UTC shows as that one, where the clock on the wall shows it. */
static bool to_local(int64_t *ms)
{
    time_t t = (time_t)(*ms / 1000);
    struct tm tm;
    if (!gmtime_r(&t, &tm)) {
        return false;
    }
    tm.tm_isdst = -1;
    time_t local = mktime(&tm);
    *ms = (int64_t)local * 1000 + *ms % 1000;
    return true;
}

/* A month may have fewer days than the text says; the calendar then went on into the next. */
static bool is_day_of(struct sv text, int64_t ms)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    int64_t day;
    return gmtime_r(&t, &tm) && fmt_parse_i64((struct sv){text.p + 8, 2}, &day) &&
           day == tm.tm_mday;
}

static bool time_from_now(struct literal *l)
{
    struct literal offset = {.text = {l->text.p + 3, l->text.n - 3}};
    if (offset.text.n) {
        bool is_signed = *offset.text.p == '-' || *offset.text.p == '+';
        if (!is_signed || !literal_duration(&offset, true)) {
            return false;
        }
    }
    l->ms = offset.ms;
    l->span_ms = 1;
    l->is_from_now = true;
    return true;
}

bool literal_time(struct literal *l)
{
    enum { EPOCH_DIGITS = 11, DAY_BYTES = 10, MINUTE_BYTES = 6, SECOND_BYTES = 9 };
    struct sv v = l->text;
    if (sv_starts(v, "now")) {
        return time_from_now(l);
    }
    int64_t ms, day_ms;
    if (v.n >= EPOCH_DIGITS && fmt_parse_i64(v, &ms)) {
        l->ms = ms;
        l->span_ms = 1;
        return true;
    }
    if (v.n < DAY_BYTES || !clock_parse((struct sv){v.p, DAY_BYTES}, &day_ms) ||
        !is_day_of(v, day_ms) || !clock_parse(v, &ms)) {
        return false;
    }
    size_t clock_n = v.n - DAY_BYTES, n = 0; /* "T12:00" without its zone */
    while (n < clock_n && !strchr("Z+-", v.p[DAY_BYTES + n])) {
        n++;
    }
    if (n == clock_n && !to_local(&ms)) {
        return false;
    }
    l->ms = ms;
    l->span_ms = n == 0 ? DAY_MS : n <= MINUTE_BYTES ? MINUTE_MS : n <= SECOND_BYTES ? 1000 : 1;
    l->is_from_now = false;
    return true;
}
