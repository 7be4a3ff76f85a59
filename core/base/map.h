/* map: text keys to pointers, in order of insertion. Keys are copied; values are borrowed (the
 * caller frees them). Get and set are O(1) expected; removal is not offered. Keys from outside
 * cannot degrade it: the hash is seeded per process. One thread at a time. */
#ifndef MLW_BASE_MAP_H
#define MLW_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

struct map_entry {
    char *key;
    void *value;
    uint64_t hash;
};

struct map {
    struct map_entry *at; /* at[0..n) in order of insertion */
    size_t n, cap;
    uint32_t *slots; /* index + 1, 0 = free */
    size_t slot_count;
};

#define MAP_INIT                                                                                   \
    {                                                                                              \
        0                                                                                          \
    }

void map_release(struct map *m); /* frees keys, not values; usable again */
/* Set key to value; the old value, or NULL when the key is new. */
void *map_set(struct map *m, struct sv key, void *value);
void *map_get(const struct map *m, struct sv key); /* NULL when absent */
bool map_has(const struct map *m, struct sv key);
/* Index into at[] or SIZE_MAX. */
size_t map_index(const struct map *m, struct sv key);

#endif
