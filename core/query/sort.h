/* sort: the order of a list, as people write it: "auc:desc,name" or "-auc,name".
 *
 * A sort is made of the text and owned by the caller (sort_release); the fields are those of the
 * filter language. Sorting is stable and total: the row's id, ascending, comes last. */
#ifndef MLW_QUERY_SORT_H
#define MLW_QUERY_SORT_H

#include "core/base/arena.h"
#include "core/query/field.h"
#include "core/query/filter.h"

enum { SORT_MAX_KEYS = 8 };

struct sort_key {
    struct query_field field;
    bool is_descending;
};

struct sort {
    struct arena arena;
    struct sort_key keys[SORT_MAX_KEYS];
    size_t n;
};

#define SORT_INIT                                                                                  \
    {                                                                                              \
        .n = 0                                                                                     \
    }

/* ERR_USAGE with a column when the text is off. An empty text has no keys: the order is by id. */
MUST_USE bool sort_parse(struct sv text, enum kind kind, const struct filter_keys *keys,
                         struct sort *ret_sort, struct err *e);
void sort_release(struct sort *s);
/* Which families are read: bits 1 << FAMILY_…; keys of theirs are in the sort's fields. */
unsigned sort_needs(const struct sort *s);

/* What is sorted: rows that are known by a number. Values need to live through the sort only. */
struct sort_source {
    void *arg;
    struct value (*value)(void *arg, uint32_t row, const struct query_field *field);
    const char *(*id)(void *arg, uint32_t row);
};
/* Put the n row numbers of `order` in order: O(n) for ids and numbers that differ early, at most
 * O(n log n) compares; 32 n bytes meanwhile. */
void sort_rows(const struct sort *s, uint32_t *order, size_t n, const struct sort_source *source);

#endif
