/* A JSON string literal; apart from json_print.c so that mlw-shim links no tree. See json.h. */
#include "core/base/json.h"

void json_quote(struct sv v, struct str *out)
{
    static const char short_escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    str_addc(out, '"');
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        const char *esc = NULL;
        for (const char *p = short_escapes; *p; p += 2) {
            if ((unsigned char)*p == c) {
                esc = p;
                break;
            }
        }
        if (esc) {
            str_addc(out, '\\');
            str_addc(out, esc[1]);
        } else if (c < 0x20 || c == 0x7F) {
            str_addf(out, "\\u%04x", c);
        } else {
            str_addc(out, (char)c);
        }
    }
    str_addc(out, '"');
}
