/* vec: growth keeps what is there, removal closes the gap, a released one is usable again. */
#include "tests/unit/test.h"

#include "core/base/vec.h"

struct pair {
    int a, b;
};

static void an_empty_one_is_released_twice(void **state)
{
    (void)state;
    VEC(int) v = {0};
    vec_clear(&v);
    vec_release(&v);
    vec_release(&v);
    assert_null(v.at);
    vec_push(&v, 1);
    assert_int_equal(v.at[0], 1);
    vec_release(&v);
}

static void what_was_pushed_stays(void **state)
{
    (void)state;
    VEC(struct pair) v = {0};
    for (int i = 0; i < 1000; i++) {
        vec_push(&v, (struct pair){i, -i});
    }
    assert_int_equal(v.n, 1000);
    assert_true(v.cap >= v.n);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(v.at[i].a, i);
        assert_int_equal(v.at[i].b, -i);
    }
    vec_release(&v);
}

static void removal_closes_the_gap(void **state)
{
    (void)state;
    VEC(int) v = {0};
    for (int i = 0; i < 4; i++) {
        vec_push(&v, i);
    }
    vec_remove(&v, 3);
    vec_remove(&v, 0);
    assert_int_equal(v.n, 2);
    assert_int_equal(v.at[0], 1);
    assert_int_equal(v.at[1], 2);
    vec_reserve(&v, 100);
    assert_true(v.cap >= 100);
    assert_int_equal(v.at[1], 2);
    vec_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_is_released_twice),
        cmocka_unit_test(what_was_pushed_stays),
        cmocka_unit_test(removal_closes_the_gap),
    };
    return RUN_TESTS(tests);
}
