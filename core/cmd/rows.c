/* Lists as text; see rows.h. */
#include "core/cmd/rows.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/model/cell.h"

enum { MAX_CELL_WIDTH = 60 };

/* "metrics.loss", "params.lr", "tags.team" */
static bool as_member(struct sv word, struct column *ret)
{
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        size_t n = strlen(family_names[f]);
        if (word.n > n + 1 && sv_starts(word, family_names[f]) && word.p[n] == '.') {
            ret->family = f;
            ret->key = xstrndup(word.p + n + 1, word.n - n - 1);
            return true;
        }
    }
    return false;
}

static bool choose_words(enum kind kind, const char *words, struct columns *c, struct err *e)
{
    struct sv rest = sv_z(words), word;
    while (sv_split(&rest, ',', &word)) {
        word = sv_trim(word);
        struct column col = {0};
        size_t field = kind_field(kind, word);
        if (field != SIZE_MAX) {
            col.field = &kinds[kind].fields[field];
            col.index = (int)field;
        } else if (!as_member(word, &col)) {
            return err_set(e, ERR_USAGE, "%s have no column \"%.*s\"", kinds[kind].plural,
                           (int)word.n, word.p);
        }
        vec_push(&c->list, col);
    }
    return true;
}

bool columns_choose(enum kind kind, const char *words, bool is_all, struct columns *ret,
                    struct err *e)
{
    *ret = (struct columns){0};
    if (words) {
        if (choose_words(kind, words, ret, e)) {
            return true;
        }
        columns_release(ret);
        return false;
    }
    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        const struct field *f = &kinds[kind].fields[i];
        bool is_wanted = is_all || i == 0 || f->flags & F_TABLE;
        bool is_double = !is_all && i == 1 && kind == KIND_EXECUTION; /* its name is its id */
        if (is_wanted && !is_double) {
            struct column col = {.field = f, .index = (int)i};
            vec_push(&ret->list, col);
        }
    }
    return true;
}

void columns_release(struct columns *c)
{
    for (size_t i = 0; i < c->list.n; i++) {
        free(c->list.at[i].key);
    }
    vec_release(&c->list);
}

static struct value cell_of(const struct row *row, const struct column *col)
{
    return col->field ? row->cells[col->index] : row_named(row, col->family, col->key);
}

static void title_of(const struct column *col, bool is_machine, struct str *out)
{
    if (col->field) {
        str_addz(out, is_machine ? col->field->id : col->field->title);
    } else {
        str_addf(out, "%s.%s", family_names[col->family], col->key);
    }
}

static void table_cell(const struct row *row, const struct column *col, int64_t now_ms,
                       struct str *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    if (row) {
        cell_text(&text, cell_of(row, col), col->field, CELL_HUMAN, now_ms);
    } else {
        title_of(col, false, &text);
    }
    utf8_sanitize(&clean, sv_of(&text));
    utf8_fit(out, sv_of(&clean), MAX_CELL_WIDTH, UTF8_CUT_END);
}

static bool is_right(const struct column *col)
{
    return !col->field || col->field->flags & F_RIGHT;
}

static void print_table(const struct snapshot *s, const struct columns *c, int64_t now_ms,
                        struct str *out)
{
    size_t *widths = xcalloc(c->list.n, sizeof *widths);
    CLEANUP(str_release) struct str cell = STR_INIT;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r <= s->n; r++) {
            const struct row *row = r ? &s->rows[r - 1] : NULL;
            for (size_t i = 0; i < c->list.n; i++) {
                str_clear(&cell);
                table_cell(row, &c->list.at[i], now_ms, &cell);
                size_t width = utf8_width(sv_of(&cell));
                if (pass == 0) {
                    widths[i] = width > widths[i] ? width : widths[i];
                    continue;
                }
                size_t pad = widths[i] - width;
                bool is_last = i + 1 == c->list.n;
                str_addn(out, ' ', is_right(&c->list.at[i]) ? pad : 0);
                str_addsv(out, sv_of(&cell));
                str_addn(out, ' ', is_last ? 0 : (is_right(&c->list.at[i]) ? 0 : pad) + 2);
            }
            if (pass) {
                str_addc(out, '\n');
            }
        }
    }
    free(widths);
}

