/* mlw check: every problem of a definition, or its plan. */
#include "core/cmd/cmd.h"
#include "core/cmd/note.h"
#include "core/pipeline/definition.h"

static bool has_jobs(const struct definition *d)
{
    for (size_t i = 0; i < d->steps.n; i++) {
        if (d->steps.at[i].type == STEP_PROCESSING || d->steps.at[i].type == STEP_TRAINING) {
            return true;
        }
    }
    return false;
}

int cmd_check(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TEXT, FORMAT_JSON};
    struct err e = ERR_INIT;
    enum cmd_format format;
    struct definition def = {0};
    if (!cmd_format(line, formats, ALEN(formats), &format, &e) || !cmd_check_name(line, &e) ||
        !definition_load(line->args.at[0], cmd_text(line, "name"), &def, &e)) {
        return cmd_fail(line, &e);
    }
    bool is_valid = definition_is_valid(&def);
    if (format == FORMAT_JSON) {
        struct json *j = definition_check_json(&def);
        cmd_out_json(j);
        json_free(j);
    } else {
        CLEANUP(str_release) struct str out = STR_INIT;
        definition_check_print(&def, &out);
        cmd_out(sv_of(&out));
    }
    if (is_valid && has_jobs(&def)) {
        note_sandbox(line);
    }
    definition_release(&def);
    return is_valid ? 0 : 1;
}
