/* The loop: terminal, signals, hub. One frame a turn; none while bytes are pending. */
#include "tui/app.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tui/app_internal.h"
#include "tui/input.h"
#include "tui/plain.h"
#include "tui/term.h"

enum {
    ESC_MS = 25,
    EXIT_MS = 1000,
    READ_BYTES = 4096,
    SIGNALS = 7,
    SLOW_MS = 10000, /* how long a line counts as slow after it would not take more */
    SLOW_FRAME_MS = 250,
    QUICK_MS = 150, /* so long after a key or the start, what was asked for is shown as it comes */
    QUICK_FRAME_MS = 6,
    PACE_BYTES =
        4096, /* how much is sent before the terminal is asked, and again before it waits */
    /* for terminals that never answer: what a slow line carries a second, how much may be on its
     * way while a key is held down, and what counts as held down */
    SLOW_LINE_BYTES_PER_S = 1200,
    UNSEEN_BYTES = 8192,
    HELD_GAP_MS = 58,
    HELD_KEYS = 8,
    ANSWER_MS = 15000,    /* how long an answer is waited for */
    LAST_ANSWER_MS = 300, /* the same at the end: an answer that comes later lands in the shell */
};

struct loop {
    struct app *app;
    struct term *term;
    struct input input;
    struct str out; /* bytes that the terminal has not taken yet */
    size_t out_at;
    int fd, sync_fd;
    uv_loop_t uv;
    uv_poll_t tty, wake;
    uv_timer_t timer;
    uv_signal_t signals[SIGNALS];
    bool has_wake, is_hung_up, is_resized, is_continued;
    int death;          /* signal to die of; 0: none */
    int64_t esc_due_ms; /* 0: nothing undecided */
    int64_t last_frame_ms;
    int64_t slow_until_ms, quick_until_ms;
    /* What the kernel and the network hold on the way is out of our hands, so the terminal is
     * asked whether it has shown what it got (ECMA-48 8.3.35 DSR 5), and frames are left out
     * while much is unanswered. Of a terminal that never answered the worst is assumed while a key
     * is held down, when frames left out are not missed: that its line is slow. */
    int64_t asked_ms;     /* 0: no question is open */
    size_t sent_bytes;    /* since the last question */
    uint64_t answers;     /* heard so far */
    int64_t unseen_bytes; /* on their way, if the line is slow, at unseen_ms */
    int64_t unseen_ms, last_key_ms;
    int held_keys;           /* in a row, HELD_GAP_MS at most between them */
    bool is_input_turn;      /* a key came: paint at once */
    uint64_t frames, synced; /* synced: input bytes that were reported */
    bool is_frame_open;      /* a frame's bytes are on their way */
};

/* --- out --- */

static void watch(struct loop *l);

/* {frame, input bytes consumed}: for tests and benchmarks, who wait for it instead of sleeping. */
static void sync_write(struct loop *l)
{
    uint64_t record[2] = {l->frames, l->input.consumed};
    l->synced = l->input.consumed;
    if (l->sync_fd > 0) {
        (void)!write(l->sync_fd, record, sizeof record);
    }
}

static bool has_pending(const struct loop *l)
{
    return l->out_at < l->out.n;
}

static void flush_out(struct loop *l)
{
    while (has_pending(l)) {
        ssize_t n = write(l->fd, l->out.p + l->out_at, l->out.n - l->out_at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            l->slow_until_ms = l->app->mono_ms + SLOW_MS;
            return;
        }
        if (n <= 0) {
            l->is_hung_up = true;
            return;
        }
        l->out_at += (size_t)n;
    }
    str_clear(&l->out);
    l->out_at = 0;
    if (l->is_frame_open) {
        l->is_frame_open = false;
        app_modal_shown(l->app);
        sync_write(l);
    }
}

/* How much of what was sent a slow line still holds. */
static int64_t unseen(const struct loop *l)
{
    int64_t gone = (l->app->mono_ms - l->unseen_ms) * SLOW_LINE_BYTES_PER_S / 1000;
    return gone < l->unseen_bytes ? l->unseen_bytes - gone : 0;
}

/* Count a frame's bytes; after enough of them, and with the first frame, ask. */
static void ask(struct loop *l)
{
    l->unseen_bytes = unseen(l) + (int64_t)l->out.n;
    l->unseen_ms = l->app->mono_ms;
    l->sent_bytes += l->out.n;
    if (l->frames == 0 && l->app->is_theme_guessed) {
        l->input.is_ground_awaited = term_ask_background(l->term, &l->out);
    }
    if (!l->asked_ms && (l->sent_bytes >= PACE_BYTES || l->frames == 0)) {
        str_addz(&l->out, "\033[5n");
        l->asked_ms = l->app->mono_ms;
        l->sent_bytes = 0;
    }
}

