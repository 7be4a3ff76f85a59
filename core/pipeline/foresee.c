/* The plan of a start; see foresee.h. Steps are judged in the order in which they start, each with
 * what is known of those before it. A judgement that needs a file's digest which is not known yet
 * is given up; the file is read, in pieces, and the step is judged anew. */
#include "core/pipeline/foresee.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/pipeline/cache.h"
#include "core/pipeline/check.h"
#include "core/pipeline/condition.h"
#include "core/pipeline/drive.h"
#include "core/pipeline/imports.h"
#include "core/pipeline/outputs.h"

enum { MAX_CANDIDATES = 200 };

enum action { ACTION_CACHE, ACTION_RUN, ACTION_SKIP, ACTION_UNKNOWN, ACTION_COUNT };
static const char *const action_words[ACTION_COUNT] = {"cache", "run", "skip", "unknown"};

struct outlook {
    enum action action;
    bool may_not_happen; /* it hangs on a branch or an end that is not known */
    bool fails;          /* it is known to fail */
    bool is_decided;     /* of a Condition: the branch it takes is known, took_if */
    bool took_if;
    const char *waits_for; /* of a Condition that is not: the step that it asks for */
    const char *leans_on;  /* the cached step whose results it takes, if it does not hang on
                              parameters alone */
    struct json *output;   /* of a cache hit and a decided Condition: its document */
    char *why;
};

/* Where a step that runs will write. */
struct written {
    char *uri;
    const char *step;
    bool is_below; /* into a folder of its own below uri */
};

struct foresee {
    const struct workspace *ws;
    struct store *st;
    struct arena arena;
    struct definition def;
    char *base_dir;
    struct json *parameters, *execution, *experiment;
    struct json *imports; /* text → the address it would get, s3://mlw-imports/plan-N/NAME */
    struct map sources;   /* that address → the path it stands for, owned */
    struct map digests;   /* path → digest in hex, owned */
    struct objects objects;
    VEC(struct written) written;
    struct outlook *steps; /* by definition index */
    size_t at;             /* in def.order: the step that is judged next */
    struct digest_memo *memo;
    struct digest_job *job;
    char *job_path;
    /* while a step is judged */
    const char *missing;  /* the step whose outcome is asked for and not known; NULL: none */
    const char *leans_on; /* the cached step whose results were asked for; NULL: none */
};

/* --- what is known of other steps --- */

static bool will_write(const struct foresee *f, size_t index)
{
    enum action a = f->steps[index].action;
    return a == ACTION_RUN || a == ACTION_UNKNOWN;
}

static void miss(struct foresee *f, size_t index)
{
    if (!f->missing) {
        f->missing = f->def.steps.at[index].name;
    }
}

static const struct json *step_document(void *arg, const char *step)
{
    struct foresee *f = arg;
    size_t index = definition_find_step(&f->def, step);
    if (index == DEFINITION_NONE) {
        return NULL;
    }
    if (f->steps[index].output) {
        f->leans_on = f->steps[index].leans_on ? f->steps[index].leans_on : f->leans_on;
        return f->steps[index].output;
    }
    if (will_write(f, index)) {
        miss(f, index);
    }
    return NULL;
}

static bool overlaps(const struct written *w, const char *uri)
{
    size_t a = strlen(w->uri), b = strlen(uri);
    while (a && w->uri[a - 1] == '/') {
        a--;
    }
    while (b && uri[b - 1] == '/') {
        b--;
    }
    size_t n = a < b ? a : b;
    bool is_same_way = strncmp(w->uri, uri, n) == 0;
    bool is_inside = b > a && uri[a] == '/'; /* what is asked for lies below it */
    bool is_around = b <= a && (a == b || w->uri[b] == '/');
    return is_same_way && (is_around || (is_inside && !w->is_below));
}

/* Will a step that runs write there? Then what lies there now says nothing. */
static bool is_overwritten(struct foresee *f, const char *uri)
{
    for (size_t i = 0; i < f->written.n; i++) {
        if (overlaps(&f->written.at[i], uri)) {
            f->missing = f->missing ? f->missing : f->written.at[i].step;
            return true;
        }
    }
    return false;
}

