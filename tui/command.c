/* The table of commands. */
#include "tui/command.h"

#include "core/base/mem.h"

enum {
    S = CMD_NEEDS_SELECTION,
    M = CMD_TAKES_MARKS,
    W = CMD_WRITES,
    H = CMD_IS_HIDDEN,
    G = CMD_IS_APPS,
};

/* the headings stand between the commands: a command's group is the last heading before it */
static const struct {
    enum cmd cmd; /* CMD_NONE: a heading */
    const char *title;
} order[] = {
#define GROUP(title)                     {CMD_NONE, title},
#define CMD(id, name, text, flags, args) {CMD_##id, NULL},
#include "tui/commands.def"
#undef CMD
#undef GROUP
};

static const struct cmd_info none = {"", "", "", 0};
static const struct cmd_info infos[] = {
#define GROUP(title)
#define CMD(id, name, text, flags, args) [CMD_##id] = {name, text, args, flags},
#include "tui/commands.def"
#undef CMD
#undef GROUP
};
_Static_assert(ALEN(infos) == CMD_COUNT, "every command has a row");

const struct cmd_info *cmd_info(enum cmd cmd)
{
    return cmd > CMD_NONE && cmd < CMD_COUNT ? &infos[cmd] : &none;
}

const char *cmd_group(enum cmd cmd)
{
    const char *group = "";
    for (size_t i = 0; i < ALEN(order); i++) {
        if (order[i].cmd == CMD_NONE) {
            group = order[i].title;
        } else if (order[i].cmd == cmd) {
            return group;
        }
    }
    return "";
}

enum cmd cmd_by_name(struct sv name)
{
    for (int i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        if (sv_eqz(name, infos[i].name)) {
            return (enum cmd)i;
        }
    }
    return CMD_NONE;
}
