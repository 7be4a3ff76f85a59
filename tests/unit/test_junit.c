/* junit: text that XML has no place for, steps in every state, and names that are no files. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/cmd/junit.h"
#include "tests/unit/tmp.h"

static const struct execution_row execution = {
    .id = "abc", .pipeline = "p", .status = "Failed", .actor = "me", .started_ms = 1000};

static void print(struct str *out, const struct junit_step *steps, size_t n)
{
    junit_print(out, &execution, steps, n, 4000);
}

static bool holds(const struct str *out, const char *part)
{
    return sv_find(sv_of(out), sv_z(part)) != SIZE_MAX;
}

/* Only characters of XML 1.0, and no bare one of its own outside tags. */
static void text_that_xml_has_no_place_for(void **state)
{
    static const struct {
        const char *log, *shown;
    } cases[] = {
        {"]]>", "]]&gt;"},
        {"<a href=\"x\">&", "&lt;a href=&quot;x&quot;&gt;&amp;"},
        {"\x01\x02\x7f", ">\xef\xbf\xbd\xef\xbf\xbd\x7f<"},
        {"\xff\xfe", ">\xef\xbf\xbd\xef\xbf\xbd<"},
        {"\xef\xbf\xbe", ">\xef\xbf\xbd<"},           /* U+FFFE */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
        {"a\rb", "a&#13;b"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"a\tb\nc", "a\tb\nc"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct step_row row = {.name = "s", .type = "T", .status = "Failed", .failure = "f"};
        struct junit_step step = {&row, cases[i].log};
        CLEANUP(str_release) struct str out = STR_INIT;
        print(&out, &step, 1);
        if (!holds(&out, cases[i].shown)) {
            fail_msg("%zu: %s", i, out.p);
        }
    }
    struct step_row row = {
        .name = "a\"<\n\x1b[1m", .type = "\x01", .status = "Failed", .failure = "]]>\n\"\x02"};
    struct junit_step step = {&row, NULL};
    CLEANUP(str_release) struct str out = STR_INIT;
    print(&out, &step, 1);
    assert_true(holds(&out, "name=\"a&quot;&lt; \xc2\xb7[1m\""));
    assert_true(holds(&out, "message=\"]]&gt; &quot;\xc2\xb7\""));
    assert_false(holds(&out, "\x1b"));
}

static void a_reason_is_bounded(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str reason = STR_INIT, out = STR_INIT;
    str_addn(&reason, 'x', 10 * JUNIT_REASON_BYTES);
    struct step_row row = {.name = "s", .type = "T", .status = "Failed", .failure = reason.p};
    struct junit_step step = {&row, NULL};
    print(&out, &step, 1);
    assert_in_range(out.n, 2 * JUNIT_REASON_BYTES, 2 * JUNIT_REASON_BYTES + 1000);
    assert_true(holds(&out, "x\xe2\x80\xa6</failure>"));
}

static void each_state_is_counted(void **state)
{
    static const struct {
        const char *status, *part;
        int64_t started_ms;
    } cases[] = {
        {"Succeeded", "time=\"1.500\"/>", 1000},
        {"Failed", "<failure message=\"why\" type=\"T\">why</failure>", 1000},
        {"Stopped", "<error message=\"stopped\"", 1000},
        {"Executing", "<error message=\"had not ended when this was written\"", 1000},
        {"Starting", "<error", 1000},
        {"waiting", "<skipped message=\"not begun\"/>", 0},
        {"skipped", "<skipped message=\"its branch was not taken\"/>", 0},
        {"Stopped", "<skipped", 0},
        {"of a newer mlw", "<skipped", 0},
    };
    struct step_row rows[ALEN(cases)];
    struct junit_step steps[ALEN(cases)];
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        rows[i] = (struct step_row){.name = "s",
                                    .type = "T",
                                    .status = cases[i].status,
                                    .started_ms = cases[i].started_ms,
                                    .ended_ms = cases[i].started_ms ? 2500 : 0};
        rows[i].failure = z_eq(cases[i].status, "Failed") ? "why" : NULL;
        steps[i] = (struct junit_step){&rows[i], NULL};
        CLEANUP(str_release) struct str one = STR_INIT;
        print(&one, &steps[i], 1);
        if (!holds(&one, cases[i].part)) {
            fail_msg("%s: %s", cases[i].status, one.p);
        }
    }
    CLEANUP(str_release) struct str out = STR_INIT;
    print(&out, steps, ALEN(cases));
    assert_true(holds(&out,
                      "<testsuite name=\"p\" tests=\"9\" failures=\"1\" errors=\"3\""
                      " skipped=\"4\" time=\"3.000\" timestamp=\"1970-01-01T00:00:01.000Z\""));
    str_clear(&out);
    print(&out, NULL, 0);
    assert_true(holds(&out, "tests=\"0\""));
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *dir = tmp_new();
    static const char *const names[] = {"",        "absent/x",  "folder",
                                        "folder/", "/dev/null", "/proc/self/x"};
    CLEANUP(mem_free_ptr) char *folder = path_join(dir, "folder");
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < ALEN(names); i++) {
        CLEANUP(mem_free_ptr) char *file = names[i][0] ? path_join(dir, names[i]) : xstrdup("");
        struct err e = ERR_INIT;
        char *path = NULL;
        if (junit_probe(file, &path, &e) || path || e.code != ERR_IO || !e.hint[0]) {
            fail_msg("%s: %s", file, e.msg);
        }
    }
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *file = path_join(dir, "r.xml");
    char *path = NULL;
    assert_true(junit_probe(file, &path, &e));
    assert_string_equal(path, file);
    assert_false(os_exists(file));
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_xml_has_no_place_for),
        cmocka_unit_test(a_reason_is_bounded),
        cmocka_unit_test(each_state_is_counted),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    utf8_init_locale();
    return RUN_TESTS(tests);
}
