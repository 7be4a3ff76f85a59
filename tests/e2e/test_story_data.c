/* The data scientist's look at data: from the list to a column, its rows, what read it, and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "tests/e2e/story.h"
#include "tests/unit/tmp.h"

static const char definition[] =
    "{\"Version\":\"2020-12-01\",\"Parameters\":[],\"Steps\":[{\"Name\":\"one\",\"Type\":"
    "\"Processing\",\"Arguments\":{\"ProcessingResources\":{\"ClusterConfig\":{\"InstanceType\":"
    "\"local\",\"InstanceCount\":1,\"VolumeSizeInGB\":1}},\"AppSpecification\":{\"ImageUri\":"
    "\"none\",\"ContainerEntrypoint\":[\"true\"]},\"ProcessingInputs\":[{\"InputName\":\"data\","
    "\"AppManaged\":false,\"S3Input\":{\"S3Uri\":\"penguins.csv\",\"LocalPath\":"
    "\"/opt/ml/processing/data\",\"S3DataType\":\"S3Prefix\",\"S3InputMode\":\"File\"}}]}}]}";

/* A workspace in which the demo's data was read once. */
static struct world of_penguins(void)
{
    struct world w = story_empty();
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str data = STR_INIT;
    if (!os_read_file("core/templates/tabular/data/penguins.csv", 1 << 20, &data, &e)) {
        fail_msg("%s", e.msg);
    }
    tmp_file(w.dir, "penguins.csv", sv_of(&data));
    tmp_file(w.dir, "read.json", sv_z(definition));
    story_command(&w, (const char *const[]){"run", "read.json", NULL}, &w.execution);
    return w;
}

static void look_at_it(const char *term, const char *lang)
{
    struct world w = of_penguins();
    struct pty *p = story_spawn(&w, term, lang, NULL);
    story_keys(p, ":datasets<Enter>");
    story_text(p, "penguins.csv");
    story_keys(p, "<Enter>");
    story_text(p, "344 rows  8 columns  CSV, 15 KiB  read by 1 execution");
    story_text(p, "32.1   59.6   43.922");
    story_keys(p, "jj");
    story_text(p, "bill_length_mm: number, 342 of 344 rows have a value");
    story_keys(p, "<Tab>");
    story_text(p, "Torgersen");
    story_keys(p, "j<Enter>");
    story_text(p, "island: Torgersen");
    story_keys(p, "q3");
    story_text(p, "as data");
    story_keys(p, "<Enter>");
    assert_true(pty_wait_row(p, 0, w.execution, STORY_MS));
    story_keys(p, "q");
    assert_true(pty_wait_row(p, 0, "datasets", STORY_MS));
    story_keys(p, "1:save out.csv<Enter>");
    story_text(p, "out.csv");
    if (strcmp(lang, "C") == 0) {
        assert_true(pty_is_ascii(p));
    }
    story_keys(p, "qq");
    story_quit(p);
    pty_free(p);
    story_release(&w);
}

static void in_colour(void **state)
{
    (void)state;
    look_at_it("xterm-256color", "C.UTF-8");
}

static void in_mono_and_ascii(void **state)
{
    (void)state;
    look_at_it("vt100", "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_colour),
        cmocka_unit_test(in_mono_and_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
