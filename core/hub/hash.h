/* hash: a running 64-bit hash of what a snapshot holds, to tell whether it changed since the last
 * one. Not against an adversary: a collision leaves one stale frame. Pure. */
#ifndef MLW_HUB_HASH_H
#define MLW_HUB_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { HASH_WORD = sizeof(uint64_t) };
#define HASH_INIT 0x9E3779B97F4A7C15u

static inline uint64_t hash_u64(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0xD6E8FEB86659FD93u;
    return h ^ h >> 32;
}
static inline uint64_t hash_bytes(uint64_t h, const char *p, size_t n)
{
    uint64_t x;
    h = hash_u64(h, n);
    for (; n >= HASH_WORD; p += HASH_WORD, n -= HASH_WORD) {
        memcpy(&x, p, HASH_WORD);
        h = hash_u64(h, x);
    }
    x = 0;
    if (n) {
        memcpy(&x, p, n);
    }
    return hash_u64(h, x);
}
static inline uint64_t hash_z(uint64_t h, const char *z) /* NULL differs from "" */
{
    return z ? hash_bytes(h, z, strlen(z)) : hash_u64(h, UINT64_MAX);
}

#endif
