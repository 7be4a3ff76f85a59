/* A JSON string literal; apart from json_print.c so that mlw-shim links no tree. See json.h. */
#include "core/base/json.h"
#include "core/base/utf8.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static void quote_ascii(char c, struct str *out)
{
    static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *esc = strchr(escaped, c);
    if (!c) {
        str_addz(out, replacement); /* a reader would have to refuse \u0000 */
    } else if (esc) {
        str_addc(out, '\\');
        str_addc(out, letters[esc - escaped]);
    } else if (c < 0x20 || c == 0x7F) {
        str_addf(out, "\\u%04x", (unsigned)c);
    } else {
        str_addc(out, c);
    }
}

/* Bytes at the front that stand for themselves. */
static size_t plain_bytes(struct sv v)
{
    size_t n = 0;
    while (n < v.n && v.p[n] >= 0x20 && v.p[n] < 0x7F && v.p[n] != '"' && v.p[n] != '\\') {
        n++;
    }
    return n;
}

void json_quote(struct sv v, struct str *out)
{
    str_addc(out, '"');
    for (size_t i = 0; i < v.n;) {
        size_t plain = plain_bytes((struct sv){v.p + i, v.n - i});
        str_add(out, v.p + i, plain);
        i += plain;
        if (i == v.n) {
            break;
        }
        size_t n = utf8_valid_bytes(v.p + i, v.n - i);
        if (n == 1) {
            quote_ascii(v.p[i], out);
        } else if (n) {
            str_add(out, v.p + i, n);
        } else {
            str_addz(out, replacement);
        }
        i += n ? n : 1;
    }
    str_addc(out, '"');
}
