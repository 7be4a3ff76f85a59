/* The dataset view as cells: its state in one line, tabs, the table in front, one column's detail.
 */
#include <math.h>
#include <string.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tui/widgets/spark.h"
#include "tui/widgets/tabs.h"
#include "views/dataset_state.h"

enum { BINS = 10, DETAIL_H = BINS + 1, DETAIL_MIN_H = BINS / 2 + 1, TALL = 14 };

/* --- the tables' columns --- */

/* one cell apart, so that all of them fit beside each other in 80 */
#define NUMBERS(name, heading, narrow, order, how)                                                 \
    {                                                                                              \
        .id = name, .title = heading, .min = narrow, .ideal = 16, .priority = order, .align = how, \
        .flags = TABLE_TIGHT                                                                       \
    }
const struct table_column dataset_columns[DS_COLUMNS] = {
    [DS_NAME] = {.id = "name",
                 .title = "COLUMN",
                 .min = 8,
                 .ideal = 18,
                 .flags = TABLE_FROZEN,
                 .cut = UTF8_CUT_MIDDLE},
    [DS_TYPE] = {.id = "type", .title = "TYPE", .min = 5, .priority = 7, .flags = TABLE_TIGHT},
    [DS_COUNT] = NUMBERS("count", "COUNT", 5, 1, ALIGN_RIGHT),
    [DS_MISSING] = NUMBERS("missing", "MISS", 4, 6, ALIGN_RIGHT),
    [DS_DISTINCT] = NUMBERS("distinct", "DISTINCT", 8, 2, ALIGN_RIGHT),
    [DS_MIN] = NUMBERS("min", "MIN", 4, 5, ALIGN_POINT),
    [DS_MAX] = NUMBERS("max", "MAX", 4, 4, ALIGN_POINT),
    [DS_MEAN] = NUMBERS("mean", "MEAN", 4, 3, ALIGN_POINT),
    [DS_HISTOGRAM] = {.id = "histogram",
                      .title = "HISTOGRAM",
                      .min = BINS,
                      .ideal = BINS,
                      .priority = 8,
                      .flags = TABLE_CUSTOM},
};

const struct table_column dataset_use_columns[DU_COLUMNS] = {
    [DU_KIND] = {.id = "kind", .title = "KIND", .min = 7, .priority = 5},
    [DU_ID] = {.id = "id", .title = "ID", .min = 8, .ideal = 20, .flags = TABLE_FROZEN},
    [DU_WHAT] = {.id = "what", .title = "WHAT", .min = 10, .weight = 1, .priority = 4},
    [DU_AGE] = {.id = "age",
                .title = "AGE",
                .min = 3,
                .priority = 3,
                .align = ALIGN_RIGHT,
                .flags = TABLE_LATE_DIM},
};

const struct table_column dataset_version_columns[DV_COLUMNS] = {
    [DV_VERSION] = {.id = "id", .title = "VERSION", .min = 8, .flags = TABLE_FROZEN},
    [DV_ROWS] = {.id = "rows", .title = "ROWS", .min = 6, .priority = 5, .align = ALIGN_RIGHT},
    [DV_SIZE] = {.id = "size", .title = "SIZE", .min = 8, .priority = 4, .align = ALIGN_RIGHT},
    [DV_USES] = {.id = "uses", .title = "USES", .min = 4, .priority = 3, .align = ALIGN_RIGHT},
    [DV_AGE] = {.id = "age",
                .title = "FIRST USED",
                .min = 4,
                .priority = 6,
                .align = ALIGN_RIGHT,
                .flags = TABLE_LATE_DIM},
};

/* --- columns of the data --- */

static enum table_row column_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct dataset *d = arg;
    /* names may come twice: the place of the column's node is as good while the document lives */
    *ret_id = (struct sv){(const char *)&d->columns.at[row], sizeof d->columns.at[row]};
    return TABLE_DATA;
}

