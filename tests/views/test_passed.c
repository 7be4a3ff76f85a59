/* Gates that were passed: parted, found again, and whether they ask for less than before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "views/passed.h"

static void gates_are_parted_and_found(void **state)
{
    static const char list[] = "check 0.9 >= 0.8,  data a in [a, b], both (1 = 1 or 2 in [1, 2]), "
                               "review approved by ann, ";
    static const char *const parts[] = {"check 0.9 >= 0.8", "data a in [a, b]",
                                        "both (1 = 1 or 2 in [1, 2])", "review approved by ann"};
    struct sv rest = sv_z(list), one;
    (void)state;
    for (size_t i = 0; i < ALEN(parts); i++) {
        assert_true(passed_cut(&rest, &one));
        assert_true(sv_eqz(one, parts[i]));
        assert_true(passed_find(list, one, &one));
        assert_true(sv_eqz(one, parts[i]));
    }
    assert_false(passed_cut(&rest, &one));
    rest = sv_z("");
    assert_false(passed_cut(&rest, &one));
    assert_false(passed_find(list, SV("chec 1 = 1"), &one));
    assert_false(passed_find("", SV("check"), &one));
    rest = sv_z("a ]], b"); /* torn brackets end nowhere else */
    assert_true(passed_cut(&rest, &one));
}

static void a_limit_that_gives_way_is_seen(void **state)
{
    static const struct {
        const char *now, *before;
        enum passed_change change;
    } rows[] = {
        {"c 0.912 >= 0.9", "c 0.95 >= 0.9", PASSED_SAME},
        {"c 0.912 >= 0.8", "c 0.95 >= 0.9", PASSED_EASIER},
        {"c 0.912 > 0.9", "c 0.95 > 0.8", PASSED_STRICTER},
        {"c 0.3 < 0.5", "c 0.3 < 0.4", PASSED_EASIER},
        {"c 0.3 <= 0.4", "c 0.3 <= 0.5", PASSED_STRICTER},
        {"c 0.9 >= 0.80", "c 0.9 >= 0.8", PASSED_SAME},
        {"c 0.9 >= 0.8", "c 0.9 > 0.8", PASSED_CHANGED},
        {"c a = a", "c b = b", PASSED_CHANGED},
        {"c 0.9 >= prod", "c 0.9 >= test", PASSED_CHANGED},
        {"c 3 in [1, 2, 3]", "c 2 in [1, 2, 3]", PASSED_SAME},
        {"c 3 not in [1, 2]", "c 4 not in [1, 2]", PASSED_SAME},
        {"c 3 in [1, 2, 3, 4]", "c 2 in [1, 2, 3]", PASSED_CHANGED},
        {"c 0.9 > 0.8 or 1 in [1]", "c 0.7 > 0.8 or 2 in [1]", PASSED_SAME},
        {"c (1 > 2 or 3 > 2) and 5 = 5", "c (0 > 2 or 4 > 2) and 6 = 5", PASSED_SAME},
        {"c (1 > 2 or 3 > 2) and 5 = 5", "c (0 > 2 or 4 > 3) and 6 = 5", PASSED_CHANGED},
        {"c not 1 > 2", "c not 0 > 2", PASSED_SAME},
        {"c 0.7 > 0.8 is false", "c 0.7 > 0.9 is false", PASSED_CHANGED},
        {"c 0.9 > 0.8", "c 0.7 > 0.8 is false", PASSED_CHANGED},
        {"r approved by ann", "r approved by bob", PASSED_SAME},
        {"r approved by ann", "r 1 = 1", PASSED_CHANGED},
        {"c", "c", PASSED_SAME},
        {"", "", PASSED_SAME},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        enum passed_change change = passed_compare(sv_z(rows[i].now), sv_z(rows[i].before));
        if (change != rows[i].change) {
            fail_msg("\"%s\" beside \"%s\" is %d, not %d", rows[i].now, rows[i].before, (int)change,
                     (int)rows[i].change);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates_are_parted_and_found),
        cmocka_unit_test(a_limit_that_gives_way_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
