/* The terminal by ncurses: cells → bytes in a file in memory, and the way back from any end. */
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/squeeze.h"

static const char fallback_term[] = "xterm-256color";
static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

/* What is known of a family of terminals beyond terminfo; the first prefix of TERM that fits. */
enum { QUIRK_NO_COLOUR = 1, QUIRK_NO_PASTE = 2, QUIRK_NO_OSC = 4 };
static const struct {
    const char *prefix;
    unsigned quirks;
} quirks[] = {
    {"linux", QUIRK_NO_COLOUR | QUIRK_NO_PASTE |
                  QUIRK_NO_OSC}, /* 8 colours, of which blue and dim are illegible */
    {"vt", QUIRK_NO_PASTE | QUIRK_NO_OSC},
    {"cons", QUIRK_NO_PASTE | QUIRK_NO_OSC},
    {"dumb", QUIRK_NO_OSC},
    {"", 0},
};

struct term {
    int fd;     /* the terminal; borrowed */
    int mem_fd; /* where ncurses writes */
    FILE *out, *in;
    SCREEN *screen;
    enum colour_level level;
    unsigned quirks;
    struct theme theme;
    struct cell *shown; /* what stdscr holds */
    int w, h;
    bool is_all_new, is_begun;
    int cursor; /* last curs_set */
    cchar_t *row;
};

/* --- the restore hook: the one global, as signals are --- */
static struct {
    volatile sig_atomic_t is_armed;
    int fd;
    struct termios modes;
    char bytes[256];
    size_t n;
    int stderr_fd, stderr_mem; /* the real one, and what holds it back; -1: not held back */
} restore = {.stderr_fd = -1, .stderr_mem = -1};

/* What was said on stderr meanwhile would have torn the screen: say it now. Async-signal-safe. */
static void stderr_replay(void)
{
    char buf[1024];
    ssize_t n;
    if (restore.stderr_fd < 0) {
        return;
    }
    (void)dup2(restore.stderr_fd, STDERR_FILENO);
    (void)lseek(restore.stderr_mem, 0, SEEK_SET);
    for (int i = 0; i < 64 && (n = read(restore.stderr_mem, buf, sizeof buf)) > 0; i++) {
        (void)!write(STDERR_FILENO, buf, (size_t)n);
    }
    (void)close(restore.stderr_fd);
    (void)close(restore.stderr_mem);
    restore.stderr_fd = restore.stderr_mem = -1;
}

static void stderr_hold(void)
{
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    restore.stderr_mem = memfd_create("stderr", MFD_CLOEXEC);
    restore.stderr_fd = restore.stderr_mem < 0 ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (restore.stderr_fd >= 0) {
        (void)dup2(restore.stderr_mem, STDERR_FILENO);
    } else if (restore.stderr_mem >= 0) {
        (void)close(restore.stderr_mem);
        restore.stderr_mem = -1;
    }
}

/* Async-signal-safe. Waits for a terminal that is busy, but no longer than a second. */
static void restore_now(void)
{
    if (!restore.is_armed) {
        return;
    }
    restore.is_armed = 0;
    size_t done = 0;
    for (int tries = 0; done < restore.n && tries < 20; tries++) {
        ssize_t n = write(restore.fd, restore.bytes + done, restore.n - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            struct pollfd p = {.fd = restore.fd, .events = POLLOUT};
            (void)poll(&p, 1, 50);
        } else {
            break;
        }
    }
    (void)tcsetattr(restore.fd, TCSANOW, &restore.modes);
    stderr_replay();
}

static void on_fatal(int sig)
{
    restore_now();
    (void)signal(sig, SIG_DFL);
    (void)raise(sig);
}

static const int fatal_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

static void hooks_install(void)
{
    static char stack[1 << 16];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    (void)sigaltstack(&alternate, NULL); /* so that a stack that ran over can still be told of */
    for (size_t i = 0; i < ALEN(fatal_signals); i++) {
        struct sigaction sa = {.sa_handler = on_fatal,
                               .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND)};
        sigemptyset(&sa.sa_mask);
        (void)sigaction(fatal_signals[i], &sa, NULL);
    }
    err_set_restore_hook(restore_now);
}

