/* docs: params and tags of runs as they stand in the store: JSON objects.
 *
 * What is not scalar is its JSON as text; null is missing; text that is no object, and no text, has
 * no members. One thread. */
#ifndef MLW_HUB_DOCS_H
#define MLW_HUB_DOCS_H

#include "core/base/arena.h"
#include "core/model/snapshot.h"

/* A member; the texts live until fn returns and are not terminated. */
struct doc_member {
    size_t place; /* the how-manieth of the object */
    struct sv key;
    enum value_type type; /* VALUE_TEXT, VALUE_NUM, VALUE_INT or VALUE_MISSING */
    struct sv text;
    double num;
    int64_t i;
};
/* Each member in turn. Where it turns out late that the text is no plain object, fn gets NULL: what
 * it got is to be forgotten, and all members follow from the first. O(bytes), without memory for a
 * plain object (json_flat.h). */
void doc_each(struct sv text, void (*fn)(void *arg, const struct doc_member *m), void *arg);

/* The members as named values, sorted by key; in the arena. Keys that `like` (of the same arena;
 * may be empty) has in the same place are shared with it. */
struct named_list named_list_of(struct arena *a, struct sv text, struct named_list like);

#endif