/* Much is on the way: no frame before the answer. */
static bool is_held(const struct loop *l)
{
    return l->asked_ms && l->answers && l->sent_bytes >= PACE_BYTES &&
           l->app->mono_ms < l->asked_ms + ANSWER_MS;
}

/* The same where nothing is answered. Who reads frame by frame (sync_fd) has no slow line. */
static bool is_held_unanswered(const struct loop *l)
{
    return !l->answers && l->sync_fd <= 0 && l->held_keys >= HELD_KEYS &&
           l->app->mono_ms <= l->last_key_ms + HELD_GAP_MS && unseen(l) > UNSEEN_BYTES;
}

static void count_held(struct loop *l)
{
    bool is_held = l->app->mono_ms <= l->last_key_ms + HELD_GAP_MS;
    l->held_keys = is_held ? l->held_keys + (l->held_keys < HELD_KEYS) : 0;
    l->last_key_ms = l->app->mono_ms;
}

static void hear_answers(struct loop *l)
{
    if (l->input.has_background) {
        l->input.has_background = false;
        app_background(l->app, l->input.background);
    }
    if (l->input.reports != l->answers) {
        l->answers = l->input.reports;
        l->asked_ms = 0;
    }
}

static void frame(struct loop *l)
{
    struct app *app = l->app;
    if (app->is_theme_new) {
        term_theme(l->term, &app->theme);
        app->is_theme_new = false;
    }
    if (app->wants_redraw) {
        term_redraw(l->term);
        app->wants_redraw = false;
    }
    app_chrome_draw(app);
    app->is_dirty = false;
    term_frame(l->term, &app->canvas, &l->out);
    if (app->wants_copy) {
        term_clipboard(&l->out, sv_of(&app->copied));
        app->wants_copy = false;
    }
    if (app->wants_call) {
        str_addc(&l->out, '\a');
        if (app->config.calls == APP_CALLS_ALL) {
            term_notify(l->term, &l->out, sv_of(&app->call));
        }
        app->wants_call = false;
    }
    ask(l);
    l->last_frame_ms = app->mono_ms;
    l->frames++;
    l->is_frame_open = true;
    flush_out(l);
}

/* --- in --- */

static void input_drain(struct loop *l)
{
    for (;;) {
        struct input_event ev = input_next(&l->input);
        if (ev.kind == INPUT_NONE) {
            break;
        }
        l->is_input_turn = true;
        l->quick_until_ms = l->app->mono_ms + QUICK_MS;
        count_held(l);
        if (ev.kind == INPUT_KEY) {
            app_key(l->app, ev.key);
        } else {
            app_paste(l->app, ev.paste);
        }
    }
    hear_answers(l);
    l->esc_due_ms = input_is_pending(&l->input) ? l->app->mono_ms + ESC_MS : 0;
}

static void now(struct loop *l)
{
    app_time(l->app, clock_wall_ms(), clock_mono_ms());
}

/* A terminal that has gone reads as its end; but so does one that another program has left cooked,
 * when an end of file is typed. */
static bool is_gone(int fd)
{
    struct pollfd p = {.fd = fd};
    return poll(&p, 1, 0) > 0; /* nothing but a hang-up or an error is told unasked */
}

static void tty_read(struct loop *l)
{
    char buf[READ_BYTES];
    for (;;) {
        ssize_t n = read(l->fd, buf, sizeof buf);
        if (n > 0) {
            input_feed(&l->input, buf, (size_t)n);
        }
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            l->is_hung_up = is_gone(l->fd);
        }
        if (n < (ssize_t)sizeof buf) {
            break;
        }
    }
    input_drain(l);
}

static void on_tty(uv_poll_t *handle, int status, int events)
{
    struct loop *l = handle->data;
    now(l);
    if (status < 0 || events & UV_DISCONNECT) {
        l->is_hung_up = true;
        return;
    }
    if (events & UV_WRITABLE) {
        flush_out(l);
    }
    if (events & UV_READABLE) {
        tty_read(l);
    }
}

static void on_wake(uv_poll_t *handle, int status, int events)
{
    struct loop *l = handle->data;
    (void)status;
    (void)events;
    now(l);
    (void)app_drain(l->app);
}

static void on_timer(uv_timer_t *handle)
{
    (void)handle; /* a turn is all it is for */
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct loop *l = handle->data;
    switch (signum) {
    case SIGWINCH:
        l->is_resized = true;
        break;
    case SIGCONT:
        l->is_continued = l->is_resized = l->app->is_dirty = true;
        break;
    case SIGTSTP:
        l->app->wants_suspend = true;
        break;
    default:
        l->death = signum;
    }
}

/* --- the loop's handles --- */

