/* json_out writes what a tree would print. */
#include "tests/unit/test.h"

#include "core/base/json_out.h"
#include "core/base/mem.h"

/* The same document member by member. */
static void write_all(const struct json *j, struct json_out *o)
{
    bool is_object = json_is(j, JSON_OBJECT);
    if (!is_object && !json_is(j, JSON_ARRAY)) {
        json_print(j, JSON_COMPACT, o->out);
        return;
    }
    json_out_begin(o, is_object ? '{' : '[');
    json_each (child, j) {
        if (is_object) {
            json_out_key(o, json_key(child));
        } else {
            json_out_item(o);
        }
        write_all(child, o);
    }
    json_out_end(o, is_object ? '}' : ']');
}

static void what_is_written_is_what_a_tree_prints(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "[[]]",
        "{\"a\":{},\"b\":[]}",
        "[1,\"a\",null,[2,{\"x\":[]},3],{}]",
        "{\"a\\n\\u007f\":\"\xc3\xa9\",\"b\":{\"c\":{\"d\":[true,false]},\"e\":1.5}}",
    };
    (void)state;
    for (size_t i = 0; i < ALEN(texts); i++) {
        struct err e = ERR_INIT;
        CLEANUP(json_free_ptr) struct json *tree = NULL;
        assert_true(json_parse(sv_z(texts[i]), &tree, &e));
        for (enum json_style style = JSON_COMPACT; style <= JSON_PRETTY; style++) {
            CLEANUP(str_release) struct str want = STR_INIT, have = STR_INIT;
            struct json_out o = {.out = &have, .style = style};
            json_print(tree, style, &want);
            write_all(tree, &o);
            assert_string_equal(have.p, want.p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_what_a_tree_prints),
    };
    return RUN_TESTS(tests);
}
