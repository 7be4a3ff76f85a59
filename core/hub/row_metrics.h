/* row_metrics: the latest metrics of runs, for rows that are copied (row_copy.h).
 *
 * From the columns that a run table holds; where there are more keys than it keeps, from the
 * store: column by column where the rows lie close together or are many, else run by run. The
 * lists and their keys go into the arena; keys are shared by the rows. One thread; errors are the
 * store's. */
#ifndef MLW_HUB_ROW_METRICS_H
#define MLW_HUB_ROW_METRICS_H

#include "core/hub/run_table.h"

/* FAMILY_METRICS of `ret`, which are the n >= 1 rows `at` of the table. */
MUST_USE bool row_metrics(struct run_table *t, struct store *st, const uint32_t *at, size_t n,
                          struct arena *a, struct row *ret, struct err *e);

#endif