/* RFC 4180 for CSV; TSV replaces tabs and line ends by spaces. */
void rows_delimited(struct sv v, char sep, struct str *out)
{
    bool needs_quotes = false;
    for (size_t i = 0; i < v.n; i++) {
        needs_quotes |= v.p[i] == sep || v.p[i] == '"' || v.p[i] == '\n' || v.p[i] == '\r';
    }
    if (sep == '\t') {
        for (size_t i = 0; i < v.n; i++) {
            str_addc(out, v.p[i] == '\t' || v.p[i] == '\n' || v.p[i] == '\r' ? ' ' : v.p[i]);
        }
        return;
    }
    if (needs_quotes) {
        str_addc(out, '"');
    }
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"') {
            str_addc(out, '"');
        }
        str_addc(out, v.p[i]);
    }
    if (needs_quotes) {
        str_addc(out, '"');
    }
}

static void print_delimited(const struct snapshot *s, const struct columns *c, char sep,
                            int64_t now_ms, struct str *out)
{
    for (size_t r = 0; r <= s->n; r++) {
        for (size_t i = 0; i < c->list.n; i++) {
            CLEANUP(str_release) struct str cell = STR_INIT;
            const struct column *col = &c->list.at[i];
            if (r) {
                cell_text(&cell, cell_of(&s->rows[r - 1], col), col->field, CELL_MACHINE, now_ms);
            } else {
                title_of(col, true, &cell);
            }
            if (i) {
                str_addc(out, sep);
            }
            rows_delimited(sv_of(&cell), sep, out);
        }
        str_addc(out, '\n');
    }
}

static void set_number(struct json *object, const char *key, struct value v)
{
    json_set(object, key, cell_json(v, NULL));
    if (v.type == VALUE_NUM && !isfinite(v.num)) {
        CLEANUP(mem_free_ptr) char *sibling = xasprintf("%s_is", key);
        CLEANUP(str_release) struct str word = STR_INIT;
        fmt_double(&word, v.num);
        json_set_str(object, sibling, word.p);
    }
}

struct json *row_json(const struct row *row, enum kind kind, int64_t now_ms)
{
    struct json *j = json_new_object();
    const struct kind_info *info = &kinds[kind];
    size_t created = kind_field(kind, SV("created"));
    for (size_t i = 0; i < info->field_count; i++) {
        json_set(j, info->fields[i].id, cell_json(row->cells[i], &info->fields[i]));
    }
    struct value at = row->cells[created];
    json_set(j, "age_s",
             at.type == VALUE_TIME ? json_new_num(floor((double)(now_ms - at.i) / 1000))
                                   : json_new_null());
    if (kind == KIND_RUN) {
        json_set_str(j, "run_id", row->id);
    }
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        if (kind == KIND_RUN || (kind == KIND_PACKAGE && f == FAMILY_METRICS)) {
            struct json *members = json_set(j, family_names[f], json_new_object());
            for (size_t i = 0; i < row->families[f].n; i++) {
                set_number(members, row->families[f].at[i].key, row->families[f].at[i].value);
            }
        }
    }
    return j;
}

static void print_json(const struct snapshot *s, bool is_lines, int64_t now_ms, struct str *out)
{
    struct json *list = json_new_array();
    for (size_t r = 0; r < s->n; r++) {
        struct json *j = row_json(&s->rows[r], s->kind, now_ms);
        if (is_lines) {
            json_print(j, JSON_COMPACT, out);
            str_addc(out, '\n');
            json_free(j);
        } else {
            json_push(list, j);
        }
    }
    if (!is_lines) {
        json_print(list, JSON_PRETTY, out);
        str_addc(out, '\n');
    }
    json_free(list);
}

void rows_print(const struct snapshot *s, const struct columns *columns, enum cmd_format format,
                int64_t now_ms, struct str *out)
{
    switch (format) {
    case FORMAT_JSON:
    case FORMAT_JSONL:
        print_json(s, format == FORMAT_JSONL, now_ms, out);
        return;
    case FORMAT_CSV:
        print_delimited(s, columns, ',', now_ms, out);
        return;
    case FORMAT_TSV:
        print_delimited(s, columns, '\t', now_ms, out);
        return;
    case FORMAT_TABLE:
    case FORMAT_TEXT:
    case FORMAT_LINE:
        print_table(s, columns, now_ms, out);
        return;
    }
}
