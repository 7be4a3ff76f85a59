/* wait: following an execution from the command line until it ends. */
#ifndef MLW_CMD_WAIT_H
#define MLW_CMD_WAIT_H

#include "core/cmd/cmd.h"

/* Wait for the end of an execution: 0 Succeeded, 1 Failed or Stopped, 130 when interrupted
 * (Ctrl-C: the execution goes on), 5 when the store is lost. Progress goes to stderr when that is
 * a terminal. A driver that died is started again. */
int cmd_wait(const struct cmd_line *line, const struct workspace *ws, struct store *st,
             const char *execution);

#endif
