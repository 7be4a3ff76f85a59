/* digest: SHA-256 of bytes, files and trees; links and what is no file are refused. */
#include "tests/unit/test.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "tests/unit/tmp.h"

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *fifo = path_join(tmp, "fifo");
    CLEANUP(mem_free_ptr) char *absent = path_join(tmp, "absent");
    char hex[DIGEST_HEX + 1] = "untouched";
    struct err e = ERR_INIT;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_false(digest_file(fifo, hex, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_false(digest_tree(tmp, hex, &e));
    assert_false(digest_file(tmp, hex, &e));
    assert_false(digest_file(absent, hex, &e));
    assert_non_null(strstr(e.msg, absent));
    assert_false(digest_tree(absent, hex, &e));
    assert_string_equal(hex, "untouched");
}

static void links_in_a_tree_are_refused(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *link = path_join(tmp, "sub/link");
    char hex[DIGEST_HEX + 1];
    struct err e = ERR_INIT;
    tmp_file(tmp, "sub/file", SV("x"));
    assert_true(digest_tree(tmp, hex, &e));
    assert_int_equal(symlink("file", link), 0);
    assert_false(digest_tree(tmp, hex, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_non_null(strstr(e.msg, "sub/link"));
}

static void known_digests(void **state)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "file");
    for (size_t i = 0; i < ALEN(cases); i++) {
        char hex[DIGEST_HEX + 1];
        struct err e = ERR_INIT;
        assert_true(digest_bytes(sv_z(cases[i].text), hex, &e));
        assert_string_equal(hex, cases[i].hex);
        tmp_file(tmp, "file", sv_z(cases[i].text));
        assert_true(digest_file(path, hex, &e));
        assert_string_equal(hex, cases[i].hex);
        assert_true(digest_tree(path, hex, &e));
        assert_string_equal(hex, cases[i].hex);
        struct digest *d = digest_new(&e);
        assert_non_null(d);
        for (const char *p = cases[i].text; *p; p++) {
            digest_add(d, (struct sv){p, 1});
        }
        digest_finish(d, hex);
        assert_string_equal(hex, cases[i].hex);
    }
    digest_free(NULL);
}

static void a_tree_is_its_sorted_lines(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    /* by bytes "a-b" comes before "a/x" */
    tmp_file(tmp, "a/x", SV("abc"));
    tmp_file(tmp, "a-b", SV(""));
    char want[DIGEST_HEX + 1], hex[DIGEST_HEX + 1];
    struct err e = ERR_INIT;
    static const char lines[] =
        "a-b\0"
        "0\0"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        "a/x\0"
        "1\0"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n";
    CLEANUP(mem_free_ptr) char *x = path_join(tmp, "a/x");
    assert_int_equal(chmod(x, 0700), 0);
    assert_true(digest_bytes((struct sv){lines, sizeof lines - 1}, want, &e));
    assert_true(digest_tree(tmp, hex, &e));
    assert_string_equal(hex, want);
    assert_int_equal(chmod(x, 0600), 0);
    assert_true(digest_tree(tmp, hex, &e));
    assert_string_not_equal(hex, want);
}

/* Every step with no time at all: a block or a folder each. */
static size_t in_pieces(const char *path, char *ret_hex, bool *ret_ok)
{
    struct digest_job *j = digest_job_new(path, NULL);
    struct err e = ERR_INIT;
    bool is_done = false;
    size_t n = 0;
    do {
        n++;
        *ret_ok = digest_job_step(j, 0, &is_done, ret_hex, &e);
    } while (*ret_ok && !is_done);
    digest_job_free(j);
    return n;
}

static void pieces_give_the_same(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(str_release) struct str big = STR_INIT;
    for (size_t i = 0; i < 50000; i++) {
        str_addf(&big, "%zu ", i);
    }
    tmp_file(tmp, "a/big", sv_of(&big));
    tmp_file(tmp, "a/b/c/x", SV("abc"));
    tmp_file(tmp, "empty", SV(""));
    CLEANUP(mem_free_ptr) char *absent = path_join(tmp, "absent");
    CLEANUP(mem_free_ptr) char *file = path_join(tmp, "a/big");
    const struct {
        const char *path;
        size_t steps;
    } cases[] = {{file, 5}, {tmp, 11}};
    struct err e = ERR_INIT;
    bool ok;
    char want[DIGEST_HEX + 1], hex[DIGEST_HEX + 1];
    for (size_t i = 0; i < ALEN(cases); i++) {
        assert_true(digest_tree(cases[i].path, want, &e));
        assert_in_range(in_pieces(cases[i].path, hex, &ok), cases[i].steps, 100);
        assert_true(ok);
        assert_string_equal(hex, want);
    }
    assert_int_equal(in_pieces(absent, hex, &ok), 1);
    assert_false(ok);
}

/* With a memo: how often was it looked into, until the digest was there? */
static size_t with_memo(struct digest_memo *memo, const char *path, char *ret_hex)
{
    struct digest_job *j = digest_job_new(path, memo);
    struct err e = ERR_INIT;
    bool is_done = false;
    size_t n = 0;
    while (!is_done) {
        assert_true(digest_job_step(j, 0, &is_done, ret_hex, &e));
        n++;
    }
    digest_job_free(j);
    return n;
}

static void a_file_is_read_once(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *sh = NULL;
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "new");
    struct digest_memo *memo = digest_memo_new();
    struct err e = ERR_INIT;
    char want[DIGEST_HEX + 1], hex[DIGEST_HEX + 1];
    sh = os_real_path("/bin/sh", &e); /* a file that nobody has changed just now */
    assert_true(digest_file(sh, want, &e));
    assert_in_range(with_memo(memo, sh, hex), 2, 10000);
    assert_string_equal(hex, want);
    assert_int_equal(with_memo(memo, sh, hex), 1);
    assert_string_equal(hex, want);
    /* one that was written just now is looked at each time */
    tmp_file(tmp, "new", SV("one"));
    (void)with_memo(memo, path, want);
    tmp_file(tmp, "new", SV("two"));
    assert_int_equal(with_memo(memo, path, hex), 2);
    assert_string_not_equal(hex, want);
    digest_memo_free(memo);
}

static void *digest_once(void *arg)
{
    struct err e = ERR_INIT;
    return digest_bytes(SV("abc"), arg, &e) ? arg : NULL;
}

static void threads_may_be_first(void **state)
{
    (void)state;
    pthread_t threads[8];
    char hex[8][DIGEST_HEX + 1];
    for (size_t i = 0; i < ALEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, digest_once, hex[i]), 0);
    }
    for (size_t i = 0; i < ALEN(threads); i++) {
        void *done = NULL;
        assert_int_equal(pthread_join(threads[i], &done), 0);
        assert_ptr_equal(done, hex[i]);
        assert_string_equal(hex[i], hex[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_give_the_same),        cmocka_unit_test(a_file_is_read_once),
        cmocka_unit_test(threads_may_be_first),        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(links_in_a_tree_are_refused), cmocka_unit_test(known_digests),
        cmocka_unit_test(a_tree_is_its_sorted_lines),
    };
    return RUN_TESTS(tests);
}
