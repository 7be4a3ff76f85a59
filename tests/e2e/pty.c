#include "tests/e2e/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "tests/e2e/pty_keys.h"

enum {
    RAW_MAX = 256 << 20,
    READ_MAX = 1 << 16,
    RECORD_BYTES = 16,
    STEP_MS = 10, /* the step of a wait where the system cannot wake us */
};

struct pty {
    pid_t pid;
    int master_fd, sync_fd, pid_fd;
    bool has_exited, is_hung_up, is_visible, is_altscreen;
    int status;
    struct termios modes; /* as they were when the line dropped */
    char *term;
    int rows, cols;
    VTerm *vt;
    VTermScreen *screen;
    unsigned char *raw;
    size_t raw_n, raw_cap, sent;
    uint64_t frame, consumed;
    unsigned char record[RECORD_BYTES];
    size_t record_n;
    int bytes_per_s;
    int64_t tokens_at_ms;
    double tokens;
    char *text; /* of the screen, for pty_text */
    char **row_text;
};

static void die(const char *what)
{
    fprintf(stderr, "pty: %s: %s\n", what, strerror(errno));
    abort();
}

static void *checked(void *memory)
{
    if (!memory) {
        die("out of memory");
    }
    return memory;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the emulator's side --- */
static void on_output(const char *bytes, size_t n, void *user)
{
    pty_send_bytes(user, bytes, n);
}

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
    struct pty *p = user;
    if (prop == VTERM_PROP_CURSORVISIBLE) {
        p->is_visible = value->boolean != 0;
    } else if (prop == VTERM_PROP_ALTSCREEN) {
        p->is_altscreen = value->boolean != 0;
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void drop_text(struct pty *p)
{
    free(p->text);
    p->text = NULL;
    for (int row = 0; p->row_text && row < p->rows; row++) {
        free(p->row_text[row]);
    }
    free(p->row_text);
    p->row_text = NULL;
}

/* --- starting and ending --- */
static bool is_named(const char *entry, const char *const *list)
{
    size_t n = strcspn(entry, "=") + 1;
    for (; list && *list; list++) {
        if (!strncmp(entry, *list, n)) {
            return true;
        }
    }
    return false;
}

static bool is_kept(const char *entry)
{
    const char *equals = strchr(entry, '=');
    const char *suffix = "SAN_OPTIONS";
    size_t n = equals ? (size_t)(equals - entry) : 0;
    return !strncmp(entry, "PATH=", 5) || !strncmp(entry, "HOME=", 5) ||
           !strncmp(entry, "TMPDIR=", 7) || !strncmp(entry, "XDG_STATE_HOME=", 15) ||
           !strncmp(entry, "XDG_DATA_HOME=", 14) ||
           (n > strlen(suffix) && !strncmp(equals - strlen(suffix), suffix, strlen(suffix)));
}

/* A NULL-terminated environment; the entries made here are leaked in the child, which execs. */
static char **make_env(const struct pty_options *o, int sync_fd)
{
    size_t n = 0, cap = 8;
    for (char **e = environ; *e; e++) {
        cap++;
    }
    for (const char *const *e = o->env; e && *e; e++) {
        cap++;
    }
    char **env = checked(calloc(cap, sizeof *env));
    for (const char *const *e = o->env; e && *e; e++) {
        env[n++] = checked(strdup(*e));
    }
    for (char **e = environ; *e; e++) {
        if (is_kept(*e) && !is_named(*e, o->env)) {
            env[n++] = *e;
        }
    }
    char *term = NULL, *sync = NULL;
    if (asprintf(&term, "TERM=%s", o->term ? o->term : "xterm-256color") < 0 ||
        asprintf(&sync, "MLW_SYNC_FD=%d", sync_fd) < 0) {
        die("out of memory");
    }
    env[n++] = term;
    if (o->is_synced) {
        env[n++] = sync;
    }
    if (!is_named("LANG=", o->env)) {
        env[n++] = checked(strdup("LANG=C.UTF-8"));
    }
    return env;
}

static _Noreturn void run_child(const char *const *argv, const struct pty_options *o, int sync_fd)
{
    if (o->cwd && chdir(o->cwd)) {
        die(o->cwd);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    size_t n = 0;
    while (argv[n]) {
        n++;
    }
    char **args = checked(calloc(n + 1, sizeof *args));
    for (size_t i = 0; i < n; i++) {
        args[i] = checked(strdup(argv[i]));
    }
    if (!args[0]) {
        die("no program is named");
    }
    execvpe(args[0], args, make_env(o, sync_fd));
    die(args[0]);
    _exit(127);
}

static void set_flags(int fd)
{
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC)) {
        die("fcntl");
    }
}

static void start_screen(struct pty *p)
{
    p->vt = checked(vterm_new(p->rows, p->cols));
    vterm_set_utf8(p->vt, 1);
    vterm_output_set_callback(p->vt, on_output, p);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_set_callbacks(p->screen, &callbacks, p);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_set_damage_merge(p->screen, VTERM_DAMAGE_SCREEN);
    vterm_screen_reset(p->screen, 1);
}

struct pty *pty_spawn(const char *const *argv, const struct pty_options *options)
{
    struct pty_options none = {0};
    const struct pty_options *o = options ? options : &none;
    struct pty *p = checked(calloc(1, sizeof *p));
    p->rows = o->rows ? o->rows : 24;
    p->cols = o->cols ? o->cols : 80;
    p->term = checked(strdup(o->term ? o->term : "xterm-256color"));
    p->sync_fd = -1;
    pty_throttle(p, o->bytes_per_s);
    start_screen(p);

    int sync[2] = {-1, -1};
    if (o->is_synced && pipe(sync)) {
        die("pipe");
    }
    signal(SIGPIPE, SIG_IGN);
    struct winsize size = {.ws_row = (unsigned short)p->rows, .ws_col = (unsigned short)p->cols};
    p->pid = forkpty(&p->master_fd, NULL, o->modes, &size);
    if (p->pid < 0) {
        die("forkpty");
    }
    if (p->pid == 0) {
        run_child(argv, o, sync[1]);
    }
    set_flags(p->master_fd);
    if (o->is_synced) {
        close(sync[1]);
        p->sync_fd = sync[0];
        set_flags(p->sync_fd);
    }
    p->pid_fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    return p;
}

void pty_free(struct pty *p)
{
    if (!p) {
        return;
    }
    if (!p->has_exited) {
        kill(-p->pid, SIGKILL);
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    pty_hangup(p);
    if (p->pid_fd >= 0) {
        close(p->pid_fd);
    }
    drop_text(p);
    vterm_free(p->vt);
    free(p->raw);
    free(p->term);
    free(p);
}

pid_t pty_pid(const struct pty *p)
{
    return p->pid;
}

/* --- reading --- */
static void keep_raw(struct pty *p, const char *bytes, size_t n)
{
    if (p->raw_n + n > RAW_MAX) {
        fprintf(stderr, "pty: more than %d bytes of output\n", RAW_MAX);
        abort();
    }
    if (p->raw_n + n > p->raw_cap) {
        p->raw_cap = (p->raw_n + n) * 2;
        p->raw = checked(realloc(p->raw, p->raw_cap));
    }
    memcpy(p->raw + p->raw_n, bytes, n);
    p->raw_n += n;
}

/* How many bytes the slow line lets through now. */
static size_t allowance(struct pty *p)
{
    if (!p->bytes_per_s) {
        return READ_MAX;
    }
    int64_t now = now_ms();
    p->tokens += (double)(now - p->tokens_at_ms) * p->bytes_per_s / 1000;
    p->tokens_at_ms = now;
    if (p->tokens > p->bytes_per_s / 10.0 + 1) {
        p->tokens = p->bytes_per_s / 10.0 + 1; /* a line does not save up */
    }
    return p->tokens < 1 ? 0 : (size_t)p->tokens;
}

static bool read_screen(struct pty *p)
{
    static char bytes[READ_MAX];
    size_t most = p->is_hung_up ? 0 : allowance(p);
    if (!most) {
        return false;
    }
    ssize_t n = read(p->master_fd, bytes, most < sizeof bytes ? most : sizeof bytes);
    if (n <= 0) {
        return false;
    }
    p->tokens -= p->bytes_per_s ? (double)n : 0;
    drop_text(p);
    keep_raw(p, bytes, (size_t)n);
    vterm_input_write(p->vt, bytes, (size_t)n);
    return true;
}

static void read_records(struct pty *p)
{
    while (p->sync_fd >= 0) {
        ssize_t n = read(p->sync_fd, p->record + p->record_n, RECORD_BYTES - p->record_n);
        if (n == 0) {
            close(p->sync_fd);
            p->sync_fd = -1;
        }
        if (n <= 0) {
            return;
        }
        p->record_n += (size_t)n;
        if (p->record_n == RECORD_BYTES) {
            memcpy(&p->frame, p->record, 8);
            memcpy(&p->consumed, p->record + 8, 8);
            p->record_n = 0;
        }
    }
}

static void look_for_exit(struct pty *p)
{
    if (!p->has_exited && waitpid(p->pid, &p->status, WNOHANG) == p->pid) {
        p->has_exited = true;
    }
}

/* Waits until something happens, at most timeout_ms, and takes it in. */
static void turn(struct pty *p, int64_t timeout_ms)
{
    bool is_held = p->bytes_per_s && !allowance(p);
    bool must_step = is_held || (p->pid_fd < 0 && !p->has_exited);
    if (timeout_ms < 0) {
        timeout_ms = 0;
    }
    struct pollfd fds[] = {
        {.fd = p->is_hung_up || is_held ? -1 : p->master_fd, .events = POLLIN},
        {.fd = p->sync_fd, .events = POLLIN},
        {.fd = p->has_exited ? -1 : p->pid_fd, .events = POLLIN},
    };
    poll(fds, 3, (int)(must_step && timeout_ms > STEP_MS ? STEP_MS : timeout_ms));
    /* records first: what was drawn before one was written is then in the terminal's buffer */
    read_records(p);
    while (read_screen(p) && !p->bytes_per_s) {
    }
    if (fds[0].revents & (POLLHUP | POLLERR) && !(fds[0].revents & POLLIN)) {
        pty_hangup(p); /* all ends of the program's side are closed: nothing more will come */
    }
    look_for_exit(p);
}

bool pty_wait(struct pty *p, const char *what, bool (*is_met)(struct pty *p, const void *arg),
              const void *arg, int deadline_ms)
{
    int64_t end = now_ms() + deadline_ms;
    turn(p, 0);
    while (!is_met(p, arg)) {
        int64_t left = end - now_ms();
        bool is_over = p->is_hung_up && p->has_exited;
        if (left <= 0 || is_over) {
            fprintf(stderr, "pty: %s: not %s\n", what,
                    is_over ? "before the program ended" : "in time");
            pty_dump(p);
            return false;
        }
        turn(p, left);
    }
    return true;
}

static bool is_shown(struct pty *p, const void *needle)
{
    return strstr(pty_text(p), needle) != NULL;
}

static bool is_gone(struct pty *p, const void *needle)
{
    return !is_shown(p, needle);
}

struct in_row {
    int row;
    const char *needle;
};

static bool is_in_row(struct pty *p, const void *arg)
{
    const struct in_row *want = arg;
    return strstr(pty_row(p, want->row), want->needle) != NULL;
}

static bool is_consumed(struct pty *p, const void *arg)
{
    (void)arg;
    return p->consumed >= p->sent && p->frame > 0;
}

static bool is_later(struct pty *p, const void *frame)
{
    return p->frame > *(const uint64_t *)frame;
}

static bool is_ended(struct pty *p, const void *arg)
{
    (void)arg;
    return p->has_exited;
}

static bool is_stopped(struct pty *p, const void *arg)
{
    (void)arg;
    siginfo_t info = {0};
    return !waitid(P_PID, (id_t)p->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) &&
           info.si_pid == p->pid && info.si_code == CLD_STOPPED;
}

bool pty_wait_text(struct pty *p, const char *needle, int deadline_ms)
{
    return pty_wait(p, needle, is_shown, needle, deadline_ms);
}

bool pty_wait_gone(struct pty *p, const char *needle, int deadline_ms)
{
    return pty_wait(p, needle, is_gone, needle, deadline_ms);
}

bool pty_wait_row(struct pty *p, int row, const char *needle, int deadline_ms)
{
    struct in_row want = {row, needle};
    return pty_wait(p, needle, is_in_row, &want, deadline_ms);
}

bool pty_wait_consumed(struct pty *p, int deadline_ms)
{
    return pty_wait(p, "everything sent is consumed and drawn", is_consumed, NULL, deadline_ms);
}

bool pty_wait_frame(struct pty *p, uint64_t frame, int deadline_ms)
{
    return pty_wait(p, "another frame", is_later, &frame, deadline_ms);
}

bool pty_wait_stopped(struct pty *p, int deadline_ms)
{
    int64_t end = now_ms() + deadline_ms;
    while (!is_stopped(p, NULL) && now_ms() < end && !p->has_exited) {
        turn(p, STEP_MS); /* no descriptor tells of a stop */
    }
    return pty_wait(p, "the program is stopped", is_stopped, NULL, 0);
}

bool pty_wait_exit(struct pty *p, int deadline_ms, int *ret_status)
{
    if (!pty_wait(p, "the program ends", is_ended, NULL, deadline_ms)) {
        return false;
    }
    while (read_screen(p)) {
    }
    *ret_status = p->status;
    return true;
}

void pty_settle(struct pty *p, int quiet_ms)
{
    int64_t last = now_ms();
    for (size_t seen = p->raw_n; now_ms() - last < quiet_ms && !p->has_exited;) {
        turn(p, quiet_ms - (now_ms() - last));
        if (p->raw_n != seen) {
            seen = p->raw_n;
            last = now_ms();
        }
    }
}

/* --- sending --- */
void pty_send_bytes(struct pty *p, const void *bytes, size_t n)
{
    const char *at = bytes;
    int64_t end = now_ms() + 10000;
    while (n && !p->is_hung_up) {
        ssize_t done = write(p->master_fd, at, n);
        if (done < 0 && errno != EAGAIN && errno != EINTR) {
            return; /* EIO: nobody is there any more */
        }
        if (done > 0) {
            at += done;
            n -= (size_t)done;
            p->sent += (size_t)done;
            continue;
        }
        if (now_ms() > end) {
            fprintf(stderr, "pty: the program takes no input\n");
            pty_dump(p);
            abort();
        }
        struct pollfd fd = {.fd = p->master_fd, .events = POLLOUT};
        poll(&fd, 1, STEP_MS);
    }
}

void pty_send(struct pty *p, const char *keys)
{
    while (*keys) {
        const char *end = *keys == '<' ? strchr(keys, '>') : NULL;
        if (!end) {
            size_t n = 1 + strcspn(keys + 1, "<");
            pty_send_bytes(p, keys, n);
            keys += n;
            continue;
        }
        size_t n = (size_t)(end - keys) - 1;
        char name[PTY_KEY_NAME_MAX] = "";
        memcpy(name, keys + 1, n < sizeof name - 1 ? n : sizeof name - 1);
        keys = end + 1;
        char bytes[PTY_KEY_BYTES_MAX];
        int key = 0;
        size_t got = pty_key_bytes(name, p->term, bytes, &key);
        if (got) {
            pty_send_bytes(p, bytes, got);
        } else if (key) {
            vterm_keyboard_key(p->vt, (VTermKey)key, VTERM_MOD_NONE);
        } else {
            fprintf(stderr, "pty: no key <%s> on %s\n", name, p->term);
            abort();
        }
    }
}

void pty_paste(struct pty *p, const char *text)
{
    turn(p, 0);
    vterm_keyboard_start_paste(p->vt);
    pty_send_bytes(p, text, strlen(text));
    vterm_keyboard_end_paste(p->vt);
}

void pty_resize(struct pty *p, int rows, int cols)
{
    turn(p, 0);
    drop_text(p);
    p->rows = rows;
    p->cols = cols;
    vterm_set_size(p->vt, rows, cols);
    int row, col;
    pty_cursor(p, &row, &col);
    if (row < 0) {
        vterm_input_write(p->vt, "\033[H", 3); /* libvterm 0.1 scrolled it off, and would crash */
    }
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    if (ioctl(p->master_fd, TIOCSWINSZ, &size)) {
        die("TIOCSWINSZ");
    }
}

void pty_throttle(struct pty *p, int bytes_per_s)
{
    p->bytes_per_s = bytes_per_s;
    p->tokens = 0;
    p->tokens_at_ms = now_ms();
}

void pty_hangup(struct pty *p)
{
    if (!p->is_hung_up) {
        p->modes = pty_modes(p);
        close(p->master_fd);
        p->is_hung_up = true;
    }
    if (p->sync_fd >= 0) {
        close(p->sync_fd);
        p->sync_fd = -1;
    }
}

void pty_signal(struct pty *p, int sig)
{
    kill(p->pid, sig);
}

/* --- looking --- */
static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)(lead[n] | c);
    return n;
}

