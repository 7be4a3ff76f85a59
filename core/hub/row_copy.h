/* row_copy: whole rows of a rowset, with their families, into an arena: a page of a screen, or all
 * rows of a list at once.
 *
 * What a run table lacks of metrics and docs is read from the store: of few rows one by one, of
 * many by columns and by ranges, so that a list of a hundred thousand takes no statement a row.
 * Keys of params and tags that come to light are added to the set. Texts that rows have in common
 * are copied once. One thread; errors are the store's. O(rows) but for the docs' order, which is
 * O(rows log rows). */
#ifndef MLW_HUB_ROW_COPY_H
#define MLW_HUB_ROW_COPY_H

#include "core/hub/rowset.h"

/* `at` are the numbers of n rows, `ret` has place for as many; `omit` are families (1 << FAMILY_…)
 * that stay empty. */
MUST_USE bool rows_copy(struct rowset *rs, struct store *st, const uint32_t *at, size_t n,
                        int64_t now_ms, unsigned omit, struct arena *a, struct row *ret,
                        struct err *e);
/* Keys of params and tags come to light with rows that are looked at: look at some, before a
 * filter that may name them is read. */
void rowset_learn_keys(struct rowset *rs, struct store *st);

#endif
