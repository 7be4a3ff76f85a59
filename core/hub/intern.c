/* A hash table of codes; see intern.h. */
#include "core/hub/intern.h"

#include "core/hub/hash.h"

enum { FIRST_SLOTS = 64 };

static uint64_t hash_of(const struct intern *in, struct value v)
{
    uint64_t h = hash_u64(HASH_INIT ^ (uintptr_t)in, (uint64_t)v.type);
    return v.type == VALUE_TEXT ? hash_z(h, v.text) : hash_u64(h, (uint64_t)v.i);
}

static bool is_same(struct value a, struct value b)
{
    return a.type == b.type && (a.type == VALUE_TEXT ? strcmp(a.text, b.text) == 0 : a.i == b.i);
}

void intern_init(struct intern *in)
{
    *in = (struct intern){0};
    arena_init(&in->texts, 0);
    struct value missing = {.type = VALUE_MISSING};
    vec_push(&in->values, missing);
    in->slot_count = FIRST_SLOTS;
    in->slots = xcalloc(in->slot_count, sizeof *in->slots);
}

void intern_release(struct intern *in)
{
    arena_release(&in->texts);
    vec_release(&in->values);
    free(in->slots);
    *in = (struct intern){0};
}

/* The slot of v: its code, or the free one where it belongs. */
static uint32_t *slot_of(const struct intern *in, struct value v)
{
    size_t at = hash_of(in, v) & (in->slot_count - 1);
    while (in->slots[at] && !is_same(in->values.at[in->slots[at]], v)) {
        at = (at + 1) & (in->slot_count - 1);
    }
    return &in->slots[at];
}

static void grow(struct intern *in)
{
    free(in->slots);
    in->slot_count *= 2;
    in->slots = xcalloc(in->slot_count, sizeof *in->slots);
    for (uint32_t code = 1; code < in->values.n; code++) {
        *slot_of(in, in->values.at[code]) = code;
    }
}

uint32_t intern_add(struct intern *in, struct value v)
{
    if (v.type == VALUE_MISSING) {
        return 0;
    }
    uint32_t *slot = slot_of(in, v), known = *slot;
    if (known) {
        return known;
    }
    if (in->values.n * 2 >= in->slot_count) {
        grow(in);
        slot = slot_of(in, v);
    }
    *slot = (uint32_t)in->values.n;
    if (v.type == VALUE_TEXT) {
        v.text = arena_z(&in->texts, v.text);
    }
    vec_push(&in->values, v);
    return *slot;
}
