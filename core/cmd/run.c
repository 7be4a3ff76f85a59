/* mlw run, watch, stop, retry: an execution from its start to its end. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/cmd/act.h"
#include "core/cmd/cmd.h"
#include "core/cmd/note.h"
#include "core/cmd/wait.h"
#include "core/cmd/watch.h"
#include "core/store/execution.h"

/* Open the workspace and its store; false after printing why not, with the exit status. */
static bool open_store(const struct cmd_line *line, bool may_create, struct workspace *ws,
                       struct store **st, int *ret_status)
{
    struct err e = ERR_INIT;
    if (!cmd_workspace(line, may_create, ws, &e)) {
        *ret_status = cmd_fail(line, &e);
        return false;
    }
    if (!store_open(ws, may_create ? STORE_CREATE : 0, st, &e)) {
        workspace_release(ws);
        *ret_status = cmd_fail(line, &e);
        return false;
    }
    return true;
}

static int follow(const struct cmd_line *line, const char *execution,
                  const struct wait_options *options)
{
    struct workspace ws;
    struct store *st = NULL;
    int status;
    if (open_store(line, false, &ws, &st, &status)) {
        status = cmd_wait(line, &ws, st, execution, options);
        store_close(st);
        workspace_release(&ws);
    }
    return status;
}

/* Alone on the first line, once the execution is durable. Where nobody can read it there, it is
 * said where errors are, and an attached execution does not go on without the command. */
static bool print_id(const struct cmd_line *line, const char *id)
{
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str out = STR_INIT;
    str_addf(&out, "%s\n", id);
    if (os_write_all(STDOUT_FILENO, sv_of(&out), "standard output", &e)) {
        return true;
    }
    (void)cmd_fail(line, &e);
    struct req req = {.type = REQ_STOP, .id = xstrdup(id)};
    struct ev reply;
    if (!cmd_has(line, "attached")) {
        req_release(&req);
        fprintf(stderr, "execution %s goes on; mlw watch %s waits for it\n", id, id);
    } else if (cmd_act(line, false, &req, &reply, &e)) {
        ev_release(&reply);
        fprintf(stderr, "execution %s is asked to stop\n", id);
    }
    return false;
}

static int start(const struct cmd_line *line, const struct wait_options *options)
{
    struct err e = ERR_INIT;
    int64_t parallel, retry_on_exit;
    if (!cmd_int(line, "parallel", 1, 10000, 0, &parallel, &e) ||
        !cmd_int(line, "retry-on-exit", 0, 100, 0, &retry_on_exit, &e)) {
        return cmd_fail(line, &e);
    }
    struct req req = {.type = REQ_START,
                      .text = xstrdup(line->args.at[0]),
                      .name = xstrdup(cmd_text(line, "name")),
                      .parallel = (int)parallel,
                      .retry_on_exit = (int)retry_on_exit};
    struct ev reply;
    if (!cmd_pairs(line, "param", &req, &e) || !cmd_act(line, true, &req, &reply, &e)) {
        req_release(&req);
        return cmd_fail(line, &e);
    }
    CLEANUP(mem_free_ptr) char *id = xstrdup(reply.reply_id);
    ev_release(&reply);
    if (!print_id(line, id)) {
        return err_exit_status(ERR_IO);
    }
    note_sandbox(line);
    note_logout();
    return cmd_has(line, "detach") ? 0 : follow(line, id, options);
}

int cmd_run(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    if (cmd_has(line, "output") && !cmd_has(line, "plan")) {
        (void)err_set(&e, ERR_USAGE, "-o says how a plan is printed: it goes with --plan");
        return cmd_fail(line, &e);
    }
    if (!cmd_check_name(line, &e)) {
        return cmd_fail(line, &e);
    }
    struct wait_options options;
    if (cmd_has(line, "plan")) {
        return wait_options_check(line, &e) ? cmd_plan(line) : cmd_fail(line, &e);
    }
    if (!wait_options_read(line, &options, &e)) {
        return cmd_fail(line, &e);
    }
    int status = start(line, &options);
    wait_options_release(&options);
    return status;
}

/* The whole id of the execution that the first argument names; empty after a failure. */
static bool resolve(const struct cmd_line *line, char *ret_id, int *ret_status)
{
    struct workspace ws;
    struct store *st = NULL;
    if (!open_store(line, false, &ws, &st, ret_status)) {
        return false;
    }
    struct err e = ERR_INIT;
    bool ok = execution_resolve(st, line->args.at[0], ret_id, &e);
    if (!ok) {
        *ret_status = cmd_fail(line, &e);
    }
    store_close(st);
    workspace_release(&ws);
    return ok;
}

/* *ret_said is what was done, which the caller frees; NULL after a failure. */
static int act_on(const struct cmd_line *line, enum req_type type, char *ret_id, char **ret_said)
{
    int status = 0;
    *ret_said = NULL;
    if (!resolve(line, ret_id, &status)) {
        return status;
    }
    struct err e = ERR_INIT;
    struct req req = {.type = type, .id = xstrdup(ret_id)};
    struct ev reply;
    if (!cmd_act(line, false, &req, &reply, &e)) {
        return cmd_fail(line, &e);
    }
    *ret_said = xstrdup(reply.text);
    ev_release(&reply);
    return 0;
}

int cmd_watch(const struct cmd_line *line)
{
    char id[EXECUTION_ID + 1];
    struct err e = ERR_INIT;
    struct wait_options options;
    if (line->args.n == 2 || cmd_has(line, "for") || cmd_has(line, "output")) {
        return cmd_watch_row(line);
    }
    if (!wait_options_read(line, &options, &e)) {
        return cmd_fail(line, &e);
    }
    int status = 0;
    status = resolve(line, id, &status) ? follow(line, id, &options) : status;
    wait_options_release(&options);
    return status;
}

int cmd_stop(const struct cmd_line *line)
{
    char id[EXECUTION_ID + 1];
    CLEANUP(mem_free_ptr) char *said = NULL;
    int status = act_on(line, REQ_STOP, id, &said);
    if (said) {
        fprintf(stderr, "%s\n", said);
        note_config(line);
    }
    return status;
}

int cmd_retry(const struct cmd_line *line)
{
    char id[EXECUTION_ID + 1];
    struct err e = ERR_INIT;
    struct wait_options options;
    if (!wait_options_read(line, &options, &e)) {
        return cmd_fail(line, &e);
    }
    CLEANUP(mem_free_ptr) char *said = NULL;
    int status = act_on(line, REQ_RETRY, id, &said);
    status = said && !print_id(line, id) ? err_exit_status(ERR_IO) : status;
    status = status || cmd_has(line, "detach") ? status : follow(line, id, &options);
    wait_options_release(&options);
    return status;
}