/* The cell's cluster at out (room for VTERM_MAX_CHARS_PER_CELL * 4); 0: the right half of a wide
 * one. */
static size_t put_cell(char *out, const VTermScreenCell *cell)
{
    size_t n = 0;
    if (cell->chars[0] == (uint32_t)-1) {
        return 0;
    }
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++) {
        n += put_utf8(out + n, cell->chars[i]);
    }
    if (!n) {
        out[n++] = ' ';
    }
    return n;
}

const char *pty_row(struct pty *p, int row)
{
    if (row < 0 || row >= p->rows) {
        return "";
    }
    if (!p->row_text) {
        p->row_text = checked(calloc((size_t)p->rows, sizeof *p->row_text));
    }
    if (!p->row_text[row]) {
        char *text = checked(malloc((size_t)p->cols * VTERM_MAX_CHARS_PER_CELL * 4 + 1));
        size_t n = 0;
        for (int col = 0; col < p->cols; col++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(p->screen, (VTermPos){.row = row, .col = col}, &cell);
            n += put_cell(text + n, &cell);
        }
        while (n && text[n - 1] == ' ') {
            n--;
        }
        text[n] = '\0';
        p->row_text[row] = text;
    }
    return p->row_text[row];
}

const char *pty_text(struct pty *p)
{
    if (!p->text) {
        size_t n = 0;
        for (int row = 0; row < p->rows; row++) {
            n += strlen(pty_row(p, row)) + 1;
        }
        char *at = p->text = checked(malloc(n + 1));
        for (int row = 0; row < p->rows; row++) {
            at = stpcpy(at, pty_row(p, row));
            *at++ = '\n';
        }
        *at = '\0';
    }
    return p->text;
}

