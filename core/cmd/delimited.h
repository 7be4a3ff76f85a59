/* delimited: rows as CSV (RFC 4180: CRLF ends a line, quotes where they are needed) or as TSV
 * (one line a row; a tab, line feed, carriage return and backslash as \t \n \r \\). Every byte of
 * a text comes back from a reader. Appends to the caller's text; pure, O(bytes). */
#ifndef MLW_CMD_DELIMITED_H
#define MLW_CMD_DELIMITED_H

#include "core/cmd/cmd.h"

/* The i-th cell of the row. `format` is FORMAT_CSV or FORMAT_TSV. */
void delimited_cell(struct str *out, enum cmd_format format, size_t i, struct sv text);
void delimited_end(struct str *out, enum cmd_format format); /* of the row */

#endif
