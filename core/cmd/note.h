/* note: what a person should know before jobs start, said on stderr. */
#ifndef MLW_CMD_NOTE_H
#define MLW_CMD_NOTE_H

#include "core/cmd/cmd.h"

/* Without a sandbox in force: that a literal /opt/ml path will not work, and why. Says nothing
 * when mlw.conf is wrong, which whoever starts an execution reports. */
void note_sandbox(const struct cmd_line *line);
/* Where a log-out would end what was started: that it does, and what keeps it. */
void note_logout(void);

#endif
