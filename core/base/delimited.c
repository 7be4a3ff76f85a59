/* Values of CSV and TSV lines; see delimited.h. */
#include "core/base/delimited.h"

void delimited_csv(struct str *out, struct sv text)
{
    bool needs_quotes = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        needs_quotes |= c == ',' || c == '"' || c == '\r' || c == '\n';
    }
    if (!needs_quotes) {
        str_addsv(out, text);
        return;
    }
    str_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        str_addn(out, text.p[i], text.p[i] == '"' ? 2 : 1);
    }
    str_addc(out, '"');
}

void delimited_tsv(struct str *out, struct sv text)
{
    static const char signs[] = "\t\n\r\\", letters[] = "tnr\\";
    for (size_t i = 0; i < text.n; i++) {
        const char *sign = text.p[i] ? strchr(signs, text.p[i]) : NULL;
        if (sign) {
            str_addc(out, '\\');
        }
        str_addc(out, sign ? letters[sign - signs] : text.p[i]);
    }
}