static bool no_workspace(const struct foresee *f, const char *uri, struct err *e)
{
    return f->ws || err_set(e, ERR_NOT_FOUND, "there is no object %s in this workspace", uri);
}

static bool read_uri(void *arg, const char *uri, struct str *out, struct err *e)
{
    struct foresee *f = arg;
    if (is_overwritten(f, uri)) {
        return err_set(e, ERR_NOT_FOUND, "%s is not written yet", uri);
    }
    return no_workspace(f, uri, e) && outputs_read_uri(&f->objects, uri, out, e);
}

static bool property_file(void *arg, const char *step, const char *file, struct json **ret_file,
                          struct err *e)
{
    struct foresee *f = arg;
    const struct json *document = step_document(f, step);
    size_t index = definition_find_step(&f->def, step);
    if (!document) {
        return err_set(e, ERR_NOT_FOUND, "step %s has not written %s yet", step, file);
    }
    return outputs_property_file(&f->objects, &f->def.steps.at[index], document, file, ret_file, e);
}

static struct bind_scope scope_of(struct foresee *f)
{
    return (struct bind_scope){.parameters = f->parameters,
                               .execution = f->execution,
                               .experiment = f->experiment,
                               .arg = f,
                               .step_document = step_document,
                               .property_file = property_file,
                               .read_uri = read_uri};
}

/* As bind_value, but what hangs on a step that has not run becomes cachekey_unknown(); NULL: it
 * cannot be bound at all. */
static struct json *bind_known(struct foresee *f, const struct json *value, struct err *e)
{
    enum value_kind kind = value_kind(value);
    if (kind == VALUE_GET || kind == VALUE_JOIN || kind == VALUE_JSON_GET) {
        struct bind_scope scope = scope_of(f);
        const char *missing = f->missing;
        struct json *bound = NULL;
        f->missing = NULL;
        if (!bind_value(value, &scope, &bound, e)) {
            bound = f->missing ? cachekey_unknown() : NULL;
        }
        f->missing = missing ? missing : f->missing;
        return bound;
    }
    if (kind == VALUE_NULL || kind == VALUE_SCALAR) {
        return json_clone(value);
    }
    bool is_array = kind == VALUE_ARRAY;
    struct json *made = is_array ? json_new_array() : json_new_object();
    json_each (child, value) {
        struct json *bound = bind_known(f, child, e);
        if (!bound) {
            json_free(made);
            return NULL;
        }
        if (is_array) {
            json_push(made, bound);
        } else {
            json_set(made, json_key(child), bound);
        }
    }
    return made;
}

/* --- digests --- */

static void begin_job(struct foresee *f, const char *path)
{
    if (!f->job) {
        f->job = digest_job_new(path, f->memo);
        f->job_path = xstrdup(path);
    }
}

/* cachekey_source.content. Where the digest is not known yet, f->job reads on, and what is returned
 * means nothing. */
static struct json *content(void *arg, const char *uri, struct err *e)
{
    struct foresee *f = arg;
    char hex[DIGEST_HEX + 1];
    CLEANUP(mem_free_ptr) char *path = NULL;
    const char *source = map_get(&f->sources, sv_z(uri));
    if (source) {
        path = xstrdup(source);
    } else if (is_overwritten(f, uri)) {
        return cachekey_unknown();
    } else if (!no_workspace(f, uri, e) || !objects_content(&f->objects, uri, hex, &path, e)) {
        return NULL;
    }
    if (!path) {
        return cachekey_content(hex);
    }
    const char *known = map_get(&f->digests, sv_z(path));
    if (!known) {
        begin_job(f, path);
    }
    return known ? cachekey_content(known) : cachekey_unknown();
}

