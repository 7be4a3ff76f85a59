/* Keys files, themes and commands: what is wrong is named with its line; the bundled ones are
 * right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/keymap.h"
#include "tui/theme.h"

static void wrong_keys_files_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"[global]\nj = down\nj = up\n", "k:3"},
        {"[nowhere]\n", "k:1"},
        {"j = fly\n", "k:1"},
        {"<Nope> = down\n", "k:1"},
        {"j\n", "k:1"},
        {"\n# a\n\nj = down x\n", "k:4"},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        struct keymap m;
        struct err e = ERR_INIT;
        keymap_init(&m);
        assert_false(keymap_add(&m, sv_z(rows[i].text), "k", &e));
        assert_non_null(strstr(e.msg, rows[i].want));
        assert_int_equal(m.n, 0);
        keymap_release(&m);
    }
}

static void a_later_file_replaces_and_unbinds(void **state)
{
    (void)state;
    struct keymap m;
    struct key k;
    struct err e = ERR_INIT;
    keymap_init(&m);
    assert_true(keymap_add_default(&m, &e));
    assert_true(keymap_add(&m, SV("K = -\n<C-x> = stop # mine\n[table]\nj = up\n"), "mine", &e));
    assert_true(key_parse(SV("K"), &k));
    assert_null(keymap_find(&m, 0, k));
    assert_true(keymap_key_of(&m, 0, CMD_STOP, &k));
    assert_int_equal(k.code, 'x');
    assert_int_equal(k.mods, KEYMOD_CTRL);
    assert_true(key_parse(SV("j"), &k));
    assert_int_equal(keymap_find(&m, 0, k)->cmd, CMD_DOWN);
    assert_int_equal(keymap_find(&m, KEYCTX_BIT(TABLE), k)->cmd, CMD_UP);
    keymap_release(&m);
}

static void the_bundled_keys_keep_what_is_dangerous_apart(void **state)
{
    (void)state;
    static const char *const never[] = {"<C-a>", "<C-b>", "<C-s>", "<C-q>", "<C-\\>"};
    struct keymap m;
    struct err e = ERR_INIT;
    keymap_init(&m);
    assert_true(keymap_add_default(&m, &e));
    for (size_t i = 0; i < ALEN(never); i++) {
        struct key k;
        assert_true(key_parse(sv_z(never[i]), &k));
        assert_null(keymap_find(&m, ~0u >> (32 - KEYCTX_COUNT), k));
    }
    for (size_t i = 0; i < m.n; i++) {
        if (cmd_info(m.at[i].cmd)->flags & CMD_WRITES) {
            assert_int_equal(m.at[i].key.mods, 0);
        }
    }
    keymap_release(&m);
}

static void every_command_has_a_name_of_its_own_and_a_text(void **state)
{
    (void)state;
    for (int i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        const struct cmd_info *info = cmd_info((enum cmd)i);
        assert_int_equal(cmd_by_name(sv_z(info->name)), i);
        assert_true(*info->text && *cmd_group((enum cmd)i));
    }
    assert_int_equal(cmd_by_name(SV("nope")), CMD_NONE);
    assert_int_equal(cmd_by_name(SV("")), CMD_NONE);
}

static void key_names_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "<",     "jj",   "<>",     "<C->",
                                      "<X-j>", "<S-j>", "\x01", "<C-C-j>"};
    struct key k = {7, 7};
    for (size_t i = 0; i < ALEN(bad); i++) {
        if (strcmp(bad[i], "<") != 0) {
            assert_false(key_parse(sv_z(bad[i]), &k));
        }
    }
    assert_int_equal(k.code, 7);
}

static void wrong_themes_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"dim = 1\nnope = 2\n", "t:2"}, {"dim = 300\n", "t:1"},       {"dim\n", "t:1"},
        {"dim = pink\n", "t:1"},        {"mono.dim = red\n", "t:1"},  {"background = red\n", "t:1"},
        {"dim = 1:200\n", "t:1"},       {"dim = 1 on on 2\n", "t:1"},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        struct theme t;
        struct err e = ERR_INIT;
        assert_false(theme_parse(sv_z(rows[i].text), "t", &t, &e));
        assert_non_null(strstr(e.msg, rows[i].want));
    }
}

static void bundled_themes_load_and_mono_has_no_colour(void **state)
{
    (void)state;
    struct theme t;
    struct err e = ERR_INIT;
    char *name;
    size_t n = 0;
    for (; (name = theme_bundled_name(n)); n++) {
        assert_true(theme_load(name, &t, &e));
        free(name);
        for (int role = 0; role < ROLE_COUNT; role++) {
            struct look look = theme_look(&t, (unsigned)role, COLOUR_MONO);
            assert_true(look.fg == -1 && look.bg == -1);
        }
    }
    assert_true(n >= 3);
    assert_false(theme_load("nope", &t, &e));
    assert_string_equal(theme_guess("0;15"), "light");
    assert_string_equal(theme_guess("15;default;0"), "dark");
    assert_string_equal(theme_guess(NULL), "dark");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_keys_files_name_file_and_line),
        cmocka_unit_test(a_later_file_replaces_and_unbinds),
        cmocka_unit_test(the_bundled_keys_keep_what_is_dangerous_apart),
        cmocka_unit_test(every_command_has_a_name_of_its_own_and_a_text),
        cmocka_unit_test(key_names_that_are_none),
        cmocka_unit_test(wrong_themes_name_file_and_line),
        cmocka_unit_test(bundled_themes_load_and_mono_has_no_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
