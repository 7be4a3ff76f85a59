/* Lists as text; see rows.h. */
#include "core/cmd/rows.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/cmd/delimited.h"
#include "core/model/cell.h"

enum { MAX_CELL_WIDTH = 60, PIECE_BYTES = 256 * 1024 };

bool kind_has_family(enum kind kind, enum family family)
{
    return kind == KIND_RUN || (kind == KIND_PACKAGE && family == FAMILY_METRICS);
}

static const char *const said_names[] = {[COLUMN_AGE_S] = "age_s", [COLUMN_RUN_ID] = "run_id"};

/* The next name of a list: commas in "…" are its own; the quotes go. *ret_is_open: the last is not
 * closed. */
static bool next_name(struct sv *rest, struct str *ret_name, bool *ret_is_open)
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
    *ret_is_open = is_quoted;
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
    bool is_open;
    while (next_name(&rest, &name, &is_open)) {
        struct sv word = sv_trim(sv_of(&name));
        if (is_open) {
            return err_set(e, ERR_USAGE, "--columns %s: a quote is not closed", words);
        }
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
            const struct named_list *before = r ? &s->rows[r - 1].families[f] : NULL;
            for (size_t i = 0; i < members->n; i++) {
                bool is_there;
                if (before && i < before->n && before->at[i].key == members->at[i].key) {
                    continue; /* the same text, which the row before had */
                }
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
            struct column col = {
                .type = COLUMN_MEMBER, .family = f, .key = xstrdup(names.at[i]), .place = i};
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

/* Most rows have all members: then it stands where it stands among all. */
static struct value member_of(const struct row *row, const struct column *col)
{
    const struct named_list *list = &row->families[col->family];
    if (!(col->place < list->n && strcmp(list->at[col->place].key, col->key) == 0)) {
        return row_named(row, col->family, col->key);
    }
    return list->at[col->place].value;
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
        return member_of(row, col);
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

struct table_cell {
    size_t end, width; /* end: in the text of all */
};

/* The cells of a table as they stand, row by row, and the width of each column. */
struct table {
    const struct snapshot *s;
    const struct rows_form *form;
    struct str text;
    VEC(struct table_cell) cells;
    size_t *widths;
    struct str raw, clean; /* of one cell, again and again */
};

/* A row's cell, or the title of the column where the row is NULL. */
static void add_cell(struct table *t, const struct row *row, size_t i)
{
    const struct column *col = &t->form->columns->list.at[i];
    str_clear(&t->raw);
    str_clear(&t->clean);
    if (row) {
        cell_text(&t->raw, cell_of(row, col, t->s->kind, t->form->now_ms), col->field, CELL_HUMAN,
                  t->form->now_ms);
    } else {
        title_of(col, false, &t->raw);
    }
    utf8_sanitize(&t->clean, sv_of(&t->raw));
    size_t from = t->text.n;
    utf8_fit(&t->text, sv_of(&t->clean),
             t->form->is_cut || is_prose(col) ? MAX_CELL_WIDTH : SIZE_MAX / 2, UTF8_CUT_END);
    size_t width = utf8_width((struct sv){t->text.p + from, t->text.n - from});
    struct table_cell cell = {t->text.n, width};
    vec_push(&t->cells, cell);
    t->widths[i] = width > t->widths[i] ? width : t->widths[i];
}

static bool is_right(const struct column *col)
{
    return col->field ? col->field->flags & F_RIGHT : col->type != COLUMN_RUN_ID;
}

static void flush(const struct rows_form *form, struct str *out)
{
    if (form->flush && out->n >= PIECE_BYTES) {
        form->flush(out);
    }
}

static void print_table(const struct snapshot *s, const struct rows_form *form, struct str *out)
{
    size_t n = form->columns->list.n, from = 0;
    struct table t = {.s = s,
                      .form = form,
                      .text = STR_INIT,
                      .raw = STR_INIT,
                      .clean = STR_INIT,
                      .widths = xcalloc(n, sizeof *t.widths)};
    for (size_t r = 0; r <= s->n; r++) {
        for (size_t i = 0; i < n; i++) {
            add_cell(&t, r ? &s->rows[r - 1] : NULL, i);
        }
    }
    for (size_t k = 0; k < t.cells.n; k++) {
        size_t i = k % n, pad = t.widths[i] - t.cells.at[k].width;
        bool is_last = i + 1 == n, is_to_right = is_right(&form->columns->list.at[i]);
        str_addn(out, ' ', is_to_right ? pad : 0);
        str_add(out, t.text.p + from, t.cells.at[k].end - from);
        str_addn(out, is_last ? '\n' : ' ', is_last ? 1 : (is_to_right ? 0 : pad) + 2);
        from = t.cells.at[k].end;
        flush(form, out);
    }
    free(t.widths);
    vec_release(&t.cells);
    str_release(&t.text);
    str_release(&t.raw);
    str_release(&t.clean);
}

static void print_delimited(const struct snapshot *s, const struct rows_form *form, struct str *out)
{
    CLEANUP(str_release) struct str cell = STR_INIT;
    for (size_t r = 0; r <= s->n; r++) {
        for (size_t i = 0; i < form->columns->list.n; i++) {
            const struct column *col = &form->columns->list.at[i];
            str_clear(&cell);
            if (r) {
                cell_text(&cell, cell_of(&s->rows[r - 1], col, s->kind, form->now_ms), col->field,
                          CELL_MACHINE, form->now_ms);
            } else {
                title_of(col, true, &cell);
            }
            delimited_cell(out, form->format, i, sv_of(&cell));
        }
        delimited_end(out, form->format);
        flush(form, out);
    }
}

static bool is_nonfinite(struct value v)
{
    return v.type == VALUE_NUM && !isfinite(v.num);
}

/* What JSON cannot say of a number is null, and named in a sibling of the families. */
static void add_nonfinite(const struct row *row, struct json_out *o)
{
    json_out_key(o, "nonfinite");
    json_out_begin(o, '{');
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < row->families[f].n; i++) {
            const struct named_value *member = &row->families[f].at[i];
            if (is_nonfinite(member->value)) {
                CLEANUP(str_release) struct str word = STR_INIT;
                fmt_double(&word, member->value.num);
                json_out_key(o, member->key);
                json_quote(sv_of(&word), o->out);
            }
        }
    }
    json_out_end(o, '}');
}

void row_json(const struct row *row, enum kind kind, int64_t now_ms, struct json_out *o)
{
    const struct kind_info *info = &kinds[kind];
    bool is_odd = false;
    json_out_begin(o, '{');
    for (size_t i = 0; i < info->field_count; i++) {
        json_out_key(o, info->fields[i].id);
        cell_json_out(o, row->cells[i], &info->fields[i]);
    }
    json_out_key(o, said_names[COLUMN_AGE_S]);
    cell_json_out(o, age_s(row, kind, now_ms), NULL);
    if (kind == KIND_RUN) {
        json_out_key(o, said_names[COLUMN_RUN_ID]);
        json_quote(sv_z(row->id), o->out);
    }
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        if (kind_has_family(kind, f)) {
            json_out_key(o, family_names[f]);
            json_out_begin(o, '{');
            for (size_t i = 0; i < row->families[f].n; i++) {
                json_out_key(o, row->families[f].at[i].key);
                cell_json_out(o, row->families[f].at[i].value, NULL);
                is_odd |= is_nonfinite(row->families[f].at[i].value);
            }
            json_out_end(o, '}');
        }
    }
    if (is_odd) {
        add_nonfinite(row, o);
    }
    json_out_end(o, '}');
}

static void print_json(const struct snapshot *s, const struct rows_form *form, struct str *out)
{
    bool is_lines = form->format == FORMAT_JSONL;
    struct json_out o = {.out = out, .style = is_lines ? JSON_COMPACT : JSON_PRETTY};
    if (!is_lines) {
        json_out_begin(&o, '[');
    }
    for (size_t r = 0; r < s->n; r++) {
        if (!is_lines) {
            json_out_item(&o);
        }
        row_json(&s->rows[r], s->kind, form->now_ms, &o);
        str_addz(out, is_lines ? "\n" : "");
        flush(form, out);
    }
    if (!is_lines) {
        json_out_end(&o, ']');
        str_addc(out, '\n');
    }
}

void rows_print(const struct snapshot *s, const struct rows_form *form, struct str *out)
{
    switch (form->format) {
    case FORMAT_JSON:
    case FORMAT_JSONL:
        print_json(s, form, out);
        return;
    case FORMAT_CSV:
    case FORMAT_TSV:
        print_delimited(s, form, out);
        return;
    case FORMAT_TABLE:
    case FORMAT_TEXT:
    case FORMAT_LINE:
        print_table(s, form, out);
        return;
    }
}
