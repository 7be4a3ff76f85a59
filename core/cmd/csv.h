/*
 * The header of a person's CSV file, as the template's own reader takes it: the separator is the
 * one of , ; tab | that its first line holds most of, fields may be quoted, a byte order mark is
 * skipped. Reads at most the first MiB. Any thread; holds nothing.
 */
#ifndef MLW_CMD_CSV_H
#define MLW_CMD_CSV_H

#include "core/base/err.h"

/* Fails with ERR_IO when the file cannot be read, and with ERR_USAGE when it has no header or,
 * with the columns listed, when `column` is not among them. */
MUST_USE bool csv_has_column(const char *path, const char *column, struct err *e);

#endif
