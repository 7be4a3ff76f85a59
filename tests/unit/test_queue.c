/* The queue between two threads: bounded, in order, nothing lost, a bell when it was empty. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/loop/queue.h"

enum { MANY = 20000 };

static void ring(void *arg)
{
    ++*(int *)arg;
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    int rings = 0, a, b, c;
    struct queue *q = queue_new(2, ring, &rings);
    assert_null(queue_pop(q));
    assert_true(queue_push(q, &a));
    assert_true(queue_push(q, &b));
    assert_false(queue_push(q, &c));
    assert_int_equal(rings, 1);
    assert_ptr_equal(queue_pop(q), &a);
    assert_true(queue_push(q, &c));
    assert_ptr_equal(queue_pop(q), &b);
    assert_ptr_equal(queue_pop(q), &c);
    assert_true(queue_push(q, &a));
    assert_int_equal(rings, 2);
    assert_ptr_equal(queue_pop(q), &a);
    queue_free(q);
}

static int elements[MANY];

static void *push_all(void *arg)
{
    struct queue *q = arg;
    for (int i = 0; i < MANY;) {
        elements[i] = i;
        i += queue_push(q, &elements[i]);
    }
    return NULL;
}

static void two_threads_keep_the_order(void **state)
{
    (void)state;
    struct queue *q = queue_new(64, NULL, NULL);
    pthread_t sender;
    assert_int_equal(pthread_create(&sender, NULL, push_all, q), 0);
    for (int want = 0; want < MANY;) {
        const int *got = queue_pop(q);
        if (got) {
            assert_int_equal(*got, want);
            want++;
        }
    }
    assert_int_equal(pthread_join(sender, NULL), 0);
    assert_null(queue_pop(q));
    queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(two_threads_keep_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