static void column_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct json *column = ((const struct dataset *)arg)->columns.at[row];
    const struct json *value = json_get(column, dataset_columns[col].id);
    if (col == DS_MISSING && json_get_i64(column, "missing", 0) > 0) {
        ret->style = ROLE_WARN;
    }
    if (col == DS_DISTINCT && !json_get_bool(column, "is_distinct_exact", true)) {
        str_addz(&ret->buf, "~");
    }
    if (col == DS_NAME || col == DS_TYPE) {
        utf8_sanitize(&ret->buf, sv_z(json_str(value)));
    } else {
        dataset_short(value, &ret->buf);
    }
}

/* Ten cells: the bins, or the most frequent values; an empty bin is blank. */
static void column_draw(const void *arg, size_t row, size_t col, struct canvas *c, struct rect r)
{
    const struct json *column = ((const struct dataset *)arg)->columns.at[row];
    const struct json *hist = json_get(json_get(column, "histogram"), "hist");
    double values[BINS];
    size_t n = 0;
    double most = 0;
    (void)col;
    json_each (one, hist ? hist : json_get(column, "frequent")) {
        double count = json_num(hist ? one : json_get(one, "count"));
        if (n < BINS) {
            values[n++] = count > 0 ? count : NAN;
            most = count > most ? count : most;
        }
    }
    spark_draw(c, r.x, r.y, r.w < BINS ? r.w : BINS, hist ? ROLE_BAR : ROLE_DIM, values, n, 0,
               most);
}

/* --- first rows --- */

static enum table_row head_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct dataset *d = arg;
    *ret_id = (struct sv){(const char *)&d->rows.at[row], sizeof d->rows.at[row]};
    return TABLE_DATA;
}

static void head_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct dataset *d = arg;
    if (col == 0) {
        str_addf(&ret->buf, "%zu", row + 1);
        ret->style = ROLE_DIM;
        return;
    }
    const struct json *cell = d->cells.at[row * d->columns.n + col - 1];
    if (!cell || !*json_str(cell)) {
        str_addz(&ret->buf, "–");
        ret->style = ROLE_DIM;
    } else {
        utf8_sanitize(&ret->buf, sv_z(json_str(cell)));
    }
}

/* --- who used it --- */

static enum table_row use_row(const void *arg, size_t row, struct sv *ret_id)
{
    *ret_id = sv_z(((const struct dataset *)arg)->uses.at[row].id);
    return TABLE_DATA;
}

static void use_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct dataset *d = arg;
    const struct dataset_use *use = &d->uses.at[row];
    const char *texts[DU_COLUMNS] = {
        [DU_KIND] = kinds[use->kind].singular, [DU_ID] = use->id, [DU_WHAT] = use->what};
    if (texts[col]) {
        ret->text = sv_z(texts[col]);
    } else if (use->at_ms) {
        fmt_age(&ret->buf, app_now_ms(d->view->app) - use->at_ms);
    }
}

/* --- versions --- */

static enum table_row version_row(const void *arg, size_t row, struct sv *ret_id)
{
    *ret_id = sv_z(json_get_str(((const struct dataset *)arg)->versions.at[row], "id"));
    return TABLE_DATA;
}

static void version_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct dataset *d = arg;
    const struct json *version = d->versions.at[row];
    int64_t x = json_get_i64(version, dataset_version_columns[col].id, -1);
    int64_t created = dataset_time(version, "created");
    if (col == DV_VERSION) {
        const char *id = json_get_str(version, "id");
        bool is_this = z_eq(id, json_get_str(dataset_doc(d), "id"));
        str_addf(&ret->buf, "%s%s", dataset_version(id), is_this ? " (this one)" : "");
    } else if (col == DV_AGE && created) {
        fmt_age(&ret->buf, app_now_ms(d->view->app) - created);
    } else if (x < 0) {
        str_addz(&ret->buf, "–");
        ret->style = ROLE_DIM;
    } else if (col == DV_SIZE) {
        fmt_bytes(&ret->buf, (uint64_t)x);
    } else {
        str_addf(&ret->buf, "%lld", (long long)x);
    }
}

