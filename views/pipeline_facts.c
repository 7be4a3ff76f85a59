/* What the documents say of a pipeline, and what a start would be given; see pipeline.h. */
#include "views/pipeline.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "views/cells.h"

const struct json *pipeline_mlw(const struct pipeline *x)
{
    return x->doc ? json_get(x->doc->doc, "Mlw") : NULL;
}

const char *pipeline_problem(const struct pipeline *x)
{
    return json_get_str(pipeline_mlw(x), "Problem");
}

/* --- the form --- */

/* A value as -p takes it; NULL for null. */
static char *text_of(const struct json *value)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!value || json_is(value, JSON_NULL)) {
        return NULL;
    }
    if (json_str(value)) {
        return xstrdup(json_str(value));
    }
    json_print(value, JSON_COMPACT, &text);
    return str_detach(&text);
}

/* "Integer, default 60, was 3": what is as it was is not said twice. */
static void note_of(const struct pipeline *x, const struct json *parameter, size_t i,
                    struct str *out)
{
    const struct form_field *f = &x->form.fields.at[i];
    const char *given = json_get_str(x->given, f->label), *standard = x->defaults.at[i];
    const char *type = json_get_str(parameter, "Type");
    for (size_t k = 0; k < f->choices.n; k++) {
        str_addf(out, "%s%s", k ? ", " : "", f->choices.at[k]);
    }
    if (!f->choices.n) {
        str_addz(out, type ? type : "");
    }
    if (!standard) {
        str_addz(out, ", has no default");
    } else if (!sv_eqz(sv_of(&f->text), standard)) {
        str_addf(out, ", default %s", *standard ? standard : "empty");
    }
    if (given && !sv_eqz(sv_of(&f->text), given)) {
        str_addf(out, ", was %s", given);
    }
}

void pipeline_note_all(struct pipeline *x)
{
    size_t i = 0;
    json_each (parameter, json_get(pipeline_mlw(x), "Parameters")) {
        CLEANUP(str_release) struct str note = STR_INIT;
        if (i < x->form.fields.n) {
            note_of(x, parameter, i, &note);
            form_note(&x->form, i, note.p);
        }
        i++;
    }
}

static void add_field(struct pipeline *x, const struct json *parameter)
{
    const char *name = json_get_str(parameter, "Name");
    const char *given = json_get_str(x->given, name);
    char *standard = text_of(json_get(parameter, "DefaultValue"));
    vec_push(&x->defaults, standard);
    struct form_spec spec = {.label = name ? name : "?",
                             .text = given ? given : standard,
                             .is_marked = given && !z_eq(given, standard)};
    struct form_field *field = form_add(&x->form, &spec);
    json_each (choice, json_get(parameter, "EnumValues")) {
        CLEANUP(mem_free_ptr) char *text = text_of(choice);
        if (text) {
            form_choice(field, text);
        }
    }
}

static void clear_fields(struct pipeline *x)
{
    form_clear(&x->form);
    for (size_t i = 0; i < x->defaults.n; i++) {
        free(x->defaults.at[i]);
    }
    vec_clear(&x->defaults);
}

/* What a person changed: name → text. */
static struct json *changes_of(const struct pipeline *x)
{
    struct json *changes = json_new_object();
    for (size_t i = 0; i < x->form.fields.n; i++) {
        if (form_is_changed(&x->form, i)) {
            json_set(changes, x->form.fields.at[i].label,
                     json_new_sv(sv_of(&x->form.fields.at[i].text)));
        }
    }
    return changes;
}

void pipeline_fill(struct pipeline *x)
{
    CLEANUP(json_free_ptr) struct json *changes = changes_of(x);
    size_t selected = x->form.selected;
    clear_fields(x);
    json_each (parameter, json_get(pipeline_mlw(x), "Parameters")) {
        add_field(x, parameter);
    }
    json_each (change, changes) {
        size_t i = form_find(&x->form, json_key(change));
        if (i != SIZE_MAX) {
            (void)form_set(&x->form, i, sv_z(json_str(change)));
        }
    }
    form_select(&x->form, selected);
    x->is_form_stale = false;
    pipeline_note_all(x);
    pipeline_fill_steps(x);
}

