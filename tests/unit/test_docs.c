/* Params and tags of runs: the same members whichever way they are read, and columns that give back
 * what stood in the documents. */
#include "tests/unit/test.h"

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/hub/doc_columns.h"

static void print_value(struct str *out, struct value v)
{
    switch (v.type) {
    case VALUE_MISSING:
        str_addz(out, "-");
        break;
    case VALUE_TEXT:
        str_addf(out, "'%s'", v.text);
        break;
    case VALUE_NUM:
        fmt_double(out, v.num);
        break;
    case VALUE_INT:
    case VALUE_TIME:
        str_addf(out, "%lld", (long long)v.i);
        break;
    }
}

static void print_member(void *arg, const struct doc_member *m)
{
    struct str *out = arg;
    if (!m) {
        str_clear(out);
        return;
    }
    CLEANUP(mem_free_ptr) char *text = xstrndup(m->text.n ? m->text.p : "", m->text.n);
    struct value v = {.type = m->type, .i = m->i};
    if (m->type == VALUE_TEXT) {
        v.text = text;
    } else if (m->type == VALUE_NUM) {
        v.num = m->num;
    }
    str_addf(out, "%.*s=", (int)m->key.n, m->key.p);
    print_value(out, v);
    str_addc(out, ' ');
}

static void members_are_the_same_plain_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"{}", ""},
        {"no object", ""},
        {"[1]", ""},
        {"{\"a\":1,\"b\":2", ""}, /* what came before the end of the text is forgotten */
        {"{\"lr\":0.5,\"n\":3,\"o\":\"sgd\",\"t\":true}", "lr=0.5 n=3 o='sgd' t='true' "},
        {"{\"a\":\"x\",\"b\":\"tab\\t\"}", "a='x' b='tab\t' "},
        {"{\"a\":[1, 2],\"b\":{\"c\":null}}", "a='[1,2]' b='{\"c\":null}' "},
        {"{\"big\":12345678901234567890123}", "big=1.2345678901234568e+22 "},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str out = STR_INIT;
        str_clear(&out);
        doc_each(sv_z(cases[i].text), print_member, &out);
        assert_string_equal(out.p ? out.p : "", cases[i].want);
    }
}

struct seen {
    struct doc_columns c;
    struct intern words;
    struct arena a;
    size_t keys;
};

static struct sv saw(void *arg, struct sv key)
{
    struct seen *s = arg;
    s->keys++;
    return (struct sv){arena_sv(&s->a, key), key.n};
}

static void columns_give_back_what_was_there(void **state)
{
    (void)state;
    static const char *const docs[] = {
        "{\"lr\":0.001,\"o\":\"sgd\",\"n\":-3}",
        "{\"lr\":1e300,\"o\":\"\\u00e9\",\"n\":140737488355327}",
        "{\"o\":null,\"n\":-140737488355328,\"lr\":\"high\"}",
        "{\"n\":140737488355328,\"lr\":-0.5,\"later\":1}",
        "{\"n\":-9007199254740993,\"lr\":5e-324}",
        "{\"lr\":1,\"o\":\"a\",\"n\":", /* cut off */
        "",
    };
    static const char want[] = "0.001 'sgd' -3 |1e+300 '\xc3\xa9' 140737488355327 |"
                               "'high' - -140737488355328 |-0.5 - 140737488355328 |"
                               "5e-324 - -9007199254740993 |- - - |- - - |- - - |";
    struct seen s = {.keys = 0};
    intern_init(&s.words);
    arena_init(&s.a, 0);
    doc_columns_init(&s.c, &s.words);
    static const char *const keys[] = {"lr", "o", "n"};
    const struct doc_column *columns[ALEN(keys)];
    for (size_t k = 0; k < ALEN(keys); k++) {
        columns[k] = doc_columns_want(&s.c, keys[k]);
    }
    for (size_t i = 0; i < ALEN(docs); i++) {
        assert_int_equal(doc_columns_read(&s.c, 100), i);
        doc_columns_add(&s.c, i, sv_z(docs[i]), saw, &s);
        doc_columns_end(&s.c, i, i + 1);
    }
    CLEANUP(str_release) struct str out = STR_INIT;
    for (uint32_t row = 0; row <= ALEN(docs); row++) {
        for (size_t k = 0; k < ALEN(keys); k++) {
            print_value(&out, doc_column_value(&s.c, columns[k], row));
            str_addc(&out, ' ');
        }
        str_addc(&out, '|');
    }
    assert_string_equal(out.p, want);
    assert_int_equal(s.keys, 1); /* "later" */
    assert_ptr_equal(doc_columns_find(&s.c, "o"), columns[1]);
    assert_null(doc_columns_find(&s.c, "later"));
    assert_int_equal(doc_column_value(&s.c, NULL, 0).type, VALUE_MISSING);
    doc_columns_release(&s.c);
    intern_release(&s.words);
    arena_release(&s.a);
}

