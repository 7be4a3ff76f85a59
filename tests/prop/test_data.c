/* Data: CSV says the same however it comes in pieces; a profile agrees with sorting everything. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/data/csv.h"
#include "core/data/profile.h"
#include "core/data/quantiles.h"
#include "tests/prop/prop.h"

static bool print_row(void *arg, const struct csv_row *row)
{
    struct str *out = arg;
    str_addf(out, "%llu:", (unsigned long long)row->line);
    for (size_t i = 0; i < row->n; i++) {
        str_addc(out, '[');
        str_addsv(out, row->at[i]);
        str_addc(out, ']');
    }
    return true;
}

static uint64_t parse(struct sv text, size_t piece, struct str *out)
{
    struct csv c;
    csv_init(&c, ',', print_row, out);
    for (size_t i = 0; i < text.n; i += piece) {
        size_t n = text.n - i < piece ? text.n - i : piece;
        assert_true(csv_feed(&c, (struct sv){text.p + i, n}));
    }
    assert_true(csv_end(&c));
    uint64_t open_line = c.open_line;
    csv_release(&c);
    return open_line;
}

static void pieces_say_the_same(void **state)
{
    (void)state;
    static const char alphabet[] = "a,\"\n\r\xEF\xBB\xBF\0;\xFF";
    for (size_t k = 0; k < 20000; k++) {
        struct prop p;
        uint64_t seed = prop_seed(k);
        char bytes[64];
        CLEANUP(str_release) struct str whole = STR_INIT, pieces = STR_INIT;
        prop_init(&p, seed);
        struct sv text = {bytes, prop_below(&p, sizeof bytes)};
        for (size_t i = 0; i < text.n; i++) {
            bytes[i] = alphabet[prop_below(&p, sizeof alphabet - 1)];
        }
        uint64_t open = parse(text, text.n + 1, &whole);
        uint64_t open_too = parse(text, 1 + prop_below(&p, 5), &pieces);
        if (open != open_too || !sv_eq(sv_of(&whole), sv_of(&pieces))) {
            fail_msg("seed %llu: another result in pieces", (unsigned long long)seed);
        }
    }
}

/* A row whose fields are quoted reads back as these fields. */
static void quoted_fields_read_back(void **state)
{
    (void)state;
    for (size_t k = 0; k < 5000; k++) {
        struct prop p;
        uint64_t seed = prop_seed(k);
        CLEANUP(str_release) struct str text = STR_INIT, want = STR_INIT, got = STR_INIT;
        prop_init(&p, seed);
        str_addz(&want, "1:");
        size_t n = 1 + prop_below(&p, 5);
        for (size_t i = 0; i < n; i++) {
            CLEANUP(str_release) struct str field = STR_INIT;
            prop_text(&p, 12, &field);
            str_addz(&text, i ? ",\"" : "\"");
            for (size_t b = 0; b < field.n; b++) {
                str_addn(&text, field.p[b], field.p[b] == '"' ? 2 : 1);
            }
            str_addc(&text, '"');
            str_addf(&want, "[");
            str_addsv(&want, sv_of(&field));
            str_addc(&want, ']');
        }
        (void)parse(sv_of(&text), 1 + prop_below(&p, 7), &got);
        if (!sv_eq(sv_of(&want), sv_of(&got))) {
            fail_msg("seed %llu: other fields", (unsigned long long)seed);
        }
    }
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double draw(struct prop *p, size_t shape)
{
    double u = (double)(prop_next(p) >> 11) / 9007199254740992.0;
    return shape == 0 ? floor(u * 50) : shape == 1 ? u : exp(30 * (u - 0.5)) * (u < 0.3 ? -1 : 1);
}

/* Ranks of a sketch are off by no more than it says, for every shape of data and any weights. */
static void sketches_keep_their_word(void **state)
{
    (void)state;
    enum { N = 100000 };
    double *all = xcalloc(N, sizeof *all);
    for (size_t k = 0; k < 6; k++) {
        struct prop p;
        struct quantiles q;
        struct weighted_list list = {0};
        prop_init(&p, prop_seed(k));
        quantiles_init(&q, 1024);
        for (size_t i = 0; i < N;) {
            uint64_t times = k < 3 ? 1 : 1 + prop_below(&p, 40);
            double x = draw(&p, k % 3);
            times = times < N - i ? times : N - i;
            quantiles_add(&q, x, times);
            while (times--) {
                all[i++] = x;
            }
        }
        assert_true(q.held <= 3 * 1024 + 8 * q.levels);
        quantiles_list(&q, &list);
        weighted_sort(&list);
        qsort(all, N, sizeof *all, by_number);
        uint64_t total = 0;
        for (size_t i = 0; i < list.n; i++) {
            total += list.at[i].w;
        }
        assert_int_equal(total, N);
        for (int per_cent = 1; per_cent < 100; per_cent++) {
            double part = per_cent / 100.0;
            double x = weighted_quantile(&list, part);
            size_t below = 0, upto = 0;
            for (size_t i = 0; i < N; i++) {
                below += all[i] < x;
                upto += all[i] <= x;
            }
            double slack = 0.01 * N;
            if ((double)below > part * N + slack || (double)upto < part * N - slack) {
                fail_msg("shape %zu: %g is no quantile %g", k, x, part);
            }
        }
        vec_release(&list);
        quantiles_release(&q);
    }
    free(all);
}

/* Is a column of the n sorted numbers what sorting says? */
static bool is_as_sorted(const struct column_stats *s, const double *all, size_t n)
{
    size_t distinct = 0;
    uint64_t histogram[PROFILE_BINS] = {0};
    double width = all[n - 1] / 2 - all[0] / 2;
    for (size_t i = 0; i < n; i++) {
        double at = width > 0 ? (all[i] / 2 - all[0] / 2) / width * PROFILE_BINS : 0;
        distinct += i == 0 || all[i] > all[i - 1];
        histogram[at >= PROFILE_BINS ? PROFILE_BINS - 1 : (size_t)at]++;
    }
    bool ok = s->count == n && s->distinct == distinct && s->is_distinct_exact &&
              s->is_distribution_exact && !(s->min < all[0]) && !(s->max > all[n - 1]);
    for (size_t i = 0; i < PROFILE_QUANTILES; i++) {
        double want = all[(size_t)ceil(profile_quantiles[i] * (double)n) - 1];
        ok = ok && !(s->quantiles[i] < want) && !(s->quantiles[i] > want);
    }
    return ok && memcmp(histogram, s->histogram, sizeof histogram) == 0;
}

/* Up to the limit everything is what sorting says. */
static void small_columns_are_exact(void **state)
{
    (void)state;
    for (size_t k = 0; k < 300; k++) {
        struct prop p;
        uint64_t seed = prop_seed(k);
        prop_init(&p, seed);
        double all[200];
        size_t n = 1 + prop_below(&p, ALEN(all));
        struct profile *profile = profile_new();
        profile_column(profile, SV("x"));
        for (size_t i = 0; i < n; i++) {
            char text[40];
            all[i] = draw(&p, k % 3);
            int len = snprintf(text, sizeof text, "%.17g", all[i]);
            profile_row(profile, &(struct sv){text, (size_t)len}, 1);
        }
        struct column_stats s;
        profile_stats(profile, 0, &s);
        qsort(all, n, sizeof *all, by_number);
        if (!is_as_sorted(&s, all, n)) {
            fail_msg("seed %llu: it is not what sorting says", (unsigned long long)seed);
        }
        profile_free(profile);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_say_the_same),
        cmocka_unit_test(quoted_fields_read_back),
        cmocka_unit_test(sketches_keep_their_word),
        cmocka_unit_test(small_columns_are_exact),
    };
    return RUN_TESTS(tests);
}