void pipeline_clear(struct pipeline *x)
{
    clear_fields(x);
    vec_release(&x->defaults);
    form_release(&x->form);
    vec_release(&x->steps);
    rails_release(&x->rails);
    json_free(x->plan);
    json_free(x->given);
    snapshot_unref(x->doc);
    free(x->name);
    free(x->from);
}

void pipeline_values(const struct pipeline *x, struct req *req)
{
    for (size_t i = 0; i < x->form.fields.n; i++) {
        const struct form_field *f = &x->form.fields.at[i];
        const char *standard = x->defaults.at[i];
        bool is_default = standard ? sv_eqz(sv_of(&f->text), standard) : f->text.n == 0;
        if (!is_default) {
            req_pair(req, f->label, f->text.n ? f->text.p : "");
        }
    }
}

/* --- the steps --- */

static const struct json *planned(const struct pipeline *x, const char *name)
{
    json_each (step, json_get(x->plan, "steps")) {
        if (z_eq(json_get_str(step, "name"), name)) {
            return step;
        }
    }
    return NULL;
}

static size_t find_step(const struct pipeline *x, const char *name)
{
    for (size_t i = 0; i < x->steps.n; i++) {
        if (z_eq(x->steps.at[i].name, name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void build_rails(struct pipeline *x)
{
    VEC(struct rail_edge) edges = {0};
    size_t to = 0;
    json_each (step, json_get(pipeline_mlw(x), "Steps")) {
        json_each (other, json_get(step, "DependsOn")) {
            size_t from = find_step(x, json_str(other));
            if (from < to) {
                struct rail_edge edge = {(uint32_t)from, (uint32_t)to};
                vec_push(&edges, edge);
            }
        }
        to++;
    }
    rails_build(&x->rails, x->steps.n, edges.at, edges.n);
    vec_release(&edges);
}

void pipeline_fill_steps(struct pipeline *x)
{
    vec_clear(&x->steps);
    json_each (step, json_get(pipeline_mlw(x), "Steps")) {
        const char *name = json_get_str(step, "Name");
        const struct json *plan = planned(x, name);
        struct pipeline_step s = {.name = name ? name : "?",
                                  .type = json_get_str(step, "Type"),
                                  .after = json_get_str(step, "Why"),
                                  .action = json_get_str(plan, "action"),
                                  .why = json_get_str(plan, "why")};
        vec_push(&x->steps, s);
    }
    x->step = x->step < x->steps.n ? x->step : x->steps.n ? x->steps.n - 1 : 0;
    x->in_steps = (x->in_steps || !x->form.fields.n) && x->steps.n; /* what there is to be on */
    build_rails(x);
}

const struct pipeline_step *pipeline_step(const struct pipeline *x)
{
    return x->in_steps && x->step < x->steps.n ? &x->steps.at[x->step] : NULL;
}

/* --- everything about what is selected --- */

static void line(struct str *out, const char *key, const char *text)
{
    if (text && *text) {
        str_addf(out, "  %-10s  %s\n", key, text);
    }
}

void pipeline_describe(const struct pipeline *x, struct str *out)
{
    const struct pipeline_step *s = pipeline_step(x);
    if (s) {
        str_addf(out, "%s\n", s->name);
        line(out, "type", s->type);
        line(out, "starts", s->after ? s->after : "at once");
        line(out, "plan", s->action);
        line(out, "why", s->why);
        return;
    }
    const struct form_field *f = &x->form.fields.at[x->form.selected];
    str_addf(out, "%s\n", f->label);
    line(out, "value", f->text.p);
    line(out, "type", f->note);
    for (size_t i = 0; i < f->choices.n; i++) {
        line(out, i ? "" : "one of", f->choices.at[i]);
    }
}
