/* value: what a cell of a table says: nothing, a number, a time, a truth or a text.
 *
 * Spaces around a word do not count. Nothing is said by an empty cell and by the words that
 * spreadsheets, databases and data frames write for it: NA N/A n/a <NA> #N/A #NA NaN nan -NaN -nan
 * NULL null None 1.#IND -1.#IND 1.#QNAN -1.#QNAN. Numbers are decimal, with a point and without
 * separators; Inf and Infinity are numbers. Times are dates, or dates and times, as ISO 8601 has
 * them. Pure, O(bytes); any thread. */
#ifndef MLW_DATA_VALUE_H
#define MLW_DATA_VALUE_H

#include <stdint.h>

#include "core/base/str.h"

enum cell_class {
    CELL_MISSING,
    CELL_INTEGER,  /* within int64_t */
    CELL_NUMBER,   /* finite */
    CELL_INFINITE, /* a number that is not finite */
    CELL_BOOLEAN,  /* true false True False TRUE FALSE */
    CELL_TIME,
    CELL_TEXT,
    CELL_CLASS_COUNT
};
extern const char *const cell_class_words[CELL_CLASS_COUNT];

/* *ret_num: the number, or milliseconds since 1970 of a time; *ret_int: of an integer. Both are 0
 * for all else. */
enum cell_class cell_read(struct sv text, double *ret_num, int64_t *ret_int);

#endif
