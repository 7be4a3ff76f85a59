/* driver: one process that runs one execution to its end: `mlw drive EXEC`.
 *
 * It holds runs/EXEC/driver.lock and the execution's epoch; killed at any point, another takes
 * its place and finds in the store and the attempts' folders all that it needs. It ends when the
 * execution has ended, when another driver overtook it, or when the store cannot be written. */
#ifndef MLW_PIPELINE_DRIVER_H
#define MLW_PIPELINE_DRIVER_H

#include "core/store/workspace.h"

/* Drive to the end. True also when another driver is at it or the execution had ended. */
MUST_USE bool driver_run(const struct workspace *ws, const char *execution, struct err *e);

#endif
