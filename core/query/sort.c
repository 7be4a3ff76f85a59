/* Sort keys and sorting; see sort.h. */
#include "core/query/sort.h"

#include <stdlib.h>

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

/* --- sorting --- */

/* The first key's value stands beside the row: most compares end there. */
struct item {
    struct value value;
    uint32_t row;
};

struct sorting {
    const struct sort *sort;
    const struct sort_source *source;
};

static int compare_items(const struct sorting *s, const struct item *a, const struct item *b)
{
    for (size_t i = 0; i < s->sort->n; i++) {
        const struct sort_key *key = &s->sort->keys[i];
        struct value x = a->value, y = b->value;
        if (i) {
            x = s->source->value(s->source->arg, a->row, &key->field);
            y = s->source->value(s->source->arg, b->row, &key->field);
        }
        int c = value_compare(x, y, key->is_descending);
        if (c) {
            return c;
        }
    }
    return strcmp(s->source->id(s->source->arg, a->row), s->source->id(s->source->arg, b->row));
}

static void merge(const struct sorting *s, const struct item *from, size_t n, size_t middle,
                  struct item *to)
{
    size_t a = 0, b = middle;
    for (size_t i = 0; i < n; i++) {
        bool is_a = a < middle && (b >= n || compare_items(s, &from[a], &from[b]) <= 0);
        to[i] = from[is_a ? a++ : b++];
    }
}

/* Small pieces by insertion, then pieces of double the length, from one array to the other. */
static struct item *sort_items(const struct sorting *s, struct item *items, struct item *spare,
                               size_t n)
{
    enum { PIECE = 8 };
    for (size_t begin = 0; begin < n; begin += PIECE) {
        size_t end = begin + PIECE < n ? begin + PIECE : n;
        for (size_t i = begin + 1; i < end; i++) {
            struct item x = items[i];
            size_t j = i;
            for (; j > begin && compare_items(s, &items[j - 1], &x) > 0; j--) {
                items[j] = items[j - 1];
            }
            items[j] = x;
        }
    }
    for (size_t width = PIECE; width < n; width *= 2) {
        for (size_t begin = 0; begin < n; begin += 2 * width) {
            size_t len = n - begin < 2 * width ? n - begin : 2 * width;
            merge(s, items + begin, len, len < width ? len : width, spare + begin);
        }
        struct item *swap = items;
        items = spare;
        spare = swap;
    }
    return items;
}

void sort_rows(const struct sort *s, uint32_t *order, size_t n, const struct sort_source *source)
{
    if (n < 2) {
        return;
    }
    struct item *items = xreallocarray(NULL, n * 2, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        items[i].row = order[i];
        items[i].value = s->n ? source->value(source->arg, order[i], &s->keys[0].field)
                              : (struct value){.type = VALUE_MISSING};
    }
    struct sorting sorting = {s, source};
    const struct item *sorted = sort_items(&sorting, items, items + n, n);
    for (size_t i = 0; i < n; i++) {
        order[i] = sorted[i].row;
    }
    free(items);
}
