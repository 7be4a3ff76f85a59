/* CSV and TSV; see delimited.h. */
#include "core/cmd/delimited.h"

#include "core/base/delimited.h"

void delimited_cell(struct str *out, enum cmd_format format, size_t i, struct sv text)
{
    bool is_csv = format == FORMAT_CSV;
    if (i) {
        str_addc(out, is_csv ? ',' : '\t');
    }
    if (is_csv) {
        delimited_csv(out, text);
    } else {
        delimited_tsv(out, text);
    }
}

void delimited_end(struct str *out, enum cmd_format format)
{
    bool is_empty = !out->n || out->p[out->n - 1] == '\n'; /* which readers take for no row */
    str_addz(out, format != FORMAT_CSV ? "\n" : is_empty ? "\"\"\r\n" : "\r\n");
}
