/* objects: hostile names are refused before a file is touched; what is stored is whole. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/job/objects.h"
#include "tests/unit/tmp.h"

struct store {
    char *tmp, *root;
    struct objects o;
};

static void store_init(struct store *s)
{
    s->tmp = tmp_new();
    s->root = path_join(s->tmp, "objects");
    s->o.root = s->root;
}

static void store_release(struct store *s)
{
    free(s->root);
    tmp_free(&s->tmp);
}

static char *in(const struct store *s, const char *rel)
{
    return path_join(s->tmp, rel);
}

static void assert_object(const struct store *s, const char *rel, const char *want)
{
    CLEANUP(str_release) struct str got = STR_INIT;
    tmp_read(s->root, rel, &got);
    assert_string_equal(got.p, want);
}

static void hostile_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "s3:/b/k",    "http://b/k",  "s3://",         "s3:///k",    "s3://.staging/k",
        "s3://../k",  "s3://b/..",  "s3://b/../x", "s3://b/a/../x", "s3://b/./x", "s3://b//x",
        "s3://b/a//", "s3://b x/k", "s3://b/a/..", "s3://-b/k",
    };
    struct s3_uri u;
    struct err e;
    for (size_t i = 0; i < ALEN(bad); i++) {
        if (s3_uri_parse(sv_z(bad[i]), &u, &e)) {
            fail_msg("%s was taken", bad[i]);
        }
    }
    assert_false(s3_uri_parse((struct sv){"s3://b/a\0b", 10}, &u, &e));
    char *longest = xasprintf("s3://b/%0300d", 1);
    assert_false(s3_uri_parse(sv_z(longest), &u, &e));
    free(longest);
    assert_true(s3_uri_parse(SV("s3://b/a/c/"), &u, &e));
    assert_true(u.is_prefix && sv_eqz(u.key, "a/c") && sv_eqz(u.bucket, "b"));
    assert_true(s3_uri_parse(SV("s3://b"), &u, &e));
    assert_true(!u.is_prefix && u.key.n == 0);
}

static void links_are_neither_stored_nor_fetched(void **state)
{
    (void)state;
    struct store s;
    struct err e;
    store_init(&s);
    tmp_file(s.tmp, "dir/a", SV("a"));
    CLEANUP(mem_free_ptr) char *dir = in(&s, "dir"), *link = in(&s, "dir/l");
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_false(objects_put(&s.o, dir, "s3://b/x", &e));
    assert_non_null(strstr(e.msg, "dir/l"));
    assert_false(objects_exist(&s.o, "s3://b/x"));
    tmp_file(s.root, "b/y/a", SV("a"));
    CLEANUP(mem_free_ptr) char *inside = in(&s, "objects/b/y/l"), *to = in(&s, "to");
    assert_int_equal(symlink("/etc/passwd", inside), 0);
    assert_false(objects_get(&s.o, "s3://b/y", to, &e));
    assert_false(objects_exist(&s.o, "s3://b/y/l"));
    store_release(&s);
}

static void what_is_absent_is_named(void **state)
{
    (void)state;
    struct store s;
    struct err e;
    struct os_names keys = {0};
    store_init(&s);
    CLEANUP(mem_free_ptr) char *to = in(&s, "to");
    assert_false(objects_get(&s.o, "s3://b/none.csv", to, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.msg, "s3://b/none.csv"));
    assert_null(objects_import(&s.o, "none.csv", s.tmp, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.msg, "none.csv"));
    assert_null(objects_import(&s.o, "file://host/x", s.tmp, &e));
    assert_true(objects_list(&s.o, "s3://b", &keys, &e));
    assert_int_equal(keys.n, 0);
    assert_false(objects_put_bytes(&s.o, SV("x"), "s3://b", &e));
    assert_false(objects_put_bytes(&s.o, SV("x"), "s3://b/k/", &e));
    store_release(&s);
}

static void trees_come_and_go(void **state)
{
    (void)state;
    struct store s;
    struct err e;
    struct os_names keys = {0};
    CLEANUP(str_release) struct str got = STR_INIT;
    store_init(&s);
    tmp_file(s.tmp, "one/a", SV("a1"));
    tmp_file(s.tmp, "one/sub/b", SV("b1"));
    tmp_file(s.tmp, "two/a", SV("a2"));
    CLEANUP(mem_free_ptr) char *one = in(&s, "one"), *two = in(&s, "two"), *to = in(&s, "to");
    assert_true(objects_put(&s.o, one, "s3://b/p/q/", &e));
    assert_true(objects_put(&s.o, two, "s3://b/p/q", &e));
    assert_object(&s, "b/p/q/a", "a2");
    assert_object(&s, "b/p/q/sub/b", "b1");
    assert_true(objects_list(&s.o, "s3://b/p/q/s", &keys, &e));
    assert_int_equal(keys.n, 1);
    assert_string_equal(keys.at[0], "p/q/sub/b");
    os_names_release(&keys);
    assert_true(objects_get_into(&s.o, "s3://b/p/q/a", to, &e));
    assert_true(objects_get_into(&s.o, "s3://b/p/q/sub", to, &e));
    tmp_read(s.tmp, "to/a", &got);
    assert_string_equal(got.p, "a2");
    str_clear(&got);
    tmp_read(s.tmp, "to/b", &got);
    assert_string_equal(got.p, "b1");
    CLEANUP(mem_free_ptr) char *staging = in(&s, "objects/.staging");
    assert_true(os_list(staging, &keys, &e));
    assert_int_equal(keys.n, 0);
    store_release(&s);
}

static void an_import_does_not_change(void **state)
{
    (void)state;
    struct store s;
    struct err e;
    char id[DIGEST_HEX + 1], want[DIGEST_HEX + 1];
    store_init(&s);
    tmp_file(s.tmp, "my file.csv", SV("1"));
    CLEANUP(mem_free_ptr) char *as_uri = xasprintf("file://%s/my%%20file.csv", s.tmp);
    CLEANUP(mem_free_ptr) char *one = objects_import(&s.o, "my file.csv", s.tmp, &e);
    CLEANUP(mem_free_ptr) char *same = objects_import(&s.o, as_uri, "/", &e);
    assert_non_null(one);
    assert_string_equal(one, same);
    tmp_file(s.tmp, "my file.csv", SV("2"));
    CLEANUP(mem_free_ptr) char *other = objects_import(&s.o, "my file.csv", s.tmp, &e);
    assert_string_not_equal(one, other);
    assert_true(objects_digest(&s.o, one, id, &e) && digest_bytes(SV("1"), want, &e));
    assert_string_equal(id, want);
    CLEANUP(mem_free_ptr) char *kept = objects_path(&s.o, one, &e);
    CLEANUP(str_release) struct str got = STR_INIT;
    assert_true(os_read_file(kept, 10, &got, &e));
    assert_string_equal(got.p, "1");
    CLEANUP(mem_free_ptr) char *as_it_is = objects_import(&s.o, "s3://b/k", "/", &e);
    assert_string_equal(as_it_is, "s3://b/k");
    store_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_names_are_refused),
        cmocka_unit_test(links_are_neither_stored_nor_fetched),
        cmocka_unit_test(what_is_absent_is_named),
        cmocka_unit_test(trees_come_and_go),
        cmocka_unit_test(an_import_does_not_change),
    };
    return RUN_TESTS(tests);
}
