/* wait: following an execution from the command line until it ends, time runs out or a signal
 * comes; and what is left behind for others: a report, a call. */
#ifndef MLW_CMD_WAIT_H
#define MLW_CMD_WAIT_H

#include "core/cmd/cmd.h"

struct wait_options {
    bool is_notified;   /* --notify: the bell, and [notify] command */
    bool is_attached;   /* a signal, and the end of the time, stop the execution */
    int64_t timeout_ms; /* 0: none */
    int64_t begun_ms;   /* of clock_mono_ms: since when the time runs */
    char *report;       /* --junit: the whole path; NULL: none */
};

/* ERR_USAGE for options of which one takes the meaning of the other: --plan, --detach. */
MUST_USE bool wait_options_check(const struct cmd_line *line, struct err *e);
/* What a command that waits was told: --attached --timeout --junit --notify, as far as it has them.
 * ERR_USAGE for what contradicts itself, ERR_IO for a report that could not be written: this is
 * asked before anything starts. From here on an attached command holds signals back until it
 * waits, so that none finds an execution started and nobody to stop it. */
MUST_USE bool wait_options_read(const struct cmd_line *line, struct wait_options *ret,
                                struct err *e);
void wait_options_release(struct wait_options *o);

/* Wait for the end of an execution: 0 Succeeded, 1 Failed or Stopped, 5 when time ran out or the
 * store is lost. TERM, HUP (1) and INT (130) leave the execution alone and the command ends at
 * once; attached, they stop it and its end is waited for, and a second signal ends the command at
 * once (130). Progress goes to stderr when that is a terminal. A driver that died is started
 * again. With is_notified each event is told (notify.h); a terminal on stderr rings, and what
 * waits for a person is said there. The report is written before it returns, however it ended. */
int cmd_wait(const struct cmd_line *line, const struct workspace *ws, struct store *st,
             const char *execution, const struct wait_options *options);

#endif
