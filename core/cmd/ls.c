/* mlw ls: rows of a kind. */
#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/cmd/act.h"
#include "core/cmd/rows.h"

/* How many rows --expect asks for; without it, any. */
struct expectation {
    bool is_asked, is_some;
    int64_t n;
};

static bool read_expectation(const struct cmd_line *line, struct expectation *ret, struct err *e)
{
    const char *word = cmd_text(line, "expect");
    *ret = (struct expectation){.is_asked = word != NULL};
    if (!word || strcmp(word, "none") == 0) {
        return true;
    }
    ret->is_some = strcmp(word, "some") == 0;
    bool is_number = word[strspn(word, "0123456789")] == 0 && fmt_parse_i64(sv_z(word), &ret->n);
    return ret->is_some || is_number ||
           err_set(e, ERR_USAGE, "--expect is none, some or a whole number, not \"%s\"", word);
}

/* All that match count, whatever --limit left. */
static bool meets(const struct expectation *x, const struct snapshot *s, struct err *e)
{
    if (!x->is_asked || (x->is_some ? s->matched > 0 : s->matched == (size_t)x->n)) {
        return true;
    }
    CLEANUP(str_release) struct str want = STR_INIT;
    if (x->is_some) {
        str_addz(&want, "some were");
    } else if (x->n == 0) {
        str_addz(&want, "none was");
    } else {
        str_addf(&want, "%lld %s", (long long)x->n, x->n == 1 ? "was" : "were");
    }
    const struct kind_info *info = &kinds[s->kind];
    return err_set(e, ERR_FAILED, "%zu %s%s%s, and %s expected", s->matched,
                   s->matched == 1 ? info->singular : info->plural,
                   s->filter         ? " match"
                   : s->matched == 1 ? " is there"
                                     : " are there",
                   s->filter && s->matched == 1 ? "es" : "", want.p);
}

struct list {
    enum cmd_format format;
    int64_t limit;
    struct expectation expectation;
    struct columns columns;
};

static bool read_options(const struct cmd_line *line, enum kind kind, struct list *ret,
                         struct err *e)
{
    static const enum cmd_format formats[] = {FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV,
                                              FORMAT_TSV};
    return cmd_format(line, formats, ALEN(formats), &ret->format, e) &&
           cmd_of_source(line, kind, e) &&
           cmd_int(line, "limit", 1, 100000000, 0, &ret->limit, e) &&
           read_expectation(line, &ret->expectation, e) &&
           columns_choose(kind, cmd_text(line, "columns"),
                          ret->format == FORMAT_CSV || ret->format == FORMAT_TSV, &ret->columns, e);
}

/* Runs of a source stand newest first; of one time by id, as in every order. */
static const char *sort_of(const struct cmd_line *line, enum kind kind)
{
    const char *asked = cmd_text(line, "sort");
    bool is_source = cmd_text(line, "source") && kind == KIND_RUN;
    return asked || !is_source ? asked : "start_time:desc";
}

/* Families that no column shows. JSON shows all, and so do CSV and TSV without --columns. */
static unsigned families_unused(const struct cmd_line *line, const struct list *l)
{
    bool is_json = l->format == FORMAT_JSON || l->format == FORMAT_JSONL;
    bool has_all = is_json || (l->format != FORMAT_TABLE && !cmd_text(line, "columns"));
    unsigned unused = has_all ? 0 : (1u << FAMILY_COUNT) - 1;
    for (size_t i = 0; i < l->columns.list.n; i++) {
        const struct column *c = &l->columns.list.at[i];
        unused &= c->type == COLUMN_MEMBER ? ~(1u << c->family) : ~0u;
    }
    return unused;
}

static void flush(struct str *out)
{
    cmd_out(sv_of(out));
    str_clear(out);
}

static int list(const struct cmd_line *line, enum kind kind, struct err *e)
{
    struct list l = {0};
    if (!read_options(line, kind, &l, e)) {
        return cmd_fail(line, e);
    }
    const char *below = cmd_text(line, "parent");
    CLEANUP(mem_free_ptr) char *parent = below ? cmd_resolve_parent(line, kind, below, e) : NULL;
    struct hub *hub = below && !parent ? NULL : cmd_hub(line, false, e);
    struct query q = {.type = QUERY_ROWS,
                      .kind = kind,
                      .id = parent,
                      .filter = cmd_text(line, "filter"),
                      .sort = sort_of(line, kind),
                      .omit = families_unused(line, &l),
                      .n = (size_t)l.limit};
    struct snapshot *s = hub ? cmd_ask(hub, &q, e) : NULL;
    bool ok = s != NULL;
    if (s) {
        CLEANUP(str_release) struct str out = STR_INIT;
        if (!cmd_text(line, "columns") && (l.format == FORMAT_CSV || l.format == FORMAT_TSV)) {
            columns_add_members(&l.columns, s);
        }
        struct rows_form form = {&l.columns, l.format, cmd_is_terminal(), clock_wall_ms(), flush};
        rows_print(s, &form, &out);
        flush(&out);
        ok = meets(&l.expectation, s, e);
        snapshot_unref(s);
    }
    columns_release(&l.columns);
    hub_free(hub);
    return ok ? 0 : cmd_fail(line, e);
}

int cmd_ls(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    enum kind kind = cmd_kind(line->args.at[0], &e);
    return kind == KIND_COUNT ? cmd_fail(line, &e) : list(line, kind, &e);
}
