/* notify: telling somebody who is not looking that a thing ended, waits or turned red.
 *
 * A watch belongs to one watcher (a driver, a command, a screen). Each look gives the watcher the
 * events that are new to it, and each event is told once to the program of [notify] command in
 * the person's own mlw.conf, by whoever of all watchers claims it first (notices.h). The program
 * is not waited for (hook.h). Call from the store's thread. */
#ifndef MLW_PIPELINE_NOTIFY_H
#define MLW_PIPELINE_NOTIFY_H

#include "core/base/vec.h"
#include "core/store/notices.h"
#include "core/store/workspace.h"

struct notify_watch {
    enum kind kind;
    char *id;
    VEC(char *) seen; /* events that this watcher knows */
    bool is_over;     /* it has ended: nothing more comes unless it runs again */
};

/* `id` is whole (it is not resolved here) and copied. */
void notify_init(struct notify_watch *w, enum kind kind, const char *id);
void notify_release(struct notify_watch *w);
/* What is so already is no news to this watcher. ERR_USAGE for a kind that cannot be watched. */
MUST_USE bool notify_skip(struct notify_watch *w, struct store *st, struct err *e);
/* Tell what is new; `fn` (may be NULL) gets each of it. False when the program could not be
 * called (nobody has claimed the event then) or the store cannot be read; fn was called all the
 * same for what was found. */
MUST_USE bool notify_look(struct notify_watch *w, const struct workspace *ws, struct store *st,
                          void (*fn)(void *arg, const struct notice *n), void *arg, struct err *e);
/* "churn k3v9x0m2q8ab Failed: step train: …": one line for a person, harmless to draw. */
void notify_line(const struct notice *n, struct str *out);

#endif
