/* tell: --notify of a command that waits: each event of what it watches is told once (notify.h),
 * a terminal on stderr rings, and what waits for a person is said there. One thread. */
#ifndef MLW_CMD_TELL_H
#define MLW_CMD_TELL_H

#include "core/cmd/cmd.h"
#include "core/pipeline/notify.h"

struct tell {
    const struct cmd_line *line;
    const struct workspace *ws; /* borrowed, as the line */
    struct notify_watch watch;
    bool is_terminal, is_bell_wanted, is_broken;
};

/* `id` is whole and copied. Nothing is read yet. */
void tell_init(struct tell *t, const struct cmd_line *line, const struct workspace *ws,
               enum kind kind, const char *id);
/* Tell what is new; a program that cannot be called is said once, and the waiting goes on. */
void tell_look(struct tell *t, struct store *st);
void tell_ring(const struct tell *t);
void tell_release(struct tell *t);

#endif
