/* map: absent keys, replacement, order of insertion, many keys, threads that are first. */
#include "tests/unit/test.h"

#include <pthread.h>

#include "core/base/map.h"
#include "core/base/mem.h"

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct map m = MAP_INIT;
    assert_null(map_get(&m, SV("a")));
    assert_false(map_has(&m, SV("")));
    assert_int_equal(map_index(&m, SV("a")), SIZE_MAX);
    map_release(&m);
    map_release(&m);
}

static void setting_again_gives_the_old_value(void **state)
{
    (void)state;
    struct map m = MAP_INIT;
    int a, b;
    assert_null(map_set(&m, SV("k"), &a));
    assert_ptr_equal(map_set(&m, SV("k"), &b), &a);
    assert_ptr_equal(map_get(&m, SV("k")), &b);
    assert_int_equal(m.n, 1);
    assert_null(map_set(&m, SV(""), NULL));
    assert_true(map_has(&m, SV("")));
    assert_null(map_get(&m, SV("")));
    assert_false(map_has(&m, SV("kk")));
    map_release(&m);
    assert_false(map_has(&m, SV("k")));
}

static void many_keys_keep_their_order(void **state)
{
    (void)state;
    struct map m = MAP_INIT;
    CLEANUP(str_release) struct str key = STR_INIT;
    for (size_t i = 0; i < 20000; i++) {
        str_setf(&key, "key-%zu", i);
        assert_null(map_set(&m, sv_of(&key), (void *)(uintptr_t)(i + 1)));
    }
    for (size_t i = 0; i < 20000; i++) {
        str_setf(&key, "key-%zu", i);
        assert_int_equal(map_index(&m, sv_of(&key)), i);
        assert_int_equal((uintptr_t)map_get(&m, sv_of(&key)), i + 1);
        assert_string_equal(m.at[i].key, key.p);
    }
    map_release(&m);
}

static void *use_map(void *arg)
{
    struct map m = MAP_INIT;
    map_set(&m, SV("a"), arg);
    map_set(&m, SV("b"), &m);
    void *got = map_get(&m, SV("a"));
    map_release(&m);
    return got;
}

static void threads_may_be_first(void **state)
{
    (void)state;
    pthread_t threads[8];
    char marks[8];
    for (size_t i = 0; i < ALEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use_map, &marks[i]), 0);
    }
    for (size_t i = 0; i < ALEN(threads); i++) {
        void *got = NULL;
        assert_int_equal(pthread_join(threads[i], &got), 0);
        assert_ptr_equal(got, &marks[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_may_be_first),
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(setting_again_gives_the_old_value),
        cmocka_unit_test(many_keys_keep_their_order),
    };
    return RUN_TESTS(tests);
}
