/* doc_columns: params of runs as columns, one for each key that somebody asked for: 8 bytes a run,
 * whatever the value is, in blocks of DOC_BLOCK runs of which those are made that hold something:
 * many keys that few runs have cost what these hold. Texts and large numbers are codes of the
 * table's words.
 *
 * Columns are filled row by row from the documents (doc_columns_add), each from its own first row
 * on. A column stays where it is until the set is released; rows that it has do not change. One
 * thread. */
#ifndef MLW_HUB_DOC_COLUMNS_H
#define MLW_HUB_DOC_COLUMNS_H

#include "core/hub/docs.h"
#include "core/hub/intern.h"

enum { DOC_GUESSES = 64, DOC_BLOCK = 1024 };
struct doc_column {
    char *key;
    size_t n;               /* rows that were read */
    VEC(uint64_t *) blocks; /* NULL, and beyond the last: nothing is there */
};

struct doc_columns {
    struct intern *words;        /* borrowed */
    VEC(struct doc_column *) at; /* by key */
    /* keys that stood at this place in the document before, and their columns (NULL: nobody asked):
     * documents of one experiment have the same keys in the same places */
    struct {
        struct sv key;
        struct doc_column *column;
    } guesses[DOC_GUESSES];
};

void doc_columns_init(struct doc_columns *c, struct intern *words);
void doc_columns_release(struct doc_columns *c);
/* A column of that key, made at need. */
const struct doc_column *doc_columns_want(struct doc_columns *c, const char *key);
const struct doc_column *doc_columns_find(const struct doc_columns *c, const char *key);
/* The first row that a column lacks, `rows` when none does. */
size_t doc_columns_read(const struct doc_columns *c, size_t rows);
/* Add each document of the rows [begin, end) to the columns that end at or before it; then say that
 * these rows are read. `saw` gets a key that no column has, and gives back a text of the
 * same bytes that lives as long as the set. */
void doc_columns_add(struct doc_columns *c, size_t row, struct sv text,
                     struct sv (*saw)(void *arg, struct sv key), void *arg);
void doc_columns_end(struct doc_columns *c, size_t begin, size_t end);

/* Missing beyond what was read, and for NULL. */
struct value doc_column_value(const struct doc_columns *c, const struct doc_column *column,
                              uint32_t row);

#endif
