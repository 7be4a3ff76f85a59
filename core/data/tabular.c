/* Rows of files, their header and their profile; see tabular.h. */
#include "core/data/tabular.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/data/csv.h"
#include "core/data/profile.h"

enum { PLACES = 10, HEAD_BYTES = 512 * 1024, MAX_LINE = 1024 * 1024 };

struct tabular {
    struct profile *profile;
    enum data_format format; /* of the first file */
    char separator;
    bool has_columns, has_header;
    size_t columns;   /* of the header, also those beyond PROFILE_COLUMNS */
    struct map names; /* JSON lines: key → index + 1 */
    VEC(char *) header;
    struct json *head; /* rows */
    size_t head_bytes;
    uint64_t ragged, cut, bad, places[PLACES];
    uint64_t open_line;
    /* the file that is read */
    struct csv csv;
    struct str line; /* JSON lines: one that is not whole yet */
    uint64_t line_no;
    bool is_open, is_first_row, is_skipping, is_other;
    VEC(struct sv) cells;
};

struct tabular *tabular_new(void)
{
    struct tabular *t = xcalloc(1, sizeof *t);
    t->profile = profile_new();
    t->head = json_new_array();
    str_init(&t->line);
    return t;
}

void tabular_free(struct tabular *t)
{
    if (!t) {
        return;
    }
    if (t->is_open) {
        csv_release(&t->csv);
    }
    profile_free(t->profile);
    json_free(t->head);
    map_release(&t->names);
    for (size_t i = 0; i < t->header.n; i++) {
        free(t->header.at[i]);
    }
    vec_release(&t->header);
    vec_release(&t->cells);
    str_release(&t->line);
    free(t);
}

/* --- rows --- */

static void keep_head(struct tabular *t, const struct sv *cells, size_t n)
{
    if (profile_rows(t->profile) >= TABULAR_HEAD_ROWS || t->head_bytes >= HEAD_BYTES) {
        return;
    }
    struct json *row = json_push(t->head, json_new_array());
    n = n < profile_column_count(t->profile) ? n : profile_column_count(t->profile);
    for (size_t i = 0; i < n && t->head_bytes < HEAD_BYTES; i++) {
        struct sv cell = cells[i];
        cell.n = cell.n < TABULAR_CELL_BYTES ? cell.n : TABULAR_CELL_BYTES;
        /* not within a character */
        while (cell.n && cell.n < cells[i].n && ((unsigned char)cell.p[cell.n] & 0xC0) == 0x80) {
            cell.n--;
        }
        json_push(row, json_new_sv(cell));
        t->head_bytes += cell.n + 8;
    }
}

static void note_place(struct tabular *t, uint64_t *count, uint64_t line)
{
    uint64_t noted = t->ragged + t->bad;
    if (noted < PLACES) {
        t->places[noted] = line;
    }
    ++*count;
}

static void take_row(struct tabular *t, const struct csv_row *row)
{
    keep_head(t, row->at, row->n);
    profile_row(t->profile, row->at, row->n);
    t->cut += row->is_cut;
    if (row->fields != t->columns) {
        note_place(t, &t->ragged, row->line);
    }
}

/* A number among the names: then they are no names. */
static bool is_header(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        double num;
        int64_t i64;
        enum cell_class class = cell_read(row->at[i], &num, &i64);
        if (class == CELL_INTEGER || class == CELL_NUMBER) {
            return false;
        }
    }
    return true;
}

static void set_columns(struct tabular *t, const struct csv_row *row)
{
    t->has_columns = true;
    t->has_header = is_header(row);
    t->columns = row->fields;
    for (size_t i = 0; i < row->n; i++) {
        struct sv name = sv_trim(row->at[i]);
        CLEANUP(mem_free_ptr) char *number = xasprintf("column %zu", i + 1);
        (void)profile_column(t->profile, t->has_header && name.n ? name : sv_z(number));
        if (t->has_header) {
            vec_push(&t->header, sv_dup(row->at[i]));
        }
    }
}

/* The first row of a further file: is it the header once more? */
static bool is_same_header(const struct tabular *t, const struct csv_row *row)
{
    if (row->n != t->header.n) {
        return false;
    }
    for (size_t i = 0; i < row->n; i++) {
        if (!sv_eqz(row->at[i], t->header.at[i])) {
            return false;
        }
    }
    return true;
}

static bool csv_take(void *arg, const struct csv_row *row)
{
    struct tabular *t = arg;
    bool is_first = t->is_first_row;
    t->is_first_row = false;
    if (!t->has_columns) {
        set_columns(t, row);
        if (t->has_header) {
            return true;
        }
    } else if (is_first && t->has_header) {
        t->is_other = !is_same_header(t, row);
        return !t->is_other;
    } else if (is_first && row->fields != t->columns) {
        t->is_other = true;
        return false;
    }
    take_row(t, row);
    return true;
}

/* --- JSON lines --- */

static size_t json_column(struct tabular *t, const char *key)
{
    size_t known = (size_t)(uintptr_t)map_get(&t->names, sv_z(key));
    if (!known) {
        known = profile_column(t->profile, sv_z(key)) + 1; /* 0: there are too many */
        if (known) {
            map_set(&t->names, sv_z(key), (void *)(uintptr_t)known);
        }
    }
    return known - 1;
}

