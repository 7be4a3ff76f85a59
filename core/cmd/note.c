/* Notes before jobs start; see note.h. */
#include "core/cmd/note.h"

#include <stdio.h>

#include "core/executor/executor.h"
#include "core/executor/logout.h"

/* The settings of the workspace, or of the person alone where there is none. */
static bool load_config(const struct cmd_line *line, struct config *ret_config, struct err *e)
{
    struct workspace ws;
    if (!cmd_workspace(line, false, &ws, e)) {
        return config_load(NULL, ret_config, e);
    }
    bool ok = config_load(ws.dir, ret_config, e);
    workspace_release(&ws);
    return ok;
}

bool note_load_config(const struct cmd_line *line, struct config *ret_config)
{
    struct err e = ERR_INIT;
    bool ok = load_config(line, ret_config, &e);
    if (!ok) {
        (void)cmd_fail(line, &e);
    }
    return ok;
}

void note_config(const struct cmd_line *line)
{
    struct config config;
    if (note_load_config(line, &config)) {
        config_release(&config);
    }
}

void note_sandbox(const struct cmd_line *line)
{
    struct config config;
    if (!note_load_config(line, &config)) {
        return;
    }
    enum config_sandbox wanted = config.executor_sandbox;
    const struct sandbox_verdict *verdict = wanted == CONFIG_SANDBOX_AUTO ? sandbox_probe() : NULL;
    if (wanted == CONFIG_SANDBOX_NONE || (verdict && verdict->reason)) {
        fprintf(stderr,
                "mlw: jobs run without a sandbox (%s): a literal /opt/ml path in a script will not "
                "work\n",
                verdict ? verdict->reason : "sandbox = none in mlw.conf");
    }
    config_release(&config);
}

void note_logout(void)
{
    const char *warning = logout_probe()->warning;
    if (warning) {
        fprintf(stderr, "mlw: %s\n", warning);
    }
}
