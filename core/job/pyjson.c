/* Python's json; see pyjson.h. The text's tokens are marked before it is parsed, so that the one
 * JSON parser serves and a number's own text survives it. */
#include "core/job/pyjson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

/* --- reading --- */
static size_t string_bytes(struct sv v)
{
    size_t n = 1;
    while (n < v.n && v.p[n] != '"') {
        n += v.p[n] == '\\' ? 2 : 1;
    }
    return n < v.n ? n + 1 : v.n;
}

/* A number, or one of the three words that json.loads takes for numbers; 0 when neither. */
static size_t number_bytes(struct sv v)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    struct err e;
    for (size_t i = 0; i < ALEN(words); i++) {
        if (sv_starts(v, words[i])) {
            return strlen(words[i]);
        }
    }
    size_t n = 0;
    while (n < v.n && strchr("+-.0123456789eE", v.p[n]) && v.p[n]) {
        n++;
    }
    return n && json_scan((struct sv){v.p, n}, &e) ? n : 0;
}

static void mark(struct sv v, struct str *out)
{
    while (v.n) {
        size_t n = 1;
        if (v.p[0] == '"') {
            n = string_bytes(v);
            str_addz(out, "\"$");
            str_add(out, v.p + 1, n - 1);
        } else if (strchr("-0123456789NI", v.p[0]) && (n = number_bytes(v)) > 0) {
            str_addf(out, "\"#%.*s\"", (int)n, v.p);
        } else {
            n = 1;
            str_addc(out, v.p[0]);
        }
        v = (struct sv){v.p + n, v.n - n};
    }
}

struct json *pyjson_parse(struct sv text)
{
    CLEANUP(str_release) struct str marked = STR_INIT;
    struct json *j = NULL;
    struct err e;
    if (text.n > PYJSON_MAX_BYTES) {
        return NULL;
    }
    mark(text, &marked);
    return json_parse(sv_of(&marked), &j, &e) ? j : NULL;
}

struct json *pyjson_of(const struct json *plain)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!plain) {
        return json_new_null();
    }
    json_print(plain, JSON_COMPACT, &text);
    struct json *j = pyjson_parse(sv_of(&text));
    return j ? j : json_new_null();
}

struct json *pyjson_of_text(struct sv text)
{
    CLEANUP(str_release) struct str marked = STR_INIT;
    str_addc(&marked, '$');
    str_addsv(&marked, text);
    return json_new_sv(sv_of(&marked));
}

const char *pyjson_text(const struct json *value)
{
    const char *z = json_str(value);
    return z && z[0] == '$' ? z + 1 : NULL;
}

static const char *number_text(const struct json *value)
{
    const char *z = json_str(value);
    return z && z[0] == '#' ? z + 1 : NULL;
}

static const char *key_of(const struct json *child)
{
    return json_key(child) + 1;
}

bool pyjson_is_true(const struct json *value)
{
    const char *text = pyjson_text(value), *number = value ? number_text(value) : NULL;
    if (text) {
        return text[0] != 0;
    }
    if (number) {
        double x = strtod(number, NULL);
        return isnan(x) || x < 0 || x > 0;
    }
    return value && (json_bool(value) || json_first(value));
}

/* --- order: a later value of the same key takes the earlier one's place --- */
static int by_key(const void *a, const void *b)
{
    return strcmp(json_key(*(const struct json *const *)a),
                  json_key(*(const struct json *const *)b));
}

static const struct json **children(const struct json *dict, size_t *ret_n)
{
    size_t n = 0;
    const struct json **list = xcalloc(json_size(dict) + 1, sizeof *list);
    json_each (child, dict) {
        size_t i = 0;
        while (i < n && !z_eq(json_key(list[i]), json_key(child))) {
            i++;
        }
        list[i] = child;
        n = i == n ? n + 1 : n;
    }
    *ret_n = n;
    return list;
}

const struct json **pyjson_sorted(const struct json *dict, size_t *ret_n)
{
    const struct json **list = children(dict, ret_n);
    qsort(list, *ret_n, sizeof *list, by_key);
    return list;
}

/* --- numbers --- */

