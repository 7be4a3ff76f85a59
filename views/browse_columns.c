/* Columns of the table view: from kinds.def and from the keys that the rows have. */
#include <ctype.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/compare.h"
#include "core/model/state.h"
#include "views/browse.h"

enum {
    NARROW_W = 60,
    NAME_MAX_W = 48,
    NAME_NARROW_W = 18,
    STATE_NARROW_W = 13,
    VALUE_MAX_W = 10,
    TITLE_MAX_W = 14
};

static void columns_clear(struct browse *b)
{
    for (size_t i = 0; i < b->columns.n; i++) {
        free(b->columns.at[i].key);
        free(b->columns.at[i].id);
        free(b->columns.at[i].title);
    }
    vec_clear(&b->columns);
}

void browse_columns_release(struct browse *b)
{
    columns_clear(b);
    vec_release(&b->columns);
    map_release(&b->toggled);
    free(b->table_columns);
    free(b->sort_id);
    free(b->sort_key);
    free(b->only);
}

/* --- which there are --- */

static char *upper(const char *key)
{
    char *z = xstrdup(key);
    for (char *p = z; *p; p++) {
        *p = (char)toupper((unsigned char)*p);
    }
    return z;
}

/* A key as a filter reads it: bare when it is a word, else in quotes. */
static char *named_id(enum family family, const char *key)
{
    bool is_bare = *key != '\0';
    CLEANUP(str_release) struct str s = STR_INIT;
    for (const char *p = key; *p; p++) {
        is_bare &= isalnum((unsigned char)*p) || *p == '_';
    }
    str_addf(&s, "%s.", family_names[family]);
    str_addz(&s, is_bare ? "" : "\"");
    for (const char *p = key; *p; p++) {
        str_addz(&s, !is_bare && (*p == '"' || *p == '\\') ? "\\" : "");
        str_addc(&s, *p);
    }
    str_addz(&s, is_bare ? "" : "\"");
    return str_detach(&s);
}

static bool is_parents(const struct browse *b, const char *field)
{
    enum kind parent = browse_parent_kind(b->kind);
    bool is_model = parent == KIND_MODEL && z_eq(field, "group");
    return b->parent && parent < KIND_COUNT && (is_model || z_eq(field, kinds[parent].singular));
}

static void add_field(struct browse *b, size_t i)
{
    const struct field *f = &kinds[b->kind].fields[i];
    bool is_status = i == FIELD_RUN_status;
    if (f->flags & F_HIDDEN) {
        return;
    }
    struct browse_column c = {.source = BROWSE_FIELD,
                              .field = (int)i,
                              .id = xstrdup(f->id),
                              .title =
                                  xstrdup(b->kind == KIND_RUN && is_status ? "STATUS" : f->title),
                              .is_shown = f->flags & F_TABLE && !is_parents(b, f->id)};
    vec_push(&b->columns, c);
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Does the filter ask for this name? It stands in it as a word before an operator. */
static bool is_in_filter(const struct browse *b, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = n ? strstr(b->filter, name) : NULL; p; p = strstr(p + 1, name)) {
        bool begins = p == b->filter || !is_word_byte(p[-1]);
        if (begins && p[n] && strchr(":=!<>~", p[n])) {
            return true;
        }
    }
    return false;
}

/* Keys of a family: those that the filter names, or those that it does not. */
static void add_family(struct browse *b, enum family family, bool is_named)
{
    const struct snapshot *s = b->rows;
    size_t n = s ? s->keys[family].n : 0;
    for (size_t i = 0; i < n && i < BROWSE_FAMILY_MAX; i++) {
        const char *key = s->keys[family].at[i];
        if (is_in_filter(b, key) != is_named) {
            continue;
        }
        struct browse_column c = {.source = BROWSE_NAMED,
                                  .field = -1,
                                  .family = family,
                                  .key = xstrdup(key),
                                  .id = named_id(family, key),
                                  .title = upper(key),
                                  .is_shown = family != FAMILY_TAGS &&
                                              (is_named || i < BROWSE_FAMILY_SHOWN)};
        vec_push(&b->columns, c);
    }
}

static int spark_rank(const char *key)
{
    bool is_unseen = strstr(key, "val") || strstr(key, "test");
    return z_eq(key, "loss") ? 3 : !strstr(key, "loss") ? 0 : is_unseen ? 2 : 1;
}

/* The metric whose curve stands in the row: a loss where there is one, rather of data that the
 * model has not seen. */
