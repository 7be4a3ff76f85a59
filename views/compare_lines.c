/* What is compared, as lines and columns of one table; see compare_state.h. */
#include <ctype.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/cell.h"
#include "views/compare_state.h"

enum {
    MIN_FIELD_W = 8,
    FIELD_W = 18,
    FIELD_WIDE_W = 30,
    VALUE_W = 9,
    VALUE_MAX_W = 60,
    TITLE_W = 18,
    DELTA_LEFT = 2,       /* "+0" */
    WORD_W = 6,           /* "better" */
    MORE_W = 2,           /* "›" */
    MEASURED_MAX = 20000, /* cells that are measured; the others get what these need */
    FROZEN_MIN_W = 60,    /* from here on the baseline stays when the others are scrolled */
    SAME_NAME_ID = 6      /* of an id, beside a name that is not the only one */
};

void comparison_release(struct comparison *c)
{
    for (size_t i = 0; i < c->shown.n; i++) {
        free(c->shown.at[i].title);
    }
    for (size_t i = 0; i < c->columns.n; i++) {
        free(c->columns.at[i].title);
    }
    vec_release(&c->shown);
    vec_release(&c->columns);
    free(c->table_columns);
    c->table_columns = NULL;
    if (c->has_compare) {
        compare_release(&c->compare);
    }
    c->has_compare = false;
}

/* --- texts --- */

const char *comparison_name(const struct comparison *c, size_t row)
{
    const char *name = row_text(&c->rows->rows[row], FIELD_RUN_name);
    return *name ? name : c->rows->rows[row].id;
}

static bool is_only_name(const struct comparison *c, size_t row)
{
    for (size_t i = 0; i < c->rows->n; i++) {
        if (i != row && strcmp(comparison_name(c, i), comparison_name(c, row)) == 0) {
            return false;
        }
    }
    return true;
}

static char *title_of(const struct comparison *c, size_t row)
{
    CLEANUP(str_release) struct str title = STR_INIT;
    if (row == c->compare.baseline) {
        str_addf(&title, "%s ", glyph_text(GLYPH_STAR, false));
    }
    str_addz(&title, comparison_name(c, row));
    if (!is_only_name(c, row)) {
        str_addf(&title, " %.*s", SAME_NAME_ID, c->rows->rows[row].id);
    }
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, sv_of(&title));
    return str_detach(&clean);
}

struct sv comparison_field(const struct compare_line *l)
{
    struct sv name = sv_z(l->name);
    size_t skip = l->field ? 0 : strlen(family_names[l->family]) + 1;
    return (struct sv){name.p + skip, name.n - skip};
}

void comparison_value(const struct comparison *c, const struct compare_line *l, size_t row,
                      struct str *out)
{
    struct table_cell cell = {.buf = STR_INIT};
    cells_value(&cell, l->values[row], l->field, app_now_ms(c->view->app));
    utf8_sanitize(out, sv_of(&cell.buf));
    str_release(&cell.buf);
}

/* --- columns --- */

static void column_add(struct comparison *c, size_t row)
{
    struct compare_shown_column col = {.row = row, .title = title_of(c, row)};
    vec_push(&c->columns, col);
}

static void measure(struct comparison *c, struct compare_shown_column *col, bool *ret_is_judged)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    size_t lines = MEASURED_MAX / c->columns.n + 1, base = c->compare.baseline;
    for (size_t i = 0; i < c->compare.lines.n && i < lines; i++) {
        const struct compare_line *l = &c->compare.lines.at[i];
        str_clear(&text);
        comparison_value(c, l, col->row, &text);
        compare_measure(&col->values, sv_of(&text));
        str_clear(&text);
        if (col->row != base) {
            compare_delta_text(&text, l->values[col->row], l->values[base]);
            compare_measure(&col->deltas, sv_of(&text));
            *ret_is_judged |= l->betters[col->row] != BETTER_UNKNOWN;
        }
    }
}

static int at_most(size_t w, int max)
{
    return w < (size_t)max ? (int)w : max;
}

static int column_w(const struct compare_shown_column *col)
{
    return col->value_w + (col->delta_w ? col->delta_w + 1 : 0) +
           (col->mark_w ? col->mark_w + 1 : 0);
}

