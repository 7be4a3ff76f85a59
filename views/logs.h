/* logs: the log of an attempt on the whole screen. route.id: EXEC/STEP or EXEC/STEP/N. */
#ifndef MLW_VIEWS_LOGS_H
#define MLW_VIEWS_LOGS_H

#include "tui/view_ops.h"

extern const struct view_ops logs_view;

#endif
