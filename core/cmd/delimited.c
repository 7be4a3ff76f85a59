/* CSV and TSV; see delimited.h. */
#include "core/cmd/delimited.h"

static void add_csv(struct str *out, struct sv text)
{
    bool needs_quotes = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        needs_quotes |= c == ',' || c == '"' || c == '\n' || c == '\r';
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

static void add_tsv(struct str *out, struct sv text)
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

void delimited_cell(struct str *out, enum cmd_format format, size_t i, struct sv text)
{
    bool is_csv = format == FORMAT_CSV;
    if (i) {
        str_addc(out, is_csv ? ',' : '\t');
    }
    if (is_csv) {
        add_csv(out, text);
    } else {
        add_tsv(out, text);
    }
}

void delimited_end(struct str *out, enum cmd_format format)
{
    bool is_empty = !out->n || out->p[out->n - 1] == '\n'; /* which readers take for no row */
    str_addz(out, format != FORMAT_CSV ? "\n" : is_empty ? "\"\"\r\n" : "\r\n");
}
