/* tar: hostile archives are refused and leave nothing outside; packing is reproducible. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/tar.h"
#include "tests/unit/tmp.h"

/* One ustar entry: header, then the bytes padded to 512. */
static void add_entry(struct str *out, const char *name, char type, const char *link,
                      struct sv bytes)
{
    char header[512] = {0};
    snprintf(header, 100, "%s", name);
    memcpy(header + 100, "0000644", 8);
    memcpy(header + 108, "0000000", 8);
    memcpy(header + 116, "0000000", 8);
    snprintf(header + 124, 12, "%011o", (unsigned)bytes.n);
    memcpy(header + 136, "00000000000", 12);
    memset(header + 148, ' ', 8);
    header[156] = type;
    snprintf(header + 157, 100, "%s", link);
    memcpy(header + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof header; i++) {
        sum += (unsigned char)header[i];
    }
    snprintf(header + 148, 8, "%06o", sum);
    str_add(out, header, sizeof header);
    str_addsv(out, bytes);
    str_addn(out, 0, (512 - bytes.n % 512) % 512);
}

struct fixture {
    char *tmp, *archive, *dir;
};

static void fixture_init(struct fixture *f)
{
    struct err e = ERR_INIT;
    f->tmp = tmp_new();
    f->archive = path_join(f->tmp, "a.tar");
    f->dir = path_join(f->tmp, "out");
    assert_true(os_mkdirs(f->dir, &e));
}

static void fixture_release(struct fixture *f)
{
    free(f->archive);
    free(f->dir);
    tmp_free(&f->tmp);
}

static bool unpack(struct fixture *f, const struct str *bytes, uint64_t max_bytes, struct err *e)
{
    tmp_file(f->tmp, "a.tar", sv_of(bytes));
    return tar_unpack(f->archive, f->dir, max_bytes, e);
}

