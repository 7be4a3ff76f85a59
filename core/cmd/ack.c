/* mlw ack: what is red or waits, put aside with a reason until its state changes. */
#include "core/base/mem.h"
#include "core/cmd/act.h"

const char *cmd_ack_state(enum kind kind)
{
    static const char *const states[KIND_COUNT] = {
        [KIND_EXECUTION] = "Failed", [KIND_GATE] = "Waiting"};
    return states[kind];
}

static bool ack(const struct cmd_line *line, struct ev *ret_reply, struct err *e)
{
    enum kind kind = cmd_kind(line->args.at[0], e);
    struct sv reason = sv_trim(sv_z(cmd_text(line, "reason")));
    if (kind == KIND_COUNT) {
        return false;
    }
    if (!reason.n) {
        return err_set(e, ERR_USAGE, "a reason is needed: --reason TEXT");
    }
    CLEANUP(mem_free_ptr) char *id = cmd_resolve(line, kind, line->args.at[1], e);
    if (!id) {
        return false;
    }
    if (!cmd_ack_state(kind)) {
        return err_set(e, ERR_REFUSED, "%s %s cannot be put aside: executions and gates can",
                       kinds[kind].singular, id);
    }
    struct req req = {.type = REQ_ACK,
                      .id = xasprintf("%s:%s", kinds[kind].singular, id),
                      .text = sv_dup(reason)};
    return cmd_act(line, false, &req, ret_reply, e);
}

int cmd_ack(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct ev reply;
    if (!ack(line, &reply, &e)) {
        return cmd_fail(line, &e);
    }
    cmd_outz(reply.text);
    cmd_outz("\n");
    ev_release(&reply);
    return 0;
}
