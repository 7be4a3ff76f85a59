/* RFC 8259 section by section, without recursion; see json_scan.h. */
#include "core/base/json_scan.h"

#include <math.h>

#include "core/base/json.h"
#include "core/base/utf8.h"

enum { MAX_NUMBER_BYTES = 63 }; /* the parser behind copies a number into 64 bytes */

struct scan {
    struct sv text;
    size_t at;
    struct json_scanned *out;
    struct err *e;
    size_t depth;
    char open[JSON_MAX_DEPTH]; /* '{' or '[' a level */
};

static bool fail(struct scan *s, const char *what)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < s->at && i < s->text.n; i++) {
        bool is_newline = s->text.p[i] == '\n';
        line += is_newline;
        column = is_newline ? 1 : column + 1;
    }
    return err_set(s->e, ERR_INVALID, "line %zu, column %zu: %s", line, column, what);
}

static int peek(const struct scan *s)
{
    return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

static void skip_space(struct scan *s)
{
    for (int c = peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(s)) {
        s->at++;
    }
}

static size_t skip_digits(struct scan *s)
{
    size_t from = s->at;
    while (peek(s) >= '0' && peek(s) <= '9') {
        s->at++;
    }
    return s->at - from;
}

/* Must the text be kept? Of large integers and of what overflows a double. */
static bool is_wide(struct sv token, bool is_integer)
{
    char buf[MAX_NUMBER_BYTES + 1];
    memcpy(buf, token.p, token.n);
    buf[token.n] = 0;
    double x = strtod(buf, NULL);
    return !isfinite(x) || (is_integer && fabs(x) >= JSON_INTEGER_AS_TEXT);
}

static bool scan_number(struct scan *s)
{
    size_t from = s->at;
    bool is_integer = true;
    s->at += peek(s) == '-';
    bool has_leading_zero = peek(s) == '0';
    size_t n = skip_digits(s);
    if (!n || (has_leading_zero && n > 1)) {
        return fail(s, n ? "a number with a leading zero" : "a value is expected");
    }
    if (peek(s) == '.') {
        s->at++;
        is_integer = false;
        if (!skip_digits(s)) {
            return fail(s, "digits are expected after the decimal point");
        }
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        is_integer = false;
        s->at += peek(s) == '+' || peek(s) == '-';
        if (!skip_digits(s)) {
            return fail(s, "digits are expected in the exponent");
        }
    }
    struct sv token = {s->text.p + from, s->at - from};
    if (token.n > MAX_NUMBER_BYTES) {
        return fail(s, "a number of more than 63 characters");
    }
    if (is_wide(token, is_integer)) {
        struct json_wide_number wide = {s->out->number_count, token};
        vec_push(&s->out->wide, wide);
    }
    s->out->number_count++;
    return true;
}

static bool scan_hex4(struct scan *s, unsigned *ret)
{
    unsigned x = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int c = peek(s);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return fail(s, "four hexadecimal digits are expected after \\u");
        }
        x = x * 16 + (unsigned)digit;
    }
    *ret = x;
    return true;
}

static bool scan_unicode_escape(struct scan *s)
{
    unsigned hi, lo;
    if (!scan_hex4(s, &hi)) {
        return false;
    }
    if (hi == 0) {
        return fail(s, "\\u0000 is not allowed in text");
    }
    if (hi >= 0xDC00 && hi <= 0xDFFF) {
        return fail(s, "half of a surrogate pair");
    }
    if (hi < 0xD800 || hi > 0xDBFF) {
        return true;
    }
    if (peek(s) != '\\' || (s->at++, peek(s) != 'u')) {
        return fail(s, "half of a surrogate pair");
    }
    s->at++;
    return scan_hex4(s, &lo) &&
           ((lo >= 0xDC00 && lo <= 0xDFFF) || fail(s, "half of a surrogate pair"));
}

static bool scan_string(struct scan *s)
{
    for (s->at++;;) {
        int c = peek(s);
        if (c < 0) {
            return fail(s, "the text ends inside a string");
        }
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20) {
            return fail(s, c ? "a control character inside a string" : "a NUL byte");
        }
        if (c == '\\') {
            s->at++;
            int what = peek(s);
            if (what <= 0 || !strchr("\"\\/bfnrtu", what)) {
                return fail(s, "an unknown escape");
            }
            s->at++;
            if (what == 'u' && !scan_unicode_escape(s)) {
                return false;
            }
        } else if (c < 0x80) {
            s->at++;
        } else {
            size_t n = utf8_valid_bytes(s->text.p + s->at, s->text.n - s->at);
            if (!n) {
                return fail(s, "bytes that are not UTF-8");
            }
            s->at += n;
        }
    }
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t n = strlen(word);
    if (s->text.n - s->at < n || memcmp(s->text.p + s->at, word, n) != 0) {
        return fail(s, "a value is expected");
    }
    s->at += n;
    return true;
}

static bool scan_scalar(struct scan *s)
{
    switch (peek(s)) {
    case -1:
        return fail(s, "the text ends where a value is expected");
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    case 0:
        return fail(s, "a NUL byte");
    default:
        return scan_number(s);
    }
}

static bool scan_key(struct scan *s)
{
    skip_space(s);
    if (peek(s) != '"') {
        return fail(s, "a member's name in quotes is expected");
    }
    if (!scan_string(s)) {
        return false;
    }
    skip_space(s);
    if (peek(s) != ':') {
        return fail(s, "':' is expected");
    }
    s->at++;
    return true;
}

/* Open containers as far as values begin with one; *ret_is_closed: the value is complete. */
static bool scan_value(struct scan *s, bool *ret_is_closed)
{
    skip_space(s);
    if (++s->out->node_count > JSON_MAX_NODES) {
        return err_set(s->e, ERR_LIMIT, "more than %d values", JSON_MAX_NODES);
    }
    int c = peek(s);
    if (c != '{' && c != '[') {
        *ret_is_closed = true;
        return scan_scalar(s);
    }
    if (s->depth == JSON_MAX_DEPTH) {
        fail(s, "nested too deep: more than 1000 levels");
        s->e->code = ERR_LIMIT;
        return false;
    }
    s->open[s->depth++] = (char)c;
    s->at++;
    skip_space(s);
    if (peek(s) == (c == '{' ? '}' : ']')) {
        s->at++;
        s->depth--;
        *ret_is_closed = true;
        return true;
    }
    *ret_is_closed = false;
    return c != '{' || scan_key(s);
}

/* After a complete value: close what closes, or step over the comma to the next value. */
static bool scan_after_value(struct scan *s)
{
    while (s->depth) {
        bool in_object = s->open[s->depth - 1] == '{';
        skip_space(s);
        int c = peek(s);
        if (c == ',') {
            s->at++;
            return !in_object || scan_key(s);
        }
        if (c != (in_object ? '}' : ']')) {
            return fail(s, in_object ? "',' or '}' is expected" : "',' or ']' is expected");
        }
        s->at++;
        s->depth--;
    }
    return true;
}

bool json_scan_text(struct sv text, struct json_scanned *out, struct err *e)
{
    struct scan s = {.text = text, .out = out, .e = e};
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
        return fail(&s, "a byte order mark (save the file as UTF-8 without one)");
    }
    do {
        bool is_closed = false;
        if (!scan_value(&s, &is_closed)) {
            return false;
        }
        if (is_closed && !scan_after_value(&s)) {
            return false;
        }
    } while (s.depth);
    skip_space(&s);
    return s.at == text.n || fail(&s, peek(&s) ? "text after the end of the value" : "a NUL byte");
}
