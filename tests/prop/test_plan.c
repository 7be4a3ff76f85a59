/* plan: of random graphs, the order is the one that always takes the smallest index that is
 * ready; with one edge turned against it, the cycle that is reported is one. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/pipeline/definition.h"

enum { GRAPHS = 300, MAX_STEPS = 40 };

struct random {
    uint64_t state;
};

static size_t below(struct random *r, size_t n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(r->state >> 33) % n;
}

struct graph {
    size_t n;
    bool edge[MAX_STEPS][MAX_STEPS]; /* [a][b]: a waits for b */
};

/* Edges follow a random ranking, so there is no cycle; indices do not follow it. */
static struct graph random_graph(struct random *r, size_t *rank)
{
    struct graph g = {.n = 1 + below(r, MAX_STEPS)};
    for (size_t i = 0; i < g.n; i++) {
        rank[i] = i;
    }
    for (size_t i = g.n - 1; i > 0; i--) {
        size_t k = below(r, i + 1), x = rank[i];
        rank[i] = rank[k];
        rank[k] = x;
    }
    size_t odds = 1 + below(r, 12);
    for (size_t a = 0; a < g.n; a++) {
        for (size_t b = 0; b < g.n; b++) {
            g.edge[a][b] = rank[b] < rank[a] && !below(r, odds);
        }
    }
    return g;
}

static void print_graph(const struct graph *g, struct str *text)
{
    str_setf(text, "{\"Version\":\"2020-12-01\",\"Steps\":[");
    for (size_t a = 0; a < g->n; a++) {
        CLEANUP(str_release) struct str names = STR_INIT;
        CLEANUP(str_release) struct str gets = STR_INIT;
        for (size_t b = 0; b < g->n; b++) {
            if (g->edge[a][b] && (a + b) % 2) {
                str_addf(&names, "%s\"s%zu\"", names.n ? "," : "", b);
            } else if (g->edge[a][b]) {
                str_addf(&gets, ",{\"Get\":\"Steps.s%zu.x\"}", b);
            }
        }
        str_addf(text,
                 "%s{\"Name\":\"s%zu\",\"Type\":\"Training\",\"DependsOn\":[%s],\"Arguments\":"
                 "{\"x\":[1%s]}}",
                 a ? "," : "", a, names.p, gets.p);
    }
    str_addz(text, "]}");
}

static bool is_ready(const struct graph *g, const bool *done, size_t a)
{
    for (size_t b = 0; b < g->n; b++) {
        if (g->edge[a][b] && !done[b]) {
            return false;
        }
    }
    return !done[a];
}

static void check_order(const struct graph *g, const struct definition *d)
{
    bool done[MAX_STEPS] = {false};
    assert_int_equal(d->order.n, g->n);
    for (size_t i = 0; i < g->n; i++) {
        size_t smallest = 0;
        while (!is_ready(g, done, smallest)) {
            smallest++;
        }
        assert_int_equal(d->order.at[i], smallest);
        done[smallest] = true;
    }
}

/* "cycle: s1 -> s2 -> s1 (each …": every arrow must be an edge. */
static void check_cycle(const struct graph *g, const char *reason)
{
    size_t first = SIZE_MAX, before = SIZE_MAX, arrows = 0;
    struct sv rest = sv_z(reason), word;
    while (sv_split(&rest, ' ', &word)) {
        if (word.n < 2 || word.p[0] != 's') {
            continue;
        }
        CLEANUP(mem_free_ptr) char *digits = xstrndup(word.p + 1, word.n - 1);
        size_t s = (size_t)strtoul(digits, NULL, 10);
        assert_true(before == SIZE_MAX || g->edge[before][s]);
        arrows += before != SIZE_MAX;
        first = first == SIZE_MAX ? s : first;
        before = s;
    }
    assert_true(arrows > 0);
    assert_int_equal(first, before);
}

static void orders_and_cycles(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        struct random r = {seed * 0x9e3779b97f4a7c15u};
        size_t rank[MAX_STEPS];
        CLEANUP(str_release) struct str text = STR_INIT;
        struct definition d;
        struct graph g = random_graph(&r, rank);
        print_message("seed %llu\r", (unsigned long long)seed);
        print_graph(&g, &text);
        definition_parse(sv_of(&text), "random", false, &d);
        assert_true(definition_is_valid(&d));
        check_order(&g, &d);
        definition_release(&d);

        size_t a = below(&r, g.n);
        for (size_t b = 0; b < g.n; b++) {
            if (g.edge[b][a]) {
                g.edge[a][b] = true;
            }
        }
        g.edge[a][a] = true;
        print_graph(&g, &text);
        definition_parse(sv_of(&text), "random", false, &d);
        assert_int_equal(d.problems.list.n, 1);
        check_cycle(&g, d.problems.list.at[0].reason);
        definition_release(&d);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_and_cycles),
    };
    return RUN_TESTS(tests);
}
