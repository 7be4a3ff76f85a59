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

/* What is sorted: rows that are known by a number; `key` is an index into the sort's keys. Values
 * need to live through a step; they may change between two. */
struct sort_source {
    void *arg;
    struct value (*value)(void *arg, uint32_t row, size_t key);
    const char *(*id)(void *arg, uint32_t row);
};
/* Put the n row numbers of `order` in order, in steps: O(n) a key for ids, numbers and texts that
 * differ soon after what they all begin with; 32 n bytes and 100 KB meanwhile. `sort` and `order`
 * are borrowed until it is freed, and `order` is as it was until the last step. Where values change
 * on the way, what comes out is all rows in some order: sort again. */
struct sorting;
struct sorting *sorting_new(const struct sort *s, uint32_t *order, size_t n,
                            const struct sort_source *source);
/* About `budget` rows' worth of work (half a millisecond for 8,000); true when all is done. */
MUST_USE bool sorting_step(struct sorting *s, size_t budget);
void sorting_free(struct sorting *s); /* NULL is fine */
void sort_rows(const struct sort *s, uint32_t *order, size_t n, const struct sort_source *source);

#endif
