/* A terminal for tests: a program in a pseudo terminal, its screen kept by libvterm.
 *
 * Owns the program (ended by pty_free), the terminal and all text that is handed out. One thread.
 * Nothing sleeps: every wait is a poll() with a deadline, and on missing it prints what was waited
 * for and the screen to stderr and returns false. What cannot be set up aborts the test program.
 *
 * With is_synced the program finds the number of a pipe in MLW_SYNC_FD and writes a record of 16
 * bytes into it after each frame: u64 frame number, u64 bytes of terminal input consumed so far.
 *
 * Text from pty_text and pty_row is UTF-8 without blanks at the end of a row, and good until the
 * next call that waits, sends or resizes. Rows and columns count from 0. */
#ifndef MLW_TESTS_E2E_PTY_H
#define MLW_TESTS_E2E_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

struct pty;

struct pty_options {
    const char *term;       /* TERM; NULL: xterm-256color */
    const char *cwd;        /* NULL: that of the test */
    const char *const *env; /* "NAME=VALUE"..., NULL at the end; beside PATH, HOME, LANG, TERM and
                             * the sanitizers' options the program has nothing else */
    int rows, cols;         /* 0: 24 and 80 */
    bool is_synced;
    int bytes_per_s;             /* a slow line: how fast output is read; 0: no limit */
    const struct termios *modes; /* of the terminal at first; NULL: the system's own */
};

/* A colour: PTY_DEFAULT, 0 to 255, or PTY_RGB with red, green, blue below. */
enum {
    PTY_DEFAULT = -1,
    PTY_RGB = 1 << 24,
};

struct pty_cell {
    char text[40]; /* the cluster; empty: nothing, or the right half of a wide one */
    int width;
    bool is_bold, is_dim, is_reverse, is_underlined;
    int fg, bg;
};

/* argv[0] is looked for in PATH; argv ends with NULL. */
struct pty *pty_spawn(const char *const *argv, const struct pty_options *options);
/* Ends the program's process group with SIGKILL; NULL is nothing. */
void pty_free(struct pty *p);
pid_t pty_pid(const struct pty *p);

/* Text with keys by name: <Enter> <Esc> <Tab> <S-Tab> <BS> <Space> <Up> <Down> <Left> <Right>
 * <Home> <End> <PgUp> <PgDn> <Ins> <Del> <F1>..<F12> <C-x> <M-x> <lt>. Named keys are what this
 * TERM sends: by the emulator's modes for xterm's kin, else the strings of terminfo. */
void pty_send(struct pty *p, const char *keys);
void pty_send_bytes(struct pty *p, const void *bytes, size_t n);
/* As a terminal pastes: in brackets if the program has asked for them. */
void pty_paste(struct pty *p, const char *text);
void pty_resize(struct pty *p, int rows, int cols);
void pty_throttle(struct pty *p, int bytes_per_s);
/* The line drops: the terminal's end is closed. */
void pty_hangup(struct pty *p);
void pty_signal(struct pty *p, int sig);

bool pty_wait_text(struct pty *p, const char *needle, int deadline_ms);
bool pty_wait_row(struct pty *p, int row, const char *needle, int deadline_ms);
bool pty_wait_gone(struct pty *p, const char *needle, int deadline_ms);
/* Everything sent has been consumed, and the frame after it is on the screen (is_synced only). */
bool pty_wait_consumed(struct pty *p, int deadline_ms);
/* At least one more frame than pty_frame said (is_synced only). */
bool pty_wait_frame(struct pty *p, uint64_t frame, int deadline_ms);
/* The status as waitpid gives it; output up to the end is on the screen. */
bool pty_wait_exit(struct pty *p, int deadline_ms, int *ret_status);
/* The program is stopped (Ctrl-Z). */
bool pty_wait_stopped(struct pty *p, int deadline_ms);
/* Whatever a test can say; what is used in the message when it does not come true. */
bool pty_wait(struct pty *p, const char *what, bool (*is_met)(struct pty *p, const void *arg),
              const void *arg, int deadline_ms);
/* Reads what has come until nothing comes for quiet_ms; for programs without a sync pipe. */
void pty_settle(struct pty *p, int quiet_ms);

const char *pty_text(struct pty *p);
const char *pty_row(struct pty *p, int row);
/* The first row that holds needle; -1: none. */
int pty_find(struct pty *p, const char *needle);
int pty_rows(const struct pty *p);
int pty_cols(const struct pty *p);
void pty_cursor(struct pty *p, int *ret_row, int *ret_col);
bool pty_is_cursor_visible(const struct pty *p);
bool pty_is_altscreen(const struct pty *p);
/* The terminal's modes: as they are now, or were when the line dropped. */
struct termios pty_modes(const struct pty *p);
void pty_set_modes(struct pty *p, const struct termios *modes);
struct pty_cell pty_cell_at(struct pty *p, int row, int col);
uint64_t pty_frame(const struct pty *p);

/* All bytes the program wrote, and how many were sent to it. */
const unsigned char *pty_raw(const struct pty *p, size_t *ret_n);
size_t pty_bytes(const struct pty *p);
size_t pty_sent(const struct pty *p);
/* No byte of output was ESC; all were below 128. */
bool pty_is_escape_free(const struct pty *p);
bool pty_is_ascii(const struct pty *p);

void pty_dump(struct pty *p);

#endif
