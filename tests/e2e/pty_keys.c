#include "tests/e2e/pty_keys.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vterm.h>

#include <curses.h>
#include <term.h>

struct key {
    const char *name, *bytes, *capability;
    int vterm_key;
};

/* Capabilities are looked up where the terminal is not of xterm's kin. */
static const struct key keys[] = {
    {"Enter", "\r", NULL, 0},
    {"Esc", "\033", NULL, 0},
    {"Tab", "\t", NULL, 0},
    {"Space", " ", NULL, 0},
    {"lt", "<", NULL, 0},
    {"BS", "\177", NULL, 0},
    {"S-Tab", "\033[Z", NULL, 0},
    {"Up", NULL, "kcuu1", VTERM_KEY_UP},
    {"Down", NULL, "kcud1", VTERM_KEY_DOWN},
    {"Left", NULL, "kcub1", VTERM_KEY_LEFT},
    {"Right", NULL, "kcuf1", VTERM_KEY_RIGHT},
    {"Home", NULL, "khome", VTERM_KEY_HOME},
    {"End", NULL, "kend", VTERM_KEY_END},
    {"PgUp", NULL, "kpp", VTERM_KEY_PAGEUP},
    {"PgDn", NULL, "knp", VTERM_KEY_PAGEDOWN},
    {"Ins", NULL, "kich1", VTERM_KEY_INS},
    {"Del", NULL, "kdch1", VTERM_KEY_DEL},
    {"F1", NULL, "kf1", VTERM_KEY_FUNCTION(1)},
    {"F2", NULL, "kf2", VTERM_KEY_FUNCTION(2)},
    {"F3", NULL, "kf3", VTERM_KEY_FUNCTION(3)},
    {"F4", NULL, "kf4", VTERM_KEY_FUNCTION(4)},
    {"F5", NULL, "kf5", VTERM_KEY_FUNCTION(5)},
    {"F6", NULL, "kf6", VTERM_KEY_FUNCTION(6)},
    {"F7", NULL, "kf7", VTERM_KEY_FUNCTION(7)},
    {"F8", NULL, "kf8", VTERM_KEY_FUNCTION(8)},
    {"F9", NULL, "kf9", VTERM_KEY_FUNCTION(9)},
    {"F10", NULL, "kf10", VTERM_KEY_FUNCTION(10)},
    {"F11", NULL, "kf11", VTERM_KEY_FUNCTION(11)},
    {"F12", NULL, "kf12", VTERM_KEY_FUNCTION(12)},
};

/* The string that terminfo names for this key on this terminal; 0: none. */
static size_t from_terminfo(const char *term, const char *capability, char *bytes)
{
    size_t n = 0;
    int status;
    TERMINAL *before = cur_term;
    if (setupterm(term, STDOUT_FILENO, &status) == OK) {
        char name[PTY_KEY_NAME_MAX] = "";
        memcpy(name, capability, strlen(capability));
        const char *text = tigetstr(name);
        if (text && text != (char *)-1 && strlen(text) < PTY_KEY_BYTES_MAX) {
            n = strlen(text);
            memcpy(bytes, text, n);
        }
        TERMINAL *made = set_curterm(before);
        if (made && made != before) {
            del_curterm(made);
        }
    }
    return n;
}

static size_t with_modifier(const char *name, char *bytes)
{
    size_t n = strlen(name);
    if (!strncmp(name, "C-", 2) && n == 3) {
        bytes[0] = (char)(name[2] & 0x1F);
        return 1;
    }
    if (!strncmp(name, "M-", 2) && n == 3) {
        bytes[0] = '\033';
        bytes[1] = name[2];
        return 2;
    }
    return 0;
}

size_t pty_key_bytes(const char *name, const char *term, char *bytes, int *ret_key)
{
    *ret_key = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct key *key = &keys[i];
        if (strcmp(name, key->name) != 0) {
            continue;
        }
        if (key->bytes) {
            memcpy(bytes, key->bytes, strlen(key->bytes));
            return strlen(key->bytes);
        }
        size_t n = strncmp(term, "xterm", 5) ? from_terminfo(term, key->capability, bytes) : 0;
        *ret_key = n ? 0 : key->vterm_key;
        return n;
    }
    return with_modifier(name, bytes);
}
