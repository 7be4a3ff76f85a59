/* Which view shows what; see views.h. */
#include "views/views.h"

#include <string.h>

#include "core/base/mem.h"

/* What Enter on a row of each kind leads to: a view of its own, or the list of what it holds. */
static const struct {
    const struct view_ops *view; /* NULL: a list of `holds` */
    enum kind holds;
    bool is_whole; /* the list is not narrowed to it */
} targets[KIND_COUNT] = {
    [KIND_CONTEXT] = {NULL, KIND_PIPELINE, true},
    [KIND_PIPELINE] = {&pipeline_view, KIND_COUNT, false},
    [KIND_EXECUTION] = {&execution_view, KIND_COUNT, false},
    [KIND_STEP] = {&logs_view, KIND_COUNT, false},
    [KIND_JOB] = {&logs_view, KIND_COUNT, false},
    [KIND_DATASET] = {&dataset_view, KIND_COUNT, false},
    [KIND_EXPERIMENT] = {NULL, KIND_RUN, false},
    [KIND_RUN] = {&run_view, KIND_COUNT, false},
    [KIND_MODEL] = {NULL, KIND_PACKAGE, false},
    [KIND_PACKAGE] = {&model_view, KIND_COUNT, false},
    [KIND_GATE] = {NULL, KIND_GATE, true},
    [KIND_JOURNAL] = {NULL, KIND_JOURNAL, true},
    [KIND_EVENT] = {NULL, KIND_EVENT, true},
    [KIND_BOOKMARK] = {NULL, KIND_BOOKMARK, true},
    [KIND_EVIDENCE] = {NULL, KIND_EVIDENCE, true},
    [KIND_TIMELINE] = {NULL, KIND_TIMELINE, true},
    [KIND_LINEAGE] = {NULL, KIND_LINEAGE, true},
    [KIND_ATTENTION] = {&home_view, KIND_COUNT, false},
};

const struct view_ops *views_list(enum kind kind)
{
    return kind == KIND_JOURNAL ? &journal_view : &browse_view;
}

bool views_browse(struct app *app, enum kind kind, const char *parent, const char *filter,
                  struct err *e)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    str_addz(&line, kinds[kind].plural);
    if (parent) {
        str_addf(&line, " %s", parent);
    }
    if (filter && *filter) {
        str_addf(&line, " /%s", filter);
    }
    struct route route = {
        .line = line.p, .kind = kinds[kind].plural, .id = parent, .filter = filter};
    return app_open(app, views_list(kind), &route, e) != NULL;
}

bool views_open_thing(struct app *app, enum kind kind, const char *id, struct err *e)
{
    if (kind >= KIND_COUNT) {
        return err_set(e, ERR_NOT_FOUND, "there is no such kind of thing");
    }
    if (kind == KIND_MODEL && strchr(id, '/')) {
        kind = KIND_PACKAGE; /* "churn/7" is one of the model's versions */
    }
    if (!targets[kind].view) {
        return views_browse(app, targets[kind].holds, targets[kind].is_whole ? NULL : id, NULL, e);
    }
    CLEANUP(mem_free_ptr) char *line = xasprintf("show %s %s", kinds[kind].singular, id);
    return app_open(app, targets[kind].view, &(struct route){.line = line, .id = id}, e) != NULL;
}

void views_go(struct view *v, enum kind kind, const char *id)
{
    struct err e = ERR_INIT;
    if (!views_open_thing(v->app, kind, id, &e)) {
        app_error(v->app, &e);
    }
}

void views_events(struct view *v, const char *execution)
{
    struct err e = ERR_INIT;
    if (!app_open(v->app, &events_view, &(struct route){.id = execution}, &e)) {
        app_error(v->app, &e);
    }
}

void views_about_cmd(struct view *v, enum cmd cmd, enum kind kind, const char *id)
{
    struct err e = ERR_INIT;
    enum kind about = cmd == CMD_WHY        ? KIND_EVIDENCE
                      : cmd == CMD_TIMELINE ? KIND_TIMELINE
                                            : KIND_LINEAGE;
    CLEANUP(mem_free_ptr) char *parent = xasprintf("%s:%s", kinds[kind].singular, id);
    if (!views_browse(v->app, about, parent, NULL, &e)) {
        app_error(v->app, &e);
    }
}

enum kind views_split(const char *id, const char **ret_id)
{
    const char *colon = id ? strchr(id, ':') : NULL;
    if (!colon) {
        return KIND_COUNT;
    }
    *ret_id = colon + 1;
    return kind_find((struct sv){id, (size_t)(colon - id)});
}