static bool read_on(struct foresee *f, int64_t deadline_us, bool *ret_failed, struct err *e)
{
    char hex[DIGEST_HEX + 1];
    bool is_done = false;
    *ret_failed = !digest_job_step(f->job, deadline_us, &is_done, hex, e);
    if (is_done) {
        free(map_set(&f->digests, sv_z(f->job_path), xstrdup(hex)));
    }
    if (is_done || *ret_failed) {
        digest_job_free(f->job);
        free(f->job_path);
        f->job = NULL;
        f->job_path = NULL;
    }
    return is_done;
}

/* --- one step --- */

static void say(struct outlook *o, enum action action, char *why)
{
    o->action = action;
    free(o->why);
    o->why = why;
}

static bool fails(struct outlook *o, const struct err *e)
{
    CLEANUP(str_release) struct str reason = STR_INIT;
    utf8_sanitize(&reason, sv_z(e->msg));
    o->fails = true;
    say(o, ACTION_RUN, xasprintf("fails: %s", reason.p));
    return true;
}

static void add_written(struct foresee *f, size_t index, const struct json *uri, bool is_below)
{
    if (json_str(uri)) {
        struct written w = {xstrdup(json_str(uri)), f->def.steps.at[index].name, is_below};
        vec_push(&f->written, w);
    }
}

static void remember_outputs(struct foresee *f, size_t index, const struct json *arguments)
{
    json_each (o, json_get(json_get(arguments, "ProcessingOutputConfig"), "Outputs")) {
        add_written(f, index, json_get(json_get(o, "S3Output"), "S3Uri"), false);
    }
    add_written(f, index, json_get(json_get(arguments, "OutputDataConfig"), "S3OutputPath"), true);
    add_written(f, index, json_get(json_get(arguments, "CheckpointConfig"), "S3Uri"), false);
}

/* Could an earlier result turn out to hold, as far as the attributes are known? */
struct candidates {
    const struct json *now;
    size_t n;
    bool may_hold;
};

static bool compare(void *arg, const char *attributes)
{
    struct candidates *c = arg;
    struct json *before = NULL;
    struct err ignored;
    c->n++;
    c->may_hold = c->n >= MAX_CANDIDATES;
    if (json_parse(sv_z(attributes), &before, &ignored)) {
        c->may_hold |= cachekey_agrees(before, c->now);
    }
    json_free(before);
    return !c->may_hold;
}

static bool judge_unknown(struct foresee *f, const struct cache_place *place,
                          const struct definition_step *step, struct cache_look *look,
                          struct outlook *o, struct err *e)
{
    struct candidates c = {.now = look->attributes};
    if (f->st && !execution_cache_each(f->st, f->def.name, step->name, step_type_word(step->type),
                                       cache_since_ms(step), compare, &c, e)) {
        return false;
    }
    if (c.may_hold) {
        say(o, ACTION_UNKNOWN, xasprintf("depends on %s", f->missing));
        return true;
    }
    if (f->st && !cache_explain(place, step, look, e)) {
        return false;
    }
    say(o, ACTION_RUN, xstrdup(f->st ? look->why : "first run"));
    return true;
}

static bool judge_cached(struct foresee *f, const struct definition_step *step,
                         const struct json *arguments, struct outlook *o, struct err *e)
{
    struct cache_place place = {f->st, &f->arena, &f->objects, f->def.name, ""};
    struct cachekey_source source = {content, f};
    CLEANUP(cache_look_release) struct cache_look look = {0};
    struct err bad = ERR_INIT;
    look.attributes = cachekey_attributes(step->type, arguments, &source, &bad);
    if (!look.attributes) {
        return fails(o, &bad);
    }
    if (f->job) {
        return true; /* judged anew when the file was read */
    }
    if (!cachekey_is_known(look.attributes)) {
        return judge_unknown(f, &place, step, &look, o, e);
    }
    if (!cachekey_digest(step->type, look.attributes, look.key, e) ||
        (f->st && !cache_look(&place, step, &look, e))) {
        return false;
    }
    struct err ignored;
    if (look.hit && json_parse(sv_z(look.found.output), &o->output, &ignored)) {
        o->leans_on = step->name;
        say(o, ACTION_CACHE, xasprintf("from %s", look.found.execution));
    } else {
        say(o, ACTION_RUN, xstrdup(f->st ? look.why : "first run"));
    }
    return true;
}

