/* mlw new: a project of a template. */
#include "core/base/os.h"
#include "core/cmd/cmd.h"
#include "core/cmd/project.h"

int cmd_new(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    const char *dir = line->args.at[1];
    if (!cmd_may_write(line, &e) ||
        !project_lay_down(line->args.at[0], dir, cmd_text(line, "data"), cmd_text(line, "target"),
                          &e) ||
        !workspace_init(dir, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    CLEANUP(str_release) struct str out = STR_INIT;
    str_addf(&out, "%s is laid down; start it with: mlw -C %s run pipeline.json\n", ws.dir, dir);
    cmd_out(sv_of(&out));
    workspace_release(&ws);
    return 0;
}
