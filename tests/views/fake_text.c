/* Rows, curves and logs from their text; see fake_text.h. */
#include "tests/views/fake_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tests/views/fake_hub.h"

enum { COLUMNS_MAX = 40 };

static struct value value_parse(struct snapshot *s, struct sv text, const struct field *field)
{
    int64_t i = 0;
    double x = 0;
    enum field_type type = field ? field->type : FIELD_NUM;
    if (text.n == 0) {
        return (struct value){.type = VALUE_MISSING};
    }
    bool is_time = type == FIELD_TIME || type == FIELD_DURATION;
    if (is_time && fmt_parse_duration_ms(text, &i)) {
        return value_time(type == FIELD_TIME ? FAKE_NOW_MS - i : i);
    }
    if ((type == FIELD_INT || type == FIELD_BYTES) && fmt_parse_i64(text, &i)) {
        return value_int(i);
    }
    if (type == FIELD_NUM && fmt_parse_double(text, &x)) {
        return value_num(x);
    }
    return value_text(arena_sv(&s->arena, text));
}

struct column {
    int field; /* -1: a member of a family */
    enum family family;
    const char *key;
};

static struct column column_of(struct snapshot *s, struct sv name)
{
    size_t field = kind_field(s->kind, name);
    if (field != SIZE_MAX) {
        return (struct column){.field = (int)field};
    }
    for (int i = 0; i < FAMILY_COUNT; i++) {
        size_t n = strlen(family_names[i]);
        if (sv_starts(name, family_names[i]) && name.n > n + 1) {
            return (struct column){
                -1, (enum family)i,
                arena_sv(&s->arena, (struct sv){name.p + n + 1, name.n - n - 1})};
        }
    }
    fail_msg("no field %.*s of %s", (int)name.n, name.p, kinds[s->kind].plural);
    return (struct column){0};
}

static int named_cmp(const void *a, const void *b)
{
    return strcmp(((const struct named_value *)a)->key, ((const struct named_value *)b)->key);
}

static void row_parse(struct snapshot *s, struct sv line, const struct column *columns, size_t n,
                      struct row *ret)
{
    struct value *cells = arena_alloc(&s->arena, FIELD_MAX * sizeof *cells);
    struct named_value *named[FAMILY_COUNT];
    for (int i = 0; i < FAMILY_COUNT; i++) {
        named[i] = arena_alloc(&s->arena, COLUMNS_MAX * sizeof **named);
        ret->families[i].at = named[i];
    }
    struct sv cell;
    for (size_t i = 0; i < n && sv_split(&line, '|', &cell); i++) {
        const struct column *c = &columns[i];
        cell = sv_trim(cell);
        if (c->field >= 0) {
            cells[c->field] = value_parse(s, cell, &kinds[s->kind].fields[c->field]);
        } else if (cell.n) {
            named[c->family][ret->families[c->family].n++] =
                (struct named_value){c->key, value_parse(s, cell, NULL)};
        }
    }
    for (int i = 0; i < FAMILY_COUNT; i++) {
        qsort(named[i], ret->families[i].n, sizeof **named, named_cmp);
    }
    ret->cells = cells;
    ret->id = row_text(ret, 0); /* every kind begins with its id */
}

static int z_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void keys_gather(struct snapshot *s, const struct column *columns, size_t n)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const char **at = arena_alloc(&s->arena, COLUMNS_MAX * sizeof *at);
        size_t count = 0;
        for (size_t i = 0; i < n; i++) {
            if (columns[i].field < 0 && (int)columns[i].family == f) {
                at[count++] = columns[i].key;
            }
        }
        qsort(at, count, sizeof *at, z_cmp);
        s->keys[f].at = at;
        s->keys[f].n = count;
    }
}