static void watch(struct loop *l)
{
    int events = UV_READABLE | UV_DISCONNECT | (has_pending(l) ? UV_WRITABLE : 0);
    (void)uv_poll_start(&l->tty, events, on_tty);
}

static bool handles_open(struct loop *l, struct err *e)
{
    static const int numbers[SIGNALS] = {SIGWINCH, SIGCONT, SIGTSTP, SIGTERM,
                                         SIGHUP,   SIGINT,  SIGQUIT};
    int rc = uv_poll_init(&l->uv, &l->tty, l->fd);
    if (rc < 0) {
        return err_set(e, ERR_FAILED, "could not watch the terminal: %s", uv_strerror(rc));
    }
    l->tty.data = l;
    (void)uv_timer_init(&l->uv, &l->timer);
    for (size_t i = 0; i < SIGNALS; i++) {
        (void)uv_signal_init(&l->uv, &l->signals[i]);
        l->signals[i].data = l;
        (void)uv_signal_start(&l->signals[i], on_signal, numbers[i]);
    }
    l->has_wake =
        l->app->config.wake_fd >= 0 && uv_poll_init(&l->uv, &l->wake, l->app->config.wake_fd) == 0;
    if (l->has_wake) {
        l->wake.data = l;
        (void)uv_poll_start(&l->wake, UV_READABLE, on_wake);
    }
    return true;
}

static void close_one(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void handles_close(struct loop *l)
{
    uv_walk(&l->uv, close_one, NULL);
    (void)uv_run(&l->uv, UV_RUN_DEFAULT);
    (void)uv_loop_close(&l->uv);
}

/* --- one turn --- */

static void resize(struct loop *l)
{
    int w, h;
    l->is_resized = false;
    term_size(l->term, &w, &h);
    term_resize(l->term, w, h);
    app_resize(l->app, w, h);
}

/* Stop as any program does; what comes after is a terminal that may look and measure anew. */
static void suspend(struct loop *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};
    l->app->wants_suspend = false;
    term_suspend(l->term, &l->out);
    flush_out(l);
    if (has_pending(l)) {
        (void)poll(&p, 1, EXIT_MS);
        flush_out(l);
    }
    term_modes_restore(l->fd);
    (void)kill(0, SIGSTOP);
    term_resume(l->term);
    l->is_resized = l->app->is_dirty = true;
}

/* The earliest time of the next frame: a key is answered at once, but on a line that was full the
 * keys are gathered, so that frames are left out rather than queued. */
static int64_t frame_due(const struct loop *l)
{
    if (is_held(l)) {
        return l->asked_ms + ANSWER_MS;
    }
    if (is_held_unanswered(l)) {
        return l->last_key_ms + HELD_GAP_MS + 1;
    }
    if (l->app->mono_ms < l->slow_until_ms) {
        return l->last_frame_ms + SLOW_FRAME_MS;
    }
    int pace = l->app->mono_ms < l->quick_until_ms ? QUICK_FRAME_MS : APP_FRAME_MS;
    return l->is_input_turn ? 0 : l->last_frame_ms + pace;
}

/* When the next turn is due without anything happening; INT64_MAX: never. */
static int64_t due(const struct loop *l)
{
    int64_t at = l->app->has_more_events ? l->app->mono_ms : app_next_due(l->app);
    if (l->esc_due_ms && l->esc_due_ms < at) {
        at = l->esc_due_ms;
    }
    if (l->app->is_dirty && !has_pending(l) && frame_due(l) < at) {
        at = frame_due(l);
    }
    return at;
}

static void timer_set(struct loop *l)
{
    int64_t at = due(l);
    if (at == INT64_MAX) {
        (void)uv_timer_stop(&l->timer);
        return;
    }
    int64_t wait = at - l->app->mono_ms;
    uv_update_time(&l->uv);
    (void)uv_timer_start(&l->timer, on_timer, wait > 0 ? (uint64_t)wait : 0, 0);
}

static void esc_check(struct loop *l)
{
    if (l->esc_due_ms && l->app->mono_ms >= l->esc_due_ms) {
        input_flush(&l->input);
        input_drain(l);
    }
}

static void paint_check(struct loop *l)
{
    if (l->app->is_dirty && !has_pending(l) && l->app->mono_ms >= frame_due(l)) {
        l->is_input_turn = false;
        frame(l);
    } else if (!l->app->is_dirty && !has_pending(l) && l->input.consumed != l->synced) {
        sync_write(l);
    }
}

static void turn(struct loop *l)
{
    now(l);
    esc_check(l);
    if (l->app->has_more_events) {
        (void)app_drain(l->app);
    }
    if (l->is_continued) {
        l->is_continued = false;
        term_resume(l->term); /* whoever had the terminal meanwhile may have changed it */
    }
    if (l->is_resized) {
        resize(l);
    }
    if (l->app->wants_suspend) {
        suspend(l);
        now(l);
        resize(l);
    }
    paint_check(l);
    watch(l);
    timer_set(l);
}

