/* list_read: what lists.c and about.c share: rows of a statement, cell by cell, to a callback. */
#ifndef MLW_STORE_LIST_READ_H
#define MLW_STORE_LIST_READ_H

#include "core/store/db.h"
#include "core/store/lists.h"

struct list_reader {
    enum kind kind;
    bool (*fn)(void *arg, const struct list_row *row);
    void *arg;
    bool is_stopped;
};
/* Every row that q gives; its columns are the kind's fields in their order. */
MUST_USE bool list_read(struct list_reader *r, struct q q, struct err *e);
/* Evidence, timeline and lineage of what `parent` (KIND:ID) names; about.c. */
MUST_USE bool list_about(struct store *st, struct list_reader *r, const char *parent,
                         int64_t now_ms, struct err *e);

#endif
