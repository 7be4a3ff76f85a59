/* Rows side by side; see compare.h. */
#include "core/model/compare.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/map.h"
#include "core/base/utf8.h"

enum { DECIMALS_MAX = 15 };

static bool as_number(struct value v, double *ret)
{
    if (v.type == VALUE_NUM || v.type == VALUE_INT) {
        *ret = v.type == VALUE_NUM ? v.num : (double)v.i;
        return true;
    }
    return false;
}

enum kind compare_kind(const char *id)
{
    const char *slash = strrchr(id, '/');
    bool is_version = slash && slash > id && slash[1];
    for (const char *p = slash ? slash + 1 : ""; *p; p++) {
        is_version &= *p >= '0' && *p <= '9';
    }
    return is_version ? KIND_PACKAGE : KIND_RUN;
}

bool compare_is_same(struct value a, struct value b)
{
    double x, y;
    if (as_number(a, &x) && as_number(b, &y)) {
        return a.type == VALUE_INT && b.type == VALUE_INT ? a.i == b.i
                                                          : x == y || (isnan(x) && isnan(y));
    }
    if (a.type != b.type) {
        return false;
    }
    return a.type == VALUE_TEXT ? z_eq(a.text, b.text) : a.type == VALUE_MISSING || a.i == b.i;
}

/* --- deltas --- */

static double delta_of(struct value v, struct value base)
{
    double x, y;
    return as_number(v, &x) && as_number(base, &y) ? x - y : NAN;
}

static enum better better_of(struct value v, struct value base, enum goal goal)
{
    double x, y;
    if (goal == GOAL_NONE || !as_number(v, &x) || !as_number(base, &y) || isnan(x) || isnan(y) ||
        x == y) {
        return BETTER_UNKNOWN;
    }
    return (x > y) == (goal == GOAL_MAX) ? BETTER_YES : BETTER_NO;
}

/* Decimals that the shortest text of a number has; -1 where it has an exponent. */
static int decimals_of(struct value v)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (v.type == VALUE_INT) {
        return 0;
    }
    fmt_double(&text, v.num);
    const char *point = strchr(text.p, '.');
    if (strpbrk(text.p, "eE")) {
        return -1;
    }
    return point ? (int)(text.n - (size_t)(point + 1 - text.p)) : 0;
}

void compare_delta_text(struct str *out, struct value v, struct value baseline)
{
    double delta = delta_of(v, baseline), size = fabs(delta);
    if (!isfinite(delta) || delta == 0) {
        return;
    }
    int a = decimals_of(v), b = decimals_of(baseline), decimals = a > b ? a : b;
    if (a >= 0 && b >= 0 && decimals <= DECIMALS_MAX) {
        CLEANUP(str_release) struct str exact = STR_INIT;
        str_addf(&exact, "%+.*f", decimals, delta);
        if (exact.n <= COMPARE_DELTA_W) {
            str_addsv(out, sv_of(&exact));
            return;
        }
    }
    bool is_plain = size >= 1e-3 && size < 1e5; /* 8 cells, whatever it is */
    str_addf(out, is_plain ? "%+.*g" : "%+.*e", !is_plain ? 1 : size < 1e-2 ? 3 : 4, delta);
}

/* --- lines --- */