/* float.__repr__: the shortest digits that read back, fixed from 1e-4 to below 1e16. */
static void add_float(double x, struct str *out)
{
    char text[40], digits[24] = {0};
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, fabs(x));
        double back = strtod(text, NULL);
        if (!(back < fabs(x)) && !(back > fabs(x))) {
            break;
        }
    }
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10), n = 0;
    for (const char *p = text; *p != 'e'; p++) {
        if (*p != '.') {
            digits[n++] = *p;
        }
    }
    str_addz(out, signbit(x) ? "-" : "");
    if (exponent < -4 || exponent >= 16) {
        str_addf(out, "%c%s%.*se%c%02d", digits[0], n > 1 ? "." : "", n - 1, digits + 1,
                 exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    if (exponent < 0) {
        str_addz(out, "0.");
        str_addn(out, '0', (size_t)(-exponent - 1));
        str_add(out, digits, (size_t)n);
        return;
    }
    int whole = n < exponent + 1 ? n : exponent + 1;
    str_add(out, digits, (size_t)whole);
    str_addn(out, '0', (size_t)(exponent + 1 - whole));
    str_addf(out, ".%.*s", n > whole ? n - whole : 1, n > whole ? digits + whole : "0");
}

static void add_number(const char *text, bool is_json, struct str *out)
{
    double x;
    if (!strpbrk(text, ".eENI")) {
        str_addz(out, z_eq(text, "-0") ? "0" : text);
        return;
    }
    x = strtod(text, NULL);
    if (isnan(x)) {
        str_addz(out, is_json ? "NaN" : "nan");
    } else if (isinf(x)) {
        str_addf(out, "%s%s", x < 0 ? "-" : "", is_json ? "Infinity" : "inf");
    } else {
        add_float(x, out);
    }
}

/* --- json.dumps --- */
static void add_escape(struct str *out, uint32_t c)
{
    if (c >= 0x10000) {
        str_addf(out, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10),
                 0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
        str_addf(out, "\\u%04x", c);
    }
}

static void dump_string(const char *z, struct str *out)
{
    static const char pairs[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    struct sv v = sv_z(z);
    str_addc(out, '"');
    while (v.n) {
        uint32_t c = utf8_next(&v);
        const char *pair = pairs;
        while (*pair && (uint32_t)*pair != c) {
            pair += 2;
        }
        if (*pair) {
            str_addc(out, '\\');
            str_addc(out, pair[1]);
        } else if (c < 0x20 || c > 0x7E) {
            add_escape(out, c);
        } else {
            str_addc(out, (char)c);
        }
    }
    str_addc(out, '"');
}

static void dump_dict(const struct json *dict, struct str *out)
{
    size_t n;
    const struct json **list = pyjson_sorted(dict, &n);
    str_addc(out, '{');
    for (size_t i = 0; i < n; i++) {
        str_addz(out, i ? "," : "");
        dump_string(key_of(list[i]), out);
        str_addc(out, ':');
        pyjson_dumps(list[i], out);
    }
    str_addc(out, '}');
    free(list);
}

static void add_word(const struct json *value, const char *const words[3], struct str *out)
{
    str_addz(out, json_is(value, JSON_BOOL) ? words[json_bool(value) ? 1 : 0] : words[2]);
}

void pyjson_dumps(const struct json *value, struct str *out)
{
    static const char *const words[3] = {"false", "true", "null"};
    const char *text = pyjson_text(value), *number = number_text(value);
    if (text) {
        dump_string(text, out);
    } else if (number) {
        add_number(number, true, out);
    } else if (json_is(value, JSON_OBJECT)) {
        dump_dict(value, out);
    } else if (json_is(value, JSON_ARRAY)) {
        str_addc(out, '[');
        json_each (child, value) {
            str_addz(out, child == json_first(value) ? "" : ",");
            pyjson_dumps(child, out);
        }
        str_addc(out, ']');
    } else {
        add_word(value, words, out);
    }
}

/* --- str() --- */

/* What str.isprintable says no to, as far as it occurs: controls, spaces other than the space,
 * format characters, private use. */
static bool is_printable(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } gaps[] = {{0, 0x1F},        {0x7F, 0xA0},     {0xAD, 0xAD},       {0x600, 0x605},
                {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200F},   {0x2028, 0x202F},
                {0x205F, 0x206F}, {0x3000, 0x3000}, {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},
                {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF}};
    for (size_t i = 0; i < ALEN(gaps); i++) {
        if (c >= gaps[i].first && c <= gaps[i].last) {
            return false;
        }
    }
    return true;
}

static void repr_char(uint32_t c, char quote, struct str *out)
{
    static const char pairs[] = "\\\\\nn\rr\tt";
    for (const char *p = pairs; *p; p += 2) {
        if ((uint32_t)*p == c) {
            str_addc(out, '\\');
            str_addc(out, p[1]);
            return;
        }
    }
    if (c == (uint32_t)quote) {
        str_addf(out, "\\%c", quote);
    } else if (is_printable(c)) {
        utf8_encode(out, c);
    } else if (c < 0x100) {
        str_addf(out, "\\x%02x", c);
    } else {
        str_addf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }
}

static void repr_string(const char *z, struct str *out)
{
    char quote = strchr(z, '\'') && !strchr(z, '"') ? '"' : '\'';
    struct sv v = sv_z(z);
    str_addc(out, quote);
    while (v.n) {
        repr_char(utf8_next(&v), quote, out);
    }
    str_addc(out, quote);
}

static void repr(const struct json *value, struct str *out)
{
    static const char *const words[3] = {"False", "True", "None"};
    const char *text = pyjson_text(value), *number = number_text(value);
    if (text) {
        repr_string(text, out);
    } else if (number) {
        add_number(number, false, out);
    } else if (json_is(value, JSON_OBJECT)) {
        size_t n;
        const struct json **list = children(value, &n);
        str_addc(out, '{');
        for (size_t i = 0; i < n; i++) {
            str_addz(out, i ? ", " : "");
            repr_string(key_of(list[i]), out);
            str_addz(out, ": ");
            repr(list[i], out);
        }
        str_addc(out, '}');
        free(list);
    } else if (json_is(value, JSON_ARRAY)) {
        str_addc(out, '[');
        json_each (child, value) {
            str_addz(out, child == json_first(value) ? "" : ", ");
            repr(child, out);
        }
        str_addc(out, ']');
    } else {
        add_word(value, words, out);
    }
}

void pyjson_str(const struct json *value, struct str *out)
{
    const char *text = pyjson_text(value);
    if (text) {
        str_addz(out, text);
    } else {
        repr(value, out);
    }
}
