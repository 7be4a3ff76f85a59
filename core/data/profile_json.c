/* A profile as a document; see profile.h. */
#include <math.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/data/profile.h"

/* A number as the column's values are written: an integer, a time, else a number. */
static struct json *value_json(const struct column_stats *s, double x)
{
    if (s->type == COLUMN_TIME) {
        CLEANUP(str_release) struct str text = STR_INIT;
        clock_rfc3339(&text, (int64_t)x);
        return json_new_str(text.p);
    }
    return json_new_num(x);
}

static void add_numbers(const struct column_stats *s, struct json *j)
{
    static const char *const names[PROFILE_QUANTILES] = {"p5", "p25", "p50", "p75", "p95"};
    bool is_integer = s->type == COLUMN_INTEGER;
    json_set(j, "min", is_integer ? json_new_i64(s->int_min) : value_json(s, s->min));
    json_set(j, "max", is_integer ? json_new_i64(s->int_max) : value_json(s, s->max));
    json_set(j, "mean", value_json(s, s->mean));
    if (s->type != COLUMN_TIME) {
        json_set_num(j, "std", s->std);
    }
    struct json *quantiles = json_set(j, "quantiles", json_new_object());
    for (size_t i = 0; i < PROFILE_QUANTILES; i++) {
        json_set(quantiles, names[i], value_json(s, s->quantiles[i]));
    }
    struct json *histogram = json_set(j, "histogram", json_new_object());
    struct json *hist = json_set(histogram, "hist", json_new_array());
    struct json *edges = json_set(histogram, "bin_edges", json_new_array());
    for (size_t i = 0; i < PROFILE_BINS; i++) {
        json_push(hist, json_new_i64((int64_t)s->histogram[i]));
    }
    for (size_t i = 0; i <= PROFILE_BINS; i++) {
        double part = (double)i / PROFILE_BINS;
        double edge = i == PROFILE_BINS ? s->max : s->min * (1 - part) + s->max * part;
        json_push(edges, value_json(s, edge));
    }
    json_set_bool(j, "is_distribution_exact", s->is_distribution_exact);
}

static void add_frequent(const struct column_stats *s, struct json *j)
{
    struct json *list = json_set(j, "frequent", json_new_array());
    for (size_t i = 0; i < s->frequent_count; i++) {
        struct json *one = json_push(list, json_new_object());
        json_set(one, "value", json_new_sv(s->frequent[i].text));
        json_set_i64(one, "count", (int64_t)s->frequent[i].count);
    }
    json_set_bool(j, "is_frequent_exact", s->is_frequent_exact);
}

static struct json *column_json(const struct column_stats *s)
{
    static const char *const numeric[] = {"min", "max", "mean"};
    struct json *j = json_new_object();
    json_set(j, "name", json_new_sv(sv_z(s->name)));
    json_set_str(j, "type", column_type_words[s->type]);
    json_set_i64(j, "count", (int64_t)s->count);
    json_set_i64(j, "missing", (int64_t)s->missing);
    json_set_i64(j, "distinct", (int64_t)s->distinct);
    json_set_bool(j, "is_distinct_exact", s->is_distinct_exact);
    for (size_t i = 0; i < ALEN(numeric); i++) {
        json_set(j, numeric[i], json_new_null());
    }
    if (s->has_numbers) {
        add_numbers(s, j);
    }
    if (s->classes[CELL_INFINITE]) {
        json_set_i64(j, "infinite", (int64_t)s->classes[CELL_INFINITE]);
    }
    add_frequent(s, j);
    if (s->type == COLUMN_TEXT) {
        struct json *length = json_set(j, "length", json_new_object());
        json_set_i64(length, "min", (int64_t)s->length_min);
        json_set_i64(length, "max", (int64_t)s->length_max);
        json_set_num(length, "mean", s->length_mean);
        struct json *classes = json_set(j, "values", json_new_object());
        for (size_t i = CELL_INTEGER; i < CELL_CLASS_COUNT; i++) {
            if (s->classes[i]) {
                json_set_i64(classes, cell_class_words[i], (int64_t)s->classes[i]);
            }
        }
    }
    return j;
}

struct json *profile_json(const struct profile *p)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < profile_column_count(p); i++) {
        struct column_stats s;
        profile_stats(p, i, &s);
        json_push(list, column_json(&s));
    }
    return list;
}
