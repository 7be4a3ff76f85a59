/* check: what the validators of a definition share. Internal to pipeline/.
 *
 * A checker collects problems; a trail is the place in the document as a chain of stack frames,
 * spelt out (as $.Steps[1].Name) only when there is something to report. Validators are split by
 * subject: check_params, check_steps, check_refs, check_conditions, check_policy, plan. */
#ifndef MLW_PIPELINE_CHECK_H
#define MLW_PIPELINE_CHECK_H

#include "core/pipeline/definition.h"

struct trail {
    const struct trail *up; /* NULL: the document itself, "$" */
    const char *key;        /* a member; NULL: an element */
    size_t index;
};
#define TRAIL_ROOT                                                                                 \
    (struct trail)                                                                                 \
    {                                                                                              \
        0                                                                                          \
    }
static inline struct trail trail_key(const struct trail *up, const char *key)
{
    return (struct trail){.up = up, .key = key};
}
static inline struct trail trail_at(const struct trail *up, size_t index)
{
    return (struct trail){.up = up, .index = index};
}
void trail_print(const struct trail *t, struct str *out);

struct checker {
    struct definition *def;
    struct definition_problems *problems;
    VEC(size_t) body_of; /* per step: the ForEach whose body holds it, or DEFINITION_NONE */
    /* per step × trigger × kind: index + 1 of the last step that had such an edge to it */
    VEC(uint32_t) seen;
};

/* Add a problem; text from the document goes into reasons through `check_quote` only. */
void problems_add(struct definition_problems *p, enum problem_kind kind, const char *path,
                  const char *reason);
void check_problem(struct checker *c, const struct trail *at, const char *fmt, ...) PRINTF(3, 4);
/* Text of the document for a message: sanitised and cut to a bearable length. Caller frees. */
char *check_quote(struct sv text);

/* --- members, with the problem reported when the type is off; null counts as absent --- */
/* NULL when absent, null or not of type `t` (then `ret_is_wrong`, if given, is set). */
const struct json *check_member(struct checker *c, const struct trail *of,
                                const struct json *object, const char *key, enum json_type t,
                                bool *ret_is_wrong);
/* A text that must be there; NULL when it is not (reported). */
const char *check_required_text(struct checker *c, const struct trail *of,
                                const struct json *object, const char *key);
/* Is this a name of 1 to max characters of [A-Za-z0-9_-]? */
bool check_is_name(const char *name, size_t max);

/* --- values --- */
enum value_kind {
    VALUE_NULL,
    VALUE_SCALAR,
    VALUE_ARRAY,
    VALUE_OBJECT,
    VALUE_GET,
    VALUE_JOIN,
    VALUE_JSON_GET,
    VALUE_UNKNOWN_FUNCTION /* {"Std:…": …} that is not known */
};
enum value_kind value_kind(const struct json *v);
/* May it stand for one scalar: a scalar, Get, Std:Join or Std:JsonGet? */
bool value_is_operand(const struct json *v);

struct value_context {
    struct checker *c;
    size_t step;                 /* whose value it is; DEFINITION_NONE: PipelineExperimentConfig */
    bool is_iteration_output_ok; /* inside a ForEach's Selector.Field */
    const struct json *node;     /* the text that is looked at, for the edges it makes */
};
/* Look at every structure in `v`, report what is wrong and add the edges it makes. */
void check_value(const struct value_context *x, const struct trail *at, const struct json *v);

void check_parameters(struct checker *c);
void check_experiment_config(struct checker *c);
/* Steps in pre-order with their names, places and property files; then all that is theirs. */
void check_steps(struct checker *c);
void check_conditions(const struct value_context *x, const struct trail *at,
                      const struct json *conditions);
/* The Arguments of a ForEach, apart from the steps in its body. */
void check_for_each(const struct value_context *x, const struct json *arguments,
                    const struct trail *of);
void check_policies(struct checker *c, struct definition_step *s, const struct trail *at);
void check_add_edge(struct checker *c, size_t from, struct definition_edge edge);
/* The step by that name as something `x` waits for; reports and returns DEFINITION_NONE when it
 * does not exist or stands inside a ForEach body that is not the caller's. */
size_t check_step_name(const struct value_context *x, const struct trail *at, struct sv name);
/* Fill definition.order and report cycles. */
void check_plan(struct checker *c);
/* Milliseconds of an ExpireAfter text (P30D, p30d, 30d, T16m, 30dT5h); false when malformed. */
bool check_expire_after(const char *text, int64_t *ret_ms);

#endif