static bool judge_job(struct foresee *f, size_t index, struct outlook *o, struct err *e)
{
    const struct definition_step *step = &f->def.steps.at[index];
    struct err bad = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *arguments = NULL;
    arguments = step->arguments ? bind_known(f, step->arguments, &bad) : json_new_object();
    if (!arguments || !imports_apply(arguments, f->imports, &bad)) {
        return fails(o, &bad);
    }
    bool ok = true;
    if (cache_applies(step)) {
        ok = judge_cached(f, step, arguments, o, e);
    } else {
        bool has_config = json_get(step->json, "CacheConfig") != NULL;
        say(o, ACTION_RUN, xstrdup(has_config ? "CacheConfig is not enabled" : "no CacheConfig"));
    }
    if (ok && !f->job && will_write(f, index)) {
        remember_outputs(f, index, arguments);
    }
    return ok;
}

static bool judge_condition(struct foresee *f, size_t index, struct outlook *o, struct err *e)
{
    (void)e;
    const struct json *conditions = json_get(f->def.steps.at[index].arguments, "Conditions");
    struct bind_scope scope = scope_of(f);
    struct err bad = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *bound = NULL;
    if (!bind_value(conditions, &scope, &bound, &bad)) {
        if (!f->missing) {
            return fails(o, &bad);
        }
        o->waits_for = f->missing;
        say(o, ACTION_RUN, xasprintf("decides when %s has ended", f->missing));
        return true;
    }
    if (!condition_holds(bound, &o->took_if, &bad)) {
        return fails(o, &bad);
    }
    o->is_decided = true;
    o->leans_on = f->leans_on;
    o->output = json_new_object();
    json_set_str(o->output, "Outcome", o->took_if ? "True" : "False");
    say(o, ACTION_RUN, xstrdup(o->took_if ? "it holds" : "it does not hold"));
    return true;
}

static bool judge_fail(struct foresee *f, size_t index, struct outlook *o, struct err *e)
{
    (void)f, (void)index, (void)e;
    say(o, ACTION_RUN, xstrdup("ends the execution as Failed"));
    o->fails = true;
    return true;
}

static bool judge_callback(struct foresee *f, size_t index, struct outlook *o, struct err *e)
{
    (void)f, (void)index, (void)e;
    say(o, ACTION_RUN, xstrdup("waits for a person"));
    return true;
}

static bool judge_other(struct foresee *f, size_t index, struct outlook *o, struct err *e)
{
    (void)e;
    enum step_type type = f->def.steps.at[index].type;
    say(o, ACTION_RUN, xasprintf("%s steps are not cached", step_type_word(type)));
    return true;
}

static bool (*const judges[STEP_TYPE_COUNT])(struct foresee *, size_t, struct outlook *,
                                             struct err *) = {
    [STEP_CONDITION] = judge_condition, [STEP_FAIL] = judge_fail,
    [STEP_CALLBACK] = judge_callback,   [STEP_PROCESSING] = judge_job,
    [STEP_TRAINING] = judge_job,
};

/* --- does it happen at all? --- */

