/* watch: one thing of any kind, followed until a filter holds, until it ends, or for a time. */
#ifndef MLW_CMD_WATCH_H
#define MLW_CMD_WATCH_H

#include "core/cmd/cmd.h"

/* mlw watch KIND ID --for FILTER (and EXEC --for FILTER): one JSON object a line and change, as
 * `ls` prints the row, the current one first. 0 the filter holds (without one: it ended well),
 * 1 it no longer can, 2 a bad filter or kind, 3 no such thing, 5 time ran out or the store is
 * lost; signals as watch EXEC. Nothing is polled beyond the hub's own net. */
int cmd_watch_row(const struct cmd_line *line);

#endif
