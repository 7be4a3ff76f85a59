/* key: one key press as a value, and its name: `j`, `<C-l>`, `<PgDn>`, `<S-Tab>`, `<M-x>`,
 * `<Space>`,
 * `<lt>`, `<eq>`, `<hash>`. parse(print(k)) == k. Values only; any thread. */
#ifndef MLW_TUI_KEY_H
#define MLW_TUI_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

/* Keys without a character; codes above Unicode. X(id, "name") */
#define KEY_NAMES(X)                                                                               \
    X(ENTER, "Enter")                                                                              \
    X(TAB, "Tab")                                                                                  \
    X(ESC, "Esc")                                                                                  \
    X(BACKSPACE, "BS")                                                                             \
    X(DELETE, "Del")                                                                               \
    X(INSERT, "Ins")                                                                               \
    X(UP, "Up")                                                                                    \
    X(DOWN, "Down")                                                                                \
    X(LEFT, "Left")                                                                                \
    X(RIGHT, "Right")                                                                              \
    X(HOME, "Home")                                                                                \
    X(END, "End")                                                                                  \
    X(PGUP, "PgUp")                                                                                \
    X(PGDN, "PgDn")                                                                                \
    X(F1, "F1")                                                                                    \
    X(F2, "F2")                                                                                    \
    X(F3, "F3")                                                                                    \
    X(F4, "F4")                                                                                    \
    X(F5, "F5")                                                                                    \
    X(F6, "F6")                                                                                    \
    X(F7, "F7")                                                                                    \
    X(F8, "F8")                                                                                    \
    X(F9, "F9")                                                                                    \
    X(F10, "F10")                                                                                  \
    X(F11, "F11")                                                                                  \
    X(F12, "F12")

enum keycode {
    KEYCODE_BASE = 0x110000,
#define X(id, name) KEYCODE_##id,
    KEY_NAMES(X)
#undef X
        KEYCODE_LAST
};

enum { KEYMOD_CTRL = 1, KEYMOD_ALT = 2, KEYMOD_SHIFT = 4 /* only with keys without a character */ };

struct key {
    uint32_t code; /* Unicode, or enum keycode; 0: no key */
    uint32_t mods;
};

static inline bool key_eq(struct key a, struct key b)
{
    return a.code == b.code && a.mods == b.mods;
}
/* A character that belongs into a text field. */
static inline bool key_is_text(struct key k)
{
    return k.code >= 32 && k.code < 0x110000 && k.code != 127 && k.mods == 0;
}
bool key_parse(struct sv name, struct key *ret);
void key_print(struct key k, struct str *out);
/* As a person reads it in hints and help: `Enter`, `Ctrl-L`, `↑`, `Space`. */
void key_label(struct key k, bool is_ascii, struct str *out);

#endif
