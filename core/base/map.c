/* Open addressing over indices into an insertion-ordered array; see map.h. */
#include "core/base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include "core/base/mem.h"

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t seed_value;

static void make_seed(void)
{
    if (getrandom(&seed_value, sizeof seed_value, GRND_NONBLOCK) != sizeof seed_value) {
        seed_value = (uint64_t)(uintptr_t)&seed_value;
    }
}

static uint64_t seed(void)
{
    pthread_once(&seed_once, make_seed);
    return seed_value;
}

/* FNV-1a, mixed with the seed at both ends. */
static uint64_t hash_of(struct sv key)
{
    uint64_t h = 0xcbf29ce484222325u ^ seed();
    for (size_t i = 0; i < key.n; i++) {
        h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
    }
    h ^= h >> 32;
    return h * 0x9E3779B97F4A7C15u;
}

static size_t find_slot(const struct map *m, struct sv key, uint64_t hash)
{
    size_t mask = m->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        if (!m->slots[i]) {
            return i;
        }
        const struct map_entry *e = &m->at[m->slots[i] - 1];
        if (e->hash == hash && sv_eqz(key, e->key)) {
            return i;
        }
    }
}

static void grow(struct map *m)
{
    m->slot_count = m->slot_count ? m->slot_count * 2 : 16;
    free(m->slots);
    m->slots = xcalloc(m->slot_count, sizeof *m->slots);
    for (size_t i = 0; i < m->n; i++) {
        size_t s = m->at[i].hash & (m->slot_count - 1);
        while (m->slots[s]) {
            s = (s + 1) & (m->slot_count - 1);
        }
        m->slots[s] = (uint32_t)(i + 1);
    }
}

void *map_set(struct map *m, struct sv key, void *value)
{
    if (m->n * 4 >= m->slot_count * 3) {
        grow(m);
    }
    uint64_t hash = hash_of(key);
    size_t s = find_slot(m, key, hash);
    if (m->slots[s]) {
        struct map_entry *e = &m->at[m->slots[s] - 1];
        void *old = e->value;
        e->value = value;
        return old;
    }
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 8;
        m->at = xreallocarray(m->at, m->cap, sizeof *m->at);
    }
    m->at[m->n++] = (struct map_entry){sv_dup(key), value, hash};
    m->slots[s] = (uint32_t)m->n;
    return NULL;
}

size_t map_index(const struct map *m, struct sv key)
{
    if (!m->n) {
        return SIZE_MAX;
    }
    size_t s = find_slot(m, key, hash_of(key));
    return m->slots[s] ? m->slots[s] - 1 : SIZE_MAX;
}

void *map_get(const struct map *m, struct sv key)
{
    size_t i = map_index(m, key);
    return i == SIZE_MAX ? NULL : m->at[i].value;
}

bool map_has(const struct map *m, struct sv key)
{
    return map_index(m, key) != SIZE_MAX;
}

void map_release(struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->at[i].key);
    }
    free(m->at);
    free(m->slots);
    *m = (struct map)MAP_INIT;
}