const struct table_source dataset_sources[DATASET_PANE_COUNT] = {
    [DATASET_COLUMNS] = {.row = column_row, .cell = column_cell, .draw = column_draw},
    [DATASET_ROWS] = {.row = head_row, .cell = head_cell},
    [DATASET_USES] = {.row = use_row, .cell = use_cell},
    [DATASET_VERSIONS] = {.row = version_row, .cell = version_cell},
};

/* --- places --- */

void dataset_layout(struct view *v, struct rect area)
{
    struct dataset *d = dataset_of(v);
    d->top = rect_cut_top(&area, 1);
    d->tabs = rect_cut_top(&area, 1);
    if (area.h >= TALL) {
        rect_cut_top(&area, 1);
    }
    d->detail = (struct rect){0, 0, 0, 0};
    int rows = (int)(d->columns.n < 1000 ? d->columns.n : 1000) + 1;
    bool is_columns = d->pane == DATASET_COLUMNS && d->columns.n > 0;
    if (is_columns && d->is_zoomed) {
        d->detail = area;
    } else if (is_columns && area.h >= rows + DETAIL_MIN_H) {
        d->detail = area;
        area = rect_cut_top(&d->detail, rows);
        rect_cut_top(&d->detail, 1);
    } else if (is_columns && area.h >= 2 * DETAIL_H) {
        d->detail = rect_cut_bottom(&area, DETAIL_H);
        rect_cut_top(&d->detail, 1);
    }
    d->body = area;
    table_layout(&d->tables[d->pane], area);
}

/* "344 rows  8 columns  CSV, 15 KiB  read by 3 executions  ⚠ 2 ragged rows, line 3" */
static void draw_top(const struct dataset *d, struct canvas *c, struct rect row)
{
    const struct json *doc = dataset_doc(d), *profile = dataset_found(d);
    const struct json *ragged = json_get(profile, "ragged");
    CLEANUP(str_release) struct str text = STR_INIT;
    int64_t size = json_get_i64(doc, "size", -1), uses = json_get_i64(doc, "uses", 0);
    int64_t odd = json_get_i64(ragged, "rows", 0);
    if (dataset_is_table(d)) {
        str_addf(&text, "%lld rows  %zu columns  ", (long long)json_get_i64(profile, "rows", 0),
                 d->columns.n);
    }
    if (json_get_str(profile, "what")) {
        str_addf(&text, "%s, ", json_get_str(profile, "what"));
    }
    if (size >= 0) {
        fmt_bytes(&text, (uint64_t)size);
        str_addz(&text, "  ");
    }
    str_addf(&text, "read by %lld execution%s", (long long)uses, uses == 1 ? "" : "s");
    int x = canvas_fit(c, row.x, row.y, row.w, ROLE_NORMAL, sv_of(&text), ALIGN_LEFT, UTF8_CUT_END);
    int end = row.x + (int)utf8_width(sv_of(&text)) + 2;
    if (odd > 0 && end < x) {
        str_clear(&text);
        str_addf(&text, "%s %lld ragged, line %g", glyph_text(GLYPH_WARNING, false), (long long)odd,
                 json_num(json_first(json_get(ragged, "lines"))));
        canvas_fit(c, end, row.y, x - end, ROLE_WARN, sv_of(&text), ALIGN_LEFT, UTF8_CUT_END);
    }
}

static void draw_tabs(const struct dataset *d, struct canvas *c, struct rect row)
{
    static const char *const words[DATASET_PANE_COUNT] = {[DATASET_COLUMNS] = "columns",
                                                          [DATASET_ROWS] = "first rows",
                                                          [DATASET_USES] = "used by",
                                                          [DATASET_VERSIONS] = "versions"};
    struct str texts[DATASET_PANE_COUNT];
    const char *names[DATASET_PANE_COUNT];
    for (size_t i = 0; i < DATASET_PANE_COUNT; i++) {
        str_init(&texts[i]);
        str_addz(&texts[i], words[i]);
        if (d->tables[i].rows) {
            str_addf(&texts[i], " %zu", d->tables[i].rows);
        }
        names[i] = texts[i].p;
    }
    tabs_draw(c, row, names, DATASET_PANE_COUNT, d->pane);
    for (size_t i = 0; i < DATASET_PANE_COUNT; i++) {
        str_release(&texts[i]);
    }
}

