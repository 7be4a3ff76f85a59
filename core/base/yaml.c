/* YAML events become a JSON tree; see yaml.h. */
#include "core/base/yaml.h"

#include <math.h>
#include <stdlib.h>
#include <yaml.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

struct level {
    struct json *node;
    char *key; /* of the value that comes next; NULL: a key comes next */
};

struct builder {
    const char *name;
    enum yaml_scalars scalars;
    struct json *root;
    VEC(struct level) levels;
    size_t nodes, documents;
    struct err *e;
};

static bool refuse(struct builder *b, const yaml_event_t *event, const char *why)
{
    return err_set(b->e, ERR_INVALID, "%s:%zu: %s", b->name, event->start_mark.line + 1, why);
}

/* --- scalars --- */

/* NULL where it is none that is written as JSON writes it: the hexadecimal ones of YAML are not. */
static struct json *number(struct sv v)
{
    int64_t i;
    double x;
    if (fmt_parse_i64(v, &i)) {
        return json_new_i64(i);
    }
    return fmt_parse_double(v, &x) && isfinite(x) ? json_new_num(x) : NULL;
}

static struct json *scalar(const struct builder *b, const yaml_event_t *event)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const bools[2][3] = {{"false", "False", "FALSE"}, {"true", "True", "TRUE"}};
    struct sv v = {(const char *)event->data.scalar.value, event->data.scalar.length};
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    for (size_t i = 0; is_plain && i < ALEN(nulls); i++) {
        if (sv_eqz(v, nulls[i])) {
            return json_new_null();
        }
    }
    bool is_typed = is_plain && b->scalars == YAML_TYPED;
    for (size_t i = 0; is_typed && i < 6; i++) {
        if (sv_eqz(v, bools[i / 3][i % 3])) {
            return json_new_bool(i >= 3);
        }
    }
    struct json *j = is_typed ? number(v) : NULL;
    return j ? j : json_new_sv(v);
}

/* --- the tree --- */

/* Takes `node` over. */
static bool put(struct builder *b, const yaml_event_t *event, struct json *node)
{
    struct level *top = b->levels.n ? &b->levels.at[b->levels.n - 1] : NULL;
    if (++b->nodes > YAML_MAX_NODES) {
        json_free(node);
        return refuse(b, event, "too many values");
    }
    if (!top) {
        b->root = node;
    } else if (json_is(top->node, JSON_ARRAY)) {
        json_push(top->node, node);
    } else {
        json_set(top->node, top->key, node);
        free(top->key);
        top->key = NULL;
    }
    return true;
}

static bool is_key(const struct builder *b)
{
    const struct level *top = b->levels.n ? &b->levels.at[b->levels.n - 1] : NULL;
    return top && json_is(top->node, JSON_OBJECT) && !top->key;
}

static bool on_scalar(struct builder *b, const yaml_event_t *event)
{
    struct sv v = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (!is_key(b)) {
        return put(b, event, scalar(b, event));
    }
    if (memchr(v.p, 0, v.n)) {
        return refuse(b, event, "a key holds a NUL");
    }
    b->levels.at[b->levels.n - 1].key = xstrndup(v.p, v.n);
    return true;
}

static bool on_begin(struct builder *b, const yaml_event_t *event)
{
    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    if (is_key(b)) {
        return refuse(b, event, "a key that is no text");
    }
    if (b->levels.n == YAML_MAX_DEPTH) {
        return refuse(b, event, "too deep");
    }
    struct level level = {.node = is_map ? json_new_object() : json_new_array()};
    if (!put(b, event, level.node)) {
        return false;
    }
    vec_push(&b->levels, level);
    return true;
}

static bool on_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(b, event);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return on_begin(b, event);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        if (b->levels.n) { /* the parser ends only what it began */
            free(b->levels.at[--b->levels.n].key);
        }
        return true;
    case YAML_ALIAS_EVENT:
        return refuse(b, event, "aliases are not taken");
    case YAML_DOCUMENT_START_EVENT:
        return ++b->documents == 1 || refuse(b, event, "a second document");
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
}

static bool build(struct builder *b, yaml_parser_t *parser)
{
    bool ok = true, is_end = false;
    while (ok && !is_end) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            const char *why = parser->problem ? parser->problem : "no YAML";
            return err_set(b->e, ERR_INVALID, "%s:%zu: %s", b->name, parser->problem_mark.line + 1,
                           why);
        }
        is_end = event.type == YAML_STREAM_END_EVENT;
        ok = on_event(b, &event);
        yaml_event_delete(&event);
    }
    return ok;
}

bool yaml_parse(struct sv text, const char *name, enum yaml_scalars scalars, struct json **ret_root,
                struct err *e)
{
    if (text.n > YAML_MAX_BYTES) {
        return err_set(e, ERR_LIMIT, "%s: %zu bytes, at most %d", name, text.n, YAML_MAX_BYTES);
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        BUG("no memory for a parser");
    }
    struct builder b = {.name = name, .scalars = scalars, .e = e};
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
    bool ok = build(&b, &parser);
    yaml_parser_delete(&parser);
    for (size_t i = 0; i < b.levels.n; i++) {
        free(b.levels.at[i].key);
    }
    vec_release(&b.levels);
    if (!ok) {
        json_free(b.root);
        return false;
    }
    *ret_root = b.root ? b.root : json_new_null();
    return true;
}