static void hooks_remove(void)
{
    restore.is_armed = 0;
    for (size_t i = 0; i < ALEN(fatal_signals); i++) {
        (void)signal(fatal_signals[i], SIG_DFL);
    }
    err_set_restore_hook(NULL);
}

/* --- capabilities --- */

static const char *cap(const char *name)
{
    /* terminfo's table is not const; nor is tigetstr's argument */
    char *s = tigetstr(name);
    return s == NULL || (intptr_t)s == -1 ? "" : s;
}

/* Without padding marks "$<5>": the terminal is real or emulated, and fast enough. */
static void cap_add(struct str *out, const char *name)
{
    for (const char *s = cap(name); *s; s++) {
        if (s[0] == '$' && s[1] == '<' && strchr(s, '>')) {
            s = strchr(s, '>');
        } else {
            str_addc(out, *s);
        }
    }
}

static bool has_paste(const struct term *t)
{
    return !(t->quirks & QUIRK_NO_PASTE);
}

/* Bytes that leave the terminal as it was found. */
static void bytes_leave(const struct term *t, struct str *out)
{
    str_addz(out, has_paste(t) ? paste_off : "");
    cap_add(out, "sgr0");
    cap_add(out, "op");
    if (*cap("rmcup")) {
        cap_add(out, "rmcup");
    } else {
        cap_add(out, "clear"); /* no second screen: do not leave ours behind */
    }
    cap_add(out, "rmkx");
    cap_add(out, "cnorm");
}

bool term_is_dumb(void)
{
    const char *name = getenv("TERM");
    return !name || !*name || strcmp(name, "dumb") == 0;
}

const char *term_env_colorfgbg(void)
{
    return getenv("COLORFGBG");
}

bool term_env_no_color(void)
{
    const char *text = getenv("NO_COLOR");
    return text && *text;
}

int term_env_sync_fd(void)
{
    const char *text = getenv("MLW_SYNC_FD");
    int64_t fd;
    return text && fmt_parse_i64(sv_z(text), &fd) && fd > 2 && fd < 1 << 20 ? (int)fd : 0;
}

/* --- open and close --- */

static void modes_raw(const struct term *t)
{
    struct termios raw = restore.modes;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_cflag |= CS8;
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    (void)tcsetattr(t->fd, TCSANOW, &raw);
}

static bool files_open(struct term *t, struct err *e)
{
    t->mem_fd = memfd_create("screen", MFD_CLOEXEC);
    t->out = t->mem_fd >= 0 ? fdopen(t->mem_fd, "w") : NULL;
    t->in = t->out ? fopen("/dev/null", "re") : NULL;
    return t->in != NULL || err_sys(e, "open the screen's memory");
}

static unsigned quirks_of(const char *name)
{
    size_t i = 0;
    while (strncmp(name, quirks[i].prefix, strlen(quirks[i].prefix)) != 0) {
        i++;
    }
    return quirks[i].quirks;
}

/* TERM as the person has it; unknown, or counting colours as RGB: xterm-256color. */
static bool screen_open(struct term *t, struct err *e)
{
    const char *name = getenv("TERM");
    t->quirks = quirks_of(name ? name : "");
    t->screen = newterm(name, t->out, t->in);
    if (t->screen && tigetnum("colors") > 256) {
        endwin();
        delscreen(t->screen);
        t->screen = NULL;
    }
    if (!t->screen) {
        t->screen = newterm(fallback_term, t->out, t->in);
    }
    if (!t->screen) {
        err_set(e, ERR_FAILED, "this terminal (%s) is not known, nor is %s", name ? name : "",
                fallback_term);
        return err_hint(e, "install ncurses-base, or use --plain");
    }
    return true;
}

static void screen_setup(struct term *t, bool no_colour)
{
    nonl();
    (void)typeahead(-1);
    (void)idlok(stdscr, TRUE);
    (void)leaveok(stdscr, FALSE);
    t->level = COLOUR_MONO;
    if (!no_colour && !(t->quirks & QUIRK_NO_COLOUR) && has_colors()) {
        start_color();
        use_default_colors();
        t->level = COLORS >= 256 ? COLOUR_256 : COLOUR_16;
    }
    t->cursor = 1;
}