/* "Reading 12 MiB of 100 MiB", and a bar: bytes that were counted. */
static void draw_progress(const struct dataset *d, struct canvas *c, struct rect area)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    size_t loaded = d->doc->loaded, total = d->doc->total;
    str_addz(&text, "Reading: ");
    fmt_bytes(&text, loaded);
    str_addz(&text, " of ");
    fmt_bytes(&text, total);
    str_addf(&text, ", %.0f %%", total ? 100.0 * (double)loaded / (double)total : 0);
    canvas_fit(c, area.x, area.y, area.w, ROLE_DIM, sv_of(&text), ALIGN_LEFT, UTF8_CUT_END);
    if (area.h > 1) {
        struct rect bar = {area.x, area.y + 1, area.w < 60 ? area.w : 60, 1};
        gauge_draw(c, bar, total ? (double)loaded / (double)total : 0, ROLE_BAR);
    }
}

/* It is no table: what it is, and what is in it. */
static void draw_no_table(const struct dataset *d, struct canvas *c, struct rect area)
{
    const struct json *profile = dataset_found(d);
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "This is no table: it is %s of ", json_get_str(profile, "what"));
    fmt_bytes(&text, (uint64_t)json_get_i64(profile, "bytes", 0));
    str_addz(&text, ". CSV, TSV and JSON lines are shown as tables.");
    rect_cut_top(&area, cells_words(c, area, ROLE_NORMAL, text.p) + 1);
    json_each (file, json_get(profile, "files")) {
        if (area.h <= 0) {
            break;
        }
        struct rect row = rect_cut_top(&area, 1);
        CLEANUP(str_release) struct str line = STR_INIT;
        utf8_sanitize(&line, sv_z(json_get_str(file, "name")));
        str_addz(&line, "  ");
        fmt_bytes(&line, (uint64_t)json_get_i64(file, "size", 0));
        str_addf(&line, "  %s", json_get_str(file, "what") ? json_get_str(file, "what") : "");
        canvas_fit(c, row.x, row.y, row.w, ROLE_DIM, sv_of(&line), ALIGN_LEFT, UTF8_CUT_END);
    }
}

/* Panes that need the bytes: what is said while or because they are not there. */
static bool draw_instead(const struct dataset *d, struct canvas *c, struct rect area)
{
    const char *problem = json_get_str(dataset_doc(d), "problem");
    if (d->pane > DATASET_ROWS) {
        return false;
    }
    if (dataset_is_loading(d)) {
        draw_progress(d, c, area);
    } else if (problem) {
        rect_cut_top(&area, cells_words(c, area, ROLE_BAD, problem));
        cells_words(c, area, ROLE_DIM, "What is known without its bytes stands in the other tabs.");
    } else if (!dataset_is_table(d)) {
        draw_no_table(d, c, area);
    } else {
        return false;
    }
    return true;
}

void dataset_draw(const struct view *v, struct canvas *c, struct rect area)
{
    const struct dataset *d = dataset_of(v);
    if (rect_is_empty(area)) {
        return;
    }
    if (!d->doc) {
        if (d->err.code) {
            cells_error(c, area, &d->err);
        } else {
            canvas_textf(c, area.x, area.y, ROLE_DIM, "Reading dataset %s", d->id);
        }
        return;
    }
    draw_top(d, c, d->top);
    draw_tabs(d, c, d->tabs);
    if (rect_is_empty(d->body) || draw_instead(d, c, d->body)) {
        return;
    }
    if (!d->is_zoomed || d->pane != DATASET_COLUMNS) {
        table_draw(&d->tables[d->pane], c, d->body);
    }
    dataset_detail_draw(dataset_column(d), c, d->detail);
}