static const char *spark_key(const struct browse *b)
{
    const struct snapshot *s = b->rows;
    const char *best = NULL;
    for (size_t i = 0; s && i < s->keys[FAMILY_METRICS].n; i++) {
        const char *key = s->keys[FAMILY_METRICS].at[i];
        best = !best || spark_rank(key) > spark_rank(best) ? key : best;
    }
    return best;
}

static void add_spark(struct browse *b)
{
    const char *key = b->kind == KIND_RUN ? spark_key(b) : NULL;
    if (!key) {
        return;
    }
    CLEANUP(mem_free_ptr) char *title = upper(key);
    struct browse_column c = {.source = BROWSE_SPARK,
                              .field = -1,
                              .family = FAMILY_METRICS,
                              .key = xstrdup(key),
                              .id = xasprintf("curve.%s", key),
                              .title = xasprintf("%s/STEP", title),
                              .is_shown = true};
    vec_push(&b->columns, c);
}

/* Of two keys that are the same in the titles, both get their family. */
static void titles_part(struct browse *b)
{
    struct map seen = MAP_INIT, twice = MAP_INIT;
    for (size_t i = 0; i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        struct sv title = sv_z(c->title);
        if (c->source != BROWSE_SPARK) {
            (void)map_set(map_has(&seen, title) ? &twice : &seen, title, b);
        }
    }
    for (size_t i = 0; i < b->columns.n; i++) {
        struct browse_column *c = &b->columns.at[i];
        if (c->source == BROWSE_NAMED && map_has(&twice, sv_z(c->title))) {
            free(c->title);
            c->title = xasprintf("%s.%s", family_names[c->family], c->key);
        }
    }
    map_release(&seen);
    map_release(&twice);
}

/* --- what they look like --- */

static struct value named_at(const struct browse *b, size_t place, const struct browse_column *c)
{
    return row_named(browse_row(b, place), c->family, c->key);
}

/* Words in a column put it to the left; numbers stand with their points under each other. */
static bool all_numbers(const struct browse *b, const struct browse_column *c)
{
    const struct snapshot *s = b->rows;
    for (size_t i = 0; s && i < s->n; i++) {
        struct value v = named_at(b, s->first + i, c);
        if (v.type == VALUE_TEXT && !table_is_number(sv_z(v.text))) {
            return false;
        }
    }
    return true;
}

/* Of the rows that are here, two or more: one that says the same of all tells them not apart. */
static bool is_same_of_all(const struct browse *b, const struct browse_column *c)
{
    const struct snapshot *s = b->rows;
    for (size_t i = 1; s && i < s->n; i++) {
        if (!compare_is_same(named_at(b, s->first, c), named_at(b, s->first + i, c))) {
            return false;
        }
    }
    return s && s->n > 1;
}

static struct table_column field_look(const struct browse *b, const struct browse_column *c, int w)
{
    const struct field *f = &kinds[b->kind].fields[c->field];
    bool is_name = c->field == FIELD_RUN_name, is_state = f->type == FIELD_STATE;
    bool is_narrow = w < NARROW_W;
    bool is_prose = !is_name && !is_state && f->type == FIELD_TEXT && f->width >= 24;
    struct table_column t = {.min = is_prose ? 12 : 1,
                             .ideal = is_prose ? 0 : f->width,
                             .weight = is_prose,
                             .priority = 100 - 10 * f->priority,
                             .align = f->flags & F_RIGHT ? ALIGN_RIGHT : ALIGN_LEFT,
                             .cut = f->flags & F_MIDDLE ? UTF8_CUT_MIDDLE : UTF8_CUT_END};
    if (is_name) {
        t.flags = TABLE_FROZEN;
        t.ideal = is_narrow ? NAME_NARROW_W : NAME_MAX_W;
    } else if (is_state) {
        t.flags = TABLE_FROZEN | (b->kind == KIND_RUN ? TABLE_TIGHT : 0u);
        t.ideal = is_narrow ? STATE_NARROW_W : 0;
    } else if (f->type == FIELD_DURATION || f->flags & F_AGE) {
        t.ideal = 0;
    }
    return t;
}

static struct table_column named_look(const struct browse *b, struct browse_column *c)
{
    struct table_column t = {.min = 1, .ideal = VALUE_MAX_W, .priority = 40};
    bool is_shown = browse_column_is_shown(b, c);
    int title_w = (int)utf8_width(sv_z(c->title));
    c->is_number = is_shown && all_numbers(b, c);
    t.align = c->is_number ? ALIGN_POINT : ALIGN_LEFT;
    t.ideal = title_w > TITLE_MAX_W ? TITLE_MAX_W : title_w > t.ideal ? title_w : t.ideal;
    if (c->family == FAMILY_METRICS) {
        t.priority = 95;
    } else if (c->family == FAMILY_PARAMS) {
        /* one that is the same of all goes before those that differ, after all else */
        t.priority = is_shown && is_same_of_all(b, c) ? 85 : 90;
    }
    return t;
}