static void hostile_entries_are_refused(void **state)
{
    static const struct {
        const char *name;
        char type;
        const char *link, *part;
    } cases[] = {
        {"/etc/mlw-evil", '0', "", "outside"},     {"../evil", '0', "", "outside"},
        {"a/../../evil", '0', "", "outside"},      {"a/..", '5', "", "outside"},
        {"link", '2', "/etc/passwd", "is a link"}, {"link", '2', "good", "is a link"},
        {"hard", '1', "good", "is a link"},        {"fifo", '6', "", "no file or folder"},
        {"device", '3', "", "no file or folder"},  {"block", '4', "", "no file or folder"},
        {"good/below", '0', "", "good"},           {".", '0', "", "is no file name"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(fixture_release) struct fixture f;
        fixture_init(&f);
        CLEANUP(str_release) struct str bytes = STR_INIT;
        struct err e = ERR_INIT;
        add_entry(&bytes, "good", '0', "", SV("fine"));
        add_entry(&bytes, cases[i].name, cases[i].type, cases[i].link, SV(""));
        str_addn(&bytes, 0, 1024);
        if (unpack(&f, &bytes, 1 << 20, &e) || !strstr(e.msg, cases[i].part)) {
            fail_msg("\"%s\" (%c): %s", cases[i].name, cases[i].type, e.msg);
        }
        CLEANUP(mem_free_ptr) char *evil = path_join(f.tmp, "evil");
        assert_false(os_exists(evil));
        assert_false(os_exists("/etc/mlw-evil"));
    }
}

static void links_in_the_folder_are_not_followed(void **state)
{
    (void)state;
    CLEANUP(fixture_release) struct fixture f;
    fixture_init(&f);
    CLEANUP(str_release) struct str bytes = STR_INIT, got = STR_INIT;
    CLEANUP(mem_free_ptr) char *folder = path_join(f.dir, "folder");
    CLEANUP(mem_free_ptr) char *file = path_join(f.dir, "file");
    struct err e = ERR_INIT;
    tmp_file(f.tmp, "outside", SV("kept"));
    assert_int_equal(symlink(f.tmp, folder), 0);
    assert_int_equal(symlink("../outside", file), 0);
    add_entry(&bytes, "file", '0', "", SV("new"));
    str_addn(&bytes, 0, 1024);
    assert_true(unpack(&f, &bytes, 1 << 20, &e));
    tmp_read(f.tmp, "out/file", &got);
    assert_string_equal(got.p, "new");
    str_clear(&bytes);
    add_entry(&bytes, "folder/outside", '0', "", SV("evil"));
    str_addn(&bytes, 0, 1024);
    assert_false(unpack(&f, &bytes, 1 << 20, &e));
    tmp_read(f.tmp, "outside", &got);
    assert_string_equal(got.p, "kept");
}

static void caps_hold(void **state)
{
    (void)state;
    CLEANUP(fixture_release) struct fixture f;
    fixture_init(&f);
    CLEANUP(str_release) struct str bytes = STR_INIT, name = STR_INIT;
    struct err e = ERR_INIT;
    add_entry(&bytes, "a", '0', "", SV("12345"));
    add_entry(&bytes, "b", '0', "", SV("12345"));
    str_addn(&bytes, 0, 1024);
    assert_true(unpack(&f, &bytes, 10, &e));
    assert_false(unpack(&f, &bytes, 9, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_non_null(strstr(e.msg, "\"b\""));
    /* depth: a long name in a GNU entry of its own */
    for (size_t i = 0; i <= TAR_MAX_DEPTH; i++) {
        str_addz(&name, "d/");
    }
    str_clear(&bytes);
    add_entry(&bytes, "././@LongLink", 'L', "", (struct sv){name.p, name.n + 1});
    add_entry(&bytes, "d", '5', "", SV(""));
    str_addn(&bytes, 0, 1024);
    assert_false(unpack(&f, &bytes, 10, &e));
    assert_non_null(strstr(e.msg, "too deep"));
}

static void torn_and_foreign_bytes_are_corrupt(void **state)
{
    (void)state;
    CLEANUP(fixture_release) struct fixture f;
    fixture_init(&f);
    CLEANUP(str_release) struct str bytes = STR_INIT;
    struct err e = ERR_INIT;
    assert_false(unpack(&f, &bytes, 10, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    str_addz(&bytes, "no archive at all, but some text that is long enough to be looked at");
    assert_false(unpack(&f, &bytes, 10, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    /* a whole tar.gz, cut at every tenth byte */
    CLEANUP(mem_free_ptr) char *from = path_join(f.tmp, "from");
    CLEANUP(mem_free_ptr) char *packed = path_join(f.tmp, "p.tar.gz");
    CLEANUP(str_release) struct str whole = STR_INIT;
    tmp_file(f.tmp, "from/file", SV("some bytes"));
    assert_true(tar_pack(from, packed, &e));
    tmp_read(f.tmp, "p.tar.gz", &whole);
    for (size_t n = 1; n < whole.n - 8; n += 10) {
        str_clear(&bytes);
        str_add(&bytes, whole.p, n);
        assert_false(unpack(&f, &bytes, 1000, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
    }
    assert_true(unpack(&f, &whole, 1000, &e));
    assert_false(tar_unpack("/nonexistent.tar", f.dir, 10, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_false(tar_unpack(f.archive, "/nonexistent", 10, &e));
}

static void packing_refuses_what_leads_out(void **state)
{
    static const struct {
        const char *name, *target;
        bool is_fine;
    } cases[] = {
        {"l", "/etc/passwd", false}, {"l", "../x", false},    {"sub/l", "../../x", false},
        {"l", "sub/../../x", false}, {"l", "sub/file", true}, {"sub/l", "../sub/file", true},
        {"sub/l", "./file", true},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(tmp_free) char *tmp = tmp_new();
        CLEANUP(mem_free_ptr) char *from = path_join(tmp, "from");
        CLEANUP(mem_free_ptr) char *link = path_join(from, cases[i].name);
        CLEANUP(mem_free_ptr) char *to = path_join(tmp, "p.tar.gz");
        struct err e = ERR_INIT;
        tmp_file(tmp, "from/sub/file", SV("x"));
        assert_int_equal(symlink(cases[i].target, link), 0);
        assert_int_equal(tar_pack(from, to, &e), cases[i].is_fine);
        assert_int_equal(os_exists(to), cases[i].is_fine);
        assert_true(cases[i].is_fine || strstr(e.msg, cases[i].target));
    }
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *fifo = path_join(tmp, "fifo");
    struct err e = ERR_INIT;
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_false(tar_pack(tmp, "/tmp/mlw-test-never.tar.gz", &e));
    assert_false(os_exists("/tmp/mlw-test-never.tar.gz"));
    assert_false(tar_pack("/nonexistent", "/tmp/mlw-test-never.tar.gz", &e));
    /* an existing file is not written over */
    tmp_file(tmp, "there", SV("kept"));
    CLEANUP(mem_free_ptr) char *there = path_join(tmp, "there");
    assert_int_equal(unlink(fifo), 0);
    assert_false(tar_pack(tmp, there, &e));
    assert_true(os_exists(there));
}

static void fill(const char *tmp, const char *dir, bool backwards)
{
    static const char *const names[] = {"b.txt", "a/x", "a/\xc3\xa9t\xc3\xa9", "a-b", "raw\xff"};
    for (size_t i = 0; i < ALEN(names); i++) {
        const char *name = names[backwards ? ALEN(names) - 1 - i : i];
        CLEANUP(mem_free_ptr) char *rel = path_join(dir, name);
        tmp_file(tmp, rel, sv_z(name));
    }
    CLEANUP(mem_free_ptr) char *empty = path_join3(tmp, dir, "empty");
    CLEANUP(mem_free_ptr) char *program = path_join3(tmp, dir, "b.txt");
    assert_int_equal(mkdir(empty, backwards ? 0700 : 0755), 0);
    assert_int_equal(chmod(program, backwards ? 0700 : 0755), 0);
}

static void the_same_tree_gives_the_same_bytes(void **state)
{
    (void)state;
    CLEANUP(fixture_release) struct fixture f;
    fixture_init(&f);
    fill(f.tmp, "one", false);
    fill(f.tmp, "two", true);
    CLEANUP(mem_free_ptr) char *one = path_join(f.tmp, "one");
    CLEANUP(mem_free_ptr) char *two = path_join(f.tmp, "two");
    CLEANUP(mem_free_ptr) char *gz1 = path_join(f.tmp, "1.tar.gz");
    CLEANUP(mem_free_ptr) char *gz2 = path_join(f.tmp, "2.tar.gz");
    CLEANUP(str_release) struct str a = STR_INIT, b = STR_INIT;
    struct err e = ERR_INIT;
    assert_true(tar_pack(one, gz1, &e));
    assert_true(tar_pack(two, gz2, &e));
    tmp_read(f.tmp, "1.tar.gz", &a);
    tmp_read(f.tmp, "2.tar.gz", &b);
    assert_true(sv_eq(sv_of(&a), sv_of(&b)));
    char want[DIGEST_HEX + 1], hex[DIGEST_HEX + 1];
    if (!tar_unpack(gz1, f.dir, 1000, &e)) {
        fail_msg("%s", e.msg);
    }
    assert_true(digest_tree(one, want, &e));
    assert_true(digest_tree(f.dir, hex, &e));
    assert_string_equal(hex, want);
    CLEANUP(mem_free_ptr) char *empty = path_join(f.dir, "empty");
    assert_true(os_is_dir(empty));
}

static void an_empty_folder_packs(void **state)
{
    (void)state;
    CLEANUP(fixture_release) struct fixture f;
    fixture_init(&f);
    CLEANUP(mem_free_ptr) char *to = path_join(f.tmp, "e.tar.gz");
    struct err e = ERR_INIT;
    assert_true(tar_pack(f.dir, to, &e));
    assert_true(tar_unpack(to, f.dir, 0, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_entries_are_refused),
        cmocka_unit_test(links_in_the_folder_are_not_followed),
        cmocka_unit_test(caps_hold),
        cmocka_unit_test(torn_and_foreign_bytes_are_corrupt),
        cmocka_unit_test(packing_refuses_what_leads_out),
        cmocka_unit_test(the_same_tree_gives_the_same_bytes),
        cmocka_unit_test(an_empty_folder_packs),
    };
    return RUN_TESTS(tests);
}
