/* mlw(1) is in step with the table of commands: every command, every option, every value word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/os.h"
#include "core/cmd/cmd.h"
#include "core/cmd/complete.h"

static void read_manual(struct str *out)
{
    struct err e;
    if (!os_read_file("man/mlw.1", 1 << 20, out, &e)) {
        fail_msg("%s", e.msg);
    }
}

static void check_options(const struct str *manual, const char *command,
                          const struct cmd_option *options)
{
    for (const struct cmd_option *o = options; o && o->long_name; o++) {
        CLEANUP(str_release) struct str flag = STR_INIT;
        str_addf(&flag, "Fl -%s", o->long_name);
        if (o->short_name && strcmp(o->long_name, "help") != 0) {
            str_setf(&flag, "Fl %c , Fl -%s", o->short_name, o->long_name);
        }
        if (o->value) {
            str_addf(&flag, " Ar %s", o->value);
        }
        if (!strstr(manual->p, flag.p)) {
            fail_msg("man/mlw.1 lacks \"%s\" of %s", flag.p, command);
        }
    }
}

static void every_command_is_in_the_manual(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    read_manual(&manual);
    for (const struct cmd_info *c = cmd_table; c->name; c++) {
        CLEANUP(str_release) struct str item = STR_INIT;
        str_addf(&item, "Cm %s", c->name);
        if (!c->is_hidden && !strstr(manual.p, item.p)) {
            fail_msg("man/mlw.1 lacks the command %s", c->name);
        }
        if (!c->is_hidden) {
            check_options(&manual, c->name, c->options);
        }
    }
}

static void every_global_option_is_in_the_manual(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    read_manual(&manual);
    check_options(&manual, "mlw", cmd_global_options);
}

static void every_kind_is_in_the_manual(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    read_manual(&manual);
    const char *from = strstr(manual.p, "The kinds are"), *to = from ? strchr(from, '.') : NULL;
    assert_non_null(to);
    struct sv list = {from, (size_t)(to - from)};
    for (enum kind k = 0; k < KIND_COUNT; k++) {
        if (sv_find(list, sv_z(kinds[k].plural)) == SIZE_MAX) {
            fail_msg("\"The kinds are\" of man/mlw.1 lacks %s", kinds[k].plural);
        }
    }
}

static void check_placeholder(const char *command, struct sv text)
{
    struct sv word;
    while (sv_split(&text, ' ', &word)) {
        if (word.n > 3 && strncmp(word.p + word.n - 3, "...", 3) == 0) {
            word.n -= 3;
        }
        if (word.n && !sv_eqz(word, "|") && !complete_knows(word)) {
            fail_msg("completion does not know %.*s of mlw %s: core/cmd/complete_values.c",
                     (int)word.n, word.p, command);
        }
    }
}

static void check_values(const char *command, const struct cmd_option *options)
{
    for (const struct cmd_option *o = options; o && o->long_name; o++) {
        assert_true((o->value != NULL) == (o->type != OPTION_FLAG));
        check_placeholder(command, sv_z(o->value ? o->value : ""));
    }
}

static void every_placeholder_is_known_to_completion(void **state)
{
    (void)state;
    assert_false(complete_knows(SV("NOTHING")));
    assert_false(complete_knows(SV("json|NOTHING")));
    check_values("", cmd_global_options);
    for (const struct cmd_info *c = cmd_table; c->name; c++) {
        if (!c->is_hidden) {
            check_values(c->name, c->options);
            check_placeholder(c->name, sv_z(c->args));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_in_the_manual),
        cmocka_unit_test(every_global_option_is_in_the_manual),
        cmocka_unit_test(every_kind_is_in_the_manual),
        cmocka_unit_test(every_placeholder_is_known_to_completion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
