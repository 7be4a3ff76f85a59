/* mlw run --plan: what a start would do, and nothing else. */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/cmd/cmd.h"
#include "core/config/config.h"
#include "core/pipeline/foresee.h"

/* The workspace's store to look into; neither has to be there. */
static bool open_store(const struct cmd_line *line, struct workspace *ws, bool *ret_has_ws,
                       struct store **ret_store, struct err *e)
{
    *ret_has_ws = cmd_workspace(line, false, ws, e);
    if (!*ret_has_ws) {
        return e->code == ERR_NOT_FOUND;
    }
    if (store_open(ws, STORE_LOOK, ret_store, e)) {
        return true;
    }
    *ret_store = NULL;
    return e->code == ERR_NOT_FOUND;
}

static struct json *foresee(const struct foresee_of *of, struct err *e)
{
    struct foresee *f = foresee_new(of, e);
    bool is_done = false;
    struct json *plan =
        f && foresee_step(f, INT64_MAX, &is_done, e) && is_done ? foresee_json(f) : NULL;
    foresee_free(f);
    return plan;
}

static void print_table(const struct json *plan, struct str *out)
{
    static const char *const keys[] = {"name", "action"};
    int widths[] = {4, 6};
    json_each (step, json_get(plan, "steps")) {
        for (size_t i = 0; i < ALEN(keys); i++) {
            int n = (int)strlen(json_get_str(step, keys[i])); /* names are ASCII */
            widths[i] = n > widths[i] ? n : widths[i];
        }
    }
    str_addf(out, "%-*s  %-*s  WHY\n", widths[0], "STEP", widths[1], "ACTION");
    json_each (step, json_get(plan, "steps")) {
        str_addf(out, "%-*s  %-*s  %s\n", widths[0], json_get_str(step, "name"), widths[1],
                 json_get_str(step, "action"), json_get_str(step, "why"));
    }
}

int cmd_plan(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TEXT, FORMAT_JSON};
    struct err e = ERR_INIT;
    struct workspace ws = {0};
    struct store *st = NULL;
    enum cmd_format format;
    const char **params;
    bool has_ws = false;
    if (!cmd_format(line, formats, ALEN(formats), &format, &e)) {
        return cmd_fail(line, &e);
    }
    struct foresee_of of = {.what = line->args.at[0], .name = cmd_text(line, "name")};
    of.param_count = cmd_list(line, "param", &params);
    of.params = params;
    struct config config = {0};
    bool ok = open_store(line, &ws, &has_ws, &st, &e) &&
              config_load(has_ws ? ws.dir : NULL, &config, &e); /* as the start would */
    if (ok) {
        config_release(&config);
    }
    of.ws = has_ws ? &ws : NULL;
    of.st = st;
    CLEANUP(json_free_ptr) struct json *plan = ok ? foresee(&of, &e) : NULL;
    if (plan && format == FORMAT_JSON) {
        cmd_out_json(plan);
    } else if (plan) {
        CLEANUP(str_release) struct str out = STR_INIT;
        print_table(plan, &out);
        cmd_out(sv_of(&out));
    }
    store_close(st);
    workspace_release(&ws);
    free(params);
    return plan ? 0 : cmd_fail(line, &e);
}
