/* mlw gate: list and decide what waits for a person. */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/cmd/act.h"
#include "core/cmd/note.h"
#include "core/cmd/rows.h"
#include "core/model/cell.h"

static const struct {
    const char *name;
    int field;
} gate_members[] = {
    {"token", FIELD_GATE_token},         {"kind", FIELD_GATE_kind},
    {"execution", FIELD_GATE_execution}, {"step", FIELD_GATE_step},
    {"subject", FIELD_GATE_subject},     {"state", FIELD_GATE_state},
    {"reason", FIELD_GATE_reason},
};

static struct json *gates_json(const struct snapshot *s)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < s->n; i++) {
        struct json *one = json_push(list, json_new_object());
        for (size_t m = 0; m < ALEN(gate_members); m++) {
            json_set(one, gate_members[m].name,
                     cell_json(s->rows[i].cells[gate_members[m].field],
                               &kinds[KIND_GATE].fields[gate_members[m].field]));
        }
    }
    return list;
}

static int list(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TABLE, FORMAT_JSON};
    struct err e = ERR_INIT;
    enum cmd_format format;
    struct hub *hub = NULL;
    if (!cmd_format(line, formats, ALEN(formats), &format, &e) ||
        !(hub = cmd_hub(line, false, &e))) {
        return cmd_fail(line, &e);
    }
    struct query q = {.type = QUERY_ROWS, .kind = KIND_GATE};
    struct snapshot *s = cmd_ask(hub, &q, &e);
    if (s && format == FORMAT_JSON) {
        struct json *j = gates_json(s);
        cmd_out_json(j);
        json_free(j);
    } else if (s) {
        struct columns columns;
        CLEANUP(str_release) struct str out = STR_INIT;
        if (columns_choose(KIND_GATE, "token,kind,subject,state,execution,step,reason", false,
                           &columns, &e)) {
            struct rows_form form = {&columns, FORMAT_TABLE, cmd_is_terminal(), clock_wall_ms(),
                                     NULL};
            rows_print(s, &form, &out);
            columns_release(&columns);
        }
        cmd_out(sv_of(&out));
    }
    bool ok = s != NULL;
    snapshot_unref(s);
    hub_free(hub);
    return ok ? 0 : cmd_fail(line, &e);
}

int cmd_gate(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    const char *verb = line->args.at[0];
    bool is_approve = strcmp(verb, "approve") == 0;
    if (strcmp(verb, "ls") == 0 && line->args.n == 1) {
        return list(line);
    }
    if ((!is_approve && strcmp(verb, "reject") != 0) || line->args.n != 2) {
        err_set(&e, ERR_USAGE, "usage: mlw gate ls | approve TOKEN | reject TOKEN --reason TEXT");
        return cmd_fail(line, &e);
    }
    CLEANUP(mem_free_ptr) char *reason = sv_dup(sv_trim(sv_z(cmd_text(line, "reason"))));
    if (!is_approve && !reason[0]) {
        err_set(&e, ERR_USAGE, "reject needs --reason TEXT: it becomes the FailureReason");
        return cmd_fail(line, &e);
    }
    /* a token, or the version of a model that waits */
    const char *word = line->args.at[1];
    CLEANUP(mem_free_ptr)
    char *id = strchr(word, '/') ? xstrdup(word) : cmd_resolve(line, KIND_GATE, word, &e);
    if (!id) {
        return cmd_fail(line, &e);
    }
    struct req req = {.type = is_approve ? REQ_APPROVE : REQ_REJECT,
                      .id = xstrdup(id),
                      .text = reason[0] ? xstrdup(reason) : NULL};
    struct ev reply;
    if (!cmd_pairs(line, "output", &req, &e) || !cmd_act(line, false, &req, &reply, &e)) {
        req_release(&req);
        return cmd_fail(line, &e);
    }
    if (reply.text) {
        cmd_outz(reply.text);
        cmd_outz("\n");
    }
    ev_release(&reply);
    note_config(line);
    return 0;
}
