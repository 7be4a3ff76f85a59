/* Decoding, width, sanitising; see utf8.h. */
#include "core/base/utf8.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

#include "core/base/mem.h"

enum { REPLACEMENT = 0xFFFD, ZWJ = 0x200D };

bool utf8_init_locale(void)
{
    bool is_utf8 = setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!is_utf8) {
        setlocale(LC_CTYPE, "C.UTF-8");
    }
    return is_utf8;
}

/* RFC 3629, section 4: first bytes, the length they announce, and the range of the second byte,
 * which is what keeps overlong forms, surrogates and codes beyond U+10FFFF out. */
static const struct {
    unsigned char first_min, first_max, length, second_min, second_max;
} forms[] = {
    {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF}, {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

size_t utf8_valid_bytes(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    if (!n || u[0] < 0x80) {
        return n ? 1 : 0;
    }
    size_t form = 0;
    while (form < ALEN(forms) && u[0] > forms[form].first_max) {
        form++;
    }
    if (form == ALEN(forms) || u[0] < forms[form].first_min || n < forms[form].length ||
        u[1] < forms[form].second_min || u[1] > forms[form].second_max) {
        return 0;
    }
    for (size_t i = 2; i < forms[form].length; i++) {
        if ((u[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return forms[form].length;
}

uint32_t utf8_next(struct sv *v)
{
    size_t n = utf8_valid_bytes(v->p, v->n);
    const unsigned char *u = (const unsigned char *)v->p;
    uint32_t code = REPLACEMENT;
    switch (n) {
    case 1:
        code = u[0];
        break;
    case 2:
        code = (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F);
        break;
    case 3:
        code = (uint32_t)(u[0] & 0x0F) << 12 | (uint32_t)(u[1] & 0x3F) << 6 | (u[2] & 0x3F);
        break;
    case 4:
        code = (uint32_t)(u[0] & 0x07) << 18 | (uint32_t)(u[1] & 0x3F) << 12 |
               (uint32_t)(u[2] & 0x3F) << 6 | (u[3] & 0x3F);
        break;
    default:
        n = 1;
        break;
    }
    *v = (struct sv){v->p + n, v->n - n};
    return code;
}

void utf8_encode(struct str *out, uint32_t code)
{
    if (code < 0x80) {
        str_addc(out, (char)code);
    } else if (code < 0x800) {
        str_addc(out, (char)(0xC0 | code >> 6));
        str_addc(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        str_addc(out, (char)(0xE0 | code >> 12));
        str_addc(out, (char)(0x80 | (code >> 6 & 0x3F)));
        str_addc(out, (char)(0x80 | (code & 0x3F)));
    } else {
        str_addc(out, (char)(0xF0 | code >> 18));
        str_addc(out, (char)(0x80 | (code >> 12 & 0x3F)));
        str_addc(out, (char)(0x80 | (code >> 6 & 0x3F)));
        str_addc(out, (char)(0x80 | (code & 0x3F)));
    }
}

void utf8_make_valid(struct str *out, struct sv v)
{
    while (v.n) {
        size_t n = v.p[0] ? utf8_valid_bytes(v.p, v.n) : 0;
        if (n) {
            str_add(out, v.p, n);
        } else {
            utf8_encode(out, REPLACEMENT);
            n = 1;
        }
        v = (struct sv){v.p + n, v.n - n};
    }
}

int utf8_width_of(uint32_t code)
{
    if (code >= 0x20 && code < 0x7F) {
        return 1;
    }
    int w = wcwidth((wchar_t)code);
    return w < 0 ? 0 : w;
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

static bool is_joining(uint32_t code)
{
    return code == ZWJ || (code >= 0xFE00 && code <= 0xFE0F) || utf8_width_of(code) == 0;
}

struct sv utf8_cluster(struct sv *v, int *ret_width)
{
    struct sv all = *v;
    *ret_width = 0;
    if (!v->n) {
        return all;
    }
    uint32_t code = utf8_next(v);
    *ret_width = utf8_width_of(code);
    if (!is_control(code)) {
        bool after_zwj = false;
        while (v->n) {
            struct sv ahead = *v;
            uint32_t next = utf8_next(&ahead);
            if (is_control(next) || !(after_zwj || is_joining(next))) {
                break;
            }
            after_zwj = next == ZWJ;
            *v = ahead;
        }
    }
    return (struct sv){all.p, all.n - v->n};
}

/* Bytes at the front that are printable ASCII: what most text is made of. */
static size_t plain_bytes(struct sv v)
{
    size_t n = 0;
    while (n < v.n && v.p[n] >= 0x20 && v.p[n] < 0x7F) {
        n++;
    }
    return n;
}

size_t utf8_width(struct sv v)
{
    size_t plain = plain_bytes(v);
    if (plain == v.n) {
        return plain;
    }
    size_t width = 0;
    while (v.n) {
        int w;
        utf8_cluster(&v, &w);
        width += (size_t)w;
    }
    return width;
}

static bool is_bidi_or_separator(uint32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0x200E || code == 0x200F || code == 0x061C || code == 0x2028 || code == 0x2029;
}

void utf8_sanitize(struct str *out, struct sv v)
{
    while (v.n) {
        size_t plain = plain_bytes(v);
        str_add(out, v.p, plain);
        v = (struct sv){v.p + plain, v.n - plain};
        if (!v.n) {
            return;
        }
        struct sv before = v;
        bool is_invalid = utf8_valid_bytes(v.p, v.n) == 0;
        uint32_t code = utf8_next(&v);
        if (code == '\t' || code == '\n' || code == '\r') {
            str_addc(out, ' ');
        } else if (is_invalid || is_control(code) || is_bidi_or_separator(code)) {
            str_addz(out, "\xc2\xb7");
        } else {
            str_add(out, before.p, before.n - v.n);
        }
    }
}

/* Bytes of the longest prefix of v that fits into `width` cells; *ret_width is what it takes. */
static size_t prefix_bytes(struct sv v, size_t width, size_t *ret_width)
{
    size_t used = 0, n = v.n;
    while (v.n) {
        int w;
        struct sv rest = v;
        utf8_cluster(&rest, &w);
        if (used + (size_t)w > width) {
            break;
        }
        used += (size_t)w;
        v = rest;
    }
    *ret_width = used;
    return n - v.n;
}

void utf8_fit(struct str *out, struct sv v, size_t width, enum utf8_cut cut)
{
    size_t used, total = utf8_width(v);
    if (total <= width) {
        str_addsv(out, v);
        return;
    }
    if (!width) {
        return;
    }
    size_t head = cut == UTF8_CUT_MIDDLE ? (width - 1 + 1) / 2 : width - 1;
    str_add(out, v.p, prefix_bytes(v, head, &used));
    str_addz(out, "\xe2\x80\xa6");
    if (cut == UTF8_CUT_MIDDLE) {
        size_t skip = total - (width - 1 - head);
        size_t at = prefix_bytes(v, skip, &used);
        if (used < skip) { /* a wide character stands across the cut: leave it out */
            struct sv rest = {v.p + at, v.n - at};
            int w;
            utf8_cluster(&rest, &w);
            at = v.n - rest.n;
        }
        str_add(out, v.p + at, v.n - at);
    }
}

/* Bytes of a string sequence (OSC, DCS and their kin) up to BEL or ESC \\. */
static size_t string_sequence_bytes(struct sv v)
{
    for (size_t i = 2; i < v.n; i++) {
        if (v.p[i] == '\a') {
            return i + 1;
        }
        if (v.p[i] == 0x1B && i + 1 < v.n && v.p[i + 1] == '\\') {
            return i + 2;
        }
    }
    return v.n;
}

/* Bytes from `i` on that lie in min..max, and the one that ends them; v.n when the end cuts. */
static size_t end_of_run(struct sv v, size_t i, char min, char max)
{
    while (i < v.n && v.p[i] >= min && v.p[i] <= max) {
        i++;
    }
    return i < v.n ? i + 1 : v.n;
}

/* Bytes of the terminal sequence at the front of v, which begins with ESC (the C1 bytes' UTF-8
 * form is not looked for: sanitising replaces those); v.n when the end cuts it. */
static size_t sequence_bytes(struct sv v)
{
    if (v.n < 2) {
        return v.n;
    }
    if (v.p[1] == '[') {
        return end_of_run(v, 2, 0x20, 0x3F);
    }
    if (strchr("]PX^_", v.p[1]) && v.p[1]) {
        return string_sequence_bytes(v);
    }
    if ((unsigned char)v.p[1] < 0x20) {
        return 1; /* an ESC that begins nothing; what follows speaks for itself */
    }
    return end_of_run(v, 1, 0x20, 0x2F);
}

void utf8_strip_ansi(struct str *out, struct sv line)
{
    size_t measured = out->n, column = 0;
    while (line.n) {
        size_t n = 0;
        if (line.p[0] == 0x1B) {
            n = sequence_bytes(line);
        } else if (line.p[0] == '\t') {
            n = 1;
            column += utf8_width((struct sv){out->p + measured, out->n - measured});
            str_addn(out, ' ', 8 - column % 8);
            column += 8 - column % 8;
            measured = out->n;
        } else {
            while (n < line.n && line.p[n] != 0x1B && line.p[n] != '\t') {
                n++;
            }
            utf8_sanitize(out, (struct sv){line.p, n});
        }
        line = (struct sv){line.p + n, line.n - n};
    }
}

struct sv utf8_row(struct sv *v, size_t w)
{
    struct sv all = sv_trim(*v), rest = all;
    size_t fits = 0, blank = 0, used = 0;
    int width;
    while (rest.n) {
        struct sv one = utf8_cluster(&rest, &width);
        used += (size_t)width;
        if (used > w) {
            break;
        }
        fits = all.n - rest.n;
        blank = one.p[0] == ' ' ? fits : blank;
    }
    bool is_whole = used <= w;
    size_t n = is_whole ? all.n : all.p[fits] == ' ' || blank == 0 ? fits : blank;
    *v = sv_trim((struct sv){all.p + n, all.n - n});
    return sv_trim((struct sv){all.p, n});
}
