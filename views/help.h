/* help: sections of `?` that are made from the tables of kinds and states. */
#ifndef MLW_VIEWS_HELP_H
#define MLW_VIEWS_HELP_H

#include "core/mlw.h"
#include "tui/widgets/help.h"

/* Fields one can filter by, with the keys that `rows` has (may be NULL); the filter language. */
void help_kind(struct help *h, enum kind kind, const struct snapshot *rows);
/* Signs of states, and which zone times of day are in. */
void help_signs(struct help *h);

#endif
