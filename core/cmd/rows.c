/* Lists as text; see rows.h. */
#include "core/cmd/rows.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/delimited.h"
#include "core/model/cell.h"

enum { MAX_CELL_WIDTH = 60 };

bool kind_has_family(enum kind kind, enum family family)
{
    return kind == KIND_RUN || (kind == KIND_PACKAGE && family == FAMILY_METRICS);
}

static const char *const said_names[] = {[COLUMN_AGE_S] = "age_s", [COLUMN_RUN_ID] = "run_id"};

/* The next name of a list: commas in "…" are its own; the quotes go. */
static bool next_name(struct sv *rest, struct str *ret_name)
{
    struct sv v = *rest;
    bool is_quoted = false;
    str_clear(ret_name);
    while (v.n && (is_quoted || *v.p != ',')) {
        is_quoted ^= *v.p == '"';
        if (*v.p != '"') {
            str_addc(ret_name, *v.p);
        }
        v = (struct sv){v.p + 1, v.n - 1};
    }
    bool is_there = rest->p != NULL;
    *rest = v.n ? (struct sv){v.p + 1, v.n - 1} : (struct sv){NULL, 0};
    return is_there;
}

/* "metrics.loss", "params.lr", "tags.team" */
static bool as_member(enum kind kind, struct sv word, struct column *ret)
{
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        size_t n = strlen(family_names[f]);
        if (kind_has_family(kind, f) && word.n > n + 1 && sv_starts(word, family_names[f]) &&
            word.p[n] == '.') {
            ret->type = COLUMN_MEMBER;
            ret->family = f;
            ret->key = xstrndup(word.p + n + 1, word.n - n - 1);
            return true;
        }
    }
    return false;
}

/* "age_s", "run_id" */
static bool as_said(enum kind kind, struct sv word, struct column *ret)
{
    ret->type = sv_eqz(word, said_names[COLUMN_AGE_S])                        ? COLUMN_AGE_S
                : kind == KIND_RUN && sv_eqz(word, said_names[COLUMN_RUN_ID]) ? COLUMN_RUN_ID
                                                                              : COLUMN_FIELD;
    return ret->type != COLUMN_FIELD;
}

static bool choose_words(enum kind kind, const char *words, struct columns *c, struct err *e)
{
    struct sv rest = sv_z(words);
    CLEANUP(str_release) struct str name = STR_INIT;
    while (next_name(&rest, &name)) {
        struct sv word = sv_trim(sv_of(&name));
        struct column col = {0};
        size_t field = kind_field(kind, word);
        if (field != SIZE_MAX) {
            col.field = &kinds[kind].fields[field];
            col.index = (int)field;
        } else if (!as_said(kind, word, &col) && !as_member(kind, word, &col)) {
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
    for (enum column_type t = COLUMN_AGE_S; is_all && t <= COLUMN_RUN_ID; t++) {
        struct column col = {.type = t};
        if (t != COLUMN_RUN_ID || kind == KIND_RUN) {
            vec_push(&ret->list, col);
        }
    }
    return true;
}

/* The place of a key among n sorted names; *ret_found tells whether it is there. */
static size_t key_place(const char *const *names, size_t n, const char *key, bool *ret_found)
{
    size_t lo = 0, hi = n;
    *ret_found = false;
    while (lo < hi && !*ret_found) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(names[mid], key);
        *ret_found = c == 0;
        lo = c < 0 ? mid + 1 : c == 0 ? mid : lo;
        hi = c > 0 ? mid : hi;
    }
    return lo;
}

void columns_add_members(struct columns *c, const struct snapshot *s)
{
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        VEC(const char *) names = {0};
        for (size_t r = 0; r < s->n; r++) {
            const struct named_list *members = &s->rows[r].families[f];
            for (size_t i = 0; i < members->n; i++) {
                bool is_there;
                size_t place = key_place(names.at, names.n, members->at[i].key, &is_there);
                if (!is_there) {
                    vec_push(&names, NULL);
                    memmove(names.at + place + 1, names.at + place,
                            (names.n - 1 - place) * sizeof *names.at);
                    names.at[place] = members->at[i].key;
                }
            }
        }
        for (size_t i = 0; i < names.n; i++) {
            struct column col = {.type = COLUMN_MEMBER, .family = f, .key = xstrdup(names.at[i])};
            vec_push(&c->list, col);
        }
        vec_release(&names);
    }
}

void columns_release(struct columns *c)
{
    for (size_t i = 0; i < c->list.n; i++) {
        free(c->list.at[i].key);
    }
    vec_release(&c->list);
}

static struct value age_s(const struct row *row, enum kind kind, int64_t now_ms)
{
    struct value at = row->cells[kind_field(kind, SV("created"))];
    return at.type == VALUE_TIME ? value_num(floor((double)(now_ms - at.i) / 1000)) : at;
}

static struct value cell_of(const struct row *row, const struct column *col, enum kind kind,
                            int64_t now_ms)
{
    switch (col->type) {
    case COLUMN_FIELD:
        break;
    case COLUMN_AGE_S:
        return age_s(row, kind, now_ms);
    case COLUMN_RUN_ID:
        return value_text(row->id);
    case COLUMN_MEMBER:
        return row_named(row, col->family, col->key);
    }
    return row->cells[col->index];
}

