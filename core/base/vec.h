/* vec: a growing array of any type. `VEC(struct thing) things = {0};` then vec_push(&things, x),
 * things.at[i], things.n, vec_release(&things). Elements are moved by memcpy when it grows, so
 * no pointer into it outlives a push. Sizes are checked; out of memory is a BUG. */
#ifndef MLW_BASE_VEC_H
#define MLW_BASE_VEC_H

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *at;                                                                                     \
        size_t n, cap;                                                                             \
    }
#define vec_reserve(v, want)                                                                       \
    ((want) > (v)->cap ? ((v)->cap = (v)->cap * 2 > (want) ? (v)->cap * 2 : (size_t)(want),        \
                          (v)->at = xreallocarray((v)->at, (v)->cap, sizeof *(v)->at), (void)0)    \
                       : (void)0)
#define vec_push(v, ...)                                                                           \
    (vec_reserve((v), (v)->n + 1 < 8 ? 8 : (v)->n + 1), (v)->at[(v)->n++] = (__VA_ARGS__))
#define vec_clear(v)   ((v)->n = 0)
#define vec_release(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)
#define vec_remove(v, i)                                                                           \
    (memmove(&(v)->at[i], &(v)->at[(i) + 1], ((v)->n - (i)-1) * sizeof *(v)->at), (v)->n--)

#endif