enum colour_level term_level(const struct term *t)
{
    return t->level;
}

static void restore_arm(const struct term *t)
{
    CLEANUP(str_release) struct str bytes = STR_INIT;
    bytes_leave(t, &bytes);
    restore.n = bytes.n < sizeof restore.bytes ? bytes.n : sizeof restore.bytes;
    memcpy(restore.bytes, bytes.p, restore.n);
    restore.fd = t->fd;
    restore.is_armed = 1;
}

static void term_free(struct term *t)
{
    if (t->screen) {
        delscreen(t->screen);
    }
    if (t->out) {
        (void)fclose(t->out);
    } else if (t->mem_fd >= 0) {
        (void)close(t->mem_fd);
    }
    if (t->in) {
        (void)fclose(t->in);
    }
    free(t->shown);
    free(t->row);
    free(t);
}

struct term *term_open(int fd, bool no_colour, struct err *e)
{
    struct term *t = xcalloc(1, sizeof *t);
    t->fd = fd;
    t->mem_fd = -1;
    if (tcgetattr(fd, &restore.modes) < 0) {
        err_sys(e, "ask the terminal for its modes");
        term_free(t);
        return NULL;
    }
    if (!files_open(t, e) || !screen_open(t, e)) {
        term_free(t);
        return NULL;
    }
    screen_setup(t, no_colour);
    hooks_install();
    restore_arm(t);
    stderr_hold();
    modes_raw(t);
    int w, h;
    term_size(t, &w, &h);
    term_resize(t, w, h);
    return t;
}

/* Move what ncurses wrote since the last call to `out`. */
static void drain(struct term *t, struct str *out)
{
    (void)fflush(t->out);
    off_t n = lseek(t->mem_fd, 0, SEEK_CUR);
    if (n <= 0) {
        return;
    }
    size_t from = out->n;
    str_reserve(out, (size_t)n);
    char buf[8192];
    for (off_t at = 0; at < n;) {
        ssize_t got = pread(t->mem_fd, buf, sizeof buf, at);
        if (got <= 0) {
            break;
        }
        str_add(out, buf, (size_t)got);
        at += got;
    }
    squeeze(out, from);
    (void)lseek(t->mem_fd, 0, SEEK_SET);
    (void)!ftruncate(t->mem_fd, 0);
}

void term_close(struct term *t, struct str *out)
{
    struct str nothing = STR_INIT;
    bytes_leave(t, out);
    endwin();
    drain(t, &nothing);
    str_release(&nothing);
    hooks_remove();
    term_free(t);
}

void term_modes_restore(int fd)
{
    (void)tcsetattr(fd, TCSANOW, &restore.modes);
}

void term_stderr_release(void)
{
    stderr_replay();
}

/* --- size, theme, keys --- */

