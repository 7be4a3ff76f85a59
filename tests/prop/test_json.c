/* json: what is printed reads back as the same tree, whatever the tree and the style. */
#include "tests/unit/test.h"

#include "core/base/json.h"
#include "core/base/json_flat.h"
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

/* --- flat objects --- */

static bool is_same_value(const struct json *j, const struct json_member *m)
{
    int64_t i;
    bool is_integer = json_i64(j, &i);
    switch (json_type(j)) {
    case JSON_STRING:
        return m->type == JSON_STRING && sv_eqz(m->str, json_str(j));
    case JSON_NUMBER:
        return m->type == JSON_NUMBER && m->is_integer == is_integer &&
               (is_integer ? m->i == i : m->num == json_num(j));
    case JSON_BOOL:
        return m->type == JSON_BOOL && m->is_true == json_bool(j);
    case JSON_NULL:
        return m->type == JSON_NULL;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return false;
}

/* Whatever the bytes: what is read to the end is what json_parse reads. */
static bool is_read_flat(struct sv text)
{
    struct json_flat f = json_flat_of(text);
    struct json_member m = {0};
    struct err e = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *root = NULL;
    bool is_parsed = json_parse(text, &root, &e);
    const struct json *child = root ? json_first(root) : NULL;
    enum json_flat_result result;
    while ((result = json_flat_next(&f, &m)) == JSON_FLAT_MEMBER) {
        if (is_parsed && (!child || !sv_eqz(m.key, json_key(child)) || !is_same_value(child, &m))) {
            fail_msg("%.*s: not the same member", (int)text.n, text.p);
        }
        child = child ? json_next(child) : NULL;
    }
    if (result == JSON_FLAT_END && (!is_parsed || child || !json_is(root, JSON_OBJECT))) {
        fail_msg("%.*s: read, but %s", (int)text.n, text.p, is_parsed ? "not all" : e.msg);
    }
    return result == JSON_FLAT_END;
}

static void flat_objects_are_read_as_trees_are(void **state)
{
    (void)state;
    size_t read = 0;
    for (size_t i = 0; i < 4000; i++) {
        struct prop p;
        prop_init(&p, prop_seed(i));
        CLEANUP(json_free_ptr) struct json *tree = json_new_object();
        CLEANUP(str_release) struct str text = STR_INIT;
        size_t n = prop_below(&p, 6);
        for (size_t k = 0; k < n; k++) {
            str_setf(&text, "k%zu", k);
            json_set(tree, text.p, random_value(&p, prop_below(&p, 8) == 0));
        }
        str_clear(&text);
        json_print(tree, prop_below(&p, 8) ? JSON_COMPACT : JSON_PRETTY, &text);
        read += is_read_flat(sv_of(&text));
        for (size_t k = 0; k < 8; k++) {
            static const char bytes[] = "{}[]\",:0123456789.eE+-nulltrfs \\\x80\xff\x01";
            text.p[prop_below(&p, text.n)] = bytes[prop_below(&p, sizeof bytes - 1)];
            (void)is_read_flat((struct sv){text.p, prop_below(&p, 4) ? text.n : text.n - 1});
        }
    }
    assert_true(read > 1000); /* most are plain */
}

static void plain_texts_are_read_flat(void **state)
{
    (void)state;
    static const char *const plain[] = {
        "{}",
        "{\"lr\":0.001,\"n\":-12,\"o\":\"sgd\",\"b\":true,\"x\":null,\"\":false}",
        "{\"a\":0.30000000000000004,\"b\":1e-300,\"c\":1E+5,\"d\":-0.0,\"e\":5e-324}",
        "{\"a\":123456789012345678,\"b\":\"\xc3\xa9\"}",
    };
    static const char *const others[] = {
        "",
        "{",
        "[]",
        "{} ",
        " {}",
        "{\"a\":1",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":-}",
        "{\"a\":1e}",
        "{\"a\":1e999}",
        "{\"a\":nul}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\":\"\\n\"}",
        "{\"a\":[1]}",
        "{\"a\":1}{}",
        "{\"a\":\"\xff\"}",
        "{\"a\":1234567890123456789012}",
    };
    for (size_t i = 0; i < ALEN(plain); i++) {
        assert_true(is_read_flat(sv_z(plain[i])));
    }
    for (size_t i = 0; i < ALEN(others); i++) {
        assert_false(is_read_flat(sv_z(others[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_texts_are_read_flat),
        cmocka_unit_test(flat_objects_are_read_as_trees_are),
        cmocka_unit_test(printing_and_reading_gives_the_same),
        cmocka_unit_test(canonical_text_does_not_know_the_order),
    };
    return RUN_TESTS(tests);
}
