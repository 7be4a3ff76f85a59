/* Bump allocation in blocks; see arena.h. */
#include "core/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/err.h"
#include "core/base/mem.h"

enum { BLOCK_BYTES = 16 * 1024, ALIGN_BYTES = 16 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(ALIGN_BYTES) char bytes[];
};

void arena_init(struct arena *a, size_t cap_bytes)
{
    *a = (struct arena){.cap_bytes = cap_bytes};
}

void arena_release(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b;) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    a->blocks = NULL;
    a->used_bytes = 0;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
    xassert(size_bytes < SIZE_MAX / 4);
    size_t size = (size_bytes + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
    if (a->cap_bytes && (size > a->cap_bytes || a->used_bytes > a->cap_bytes - size)) {
        return NULL;
    }
    struct arena_block *b = a->blocks;
    if (!b || b->size - b->used < size) {
        size_t block = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        b = xcalloc(1, sizeof *b + block);
        b->size = block;
        b->next = a->blocks;
        a->blocks = b;
    }
    void *p = b->bytes + b->used;
    b->used += size;
    a->used_bytes += size;
    return p;
}

void *arena_copy(struct arena *a, const void *from, size_t size_bytes)
{
    void *p = arena_alloc(a, size_bytes);
    if (p && size_bytes) {
        memcpy(p, from, size_bytes);
    }
    return p;
}

const char *arena_sv(struct arena *a, struct sv v)
{
    char *p = arena_alloc(a, v.n + 1);
    if (p && v.n) {
        memcpy(p, v.p, v.n);
    }
    return p;
}

const char *arena_z(struct arena *a, const char *z)
{
    return z ? arena_sv(a, sv_z(z)) : NULL;
}

const char *arena_f(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    CLEANUP(str_release) struct str s = STR_INIT;
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    return arena_sv(a, sv_of(&s));
}
