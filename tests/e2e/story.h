/* story: a workspace of a test's own, and the real program in it.
 *
 * A world owns its folder, the gates its jobs wait at, and the text of its execution's id; whoever
 * laid it down releases it. Jobs wait at gates (fifos) that the test opens one line at a time, so
 * stages change when the test says so and never by the clock; what still waits when a world is
 * released reads the gate's end and ends by itself. One thread. What cannot be set up ends the
 * test. */
#ifndef MLW_TESTS_E2E_STORY_H
#define MLW_TESTS_E2E_STORY_H

#include "core/base/json.h"
#include "tests/e2e/pty.h"

enum { STORY_MS = 20000 }; /* how long anything is waited for */

enum story_gate { GATE_PREPARE, GATE_TRAIN, GATE_COUNT };

struct world {
    char *dir, *bin, *execution; /* execution NULL: nothing was started */
    int gates[GATE_COUNT];
};

/* A workspace without anything in it; jobs run without a sandbox. */
struct world story_empty(void);
/* One Callback step `review`, started: something waits for a person as long as it takes. */
struct world story_of_review(void);
/* prepare → train (metrics, three epochs) → check → register, or else fail; started. prepare waits
 * at its gate once, train after each epoch. */
struct world story_of_churn(void);
/* grow (cached) → leaf (cached, Depth 4 in its environment) → deep, if Depth is more than 5;
 * started once, and ended. */
struct world story_of_depth(void);
/* features → join, which fails with a word on its log → publish; started once, and ended. */
struct world story_of_failure(void);
/* Add so many local runs, run-00000 the oldest: the program that lays them down is named by
 * MLW_MKRUNS, or stands in the release build. */
void story_add_runs(const struct world *w, int n);
void story_open(const struct world *w, enum story_gate gate); /* one line through it */
void story_stop(const struct world *w);                       /* and wait until it has ended */
void story_release(struct world *w);

/* The program as a person has it: no arguments is the screen, which is synced unless it is dumb. */
struct pty *story_spawn(const struct world *w, const char *term, const char *lang,
                        const char *const *args);
/* The screen with one more entry in its environment: "TMUX=…"; NULL: none. */
struct pty *story_spawn_in(const struct world *w, const char *term, const char *entry);
/* One command to its end, which is to be 0. Its first line, when that is wanted, is the caller's.
 */
void story_command(const struct world *w, const char *const *args, char **ret);
/* What a command with `-o json` prints; the caller's. */
struct json *story_json(const struct world *w, const char *const *args);

/* The screen at home, on an xterm. */
struct pty *story_look(const struct world *w);
/* Filter the list in front, and wait for as many of `total` as the command line finds; how many. */
size_t story_filter(const struct world *w, struct pty *p, const char *text, int total);

/* Send, and wait until the frame after it is on the screen. */
void story_keys(struct pty *p, const char *names);
/* Wait for a dialog's text, and for the time in which it discards what was typed ahead. */
void story_dialog(struct pty *p, const char *text);
/* Wait until one row holds both. */
void story_row(struct pty *p, const char *one, const char *other);
void story_text(struct pty *p, const char *text);
/* From the first view: q, y, and status 0 with the terminal as it was. */
void story_quit(struct pty *p);

#endif
