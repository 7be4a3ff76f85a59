/* What `mlw check` answers, as JSON and as text. */
#include "core/base/utf8.h"
#include "core/pipeline/check.h"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of what the step waits for, sorted by bytes, each once; caller frees. */
static struct json *depends_on(const struct definition *d, const struct definition_step *s)
{
    struct json *list = json_new_array();
    VEC(const char *) names = {0};
    for (size_t i = 0; i < s->edges.n; i++) {
        const char *name = d->steps.at[s->edges.at[i].to].name;
        if (name) {
            vec_push(&names, name);
        }
    }
    if (names.n) {
        qsort(names.at, names.n, sizeof *names.at, compare_names);
    }
    for (size_t i = 0; i < names.n; i++) {
        if (!i || strcmp(names.at[i - 1], names.at[i]) != 0) {
            json_push(list, json_new_str(names.at[i]));
        }
    }
    vec_release(&names);
    return list;
}

static struct json *problems_json(const struct definition *d)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < d->problems.list.n; i++) {
        struct json *p = json_push(list, json_new_object());
        json_set_str(p, "path", d->problems.list.at[i].path);
        json_set_str(p, "reason", d->problems.list.at[i].reason);
    }
    return list;
}

static struct json *parameters_json(const struct definition *d)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < d->parameters.n; i++) {
        const struct definition_parameter *p = &d->parameters.at[i];
        struct json *o = json_push(list, json_new_object());
        json_set_str(o, "name", p->name);
        json_set_str(o, "type", parameter_type_word(p->type));
        json_set(o, "default", p->default_value ? json_clone(p->default_value) : json_new_null());
    }
    return list;
}

static struct json *steps_json(const struct definition *d)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < d->order.n; i++) {
        const struct definition_step *s = &d->steps.at[d->order.at[i]];
        struct json *o = json_push(list, json_new_object());
        json_set_str(o, "name", s->name);
        json_set_str(o, "type", json_get_str(s->json, "Type"));
        json_set(o, "depends_on", depends_on(d, s));
        json_set_str(o, "needs", step_type_needs(s->type) == NEEDS_AWS ? "aws" : "local");
    }
    return list;
}

struct json *definition_check_json(const struct definition *d)
{
    struct json *o = json_new_object();
    json_set_bool(o, "valid", definition_is_valid(d));
    json_set(o, "problems", problems_json(d));
    json_set(o, "parameters", parameters_json(d));
    json_set(o, "steps", steps_json(d));
    return o;
}

/* --- for a person --- */

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void print_step(const struct definition *d, const struct definition_step *s, int width,
                       struct str *out)
{
    struct json *waits = depends_on(d, s);
    str_addf(out, "  %-*s  %-13s  %s", width, s->name, step_type_word(s->type),
             step_type_needs(s->type) == NEEDS_AWS ? "aws  " : "local");
    const char *before = "  after ";
    json_each (name, waits) {
        str_addf(out, "%s%s", before, json_str(name));
        before = ", ";
    }
    str_addc(out, '\n');
    json_free(waits);
}

static void print_parameter(const struct definition_parameter *p, struct str *out)
{
    str_addf(out, "  %s  %s", p->name, parameter_type_word(p->type));
    if (p->default_value) {
        CLEANUP(str_release) struct str text = STR_INIT;
        json_print(p->default_value, JSON_COMPACT, &text);
        str_addz(out, "  ");
        utf8_sanitize(out, sv_of(&text));
    } else {
        str_addz(out, "  must be given at start");
    }
    str_addc(out, '\n');
}

void definition_check_print(const struct definition *d, struct str *out)
{
    utf8_sanitize(out, sv_z(d->name));
    if (!definition_is_valid(d)) {
        size_t n = d->problems.list.n;
        str_addf(out, ": %zu problem%s\n", n, plural(n));
        for (size_t i = 0; i < n; i++) {
            str_addf(out, "  %s: %s\n", d->problems.list.at[i].path, d->problems.list.at[i].reason);
        }
        return;
    }
    str_addf(out, ": valid, %zu step%s, %zu parameter%s\n", d->steps.n, plural(d->steps.n),
             d->parameters.n, plural(d->parameters.n));
    for (size_t i = 0; i < d->parameters.n; i++) {
        print_parameter(&d->parameters.at[i], out);
    }
    int width = 0;
    for (size_t i = 0; i < d->steps.n; i++) {
        int n = (int)strlen(d->steps.at[i].name);
        width = n > width ? n : width;
    }
    for (size_t i = 0; i < d->order.n; i++) {
        print_step(d, &d->steps.at[d->order.at[i]], width, out);
    }
}
