/* Signals that end a waiting command; see signals.h. */
#include "core/cmd/signals.h"

#include <signal.h>
#include <stddef.h>

#include "core/base/err.h"

enum { EXIT_STOPPED = 1, EXIT_INTERRUPTED = 130 };

const struct cmd_signal cmd_signals[CMD_SIGNALS] = {
    {SIGINT, EXIT_INTERRUPTED}, {SIGTERM, EXIT_STOPPED}, {SIGHUP, EXIT_STOPPED}};

bool cmd_signal_is_ignored(int number)
{
    struct sigaction now;
    return number == SIGHUP && sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}
