/* mlw drive: the driver's process. What `run`, a shim or any mlw that looks starts. */
#include <signal.h>

#include "core/base/os.h"
#include "core/cmd/cmd.h"
#include "core/pipeline/driver.h"

int cmd_drive(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    os_fault_process("driver");
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    if (!cmd_workspace(line, false, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    bool ok = driver_run(&ws, line->args.at[0], &e);
    workspace_release(&ws);
    return ok ? 0 : cmd_fail(line, &e);
}
