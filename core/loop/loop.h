/* loop: libuv, wrapped thin. One loop belongs to one thread; loop_wake alone may be called from
 * others. Callbacks run on the loop's thread, never inside the call that armed them. Everything
 * made from a loop is freed before it. Timers follow base/clock (and its test clock). */
#ifndef MLW_LOOP_LOOP_H
#define MLW_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct loop;
typedef void (*loop_fn)(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop *loop);
void loop_run(struct loop *loop); /* until loop_stop */
void loop_stop(struct loop *loop);
/* One turn: wait at most timeout_ms (0 = poll, -1 = no limit) for something, run its callbacks. */
void loop_step(struct loop *loop, int timeout_ms);

/* Called on the loop's thread after loop_wake; several wakes may become one call. */
void loop_on_wake(struct loop *loop, loop_fn fn, void *arg);
void loop_wake(struct loop *loop);
/* `fn` runs again and again while the loop has nothing else to do, until it is set to NULL: for
 * work in slices. */
void loop_on_idle(struct loop *loop, loop_fn fn, void *arg);

struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn fn, void *arg);
void loop_timer_start(struct loop_timer *t, int64_t delay_ms, int64_t repeat_ms); /* restarts */
void loop_timer_stop(struct loop_timer *t);
void loop_timer_free(struct loop_timer *t);

/* A file or folder is written, created in or renamed in. Events can be lost on network file
 * systems: have a timer too. NULL with an error when it cannot be watched. */
struct loop_watch;
struct loop_watch *loop_watch_new(struct loop *loop, const char *path, loop_fn fn, void *arg,
                                  struct err *e);
void loop_watch_free(struct loop_watch *w);

struct loop_signal;
struct loop_signal *loop_signal_new(struct loop *loop, int signum, loop_fn fn, void *arg);
void loop_signal_free(struct loop_signal *s);

#endif
