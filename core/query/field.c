/* Names of fields and family members; see field.h. */
#include "core/query/field.h"

#include "core/base/mem.h"

static const struct {
    const char *prefix;
    enum family family;
} prefixes[] = {
    {"params.", FAMILY_PARAMS},     {"param.", FAMILY_PARAMS},     {"metrics.", FAMILY_METRICS},
    {"metric.", FAMILY_METRICS},    {"tags.", FAMILY_TAGS},        {"tag.", FAMILY_TAGS},
    {"parameters.", FAMILY_PARAMS}, {"parameter.", FAMILY_PARAMS},
};
static const char *const attribute_prefixes[] = {"attributes.", "attribute.", "attr."};

static const struct {
    const char *alias, *id;
    bool is_age;
} aliases[] = {
    {"state", "status", false},   {"age", "created", true}, {"start_time", "created", false},
    {"end_time", "ended", false}, {"run_id", "id", false},  {"run_name", "name", false},
};

/* Where a key alone is looked for, after the kind's own fields. */
static const enum family in_order[] = {FAMILY_METRICS, FAMILY_PARAMS, FAMILY_TAGS};

bool query_has_families(enum kind kind)
{
    return kind == KIND_RUN || kind == KIND_PACKAGE;
}

bool query_cut_family(struct sv *text, enum family *ret_family)
{
    for (size_t i = 0; i < ALEN(prefixes); i++) {
        if (sv_starts(*text, prefixes[i].prefix)) {
            size_t n = strlen(prefixes[i].prefix);
            *text = (struct sv){text->p + n, text->n - n};
            *ret_family = prefixes[i].family;
            return true;
        }
    }
    return false;
}

bool query_read_name(struct lexer *l, struct str *buffer, struct query_name *ret_name,
                     struct err *e)
{
    struct query_name name = {.at = l->at};
    name.key = lex_peek_word(l);
    l->at += name.key.n;
    name.has_family = query_cut_family(&name.key, &name.family);
    bool is_quoted = lex_is_quote(lex_at(l, 0)) && !name.key.n;
    if (is_quoted) {
        size_t quote = l->at, begin = buffer->n;
        if (!lex_quoted(l, buffer, e)) {
            return false;
        }
        name.key = (struct sv){buffer->p + begin, buffer->n - begin};
        if (!name.key.n) {
            return lex_error(l, quote, e, "there is nothing between the quotes");
        }
        if (!lex_is_space(lex_at(l, 0)) && !strchr("()|,!:=<>~@", lex_at(l, 0))) {
            return lex_error(l, l->at, e, "a space is missing after the quote");
        }
    }
    if (!name.key.n) {
        return lex_error(l, l->at, e, "the name of a %s is expected",
                         name.has_family ? "key" : "field");
    }
    if (name.has_family && !is_quoted && memchr(name.key.p, '@', name.key.n)) {
        return lex_error(l, name.at, e, "a key with @ in it stands in quotes");
    }
    *ret_name = name;
    return true;
}

static bool is_known(const struct filter_keys *keys, enum family family, struct sv key)
{
    size_t lo = 0, hi = keys ? keys->families[family].n : 0;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = sv_cmp(sv_z(keys->families[family].at[mid]), key);
        if (c == 0) {
            return true;
        }
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return false;
}

/* One of the kind's own fields, by its id or by an alias. */
static bool own_field(enum kind kind, struct sv name, struct query_field *ret_field)
{
    bool is_age = false;
    for (size_t a = 0; a < ALEN(attribute_prefixes); a++) {
        if (sv_starts(name, attribute_prefixes[a])) {
            size_t n = strlen(attribute_prefixes[a]);
            name = (struct sv){name.p + n, name.n - n};
            break;
        }
    }
    size_t i = kind_field(kind, name);
    for (size_t a = 0; a < ALEN(aliases) && i == SIZE_MAX; a++) {
        if (sv_eqz(name, aliases[a].alias)) {
            i = kind_field(kind, sv_z(aliases[a].id));
            is_age = aliases[a].is_age;
        }
    }
    if (i == SIZE_MAX) {
        return false;
    }
    *ret_field = (struct query_field){.field = (int)i, .is_age = is_age};
    return true;
}

static bool unknown(const struct query_scope *scope, const struct lexer *l,
                    const struct query_name *name, struct err *e)
{
    CLEANUP(str_release) struct str said = STR_INIT;
    CLEANUP(str_release) struct str fields = STR_INIT;
    lex_say(&said, name->key);
    const struct kind_info *info = &kinds[scope->kind];
    for (size_t i = 0; i < info->field_count; i++) {
        str_addf(&fields, " %s", info->fields[i].id);
    }
    lex_error(l, name->at, e, "%s have no field %s", info->plural, said.p);
    return err_hint(e, "fields:%s%s; a text with signs in it stands in quotes", fields.p,
                    query_has_families(scope->kind) ? " params.* metrics.* tags.*" : "");
}

static bool from_family(const struct query_scope *scope, enum family family, struct sv key,
                        struct query_field *ret_field)
{
    *ret_field =
        (struct query_field){.field = -1, .family = family, .key = arena_sv(scope->arena, key)};
    return true;
}

bool query_resolve(const struct query_scope *scope, const struct lexer *l,
                   const struct query_name *name, struct query_field *ret_field, struct err *e)
{
    if (name->has_family) {
        if (!query_has_families(scope->kind)) {
            return lex_error(l, name->at, e, "%s have no %s", kinds[scope->kind].plural,
                             family_names[name->family]);
        }
        return from_family(scope, name->family, name->key, ret_field);
    }
    if (own_field(scope->kind, name->key, ret_field)) {
        return true;
    }
    for (size_t i = 0; i < ALEN(in_order) && query_has_families(scope->kind); i++) {
        if (is_known(scope->keys, in_order[i], name->key)) {
            return from_family(scope, in_order[i], name->key, ret_field);
        }
    }
    return unknown(scope, l, name, e);
}