struct snapshot *fake_rows_parse(enum kind kind, struct sv table)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_ROWS);
    struct column columns[COLUMNS_MAX];
    struct sv line = {"", 0}, cell;
    size_t n = 0, lines = 0;
    s->kind = kind;
    s->as_of_ms = FAKE_NOW_MS;
    for (size_t i = 0; i < table.n; i++) {
        lines += table.p[i] == '\n';
    }
    struct row *rows = arena_alloc(&s->arena, (lines + 1) * sizeof *rows);
    (void)sv_split(&table, '\n', &line);
    while (n < COLUMNS_MAX && sv_split(&line, '|', &cell)) {
        columns[n++] = column_of(s, sv_trim(cell));
    }
    while (sv_split(&table, '\n', &line)) {
        if (sv_trim(line).n) {
            row_parse(s, line, columns, n, &rows[s->n++]);
        }
    }
    keys_gather(s, columns, n);
    s->rows = rows;
    s->total = s->loaded = s->matched = s->n;
    return s;
}

void fake_series_parse(struct snapshot *s, struct sv line, const char *run, struct series *ret)
{
    struct sv word;
    size_t most = line.n / 2 + 1;
    struct series_point *at = arena_alloc(&s->arena, most * sizeof *at);
    (void)sv_split(&line, ' ', &word);
    *ret = (struct series){.run = run, .key = arena_sv(&s->arena, word), .at = at};
    while (sv_split(&line, ' ', &word)) {
        double x;
        if (fmt_parse_double(word, &x)) {
            at[ret->n] = (struct series_point){.step = (double)ret->n + 1,
                                               .time_ms = (double)FAKE_NOW_MS,
                                               .value = x,
                                               .min = x,
                                               .max = x};
            ret->last = x;
            ret->n++;
        }
    }
    for (size_t i = 0; i < ret->n; i++) {
        at[i].time_ms -= 1000.0 * (double)(ret->n - 1 - i);
    }
    ret->total = ret->n;
}

/* --- logs --- */

static int64_t line_ms(size_t total, size_t line)
{
    return FAKE_NOW_MS - (int64_t)(total - 1 - line) * 10000;
}

static size_t lines_of(struct sv text)
{
    struct sv line;
    size_t n = 0;
    while (text.n && sv_split(&text, '\n', &line)) {
        n++;
    }
    return n;
}

static void lines_cut(struct snapshot *s, struct log_lines *log, const struct fake_log *l)
{
    const char **at = arena_alloc(&s->arena, (log->n + 1) * sizeof *at);
    int64_t *times = arena_alloc(&s->arena, (log->n + 1) * sizeof *times);
    struct sv rest = sv_z(l->lines), line;
    for (size_t i = 0; i < log->first + log->n; i++) {
        bool is_line = !l->made && sv_split(&rest, '\n', &line);
        if (i >= log->first) {
            times[i - log->first] = l->made ? 0 : line_ms(log->total, i);
            at[i - log->first] =
                is_line ? arena_sv(&s->arena, line) : arena_f(&s->arena, "line %zu", i);
        }
    }
    log->at = at;
    log->times_ms = times;
}

struct snapshot *fake_log_cut(const struct fake_log *l, const struct query *q)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_LOG);
    struct log_lines *log = arena_alloc(&s->arena, sizeof *log);
    size_t total = l->made ? l->made : lines_of(sv_z(l->lines)), n = q->n ? q->n : total;
    size_t first = q->is_tail ? total - (n < total ? n : total) : q->first;
    first = first < total ? first : total;
    n = n < total - first ? n : total - first;
    *log = (struct log_lines){.total = total,
                              .first = first,
                              .n = n,
                              .is_counted = true,
                              .is_ended = l->is_ended,
                              .attempt = arena_z(&s->arena, l->attempt),
                              .path = arena_f(&s->arena, ".mlw/runs/%s/log", l->attempt)};
    if (!l->made && total) {
        log->first_ms = line_ms(total, 0);
        log->last_ms = FAKE_NOW_MS;
    }
    while (!l->made && log->from < total && line_ms(total, log->from) < q->since_ms) {
        log->from++;
    }
    lines_cut(s, log, l);
    s->log = log;
    s->as_of_ms = FAKE_NOW_MS;
    return s;
}