/* One column at least stands beside the field: its delta gives way, then the value's end. */
static void fit_column(const struct comparison *c, struct compare_shown_column *col, int field_w)
{
    int over = column_w(col) - (c->w - field_w - 2 - MORE_W);
    if (over > 0 && col->value_w - over < VALUE_W) {
        col->delta_w = 0;
        over = column_w(col) - (c->w - field_w - 2 - MORE_W);
    }
    col->value_w -= over > 0 && over < col->value_w ? over : 0;
}

/* Words for better and worse where all of it fits with them, else arrows. */
static void choose_marks(struct comparison *c, bool is_judged, int field_w)
{
    int total = field_w;
    for (size_t i = 0; i < c->columns.n; i++) {
        struct compare_shown_column *col = &c->columns.at[i];
        col->mark_w = is_judged && col->row != c->compare.baseline ? WORD_W : 0;
        total += 2 + column_w(col);
    }
    c->has_words = is_judged && total <= c->w;
    for (size_t i = 0; i < c->columns.n && !c->has_words; i++) {
        c->columns.at[i].mark_w = c->columns.at[i].mark_w ? 1 : 0;
        fit_column(c, &c->columns.at[i], field_w);
    }
}

/* As much of each value as all of them can have, down to VALUE_W. */
static void set_widths(struct comparison *c, bool is_judged, int field_w)
{
    static const int most[] = {VALUE_MAX_W, 30, 20, 15, 12, VALUE_W};
    int total = c->w + 1;
    for (size_t k = 0; k < ALEN(most) && total > c->w && !(c->is_wide && k); k++) {
        total = field_w;
        for (size_t i = 0; i < c->columns.n; i++) {
            struct compare_shown_column *col = &c->columns.at[i];
            bool is_other = col->row != c->compare.baseline;
            size_t left = col->values.left; /* what is cut at its end begins where the others do */
            col->value_w = at_most(col->values.width, most[k] + (int)left);
            if (col->deltas.width > COMPARE_DELTA_W && col->deltas.left > DELTA_LEFT) {
                col->deltas.left = DELTA_LEFT; /* large ones begin where small ones do */
            }
            col->delta_w = at_most(col->deltas.width, COMPARE_DELTA_W);
            col->mark_w = is_judged && is_other ? 1 : 0;
            int title = at_most(utf8_width(sv_z(col->title)), TITLE_W), w = column_w(col);
            col->value_w += title > w ? title - w : 0;
            total += 2 + column_w(col);
        }
    }
    choose_marks(c, is_judged, field_w);
    c->has_cut = false;
    for (size_t i = 0; i < c->columns.n; i++) {
        c->has_cut |= c->columns.at[i].values.width > (size_t)c->columns.at[i].value_w;
    }
}

static void columns_make(struct comparison *c)
{
    bool is_judged = false;
    column_add(c, c->compare.baseline);
    for (size_t i = 0; i < c->rows->n; i++) {
        if (i != c->compare.baseline) {
            column_add(c, i);
        }
    }
    for (size_t i = 0; i < c->columns.n; i++) {
        measure(c, &c->columns.at[i], &is_judged);
    }
    bool is_roomy = c->w >= COMPARE_WIDE || c->is_wide;
    int field_w = is_roomy ? FIELD_WIDE_W : c->w < FROZEN_MIN_W ? FIELD_W - 4 : FIELD_W;
    size_t longest = MIN_FIELD_W;
    for (size_t i = 0; i < c->compare.lines.n; i++) {
        size_t w = utf8_width(comparison_field(&c->compare.lines.at[i]));
        longest = w > longest ? w : longest;
    }
    field_w = at_most(longest, field_w);
    set_widths(c, is_judged, field_w);
    c->table_columns = xcalloc(c->columns.n + 1, sizeof *c->table_columns);
    c->table_columns[0] = (struct table_column){.id = "field",
                                                .title = "FIELD",
                                                .min = MIN_FIELD_W,
                                                .ideal = field_w,
                                                .flags = TABLE_FROZEN,
                                                .cut = UTF8_CUT_MIDDLE};
    for (size_t i = 0; i < c->columns.n; i++) {
        const struct compare_shown_column *col = &c->columns.at[i];
        bool is_frozen = i == 0 && c->w >= FROZEN_MIN_W;
        c->table_columns[i + 1] =
            (struct table_column){.id = c->rows->rows[col->row].id,
                                  .title = col->title,
                                  .min = column_w(col),
                                  .ideal = column_w(col),
                                  .flags = TABLE_CUSTOM | (is_frozen ? TABLE_FROZEN : 0)};
    }
}

