/* mlw init: make a workspace. */
#include "core/cmd/cmd.h"

int cmd_init(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    const char *dir = line->args.n ? line->args.at[0] : ".";
    if (!cmd_may_write(line, &e) || !workspace_init(dir, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    bool ok = store_open(&ws, STORE_CREATE, &st, &e);
    if (ok) {
        CLEANUP(str_release) struct str out = STR_INIT;
        str_addf(&out, "%s is a workspace\n", ws.dir);
        cmd_out(sv_of(&out));
    }
    store_close(st);
    workspace_release(&ws);
    return ok ? 0 : cmd_fail(line, &e);
}