int pty_find(struct pty *p, const char *needle)
{
    for (int row = 0; row < p->rows; row++) {
        if (strstr(pty_row(p, row), needle)) {
            return row;
        }
    }
    return -1;
}

int pty_rows(const struct pty *p)
{
    return p->rows;
}

int pty_cols(const struct pty *p)
{
    return p->cols;
}

void pty_cursor(struct pty *p, int *ret_row, int *ret_col)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
    *ret_row = at.row;
    *ret_col = at.col;
}

bool pty_is_cursor_visible(const struct pty *p)
{
    return p->is_visible;
}

bool pty_is_altscreen(const struct pty *p)
{
    return p->is_altscreen;
}

struct termios pty_modes(const struct pty *p)
{
    struct termios modes = p->modes;
    if (!p->is_hung_up && tcgetattr(p->master_fd, &modes)) {
        die("tcgetattr");
    }
    return modes;
}

void pty_set_modes(struct pty *p, const struct termios *modes)
{
    if (tcsetattr(p->master_fd, TCSANOW, modes)) {
        die("tcsetattr");
    }
}

static int colour(const VTermColor *c)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c)) {
        return PTY_DEFAULT;
    }
    if (VTERM_COLOR_IS_INDEXED(c)) {
        return c->indexed.idx;
    }
    return PTY_RGB | c->rgb.red << 16 | c->rgb.green << 8 | c->rgb.blue;
}

