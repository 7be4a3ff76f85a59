/* Loading, the tables of words, and the order in which a document is checked. */
#include "core/pipeline/definition.h"

#include "core/base/os.h"
#include "core/base/path.h"
#include "core/pipeline/check.h"

static const struct {
    const char *word;
    enum step_needs needs;
    bool runs_here;
} step_types[] = {
#define STEP_TYPE(id, word, needs, here) [id] = {word, needs, here},
#include "core/pipeline/steptypes.def"
#undef STEP_TYPE
};
_Static_assert(ALEN(step_types) == STEP_TYPE_COUNT, "a row for each step type");

static const char *const trigger_words[] = {
    [TRIGGER_SUCCEEDED] = "Succeeded",
    [TRIGGER_FAILED] = "Failed",
    [TRIGGER_STOPPED] = "Stopped",
    [TRIGGER_ANY] = "Any",
};
_Static_assert(ALEN(trigger_words) == TRIGGER_COUNT, "a word for each trigger");

const char *step_type_word(enum step_type t)
{
    return t < STEP_TYPE_COUNT ? step_types[t].word : NULL;
}

enum step_needs step_type_needs(enum step_type t)
{
    return t < STEP_TYPE_COUNT ? step_types[t].needs : NEEDS_LOCAL;
}

bool step_type_runs_here(enum step_type t)
{
    return t < STEP_TYPE_COUNT && step_types[t].runs_here;
}

const char *step_trigger_word(enum step_trigger t)
{
    return t < TRIGGER_COUNT ? trigger_words[t] : NULL;
}

size_t definition_find_step(const struct definition *d, const char *name)
{
    return (size_t)(uintptr_t)map_get(&d->step_names, sv_z(name)) - 1; /* 0 - 1: NONE */
}

size_t definition_find_parameter(const struct definition *d, const char *name)
{
    return (size_t)(uintptr_t)map_get(&d->parameter_names, sv_z(name)) - 1;
}

void definition_step_path(const struct definition *d, size_t index, struct str *out)
{
    static const char *const lists[] = {
        [BRANCH_NONE] = "$.Steps",
        [BRANCH_IF] = ".Arguments.IfSteps",
        [BRANCH_ELSE] = ".Arguments.ElseSteps",
        [BRANCH_BODY] = ".Arguments.ForEachBody",
    };
    VEC(size_t) chain = {0};
    for (size_t i = index; i != DEFINITION_NONE; i = d->steps.at[i].parent) {
        vec_push(&chain, i);
    }
    for (size_t k = chain.n; k-- > 0;) {
        const struct definition_step *s = &d->steps.at[chain.at[k]];
        str_addf(out, "%s[%zu]", lists[s->branch], s->position);
    }
    vec_release(&chain);
}

void definition_release(struct definition *d)
{
    for (size_t i = 0; i < d->steps.n; i++) {
        struct definition_step *s = &d->steps.at[i];
        vec_release(&s->edges);
        vec_release(&s->retries);
        vec_release(&s->property_files);
    }
    vec_release(&d->steps);
    vec_release(&d->parameters);
    vec_release(&d->order);
    definition_problems_release(&d->problems);
    map_release(&d->step_names);
    map_release(&d->parameter_names);
    json_free(d->root);
    free(d->name);
    *d = (struct definition){0};
}

static void check_version(struct checker *c)
{
    struct trail root = TRAIL_ROOT;
    struct trail at = trail_key(&root, "Version");
    const char *version = check_required_text(c, &root, c->def->root, "Version");
    if (version && !z_eq(version, DEFINITION_VERSION)) {
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(version));
        check_problem(c, &at, "version \"%s\" is not known; it must be \"" DEFINITION_VERSION "\"",
                      q);
    }
}

static void check_document(struct checker *c)
{
    struct trail root = TRAIL_ROOT;
    if (!json_is(c->def->root, JSON_OBJECT)) {
        check_problem(c, &root, "a pipeline definition must be an object, not %s",
                      json_type_name(json_type(c->def->root)));
        return;
    }
    check_version(c);
    check_member(c, &root, c->def->root, "Metadata", JSON_OBJECT, NULL);
    check_parameters(c);
    check_experiment_config(c);
    check_steps(c);
    check_plan(c);
}

static void check_definition(struct definition *d)
{
    struct checker c = {.def = d, .problems = &d->problems};
    check_document(&c);
    vec_release(&c.body_of);
    vec_release(&c.seen);
}

static void set_name(struct definition *d, const char *name)
{
    free(d->name);
    d->name = xstrdup(name ? name : "");
}

static void refuse_text(struct definition *d, const char *path, const struct err *e)
{
    CLEANUP(str_release) struct str reason = STR_INIT;
    str_setf(&reason, "no JSON that can be read: %s", e->msg);
    problems_add(&d->problems, PROBLEM_DOCUMENT, path, reason.p);
}

/* DescribePipeline's output carries the document as a string. True when `d` is settled. */
static bool unwrap(struct definition *d, bool is_name_forced)
{
    const struct json *inner = json_get(d->root, "PipelineDefinition");
    struct json *root = NULL;
    struct err e = ERR_INIT;
    if (!inner) {
        return false;
    }
    const char *name = json_get_str(d->root, "PipelineName");
    if (name && *name && !is_name_forced) {
        set_name(d, name);
    }
    if (!json_is(inner, JSON_STRING)) {
        problems_add(&d->problems, PROBLEM_DOCUMENT, "$.PipelineDefinition",
                     "PipelineDefinition must be a string that holds the definition");
    } else if (!json_parse(sv_z(json_str(inner)), &root, &e)) {
        refuse_text(d, "$.PipelineDefinition", &e);
    }
    json_free(d->root);
    d->root = root;
    return !root;
}

void definition_from_json(struct json *root, const char *name, bool is_name_forced,
                          struct definition *ret_def)
{
    struct definition d = {.root = root};
    set_name(&d, name);
    if (!unwrap(&d, is_name_forced)) {
        check_definition(&d);
    }
    *ret_def = d;
}

void definition_parse(struct sv text, const char *name, bool is_name_forced,
                      struct definition *ret_def)
{
    struct json *root;
    struct err e = ERR_INIT;
    if (text.n <= DEFINITION_MAX_BYTES && json_parse(text, &root, &e)) {
        definition_from_json(root, name, is_name_forced, ret_def);
        return;
    }
    struct definition d = {0};
    set_name(&d, name);
    if (text.n > DEFINITION_MAX_BYTES) {
        (void)err_set(&e, ERR_LIMIT, "the document has %zu bytes; at most %d are read", text.n,
                      DEFINITION_MAX_BYTES);
    }
    refuse_text(&d, "$", &e);
    *ret_def = d;
}

bool definition_load(const char *path, const char *name, struct definition *ret_def, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(mem_free_ptr) char *stem = path_stem(path);
    const char *shown = name ? name : stem;
    if (os_read_file(path, DEFINITION_MAX_BYTES, &text, e)) {
        definition_parse(sv_of(&text), shown, name != NULL, ret_def);
        return true;
    }
    if (e->code != ERR_LIMIT) {
        return false;
    }
    struct definition d = {0};
    set_name(&d, shown);
    refuse_text(&d, "$", e);
    *ret_def = d;
    return true;
}
