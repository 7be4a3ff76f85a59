/* References: Get, Std:Join and Std:JsonGet anywhere in a value, and the edges they make. */
#include "core/pipeline/check.h"
#include "core/pipeline/propath.h"

static const char *const execution_variables[] = {
    "StartDateTime",       "CurrentDateTime",      "PipelineName",    "PipelineArn",
    "PipelineExecutionId", "PipelineExecutionArn", "TrainingJobName", "ProcessingJobName",
};
static const char *const experiment_variables[] = {"ExperimentName", "TrialName"};

enum value_kind value_kind(const struct json *v)
{
    switch (json_type(v)) {
    case JSON_NULL:
        return VALUE_NULL;
    case JSON_ARRAY:
        return VALUE_ARRAY;
    case JSON_OBJECT:
        break;
    case JSON_BOOL:
    case JSON_NUMBER:
    case JSON_STRING:
        return VALUE_SCALAR;
    }
    enum value_kind found = VALUE_OBJECT;
    json_each (child, v) {
        const char *key = json_key(child);
        if (z_eq(key, "Get")) {
            return VALUE_GET;
        }
        if (z_eq(key, "Std:Join")) {
            return VALUE_JOIN;
        }
        if (z_eq(key, "Std:JsonGet")) {
            return VALUE_JSON_GET;
        }
        if (sv_starts(sv_z(key), "Std:")) {
            found = VALUE_UNKNOWN_FUNCTION;
        }
    }
    return found;
}

bool value_is_operand(const struct json *v)
{
    enum value_kind k = value_kind(v);
    return k == VALUE_SCALAR || k == VALUE_GET || k == VALUE_JOIN || k == VALUE_JSON_GET;
}

void check_add_edge(struct checker *c, size_t from, struct definition_edge edge)
{
    size_t slot = (edge.to * TRIGGER_COUNT + edge.trigger) * EDGE_KIND_COUNT + edge.kind;
    if (c->seen.at[slot] == from + 1) {
        return;
    }
    c->seen.at[slot] = (uint32_t)(from + 1);
    struct definition_step *s = &c->def->steps.at[from];
    vec_push(&s->edges, edge);
}

size_t check_step_name(const struct value_context *x, const struct trail *at, struct sv name)
{
    struct checker *c = x->c;
    size_t to = (size_t)(uintptr_t)map_get(&c->def->step_names, name);
    if (!to--) {
        CLEANUP(mem_free_ptr) char *q = check_quote(name);
        check_problem(c, at, "there is no step \"%s\"", q);
        return DEFINITION_NONE;
    }
    size_t body = c->body_of.at[to];
    if (body != DEFINITION_NONE && (x->step == DEFINITION_NONE || c->body_of.at[x->step] != body)) {
        const char *each = c->def->steps.at[body].name;
        check_problem(c, at,
                      "step \"%s\" runs once per item inside the ForEach step \"%s\"; outside of "
                      "it, it is Steps.%s.IterationOutputs[N].%s",
                      c->def->steps.at[to].name, each ? each : "", each ? each : "",
                      c->def->steps.at[to].name);
        return DEFINITION_NONE;
    }
    return to;
}

static bool is_one_of(struct sv name, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (sv_eqz(name, words[i])) {
            return true;
        }
    }
    return false;
}

static bool declares_file(const struct definition_step *s, struct sv file)
{
    for (size_t i = 0; i < s->property_files.n; i++) {
        if (s->property_files.at[i].name && sv_eqz(file, s->property_files.at[i].name)) {
            return true;
        }
    }
    return false;
}

static bool first_of(struct sv path, struct propath_step *ret_step, struct sv *ret_rest)
{
    struct sv rest = path;
    if (!rest.n || !propath_next(&rest, false, ret_step)) {
        return false;
    }
    *ret_rest = rest;
    return true;
}

