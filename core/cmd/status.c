/* mlw status: what is red, what waits, what runs: for people, for scripts, for a status bar. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/act.h"
#include "core/model/cell.h"
#include "core/model/state.h"
#include "core/store/lists.h"

enum { LINE_WIDTH = 80, NAME_WIDTH = 24, WHY_WIDTH = 60, WHY_LEAST = 20, AGE_WIDTH = 4 };

enum group { GROUP_RED, GROUP_WAITING, GROUP_RUNNING, GROUP_COUNT };
static const struct {
    const char *word;  /* of the attention row */
    const char *key;   /* in JSON */
    const char *title; /* for people */
    const char *glyph, *ascii;
} groups[GROUP_COUNT] = {
    [GROUP_RED] = {"Red", "red", "Red", "✗", "x"},
    [GROUP_WAITING] = {"Waiting", "waiting", "Waiting for a person", "…", "."},
    [GROUP_RUNNING] = {"Running", "running", "Running", "▶", ">"},
};

struct item {
    char *kind, *id, *name, *context, *state, *why;
    struct value since;
};
struct items {
    struct item *at;
    size_t n, cap;
};
struct status {
    struct items items[GROUP_COUNT];
    bool is_utf8, is_terminal;
    size_t why_width; /* of a terminal's line what the other columns leave */
    int64_t now_ms;
};

static char *copy(const struct list_row *row, int field)
{
    struct value v = row->cells[field];
    return xstrdup(v.type == VALUE_TEXT ? v.text : "");
}

static bool add_row(void *arg, const struct list_row *row)
{
    struct items *items = arg;
    CLEANUP(mem_free_ptr) char *id = copy(row, FIELD_ATTENTION_id); /* kind:id */
    size_t n = strcspn(id, ":");
    struct item item = {.kind = xstrndup(id, n),
                        .id = xstrdup(id + n + (id[n] == ':')),
                        .name = copy(row, FIELD_ATTENTION_name),
                        .context = copy(row, FIELD_ATTENTION_context),
                        .state = copy(row, FIELD_ATTENTION_status),
                        .why = copy(row, FIELD_ATTENTION_why),
                        .since = row->cells[FIELD_ATTENTION_created]};
    vec_push(items, item);
    return true;
}

static bool read_rows(const struct cmd_line *line, struct status *s, struct err *e)
{
    struct store *st;
    if (!cmd_store(line, &st, e)) {
        return false;
    }
    bool ok = true;
    for (enum group g = 0; ok && g < GROUP_COUNT; g++) {
        ok = list_rows(st, KIND_ATTENTION, groups[g].word, s->now_ms, add_row, &s->items[g], e);
    }
    store_close(st);
    return ok;
}

static void status_release(struct status *s)
{
    for (enum group g = 0; g < GROUP_COUNT; g++) {
        for (size_t i = 0; i < s->items[g].n; i++) {
            struct item *item = &s->items[g].at[i];
            char *texts[] = {item->kind,    item->id,    item->name,
                             item->context, item->state, item->why};
            for (size_t t = 0; t < ALEN(texts); t++) {
                free(texts[t]);
            }
        }
        vec_release(&s->items[g]);
    }
}

/* --- forms --- */

static struct json *item_json(const struct item *item)
{
    struct json *j = json_new_object();
    json_set_str(j, "kind", item->kind);
    json_set_str(j, "id", item->id);
    json_set_str(j, "context", item->context);
    json_set_str(j, "state", item->state);
    json_set_str(j, "why", item->why);
    json_set(j, "since",
             cell_json(item->since, &kinds[KIND_ATTENTION].fields[FIELD_ATTENTION_created]));
    return j;
}

static void print_json(const struct status *s)
{
    struct json *j = json_new_object();
    for (enum group g = 0; g < GROUP_COUNT; g++) {
        struct json *list = json_set(j, groups[g].key, json_new_array());
        for (size_t i = 0; i < s->items[g].n; i++) {
            json_push(list, item_json(&s->items[g].at[i]));
        }
    }
    cmd_out_json(j);
    json_free(j);
}

static void print_line(const struct status *s, struct str *out)
{
    for (enum group g = 0; g < GROUP_COUNT; g++) {
        if (s->items[g].n) {
            str_addf(out, "%s%s%zu", out->n ? " " : "",
                     s->is_utf8 ? groups[g].glyph : groups[g].ascii, s->items[g].n);
        }
    }
    str_addz(out, out->n ? "\n" : s->is_utf8 ? "✓\n" : "+\n");
}

enum { COLUMN_NAME, COLUMN_STATE, COLUMN_FOR, COLUMN_ID, COLUMN_WHY, COLUMN_COUNT };
static const char *const titles[COLUMN_COUNT] = {"NAME", "STATE", "FOR", "ID", "WHY"};

