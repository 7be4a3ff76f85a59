/* csv: rows of CSV and TSV out of bytes that come in pieces of any size.
 *
 * RFC 4180, and what files really hold: LF, CRLF or CR ends a line; a byte order mark is skipped;
 * text after a closing quote belongs to the field; a quote within a field that does not begin with
 * one is a character. Lines without a byte are skipped. Any bytes may come: nothing fails.
 *
 *     csv_init(&c, csv_separator(head), take_row, arg);
 *     while (…) if (!csv_feed(&c, bytes)) break;      // take_row said that it has enough
 *     csv_end(&c);                                    // a last line without its end
 *     csv_release(&c);
 *
 * Memory is bounded whatever comes: of a field the first 64 KiB are kept, of a row 4,096 fields
 * and 4 MiB; a row of which something was left out says so. O(bytes). One thread. */
#ifndef MLW_DATA_CSV_H
#define MLW_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/base/vec.h"

enum {
    CSV_MAX_FIELDS = 4096,
    CSV_MAX_FIELD_BYTES = 64 * 1024,
    CSV_MAX_ROW_BYTES = 4 * 1024 * 1024
};

struct csv_row {
    const struct sv *at; /* n of them, borrowed for the call; without quotes */
    size_t n;
    size_t fields; /* as many as there are in the file: n, unless there are too many */
    uint64_t line; /* where it begins, from 1 */
    bool is_cut;   /* bytes or fields were left out */
};

/* False: no more is wanted. */
typedef bool (*csv_row_fn)(void *arg, const struct csv_row *row);

enum csv_state { CSV_MARK, CSV_BEGIN, CSV_PLAIN, CSV_QUOTED, CSV_QUOTE };

struct csv {
    csv_row_fn fn;
    void *arg;
    char separator;
    enum csv_state state;
    size_t mark; /* bytes of the byte order mark that were seen */
    struct str text;
    VEC(size_t) ends; /* of each field in text */
    VEC(struct sv) row;
    size_t fields, begins;   /* fields ended in this row; where the open one begins in text */
    uint64_t line, row_line; /* now; where the row began */
    uint64_t quote_line, open_line; /* of the last opening quote; of one that was never closed, 0 */
    bool is_cut, has_bytes, after_cr; /* of the row; the last byte was CR */
};

void csv_init(struct csv *c, char separator, csv_row_fn fn, void *arg);
void csv_release(struct csv *c);
bool csv_feed(struct csv *c, struct sv bytes);
/* Nothing follows. open_line then says where a quote stands that nothing closes. */
bool csv_end(struct csv *c);

/* What parts the fields of a file that begins so: of comma, tab, semicolon and bar the one that
 * stands most often in its first line, outside quotes; comma when none does. */
char csv_separator(struct sv head);

#endif