/* Steps.S.PropertyFiles.N */
static void check_file_path(const struct value_context *x, const struct trail *at, size_t to,
                            struct sv rest)
{
    struct propath_step file;
    const struct definition_step *s = &x->c->def->steps.at[to];
    if (!first_of(rest, &file, &rest) || file.kind == PROPATH_INDEX || rest.n) {
        check_problem(x->c, at, "a property file is Steps.%s.PropertyFiles.NAME", s->name);
    } else if (!declares_file(s, file.text)) {
        CLEANUP(mem_free_ptr) char *q = check_quote(file.text);
        check_problem(x->c, at, "step \"%s\" declares no property file \"%s\"", s->name, q);
    }
}

/* Steps.F.IterationOutputs[N].BODY.… of a ForEach */
static void check_iteration_path(const struct value_context *x, const struct trail *at, size_t to,
                                 struct sv rest)
{
    struct propath_step index, body;
    const struct definition_step *s = &x->c->def->steps.at[to];
    if (!first_of(rest, &index, &rest) || index.kind != PROPATH_INDEX ||
        !first_of(rest, &body, &rest) || body.kind == PROPATH_INDEX) {
        check_problem(x->c, at, "the outputs of a ForEach are Steps.%s.IterationOutputs[N].STEP",
                      s->name);
        return;
    }
    size_t inner = (size_t)(uintptr_t)map_get(&x->c->def->step_names, body.text);
    if (!inner || x->c->body_of.at[inner - 1] != to) {
        CLEANUP(mem_free_ptr) char *q = check_quote(body.text);
        check_problem(x->c, at, "there is no step \"%s\" in the body of \"%s\"", q, s->name);
    }
}

/* What follows Steps. : NAME and perhaps a path. */
static void check_get_step(const struct value_context *x, const struct trail *at, struct sv text)
{
    struct sv rest = text;
    struct sv name = propath_name(&rest);
    if (x->step == DEFINITION_NONE) {
        check_problem(x->c, at,
                      "PipelineExperimentConfig is settled before any step runs; it "
                      "cannot refer to one");
        return;
    }
    if (!name.n || (rest.n && rest.p[0] != '.' && rest.p[0] != '[') || !propath_is_valid(text)) {
        CLEANUP(mem_free_ptr) char *q = check_quote(text);
        check_problem(x->c, at, "\"Steps.%s\" is no path: use names with dots, [n] and ['k']", q);
        return;
    }
    size_t to = check_step_name(x, at, name);
    if (to == DEFINITION_NONE) {
        return;
    }
    struct propath_step first;
    if (first_of(rest, &first, &rest) && first.kind == PROPATH_NAME) {
        if (sv_eqz(first.text, "PropertyFiles")) {
            check_file_path(x, at, to, rest);
        } else if (x->c->def->steps.at[to].type == STEP_FOR_EACH &&
                   sv_eqz(first.text, "IterationOutputs")) {
            check_iteration_path(x, at, to, rest);
        }
    }
    check_add_edge(x->c, x->step,
                   (struct definition_edge){to, EDGE_REFERENCE, TRIGGER_SUCCEEDED, x->node});
}

static void check_get_parameter(const struct value_context *x, const struct trail *at,
                                struct sv name)
{
    if (!map_has(&x->c->def->parameter_names, name)) {
        CLEANUP(mem_free_ptr) char *q = check_quote(name);
        check_problem(x->c, at, "there is no parameter \"%s\"", q);
    }
}

static void check_get_execution(const struct value_context *x, const struct trail *at,
                                struct sv name)
{
    if (!is_one_of(name, execution_variables, ALEN(execution_variables))) {
        CLEANUP(mem_free_ptr) char *q = check_quote(name);
        check_problem(x->c, at,
                      "there is no execution variable \"%s\"; there are StartDateTime, "
                      "CurrentDateTime, PipelineName, PipelineArn, PipelineExecutionId, "
                      "PipelineExecutionArn, TrainingJobName and ProcessingJobName",
                      q);
    }
}

