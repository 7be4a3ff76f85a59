/* A ring under a mutex; see queue.h. */
#include "core/loop/queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/err.h"
#include "core/base/mem.h"

struct queue {
    pthread_mutex_t lock;
    void (*bell)(void *);
    void *bell_arg;
    size_t capacity, first, n;
    void *ring[];
};

struct queue *queue_new(size_t capacity, void (*bell)(void *), void *bell_arg)
{
    struct queue *q = xcalloc(1, sizeof *q + capacity * sizeof *q->ring);
    pthread_mutex_init(&q->lock, NULL);
    q->capacity = capacity;
    q->bell = bell;
    q->bell_arg = bell_arg;
    return q;
}

void queue_free(struct queue *q)
{
    if (q) {
        xassert(q->n == 0);
        pthread_mutex_destroy(&q->lock);
        free(q);
    }
}

bool queue_push(struct queue *q, void *element)
{
    pthread_mutex_lock(&q->lock);
    bool ok = q->n < q->capacity, was_empty = q->n == 0;
    if (ok) {
        q->ring[(q->first + q->n++) % q->capacity] = element;
    }
    pthread_mutex_unlock(&q->lock);
    if (ok && was_empty && q->bell) {
        q->bell(q->bell_arg);
    }
    return ok;
}

void *queue_pop(struct queue *q)
{
    void *element = NULL;
    pthread_mutex_lock(&q->lock);
    if (q->n) {
        element = q->ring[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->n--;
    }
    pthread_mutex_unlock(&q->lock);
    return element;
}
