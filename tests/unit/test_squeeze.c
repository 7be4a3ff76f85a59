/* Bytes for the terminal: what must pass as it is first. */
#include "test.h"

#include "core/base/mem.h"
#include "tui/squeeze.h"

static const struct {
    const char *bytes, *want;
} rows[] = {
    /* not ours */
    {"", ""},
    {"\033", "\033"},
    {"\033[", "\033["},
    {"\033[1", "\033[1"},
    {"\033[1;", "\033[1;"},
    {"\033[>4;1m\033[1m", "\033[>4;1m\033[1m"},
    {"\033[4:3m\033[1m", "\033[4:3m\033[1m"},
    {"\033[999m\033[m", "\033[999m\033[m"},
    {"\033[1;1H\033[m", "\033[1;1H\033[m"},
    {"\033[1;2;3;4;5;6;7;8;9;10;11;12;13m\033[m", "\033[1;2;3;4;5;6;7;8;9;10;11;12;13m\033[m"},
    {"\033[m", "\033[m"},
    {"\033[0;7m", "\033[0;7m"},
    {"\033[m.\033[1m", "\033[m.\033[1m"},
    /* one for many */
    {"\033[39m\033[m", "\033[m"},
    {"\033[0m\033[38;5;245m", "\033[0;38;5;245m"},
    {"\033[1m\033[4m\033[31mx", "\033[1;4;31mx"},
    {"\033[1m\033[0;7m", "\033[0;7m"},
    {"a\033[38;5;0m\033[1mb", "a\033[38;5;0;1mb"},
    {"\033[48;2;1;0;3m\033[7m", "\033[48;2;1;0;3;7m"},
    {"\033[39m\033(B\033[m", "\033[m"},
    {"\033[31m\017\033[1m\033(B", "\033[31;1m"},
    /* too many for one */
    {"\033[1;2;3;4;5;6;7m\033[1;2;3;4;5;6;7m", "\033[1;2;3;4;5;6;7m\033[1;2;3;4;5;6;7m"},
    /* character sets */
    {"\033(B\033[mx\017y", "\033[mx"
                           "y"},
};

static void one_change_for_many(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(str_release) struct str out = STR_INIT;
        str_addz(&out, rows[i].bytes);
        squeeze(&out, 0);
        assert_string_equal(out.n ? out.p : "", rows[i].want);
    }
}

static void what_stands_before_is_not_looked_at(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str out = STR_INIT;
    str_addz(&out, "\033[1m");
    squeeze(&out, out.n);
    str_addz(&out, "\033[m");
    squeeze(&out, 4);
    assert_string_equal(out.p, "\033[1m\033[m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_change_for_many),
        cmocka_unit_test(what_stands_before_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
