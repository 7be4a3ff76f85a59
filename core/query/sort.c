/* Sort keys as text; see sort.h. The sorting itself is sort_rows.c. */
#include "core/query/sort.h"

#include "core/base/mem.h"

/* --- text --- */

/* ":desc" or ":asc" after a key. */
static bool parse_direction(struct lexer *l, bool *is_descending, struct err *e)
{
    if (lex_at(l, 0) != ':') {
        return true;
    }
    size_t at = ++l->at;
    struct sv rest = {l->text.p + at, l->text.n - at}, word = {rest.p, 0};
    while (word.n < rest.n && rest.p[word.n] != ',' && !lex_is_space(rest.p[word.n])) {
        word.n++;
    }
    if (!sv_eqz(word, "asc") && !sv_eqz(word, "desc")) {
        return lex_error(l, at, e, "asc or desc is expected after :");
    }
    l->at += word.n;
    if (sv_eqz(word, "desc")) {
        *is_descending = !*is_descending;
    }
    return true;
}

/* A word ends at a comma too, outside of quotes. */
static struct lexer up_to_comma(const struct lexer *l)
{
    struct lexer part = *l;
    struct sv word = lex_peek_word(l);
    const char *comma = word.n ? memchr(word.p, ',', word.n) : NULL;
    if (comma) {
        part.text.n = (size_t)(comma - l->text.p);
    }
    return part;
}

static bool parse_key(struct lexer *l, const struct query_scope *scope, struct sort_key *ret_key,
                      struct err *e)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct sort_key key = {.is_descending = lex_at(l, 0) == '-'};
    l->at += key.is_descending;
    struct lexer part = up_to_comma(l);
    struct query_name name;
    if (!query_read_name(&part, &buffer, &name, e) ||
        !query_resolve(scope, &part, &name, &key.field, e)) {
        return false;
    }
    l->at = part.at;
    if (!parse_direction(l, &key.is_descending, e)) {
        return false;
    }
    /* the older, the smaller the time */
    key.is_descending ^= key.field.is_age;
    *ret_key = key;
    return true;
}

static bool parse_keys(struct lexer *l, const struct query_scope *scope, struct sort *s,
                       struct err *e)
{
    lex_space(l);
    while (l->at < l->text.n) {
        if (s->n == SORT_MAX_KEYS) {
            return lex_error(l, l->at, e, "at most %d keys can be sorted by", SORT_MAX_KEYS);
        }
        if (!parse_key(l, scope, &s->keys[s->n], e)) {
            return false;
        }
        s->n++;
        lex_space(l);
        if (l->at == l->text.n) {
            break;
        }
        if (lex_at(l, 0) != ',') {
            return lex_error(l, l->at, e, "a comma is expected between keys");
        }
        l->at++;
        lex_space(l);
        if (l->at == l->text.n) {
            return lex_error(l, l->at, e, "a key is expected after the comma");
        }
    }
    return true;
}

bool sort_parse(struct sv text, enum kind kind, const struct filter_keys *keys,
                struct sort *ret_sort, struct err *e)
{
    struct sort s = SORT_INIT;
    arena_init(&s.arena, 0);
    struct lexer l = {.text = text};
    const char *nul = text.n ? memchr(text.p, 0, text.n) : NULL;
    bool ok;
    if (text.n > FILTER_MAX_BYTES) {
        ok = lex_error(&l, FILTER_MAX_BYTES, e, "the sort keys are longer than %d bytes",
                       FILTER_MAX_BYTES);
    } else if (nul) {
        ok = lex_error(&l, (size_t)(nul - text.p), e, "a NUL byte is not text");
    } else {
        ok = parse_keys(&l, &(struct query_scope){kind, keys, &s.arena}, &s, e);
    }
    if (!ok) {
        sort_release(&s);
        return false;
    }
    *ret_sort = s;
    return true;
}

void sort_release(struct sort *s)
{
    arena_release(&s->arena);
    s->n = 0;
}

unsigned sort_needs(const struct sort *s)
{
    unsigned needs = 0;
    for (size_t i = 0; i < s->n; i++) {
        needs |= s->keys[i].field.field < 0 ? 1u << s->keys[i].field.family : 0;
    }
    return needs;
}
