/* libuv handles with one callback shape; see loop.h. */
#include "core/loop/loop.h"

#include <stdlib.h>
#include <uv.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

/* Every handle is followed by its callback; freed when libuv has let go of it. */
struct handle {
    union {
        uv_handle_t any;
        uv_timer_t timer;
        uv_async_t async;
        uv_idle_t idle;
        uv_fs_event_t fs;
        uv_signal_t signal;
    };
    loop_fn fn;
    void *arg;
};

struct loop {
    uv_loop_t uv;
    struct handle *wake, *idle, *step_timer;
};

struct loop_timer {
    struct handle h;
};
struct loop_watch {
    struct handle h;
};
struct loop_signal {
    struct handle h;
};

static void call(struct handle *h)
{
    if (h->fn) {
        h->fn(h->arg);
    }
}

static void on_timer(uv_timer_t *t)
{
    call((struct handle *)t);
}

static void on_async(uv_async_t *a)
{
    call((struct handle *)a);
}

static void on_idle(uv_idle_t *i)
{
    call((struct handle *)i);
}

static void on_fs(uv_fs_event_t *f, const char *name, int events, int status)
{
    (void)name, (void)events, (void)status;
    call((struct handle *)f);
}

static void on_signal(uv_signal_t *s, int signum)
{
    (void)signum;
    call((struct handle *)s);
}

static struct handle *handle_new(loop_fn fn, void *arg)
{
    struct handle *h = xcalloc(1, sizeof *h);
    h->fn = fn;
    h->arg = arg;
    return h;
}

static void on_closed(uv_handle_t *h)
{
    free(h);
}

static void handle_free(struct handle *h)
{
    if (h) {
        h->fn = NULL;
        uv_close(&h->any, on_closed);
    }
}

struct loop *loop_new(void)
{
    struct loop *loop = xcalloc(1, sizeof *loop);
    if (uv_loop_init(&loop->uv) != 0) {
        BUG("no event loop: out of descriptors?");
    }
    loop->wake = handle_new(NULL, NULL);
    loop->idle = handle_new(NULL, NULL);
    loop->step_timer = handle_new(NULL, NULL);
    uv_async_init(&loop->uv, &loop->wake->async, on_async);
    uv_idle_init(&loop->uv, &loop->idle->idle);
    uv_timer_init(&loop->uv, &loop->step_timer->timer);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop) {
        return;
    }
    handle_free(loop->wake);
    handle_free(loop->idle);
    handle_free(loop->step_timer);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop->uv) != 0) {
        BUG("a handle outlives its loop");
    }
    free(loop);
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

void loop_step(struct loop *loop, int timeout_ms)
{
    if (timeout_ms == 0) {
        uv_run(&loop->uv, UV_RUN_NOWAIT);
        return;
    }
    if (timeout_ms > 0) {
        uv_timer_start(&loop->step_timer->timer, on_timer, (uint64_t)timeout_ms, 0);
    }
    uv_run(&loop->uv, UV_RUN_ONCE);
    uv_timer_stop(&loop->step_timer->timer);
}

void loop_on_wake(struct loop *loop, loop_fn fn, void *arg)
{
    loop->wake->fn = fn;
    loop->wake->arg = arg;
}

void loop_wake(struct loop *loop)
{
    uv_async_send(&loop->wake->async);
}

void loop_on_idle(struct loop *loop, loop_fn fn, void *arg)
{
    loop->idle->fn = fn;
    loop->idle->arg = arg;
    if (fn) {
        uv_idle_start(&loop->idle->idle, on_idle);
    } else {
        uv_idle_stop(&loop->idle->idle);
    }
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn fn, void *arg)
{
    struct handle *h = handle_new(fn, arg);
    uv_timer_init(&loop->uv, &h->timer);
    return (struct loop_timer *)h;
}

void loop_timer_start(struct loop_timer *t, int64_t delay_ms, int64_t repeat_ms)
{
    int64_t delay = clock_real_wait_ms(delay_ms), repeat = clock_real_wait_ms(repeat_ms);
    if (repeat_ms > 0 && repeat < 1) {
        repeat = 1;
    }
    uv_update_time(t->h.timer.loop);
    uv_timer_start(&t->h.timer, on_timer, (uint64_t)(delay < 0 ? 0 : delay), (uint64_t)repeat);
}

void loop_timer_stop(struct loop_timer *t)
{
    uv_timer_stop(&t->h.timer);
}

void loop_timer_free(struct loop_timer *t)
{
    handle_free((struct handle *)t);
}

struct loop_watch *loop_watch_new(struct loop *loop, const char *path, loop_fn fn, void *arg,
                                  struct err *e)
{
    struct handle *h = handle_new(fn, arg);
    uv_fs_event_init(&loop->uv, &h->fs);
    int rc = uv_fs_event_start(&h->fs, on_fs, path, 0);
    if (rc != 0) {
        err_set(e, ERR_IO, "could not watch %s: %s", path, uv_strerror(rc));
        handle_free(h);
        return NULL;
    }
    return (struct loop_watch *)h;
}

void loop_watch_free(struct loop_watch *w)
{
    handle_free((struct handle *)w);
}

struct loop_signal *loop_signal_new(struct loop *loop, int signum, loop_fn fn, void *arg)
{
    struct handle *h = handle_new(fn, arg);
    uv_signal_init(&loop->uv, &h->signal);
    uv_signal_start(&h->signal, on_signal, signum);
    return (struct loop_signal *)h;
}

void loop_signal_free(struct loop_signal *s)
{
    handle_free((struct handle *)s);
}
