/* mlw ls: rows of a kind. */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/cmd/act.h"
#include "core/cmd/rows.h"

static int list(const struct cmd_line *line, enum kind kind, struct err *e)
{
    static const enum cmd_format formats[] = {FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV,
                                              FORMAT_TSV};
    enum cmd_format format;
    int64_t limit;
    struct columns columns;
    if (!cmd_format(line, formats, ALEN(formats), &format, e) ||
        !cmd_int(line, "limit", 1, 100000000, 0, &limit, e) ||
        !columns_choose(kind, cmd_text(line, "columns"),
                        format == FORMAT_CSV || format == FORMAT_TSV, &columns, e)) {
        return cmd_fail(line, e);
    }
    struct hub *hub = cmd_hub(line, false, e);
    struct query q = {.type = QUERY_ROWS,
                      .kind = kind,
                      .id = cmd_text(line, "parent"),
                      .filter = cmd_text(line, "filter"),
                      .sort = cmd_text(line, "sort"),
                      .n = (size_t)limit};
    struct snapshot *s = hub ? cmd_ask(hub, &q, e) : NULL;
    if (s) {
        CLEANUP(str_release) struct str out = STR_INIT;
        rows_print(s, &columns, format, clock_wall_ms(), &out);
        cmd_out(sv_of(&out));
        snapshot_unref(s);
    }
    columns_release(&columns);
    hub_free(hub);
    return s ? 0 : cmd_fail(line, e);
}

int cmd_ls(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    enum kind kind = cmd_kind(line->args.at[0], &e);
    return kind == KIND_COUNT ? cmd_fail(line, &e) : list(line, kind, &e);
}
