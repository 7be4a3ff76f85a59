/* messages: what toasts said, kept for `:messages`; the last error for `!`. At most MESSAGES_MAX,
 * the oldest go first; an equal one that follows is counted, not repeated. */
#ifndef MLW_TUI_WIDGETS_MESSAGES_H
#define MLW_TUI_WIDGETS_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "tui/app.h"

enum { MESSAGES_MAX = 500 };

struct message {
    enum toast kind;
    char *text, *hint; /* hint may be NULL */
    int64_t time_ms;
    unsigned times;
};

struct messages {
    struct message *at; /* oldest first */
    size_t n, cap;
};

void messages_init(struct messages *m);
void messages_release(struct messages *m);
void messages_add(struct messages *m, enum toast kind, struct sv text, const char *hint,
                  int64_t now_ms);
const struct message *messages_last_error(const struct messages *m); /* NULL: none */

#endif
