/* Immutable answers; see snapshot.h. */
#include "core/model/snapshot.h"

#include <stdlib.h>

#include "core/base/mem.h"

const char *const family_names[FAMILY_COUNT] = {"params", "metrics", "tags"};

struct snapshot *snapshot_new(enum snapshot_type type)
{
    struct snapshot *s = xcalloc(1, sizeof *s);
    atomic_init(&s->refs, 1);
    arena_init(&s->arena, 0);
    s->type = type;
    s->selected = SIZE_MAX;
    return s;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void snapshot_unref(struct snapshot *s)
{
    if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1) {
        json_free((struct json *)(uintptr_t)s->doc);
        arena_release(&s->arena);
        free(s);
    }
}

const char *row_text(const struct row *row, int field)
{
    struct value v = row_cell(row, field);
    return v.type == VALUE_TEXT ? v.text : "";
}

struct value row_named(const struct row *row, enum family family, const char *key)
{
    const struct named_list *list = row ? &row->families[family] : NULL;
    size_t lo = 0, hi = list ? list->n : 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(list->at[mid].key, key);
        if (c == 0) {
            return list->at[mid].value;
        }
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return (struct value){.type = VALUE_MISSING};
}

const struct row *snapshot_row(const struct snapshot *s, size_t place)
{
    return s && place >= s->first && place - s->first < s->n ? &s->rows[place - s->first] : NULL;
}