static void cell(const struct status *s, enum group g, const struct item *item, int column,
                 struct str *out)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    const char *texts[COLUMN_COUNT] = {[COLUMN_NAME] = item->name,
                                       [COLUMN_STATE] = item->state,
                                       [COLUMN_ID] = item->id,
                                       [COLUMN_WHY] = item->why};
    if (column == COLUMN_FOR) {
        cell_text(out, item->since, &kinds[KIND_ATTENTION].fields[FIELD_ATTENTION_created],
                  CELL_HUMAN, s->now_ms);
        return;
    }
    utf8_sanitize(&clean, sv_z(texts[column]));
    if (column == COLUMN_STATE) {
        str_addf(out, "%s ", s->is_utf8 ? groups[g].glyph : groups[g].ascii);
    }
    size_t width = column == COLUMN_WHY                      ? s->why_width
                   : column == COLUMN_NAME && s->is_terminal ? NAME_WIDTH
                                                             : clean.n;
    utf8_fit(out, sv_of(&clean), width, UTF8_CUT_END);
}

static void measure(struct status *s, size_t *widths)
{
    size_t used = 2 * COLUMN_COUNT;
    s->why_width = WHY_WIDTH;
    for (int c = 0; c < COLUMN_COUNT; c++) {
        widths[c] = c == COLUMN_FOR ? AGE_WIDTH : strlen(titles[c]);
    }
    for (enum group g = 0; g < GROUP_COUNT; g++) {
        for (size_t i = 0; i < s->items[g].n; i++) {
            for (int c = 0; c < COLUMN_COUNT; c++) {
                CLEANUP(str_release) struct str text = STR_INIT;
                cell(s, g, &s->items[g].at[i], c, &text);
                size_t width = utf8_width(sv_of(&text));
                widths[c] = width > widths[c] ? width : widths[c];
            }
        }
    }
    for (int c = 0; c < COLUMN_WHY; c++) {
        used += widths[c];
    }
    if (s->is_terminal) {
        s->why_width = used + WHY_LEAST < LINE_WIDTH ? LINE_WIDTH - used : WHY_LEAST;
    }
}

static void add_cell(struct str *out, struct sv text, int column, const size_t *widths)
{
    size_t pad = widths[column] - utf8_width(text);
    str_addz(out, "  ");
    str_addn(out, ' ', column == COLUMN_FOR ? pad : 0);
    str_addsv(out, text);
    str_addn(out, ' ', column == COLUMN_FOR || column == COLUMN_WHY ? 0 : pad);
}

static void print_text(struct status *s, struct str *out)
{
    size_t widths[COLUMN_COUNT], n = 0;
    measure(s, widths);
    for (enum group g = 0; g < GROUP_COUNT; g++) {
        n += s->items[g].n;
    }
    if (!n) {
        str_addz(out, "Nothing is red, nothing waits, nothing runs.\n");
        return;
    }
    for (int c = 0; c < COLUMN_COUNT; c++) {
        add_cell(out, sv_z(titles[c]), c, widths);
    }
    str_addz(out, s->items[GROUP_RED].n ? "\n" : "\nNothing is red\n");
    bool is_first = s->items[GROUP_RED].n;
    for (enum group g = 0; g < GROUP_COUNT; g++) {
        if (s->items[g].n) {
            str_addf(out, "%s%s %zu\n", is_first ? "" : "\n", groups[g].title, s->items[g].n);
            is_first = false;
        }
        for (size_t i = 0; i < s->items[g].n; i++) {
            for (int c = 0; c < COLUMN_COUNT; c++) {
                CLEANUP(str_release) struct str text = STR_INIT;
                cell(s, g, &s->items[g].at[i], c, &text);
                add_cell(out, sv_of(&text), c, widths);
            }
            str_addc(out, '\n');
        }
    }
}

static void print(struct status *s, enum cmd_format format)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    if (format == FORMAT_JSON) {
        print_json(s);
    } else if (format == FORMAT_LINE) {
        print_line(s, &out);
    } else {
        print_text(s, &out);
    }
    cmd_out(sv_of(&out));
}

int cmd_status(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TEXT, FORMAT_JSON, FORMAT_LINE};
    struct err e = ERR_INIT;
    enum cmd_format format;
    struct status s = {
        .is_utf8 = line->is_utf8, .is_terminal = cmd_is_terminal(), .now_ms = clock_wall_ms()};
    bool ok = cmd_format(line, formats, ALEN(formats), &format, &e) && read_rows(line, &s, &e);
    if (ok) {
        print(&s, format);
    }
    int status = !ok ? cmd_fail(line, &e) : s.items[GROUP_RED].n ? err_exit_status(ERR_FAILED) : 0;
    status_release(&s);
    return status;
}