static struct table_column look(struct browse *b, struct browse_column *c, int w)
{
    struct table_column t;
    if (c->source == BROWSE_FIELD) {
        t = field_look(b, c, w);
    } else if (c->source == BROWSE_SPARK) {
        t = (struct table_column){.min = BROWSE_SPARK_W, .priority = 65, .flags = TABLE_CUSTOM};
    } else {
        t = named_look(b, c);
    }
    if (b->sort_id && z_eq(b->sort_id, c->id)) {
        t.priority = 99; /* what it is ordered or filtered by is to be seen */
    } else if (c->source != BROWSE_SPARK && is_in_filter(b, c->key ? c->key : c->id)) {
        t.priority = 97;
    }
    t.id = c->id;
    t.title = c->title;
    t.flags |= browse_column_is_shown(b, c) ? 0u : (unsigned)TABLE_HIDDEN;
    return t;
}

/* name, state │ params, metrics, curve │ the other fields, the age last. Of the params and of the
 * metrics those that the filter names come first. */
static void gather(struct browse *b)
{
    size_t n = kinds[b->kind].field_count;
    bool has_families = b->kind == KIND_RUN || b->kind == KIND_PACKAGE;
    add_field(b, FIELD_RUN_name);
    add_field(b, FIELD_RUN_status);
    for (int f = 0; has_families && f < FAMILY_TAGS; f++) {
        add_family(b, (enum family)f, true);
        add_family(b, (enum family)f, false);
    }
    add_spark(b);
    for (size_t i = FIELD_RUN_status + 1; i < n; i++) {
        add_field(b, i);
    }
    add_field(b, 0);
    if (has_families) {
        add_family(b, FAMILY_TAGS, true);
        add_family(b, FAMILY_TAGS, false);
    }
    titles_part(b);
}

void browse_columns_make(struct browse *b, int w)
{
    columns_clear(b);
    gather(b);
    free(b->table_columns);
    b->table_columns = xcalloc(b->columns.n + 1, sizeof *b->table_columns);
    for (size_t i = 0; i < b->columns.n; i++) {
        b->table_columns[i] = look(b, &b->columns.at[i], w);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        b->key_counts[f] = b->rows ? b->rows->keys[f].n : 0;
    }
    b->columns_w = w;
    table_columns(&b->table, b->table_columns, b->columns.n);
    b->table.sort_id = b->sort_id;
    b->table.sort_dir = b->sort_dir;
    table_update(&b->table, b->rows ? b->rows->matched : 0);
}

/* Whether a word stands among those with commas between. */
static bool is_among(const char *list, const char *id)
{
    struct sv rest = sv_z(list), word;
    bool is_in = false;
    while (!is_in && rest.n && sv_split(&rest, ',', &word)) {
        is_in = sv_eqz(word, id);
    }
    return is_in;
}

bool browse_column_is_shown(const struct browse *b, const struct browse_column *c)
{
    bool is_default = b->only ? is_among(b->only, c->id) : c->is_shown;
    bool is_wanted = is_default || (b->is_wide && c->source == BROWSE_FIELD);
    return is_wanted != (map_get(&b->toggled, sv_z(c->id)) != NULL);
}

void browse_column_toggle(struct browse *b, const struct browse_column *c)
{
    struct sv id = sv_z(c->id);
    (void)map_set(&b->toggled, id, map_get(&b->toggled, id) ? NULL : b);
    browse_columns_make(b, b->columns_w);
}

static bool is_like(const char *a, struct sv name)
{
    size_t i = 0;
    for (; a && a[i] && i < name.n; i++) {
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)name.p[i])) {
            return false;
        }
    }
    return a && i == name.n && a[i] == '\0';
}

const struct browse_column *browse_column_find(const struct browse *b, struct sv name)
{
    for (size_t i = 0; i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        if (c->source != BROWSE_SPARK && (is_like(c->id, name) || is_like(c->key, name))) {
            return c;
        }
    }
    for (size_t i = 0; i < b->columns.n; i++) {
        if (is_like(b->columns.at[i].title, name)) {
            return &b->columns.at[i];
        }
    }
    return NULL;
}

/* --- the table's questions --- */