/* The branch of a Condition. True: what is said settles it. */
static bool hangs_on_branch(const struct foresee *f, const struct definition_step *step,
                            struct outlook *o)
{
    const struct outlook *parent = &f->steps[step->parent];
    const char *name = f->def.steps.at[step->parent].name;
    bool is_if = step->branch == BRANCH_IF;
    if (parent->action == ACTION_SKIP) {
        say(o, ACTION_SKIP, xasprintf("%s is skipped", name));
    } else if (parent->fails) {
        say(o, ACTION_SKIP, xasprintf("%s fails", name));
    } else if (!parent->is_decided) {
        say(o, ACTION_UNKNOWN,
            xasprintf(is_if ? "if %s holds, depends on %s" : "else of %s, depends on %s", name,
                      parent->waits_for ? parent->waits_for : name));
    } else if (parent->leans_on) { /* not by parameters: that is how it was, not what will be */
        const char *now =
            parent->took_if ? (is_if ? "does" : "holds") : (is_if ? "does not" : "does not hold");
        say(o, ACTION_UNKNOWN,
            xasprintf("%s %s%s: it %s by the cached %s", is_if ? "if" : "else of", name,
                      is_if ? " holds" : "", now, parent->leans_on));
    } else if (parent->took_if != is_if) {
        say(o, ACTION_SKIP, xasprintf(is_if ? "%s does not hold" : "%s holds", name));
    } else {
        o->may_not_happen |= parent->may_not_happen;
        return false;
    }
    return true;
}

static bool hangs_on_end(const struct foresee *f, const struct definition_edge *edge,
                         struct outlook *o)
{
    const struct outlook *other = &f->steps[edge->to];
    const char *name = f->def.steps.at[edge->to].name;
    bool wants_failure = edge->trigger == TRIGGER_FAILED || edge->trigger == TRIGGER_STOPPED;
    bool is_any = edge->trigger == TRIGGER_ANY;
    if (other->action == ACTION_SKIP) {
        say(o, ACTION_SKIP, xasprintf("%s is skipped", name));
    } else if (other->may_not_happen) {
        say(o, ACTION_UNKNOWN, xasprintf("depends on %s", name));
    } else if (other->fails && !is_any && edge->trigger != TRIGGER_FAILED) {
        say(o, ACTION_SKIP, xasprintf("%s fails", name));
    } else if (!other->fails && wants_failure) {
        bool is_over = other->action == ACTION_CACHE;
        say(o, is_over ? ACTION_SKIP : ACTION_UNKNOWN,
            xasprintf(edge->trigger == TRIGGER_FAILED ? "only if %s fails"
                                                      : "only if %s is stopped",
                      name));
    } else {
        return false;
    }
    return true;
}

/* A skip of any edge settles it; else what is unknown; else false: it happens. */
static bool hangs(const struct foresee *f, const struct definition_step *step, struct outlook *o)
{
    bool is_settled = false;
    for (size_t i = 0; i < step->edges.n && !(is_settled && o->action == ACTION_SKIP); i++) {
        struct outlook here = {0};
        const struct definition_edge *edge = &step->edges.at[i];
        bool says = edge->kind == EDGE_PARENT ? hangs_on_branch(f, step, &here)
                                              : hangs_on_end(f, edge, &here);
        o->may_not_happen |= here.may_not_happen;
        if (says && (!is_settled || here.action == ACTION_SKIP)) {
            say(o, here.action, here.why);
        } else {
            free(here.why);
        }
        is_settled |= says;
    }
    o->may_not_happen |= is_settled && o->action == ACTION_UNKNOWN;
    return is_settled;
}

static bool judge(struct foresee *f, struct err *e)
{
    size_t index = f->def.order.at[f->at];
    const struct definition_step *step = &f->def.steps.at[index];
    struct outlook *o = &f->steps[index];
    json_free(o->output);
    free(o->why);
    *o = (struct outlook){.action = ACTION_RUN};
    f->missing = f->leans_on = NULL;
    if (!hangs(f, step, o) &&
        !(judges[step->type] ? judges[step->type] : judge_other)(f, index, o, e)) {
        return false;
    }
    f->at += f->job == NULL;
    return true;
}

bool foresee_step(struct foresee *f, int64_t deadline_us, bool *ret_is_done, struct err *e)
{
    *ret_is_done = false;
    do {
        bool has_failed = false;
        struct err bad = ERR_INIT;
        if (f->job && !read_on(f, deadline_us, &has_failed, &bad)) {
            if (has_failed) { /* an input that cannot be read fails its step */
                (void)fails(&f->steps[f->def.order.at[f->at++]], &bad);
            }
            continue;
        }
        if (f->at < f->def.order.n && !judge(f, e)) {
            return false;
        }
        *ret_is_done = f->at == f->def.order.n;
    } while (!*ret_is_done && clock_mono_us() < deadline_us);
    return true;
}

