/* events: what happened in an execution, in order. route.id: the execution. */
#ifndef MLW_VIEWS_EVENTS_H
#define MLW_VIEWS_EVENTS_H

#include "tui/view_ops.h"

extern const struct view_ops events_view;

#endif
