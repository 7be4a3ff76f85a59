/* The order of the steps, and what makes one impossible. */
#include "core/pipeline/check.h"

/* --- a heap of indices, smallest first --- */

struct heap {
    VEC(size_t) list;
};

static void heap_push(struct heap *h, size_t x)
{
    vec_push(&h->list, x);
    size_t *a = h->list.at;
    for (size_t i = h->list.n - 1; i && a[(i - 1) / 2] > a[i]; i = (i - 1) / 2) {
        size_t up = a[(i - 1) / 2];
        a[(i - 1) / 2] = a[i];
        a[i] = up;
    }
}

static size_t heap_pop(struct heap *h)
{
    size_t *a = h->list.at;
    size_t top = a[0], n = --h->list.n;
    a[0] = a[n];
    for (size_t i = 0;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < n && a[left] < a[least]) {
            least = left;
        }
        if (right < n && a[right] < a[least]) {
            least = right;
        }
        if (least == i) {
            return top;
        }
        size_t x = a[i];
        a[i] = a[least];
        a[least] = x;
        i = least;
    }
}

/* --- Kahn --- */

/* Edges turned around: who waits for step i is to[start[i] .. start[i + 1]). */
struct waiters {
    size_t *start, *to, *missing; /* missing: edges of a step that are not yet met */
};

static struct waiters waiters_of(const struct definition *d)
{
    size_t n = d->steps.n, edges = 0;
    struct waiters w = {.start = xcalloc(n + 2, sizeof *w.start),
                        .missing = xcalloc(n + 1, sizeof *w.missing)};
    for (size_t i = 0; i < n; i++) {
        const struct definition_step *s = &d->steps.at[i];
        w.missing[i] = s->edges.n;
        edges += s->edges.n;
        for (size_t k = 0; k < s->edges.n; k++) {
            w.start[s->edges.at[k].to + 2]++;
        }
    }
    w.to = xcalloc(edges + 1, sizeof *w.to);
    for (size_t i = 2; i < n + 2; i++) {
        w.start[i] += w.start[i - 1];
    }
    /* filling moves start[i + 1] to where i's part ends, which is where it belongs */
    for (size_t i = 0; i < n; i++) {
        const struct definition_step *s = &d->steps.at[i];
        for (size_t k = 0; k < s->edges.n; k++) {
            w.to[w.start[s->edges.at[k].to + 1]++] = i;
        }
    }
    return w;
}

/* Steps in a cycle, or behind one, come last and are not marked. Returns whether there are any. */
static bool sort_steps(struct definition *d, bool *is_sorted)
{
    struct heap ready = {0};
    struct waiters w = waiters_of(d);
    for (size_t i = 0; i < d->steps.n; i++) {
        if (!w.missing[i]) {
            heap_push(&ready, i);
        }
    }
    while (ready.list.n) {
        size_t i = heap_pop(&ready);
        vec_push(&d->order, i);
        is_sorted[i] = true;
        for (size_t k = w.start[i]; k < w.start[i + 1]; k++) {
            if (--w.missing[w.to[k]] == 0) {
                heap_push(&ready, w.to[k]);
            }
        }
    }
    bool has_rest = d->order.n < d->steps.n;
    for (size_t i = 0; i < d->steps.n; i++) {
        if (!is_sorted[i]) {
            vec_push(&d->order, i);
        }
    }
    vec_release(&ready.list);
    free(w.start);
    free(w.to);
    free(w.missing);
    return has_rest;
}

/* --- cycles: strongly connected parts (Tarjan, without recursion), one report for each --- */

struct tarjan {
    const struct definition *d;
    size_t *number, *low, *edge; /* 0 = not seen yet; edge: the next one to follow */
    size_t *part;                /* part number + 1 once it is closed */
    size_t seen, parts;
    VEC(size_t) path, stack;
};

static void tarjan_enter(struct tarjan *t, size_t i)
{
    t->number[i] = t->low[i] = ++t->seen;
    vec_push(&t->path, i);
    vec_push(&t->stack, i);
}

static void tarjan_leave(struct tarjan *t, size_t i)
{
    t->path.n--;
    if (t->path.n && t->low[t->path.at[t->path.n - 1]] > t->low[i]) {
        t->low[t->path.at[t->path.n - 1]] = t->low[i];
    }
    if (t->low[i] == t->number[i]) {
        t->parts++;
        size_t member;
        do {
            member = t->stack.at[--t->stack.n];
            t->part[member] = t->parts;
        } while (member != i);
    }
}

static void tarjan_from(struct tarjan *t, size_t root)
{
    tarjan_enter(t, root);
    while (t->path.n) {
        size_t i = t->path.at[t->path.n - 1];
        const struct definition_step *s = &t->d->steps.at[i];
        if (t->edge[i] == s->edges.n) {
            tarjan_leave(t, i);
            continue;
        }
        size_t to = s->edges.at[t->edge[i]++].to;
        if (!t->number[to]) {
            tarjan_enter(t, to);
        } else if (!t->part[to] && t->low[i] > t->number[to]) {
            t->low[i] = t->number[to];
        }
    }
}

