/* A hash table of codes; see intern.h. */
#include "core/hub/intern.h"

#include "core/hub/hash.h"

enum { FIRST_SLOTS = 64 };

/* What is looked for: a text that need not be terminated, or the bits of another value. */
struct wanted {
    enum value_type type;
    struct sv text;
    int64_t i;
};

static struct wanted wanted_of(struct value v)
{
    return v.type == VALUE_TEXT ? (struct wanted){v.type, sv_z(v.text), 0}
                                : (struct wanted){v.type, {NULL, 0}, v.i};
}

static uint64_t hash_of(const struct intern *in, const struct wanted *w)
{
    uint64_t h = hash_u64(HASH_INIT ^ (uintptr_t)in, (uint64_t)w->type);
    return w->type == VALUE_TEXT ? hash_bytes(h, w->text.p, w->text.n)
                                 : hash_u64(h, (uint64_t)w->i);
}

static bool is_same(struct value known, const struct wanted *w)
{
    return known.type == w->type &&
           (w->type == VALUE_TEXT
                ? strncmp(known.text, w->text.p, w->text.n) == 0 && !known.text[w->text.n]
                : known.i == w->i);
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

/* The slot of what is wanted: its code, or the free one where it belongs. */
static uint32_t *slot_of(const struct intern *in, const struct wanted *w)
{
    size_t at = hash_of(in, w) & (in->slot_count - 1);
    while (in->slots[at] && !is_same(in->values.at[in->slots[at]], w)) {
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
        struct wanted w = wanted_of(in->values.at[code]);
        *slot_of(in, &w) = code;
    }
}

static uint32_t add(struct intern *in, const struct wanted *w)
{
    uint32_t *slot = slot_of(in, w), known = *slot;
    if (known) {
        return known;
    }
    if (in->values.n * 2 >= in->slot_count) {
        grow(in);
        slot = slot_of(in, w);
    }
    *slot = (uint32_t)in->values.n;
    struct value v = {.type = w->type, .i = w->i};
    if (w->type == VALUE_TEXT) {
        v.text = arena_sv(&in->texts, w->text);
    }
    vec_push(&in->values, v);
    return *slot;
}

uint32_t intern_add(struct intern *in, struct value v)
{
    struct wanted w = wanted_of(v);
    return v.type == VALUE_MISSING ? 0 : add(in, &w);
}

uint32_t intern_add_text(struct intern *in, struct sv text)
{
    struct wanted w = {VALUE_TEXT, text, 0};
    return add(in, &w);
}
