/* Parameters and the experiment's configuration. */
#include "core/pipeline/check.h"

enum { PARAMETER_NAME_MAX = 256 };

static const char *const type_words[] = {
    [PARAMETER_STRING] = "String",
    [PARAMETER_INTEGER] = "Integer",
    [PARAMETER_FLOAT] = "Float",
    [PARAMETER_BOOLEAN] = "Boolean",
};
_Static_assert(ALEN(type_words) == PARAMETER_TYPE_COUNT, "a word for each type");

const char *parameter_type_word(enum parameter_type t)
{
    return t < PARAMETER_TYPE_COUNT ? type_words[t] : NULL;
}

enum parameter_type parameter_type_of(const char *word)
{
    size_t t = 0;
    while (t < PARAMETER_TYPE_COUNT && !z_eq(word, type_words[t])) {
        t++;
    }
    return (enum parameter_type)t;
}

bool parameter_type_fits(enum parameter_type t, const struct json *value)
{
    int64_t whole;
    switch (t) {
    case PARAMETER_STRING:
        return json_is(value, JSON_STRING);
    case PARAMETER_INTEGER:
        return json_i64(value, &whole);
    case PARAMETER_FLOAT:
        return json_is(value, JSON_NUMBER);
    case PARAMETER_BOOLEAN:
        return json_is(value, JSON_BOOL);
    case PARAMETER_TYPE_COUNT:
        break;
    }
    return false;
}

static enum parameter_type read_type(struct checker *c, const struct trail *of,
                                     const struct json *p)
{
    const char *word = check_required_text(c, of, p, "Type");
    if (!word) {
        return PARAMETER_TYPE_COUNT;
    }
    enum parameter_type type = parameter_type_of(word);
    if (type != PARAMETER_TYPE_COUNT) {
        return type;
    }
    struct trail at = trail_key(of, "Type");
    CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(word));
    check_problem(c, &at, "\"%s\" is no type; there are String, Integer, Float and Boolean", q);
    return PARAMETER_TYPE_COUNT;
}

static const char *read_name(struct checker *c, const struct trail *of, const struct json *p,
                             size_t index)
{
    const char *name = check_required_text(c, of, p, "Name");
    struct trail at = trail_key(of, "Name");
    if (!name) {
        return NULL;
    }
    CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(name));
    if (!check_is_name(name, PARAMETER_NAME_MAX)) {
        check_problem(c, &at, "\"%s\" is no name: use 1 to %d of A-Z, a-z, 0-9, - and _", q,
                      PARAMETER_NAME_MAX);
    }
    size_t other = (size_t)(uintptr_t)map_get(&c->def->parameter_names, sv_z(name));
    if (other) {
        check_problem(c, &at, "parameter \"%s\" is declared before, at $.Parameters[%zu]", q,
                      other - 1);
    } else {
        map_set(&c->def->parameter_names, sv_z(name), (void *)(uintptr_t)(index + 1));
    }
    return name;
}

static void check_enum_values(struct checker *c, const struct trail *of,
                              const struct definition_parameter *p)
{
    struct trail at = trail_key(of, "EnumValues");
    size_t i = 0;
    if (!json_first(p->enum_values)) {
        check_problem(c, &at, "EnumValues is empty: no value would be allowed");
    }
    json_each (value, p->enum_values) {
        struct trail t = trail_at(&at, i++);
        if (p->type != PARAMETER_TYPE_COUNT && !parameter_type_fits(p->type, value)) {
            check_problem(c, &t, "a value of a parameter of type %s cannot be %s",
                          type_words[p->type], json_type_name(json_type(value)));
        }
    }
}

static bool is_allowed(const struct definition_parameter *p, const struct json *value)
{
    json_each (one, p->enum_values) {
        if (json_equal(one, value)) {
            return true;
        }
    }
    return !p->enum_values;
}

static void check_default(struct checker *c, const struct trail *of,
                          const struct definition_parameter *p)
{
    struct trail at = trail_key(of, "DefaultValue");
    if (p->type == PARAMETER_TYPE_COUNT) {
        return;
    }
    if (!parameter_type_fits(p->type, p->default_value)) {
        bool is_number = json_is(p->default_value, JSON_NUMBER);
        check_problem(c, &at, "the default of a parameter of type %s cannot be %s",
                      type_words[p->type],
                      is_number && p->type == PARAMETER_INTEGER
                          ? "a number with a fraction or beyond 64 bits"
                          : json_type_name(json_type(p->default_value)));
    } else if (!is_allowed(p, p->default_value)) {
        check_problem(c, &at, "the default is not among EnumValues");
    }
}

static void check_parameter(struct checker *c, const struct trail *at, const struct json *json,
                            size_t index)
{
    struct definition_parameter p = {.type = PARAMETER_TYPE_COUNT};
    if (!json_is(json, JSON_OBJECT)) {
        check_problem(c, at, "a parameter must be an object, not %s",
                      json_type_name(json_type(json)));
    } else {
        p.name = read_name(c, at, json, index);
        p.type = read_type(c, at, json);
        p.enum_values = check_member(c, at, json, "EnumValues", JSON_ARRAY, NULL);
        p.default_value = json_get(json, "DefaultValue");
        if (json_is(p.default_value, JSON_NULL)) {
            p.default_value = NULL;
        }
        check_member(c, at, json, "Description", JSON_STRING, NULL);
        if (p.enum_values) {
            check_enum_values(c, at, &p);
        }
        if (p.default_value) {
            check_default(c, at, &p);
        }
    }
    vec_push(&c->def->parameters, p);
}

void check_parameters(struct checker *c)
{
    struct trail root = TRAIL_ROOT;
    struct trail at = trail_key(&root, "Parameters");
    const struct json *list = check_member(c, &root, c->def->root, "Parameters", JSON_ARRAY, NULL);
    size_t i = 0;
    json_each (p, list) {
        struct trail t = trail_at(&at, i);
        check_parameter(c, &t, p, i++);
    }
}

void check_experiment_config(struct checker *c)
{
    static const char *const names[] = {"ExperimentName", "TrialName"};
    struct trail root = TRAIL_ROOT;
    struct trail at = trail_key(&root, "PipelineExperimentConfig");
    const struct json *config =
        check_member(c, &root, c->def->root, "PipelineExperimentConfig", JSON_OBJECT, NULL);
    struct value_context x = {.c = c, .step = DEFINITION_NONE};
    for (size_t i = 0; config && i < ALEN(names); i++) {
        const struct json *v = json_get(config, names[i]);
        struct trail t = trail_key(&at, names[i]);
        if (!v || json_is(v, JSON_NULL)) {
            continue;
        }
        if (!value_is_operand(v) || (value_kind(v) == VALUE_SCALAR && !json_is(v, JSON_STRING))) {
            check_problem(c, &t, "%s must be a string, a Get or a Std:Join, not %s", names[i],
                          json_type_name(json_type(v)));
        }
        check_value(&x, &t, v);
    }
}
