/* ini: wrong lines are refused with their number; keys hold colons and globs; comments are lines.
 */
#include "tests/unit/test.h"

#include "core/base/ini.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "tests/unit/tmp.h"

static bool note(void *arg, const char *section, const char *key, const char *value, int line,
                 struct err *e)
{
    struct str *out = arg;
    str_addf(out, "%d[%s]<%s>=<%s>|", line, section, key, value);
    return strcmp(key, "refused") != 0 || err_set(e, ERR_INVALID, "I refuse");
}

static void wrong_lines_are_refused(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"word\n", "conf:1: the line is neither"},
        {"\n\nkey : value\n", "conf:3: the line is neither"},
        {"[a\n", "conf:1: the section has no ]"},
        {"[]\n", "conf:1: the section has no name"},
        {"[ ]\n", "conf:1: the section has no name"},
        {"[a] x = y\n", "conf:1: something follows"},
        {"[a-z]* = y\n", "conf:1: something follows"},
        {"[0123456789012345678901234567890123456789012345678]\n", "too long"},
        {" = value\n", "conf:1: there is no key"},
        {"\"\" = value\n", "conf:1: the key is empty"},
        {"\"a = value\n", "conf:1: the line is neither"},
        {"a = b\n# \x1b[31m\n", "conf:2: the line holds a control"},
        {"a = b\x7f\n", "conf:1: the line holds a control"},
        {"a = b\x01\n", "conf:1: the line holds a control"},
        {"a = \xff\n", "conf:1: the line is not UTF-8"},
        {"a = b\nrefused = 1\n", "conf:2: I refuse"},
        {"refused = 1\nword\n", "conf:1: I refuse"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str got = STR_INIT;
        struct err e = ERR_INIT;
        assert_false(ini_read(sv_z(cases[i].text), "conf", note, &got, &e));
        if (e.code != ERR_INVALID || !strstr(e.msg, cases[i].part)) {
            fail_msg("\"%s\": %s", cases[i].text, e.msg);
        }
    }
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str got = STR_INIT;
    assert_false(ini_read((struct sv){"a=b\0c\n", 6}, "conf", note, &got, &e));
}

static void large_texts_are_refused(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT, got = STR_INIT;
    struct err e = ERR_INIT;
    str_addz(&text, "k = ");
    str_addn(&text, 'v', INI_MAX_LINE_BYTES - 4);
    assert_true(ini_read(sv_of(&text), "conf", note, &got, &e));
    assert_int_equal(got.n, strlen("1[]<k>=<>|") + INI_MAX_LINE_BYTES - 4);
    str_addn(&text, 'v', 4);
    assert_false(ini_read(sv_of(&text), "conf", note, &got, &e));
    assert_non_null(strstr(e.msg, "conf:1: the line is too long"));
    str_clear(&text);
    str_addn(&text, '\n', INI_MAX_BYTES + 1);
    assert_false(ini_read(sv_of(&text), "conf", note, &got, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_false(ini_read_file("/nonexistent/conf", note, &got, &e));
    assert_non_null(strstr(e.msg, "/nonexistent/conf"));
}

static void texts_are_read(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"\n \n\t\n", ""},
        {"# c\n; c\n  # c = d\n", ""},
        {"a=b", "1[]<a>=<b>|"},
        {"\xEF\xBB\xBF[s]\r\n a  =  b c \r\n", "2[s]<a>=<b c>|"},
        {"[ s t ]\na =\n", "2[ s t ]<a>=<>|"},
        {"[s]\n123.dkr.ecr.*/x:1.0-* = rootfs /srv/a b\n",
         "2[s]<123.dkr.ecr.*/x:1.0-*>=<rootfs /srv/a b>|"},
        {"c = sh -c 'a ; b # c'\n", "1[]<c>=<sh -c 'a ; b # c'>|"},
        {"c = #ff0000\n", "1[]<c>=<#ff0000>|"},
        {"c = a:b=c\n", "1[]<c>=<a:b=c>|"},
        {"a = 1\n  b = 2\n\n c = 3\n", "1[]<a>=<1>|2[]<b>=<2>|4[]<c>=<3>|"},
        {"a = 1\na = 2\n", "1[]<a>=<1>|2[]<a>=<2>|"},
        {"\"#\" = x\n\";\" = y\n\"=\" = z\n\"\"\" = q\n\"[a-z]:*\"=w\n",
         "1[]<#>=<x>|2[]<;>=<y>|3[]<=>=<z>|4[]<\">=<q>|5[]<[a-z]:*>=<w>|"},
        {"a;b ;c = d\n", "1[]<a;b ;c>=<d>|"},
        {"k = \"v\"\n", "1[]<k>=<\"v\">|"},
        {"é = ü\n", "1[]<é>=<ü>|"},
    };
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "conf");
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str got = STR_INIT;
        struct err e = ERR_INIT;
        assert_true(ini_read(sv_z(cases[i].text), "conf", note, &got, &e));
        assert_string_equal(got.p, cases[i].want);
        str_clear(&got);
        tmp_file(tmp, "conf", sv_z(cases[i].text));
        assert_true(ini_read_file(path, note, &got, &e));
        assert_string_equal(got.p, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(large_texts_are_refused),
        cmocka_unit_test(texts_are_read),
    };
    return RUN_TESTS(tests);
}
