/* Numbers, ages, sizes as text and back; see fmt.h. */
#include "core/base/fmt.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/base/mem.h"

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
    if (x == floor(x) && fabs(x) < 1e15) {
        str_addf(out, "%.0f", x);
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

/* strtod on a bounded copy: hex, leading space and "nan(...)" are not numbers here. */
bool fmt_parse_double(struct sv v, double *ret)
{
    char buf[400];
    if (!v.n || v.n >= sizeof buf || memchr(v.p, 0, v.n)) {
        return false;
    }
    memcpy(buf, v.p, v.n);
    buf[v.n] = 0;
    const char *body = buf + (buf[0] == '-' || buf[0] == '+');
    bool is_word = strcasecmp(body, "nan") == 0 || strcasecmp(body, "inf") == 0 ||
                   strcasecmp(body, "infinity") == 0;
    if (!is_word && (strspn(body, "0123456789.eE+-") != strlen(body))) {
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
    char buf[32];
    if (!v.n || v.n >= sizeof buf || memchr(v.p, 0, v.n)) {
        return false;
    }
    memcpy(buf, v.p, v.n);
    buf[v.n] = 0;
    const char *body = buf + (buf[0] == '-' || buf[0] == '+');
    if (!*body || strspn(body, "0123456789") != strlen(body)) {
        return false;
    }
    errno = 0;
    long long x = strtoll(buf, NULL, 10);
    if (errno) {
        return false;
    }
    *ret = x;
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
