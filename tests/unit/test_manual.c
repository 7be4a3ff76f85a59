/* mlw(1) is in step with the table of commands: every command, every option, every value word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/os.h"
#include "core/cmd/cmd.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_is_in_the_manual),
        cmocka_unit_test(every_global_option_is_in_the_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