/* What a value is as a cell: a text without quotes, null as missing, all else as JSON has it. */
static void json_cell(const struct json *value, struct str *out)
{
    if (json_str(value)) {
        str_addz(out, json_str(value));
    } else if (!json_is(value, JSON_NULL)) {
        json_print(value, JSON_COMPACT, out);
    }
}

static void take_object(struct tabular *t, const struct json *object)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    VEC(size_t) begins = {0}; /* of each cell in text, and where it ends */
    VEC(size_t) ends = {0};
    json_each (value, object) {
        size_t i = json_column(t, json_key(value));
        if (i == SIZE_MAX) {
            t->cut++;
            continue;
        }
        while (begins.n <= i) {
            vec_push(&begins, text.n);
            vec_push(&ends, text.n);
        }
        begins.at[i] = text.n;
        json_cell(value, &text);
        ends.at[i] = text.n;
    }
    vec_clear(&t->cells);
    for (size_t i = 0; i < begins.n; i++) {
        vec_push(&t->cells, ((struct sv){text.p + begins.at[i], ends.at[i] - begins.at[i]}));
    }
    keep_head(t, t->cells.at, t->cells.n);
    profile_row(t->profile, t->cells.at, t->cells.n);
    vec_release(&begins);
    vec_release(&ends);
}

static void end_line(struct tabular *t)
{
    struct json *object = NULL;
    struct err ignored;
    struct sv line = sv_trim(sv_of(&t->line));
    t->line_no++;
    if (line.n || t->is_skipping) {
        if (!t->is_skipping && json_parse(line, &object, &ignored) &&
            json_is(object, JSON_OBJECT)) {
            take_object(t, object);
        } else {
            note_place(t, &t->bad, t->line_no);
        }
    }
    json_free(object);
    t->is_skipping = false;
    str_clear(&t->line);
}

static void feed_lines(struct tabular *t, struct sv bytes)
{
    while (bytes.n) {
        const char *lf = memchr(bytes.p, '\n', bytes.n);
        size_t n = lf ? (size_t)(lf - bytes.p) : bytes.n;
        if (t->line.n + n > MAX_LINE) {
            t->is_skipping = true;
            str_clear(&t->line);
        } else if (!t->is_skipping) {
            str_add(&t->line, bytes.p, n);
        }
        if (lf) {
            end_line(t);
            n++;
        }
        bytes = (struct sv){bytes.p + n, bytes.n - n};
    }
}

/* --- files --- */

bool tabular_begin(struct tabular *t, struct sv name, struct sv head, const char **ret_what)
{
    enum data_format format = tabular_sniff(name, head, ret_what);
    bool is_new = t->format == DATA_NO_TABLE;
    if (format == DATA_NO_TABLE) {
        return false;
    }
    char separator = sv_eqz(sv_z(*ret_what), "TSV") ? '\t' : csv_separator(head);
    if (!is_new && (t->format != format || (format == DATA_CSV && t->separator != separator))) {
        return false;
    }
    t->format = format;
    t->separator = separator;
    t->is_open = t->is_first_row = true;
    t->is_other = t->is_skipping = false;
    t->line_no = 0;
    csv_init(&t->csv, separator, csv_take, t);
    return true;
}

bool tabular_feed(struct tabular *t, struct sv bytes)
{
    if (t->format == DATA_CSV) {
        return csv_feed(&t->csv, bytes);
    }
    feed_lines(t, bytes);
    return true;
}

bool tabular_end(struct tabular *t, const char **ret_what)
{
    if (t->format == DATA_CSV && !t->is_other) {
        csv_end(&t->csv);
        t->open_line = t->open_line ? t->open_line : t->csv.open_line;
    } else if (t->line.n || t->is_skipping) {
        end_line(t);
    }
    csv_release(&t->csv);
    t->is_open = false;
    *ret_what = "a table with other columns";
    return !t->is_other;
}

uint64_t tabular_rows(const struct tabular *t)
{
    return profile_rows(t->profile);
}

/* --- the document --- */

static void add_places(const struct tabular *t, struct json *j)
{
    uint64_t noted = t->ragged + t->bad;
    struct json *lines = json_set(j, "lines", json_new_array());
    for (uint64_t i = 0; i < noted && i < PLACES; i++) {
        json_push(lines, json_new_i64((int64_t)t->places[i]));
    }
}

struct json *tabular_json(const struct tabular *t)
{
    struct json *j = json_new_object();
    bool is_csv = t->format == DATA_CSV;
    json_set_str(j, "format", t->format == DATA_NO_TABLE ? NULL : is_csv ? "csv" : "jsonl");
    if (is_csv) {
        json_set(j, "separator", json_new_sv((struct sv){&t->separator, 1}));
        json_set_bool(j, "has_header", t->has_header);
    }
    json_set_i64(j, "rows", (int64_t)profile_rows(t->profile));
    struct json *ragged = json_set(j, "ragged", json_new_object());
    json_set_i64(ragged, "rows", (int64_t)(t->ragged + t->bad));
    add_places(t, ragged);
    if (t->cut) {
        json_set_i64(j, "rows_cut", (int64_t)t->cut);
    }
    if (t->open_line) {
        json_set_i64(j, "unclosed_quote_line", (int64_t)t->open_line);
    }
    if (t->columns > profile_column_count(t->profile)) {
        json_set_i64(j, "columns_left_out",
                     (int64_t)(t->columns - profile_column_count(t->profile)));
    }
    json_set(j, "columns", profile_json(t->profile));
    json_set(j, "head", json_clone(t->head));
    return j;
}
