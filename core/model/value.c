/* Order of cells; see value.h. */
#include "core/model/value.h"

#include <ctype.h>
#include <math.h>

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

/* Length of the run of digits at p, leading zeros aside in *ret_skip. */
static size_t digits(const char *p, size_t *ret_skip)
{
    size_t skip = strspn(p, "0");
    *ret_skip = skip;
    return strspn(p + skip, "0123456789");
}

static int compare_text(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            size_t skip_a, skip_b, n = digits(a, &skip_a), m = digits(b, &skip_b);
            int c = n != m ? (n > m ? 1 : -1) : memcmp(a + skip_a, b + skip_b, n);
            if (c) {
                return c;
            }
            a += skip_a + n;
            b += skip_b + m;
        } else if (*a != *b) {
            return (unsigned char)*a > (unsigned char)*b ? 1 : -1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != 0) - (*b != 0);
}

/* Exactly: as a double a large whole number would be equal to its neighbours, and an order in which
 * equal things differ is none. */
static int compare_whole(int64_t i, double x)
{
    const double limit = 9223372036854775808.0; /* 2^63 */
    if (x >= limit || x < -limit) {
        return x < 0 ? 1 : -1;
    }
    int64_t whole = (int64_t)x;
    return i != whole ? (i > whole ? 1 : -1) : compare_numbers((double)whole, x);
}

/* 0 for what has a place in the order, 1 for NaN, 2 for missing: these go last. */
static int rank(struct value v)
{
    return v.type == VALUE_MISSING ? 2 : v.type == VALUE_NUM && isnan(v.num) ? 1 : 0;
}

int value_compare(struct value a, struct value b, bool is_descending)
{
    int ra = rank(a), rb = rank(b);
    if (ra || rb) {
        return (ra > rb) - (ra < rb);
    }
    int c;
    if (a.type == VALUE_TEXT && b.type == VALUE_TEXT) {
        c = compare_text(a.text, b.text);
    } else if (a.type == VALUE_TEXT || b.type == VALUE_TEXT) {
        c = a.type == VALUE_TEXT ? 1 : -1; /* numbers before words */
    } else if (a.type == VALUE_NUM && b.type == VALUE_NUM) {
        c = compare_numbers(a.num, b.num);
    } else if (a.type == VALUE_NUM || b.type == VALUE_NUM) {
        c = b.type == VALUE_NUM ? compare_whole(a.i, b.num) : -compare_whole(b.i, a.num);
    } else {
        c = a.i != b.i ? (a.i > b.i) - (a.i < b.i) : (a.us > b.us) - (a.us < b.us);
    }
    return is_descending ? -c : c;
}
