/* command: everything a person can tell the program to do, as data (commands.def).
 *
 * Views get `enum cmd`, never keys. The same table makes dispatch, `?`, the footer's hints, the
 * palette, the action menu and the manual page. Constant; any thread. */
#ifndef MLW_TUI_COMMAND_H
#define MLW_TUI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

enum cmd {
    CMD_NONE,
#define GROUP(title)
#define CMD(id, name, text, flags, args) CMD_##id,
#include "tui/commands.def"
#undef CMD
#undef GROUP
    CMD_COUNT
};

enum cmd_flags {
    CMD_NEEDS_SELECTION = 1 << 0,
    CMD_TAKES_MARKS = 1 << 1,
    CMD_WRITES = 1 << 2,
    CMD_IS_HIDDEN = 1 << 3, /* not in the palette */
    CMD_IS_APPS = 1 << 4,   /* the app handles it when no view does */
};

struct cmd_info {
    const char *name, *text, *args;
    unsigned flags;
};

struct cmd_arg {
    struct sv text; /* what followed the name in the palette; empty for a key */
    long n;         /* digit of the key; CMD_LINE: which line, from 1 */
};

enum handled { PASS, HANDLED };

const struct cmd_info *cmd_info(enum cmd cmd);
const char *cmd_group(enum cmd cmd);  /* heading in help */
enum cmd cmd_by_name(struct sv name); /* CMD_NONE when there is none */

#endif
