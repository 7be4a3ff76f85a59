/* err: messages are whole or visibly cut, codes follow from errno, context goes in front. */
#include "tests/unit/test.h"

#include <errno.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

static bool is_valid_utf8(const char *z)
{
    for (size_t n = strlen(z); n;) {
        size_t one = utf8_valid_bytes(z, n);
        if (!one) {
            return false;
        }
        z += one;
        n -= one;
    }
    return true;
}

static void long_messages_are_visibly_cut(void **state)
{
    (void)state;
    /* every length modulo a character's, so that a cut falls inside one */
    for (size_t shift = 0; shift < 4; shift++) {
        struct err e = ERR_INIT;
        CLEANUP(str_release) struct str text = STR_INIT;
        str_addn(&text, 'x', shift);
        for (size_t i = 0; i < 400; i++) {
            str_addz(&text, "€");
        }
        assert_false(err_set(&e, ERR_FAILED, "%s", text.p));
        assert_true(sv_ends(sv_z(e.msg), "…"));
        assert_true(is_valid_utf8(e.msg));
        assert_false(err_wrap(&e, "%s", text.p));
        assert_true(sv_ends(sv_z(e.msg), "…"));
        assert_true(is_valid_utf8(e.msg));
        assert_false(err_hint(&e, "%s", text.p));
        assert_true(sv_ends(sv_z(e.hint), "…"));
        assert_true(is_valid_utf8(e.hint));
        errno = EACCES;
        assert_false(err_sys(&e, "%s", text.p));
        assert_true(sv_ends(sv_z(e.msg), "…"));
    }
}

static void codes_follow_from_errno(void **state)
{
    static const struct {
        int sys;
        enum err_code code;
    } cases[] = {{ENOSPC, ERR_NO_SPACE}, {EDQUOT, ERR_NO_SPACE}, {ETIMEDOUT, ERR_TIMEOUT},
                 {ENOENT, ERR_IO},       {EIO, ERR_IO},          {EACCES, ERR_IO}};
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct err e = ERR_INIT;
        errno = cases[i].sys;
        assert_false(err_sys(&e, "could not open %s", "x"));
        assert_int_equal(e.code, cases[i].code);
        assert_int_equal(e.sys, cases[i].sys);
        assert_true(sv_starts(sv_z(e.msg), "could not open x: "));
    }
}

static void context_goes_in_front_and_hints_go_with_a_new_message(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    err_set(&e, ERR_INVALID, "line %d", 3);
    err_hint(&e, "look there");
    err_wrap(&e, "could not read %s", "f");
    assert_string_equal(e.msg, "could not read f: line 3");
    assert_string_equal(e.hint, "look there");
    assert_int_equal(e.code, ERR_INVALID);
    err_set(&e, ERR_USAGE, "other");
    assert_string_equal(e.hint, "");
}

static void exit_statuses_are_those_of_the_manual(void **state)
{
    static const struct {
        enum err_code code;
        int status;
        const char *word;
    } cases[] = {
        {ERR_NONE, 0, "none"},           {ERR_FAILED, 1, "failed"},
        {ERR_INVALID, 1, "invalid"},     {ERR_USAGE, 2, "usage"},
        {ERR_NOT_FOUND, 3, "not_found"}, {ERR_AMBIGUOUS, 3, "ambiguous"},
        {ERR_REFUSED, 4, "refused"},     {ERR_IO, 5, "io"},
        {ERR_TIMEOUT, 5, "timeout"},     {ERR_CANCELLED, 130, "cancelled"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        assert_int_equal(err_exit_status(cases[i].code), cases[i].status);
        assert_string_equal(err_word(cases[i].code), cases[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_messages_are_visibly_cut),
        cmocka_unit_test(codes_follow_from_errno),
        cmocka_unit_test(context_goes_in_front_and_hints_go_with_a_new_message),
        cmocka_unit_test(exit_statuses_are_those_of_the_manual),
    };
    return RUN_TESTS(tests);
}
