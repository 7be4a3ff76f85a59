/* Rows, columns and docs of runs; see run_table.h. What is done in slices is run_table_load.c. */
#include "core/hub/run_table.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/state.h"

struct run_table *run_table_new(const char *experiment)
{
    struct run_table *t = xcalloc(1, sizeof *t);
    t->experiment = xstrdup(experiment);
    intern_init(&t->words);
    doc_columns_init(&t->params, &t->words);
    str_init(&t->text);
    str_addc(&t->text, 0);
    arena_init(&t->key_texts, 0);
    t->needs_keys = true;
    return t;
}

void run_table_free(struct run_table *t)
{
    if (!t) {
        return;
    }
    free(t->experiment);
    intern_release(&t->words);
    str_release(&t->text);
    vec_release(&t->rows);
    vec_release(&t->base);
    vec_release(&t->sources);
    for (size_t i = 0; i < t->metrics.n; i++) {
        free(t->metrics.at[i]->at);
        free(t->metrics.at[i]);
    }
    vec_release(&t->metrics);
    doc_columns_release(&t->params);
    vec_release(&t->tags.at);
    vec_release(&t->tags.first);
    for (int f = 0; f < FAMILY_COUNT; f++) {
        vec_release(&t->keys[f].at);
    }
    vec_release(&t->refresh);
    arena_release(&t->key_texts);
    free(t);
}

void run_table_changed(struct run_table *t)
{
    t->is_changed = true;
    t->needs_keys = true;
}

/* --- keys --- */

/* Place of a key among the sorted ones, or where it belongs. */
static size_t key_place(const struct key_set *set, const char *key, bool *ret_found)
{
    size_t lo = 0, hi = set->at.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(set->at.at[mid], key);
        if (c == 0) {
            *ret_found = true;
            return mid;
        }
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    *ret_found = false;
    return lo;
}

const char *run_table_saw_key(struct run_table *t, enum family family, const char *key)
{
    struct key_set *set = &t->keys[family];
    bool is_known;
    size_t at = key_place(set, key, &is_known);
    if (is_known) {
        return set->at.at[at];
    }
    const char *copy = arena_z(&t->key_texts, key);
    vec_push(&set->at, copy);
    memmove(&set->at.at[at + 1], &set->at.at[at], (set->at.n - 1 - at) * sizeof *set->at.at);
    set->at.at[at] = copy;
    set->version++;
    t->version++;
    return copy;
}

/* --- wants --- */

static struct run_metric *find_metric(const struct run_table *t, const char *key)
{
    for (size_t i = 0; i < t->metrics.n; i++) {
        if (strcmp(t->metrics.at[i]->key, key) == 0) {
            return t->metrics.at[i];
        }
    }
    return NULL;
}

void run_table_want_metric(struct run_table *t, const char *key)
{
    if (!find_metric(t, key)) {
        struct run_metric *m = xcalloc(1, sizeof *m);
        m->key = arena_z(&t->key_texts, key);
        m->id = -1;
        vec_push(&t->metrics, m);
        t->needs_keys = true;
    }
}

void run_table_want_as(struct run_table *t, const struct run_table *other)
{
    for (size_t i = 0; i < other->metrics.n; i++) {
        run_table_want_metric(t, other->metrics.at[i]->key);
    }
    for (size_t i = 0; i < other->params.at.n; i++) {
        (void)doc_columns_want(&t->params, other->params.at.at[i]->key);
    }
    t->tags.is_wanted = other->tags.is_wanted;
    t->is_asked = other->is_asked;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < other->keys[f].at.n; i++) {
            (void)run_table_saw_key(t, (enum family)f, other->keys[f].at.at[i]);
        }
    }
}

bool run_table_has_columns(const struct run_table *t, size_t n)
{
    for (size_t i = 0; i < t->metrics.n; i++) {
        const struct run_metric *m = t->metrics.at[i];
        if (m->id >= 0 && m->n < n) {
            return false;
        }
    }
    return true;
}

/* --- cells --- */

const char *run_table_uid(const struct run_table *t, uint32_t row)
{
    return t->text.p + t->rows.at[row].uid;
}

static struct value time_or_missing(int64_t ms, uint16_t us)
{
    struct value v = {.type = VALUE_MISSING};
    if (ms != INT64_MIN) {
        v = value_time(ms);
        v.us = us;
    }
    return v;
}

/* What has ended without a word when, or never said that it runs, has no duration. */
static struct value duration_of(const struct run_table *t, const struct run_record *r,
                                int64_t now_ms)
{
    bool is_ended = r->ended_ms != INT64_MIN;
    const char *status = intern_value(&t->words, r->status).text;
    if (r->started_ms == INT64_MIN || (!is_ended && (!status || state_is_final(status)))) {
        return (struct value){.type = VALUE_MISSING};
    }
    return value_time((is_ended ? r->ended_ms : now_ms) - r->started_ms);
}

struct value run_table_cell(const struct run_table *t, uint32_t row, int field, int64_t now_ms)
{
    const struct run_record *r = &t->rows.at[row];
    switch (field) {
    case FIELD_RUN_id:
        return value_text(t->text.p + r->uid);
    case FIELD_RUN_name:
        return value_text(t->text.p + r->name);
    case FIELD_RUN_status:
        return intern_value(&t->words, r->status);
    case FIELD_RUN_experiment:
        return intern_value(&t->words, r->experiment);
    case FIELD_RUN_duration:
        return duration_of(t, r, now_ms);
    case FIELD_RUN_ended:
    case FIELD_RUN_end_time:
        return time_or_missing(r->ended_ms, r->ended_us);
    case FIELD_RUN_created:
    case FIELD_RUN_start_time:
        return time_or_missing(r->started_ms, r->started_us);
    case FIELD_RUN_parent:
        return value_text(r->parent ? t->text.p + r->parent : NULL);
    case FIELD_RUN_source:
    case FIELD_RUN_context:
        return intern_value(&t->words, r->source);
    default:
        return (struct value){.type = VALUE_MISSING};
    }
}

void run_table_cells(const struct run_table *t, uint32_t row, int64_t now_ms, struct value *cells)
{
    for (int i = 0; i < (int)kinds[KIND_RUN].field_count; i++) {
        cells[i] = run_table_cell(t, row, i, now_ms);
    }
}

const struct run_metric *run_table_metric(const struct run_table *t, const char *key)
{
    const struct run_metric *m = find_metric(t, key);
    return m && m->at ? m : NULL;
}

struct value run_metric_value(const struct run_metric *m, uint32_t row)
{
    if (!m || row >= m->n || cell_is_missing(m->at[row])) {
        return (struct value){.type = VALUE_MISSING};
    }
    return value_num(m->at[row]);
}
