/* os: refusals with the path, whole writes, trees without following links, a full disk. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "tests/unit/tmp.h"

static void reading_refuses(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *file = path_join(tmp, "f");
    CLEANUP(str_release) struct str out = STR_INIT;
    struct err e = ERR_INIT;
    assert_false(os_read_file(file, 10, &out, &e));
    assert_int_equal(e.sys, ENOENT);
    assert_non_null(strstr(e.msg, file));
    assert_false(os_read_file(tmp, 10, &out, &e));
    assert_non_null(strstr(e.msg, "folder"));
    tmp_file(tmp, "f", SV("12345678901"));
    assert_false(os_read_file(file, 10, &out, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(out.n, 0);
    assert_false(os_read_file("/proc/cpuinfo", 1, &out, &e)); /* its size reads as 0 */
    assert_int_equal(e.code, ERR_LIMIT);
    str_clear(&out);
    assert_true(os_read_file(file, 11, &out, &e));
    assert_string_equal(out.p, "12345678901");
}

static void failed_writes_leave_nothing(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *in_nothing = path_join(tmp, "no/f");
    CLEANUP(mem_free_ptr) char *folder = path_join(tmp, "folder");
    struct err e = ERR_INIT;
    struct os_names names;
    assert_false(os_write_file(in_nothing, SV("x"), &e));
    assert_int_equal(e.sys, ENOENT);
    assert_true(os_mkdirs(folder, &e));
    assert_false(os_write_file(folder, SV("x"), &e));
    assert_true(os_list(tmp, &names, &e));
    assert_int_equal(names.n, 1);
    os_names_release(&names);
    assert_false(os_list(in_nothing, &names, &e));
    assert_false(os_rename(in_nothing, folder, &e));
    assert_null(os_real_path(in_nothing, &e));
}

static void writing_replaces_whole_and_private(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *file = path_join(tmp, "f");
    CLEANUP(str_release) struct str got = STR_INIT;
    struct err e = ERR_INIT;
    struct stat st;
    assert_true(os_write_file(file, SV("a longer text"), &e));
    assert_true(os_write_file(file, SV("short"), &e));
    tmp_read(tmp, "f", &got);
    assert_string_equal(got.p, "short");
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    CLEANUP(mem_free_ptr) char *deep = path_join(tmp, "a/b//c/");
    assert_true(os_mkdirs(deep, &e));
    assert_true(os_mkdirs(deep, &e));
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    CLEANUP(mem_free_ptr) char *below_file = path_join(file, "x");
    assert_false(os_mkdirs(below_file, &e));
    assert_false(os_mkdirs(file, &e));
    assert_false(os_mkdirs("", &e));
}

static void removing_does_not_follow_links(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *tree = path_join(tmp, "tree");
    CLEANUP(mem_free_ptr) char *link = path_join(tmp, "tree/sub/link");
    CLEANUP(mem_free_ptr) char *kept = path_join(tmp, "kept");
    CLEANUP(mem_free_ptr) char *kept_file = path_join(tmp, "kept/f");
    struct err e = ERR_INIT;
    tmp_file(tmp, "kept/f", SV("x"));
    tmp_file(tmp, "tree/sub/f", SV("x"));
    assert_int_equal(symlink(kept, link), 0);
    assert_true(os_remove_tree(tree, &e));
    assert_false(os_exists(tree));
    assert_true(os_exists(kept_file));
    assert_true(os_remove_tree(tree, &e)); /* an absent path is success */
    assert_int_equal(symlink(kept, tree), 0);
    assert_true(os_remove_tree(tree, &e));
    assert_true(os_exists(kept_file));
    assert_false(os_remove_tree("/proc/self/status", &e));
    assert_non_null(strstr(e.msg, "/proc/self/status"));
}

