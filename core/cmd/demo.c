/* mlw demo: the demo project, its pipeline running, and the screen on it; without a terminal the
 * same to its end, as a table. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/cmd/act.h"
#include "core/cmd/project.h"
#include "core/cmd/rows.h"
#include "core/cmd/wait.h"

#define DEMO_DIR "mlw-demo"

static bool print_steps(const struct cmd_line *line, const char *execution, struct err *e)
{
    struct hub *hub = cmd_hub(line, false, e);
    struct query q = {.type = QUERY_ROWS, .kind = KIND_STEP, .id = execution};
    struct snapshot *s = hub ? cmd_ask(hub, &q, e) : NULL;
    struct columns columns;
    bool ok = s && columns_choose(KIND_STEP, "name,type,status,duration,why", false, &columns, e);
    if (ok) {
        CLEANUP(str_release) struct str out = STR_INIT;
        struct rows_form form = {&columns, FORMAT_TABLE, cmd_is_terminal(), clock_wall_ms(), NULL};
        rows_print(s, &form, &out);
        cmd_out(sv_of(&out));
        columns_release(&columns);
    }
    snapshot_unref(s);
    hub_free(hub);
    return ok;
}

/* Wait, print the steps, give the execution's status. */
static int run_headless(const struct cmd_line *line, const char *execution)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    if (!cmd_workspace(line, false, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    int status = store_open(&ws, 0, &st, &e)
                     ? cmd_wait(line, &ws, st, execution, &(struct wait_options){0})
                     : cmd_fail(line, &e);
    store_close(st);
    workspace_release(&ws);
    CLEANUP(str_release) struct str out = STR_INIT;
    str_addf(&out, "execution %s\n", execution);
    cmd_out(sv_of(&out));
    return print_steps(line, execution, &e) ? status : cmd_fail(line, &e);
}

static bool start(const struct cmd_line *line, const char *dir, struct ev *reply, struct err *e)
{
    struct req req = {
        .type = REQ_START, .text = path_join(dir, "pipeline.json"), .name = xstrdup("tabular")};
    if (cmd_text(line, "epochs")) {
        req_pair(&req, "Epochs", cmd_text(line, "epochs"));
    }
    return cmd_act(line, false, &req, reply, e);
}

int cmd_demo(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    const char *dir = line->args.n ? line->args.at[0] : DEMO_DIR;
    struct workspace ws;
    int64_t epochs = 1;
    if (cmd_text(line, "epochs") &&
        (!fmt_parse_i64(sv_z(cmd_text(line, "epochs")), &epochs) || epochs < 1)) {
        err_set(&e, ERR_USAGE, "--epochs %s: a whole number from 1 on is expected",
                cmd_text(line, "epochs"));
        return cmd_fail(line, &e);
    }
    if (!cmd_may_write(line, &e) ||
        (!project_is_there("tabular", dir) && !project_lay_down("tabular", dir, NULL, NULL, &e)) ||
        !workspace_init(dir, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    CLEANUP(mem_free_ptr) char *root = xstrdup(ws.dir);
    workspace_release(&ws);
    struct cmd_line here = *line;
    here.globals.dir = root;
    struct ev reply;
    if (!start(&here, root, &reply, &e)) {
        return cmd_fail(line, &e);
    }
    CLEANUP(mem_free_ptr) char *id = xstrdup(reply.reply_id);
    ev_release(&reply);
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return run_headless(&here, id);
    }
    *line->screen = line->globals;
    line->screen->dir = xstrdup(root); /* lives as long as the process */
    line->screen->open = xasprintf("execution %s", id);
    return CMD_SCREEN;
}
