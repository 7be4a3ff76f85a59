/* queue: a bounded queue of pointers between two threads. Push and pop never wait: a full queue
 * refuses, an empty one yields NULL. Ownership of the element goes with it. A doorbell function
 * is called after a push that found the queue empty. */
#ifndef MLW_LOOP_QUEUE_H
#define MLW_LOOP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

struct queue *queue_new(size_t capacity, void (*bell)(void *), void *bell_arg);
void queue_free(struct queue *q); /* must be empty: pop first */
bool queue_push(struct queue *q, void *element);
void *queue_pop(struct queue *q);

#endif
