/* What an execution's snapshots say, without drawing any of it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/model/state.h"
#include "views/execution.h"

const struct row *execution_head(const struct execution *x)
{
    for (size_t i = 0; x->head && i < x->head->n; i++) {
        if (z_eq(x->head->rows[i].id, x->id)) {
            return &x->head->rows[i];
        }
    }
    return NULL;
}

const char *execution_word(const struct execution *x)
{
    return row_text(execution_head(x), FIELD_EXECUTION_status);
}

const char *execution_pipeline(const struct execution *x)
{
    return row_text(execution_head(x), FIELD_EXECUTION_pipeline);
}

const struct row *execution_step(const struct execution *x)
{
    return x->selected < x->n ? x->at[x->selected] : NULL;
}

bool execution_is_running(const struct execution *x)
{
    return state_class(execution_word(x)) == STATE_RUNNING;
}

bool step_is_started(const struct row *step)
{
    const char *status = row_text(step, FIELD_STEP_status);
    return *status && !z_eq(status, "waiting") && !z_eq(status, "skipped");
}

bool step_is_running(const struct row *step)
{
    return state_class(row_text(step, FIELD_STEP_status)) == STATE_RUNNING;
}

size_t execution_done(const struct execution *x, size_t *ret_all)
{
    size_t done = 0, all = 0;
    for (size_t i = 0; i < x->n; i++) {
        const char *status = row_text(x->at[i], FIELD_STEP_status);
        bool is_skipped = z_eq(status, "skipped");
        all += !is_skipped;
        done += !is_skipped && state_is_final(status) && !z_eq(status, "Stopped");
    }
    *ret_all = all;
    return done;
}

/* The more, the sooner one wants to see it. */
static int interest(const struct row *step)
{
    static const int of[STATE_CLASS_COUNT] = {
        [STATE_RUNNING] = 5, [STATE_BAD] = 3, [STATE_WARN] = 3};
    const char *status = row_text(step, FIELD_STEP_status);
    bool waits_for_a_person =
        step_is_started(step) && *row_text(step, FIELD_STEP_gate) && !state_is_final(status);
    if (waits_for_a_person) {
        return 4;
    }
    if (state_class(status) != STATE_GOOD) {
        return of[state_class(status)];
    }
    struct value attempts = row_cell(step, FIELD_STEP_attempts);
    bool has_log = attempts.type == VALUE_INT && attempts.i > 0;
    return *row_text(step, FIELD_STEP_run) ? 2 : has_log; /* what has most to show */
}

size_t execution_interesting(const struct execution *x)
{
    size_t best = 0;
    for (size_t i = 1; i < x->n; i++) {
        int a = interest(x->at[i]), b = interest(x->at[best]);
        bool is_later = a == b && a >= 1 && a <= 2; /* all is well: what came last */
        best = a > b || is_later ? i : best;
    }
    return best;
}

/* A gate of this execution that waits for a decision, of a step or of any (NULL). */
static const struct row *gate_find(const struct execution *x, const char *step)
{
    for (size_t i = 0; x->gates && i < x->gates->n; i++) {
        const struct row *g = &x->gates->rows[i];
        bool is_ours = z_eq(row_text(g, FIELD_GATE_execution), x->id);
        bool is_open = z_eq(row_text(g, FIELD_GATE_state), "Waiting");
        if (is_ours && is_open && (!step || z_eq(row_text(g, FIELD_GATE_step), step))) {
            return g;
        }
    }
    return NULL;
}

const struct row *execution_gate(const struct execution *x)
{
    const struct row *step = execution_step(x);
    const struct row *gate = step ? gate_find(x, row_text(step, FIELD_STEP_name)) : NULL;
    return gate ? gate : gate_find(x, NULL);
}

/* --- order and rails --- */

static int64_t index_of(const struct row *r)
{
    struct value v = row_cell(r, FIELD_STEP_index);
    return v.type == VALUE_INT ? v.i : 0;
}

static int by_index(const void *a, const void *b)
{
    const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
    int64_t i = index_of(x), k = index_of(y);
    return i != k ? (i > k) - (i < k) : (x > y) - (x < y);
}

struct edges {
    struct rail_edge *at;
    size_t n, cap;
};

static void edges_add(struct edges *all, const struct map *places, const struct row *step,
                      size_t to)
{
    struct sv rest = sv_z(row_text(step, FIELD_STEP_depends_on)), word;
    while (rest.n && sv_split(&rest, ' ', &word)) {
        size_t from = map_index(places, word);
        if (from < to) {
            struct rail_edge edge = {(uint32_t)from, (uint32_t)to};
            vec_push(all, edge);
        }
    }
}

static void rails_arrange(struct execution *x)
{
    struct map places = MAP_INIT;
    struct edges all = {0};
    for (size_t i = 0; i < x->n; i++) {
        const char *name = row_text(x->at[i], FIELD_STEP_name);
        (void)map_set(&places, sv_z(name), x);
        edges_add(&all, &places, x->at[i], i);
    }
    rails_build(&x->rails, x->n, all.at, all.n);
    vec_release(&all);
    map_release(&places);
}

void execution_arrange(struct execution *x)
{
    free(x->at);
    x->n = x->steps ? x->steps->n : 0;
    x->at = x->n ? xcalloc(x->n, sizeof *x->at) : NULL;
    for (size_t i = 0; i < x->n; i++) {
        x->at[i] = &x->steps->rows[i];
    }
    if (x->n) {
        qsort(x->at, x->n, sizeof *x->at, by_index);
    }
    rails_arrange(x);
}

/* --- times --- */

int64_t execution_elapsed(const struct row *row, int started, int ended, int duration,
                          int64_t now_ms)
{
    struct value from = row_cell(row, started), to = row_cell(row, ended);
    struct value took = row_cell(row, duration);
    if (from.type != VALUE_TIME) {
        return -1;
    }
    if (to.type == VALUE_TIME) {
        return took.type == VALUE_TIME ? took.i : to.i - from.i;
    }
    return now_ms > from.i ? now_ms - from.i : 0;
}

void execution_no_log(const struct execution *x, struct str *out)
{
    const struct row *step = execution_step(x);
    const char *name = row_text(step, FIELD_STEP_name), *why = row_text(step, FIELD_STEP_why);
    struct value attempts = row_cell(step, FIELD_STEP_attempts);
    str_clear(out);
    if (!step) {
        return;
    }
    if (state_class(row_text(step, FIELD_STEP_status)) == STATE_BAD && *why) {
        str_addf(out, "%s failed: %s", name, why); /* the whole of it: elsewhere it is cut */
    } else if (z_eq(row_text(step, FIELD_STEP_status), "skipped")) {
        str_addf(out, "%s is not run: %s", name, *why ? why : "its branch was not taken");
    } else if (!step_is_started(step)) {
        str_addf(out, "%s has not started%s%s", name, *why ? ": it waits, " : "", why);
    } else if (sv_starts(sv_z(why), "cache hit")) {
        str_addf(out, "%s was not run: %s", name, why);
    } else if (attempts.type == VALUE_INT && attempts.i > 0) {
        str_addf(out, "%s has not said anything yet", name);
    } else {
        str_addf(out, "%s writes no log: a step of type %s is done by mlw itself", name,
                 row_text(step, FIELD_STEP_type));
    }
}