void term_size(const struct term *t, int *ret_w, int *ret_h)
{
    struct winsize ws = {0};
    if (ioctl(t->fd, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0 || ws.ws_row == 0) {
        ws.ws_col = 80;
        ws.ws_row = 24;
    }
    *ret_w = ws.ws_col < CANVAS_MAX_SIDE ? ws.ws_col : CANVAS_MAX_SIDE;
    *ret_h = ws.ws_row < CANVAS_MAX_SIDE ? ws.ws_row : CANVAS_MAX_SIDE;
}

void term_resize(struct term *t, int w, int h)
{
    if (w == t->w && h == t->h) {
        return;
    }
    t->w = w;
    t->h = h;
    (void)resizeterm(h, w);
    size_t cells = (size_t)w * (size_t)h;
    t->shown = xreallocarray(t->shown, cells, sizeof *t->shown);
    t->row = xreallocarray(t->row, (size_t)w + 1, sizeof *t->row);
    term_redraw(t);
}

void term_theme(struct term *t, const struct theme *theme)
{
    t->theme = *theme;
    term_redraw(t);
}

void term_define_keys(struct term *t, struct input *in)
{
    static const struct {
        const char *cap;
        struct key key;
    } rows[] = {
        {"kcuu1", {KEYCODE_UP, 0}},     {"kcud1", {KEYCODE_DOWN, 0}},
        {"kcub1", {KEYCODE_LEFT, 0}},   {"kcuf1", {KEYCODE_RIGHT, 0}},
        {"khome", {KEYCODE_HOME, 0}},   {"kend", {KEYCODE_END, 0}},
        {"kpp", {KEYCODE_PGUP, 0}},     {"knp", {KEYCODE_PGDN, 0}},
        {"kich1", {KEYCODE_INSERT, 0}}, {"kdch1", {KEYCODE_DELETE, 0}},
        {"kent", {KEYCODE_ENTER, 0}},   {"kcbt", {KEYCODE_TAB, KEYMOD_SHIFT}},
        {"kf1", {KEYCODE_F1, 0}},       {"kf2", {KEYCODE_F2, 0}},
        {"kf3", {KEYCODE_F3, 0}},       {"kf4", {KEYCODE_F4, 0}},
        {"kf5", {KEYCODE_F5, 0}},       {"kf6", {KEYCODE_F6, 0}},
        {"kf7", {KEYCODE_F7, 0}},       {"kf8", {KEYCODE_F8, 0}},
        {"kf9", {KEYCODE_F9, 0}},       {"kf10", {KEYCODE_F10, 0}},
        {"kf11", {KEYCODE_F11, 0}},     {"kf12", {KEYCODE_F12, 0}},
    };
    (void)t;
    for (size_t i = 0; i < ALEN(rows); i++) {
        const char *bytes = cap(rows[i].cap);
        if (bytes[0] == '\033' && bytes[1]) {
            input_define(in, bytes, rows[i].key);
        }
    }
}

/* --- cells → ncurses --- */

/* 16 colours on a terminal that has 8: bright ones are bold, bright black is dim. */
static int colour_of(const struct term *t, int colour, attr_t *attrs)
{
    if (t->level == COLOUR_16 && COLORS < 16 && colour >= 8) {
        *attrs |= colour == 8 ? A_DIM : A_BOLD;
        return colour == 8 ? -1 : colour - 8;
    }
    return colour;
}

static void cell_convert(const struct term *t, const struct cell *cell, cchar_t *ret)
{
    wchar_t text[CELL_BYTES + 1];
    size_t n = 0;
    struct sv v = {cell->text, cell->bytes};
    while (v.n > 0 && n < CCHARW_MAX) {
        text[n++] = (wchar_t)utf8_next(&v);
    }
    text[n] = L'\0';
    struct look look = theme_look(&t->theme, cell->style, t->level);
    attr_t attrs = (look.flags & STYLE_BOLD ? A_BOLD : 0) | (look.flags & STYLE_DIM ? A_DIM : 0) |
                   (look.flags & STYLE_UNDERLINE ? A_UNDERLINE : 0) |
                   (look.flags & STYLE_REVERSE ? A_REVERSE : 0);
    int pair = 0;
    if (t->level != COLOUR_MONO && (look.fg >= 0 || look.bg >= 0)) {
        pair = alloc_pair(colour_of(t, look.fg, &attrs), colour_of(t, look.bg, &attrs));
        pair = pair < 0 ? 0 : pair;
    }
    (void)setcchar(ret, text, attrs, 0, &pair);
}

static void row_write(struct term *t, const struct canvas *c, int y)
{
    size_t start = (size_t)y * (size_t)t->w;
    int n = 0;
    if (!t->is_all_new &&
        memcmp(t->shown + start, c->cells + start, (size_t)t->w * sizeof *c->cells) == 0) {
        return;
    }
    for (int x = 0; x < t->w; x++) {
        const struct cell *cell = &c->cells[start + (size_t)x];
        if (cell->width > 0) {
            cell_convert(t, cell, &t->row[n++]);
        }
    }
    (void)mvadd_wchnstr(y, 0, t->row, n);
    memcpy(t->shown + start, c->cells + start, (size_t)t->w * sizeof *c->cells);
}

void term_frame(struct term *t, const struct canvas *c, struct str *out)
{
    if (c->w != t->w || c->h != t->h) {
        term_resize(t, c->w, c->h);
    }
    for (int y = 0; y < t->h; y++) {
        row_write(t, c, y);
    }
    if (t->is_all_new) {
        (void)clearok(curscr, TRUE);
        t->is_all_new = false;
    }
    if (t->cursor != c->is_cursor_visible) {
        t->cursor = c->is_cursor_visible;
        (void)curs_set(t->cursor);
    }
    (void)move(c->cursor_y, c->cursor_x);
    (void)wnoutrefresh(stdscr);
    (void)doupdate();
    drain(t, out);
    if (!t->is_begun) {
        t->is_begun = true;
        cap_add(out, "smkx");
        str_addz(out, has_paste(t) ? paste_on : "");
    }
}

void term_redraw(struct term *t)
{
    t->is_all_new = true;
}

void term_suspend(struct term *t, struct str *out)
{
    struct str nothing = STR_INIT;
    bytes_leave(t, out);
    endwin();
    drain(t, &nothing);
    str_release(&nothing);
}

void term_resume(struct term *t)
{
    modes_raw(t);
    t->is_begun = false;
    t->cursor = -1;
    term_redraw(t);
}

bool term_ask_background(const struct term *t, struct str *out)
{
    bool is_asked = t->level != COLOUR_MONO && !(t->quirks & QUIRK_NO_OSC);
    str_addz(out, is_asked ? "\033]11;?\033\\" : "");
    return is_asked;
}

void term_clipboard(struct str *out, struct sv text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    str_addz(out, "\033]52;c;");
    for (size_t i = 0; i < text.n; i += 3) {
        unsigned bits = 0;
        for (size_t k = 0; k < 3; k++) {
            bits = bits << 8 | (i + k < text.n ? (unsigned char)text.p[i + k] : 0u);
        }
        for (size_t k = 0; k < 4; k++) {
            bool is_padding = i + k > text.n;
            str_addc(out, is_padding ? '=' : digits[bits >> (18 - 6 * k) & 63]);
        }
    }
    str_addc(out, '\a');
}

/* Terminals that know OSC 777 and not OSC 9, or with a title only there. */
static bool is_known_for_777(void)
{
    static const char *const names[] = {"rxvt", "foot"};
    const char *vte = getenv("VTE_VERSION"), *name = getenv("TERM");
    bool is_known = vte && *vte;
    for (size_t i = 0; name && i < ALEN(names); i++) {
        is_known |= sv_starts(sv_z(name), names[i]);
    }
    return is_known;
}

/* An operating system command, in what hands it on to the terminal around tmux or screen. */
static void add_osc(struct str *out, const char *code, struct sv text)
{
    const char *tmux = getenv("TMUX"), *sty = getenv("STY");
    bool is_in_tmux = tmux && *tmux, is_in_screen = sty && *sty && !is_in_tmux;
    str_addz(out, is_in_tmux ? "\033Ptmux;\033" : is_in_screen ? "\033P" : "");
    str_addf(out, "\033]%s;", code);
    str_addsv(out, text);
    str_addz(out, is_in_tmux     ? "\033\033\\\033\\"
                  : is_in_screen ? "\a\033\\" /* an ESC \ would end what hands it on */
                                 : "\033\\");
}

void term_notify(const struct term *t, struct str *out, struct sv text)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    if (t->quirks & QUIRK_NO_OSC) {
        return;
    }
    struct sv rest = text;
    while (rest.n && text.n - rest.n < TERM_NOTIFY_BYTES) {
        uint32_t code = utf8_next(&rest);
        utf8_encode(&line, code == ';' ? ',' : code); /* it parts the words of OSC 777 */
    }
    str_addz(&line, rest.n ? "…" : "");
    add_osc(out, is_known_for_777() ? "777;notify;mlw" : "9", sv_of(&line));
}
