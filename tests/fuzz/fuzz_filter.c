/* Any text as a filter and as sort keys, of each kind: read, or refused with a column; what was
 * read prints as a text that reads as the same, and matches rows without a fault. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/mem.h"
#include "core/query/filter.h"
#include "core/query/sort.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const params[] = {"batch size", "lr"};
static const char *const metrics[] = {"auc", "loss", "val/loss"};
static const char *const tags[] = {"team"};
static const struct filter_keys keys = {{
    [FAMILY_PARAMS] = {params, ALEN(params)},
    [FAMILY_METRICS] = {metrics, ALEN(metrics)},
    [FAMILY_TAGS] = {tags, ALEN(tags)},
}};
static const int64_t now_ms = 1788264000000;

/* A curve with what curves can have; and every row is related to itself, three times removed. */
struct relatives {
    size_t left;
};
static const struct filter_point points[] = {{0, 0.5}, {1, NAN}, {1, -0.25}, {100, INFINITY}};

static bool series(void *arg, const struct row *row, const char *metric, struct filter_series *ret)
{
    (void)arg;
    *ret = (struct filter_series){points, ALEN(points), GOAL_NONE};
    return row && *metric != 'v';
}

static bool any(void *arg, const struct row *row, enum filter_relation relation,
                filter_row_fn *holds, void *holds_arg)
{
    struct relatives *r = arg;
    if (r->left == 0 || relation == RELATED_CHILD) {
        return false;
    }
    r->left--;
    bool does_hold = holds(holds_arg, row);
    r->left++;
    return does_hold;
}

/* A row of any kind: its texts are the input itself, cut at a NUL. */
static bool matches(const struct filter *f, enum kind kind, const char *text, bool is_bare)
{
    struct value cells[FIELD_MAX];
    struct named_value named[] = {{"auc", value_num(NAN)}, {"loss", value_num(0.25)}};
    struct named_value pairs[] = {{"lr", value_text(text)}};
    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        enum field_type type = kinds[kind].fields[i].type;
        bool is_text = type == FIELD_TEXT || type == FIELD_STATE;
        cells[i] = is_bare             ? value_text(NULL)
                   : is_text           ? value_text(text)
                   : type == FIELD_NUM ? value_num(0.5)
                                       : value_time(now_ms - 5000);
    }
    struct row row = {.id = "id", .cells = cells};
    if (!is_bare) {
        row.families[FAMILY_METRICS] = (struct named_list){named, ALEN(named)};
        row.families[FAMILY_PARAMS] = (struct named_list){pairs, ALEN(pairs)};
    }
    struct relatives relatives = {3};
    struct filter_world world = {&relatives, series, any};
    (void)filter_match(f, &row, now_ms, NULL);
    return filter_match(f, &row, now_ms, &world);
}

static void same_again(const struct filter *f, enum kind kind, const char *text)
{
    CLEANUP(str_release) struct str printed = STR_INIT;
    CLEANUP(str_release) struct str again = STR_INIT;
    struct err e = ERR_INIT;
    filter_print(&printed, f);
    if (printed.n > FILTER_MAX_BYTES) {
        return; /* families named in full are longer than what was typed */
    }
    struct filter *same = filter_parse(sv_of(&printed), kind, NULL, &e);
    xassert(same != NULL);
    filter_print(&again, same);
    xassert(sv_eq(sv_of(&printed), sv_of(&again)));
    xassert(matches(f, kind, text, false) == matches(same, kind, text, false));
    xassert(matches(f, kind, text, true) == matches(same, kind, text, true));
    filter_free(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv text = {(const char *)data, size};
    static const enum kind of[] = {KIND_RUN, KIND_EXECUTION, KIND_PACKAGE};
    CLEANUP(mem_free_ptr) char *z = sv_dup(text);
    for (size_t i = 0; i < ALEN(of); i++) {
        struct err e = ERR_INIT;
        struct filter *f = filter_parse(text, of[i], &keys, &e);
        if (f) {
            same_again(f, of[i], z);
            filter_free(f);
        } else {
            xassert(e.code == ERR_USAGE && filter_error_column(&e) > 0);
        }
        struct sort s = SORT_INIT;
        e = (struct err)ERR_INIT;
        if (sort_parse(text, of[i], &keys, &s, &e)) {
            xassert(s.n <= SORT_MAX_KEYS);
            sort_release(&s);
        } else {
            xassert(e.code == ERR_USAGE && filter_error_column(&e) > 0);
        }
    }
    return 0;
}
