/* signals: those that end a command which waits, and the exit status each gives it. Constant
 * data; any thread. */
#ifndef MLW_CMD_SIGNALS_H
#define MLW_CMD_SIGNALS_H

#include <stdbool.h>

enum { CMD_SIGNALS = 3 };
extern const struct cmd_signal {
    int number, status;
} cmd_signals[CMD_SIGNALS];

/* nohup and the like: what was ignored when the command came stays so. */
bool cmd_signal_is_ignored(int number);

#endif