static enum table_row source_row(const void *arg, size_t row, struct sv *ret_id)
{
    const struct row *r = browse_row(arg, row);
    *ret_id = sv_z(r ? r->id : "");
    return r ? TABLE_DATA : TABLE_LOADING;
}

/* What still runs has taken until now, whenever the row was read. */
static struct value until_now(const struct browse *b, const struct row *row, struct value v)
{
    struct value since = row_cell(row, (int)kinds[b->kind].field_count - 2); /* created */
    int64_t ms = app_now_ms(b->view->app) - since.i;
    return since.type == VALUE_TIME && browse_is_running(row) && ms > v.i ? value_time(ms) : v;
}

static void source_cell(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    const struct browse *b = arg;
    const struct browse_column *c = &b->columns.at[col];
    const struct row *r = browse_row(b, row);
    int64_t now_ms = app_now_ms(b->view->app);
    if (!r || c->source == BROWSE_SPARK) {
        return;
    }
    if (c->source == BROWSE_NAMED) {
        cells_value(ret, row_named(r, c->family, c->key), NULL, now_ms);
        return;
    }
    const struct field *field = &kinds[b->kind].fields[c->field];
    struct value v = row_cell(r, c->field);
    if (field->flags & F_LIVE && v.type == VALUE_TIME) {
        v = until_now(b, r, v);
    }
    if (v.type == VALUE_MISSING && field->type != FIELD_NUM) {
        return; /* not yet is blank */
    }
    cells_value(ret, v, field, now_ms);
}

static void source_draw(const void *arg, size_t row, size_t col, struct canvas *c, struct rect r)
{
    const struct browse *b = arg;
    const struct row *at = browse_row(b, row);
    (void)col;
    for (size_t i = 0; at && i < b->sparks.n; i++) {
        const struct browse_spark *s = &b->sparks.at[i];
        if (z_eq(s->run, at->id) && s->series && s->series->series_count) {
            int w = r.w < BROWSE_SPARK_W ? r.w : BROWSE_SPARK_W;
            cells_spark(c, r.x, r.y, w, ROLE_NORMAL, &s->series->series[0]);
        }
    }
}

static void source_title(const void *arg, size_t col, struct canvas *c, struct rect r)
{
    const struct browse *b = arg;
    canvas_fit(c, r.x, r.y, r.w, ROLE_DIM, sv_z(b->columns.at[col].title), ALIGN_LEFT,
               UTF8_CUT_END);
}

/* Where an id stands: in the window, or where the hub said that it is. */
static size_t source_find(const void *arg, struct sv id)
{
    const struct browse *b = arg;
    const struct snapshot *s = b->rows;
    for (size_t i = 0; s && i < s->n; i++) {
        if (sv_eqz(id, s->rows[i].id)) {
            return s->first + i;
        }
    }
    bool is_asked = s && s->selected != SIZE_MAX && sv_eq(id, sv_of(&b->table.selected_id));
    return is_asked ? s->selected : SIZE_MAX;
}

const struct table_source browse_table_source = {.row = source_row,
                                                 .cell = source_cell,
                                                 .draw = source_draw,
                                                 .draw_title = source_title,
                                                 .find = source_find};

/* What stands in a line without quotes: no spaces, no commas. */
static bool is_one_word(const char *id)
{
    return !strpbrk(id, " ,\"");
}

/* ` columns=a,b` when they are not as by default; left out when a name cannot stand there. */
static void add_columns(const struct browse *b, struct str *out)
{
    CLEANUP(str_release) struct str list = STR_INIT;
    bool is_default = !b->only;
    for (size_t i = 0; i < b->columns.n; i++) {
        const struct browse_column *c = &b->columns.at[i];
        bool is_shown = browse_column_is_shown(b, c);
        is_default &= is_shown == c->is_shown;
        if (is_shown && !is_one_word(c->id)) {
            return;
        }
        if (is_shown) {
            str_addf(&list, "%s%s", list.n ? "," : "", c->id);
        }
    }
    if (!is_default) {
        str_addf(out, " columns=%s", list.n ? list.p : "");
    }
}

void browse_line(const struct view *v, struct str *out)
{
    const struct browse *b = browse_of(v);
    str_addz(out, kinds[b->kind].plural);
    if (b->parent) {
        str_addf(out, " %s", b->parent);
    }
    if (b->sort_id && is_one_word(b->sort_id)) {
        str_addf(out, " sort=%s:%s", b->sort_id, b->sort_dir < 0 ? "desc" : "asc");
    }
    add_columns(b, out);
    if (*b->filter) {
        str_addf(out, " /%s", b->filter);
    }
}
