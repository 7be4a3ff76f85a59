/* Steps: collected in pre-order, then looked at one by one. */
#include "core/pipeline/check.h"

enum { STEP_NAME_MAX = 64 };

/* Where the steps inside a step stand. */
static const struct {
    enum step_type type;
    const char *key;
    enum step_branch branch;
} nests[] = {
    {STEP_CONDITION, "IfSteps", BRANCH_IF},
    {STEP_CONDITION, "ElseSteps", BRANCH_ELSE},
    {STEP_FOR_EACH, "ForEachBody", BRANCH_BODY},
};

/* Members of a step that hold no values to resolve. */
static const char *const plain_members[] = {
    "Name",        "Type",          "DependsOn",     "DisplayName",      "Description",
    "CacheConfig", "RetryPolicies", "PropertyFiles", "OutputParameters", "Arguments",
};

static bool is_listed(const char *key, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (z_eq(key, list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_nest(enum step_type type, const char *key)
{
    for (size_t i = 0; i < ALEN(nests); i++) {
        if (nests[i].type == type && z_eq(nests[i].key, key)) {
            return true;
        }
    }
    return false;
}

static enum step_type type_of(const char *word)
{
    size_t t = 0;
    while (t < STEP_TYPE_COUNT && !z_eq(word, step_type_word((enum step_type)t))) {
        t++;
    }
    return (enum step_type)t;
}

/* --- the walk over all steps, in pre-order --- */

struct step_place {
    size_t parent, position;
    enum step_branch branch;
};
struct step_walk {
    struct checker *c;
    void (*visit)(struct step_walk *, const struct json *, const struct step_place *,
                  const struct trail *);
    size_t next; /* index of the next step */
};

static void walk_list(struct step_walk *w, const struct json *list, size_t parent,
                      enum step_branch branch, const struct trail *of)
{
    struct step_place place = {.parent = parent, .branch = branch};
    json_each (step, list) {
        struct trail at = trail_at(of, place.position);
        size_t index = w->next++;
        w->visit(w, step, &place, &at);
        place.position++;
        enum step_type type = type_of(json_get_str(step, "Type"));
        const struct json *arguments = json_get(step, "Arguments");
        struct trail inner = trail_key(&at, "Arguments");
        for (size_t i = 0; i < ALEN(nests); i++) {
            const struct json *nested = json_get(arguments, nests[i].key);
            if (nests[i].type == type && json_is(nested, JSON_ARRAY)) {
                struct trail t = trail_key(&inner, nests[i].key);
                walk_list(w, nested, index, nests[i].branch, &t);
            }
        }
    }
}

/* --- first pass: names, places and property files, so that the second can refer to them --- */

static void collect_property_files(struct definition_step *s)
{
    const struct json *list = json_get(s->json, "PropertyFiles");
    if (!json_is(list, JSON_ARRAY)) {
        return;
    }
    json_each (file, list) {
        struct property_file f = {json_get_str(file, "PropertyFileName"),
                                  json_get_str(file, "OutputName"), json_get_str(file, "FilePath")};
        vec_push(&s->property_files, f);
    }
}

static void collect_step(struct step_walk *w, const struct json *json,
                         const struct step_place *place, const struct trail *at)
{
    (void)at;
    struct definition *d = w->c->def;
    const struct json *arguments = json_get(json, "Arguments");
    struct definition_step s = {
        .name = json_get_str(json, "Name"),
        .type = type_of(json_get_str(json, "Type")),
        .index = d->steps.n,
        .json = json,
        .arguments = json_is(arguments, JSON_OBJECT) ? arguments : NULL,
        .position = place->position,
        .parent = place->parent,
        .branch = place->branch,
        .cache_expire_ms = -1,
    };
    collect_property_files(&s);
    size_t body = place->parent == DEFINITION_NONE ? DEFINITION_NONE
                  : place->branch == BRANCH_BODY   ? place->parent
                                                   : w->c->body_of.at[place->parent];
    vec_push(&w->c->body_of, body);
    if (s.name && *s.name && !map_has(&d->step_names, sv_z(s.name))) {
        map_set(&d->step_names, sv_z(s.name), (void *)(uintptr_t)(s.index + 1));
    }
    vec_push(&d->steps, s);
}

/* --- second pass --- */

static void check_names(struct checker *c, const struct definition_step *s, const struct trail *of)
{
    const char *name = check_required_text(c, of, s->json, "Name");
    const char *type = check_required_text(c, of, s->json, "Type");
    if (name) {
        struct trail at = trail_key(of, "Name");
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(name));
        if (!check_is_name(name, STEP_NAME_MAX)) {
            check_problem(c, &at, "\"%s\" is no name: use 1 to %d of A-Z, a-z, 0-9, - and _", q,
                          STEP_NAME_MAX);
        }
        size_t first = definition_find_step(c->def, name);
        if (first != s->index && first != DEFINITION_NONE) {
            CLEANUP(str_release) struct str path = STR_INIT;
            definition_step_path(c->def, first, &path);
            check_problem(c, &at, "there is a step \"%s\" already, at %s", q, path.p);
        }
    }
    if (type && s->type == STEP_TYPE_COUNT) {
        struct trail at = trail_key(of, "Type");
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(type));
        check_problem(c, &at, "\"%s\" is no step type", q);
    }
    check_member(c, of, s->json, "DisplayName", JSON_STRING, NULL);
    check_member(c, of, s->json, "Description", JSON_STRING, NULL);
}

static bool read_trigger(const char *word, enum step_trigger *ret_trigger)
{
    if (z_eq(word, "Completed")) { /* the SDK's word for the default */
        *ret_trigger = TRIGGER_SUCCEEDED;
        return true;
    }
    for (size_t t = 0; t < TRIGGER_COUNT; t++) {
        if (z_eq(word, step_trigger_word((enum step_trigger)t))) {
            *ret_trigger = (enum step_trigger)t;
            return true;
        }
    }
    return false;
}

static void check_dependency(struct checker *c, const struct definition_step *s,
                             const struct trail *at, const struct json *entry)
{
    const char *name = json_str(entry);
    enum step_trigger trigger = TRIGGER_SUCCEEDED;
    struct trail step_at = trail_key(at, "Step"), trigger_at = trail_key(at, "Trigger");
    const struct trail *name_at = at;
    if (json_is(entry, JSON_OBJECT)) {
        name_at = &step_at;
        name = check_required_text(c, at, entry, "Step");
        const struct json *word = check_member(c, at, entry, "Trigger", JSON_STRING, NULL);
        if (word && !read_trigger(json_str(word), &trigger)) {
            CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(json_str(word)));
            check_problem(c, &trigger_at,
                          "\"%s\" is no trigger; there are Succeeded, Failed, Stopped and Any", q);
        }
    } else if (!name) {
        check_problem(c, at,
                      "a dependency is the name of a step or {\"Step\", \"Trigger\"}, not %s",
                      json_type_name(json_type(entry)));
    }
    if (!name) {
        return;
    }
    struct value_context x = {.c = c, .step = s->index};
    size_t to = check_step_name(&x, name_at, sv_z(name));
    if (to != DEFINITION_NONE) {
        check_add_edge(c, s->index, (struct definition_edge){to, EDGE_DEPENDS_ON, trigger, entry});
    }
}

