/* The tables of kinds.def; see kinds.h. */
#include "core/model/kinds.h"

#include "core/base/mem.h"

static const struct field fields[] = {
#define KIND(K, singular, plural, text)
#define FIELD(K, id, type, title, width, priority, flags, help)                                    \
    {#id, FIELD_##type, title, width, priority, flags, help},
#include "core/model/kinds.def"
};

/* Where each kind's fields begin in the one array. */
enum field_place {
#define KIND(K, singular, plural, text)                         PLACE_##K, PLACE_RESET_##K = PLACE_##K - 1,
#define FIELD(K, id, type, title, width, priority, flags, help) PLACE_##K##_##id,
#include "core/model/kinds.def"
    PLACE_END
};
_Static_assert(PLACE_END == ALEN(fields), "one place a field");

const struct kind_info kinds[KIND_COUNT] = {
#define KIND(K, singular, plural, text)                                                            \
    [KIND_##K] = {singular, plural, text, fields + PLACE_##K, FIELD_##K##_context + 1},
#define FIELD(K, id, type, title, width, priority, flags, help)
#include "core/model/kinds.def"
};

static const struct {
    const char *alias;
    enum kind kind;
} aliases[] = {
    {"version", KIND_PACKAGE}, {"versions", KIND_PACKAGE}, {"group", KIND_MODEL},
    {"groups", KIND_MODEL},    {"trial", KIND_RUN},        {"trials", KIND_RUN},
    {"attempt", KIND_JOB},     {"attempts", KIND_JOB},     {"ctx", KIND_CONTEXT},
    {"exec", KIND_EXECUTION},  {"execs", KIND_EXECUTION},
};

enum kind kind_find(struct sv name)
{
    for (enum kind k = 0; k < KIND_COUNT; k++) {
        if (sv_eqz(name, kinds[k].singular) || sv_eqz(name, kinds[k].plural)) {
            return k;
        }
    }
    for (size_t i = 0; i < ALEN(aliases); i++) {
        if (sv_eqz(name, aliases[i].alias)) {
            return aliases[i].kind;
        }
    }
    return KIND_COUNT;
}

size_t kind_field(enum kind kind, struct sv id)
{
    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        if (sv_eqz(id, kinds[kind].fields[i].id)) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool kind_is_about(enum kind kind)
{
    return kind == KIND_EVIDENCE || kind == KIND_TIMELINE || kind == KIND_LINEAGE;
}