static void title_of(const struct column *col, bool is_machine, struct str *out)
{
    if (col->type == COLUMN_MEMBER) {
        str_addf(out, "%s.%s", family_names[col->family], col->key);
    } else if (col->field) {
        str_addz(out, is_machine ? col->field->id : col->field->title);
    } else {
        str_addz(out, said_names[col->type]);
    }
}

/* What has more room than an id is a sentence. */
static bool is_prose(const struct column *col)
{
    enum { ID_WIDTH = 24 };
    return col->type == COLUMN_MEMBER ||
           (col->field && col->field->width > ID_WIDTH && !(col->field->flags & F_MIDDLE));
}

struct table {
    const struct snapshot *s;
    bool is_cut;
    int64_t now_ms;
};

/* A row's cell, or the title of the column where the row is NULL. */
static void table_cell(const struct table *t, const struct row *row, const struct column *col,
                       struct str *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    if (row) {
        cell_text(&text, cell_of(row, col, t->s->kind, t->now_ms), col->field, CELL_HUMAN,
                  t->now_ms);
    } else {
        title_of(col, false, &text);
    }
    utf8_sanitize(&clean, sv_of(&text));
    utf8_fit(out, sv_of(&clean), t->is_cut || is_prose(col) ? MAX_CELL_WIDTH : SIZE_MAX / 2,
             UTF8_CUT_END);
}

static bool is_right(const struct column *col)
{
    return col->field ? col->field->flags & F_RIGHT : col->type != COLUMN_RUN_ID;
}

static void print_table(const struct table *t, const struct columns *c, struct str *out)
{
    size_t *widths = xcalloc(c->list.n, sizeof *widths);
    CLEANUP(str_release) struct str cell = STR_INIT;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r <= t->s->n; r++) {
            const struct row *row = r ? &t->s->rows[r - 1] : NULL;
            for (size_t i = 0; i < c->list.n; i++) {
                str_clear(&cell);
                table_cell(t, row, &c->list.at[i], &cell);
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

static void print_delimited(const struct snapshot *s, const struct columns *c,
                            enum cmd_format format, int64_t now_ms, struct str *out)
{
    CLEANUP(str_release) struct str cell = STR_INIT;
    for (size_t r = 0; r <= s->n; r++) {
        for (size_t i = 0; i < c->list.n; i++) {
            const struct column *col = &c->list.at[i];
            str_clear(&cell);
            if (r) {
                cell_text(&cell, cell_of(&s->rows[r - 1], col, s->kind, now_ms), col->field,
                          CELL_MACHINE, now_ms);
            } else {
                title_of(col, true, &cell);
            }
            delimited_cell(out, format, i, sv_of(&cell));
        }
        delimited_end(out, format);
    }
}

/* What JSON cannot say of a number is null, and named in a sibling of the family. */
static void set_number(struct json *members, struct json *odd, const char *key, struct value v)
{
    json_set(members, key, cell_json(v, NULL));
    if (v.type == VALUE_NUM && !isfinite(v.num)) {
        CLEANUP(str_release) struct str word = STR_INIT;
        fmt_double(&word, v.num);
        json_set_str(odd, key, word.p);
    }
}

struct json *row_json(const struct row *row, enum kind kind, int64_t now_ms)
{
    struct json *j = json_new_object();
    const struct kind_info *info = &kinds[kind];
    for (size_t i = 0; i < info->field_count; i++) {
        json_set(j, info->fields[i].id, cell_json(row->cells[i], &info->fields[i]));
    }
    json_set(j, said_names[COLUMN_AGE_S], cell_json(age_s(row, kind, now_ms), NULL));
    if (kind == KIND_RUN) {
        json_set_str(j, said_names[COLUMN_RUN_ID], row->id);
    }
    struct json *odd = json_new_object();
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        if (kind_has_family(kind, f)) {
            struct json *members = json_set(j, family_names[f], json_new_object());
            for (size_t i = 0; i < row->families[f].n; i++) {
                set_number(members, odd, row->families[f].at[i].key, row->families[f].at[i].value);
            }
        }
    }
    if (json_size(odd)) {
        json_set(j, "nonfinite", odd);
    } else {
        json_free(odd);
    }
    return j;
}

/* A row at a time: a tree of all would take six times the memory of the text. */
static void print_json(const struct snapshot *s, bool is_lines, int64_t now_ms, struct str *out)
{
    for (size_t r = 0; r < s->n; r++) {
        CLEANUP(json_free_ptr) struct json *j = row_json(&s->rows[r], s->kind, now_ms);
        if (is_lines) {
            json_print(j, JSON_COMPACT, out);
            str_addc(out, '\n');
        } else {
            str_addz(out, r ? ",\n  " : "[\n  ");
            json_print_in(j, JSON_PRETTY, 1, out);
        }
    }
    if (!is_lines) {
        str_addz(out, s->n ? "\n]\n" : "[]\n");
    }
}

void rows_print(const struct snapshot *s, const struct columns *columns, enum cmd_format format,
                bool is_cut, int64_t now_ms, struct str *out)
{
    switch (format) {
    case FORMAT_JSON:
    case FORMAT_JSONL:
        print_json(s, format == FORMAT_JSONL, now_ms, out);
        return;
    case FORMAT_CSV:
    case FORMAT_TSV:
        print_delimited(s, columns, format, now_ms, out);
        return;
    case FORMAT_TABLE:
    case FORMAT_TEXT:
    case FORMAT_LINE:
        print_table(&(struct table){s, is_cut, now_ms}, columns, out);
        return;
    }
}
