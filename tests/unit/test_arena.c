/* arena: the cap, alignment, zeroes, blocks larger than a block. */
#include "tests/unit/test.h"

#include "core/base/arena.h"

static void the_cap_gives_null(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64);
    assert_null(arena_alloc(&a, 65));
    assert_non_null(arena_alloc(&a, 33)); /* 48 with its alignment */
    assert_null(arena_alloc(&a, 17));
    assert_non_null(arena_alloc(&a, 16));
    assert_null(arena_sv(&a, SV("x")));
    assert_null(arena_f(&a, "%d", 1));
    arena_release(&a);
    assert_non_null(arena_alloc(&a, 64));
    arena_release(&a);
    arena_release(&a);
}

static void memory_is_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    static const size_t sizes[] = {1, 15, 16, 17, 4000, 20000, 1, 100000, 3};
    for (size_t round = 0; round < 50; round++) {
        size_t size = sizes[round % (sizeof sizes / sizeof *sizes)];
        unsigned char *p = arena_alloc(&a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(p[i], 0);
        }
        memset(p, 0xFF, size);
    }
    arena_release(&a);
}

static void texts_are_copied(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_null(arena_z(&a, NULL));
    char text[] = "abc";
    const char *z = arena_z(&a, text), *v = arena_sv(&a, (struct sv){text, 2});
    text[0] = 'x';
    assert_string_equal(z, "abc");
    assert_string_equal(v, "ab");
    assert_string_equal(arena_sv(&a, (struct sv){NULL, 0}), "");
    assert_string_equal(arena_f(&a, "%s-%d", z, 5), "abc-5");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cap_gives_null),
        cmocka_unit_test(memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(texts_are_copied),
    };
    return RUN_TESTS(tests);
}