static bool is_over(const struct loop *l)
{
    return l->app->is_ended || l->death || l->is_hung_up;
}

/* --- beginning and end --- */

/* A descriptor of our own, so that making it non-blocking is nobody else's business. */
static int tty_open(struct err *e)
{
    int fd = -1;
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        char name[64] = ""; /* "/dev/pts/N" */
        bool is_named = ttyname_r(STDIN_FILENO, name, sizeof name) == 0;
        fd = is_named ? open(name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
        fd = fd >= 0 ? fd : open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    if (fd < 0) {
        err_set(e, ERR_USAGE, "standard input and output are not a terminal");
        (void)err_hint(e, "use a command (mlw help), or --plain");
    }
    return fd;
}

/* Put the terminal back; a line that is stuck gets a second. */
static void leave(struct loop *l)
{
    int64_t until = clock_mono_ms() + EXIT_MS;
    l->is_frame_open = false;
    term_close(l->term, &l->out);
    flush_out(l);
    while (has_pending(l) && !l->is_hung_up && clock_mono_ms() < until) {
        struct pollfd p = {.fd = l->fd, .events = POLLOUT};
        (void)poll(&p, 1, 50);
        flush_out(l);
    }
    until = clock_mono_ms() + LAST_ANSWER_MS;
    while (l->asked_ms && l->answers && !l->is_hung_up && clock_mono_ms() < until) {
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        if (poll(&p, 1, (int)(until - clock_mono_ms())) > 0) {
            tty_read(l);
        }
    }
    term_modes_restore(l->fd);
    term_stderr_release();
}

static void die_of(int signum)
{
    (void)signal(signum, SIG_DFL);
    (void)raise(signum);
}

/* NO_COLOR: attributes alone, whatever theme was asked for. */
static void obey_no_color(struct app *app)
{
    struct err ignored = ERR_INIT;
    if (term_env_no_color() && !app->config.no_colour) {
        app->config.no_colour = true;
        app->is_theme_guessed = false;
        (void)!theme_load("mono", &app->theme, &ignored);
    }
}

/* Nobody chose a theme: by what the environment says, until the terminal says more. */
static void guess_theme(struct app *app)
{
    struct err e = ERR_INIT;
    bool is_guessed = app->is_theme_guessed;
    if (is_guessed && !app->config.colorfgbg &&
        !app_theme_set(app, theme_guess(term_env_colorfgbg()), &e)) {
        app_error(app, &e);
    }
    app->is_theme_guessed = is_guessed;
}

static bool run(struct loop *l, struct err *e)
{
    int w, h;
    if (!handles_open(l, e)) {
        return false;
    }
    term_define_keys(l->term, &l->input);
    l->app->config.no_colour |= term_level(l->term) == COLOUR_MONO;
    guess_theme(l->app);
    term_theme(l->term, &l->app->theme);
    term_size(l->term, &w, &h);
    app_resize(l->app, w, h);
    l->is_input_turn = true; /* the first frame does not wait */
    l->quick_until_ms = clock_mono_ms() + 2 * QUICK_MS;
    (void)app_drain(l->app);
    while (!is_over(l)) {
        turn(l);
        if (!is_over(l)) {
            (void)uv_run(&l->uv, UV_RUN_ONCE);
        }
    }
    return true;
}

static bool run_screen(struct app *app, int *ret_status, struct err *e)
{
    struct loop l = {.app = app, .out = STR_INIT, .sync_fd = app->config.sync_fd};
    l.sync_fd = l.sync_fd ? l.sync_fd : term_env_sync_fd();
    l.fd = tty_open(e);
    if (l.fd < 0) {
        return false;
    }
    l.term = term_open(l.fd, app->config.no_colour, e);
    if (!l.term) {
        (void)close(l.fd);
        return false;
    }
    input_init(&l.input);
    (void)uv_loop_init(&l.uv);
    bool is_done = run(&l, e);
    leave(&l);
    handles_close(&l);
    input_release(&l.input);
    str_release(&l.out);
    (void)close(l.fd);
    if (l.death || l.is_hung_up) {
        die_of(l.death ? l.death : SIGHUP);
    }
    *ret_status = app->status;
    return is_done;
}

bool app_run(struct app *app, int *ret_status, struct err *e)
{
    const char *line = app->config.first_line;
    struct err why = ERR_INIT;
    if (line && !app_line(app, sv_z(line), &why)) {
        app_error(app, &why);
    }
    obey_no_color(app);
    if (app->config.is_plain || term_is_dumb()) {
        return plain_run(app, app->config.wake_fd, ret_status, e);
    }
    return run_screen(app, ret_status, e);
}
