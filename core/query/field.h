/* field: what a name in a filter or a sort key stands for. Keys are copied into the arena given.
 * Pure; can fail with a column in the error. */
#ifndef MLW_QUERY_FIELD_H
#define MLW_QUERY_FIELD_H

#include "core/base/arena.h"
#include "core/model/snapshot.h"
#include "core/query/filter.h"
#include "core/query/lex.h"

struct query_field {
    int field;          /* index in the kind, or -1: a member of a family */
    enum family family; /* where field is -1 */
    const char *key;
    bool is_age; /* written as `age`: the greater, the longer ago */
};

/* Where a name is understood. */
struct query_scope {
    enum kind kind;
    const struct filter_keys *keys; /* may be NULL */
    struct arena *arena;
};

/* A name as it was written. */
struct query_name {
    size_t at; /* where it began, in bytes */
    bool has_family;
    enum family family;
    struct sv key; /* of the text, or of the buffer given */
};

bool query_has_families(enum kind kind);
/* Does the text begin with "params.", "metric." and so on? Cuts that off. */
bool query_cut_family(struct sv *text, enum family *ret_family);
/* Read a name: bare, quoted, or a family and a key. `buffer` keeps what was quoted. */
MUST_USE bool query_read_name(struct lexer *l, struct str *buffer, struct query_name *ret_name,
                              struct err *e);
MUST_USE bool query_resolve(const struct query_scope *scope, const struct lexer *l,
                            const struct query_name *name, struct query_field *ret_field,
                            struct err *e);

static inline struct value query_value(const struct row *row, const struct query_field *f)
{
    return f->field >= 0 ? row_cell(row, f->field) : row_named(row, f->family, f->key);
}

#endif