static void check_get_experiment(const struct value_context *x, const struct trail *at,
                                 struct sv name)
{
    CLEANUP(mem_free_ptr) char *q = check_quote(name);
    if (!is_one_of(name, experiment_variables, ALEN(experiment_variables))) {
        check_problem(x->c, at,
                      "PipelineExperimentConfig has no \"%s\"; it has ExperimentName and TrialName",
                      q);
    } else if (x->step == DEFINITION_NONE) {
        check_problem(x->c, at, "PipelineExperimentConfig.%s refers to itself", q);
    }
}

/* ForEach.CurrentItem, perhaps with a path */
static void check_get_item(const struct value_context *x, const struct trail *at, struct sv text)
{
    struct sv rest = text;
    struct sv name = propath_name(&rest);
    if (!sv_eqz(name, "CurrentItem") || !propath_is_valid(text)) {
        CLEANUP(mem_free_ptr) char *q = check_quote(text);
        check_problem(x->c, at, "\"ForEach.%s\" is unknown; the item is ForEach.CurrentItem", q);
    } else if (x->step == DEFINITION_NONE || x->c->body_of.at[x->step] == DEFINITION_NONE) {
        check_problem(x->c, at, "ForEach.CurrentItem exists only inside the body of a ForEach");
    }
}

/* IterationOutput.BODY.… inside the Selector of a ForEach */
static void check_get_output(const struct value_context *x, const struct trail *at, struct sv text)
{
    struct sv rest = text;
    struct sv name = propath_name(&rest);
    if (!x->is_iteration_output_ok) {
        check_problem(x->c, at, "IterationOutput exists only in the Selector.Field of a ForEach");
        return;
    }
    size_t inner = (size_t)(uintptr_t)map_get(&x->c->def->step_names, name);
    if (!inner || x->c->body_of.at[inner - 1] != x->step || !rest.n || !propath_is_valid(text)) {
        CLEANUP(mem_free_ptr) char *q = check_quote(text);
        check_problem(x->c, at, "\"IterationOutput.%s\" is no output of a step in the body", q);
    }
}

static const struct {
    const char *prefix;
    void (*check)(const struct value_context *, const struct trail *, struct sv);
} roots[] = {
    {"Parameters.", check_get_parameter}, {"Steps.", check_get_step},
    {"Execution.", check_get_execution},  {"PipelineExperimentConfig.", check_get_experiment},
    {"ForEach.", check_get_item},         {"IterationOutput.", check_get_output},
};

static void check_get(const struct value_context *x, const struct trail *of, const struct json *v)
{
    const struct json *get = json_get(v, "Get");
    struct trail at = trail_key(of, "Get");
    if (!json_is(get, JSON_STRING)) {
        check_problem(x->c, &at, "Get must be a string, not %s", json_type_name(json_type(get)));
        return;
    }
    if (json_size(v) != 1) {
        check_problem(x->c, of, "an object with Get has no other members");
    }
    struct sv text = sv_z(json_str(get));
    for (size_t i = 0; i < ALEN(roots); i++) {
        if (sv_starts(text, roots[i].prefix)) {
            size_t n = strlen(roots[i].prefix);
            struct value_context inner = *x;
            inner.node = get;
            roots[i].check(&inner, &at, (struct sv){text.p + n, text.n - n});
            return;
        }
    }
    CLEANUP(mem_free_ptr) char *q = check_quote(text);
    check_problem(x->c, &at,
                  "\"%s\" has no known root; there are Parameters., Steps., Execution., "
                  "PipelineExperimentConfig. and ForEach.CurrentItem",
                  q);
}

