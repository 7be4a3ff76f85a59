/* Calling somebody who is away; see tell.h. */
#include "core/cmd/tell.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/cmd/note.h"

static bool is_bell_wanted(const struct cmd_line *line)
{
    struct config config;
    if (!note_load_config(line, &config)) {
        return true;
    }
    bool is_wanted = config.notify_terminal != CONFIG_TERMINAL_NEVER;
    config_release(&config);
    return is_wanted;
}

void tell_init(struct tell *t, const struct cmd_line *line, const struct workspace *ws,
               enum kind kind, const char *id)
{
    *t = (struct tell){.line = line,
                       .ws = ws,
                       .is_terminal = isatty(STDERR_FILENO) == 1,
                       .is_bell_wanted = is_bell_wanted(line)};
    notify_init(&t->watch, kind, id);
}

void tell_ring(const struct tell *t)
{
    if (t->is_terminal && t->is_bell_wanted) {
        fputs("\r\033[K\a", stderr);
    }
}

static void told(void *arg, const struct notice *n)
{
    const struct tell *t = arg;
    CLEANUP(str_release) struct str text = STR_INIT;
    tell_ring(t);
    if (z_eq(n->event, "waiting")) { /* the end is said anyway */
        notify_line(n, &text);
        fprintf(stderr, "%s\n", text.p);
    }
}

void tell_look(struct tell *t, struct store *st)
{
    struct err e = ERR_INIT;
    if (!notify_look(&t->watch, t->ws, st, told, t, &e) && !t->is_broken) {
        t->is_broken = true;
        (void)cmd_fail(t->line, &e);
    }
}

void tell_release(struct tell *t)
{
    notify_release(&t->watch);
}