static void copying(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *from = path_join(tmp, "from");
    CLEANUP(mem_free_ptr) char *to = path_join(tmp, "to");
    CLEANUP(mem_free_ptr) char *fifo = path_join(tmp, "fifo");
    CLEANUP(str_release) struct str text = STR_INIT, got = STR_INIT;
    struct err e = ERR_INIT;
    struct stat st;
    str_addn(&text, 'x', 200000);
    tmp_file(tmp, "from", sv_of(&text));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_false(os_copy_file(fifo, to, &e));
    assert_false(os_copy_file(tmp, to, &e));
    assert_false(os_copy_file(from, tmp, &e));
    assert_false(os_exists(to));
    assert_false(os_copy_file(from, from, &e));
    tmp_read(tmp, "from", &got);
    assert_int_equal(got.n, text.n);
    assert_int_equal(chmod(from, 0700), 0);
    assert_true(os_copy_file(from, to, &e));
    assert_int_equal(stat(to, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    tmp_read(tmp, "to", &got);
    assert_true(sv_eq(sv_of(&got), sv_of(&text)));
    tmp_file(tmp, "from", SV("less"));
    assert_true(os_copy_file(from, to, &e));
    tmp_read(tmp, "to", &got);
    assert_string_equal(got.p, "less");
}

static void names_are_sorted_by_bytes(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct os_names names;
    tmp_file(tmp, "b", SV(""));
    tmp_file(tmp, "a/x", SV(""));
    tmp_file(tmp, "B", SV(""));
    tmp_file(tmp, ".h", SV(""));
    assert_true(os_list(tmp, &names, &e));
    static const char *const want[] = {".h", "B", "a", "b"};
    assert_int_equal(names.n, ALEN(want));
    for (size_t i = 0; i < names.n; i++) {
        assert_string_equal(names.at[i], want[i]);
    }
    os_names_release(&names);
}

static void the_process_is_known(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *self = os_real_path("/proc/self/exe", &e);
    assert_string_equal(os_self_exe(), self);
    assert_true(os_process_start(getpid()) > 0);
    assert_true(os_process_start(getpid()) == os_process_start(getpid()));
    assert_true(os_process_start(0x7FFFFFFF) == 0);
    assert_false(os_is_network_fs("/proc"));
    assert_false(os_is_network_fs("/nonexistent"));
    char a[13], b[13];
    os_random_id(a, 12, false);
    os_random_id(b, 12, false);
    assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz0123456789"), 12);
    assert_string_not_equal(a, b);
}

/* Probe: may this process mount a tmpfs? */
static void a_full_disk_is_named(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    if (mount("none", tmp, "tmpfs", 0, "size=64k,mode=700") != 0) {
        print_message("skipped: no tmpfs can be mounted here (%s)\n", strerror(errno));
        skip();
    }
    CLEANUP(mem_free_ptr) char *file = path_join(tmp, "f");
    CLEANUP(str_release) struct str text = STR_INIT, got = STR_INIT;
    struct err e = ERR_INIT;
    struct os_names names;
    bool is_small_written = os_write_file(file, SV("small"), &e);
    str_addn(&text, 'x', 100000);
    bool is_large_written = os_write_file(file, sv_of(&text), &e);
    bool is_read = os_read_file(file, 100, &got, &(struct err)ERR_INIT);
    bool is_listed = os_list(tmp, &names, &(struct err)ERR_INIT);
    bool is_full = os_disk_is_full(tmp); /* 64 KiB, less what is there */
    assert_int_equal(umount(tmp), 0);
    assert_true(is_full);
    assert_false(os_disk_is_full(tmp));
    assert_true(is_small_written);
    assert_false(is_large_written);
    assert_int_equal(e.code, ERR_NO_SPACE);
    assert_true(is_read);
    assert_string_equal(got.p, "small");
    assert_true(is_listed);
    assert_int_equal(names.n, 1);
    os_names_release(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_refuses),
        cmocka_unit_test(failed_writes_leave_nothing),
        cmocka_unit_test(writing_replaces_whole_and_private),
        cmocka_unit_test(removing_does_not_follow_links),
        cmocka_unit_test(copying),
        cmocka_unit_test(names_are_sorted_by_bytes),
        cmocka_unit_test(the_process_is_known),
        cmocka_unit_test(a_full_disk_is_named),
    };
    return RUN_TESTS(tests);
}