static void line_add(struct compare *c, char *name, enum family family, const struct field *field,
                     struct value *values, const struct goals *goals, const char *key)
{
    struct compare_line line = {
        .name = name, .family = family, .field = field, .values = values, .goal = GOAL_NONE};
    double *deltas = arena_alloc(&c->arena, c->n * sizeof *deltas);
    enum better *betters = arena_alloc(&c->arena, c->n * sizeof *betters);
    if (!field && family == FAMILY_METRICS) {
        line.goal = goals_find(goals, key);
    }
    for (size_t i = 0; i < c->n; i++) {
        deltas[i] = delta_of(values[i], values[c->baseline]);
        betters[i] = better_of(values[i], values[c->baseline], line.goal);
        line.differs |= !compare_is_same(values[i], values[0]);
    }
    line.deltas = deltas;
    line.betters = betters;
    vec_push(&c->lines, line);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_family(struct compare *c, const struct row *const *rows, enum family family,
                       const struct goals *goals)
{
    struct map seen = MAP_INIT;
    VEC(const char *) keys = {0};
    for (size_t r = 0; r < c->n; r++) {
        const struct named_list *list = &rows[r]->families[family];
        for (size_t i = 0; i < list->n; i++) {
            if (!map_has(&seen, sv_z(list->at[i].key))) {
                (void)map_set(&seen, sv_z(list->at[i].key), c);
                vec_push(&keys, list->at[i].key);
            }
        }
    }
    if (keys.n) {
        qsort(keys.at, keys.n, sizeof *keys.at, by_text);
    }
    for (size_t k = 0; k < keys.n; k++) {
        struct value *values = arena_alloc(&c->arena, c->n * sizeof *values);
        for (size_t r = 0; r < c->n; r++) {
            values[r] = row_named(rows[r], family, keys.at[k]);
        }
        line_add(c, xasprintf("%s.%s", family_names[family], keys.at[k]), family, NULL, values,
                 goals, keys.at[k]);
    }
    vec_release(&keys);
    map_release(&seen);
}

static bool is_missing_everywhere(const struct value *values, size_t n)
{
    size_t missing = 0;
    for (size_t i = 0; i < n; i++) {
        missing += values[i].type == VALUE_MISSING;
    }
    return missing == n;
}

static void add_fields(struct compare *c, enum kind kind, const struct row *const *rows)
{
    for (size_t f = 0; f < kinds[kind].field_count; f++) {
        const struct field *field = &kinds[kind].fields[f];
        struct value *values = arena_alloc(&c->arena, c->n * sizeof *values);
        for (size_t r = 0; r < c->n; r++) {
            values[r] = row_cell(rows[r], (int)f);
        }
        if (!(field->flags & F_HIDDEN) && !is_missing_everywhere(values, c->n)) {
            line_add(c, xasprintf("%s", field->id), FAMILY_COUNT, field, values, NULL, NULL);
        }
    }
}

void compare_init(struct compare *c, enum kind kind, const struct row *const *rows, size_t n,
                  size_t baseline, const struct goals *goals, unsigned flags)
{
    *c = (struct compare){.n = n, .baseline = baseline};
    arena_init(&c->arena, 0);
    add_family(c, rows, FAMILY_PARAMS, goals);
    add_family(c, rows, FAMILY_METRICS, goals);
    if (flags & COMPARE_WHOLE) {
        add_fields(c, kind, rows);
        add_family(c, rows, FAMILY_TAGS, goals);
    }
}

void compare_release(struct compare *c)
{
    for (size_t i = 0; i < c->lines.n; i++) {
        free(c->lines.at[i].name);
    }
    vec_release(&c->lines);
    arena_release(&c->arena);
    *c = (struct compare){0};
}

/* --- columns --- */

/* Cells before the point of a number; SIZE_MAX for what is none. */
static size_t left_of(struct sv text)
{
    size_t digits = 0, left = text.n;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool is_digit = c >= '0' && c <= '9';
        digits += is_digit;
        if (!is_digit && !strchr("+-.eE", c)) {
            return SIZE_MAX;
        }
        left = (c == '.' || c == 'e' || c == 'E') && i < left ? i : left;
    }
    return digits && left <= COMPARE_LEFT_MAX ? left : SIZE_MAX;
}

void compare_measure(struct compare_column *col, struct sv text)
{
    size_t left = left_of(text), width = utf8_width(text);
    if (left != SIZE_MAX && left > col->left) {
        col->width += left - col->left; /* all numbers so far move */
        col->left = left;
    }
    width += left == SIZE_MAX ? 0 : col->left - left;
    col->width = width > col->width ? width : col->width;
}

size_t compare_indent(const struct compare_column *col, struct sv text)
{
    size_t left = left_of(text);
    return left == SIZE_MAX || left > col->left ? 0 : col->left - left;
}