/* One that is asked for late is read from the first row on; the others are left as they are. */
static void a_later_column_is_read_from_the_beginning(void **state)
{
    (void)state;
    struct seen s = {.keys = 0};
    intern_init(&s.words);
    arena_init(&s.a, 0);
    doc_columns_init(&s.c, &s.words);
    const struct doc_column *a = doc_columns_want(&s.c, "a");
    for (size_t row = 0; row < 2; row++) {
        doc_columns_add(&s.c, row, sv_z("{\"b\":\"x\",\"a\":1}"), saw, &s);
    }
    doc_columns_end(&s.c, 0, 2);
    assert_int_equal(s.keys, 1); /* once for both documents */
    const struct doc_column *b = doc_columns_want(&s.c, "b");
    assert_int_equal(doc_columns_read(&s.c, 2), 0);
    assert_int_equal(doc_column_value(&s.c, b, 0).type, VALUE_MISSING);
    for (size_t row = 0; row < 2; row++) {
        doc_columns_add(&s.c, row, sv_z("{\"b\":\"x\",\"a\":7}"), saw, &s);
    }
    doc_columns_end(&s.c, 0, 2);
    assert_int_equal(doc_columns_read(&s.c, 2), 2);
    assert_string_equal(doc_column_value(&s.c, b, 1).text, "x");
    assert_int_equal(doc_column_value(&s.c, a, 1).i, 1);
    doc_columns_release(&s.c);
    intern_release(&s.words);
    arena_release(&s.a);
}

/* A key that one run in thousands has costs what that one holds. */
static void sparse_columns_cost_what_they_hold(void **state)
{
    (void)state;
    enum { ROWS = 100 * DOC_BLOCK };
    struct seen s = {.keys = 0};
    intern_init(&s.words);
    arena_init(&s.a, 0);
    doc_columns_init(&s.c, &s.words);
    const struct doc_column *a = doc_columns_want(&s.c, "a");
    for (size_t row = 0; row < ROWS; row++) {
        bool is_there = row == 5 || row == ROWS - 1;
        doc_columns_add(&s.c, row, sv_z(is_there ? "{\"a\":1}" : "{\"b\":1}"), saw, &s);
    }
    doc_columns_end(&s.c, 0, ROWS);
    size_t blocks = 0, values = 0;
    for (size_t i = 0; i < a->blocks.n; i++) {
        blocks += a->blocks.at[i] != NULL;
    }
    for (uint32_t row = 0; row < ROWS; row++) {
        values += doc_column_value(&s.c, a, row).type == VALUE_INT;
    }
    assert_int_equal(blocks, 2);
    assert_int_equal(values, 2);
    assert_int_equal(doc_column_value(&s.c, a, ROWS - 1).i, 1);
    doc_columns_release(&s.c);
    intern_release(&s.words);
    arena_release(&s.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_the_same_plain_or_not),
        cmocka_unit_test(columns_give_back_what_was_there),
        cmocka_unit_test(a_later_column_is_read_from_the_beginning),
        cmocka_unit_test(sparse_columns_cost_what_they_hold),
    };
    return RUN_TESTS(tests);
}
