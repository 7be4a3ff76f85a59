/* Members of documents; see docs.h. */
#include "core/hub/docs.h"

#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/json_flat.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

static int by_key(const void *a, const void *b)
{
    const struct named_value *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static struct value value_of(struct arena *a, const struct json *j)
{
    int64_t i;
    switch (json_type(j)) {
    case JSON_NULL:
        break;
    case JSON_BOOL:
        return value_text(json_bool(j) ? "true" : "false");
    case JSON_NUMBER:
        return json_i64(j, &i) ? value_int(i) : value_num(json_num(j));
    case JSON_STRING:
        return value_text(arena_z(a, json_str(j)));
    case JSON_ARRAY:
    case JSON_OBJECT: {
        CLEANUP(str_release) struct str text = STR_INIT;
        json_print(j, JSON_COMPACT, &text);
        return value_text(arena_sv(a, sv_of(&text)));
    }
    }
    return (struct value){.type = VALUE_MISSING};
}

static struct named_list list_of(struct arena *a, struct sv text)
{
    struct named_list list = {0};
    struct err ignored;
    CLEANUP(json_free_ptr) struct json *j = NULL;
    if (!json_parse(text, &j, &ignored) || !json_is(j, JSON_OBJECT)) {
        return list;
    }
    struct named_value *at = arena_alloc(a, (json_size(j) + 1) * sizeof *at);
    json_each (child, j) {
        struct value v = value_of(a, child);
        if (v.type != VALUE_MISSING) {
            at[list.n++] = (struct named_value){arena_z(a, json_key(child)), v};
        }
    }
    qsort(at, list.n, sizeof *at, by_key);
    list.at = at;
    return list;
}

static struct doc_member flat_member(size_t place, const struct json_member *j)
{
    struct doc_member m = {.place = place, .key = j->key, .type = VALUE_MISSING};
    if (j->type == JSON_STRING || j->type == JSON_BOOL) {
        m.type = VALUE_TEXT;
        m.text = j->type == JSON_STRING ? j->str : sv_z(j->is_true ? "true" : "false");
    } else if (j->type == JSON_NUMBER) {
        m.type = j->is_integer ? VALUE_INT : VALUE_NUM;
        m.num = j->num;
        m.i = j->i;
    }
    return m;
}

static void each_parsed(struct sv text, void (*fn)(void *arg, const struct doc_member *m),
                        void *arg)
{
    struct arena a;
    arena_init(&a, 0);
    struct named_list list = list_of(&a, text);
    for (size_t i = 0; i < list.n; i++) {
        struct value v = list.at[i].value;
        struct doc_member m = {.place = i, .key = sv_z(list.at[i].key), .type = v.type};
        if (v.type == VALUE_TEXT) {
            m.text = sv_z(v.text);
        } else if (v.type == VALUE_NUM) {
            m.num = v.num;
        } else {
            m.i = v.i;
        }
        fn(arg, &m);
    }
    arena_release(&a);
}

void doc_each(struct sv text, void (*fn)(void *arg, const struct doc_member *m), void *arg)
{
    struct json_flat f = json_flat_of(text);
    struct json_member j = {0};
    enum json_flat_result result;
    for (size_t place = 0; (result = json_flat_next(&f, &j)) == JSON_FLAT_MEMBER; place++) {
        struct doc_member m = flat_member(place, &j);
        fn(arg, &m);
    }
    if (result == JSON_FLAT_OTHER && text.n) {
        fn(arg, NULL);
        each_parsed(text, fn, arg);
    }
}

struct collecting {
    struct arena *a;
    struct named_list like;
    VEC(struct named_value) at;
    bool is_sorted;
};

static void collect(void *arg, const struct doc_member *m)
{
    struct collecting *c = arg;
    if (!m) {
        vec_clear(&c->at);
        c->is_sorted = true;
        return;
    }
    if (m->type == VALUE_MISSING) {
        return;
    }
    size_t i = c->at.n;
    bool is_shared = i < c->like.n && sv_eqz(m->key, c->like.at[i].key);
    struct named_value one = {is_shared ? c->like.at[i].key : arena_sv(c->a, m->key),
                              m->type == VALUE_TEXT  ? value_text(arena_sv(c->a, m->text))
                              : m->type == VALUE_INT ? value_int(m->i)
                                                     : value_num(m->num)};
    c->is_sorted = c->is_sorted && (i == 0 || strcmp(c->at.at[i - 1].key, one.key) <= 0);
    vec_push(&c->at, one);
}

struct named_list named_list_of(struct arena *a, struct sv text, struct named_list like)
{
    struct collecting c = {.a = a, .like = like, .is_sorted = true};
    if (text.n && !sv_eqz(text, "{}")) {
        doc_each(text, collect, &c);
    }
    if (!c.is_sorted) {
        qsort(c.at.at, c.at.n, sizeof *c.at.at, by_key);
    }
    struct named_list list = {arena_copy(a, c.at.at, c.at.n * sizeof *c.at.at), c.at.n};
    vec_release(&c.at);
    return list;
}
