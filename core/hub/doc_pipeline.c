/* DescribePipeline of a pipeline that was started here, or of a definition's file: what a start
 * would take, so the file as it is now; where that cannot be read, what was started last. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/hub/documents.h"
#include "core/pipeline/control.h"
#include "core/pipeline/names.h"
#include "core/store/execution.h"

static struct json *parameters_of(const struct definition *def)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < def->parameters.n; i++) {
        const struct definition_parameter *p = &def->parameters.at[i];
        struct json *one = json_push(list, json_new_object());
        json_set_str(one, "Name", p->name);
        json_set_str(one, "Type", parameter_type_word(p->type));
        json_set(one, "DefaultValue",
                 p->default_value ? json_clone(p->default_value) : json_new_null());
        if (p->enum_values) {
            json_set(one, "EnumValues", json_clone(p->enum_values));
        }
    }
    return list;
}

static struct json *steps_of(const struct definition *def)
{
    struct json *list = json_new_array();
    CLEANUP(json_free_ptr) struct json *steps = control_steps(def);
    json_each (s, steps) {
        struct json *one = json_push(list, json_new_object());
        json_set_str(one, "Name", json_get_str(s, "name"));
        json_set_str(one, "Type", json_get_str(s, "type"));
        json_set(one, "DependsOn", json_clone(json_get(s, "depends_on")));
        document_text(one, "Why", json_get_str(s, "why"));
    }
    return list;
}

static void set_problem(struct json *mlw, const struct definition *def, const struct err *e)
{
    const struct definition_problem *p = definition_is_valid(def) ? NULL : def->problems.list.at;
    CLEANUP(mem_free_ptr) char *text = p ? xasprintf("%s: %s", p->path, p->reason) : NULL;
    document_text(mlw, "Problem", e->code ? e->msg : text);
}

/* The definition as it was started last; false when there is none that can be read. */
static bool stored(struct store *st, const char *execution, struct definition *ret)
{
    struct arena a;
    struct execution_row row;
    struct err ignored;
    arena_init(&a, 0);
    bool ok = execution && execution_get(st, execution, &a, &row, &ignored);
    if (ok) {
        definition_parse(sv_z(row.definition), row.pipeline, true, ret);
        ok = definition_is_valid(ret);
    }
    arena_release(&a);
    return ok;
}

static void describe(struct store *st, const struct json *row, const char *what, struct json *doc)
{
    struct definition def = {0};
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *file = NULL;
    struct json *mlw = json_new_object();
    if (!control_load(st, what, row ? what : NULL, &def, &file, &e)) {
        def = (struct definition){0};
    }
    document_text(mlw, "File", file ? file : json_get_str(row, "file"));
    set_problem(mlw, &def, &e);
    if (e.code || !definition_is_valid(&def)) {
        definition_release(&def);
        def = (struct definition){0};
        if (!stored(st, json_get_str(row, "last"), &def)) {
            definition_release(&def);
            def = (struct definition){0};
        }
    }
    const char *name = row ? what : def.name;
    CLEANUP(str_release) struct str arn = STR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    names_pipeline_arn(&arn, name ? name : path_base(what));
    if (def.root) {
        json_print(def.root, JSON_COMPACT, &text);
    }
    json_set_str(doc, "PipelineArn", arn.p);
    json_set_str(doc, "PipelineName", name ? name : path_base(what));
    json_set_str(doc, "PipelineStatus", "Active");
    document_text(doc, "PipelineDefinition", text.p);
    document_text(doc, "LastRunTime", json_get_str(row, "created"));
    document_text(mlw, "LastExecution", json_get_str(row, "last"));
    document_text(mlw, "LastStatus", json_get_str(row, "status"));
    json_set_i64(mlw, "Executions", json_get_i64(row, "executions", 0));
    json_set(mlw, "Parameters", parameters_of(&def));
    json_set(mlw, "Steps", steps_of(&def));
    json_set(doc, "Mlw", mlw);
    definition_release(&def);
}

bool document_pipeline(const struct workspace *ws, struct store *st, const char *id,
                       struct json **ret_doc, struct err *e)
{
    (void)ws;
    CLEANUP(json_free_ptr) struct json *row = NULL;
    struct err absent = ERR_INIT;
    if (!document_row(st, KIND_PIPELINE, id, &row, &absent)) {
        if (absent.code != ERR_NOT_FOUND || !strchr(id, '/')) {
            *e = absent;
            return false;
        }
        row = NULL; /* a file that was never started */
    }
    *ret_doc = json_new_object();
    describe(st, row, row ? json_get_str(row, "id") : id, *ret_doc);
    return true;
}
