/* note: what a person should know before jobs start, said on stderr. */
#ifndef MLW_CMD_NOTE_H
#define MLW_CMD_NOTE_H

#include "core/cmd/cmd.h"
#include "core/config/config.h"

/* The settings of the workspace, or of the person alone where there is none. False where mlw.conf
 * is wrong, which is said with its file and line. */
bool note_load_config(const struct cmd_line *line, struct config *ret_config);
/* A wrong mlw.conf alone: for what is done all the same, though no driver can go on. */
void note_config(const struct cmd_line *line);
/* Without a sandbox in force: that a literal /opt/ml path will not work, and why. */
void note_sandbox(const struct cmd_line *line);
/* Where a log-out would end what was started: that it does, and what keeps it. */
void note_logout(void);

#endif
