/* json: what is printed reads back as the same tree, whatever the tree and the style. */
#include "tests/unit/test.h"

#include "core/base/json.h"
#include "core/base/mem.h"
#include "tests/prop/prop.h"

static struct json *random_number(struct prop *p)
{
    uint64_t bits = prop_next(p);
    switch (prop_below(p, 3)) {
    case 0:
        return json_new_i64((int64_t)bits >> prop_below(p, 64));
    case 1:
        return json_new_num((double)(int64_t)bits / 1e6);
    default: {
        double x;
        memcpy(&x, &bits, sizeof x);
        return json_new_num(x);
    }
    }
}

static struct json *random_value(struct prop *p, size_t depth)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    size_t kind = prop_below(p, depth ? 7 : 5), n = prop_below(p, 6);
    struct json *j;
    switch (kind) {
    case 0:
        return json_new_null();
    case 1:
        return json_new_bool(prop_below(p, 2));
    case 2:
    case 3:
        return random_number(p);
    case 4:
        prop_text(p, 12, &text);
        return json_new_sv(sv_of(&text));
    case 5:
        j = json_new_array();
        while (n--) {
            json_push(j, random_value(p, depth - 1));
        }
        return j;
    default:
        j = json_new_object();
        while (n--) {
            str_setf(&text, "key %zu\"", prop_below(p, 8));
            json_set(j, text.p, random_value(p, depth - 1));
        }
        return j;
    }
}

static void printing_and_reading_gives_the_same(void **state)
{
    static const enum json_style styles[] = {JSON_COMPACT, JSON_PRETTY, JSON_CANONICAL};
    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        CLEANUP(json_free_ptr) struct json *tree = random_value(&p, 5);
        for (size_t s = 0; s < ALEN(styles); s++) {
            CLEANUP(str_release) struct str text = STR_INIT, again = STR_INIT;
            CLEANUP(json_free_ptr) struct json *back = NULL;
            struct err e = ERR_INIT;
            json_print(tree, styles[s], &text);
            if (!json_parse(sv_of(&text), &back, &e)) {
                fail_msg("seed %zu: %s: %s", i + 1, e.msg, text.p);
            }
            json_print(back, styles[s], &again);
            if (!json_equal(tree, back) || !z_eq(text.p, again.p)) {
                fail_msg("seed %zu: %s became %s", i + 1, text.p, again.p);
            }
        }
    }
}

static void canonical_text_does_not_know_the_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < 300; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        CLEANUP(json_free_ptr) struct json *a = json_new_object();
        CLEANUP(json_free_ptr) struct json *b = json_new_object();
        CLEANUP(str_release) struct str key = STR_INIT, x = STR_INIT, y = STR_INIT;
        size_t n = prop_below(&p, 20);
        for (size_t k = 0; k < n; k++) {
            str_setf(&key, "%zu", k);
            json_set_i64(a, key.p, (int64_t)k);
            str_setf(&key, "%zu", n - 1 - k);
            json_set_i64(b, key.p, (int64_t)(n - 1 - k));
        }
        json_print(a, JSON_CANONICAL, &x);
        json_print(b, JSON_CANONICAL, &y);
        assert_string_equal(x.p, y.p);
        assert_true(json_equal(a, b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printing_and_reading_gives_the_same),
        cmocka_unit_test(canonical_text_does_not_know_the_order),
    };
    return RUN_TESTS(tests);
}
