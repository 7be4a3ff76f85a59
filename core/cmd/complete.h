/* complete: what may stand at the end of a command line that is being typed: `mlw complete WORDS`,
 * which the scripts of core/cmd/shells call.
 *
 * All comes from the table of commands: an option's or argument's placeholder ("KIND", "FILE",
 * "none|some|N") says what it takes; complete_values.c knows each placeholder. A line is
 * `CANDIDATE<TAB>what it is`, or `:files<TAB>PREFIX<TAB>DIR` where the shell itself knows better
 * (DIR: the folder of -C, in which the process works once that is read). The store is opened to
 * read, at need; what goes wrong offers nothing. One thread. */
#ifndef MLW_CMD_COMPLETE_H
#define MLW_CMD_COMPLETE_H

#include "core/cmd/cmd.h"
#include "core/model/kinds.h"

struct completion {
    const struct cmd_line *line;
    const struct cmd_info *command; /* NULL: none yet */
    VEC(const char *) args;         /* those before the word */
    char *dir;                      /* of -C, whole; NULL: none */
    const char *prefix;             /* what stands before the value in its word: "--expect=" */
    size_t prefix_n;
    struct sv word; /* what is typed of the value */
    struct store *st;
    size_t offered;
    struct str out;
};

/* One candidate; left out unless it goes on from what is typed and is harmless. */
void complete_offer(struct completion *c, const char *text, const char *what);
/* What a placeholder stands for. */
void complete_placeholder(struct completion *c, struct sv placeholder);
/* Is every part of it known? For the table's test. */
bool complete_knows(struct sv placeholder);

#endif