struct search {
    const struct tarjan *t;
    size_t *before; /* step it was reached from, + 1 */
    VEC(size_t) queue;
};

/* A shortest way from `from` back to itself inside its part, by breadth, left in `before`.
 * Returns the step that closes it; DEFINITION_NONE when there is no way. */
static size_t find_way_back(struct search *s, size_t from)
{
    s->queue.n = 0;
    vec_push(&s->queue, from);
    for (size_t head = 0; head < s->queue.n; head++) {
        size_t i = s->queue.at[head];
        const struct definition_step *step = &s->t->d->steps.at[i];
        for (size_t k = 0; k < step->edges.n; k++) {
            size_t to = step->edges.at[k].to;
            if (to == from) {
                return i;
            }
            if (s->t->part[to] == s->t->part[from] && !s->before[to]) {
                s->before[to] = i + 1;
                vec_push(&s->queue, to);
            }
        }
    }
    return DEFINITION_NONE;
}

static const struct definition_edge *edge_between(const struct definition *d, size_t from,
                                                  size_t to)
{
    const struct definition_step *s = &d->steps.at[from];
    for (size_t k = 0; k < s->edges.n; k++) {
        if (s->edges.at[k].to == to) {
            return &s->edges.at[k];
        }
    }
    return NULL;
}

/* Find `node` below `v` and report there. */
static bool report_at_node(struct checker *c, const struct json *v, const struct json *node,
                           const struct trail *at, const char *reason)
{
    if (v == node) {
        check_problem(c, at, "%s", reason);
        return true;
    }
    size_t i = 0;
    bool is_array = json_is(v, JSON_ARRAY);
    json_each (child, v) {
        struct trail t = is_array ? trail_at(at, i++) : trail_key(at, json_key(child));
        if (report_at_node(c, child, node, &t, reason)) {
            return true;
        }
    }
    return false;
}

/* Report at the place of `edge` inside step `from`, or at the step itself. */
static void report_cycle(struct checker *c, size_t from, const struct definition_edge *edge,
                         const char *reason)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    struct definition_problems inside = {0};
    struct checker local = {.def = c->def, .problems = &inside};
    struct trail root = TRAIL_ROOT;
    definition_step_path(c->def, from, &path);
    if (edge && edge->at &&
        report_at_node(&local, c->def->steps.at[from].json, edge->at, &root, reason)) {
        str_addz(&path, inside.list.at[0].path + 1); /* without its "$" */
    }
    problems_add(c->problems, PROBLEM_DOCUMENT, path.p, reason);
    definition_problems_release(&inside);
}

static void describe_cycle(struct checker *c, struct search *s, size_t from)
{
    size_t last = find_way_back(s, from);
    if (last == DEFINITION_NONE) {
        return;
    }
    VEC(size_t) way = {0};
    for (size_t i = last; i != from; i = s->before[i] - 1) {
        vec_push(&way, i);
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    const char *name = c->def->steps.at[from].name;
    CLEANUP(mem_free_ptr) char *start = check_quote(sv_z(name));
    str_addf(&text, "cycle: %s", start);
    for (size_t i = way.n; i-- > 0;) {
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(c->def->steps.at[way.at[i]].name));
        str_addf(&text, " -> %s", q);
    }
    str_addf(&text, " -> %s (each waits for the next)", start);
    size_t next = way.n ? way.at[way.n - 1] : from;
    report_cycle(c, from, edge_between(c->def, from, next), text.p);
    vec_release(&way);
}

static void find_cycles(struct checker *c, const bool *is_sorted)
{
    size_t n = c->def->steps.n;
    struct tarjan t = {.d = c->def,
                       .number = xcalloc(n, sizeof *t.number),
                       .low = xcalloc(n, sizeof *t.low),
                       .edge = xcalloc(n, sizeof *t.edge),
                       .part = xcalloc(n, sizeof *t.part)};
    struct search s = {.t = &t, .before = xcalloc(n, sizeof *s.before)};
    for (size_t i = 0; i < n; i++) {
        if (!is_sorted[i] && !t.number[i]) {
            tarjan_from(&t, i);
        }
    }
    bool *is_told = xcalloc(t.parts + 1, sizeof *is_told);
    for (size_t i = 0; i < n; i++) {
        if (t.part[i] && !is_told[t.part[i]]) {
            is_told[t.part[i]] = true;
            describe_cycle(c, &s, i);
        }
    }
    free(is_told);
    free(t.number);
    free(t.low);
    free(t.edge);
    free(t.part);
    free(s.before);
    vec_release(&t.path);
    vec_release(&t.stack);
    vec_release(&s.queue);
}

void check_plan(struct checker *c)
{
    size_t n = c->def->steps.n;
    if (!n) {
        return;
    }
    bool *is_sorted = xcalloc(n, sizeof *is_sorted);
    if (sort_steps(c->def, is_sorted)) {
        find_cycles(c, is_sorted);
    }
    free(is_sorted);
}
