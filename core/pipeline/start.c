/* Starting an execution; see control.h. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/config/config.h"
#include "core/executor/executor.h"
#include "core/pipeline/control.h"
#include "core/pipeline/drive.h"
#include "core/pipeline/imports.h"
#include "core/pipeline/parameters.h"
#include "core/store/journal.h"

/* Problems as one error: what is not run here is refused, what is missing is a bad definition. */
static bool check(const struct definition *def, const char *file, const struct json *parameters,
                  struct err *e)
{
    if (!definition_is_valid(def)) {
        const struct definition_problem *p = &def->problems.list.at[0];
        err_set(e, ERR_INVALID, "%s is not valid: %s: %s%s", file, p->path, p->reason,
                def->problems.list.n > 1 ? ", and more" : "");
        return err_hint(e, "mlw check lists all problems");
    }
    struct definition_problems problems = {0};
    definition_check_runnable(def, parameters, &problems);
    bool ok = true;
    for (size_t i = 0; ok && i < problems.list.n; i++) {
        const struct definition_problem *p = &problems.list.at[i];
        enum err_code code = p->kind == PROBLEM_NOT_HERE ? ERR_REFUSED : ERR_INVALID;
        ok = err_set(e, code, "%s", p->reason);
    }
    definition_problems_release(&problems);
    return ok;
}

bool control_accept(const struct definition *def, const char *file,
                    const struct start_options *options, struct json **ret_parameters,
                    struct err *e)
{
    struct json *parameters = NULL;
    bool ok = check(def, file, NULL, e) &&
              parameters_resolve(def, options->params, options->param_count, &parameters, e) &&
              check(def, file, parameters, e);
    if (!ok) {
        json_free(parameters);
        return false;
    }
    *ret_parameters = parameters;
    return true;
}

bool control_load(struct store *st, const char *what, const char *name, struct definition *ret_def,
                  char **ret_file, struct err *e)
{
    bool is_file = strchr(what, '/') || (os_exists(what) && !os_is_dir(what));
    char *last = is_file || !st ? NULL : execution_last_file(st, what);
    bool is_name = !strpbrk(what, "/."); /* of a pipeline: these signs are in no name */
    if (is_name && !last && !os_exists(what)) {
        err_set(e, ERR_NOT_FOUND, "there is neither a file nor a pipeline \"%s\"", what);
        return err_hint(e, "mlw ls pipelines lists those that were started here");
    }
    char *file = last ? last : xstrdup(what);
    if (!definition_load(file, name || !last ? name : what, ret_def, e)) {
        free(file);
        return false;
    }
    *ret_file = file;
    return true;
}

struct json *control_steps(const struct definition *def)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < def->order.n; i++) {
        const struct definition_step *s = &def->steps.at[def->order.at[i]];
        struct json *one = json_push(list, json_new_object());
        json_set_str(one, "name", s->name);
        json_set_str(one, "type", step_type_word(s->type));
        struct json *after = json_set(one, "depends_on", json_new_array());
        for (size_t k = 0; k < s->edges.n; k++) {
            const char *name = def->steps.at[s->edges.at[k].to].name;
            bool is_known = false;
            json_each (a, after) {
                is_known |= z_eq(json_str(a), name);
            }
            if (!is_known) {
                json_push(after, json_new_str(name));
            }
        }
        CLEANUP(str_release) struct str why = STR_INIT;
        const struct json *first = json_first(after);
        if (s->parent != DEFINITION_NONE) {
            const char *cond = def->steps.at[s->parent].name;
            str_addf(&why, s->branch == BRANCH_IF ? "if %s holds" : "else of %s", cond);
        } else if (first) {
            str_addf(&why, "after %s", json_str(first));
        }
        json_set_str(one, "why", why.n ? why.p : NULL);
    }
    return list;
}

static struct json *options_json(const struct start_options *o, enum sandbox_kind sandbox,
                                 const char *base_dir)
{
    struct json *j = json_new_object();
    json_set_i64(j, "parallel", o->parallel);
    json_set_i64(j, "retry_on_exit", o->retry_on_exit);
    json_set_str(j, "sandbox", sandbox == SANDBOX_BWRAP ? "bwrap" : "none");
    json_set_str(j, "base_dir", base_dir);
    return j;
}

static bool choose_sandbox(const struct workspace *ws, enum sandbox_kind *ret, struct err *e)
{
    static const char *const words[] = {[CONFIG_SANDBOX_AUTO] = "auto",
                                        [CONFIG_SANDBOX_BWRAP] = "bwrap",
                                        [CONFIG_SANDBOX_NONE] = "none"};
    struct config config;
    if (!config_load(ws->dir, &config, e)) {
        return false;
    }
    bool ok = sandbox_choose(words[config.executor_sandbox], ret, e);
    config_release(&config);
    return ok;
}

static bool take_imports(const struct workspace *ws, const struct definition *def,
                         const struct json *parameters, const char *id, const char *base_dir,
                         struct json *options, struct err *e)
{
    struct json *vars = drive_execution_vars(def->name, id, clock_wall_ms());
    struct bind_scope scope = imports_scope(parameters, vars);
    struct objects objects = {ws->objects};
    struct json *table = NULL;
    bool ok = imports_take(def, &scope, &objects, base_dir, &table, e);
    if (ok) {
        json_set(options, "imports", table);
    }
    json_free(vars);
    return ok;
}

static bool create(struct store *st, const struct definition *def, const char *file,
                   const struct json *parameters, const struct json *options, const char *id,
                   struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(def->root, JSON_COMPACT, &text);
    struct json *j = json_new_object();
    json_set_str(j, "pipeline", def->name);
    json_set_str(j, "file", file);
    json_set_str(j, "definition", text.p);
    json_set(j, "parameters", json_clone(parameters));
    json_set(j, "options", json_clone(options));
    json_set(j, "steps", control_steps(def));
    bool ok = store_begin(st, e) &&
              store_event(st, id, EVENT_EXECUTION_CREATED, store_actor(), j, e) &&
              store_commit(st, e);
    store_rollback(st);
    json_free(j);
    return ok;
}

bool control_start(const struct workspace *ws, struct store *st, const struct definition *def,
                   const char *file, const struct start_options *options, char *ret_id,
                   struct err *e)
{
    struct json *parameters = NULL, *chosen = NULL;
    enum sandbox_kind sandbox;
    char id[EXECUTION_ID + 1];
    CLEANUP(mem_free_ptr) char *real = os_real_path(file, e);
    CLEANUP(mem_free_ptr) char *base_dir = real ? path_dir(real) : NULL;
    os_random_id(id, EXECUTION_ID, false);
    bool ok = real && control_accept(def, file, options, &parameters, e) &&
              choose_sandbox(ws, &sandbox, e);
    if (ok) {
        chosen = options_json(options, sandbox, base_dir);
        ok = take_imports(ws, def, parameters, id, base_dir, chosen, e) &&
             create(st, def, real, parameters, chosen, id, e);
    }
    json_free(parameters);
    json_free(chosen);
    if (!ok) {
        return false;
    }
    memcpy(ret_id, id, sizeof id);
    return control_ensure(ws, id, e);
}
