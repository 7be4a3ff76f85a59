/* delimited: one value of a CSV (RFC 4180: quotes where they are needed) or TSV line (a tab, line
 * feed, carriage return and backslash as \t \n \r \\). Every byte comes back from a reader.
 * Appends to the caller's text; pure, O(bytes). */
#ifndef MLW_BASE_DELIMITED_H
#define MLW_BASE_DELIMITED_H

#include "core/base/str.h"

void delimited_csv(struct str *out, struct sv text);
void delimited_tsv(struct str *out, struct sv text);

#endif
