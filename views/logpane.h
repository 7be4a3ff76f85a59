/* logpane: the log of an attempt, by windows: a part of a view, embedded by value.
 *
 * A log may hold millions of lines; the pane asks for some hundred around what is in sight (the
 * tail while it follows) and for another window when it is scrolled there. A search that the
 * window does not answer goes to the hub. Life: logpane_init, logpane_show, then the view's slots
 * hand on to those of the same name, logpane_release. UI thread; draws O(lines in sight).
 *
 *     logpane_init(&s->log, v);
 *     logpane_show(&s->log, "k3v9x0m2q8ab/train");
 *     if (logpane_event(&s->log, ev)) return;
 *     return logpane_command(&s->log, cmd, arg); */
#ifndef MLW_VIEWS_LOGPANE_H
#define MLW_VIEWS_LOGPANE_H

#include "core/mlw.h"
#include "tui/view_ops.h"
#include "tui/widgets/text.h"

struct logpane {
    struct view *view;
    char *id; /* EXEC/STEP or EXEC/STEP/N; NULL: none */
    uint64_t sub;
    struct snapshot *snap; /* the newest with lines; NULL: none came yet */
    struct err err;        /* why nothing comes; code ERR_NONE: nothing is wrong */
    struct text text;
    size_t first, n; /* the window that was asked for */
    bool is_tail;
    uint64_t find; /* LOG_FIND under way; 0: none */
    size_t base;   /* the log's line that is the text's first: since */
    int64_t since_ms;
    long since_min;    /* 0: all of it */
    bool has_times;    /* each line with the time when it was written */
    struct str *timed; /* the one that was handed out last */
    struct str empty;
};

void logpane_init(struct logpane *p, struct view *v);
void logpane_release(struct logpane *p);
/* Show another log from its end; the same id: nothing happens. NULL: none, `empty` says why. */
void logpane_show(struct logpane *p, const char *id);
/* The sentence while there are no lines (copied). */
void logpane_empty(struct logpane *p, const char *sentence);
/* true: it was for this pane. */
bool logpane_event(struct logpane *p, const struct ev *ev);
void logpane_layout(struct logpane *p, struct rect area);
void logpane_draw(const struct logpane *p, struct canvas *c, struct rect area);
/* Moves, follow, wrap, search, errors, times, since; SEARCH without text opens the prompt with
 * `tag`. */
enum handled logpane_command(struct logpane *p, int tag, enum cmd cmd, const struct cmd_arg *arg);
/* Why a command of logs would do nothing now. CAN_NOT: it is not one of logs. */
enum can logpane_can(const struct logpane *p, enum cmd cmd, struct str *why);
/* The prompt was answered. */
void logpane_search(struct logpane *p, struct sv needle);
bool logpane_is_narrowed(const struct logpane *p); /* a needle or a time is set, */
void logpane_widen(struct logpane *p);             /* and Esc takes one of them back */
bool logpane_is_searching(const struct logpane *p);
void logpane_refresh(struct logpane *p); /* ask again */
/* "107 lines, following" | "paused, 12 new" | "reading" */
void logpane_words(const struct logpane *p, struct str *out);
void logpane_status(const struct logpane *p, struct status *st);
/* The attempt that is shown, without its execution: "train/1"; "" when none is. */
const char *logpane_attempt(const struct logpane *p);
/* Number of the line under the cursor in the whole log, from 1. */
size_t logpane_number(const struct logpane *p);
/* Line under the cursor as it was written; empty when there is none. */
struct sv logpane_line(const struct logpane *p);
/* The execution of EXEC/STEP…; caller frees. */
char *log_id_execution(const char *id);
/* Its step; caller frees; NULL when it has none. */
char *log_id_step(const char *id);

#endif
