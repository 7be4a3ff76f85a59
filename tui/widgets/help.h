/* help: sections of two columns, made from the tables; shown by the help view.
 *
 *     help_section(h, "Filter fields");
 *     help_line(h, "metric.KEY", "last value of a metric"); */
#ifndef MLW_TUI_WIDGETS_HELP_H
#define MLW_TUI_WIDGETS_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"
#include "tui/keymap.h"

struct help_row {
    char *left, *right; /* right NULL: a heading; both NULL: blank */
};

struct help {
    struct help_row *at;
    size_t n, cap;
};

void help_init(struct help *h);
void help_release(struct help *h);
void help_section(struct help *h, const char *title);
void help_line(struct help *h, const char *left, const char *right);
/* Keys in force in `contexts`, by context and group of commands; only those for which is_shown
 * holds (NULL: all). */
typedef bool (*help_filter_fn)(const void *arg, enum cmd cmd);
void help_keys(struct help *h, const struct keymap *m, unsigned contexts, bool is_ascii,
               help_filter_fn is_shown, const void *arg);

#endif