static void check_depends_on(struct checker *c, const struct definition_step *s,
                             const struct trail *of)
{
    const struct json *list = check_member(c, of, s->json, "DependsOn", JSON_ARRAY, NULL);
    struct trail at = trail_key(of, "DependsOn");
    size_t i = 0;
    json_each (entry, list) {
        struct trail t = trail_at(&at, i++);
        check_dependency(c, s, &t, entry);
    }
}

/* Names in `list` (objects with a text `key`) once each; reports what is missing or doubled. */
static void check_named_list(struct checker *c, const struct definition_step *s,
                             const struct trail *of, const char *member, const char *key,
                             void (*check_entry)(struct checker *, const struct definition_step *,
                                                 const struct trail *, const struct json *))
{
    const struct json *list = check_member(c, of, s->json, member, JSON_ARRAY, NULL);
    struct trail at = trail_key(of, member);
    struct map seen = MAP_INIT;
    size_t i = 0;
    json_each (entry, list) {
        struct trail t = trail_at(&at, i++);
        if (!json_is(entry, JSON_OBJECT)) {
            check_problem(c, &t, "an entry of %s must be an object, not %s", member,
                          json_type_name(json_type(entry)));
            continue;
        }
        const char *name = check_required_text(c, &t, entry, key);
        if (name && map_set(&seen, sv_z(name), &seen)) {
            struct trail n = trail_key(&t, key);
            CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(name));
            check_problem(c, &n, "\"%s\" is declared before in %s", q, member);
        }
        check_entry(c, s, &t, entry);
    }
    map_release(&seen);
}