size_t comparison_current(const struct comparison *c)
{
    for (size_t i = 0; i < c->columns.n; i++) {
        if (z_eq(c->rows->rows[c->columns.at[i].row].id, c->current)) {
            return i;
        }
    }
    return c->columns.n > 1 ? 1 : c->columns.n ? 0 : SIZE_MAX;
}

/* --- lines --- */

static bool matches(const struct comparison *c, const char *name)
{
    size_t n = strlen(c->filter);
    for (const char *p = name; n && *p; p++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)p[i]) == tolower((unsigned char)c->filter[i])) {
            i++;
        }
        if (i == n) {
            return true;
        }
    }
    return n == 0;
}

static void group_add(struct comparison *c, enum family family, const char *title)
{
    size_t head = c->shown.n + (c->shown.n ? 1 : 0), n = 0, differing = 0;
    struct compare_shown blank = {.row = TABLE_BLANK}, first = {.row = TABLE_GROUP};
    for (size_t i = 0; i < c->compare.lines.n; i++) {
        const struct compare_line *l = &c->compare.lines.at[i];
        if (l->family != family || !matches(c, l->name) || (c->only_diff && !l->differs)) {
            continue;
        }
        if (n++ == 0 && c->shown.n) {
            vec_push(&c->shown, blank);
        }
        if (n == 1) {
            vec_push(&c->shown, first);
        }
        struct compare_shown one = {.row = TABLE_DATA, .line = i};
        vec_push(&c->shown, one);
        differing += l->differs;
    }
    if (n && c->only_diff) {
        c->shown.at[head].title = xasprintf("%s %zu", title, n);
    } else if (n) {
        c->shown.at[head].title = xasprintf("%s %zu, %zu differ", title, n, differing);
    }
}

static size_t baseline_row(const struct comparison *c)
{
    for (size_t i = 0; i < c->rows->n; i++) {
        if (z_eq(c->rows->rows[i].id, c->baseline)) {
            return i;
        }
    }
    return 0;
}

void comparison_make(struct comparison *c, int w)
{
    CLEANUP(mem_free_ptr) const struct row **rows = NULL;
    comparison_release(c);
    c->w = w;
    c->differing = 0;
    if (!c->rows || c->rows->n == 0) {
        table_columns(&c->table, NULL, 0);
        table_update(&c->table, 0);
        return;
    }
    rows = xcalloc(c->rows->n, sizeof *rows);
    for (size_t i = 0; i < c->rows->n; i++) {
        rows[i] = &c->rows->rows[i];
    }
    compare_init(&c->compare, c->kind, rows, c->rows->n, baseline_row(c), view_goals(c->view),
                 COMPARE_WHOLE);
    c->has_compare = true;
    for (size_t i = 0; i < c->compare.lines.n; i++) {
        c->differing += c->compare.lines.at[i].differs;
    }
    columns_make(c);
    group_add(c, FAMILY_METRICS, "Metrics");
    group_add(c, FAMILY_PARAMS, "Params");
    group_add(c, FAMILY_COUNT, "Fields");
    group_add(c, FAMILY_TAGS, "Tags");
    table_columns(&c->table, c->table_columns, c->columns.n + 1);
    table_update(&c->table, c->shown.n);
}

const struct compare_line *comparison_selected(const struct comparison *c)
{
    size_t at = c->table.selected;
    return c->has_compare && at < c->shown.n && c->shown.at[at].row == TABLE_DATA
               ? &c->compare.lines.at[c->shown.at[at].line]
               : NULL;
}

bool comparison_text(const struct comparison *c, struct sv format, struct str *out)
{
    static const struct {
        const char *name;
        enum compare_form form;
    } forms[] = {{"csv", COMPARE_CSV}, {"tsv", COMPARE_TSV}, {"md", COMPARE_MARKDOWN}};
    for (size_t i = 0; c->has_compare && i < ALEN(forms); i++) {
        if (!sv_eqz(format, forms[i].name)) {
            continue;
        }
        const char **titles = xcalloc(c->rows->n, sizeof *titles);
        for (size_t k = 0; k < c->rows->n; k++) {
            bool is_for_people = forms[i].form == COMPARE_MARKDOWN && is_only_name(c, k);
            titles[k] = is_for_people ? comparison_name(c, k) : c->rows->rows[k].id;
        }
        compare_text(&c->compare, titles, forms[i].form, c->only_diff, app_now_ms(c->view->app),
                     out);
        free(titles);
        return true;
    }
    return false;
}