static void check_join(const struct value_context *x, const struct trail *of, const struct json *v)
{
    const struct json *join = json_get(v, "Std:Join");
    struct trail at = trail_key(of, "Std:Join");
    if (json_size(v) != 1) {
        check_problem(x->c, of, "an object with Std:Join has no other members");
    }
    if (!json_is(join, JSON_OBJECT)) {
        check_problem(x->c, &at, "Std:Join must be an object with On and Values");
        return;
    }
    const struct json *on = json_get(join, "On");
    if (!json_is(on, JSON_STRING)) {
        struct trail t = trail_key(&at, "On");
        check_problem(x->c, &t, "On of Std:Join must be a string; it is %s",
                      on ? json_type_name(json_type(on)) : "missing");
    }
    const struct json *values = json_get(join, "Values");
    struct trail list = trail_key(&at, "Values");
    if (!json_is(values, JSON_ARRAY)) {
        check_problem(x->c, &list, "Values of Std:Join must be an array");
        return;
    }
    size_t i = 0;
    json_each (value, values) {
        struct trail t = trail_at(&list, i++);
        if (!value_is_operand(value)) {
            check_problem(x->c, &t,
                          "Std:Join joins strings, numbers, booleans, Get, Std:Join and "
                          "Std:JsonGet, not %s",
                          json_type_name(json_type(value)));
        }
        check_value(x, &t, value);
    }
}

static bool is_file_reference(const struct json *v)
{
    const char *get = json_get_str(v, "Get");
    struct sv rest = sv_z(get);
    struct propath_step s;
    if (!get || !sv_starts(rest, "Steps.")) {
        return false;
    }
    rest = (struct sv){rest.p + strlen("Steps."), rest.n - strlen("Steps.")};
    return propath_name(&rest).n && first_of(rest, &s, &rest) && sv_eqz(s.text, "PropertyFiles");
}

static void check_json_get(const struct value_context *x, const struct trail *of,
                           const struct json *v)
{
    const struct json *call = json_get(v, "Std:JsonGet");
    struct trail at = trail_key(of, "Std:JsonGet");
    if (json_size(v) != 1) {
        check_problem(x->c, of, "an object with Std:JsonGet has no other members");
    }
    if (!json_is(call, JSON_OBJECT)) {
        check_problem(x->c, &at,
                      "Std:JsonGet must be an object with PropertyFile or S3Uri, "
                      "and Path");
        return;
    }
    const struct json *file = json_get(call, "PropertyFile"), *uri = json_get(call, "S3Uri");
    struct trail file_at = trail_key(&at, "PropertyFile"), uri_at = trail_key(&at, "S3Uri");
    if (!file == !uri) {
        check_problem(x->c, &at, "Std:JsonGet takes one of PropertyFile and S3Uri");
    }
    if (file) {
        if (!is_file_reference(file)) {
            check_problem(x->c, &file_at,
                          "PropertyFile must be {\"Get\": \"Steps.STEP.PropertyFiles.NAME\"}");
        }
        check_value(x, &file_at, file);
    }
    if (uri) {
        if (!value_is_operand(uri) ||
            (value_kind(uri) == VALUE_SCALAR && !json_is(uri, JSON_STRING))) {
            check_problem(x->c, &uri_at, "S3Uri must be a string, a Get or a Std:Join");
        }
        check_value(x, &uri_at, uri);
    }
    const char *path = check_required_text(x->c, &at, call, "Path");
    if (path && !propath_is_valid(sv_z(path))) {
        struct trail t = trail_key(&at, "Path");
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(path));
        check_problem(x->c, &t, "\"%s\" is no path: use names with dots, [n] and ['k']", q);
    }
}

static void check_children(const struct value_context *x, const struct trail *at,
                           const struct json *v)
{
    size_t i = 0;
    bool is_array = json_is(v, JSON_ARRAY);
    json_each (child, v) {
        struct trail t = is_array ? trail_at(at, i++) : trail_key(at, json_key(child));
        check_value(x, &t, child);
    }
}

void check_value(const struct value_context *x, const struct trail *at, const struct json *v)
{
    switch (value_kind(v)) {
    case VALUE_NULL:
    case VALUE_SCALAR:
        break;
    case VALUE_GET:
        check_get(x, at, v);
        break;
    case VALUE_JOIN:
        check_join(x, at, v);
        break;
    case VALUE_JSON_GET:
        check_json_get(x, at, v);
        break;
    case VALUE_UNKNOWN_FUNCTION:
        check_problem(x->c, at, "there is no such function; there are Std:Join and Std:JsonGet");
        break;
    case VALUE_ARRAY:
    case VALUE_OBJECT:
        check_children(x, at, v);
        break;
    }
}