/* Does the step declare this output? Values that are not literal cannot be told: then yes. */
static bool declares_output(const struct definition_step *s, const char *output)
{
    const struct json *config = json_get(s->arguments, "ProcessingOutputConfig");
    const struct json *outputs = json_get(config, "Outputs");
    if ((config && value_kind(config) != VALUE_OBJECT) ||
        (outputs && value_kind(outputs) != VALUE_ARRAY)) {
        return true;
    }
    json_each (o, outputs) {
        const struct json *name = json_get(o, "OutputName");
        if (json_is(name, JSON_OBJECT) || z_eq(json_str(name), output)) {
            return true;
        }
    }
    return false;
}

static void check_property_file(struct checker *c, const struct definition_step *s,
                                const struct trail *at, const struct json *file)
{
    const char *output = check_required_text(c, at, file, "OutputName");
    check_required_text(c, at, file, "FilePath");
    if (output && !declares_output(s, output)) {
        struct trail t = trail_key(at, "OutputName");
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(output));
        check_problem(c, &t, "the step declares no output \"%s\" in ProcessingOutputConfig.Outputs",
                      q);
    }
}

static void check_output_parameter(struct checker *c, const struct definition_step *s,
                                   const struct trail *at, const struct json *output)
{
    (void)s;
    const char *type = check_required_text(c, at, output, "OutputType");
    if (type && parameter_type_of(type) == PARAMETER_TYPE_COUNT) {
        struct trail n = trail_key(at, "OutputType");
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(type));
        check_problem(c, &n, "\"%s\" is no type; there are String, Integer, Float and Boolean", q);
    }
}

/* --- arguments --- */

static void check_nests(struct checker *c, const struct definition_step *s, const struct trail *of)
{
    for (size_t i = 0; i < ALEN(nests); i++) {
        if (nests[i].type == s->type) {
            check_member(c, of, s->arguments, nests[i].key, JSON_ARRAY, NULL);
        }
    }
}

/* What becomes the reason of the failure is a text. */
static void check_message(struct checker *c, const struct definition_step *s,
                          const struct trail *of)
{
    const struct json *v = json_get(s->arguments, "ErrorMessage");
    struct trail at = trail_key(of, "ErrorMessage");
    bool is_unknown = v && value_kind(v) == VALUE_UNKNOWN_FUNCTION; /* which is told as such */
    bool is_other = v && value_kind(v) == VALUE_SCALAR && !json_is(v, JSON_STRING);
    if (v && !is_unknown && (is_other || !value_is_operand(v))) {
        check_problem(c, &at, "ErrorMessage must be a string, Get, Std:Join or Std:JsonGet, not %s",
                      json_type_name(json_type(v)));
    }
}

