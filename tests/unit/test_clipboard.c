/* The desktop's clipboard: no tool first, then the one that fits. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/executor/clipboard.h"
#include "tmp.h"

static void environment(const char *path, const char *wayland, const char *x11)
{
    (void)setenv("PATH", path, 1);
    (void)setenv("WAYLAND_DISPLAY", wayland, 1);
    (void)setenv("DISPLAY", x11, 1);
    (void)unsetenv("TMUX");
}

/* A program that keeps its words and its input in files beside it, whole at once. */
static void lay_tool(const char *dir, const char *name)
{
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *path = path_join(dir, name);
    CLEANUP(mem_free_ptr)
    char *script = xasprintf("#!/bin/sh\n{ echo \"$*\"; /bin/cat; } > %s.new\n"
                             "/bin/mv %s.new %s.got\n",
                             path, path, path);
    assert_true(os_write_file(path, sv_z(script), &e));
    assert_int_equal(chmod(path, 0700), 0);
}

/* Its file, when it is there; the deadline is long for a machine that is busy. */
static void assert_got(const char *dir, const char *name, const char *want)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s/%s.got", dir, name);
    CLEANUP(str_release) struct str got = STR_INIT;
    struct err e = ERR_INIT;
    int64_t until_ms = clock_mono_ms() + 20000;
    while (!os_exists(path) && clock_mono_ms() < until_ms) {
    }
    assert_true(os_read_file(path, 1 << 20, &got, &e));
    assert_string_equal(got.p, want);
}

static void without_a_desktop_nothing_is_started(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    const char *tool = "x";
    char *dir = tmp_new();
    lay_tool(dir, "wl-copy");
    environment(dir, "", "");
    assert_true(clipboard_put(SV("text"), &tool, &e));
    assert_null(tool);
    environment("/nowhere", "wayland-0", ":0");
    assert_true(clipboard_put(SV("text"), &tool, &e));
    assert_null(tool);
    tmp_free(&dir);
}

static void the_tool_that_fits_gets_the_text(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    const char *tool = NULL;
    char *dir = tmp_new();
    lay_tool(dir, "wl-copy");
    lay_tool(dir, "xclip");
    environment(dir, "", ":0");
    assert_true(clipboard_put(SV("two\nlines $(date) `id`"), &tool, &e));
    assert_string_equal(tool, "xclip");
    assert_got(dir, "xclip", "-selection clipboard -in\ntwo\nlines $(date) `id`");
    environment(dir, "wayland-0", ":0");
    assert_true(clipboard_put(SV("é"), &tool, &e));
    assert_string_equal(tool, "wl-copy");
    assert_got(dir, "wl-copy", "\né");
    tmp_free(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_desktop_nothing_is_started),
        cmocka_unit_test(the_tool_that_fits_gets_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
