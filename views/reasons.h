/* reasons: why a command has no meaning in a screen, in that screen's own words.
 *
 * The rows stand in reasons.def: `NOT(view, CMD, "sentence")`. A view gives its part to the app as
 * `.reasons = reasons[REASONS_name]` (view_ops.reasons); `text` is the app's own view of a text
 * (app_config.text_reasons). A screen has a row for each command that it never does, and none for
 * one that it does: tests/views/test_reasons.c walks all keys and all views. Constant data; any
 * thread. */
#ifndef MLW_VIEWS_REASONS_H
#define MLW_VIEWS_REASONS_H

#include "tui/command.h"

enum reasons_of {
#define VIEW(id) REASONS_##id,
#include "views/views.def"
#undef VIEW
    REASONS_text,
    REASONS_COUNT
};

extern const char *const reasons[REASONS_COUNT][CMD_COUNT]; /* NULL: it has a meaning */

#endif
