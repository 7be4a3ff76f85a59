#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/views/golden.h"

static char folder[] = "/tmp/mlw-golden-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    unsetenv("UPDATE_GOLDENS");
    return !mkdtemp(folder) || setenv("GOLDEN_DIR", folder, 1);
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"/a.txt", "/empty.txt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[sizeof folder + 16];
        snprintf(path, sizeof path, "%s%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void update(const char *name, const char *text)
{
    setenv("UPDATE_GOLDENS", "1", 1);
    assert_true(golden_matches(name, text, strlen(text)));
    unsetenv("UPDATE_GOLDENS");
}

static void missing_file_does_not_match(void **state)
{
    (void)state;
    assert_false(golden_matches("a", "x\n", 2));
}

static void any_difference_does_not_match(void **state)
{
    (void)state;
    update("a", "one\ntwo\nthree\n");
    static const char *const others[] = {
        "",         "one\n",        "one\ntwo\nthree", "one\nTWO\nthree\n",
        "\none\n",  "one\nthree\n", "two\nthree\n",    "one\ntwo\nthree\n\n",
        "\n\n\n\n", "three"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(golden_matches("a", others[i], strlen(others[i])));
    }
    golden_assert("a", "one\ntwo\nthree\n");
}

static void update_writes_what_was_drawn(void **state)
{
    (void)state;
    update("a", "new\n");
    golden_assert("a", "new\n");
    update("empty", "");
    golden_assert("empty", "");
    assert_false(golden_matches("empty", "x", 1));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_file_does_not_match),
        cmocka_unit_test(any_difference_does_not_match),
        cmocka_unit_test(update_writes_what_was_drawn),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
