/* arena: memory of one request or snapshot, freed in one call. Allocations are 16-byte aligned
 * and zeroed; nothing is freed singly. A cap given at init turns a runaway into NULL: callers
 * that decode foreign bytes check it, others use no cap (0) and cannot fail. One thread at a
 * time; a finished arena may be handed to another thread whole. */
#ifndef MLW_BASE_ARENA_H
#define MLW_BASE_ARENA_H

#include <stddef.h>

#include "core/base/str.h"

struct arena {
    struct arena_block *blocks;
    size_t used_bytes, cap_bytes;
};

void arena_init(struct arena *a, size_t cap_bytes);
void arena_release(struct arena *a);
void *arena_alloc(struct arena *a, size_t size_bytes); /* NULL only beyond the cap */
/* A copy of size_bytes bytes (from may be NULL when there are none). */
void *arena_copy(struct arena *a, const void *from, size_t size_bytes);
const char *arena_sv(struct arena *a, struct sv v);  /* terminated copy; NULL beyond the cap */
const char *arena_z(struct arena *a, const char *z); /* NULL stays NULL */
const char *arena_f(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