static void check_arguments(struct checker *c, const struct definition_step *s,
                            const struct trail *of)
{
    struct trail at = trail_key(of, "Arguments");
    struct value_context x = {.c = c, .step = s->index};
    bool is_wrong = false;
    check_member(c, of, s->json, "Arguments", JSON_OBJECT, &is_wrong);
    if (!s->arguments) {
        if (!is_wrong && (s->type == STEP_CONDITION || s->type == STEP_FOR_EACH)) {
            check_problem(c, &at, "Arguments is missing");
        }
        return;
    }
    check_nests(c, s, &at);
    if (s->type == STEP_FAIL) {
        check_message(c, s, &at);
    }
    if (s->type == STEP_FOR_EACH) {
        check_for_each(&x, s->arguments, &at);
    }
    if (s->type == STEP_CONDITION) {
        struct trail t = trail_key(&at, "Conditions");
        check_conditions(&x, &t, json_get(s->arguments, "Conditions"));
    } else if (value_kind(s->arguments) != VALUE_OBJECT) {
        check_value(&x, &at, s->arguments);
        return;
    }
    json_each (member, s->arguments) {
        const char *key = json_key(member);
        bool is_done = is_nest(s->type, key) ||
                       (s->type == STEP_CONDITION && z_eq(key, "Conditions")) ||
                       (s->type == STEP_FOR_EACH && z_eq(key, "Selector"));
        if (!is_done) {
            struct trail t = trail_key(&at, key);
            check_value(&x, &t, member);
        }
    }
}

static void check_place(struct checker *c, const struct definition_step *s,
                        const struct step_place *place, const struct trail *at)
{
    if (place->parent != DEFINITION_NONE) {
        check_add_edge(
            c, s->index,
            (struct definition_edge){place->parent, EDGE_PARENT, TRIGGER_SUCCEEDED, NULL});
    }
    if (place->branch == BRANCH_BODY &&
        (s->type == STEP_CONDITION || s->type == STEP_FAIL || s->type == STEP_FOR_EACH)) {
        struct trail t = trail_key(at, "Type");
        check_problem(c, &t, "a step of type %s cannot stand in the body of a ForEach",
                      step_type_word(s->type));
    }
}

static void check_one_step(struct step_walk *w, const struct json *json,
                           const struct step_place *place, const struct trail *at)
{
    struct checker *c = w->c;
    struct definition_step *s = &c->def->steps.at[w->next - 1];
    struct value_context x = {.c = c, .step = s->index};
    if (!json_is(json, JSON_OBJECT)) {
        check_problem(c, at, "a step must be an object, not %s", json_type_name(json_type(json)));
        return;
    }
    check_names(c, s, at);
    check_place(c, s, place, at);
    check_depends_on(c, s, at);
    check_arguments(c, s, at);
    json_each (member, json) {
        if (!is_listed(json_key(member), plain_members, ALEN(plain_members))) {
            struct trail t = trail_key(at, json_key(member));
            check_value(&x, &t, member);
        }
    }
    check_named_list(c, s, at, "PropertyFiles", "PropertyFileName", check_property_file);
    check_named_list(c, s, at, "OutputParameters", "OutputName", check_output_parameter);
    check_policies(c, s, at);
}

void check_steps(struct checker *c)
{
    struct trail root = TRAIL_ROOT;
    struct trail at = trail_key(&root, "Steps");
    bool is_wrong = false;
    const struct json *list = check_member(c, &root, c->def->root, "Steps", JSON_ARRAY, &is_wrong);
    if (!list) {
        if (!is_wrong) {
            check_problem(c, &at, "Steps is missing; it must be an array");
        }
        return;
    }
    struct step_walk collect = {.c = c, .visit = collect_step};
    walk_list(&collect, list, DEFINITION_NONE, BRANCH_NONE, &at);
    size_t slots = c->def->steps.n * TRIGGER_COUNT * EDGE_KIND_COUNT;
    if (slots) {
        c->seen.at = xcalloc(slots, sizeof *c->seen.at);
        c->seen.n = c->seen.cap = slots;
    }
    struct step_walk check = {.c = c, .visit = check_one_step};
    walk_list(&check, list, DEFINITION_NONE, BRANCH_NONE, &at);
}
