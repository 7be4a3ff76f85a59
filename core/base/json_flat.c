/* Members of flat objects; see json_flat.h. */
#include "core/base/json_flat.h"

#include <math.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

enum {
    MAX_NUMBER_BYTES = 63, /* as json_scan.c */
    EXACT_DIGITS = 15,     /* that a double carries */
    INTEGER_DIGITS = 18,   /* that an int64_t carries */
    EXACT_POWER = 22,      /* powers of ten that a double carries */
    EXPONENT_MAX = 400     /* any more is none that a double has */
};
#define EXACT_LIMIT 9007199254740992.0 /* 2^53, as json_i64 has it */
static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct json_flat json_flat_of(struct sv text)
{
    return (struct json_flat){text.p, text.p + text.n, false};
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static int peek(const struct json_flat *f)
{
    return f->p < f->end ? (unsigned char)*f->p : -1;
}

static bool take(struct json_flat *f, char c)
{
    bool is_there = peek(f) == c;
    f->p += is_there;
    return is_there;
}

static bool take_word(struct json_flat *f, const char *word)
{
    size_t n = strlen(word);
    bool is_there = (size_t)(f->end - f->p) >= n && memcmp(f->p, word, n) == 0;
    f->p += is_there ? n : 0;
    return is_there;
}

static bool take_string(struct json_flat *f, struct sv *ret)
{
    if (!take(f, '"')) {
        return false;
    }
    const char *begin = f->p;
    for (int c = peek(f); c != '"'; c = peek(f)) {
        if (c < 0x20 || c == '\\') { /* also the end */
            return false;
        }
        size_t n = c < 0x80 ? 1 : utf8_valid_bytes(f->p, (size_t)(f->end - f->p));
        if (!n) {
            return false;
        }
        f->p += n;
    }
    *ret = (struct sv){begin, (size_t)(f->p - begin)};
    f->p++;
    return true;
}

struct digits {
    uint64_t value; /* of the first INTEGER_DIGITS that say something */
    int count;      /* those that say something */
    int n;          /* all */
};

static void take_digits(struct json_flat *f, struct digits *d)
{
    for (d->n = 0; is_digit(peek(f)); f->p++, d->n++) {
        d->count += d->count > 0 || *f->p != '0';
        if (d->count <= INTEGER_DIGITS) {
            d->value = d->value * 10 + (uint64_t)(*f->p - '0');
        }
    }
}

/* After an e: false when there is no number. */
static bool take_exponent(struct json_flat *f, int *exponent)
{
    bool is_negative = take(f, '-');
    if (!is_negative) {
        (void)take(f, '+');
    }
    int n = 0;
    bool has_digits = is_digit(peek(f));
    for (; is_digit(peek(f)); f->p++) {
        n = n < EXPONENT_MAX ? n * 10 + (*f->p - '0') : n;
    }
    *exponent += is_negative ? -n : n;
    return has_digits;
}

/* The value of a number whose digits are `d`, times ten to the exponent, written as `token`. */
static bool value_of(struct sv token, const struct digits *d, int exponent, double *ret)
{
    if (d->count <= EXACT_DIGITS && exponent >= -EXACT_POWER && exponent <= EXACT_POWER) {
        double x = (double)d->value;
        x = exponent < 0 ? x / powers[-exponent] : x * powers[exponent];
        *ret = token.p[0] == '-' ? -x : x;
        return true;
    }
    return fmt_parse_double(token, ret) && isfinite(*ret);
}

/* The digits, the point and the exponent as the grammar has them. */
static bool take_parts(struct json_flat *f, struct digits *d, int *exponent, bool *is_whole)
{
    bool has_leading_zero = peek(f) == '0';
    take_digits(f, d);
    if (d->n == 0 || (has_leading_zero && d->n > 1)) {
        return false;
    }
    if (take(f, '.')) {
        *is_whole = false;
        take_digits(f, d);
        *exponent = -d->n;
        if (d->n == 0) {
            return false;
        }
    }
    if (peek(f) == 'e' || peek(f) == 'E') {
        f->p++;
        *is_whole = false;
        return take_exponent(f, exponent);
    }
    return true;
}

static bool take_number(struct json_flat *f, struct json_member *m)
{
    const char *begin = f->p;
    struct digits d = {0};
    int exponent = 0;
    bool is_negative = take(f, '-'), is_whole = true;
    if (!take_parts(f, &d, &exponent, &is_whole)) {
        return false;
    }
    struct sv token = {begin, (size_t)(f->p - begin)};
    if (is_whole && d.count <= INTEGER_DIGITS) {
        m->is_integer = true;
        m->i = is_negative ? -(int64_t)d.value : (int64_t)d.value;
        return true;
    }
    if (is_whole || token.n > MAX_NUMBER_BYTES || !value_of(token, &d, exponent, &m->num)) {
        return false;
    }
    m->is_integer = m->num == floor(m->num) && fabs(m->num) < EXACT_LIMIT;
    m->i = m->is_integer ? (int64_t)m->num : 0;
    return true;
}

static bool take_value(struct json_flat *f, struct json_member *m)
{
    switch (peek(f)) {
    case '"':
        m->type = JSON_STRING;
        return take_string(f, &m->str);
    case 't':
        m->type = JSON_BOOL;
        m->is_true = true;
        return take_word(f, "true");
    case 'f':
        m->type = JSON_BOOL;
        m->is_true = false;
        return take_word(f, "false");
    case 'n':
        m->type = JSON_NULL;
        return take_word(f, "null");
    default:
        m->type = JSON_NUMBER;
        return take_number(f, m);
    }
}

enum json_flat_result json_flat_next(struct json_flat *f, struct json_member *ret)
{
    if (!f->has_begun && !take(f, '{')) {
        return JSON_FLAT_OTHER;
    }
    if (take(f, '}')) {
        /* not after a comma: there a member must follow, which begins otherwise */
        return f->p == f->end ? JSON_FLAT_END : JSON_FLAT_OTHER;
    }
    if (f->has_begun && !take(f, ',')) {
        return JSON_FLAT_OTHER;
    }
    f->has_begun = true;
    bool ok = take_string(f, &ret->key) && take(f, ':') && take_value(f, ret);
    return ok ? JSON_FLAT_MEMBER : JSON_FLAT_OTHER;
}