struct json *foresee_json(const struct foresee *f)
{
    struct json *j = json_new_object();
    struct json *list = json_set(j, "steps", json_new_array());
    for (size_t i = 0; i < f->def.order.n; i++) {
        const struct outlook *o = &f->steps[f->def.order.at[i]];
        struct json *one = json_push(list, json_new_object());
        json_set_str(one, "name", f->def.steps.at[f->def.order.at[i]].name);
        json_set_str(one, "action", action_words[o->action]);
        json_set_str(one, "why", o->why ? o->why : "");
    }
    return j;
}

/* --- life --- */

static bool add_import(void *arg, const struct definition_step *step, const char *text,
                       struct err *e)
{
    struct foresee *f = arg;
    if (json_get(f->imports, text)) {
        return true;
    }
    char *path = objects_source(text, f->base_dir, e);
    if (!path) {
        return err_wrap(e, "step %s needs %s", step->name, text);
    }
    CLEANUP(mem_free_ptr)
    char *uri =
        xasprintf("s3://" OBJECTS_IMPORTS "/plan-%zu/%s", json_size(f->imports), path_base(path));
    json_set_str(f->imports, text, uri);
    free(map_set(&f->sources, sv_z(uri), path));
    return true;
}

static bool load(struct foresee *f, const struct foresee_of *of, struct err *e)
{
    struct start_options options = {.params = of->params, .param_count = of->param_count};
    char *file = NULL;
    if (!control_load(of->st, of->what, of->name, &f->def, &file, e)) {
        return false;
    }
    CLEANUP(mem_free_ptr) char *given = file;
    CLEANUP(mem_free_ptr) char *real = os_real_path(given, e);
    if (!real || !control_accept(&f->def, given, &options, &f->parameters, e)) {
        return false;
    }
    f->base_dir = path_dir(real);
    f->execution = drive_execution_vars(f->def.name, "new", clock_wall_ms());
    f->imports = json_new_object();
    f->steps = xcalloc(f->def.steps.n + 1, sizeof *f->steps);
    struct bind_scope scope = imports_scope(f->parameters, f->execution);
    const struct json *experiment = json_get(f->def.root, "PipelineExperimentConfig");
    struct err ignored;
    if (!json_is(experiment, JSON_OBJECT) ||
        !bind_value(experiment, &scope, &f->experiment, &ignored)) {
        f->experiment = NULL;
    }
    return imports_each(&f->def, &scope, add_import, f, e);
}

struct foresee *foresee_new(const struct foresee_of *of, struct err *e)
{
    struct foresee *f = xcalloc(1, sizeof *f);
    arena_init(&f->arena, 0);
    f->ws = of->ws;
    f->st = of->ws ? of->st : NULL;
    f->memo = of->memo;
    f->objects.root = of->ws ? of->ws->objects : "";
    if (!load(f, of, e)) {
        foresee_free(f);
        return NULL;
    }
    return f;
}

static void free_values(struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->at[i].value);
    }
    map_release(m);
}

void foresee_free(struct foresee *f)
{
    if (!f) {
        return;
    }
    for (size_t i = 0; f->steps && i < f->def.steps.n; i++) {
        json_free(f->steps[i].output);
        free(f->steps[i].why);
    }
    for (size_t i = 0; i < f->written.n; i++) {
        free(f->written.at[i].uri);
    }
    vec_release(&f->written);
    free_values(&f->sources);
    free_values(&f->digests);
    digest_job_free(f->job);
    free(f->job_path);
    free(f->steps);
    free(f->base_dir);
    json_free(f->imports);
    json_free(f->experiment);
    json_free(f->execution);
    json_free(f->parameters);
    definition_release(&f->def);
    arena_release(&f->arena);
    free(f);
}