struct pty_cell pty_cell_at(struct pty *p, int row, int col)
{
    VTermScreenCell cell;
    struct pty_cell out = {0};
    if (!vterm_screen_get_cell(p->screen, (VTermPos){.row = row, .col = col}, &cell)) {
        return out;
    }
    if (cell.chars[0]) {
        out.text[put_cell(out.text, &cell)] = '\0';
    }
    out.width = (unsigned char)cell.width;
    out.is_bold = cell.attrs.bold;
    out.is_reverse = cell.attrs.reverse;
    out.is_underlined = cell.attrs.underline != 0;
    out.fg = colour(&cell.fg);
    out.bg = colour(&cell.bg);
    return out;
}

uint64_t pty_frame(const struct pty *p)
{
    return p->frame;
}

const unsigned char *pty_raw(const struct pty *p, size_t *ret_n)
{
    *ret_n = p->raw_n;
    return p->raw;
}

size_t pty_bytes(const struct pty *p)
{
    return p->raw_n;
}

size_t pty_sent(const struct pty *p)
{
    return p->sent;
}

bool pty_is_escape_free(const struct pty *p)
{
    return !p->raw_n || !memchr(p->raw, 0x1B, p->raw_n);
}

bool pty_is_ascii(const struct pty *p)
{
    for (size_t i = 0; i < p->raw_n; i++) {
        if (p->raw[i] >= 128) {
            return false;
        }
    }
    return true;
}

void pty_dump(struct pty *p)
{
    int row, col;
    pty_cursor(p, &row, &col);
    fprintf(stderr, "--- %dx%d %s, cursor %d,%d, frame %llu, %llu of %zu bytes consumed%s\n",
            p->cols, p->rows, p->term, row, col, (unsigned long long)p->frame,
            (unsigned long long)p->consumed, p->sent, p->has_exited ? ", ended" : "");
    for (row = 0; row < p->rows; row++) {
        fprintf(stderr, "%2d|%s\n", row, pty_row(p, row));
    }
    fprintf(stderr, "---\n");
}
