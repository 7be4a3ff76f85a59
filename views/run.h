/* run: params, metrics with a live chart, inputs and outputs of one run. route.id: the run. */
#ifndef MLW_VIEWS_RUN_H
#define MLW_VIEWS_RUN_H

#include "tui/view_ops.h"

extern const struct view_ops run_view;

#endif
