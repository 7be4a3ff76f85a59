/* The distribution of one column: how often which values are, and what is known of them. */
#include <math.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tui/widgets/spark.h"
#include "views/dataset_state.h"

enum {
    LABEL_W = 12,
    LABEL_TEXT_W = 18,
    COUNT_W = 8,
    FACTS_W = 24,
    FACTS_LABEL_W = 9,
    MIN_BAR = 6,
    BAR_ROW_W = 80
};

/* A label, a bar and a count: one row of the picture. */
static void draw_bar(struct canvas *c, struct rect row, int label_w, struct sv label,
                     enum align align, int64_t count, int64_t most)
{
    canvas_fit(c, row.x, row.y, label_w, ROLE_NORMAL, label, align, UTF8_CUT_MIDDLE);
    row.w = row.w < BAR_ROW_W ? row.w : BAR_ROW_W;
    struct rect bar = {row.x + label_w + 1, row.y, row.w - label_w - 2 - COUNT_W, 1};
    struct rect number = {row.x + row.w - COUNT_W, row.y, COUNT_W, 1};
    if (bar.w >= MIN_BAR) {
        gauge_draw(c, bar, most ? (double)count / (double)most : 0, ROLE_BAR);
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%lld", (long long)count);
    canvas_fit(c, number.x, number.y, number.w, ROLE_NORMAL, sv_of(&text), ALIGN_RIGHT,
               UTF8_CUT_END);
}

/* Ten bins, or where there is no room two of them in a row. */
static void draw_bins(const struct json *histogram, struct canvas *c, struct rect area)
{
    enum { BINS_MAX = 10 };
    const struct json *edges[BINS_MAX] = {NULL};
    int64_t counts[BINS_MAX] = {0}, most = 0;
    size_t n = 0, per_row = area.h < BINS_MAX ? 2 : 1;
    const struct json *edge = json_first(json_get(histogram, "bin_edges"));
    json_each (bin, json_get(histogram, "hist")) {
        int64_t count;
        size_t row = n / per_row;
        if (n < BINS_MAX && json_i64(bin, &count)) {
            counts[row] += count;
            edges[row] = n % per_row ? edges[row] : edge;
            most = counts[row] > most ? counts[row] : most;
            n++;
        }
        edge = edge ? json_next(edge) : NULL;
    }
    for (size_t i = 0; i * per_row < n && area.h > 0; i++) {
        CLEANUP(str_release) struct str label = STR_INIT;
        dataset_short(edges[i], &label);
        draw_bar(c, rect_cut_top(&area, 1), LABEL_W, sv_of(&label), ALIGN_RIGHT, counts[i], most);
    }
}

static void draw_values(const struct json *column, struct canvas *c, struct rect area)
{
    const struct json *list = json_get(column, "frequent");
    int64_t most = json_get_i64(json_first(list), "count", 0); /* the first is the most frequent */
    if (json_size(list) == 0) {
        canvas_fit(c, area.x, area.y, area.w, ROLE_DIM,
                   json_get_i64(column, "count", 0) ? SV("no value occurs twice")
                                                    : SV("no row has a value"),
                   ALIGN_LEFT, UTF8_CUT_END);
    }
    json_each (one, list) {
        if (area.h <= 0) {
            return;
        }
        CLEANUP(str_release) struct str label = STR_INIT;
        utf8_sanitize(&label, sv_z(json_get_str(one, "value")));
        draw_bar(c, rect_cut_top(&area, 1), LABEL_TEXT_W, sv_of(&label), ALIGN_LEFT,
                 json_get_i64(one, "count", 0), most);
    }
}

static void fact(struct canvas *c, struct rect *area, const char *label, const struct json *value,
                 bool is_exact)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (area->h <= 0 || !value || json_is(value, JSON_NULL)) {
        return;
    }
    struct rect row = rect_cut_top(area, 1);
    str_addz(&text, is_exact ? "" : "about ");
    dataset_short(value, &text);
    canvas_fit(c, row.x, row.y, FACTS_LABEL_W, ROLE_DIM, sv_z(label), ALIGN_LEFT, UTF8_CUT_END);
    canvas_fit(c, row.x + FACTS_LABEL_W, row.y, row.w - FACTS_LABEL_W, ROLE_NORMAL, sv_of(&text),
               ALIGN_LEFT, UTF8_CUT_END);
}

static void draw_facts(const struct json *column, struct canvas *c, struct rect area)
{
    static const char *const of_numbers[] = {"mean", "std"};
    bool is_exact = json_get_bool(column, "is_distribution_exact", true);
    const struct json *length = json_get(column, "length");
    for (size_t i = 0; i < ALEN(of_numbers); i++) {
        fact(c, &area, of_numbers[i], json_get(column, of_numbers[i]), true);
    }
    json_each (q, json_get(column, "quantiles")) {
        fact(c, &area, json_key(q), q, is_exact);
    }
    fact(c, &area, "infinite", json_get(column, "infinite"), true);
    fact(c, &area, "shortest", json_get(length, "min"), true);
    fact(c, &area, "longest", json_get(length, "max"), true);
    if (json_size(json_get(column, "values")) > 1) {
        json_each (class, json_get(column, "values")) {
            fact(c, &area, json_key(class), class, true);
        }
    }
    bool is_whole = json_get_bool(column, "is_frequent_exact", true);
    if (area.h > 0 && !is_whole && length) {
        canvas_fit(c, area.x, area.y, area.w, ROLE_DIM, SV("of the first 10,000 values"),
                   ALIGN_LEFT, UTF8_CUT_END);
    }
}

void dataset_detail_draw(const struct json *column, struct canvas *c, struct rect area)
{
    const struct json *histogram = json_get(column, "histogram");
    if (!column || rect_is_empty(area)) {
        return;
    }
    bool has_room = area.w >= LABEL_TEXT_W + COUNT_W + MIN_BAR + FACTS_W + 4;
    struct rect facts = {0, 0, 0, 0};
    if (has_room) {
        facts = rect_cut_right(&area, FACTS_W);
        rect_cut_right(&area, 3);
    }
    if (histogram) {
        draw_bins(histogram, c, area);
    } else {
        draw_values(column, c, area);
    }
    draw_facts(column, c, facts);
}
