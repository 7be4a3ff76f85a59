/* Numbers, ages, sizes as text and back; see fmt.h. */
#include "core/base/fmt.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/mem.h"

enum { DIGITS_MAX = 20 }; /* of 2^64 - 1 */

void fmt_padded(struct str *out, uint64_t x, size_t width)
{
    char digits[DIGITS_MAX];
    size_t n = 0;
    for (; x; x /= 10) {
        digits[DIGITS_MAX - ++n] = (char)('0' + x % 10);
    }
    while (n < width && n < DIGITS_MAX) {
        digits[DIGITS_MAX - ++n] = '0';
    }
    str_add(out, digits + DIGITS_MAX - n, n);
}

void fmt_i64(struct str *out, int64_t x)
{
    if (x < 0) {
        str_addc(out, '-');
    }
    fmt_padded(out, x < 0 ? 0 - (uint64_t)x : (uint64_t)x, 1);
}

/* A decimal of at most 15 digits, as nearly all that is logged: m / 10^k is rounded once, so it is
 * what a reader makes of its digits, and where it is x no shorter text is. False: another way. */
static bool add_decimal(struct str *out, double x)
{
    static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    double size = fabs(x);
    if (size < 1e-4 || size >= 1e15) {
        return false; /* with an exponent, or more digits */
    }
    for (size_t k = 0; k < ALEN(powers) && size * powers[k] < 1e15; k++) {
        uint64_t m = (uint64_t)(size * powers[k] + 0.5), power = (uint64_t)powers[k];
        if ((double)m / powers[k] == size) {
            str_addz(out, x < 0 ? "-" : "");
            fmt_padded(out, m / power, 1);
            str_addz(out, k ? "." : "");
            fmt_padded(out, m % power, k);
            return true;
        }
    }
    return false;
}

void fmt_double(struct str *out, double x)
{
    if (isnan(x)) {
        str_addz(out, "NaN");
        return;
    }
    if (isinf(x)) {
        str_addz(out, x < 0 ? "-Infinity" : "Infinity");
        return;
    }
    if (x == 0 || add_decimal(out, x)) {
        str_addz(out, x != 0 ? "" : signbit(x) ? "-0" : "0");
        return;
    }
    char buf[40];
    /* below DBL_MIN fewer digits than 15 may do */
    for (int digits = fabs(x) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(buf, sizeof buf, "%.*g", digits, x);
        if (strtod(buf, NULL) == x) {
            break;
        }
    }
    str_addz(out, buf);
}

void fmt_age(struct str *out, int64_t age_ms)
{
    int64_t s = age_ms < 0 ? 0 : age_ms / 1000;
    if (s < 60) {
        str_addz(out, "<1m");
    } else if (s < 3600) {
        str_addf(out, "%lldm", (long long)(s / 60));
    } else if (s < 86400) {
        str_addf(out, "%lldh", (long long)(s / 3600));
    } else {
        str_addf(out, "%lldd", (long long)(s / 86400));
    }
}

void fmt_duration(struct str *out, int64_t ms)
{
    long long s = ms < 0 ? 0 : ms / 1000;
    if (s < 60) {
        str_addf(out, "%llds", s);
    } else if (s < 3600) {
        str_addf(out, "%lldm%02llds", s / 60, s % 60);
    } else if (s < 86400) {
        str_addf(out, "%lldh%02lldm", s / 3600, s / 60 % 60);
    } else {
        str_addf(out, "%lldd%02lldh", s / 86400, s / 3600 % 24);
    }
}

void fmt_bytes(struct str *out, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double x = (double)bytes;
    size_t u = 0;
    for (; x >= 999.5 && u + 1 < ALEN(units); u++) {
        x /= 1024;
    }
    str_addf(out, "%.*f %s", u && x < 10 ? 1 : 0, x, units[u]);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "nan", "inf" and "infinity", in any case. */
static bool is_number_word(const char *z)
{
    return strcasecmp(z, "nan") == 0 || strcasecmp(z, "inf") == 0 || strcasecmp(z, "infinity") == 0;
}

/* strtod on a bounded copy: hex, leading space and "nan(...)" are not numbers here. */
bool fmt_parse_double(struct sv v, double *ret)
{
    char buf[400];
    if (!v.n || v.n >= sizeof buf) {
        return false;
    }
    memcpy(buf, v.p, v.n);
    buf[v.n] = 0;
    const char *body = buf + (buf[0] == '-' || buf[0] == '+'), *p = body;
    while (is_digit(*p) || (*p && strchr(".eE+-", *p))) {
        p++;
    }
    if (p != buf + v.n && (strlen(buf) != v.n || !is_number_word(body))) {
        return false;
    }
    char *end;
    double x = strtod(buf, &end);
    if (*end || end == buf) {
        return false;
    }
    *ret = x;
    return true;
}

bool fmt_parse_i64(struct sv v, int64_t *ret)
{
    enum { MAX_INTEGER = 31 };
    bool is_negative = v.n && v.p[0] == '-';
    size_t i = is_negative || (v.n && v.p[0] == '+');
    if (i == v.n || v.n > MAX_INTEGER) {
        return false;
    }
    uint64_t x = 0, max = (uint64_t)INT64_MAX + is_negative;
    for (; i < v.n; i++) {
        uint64_t digit = (uint64_t)(v.p[i] - '0');
        if (!is_digit(v.p[i]) || x > (max - digit) / 10) {
            return false;
        }
        x = x * 10 + digit;
    }
    *ret = is_negative ? (int64_t)(0 - x) : (int64_t)x;
    return true;
}

struct unit {
    const char *name;
    double factor;
};

static bool parse_with_unit(struct sv v, const struct unit *units, size_t n, double *ret)
{
    size_t digits = 0;
    while (digits < v.n && strchr("0123456789.", v.p[digits])) {
        digits++;
    }
    double x;
    if (!fmt_parse_double((struct sv){v.p, digits}, &x)) {
        return false;
    }
    struct sv name = sv_trim((struct sv){v.p + digits, v.n - digits});
    for (size_t i = 0; i < n; i++) {
        if (sv_eqz(name, units[i].name)) {
            *ret = x * units[i].factor;
            return *ret < 9e15;
        }
    }
    return false;
}

bool fmt_parse_duration_ms(struct sv v, int64_t *ret_ms)
{
    static const struct unit units[] = {{"", 1e3},         {"ms", 1},     {"s", 1e3},
                                        {"m", 60e3},       {"h", 3600e3}, {"d", 86400e3},
                                        {"w", 7 * 86400e3}};
    double x;
    if (!parse_with_unit(v, units, ALEN(units), &x)) {
        return false;
    }
    *ret_ms = (int64_t)x;
    return true;
}

bool fmt_parse_bytes(struct sv v, uint64_t *ret_bytes)
{
    static const struct unit units[] = {{"", 1},
                                        {"B", 1},
                                        {"k", 1e3},
                                        {"M", 1e6},
                                        {"G", 1e9},
                                        {"T", 1e12},
                                        {"KiB", 1024},
                                        {"MiB", 1048576},
                                        {"GiB", 1073741824},
                                        {"TiB", 1099511627776.0},
                                        {"Ki", 1024},
                                        {"Mi", 1048576},
                                        {"Gi", 1073741824},
                                        {"Ti", 1099511627776.0}};
    double x;
    if (!parse_with_unit(v, units, ALEN(units), &x)) {
        return false;
    }
    *ret_bytes = (uint64_t)x;
    return true;
}
