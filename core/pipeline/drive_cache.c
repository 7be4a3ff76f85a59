/* Looking for a result that holds; see drive_cache.h. */
#include "core/pipeline/drive_cache.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

static bool find(struct driver *d, size_t index, const char *key, int64_t since_ms,
                 struct cache_hit *ret)
{
    const struct definition_step *step = &d->def.steps.at[index];
    return execution_cache_find(d->st, d->row.pipeline, step->name, step_type_word(step->type), key,
                                since_ms, &d->arena, ret, &d->err) ||
           drive_give_up(d);
}

/* Every object that the found result points at must still be there. */
static bool outputs_exist(struct driver *d, size_t index, const char *output)
{
    struct json *doc = NULL;
    struct err ignored;
    if (!output || !json_parse(sv_z(output), &doc, &ignored)) {
        return false;
    }
    bool ok = true;
    const char *artifact = json_get_str(json_get(doc, "ModelArtifacts"), "S3ModelArtifacts");
    if (d->def.steps.at[index].type == STEP_TRAINING) {
        ok = artifact && objects_exist(&d->objects, artifact);
    }
    json_each (o, json_get(json_get(doc, "ProcessingOutputConfig"), "Outputs")) {
        const char *uri = json_get_str(json_get(o, "S3Output"), "S3Uri");
        ok = ok && (!uri || objects_exist(&d->objects, uri));
    }
    json_free(doc);
    return ok;
}

/* The sentence for a miss: which attribute differs from the newest success. */
static bool explain_miss(struct driver *d, size_t index, struct drive_cache *c)
{
    const struct definition_step *step = &d->def.steps.at[index];
    const char *before_text = NULL;
    if (!execution_cache_last(d->st, d->row.id, d->row.pipeline, step->name,
                              step_type_word(step->type), &d->arena, &before_text, &d->err)) {
        return drive_give_up(d);
    }
    struct json *before = NULL;
    struct err ignored;
    CLEANUP(str_release) struct str why = STR_INIT;
    const char *attribute = NULL;
    if (!before_text || !json_parse(sv_z(before_text), &before, &ignored)) {
        str_addz(&why, "first run");
    } else if (cachekey_difference(before, c->attributes, &attribute, &why)) {
        c->miss = xstrdup(attribute);
    } else {
        str_addz(&why, "the cached result expired");
    }
    c->why = str_detach(&why);
    json_free(before);
    return true;
}

bool drive_cache_look(struct driver *d, size_t index, struct drive_cache *ret, struct err *e)
{
    const struct definition_step *step = &d->def.steps.at[index];
    if (!step->is_cached || !cachekey_applies(step->type)) {
        return true;
    }
    if (!cachekey_of(step->type, d->steps[index].arguments, &d->objects, &ret->attributes, ret->key,
                     e)) {
        return false;
    }
    int64_t since = step->cache_expire_ms < 0 ? 0 : clock_wall_ms() - step->cache_expire_ms;
    if (!find(d, index, ret->key, since, &ret->found)) {
        return false;
    }
    if (!ret->found.execution) {
        return explain_miss(d, index, ret);
    }
    ret->hit = outputs_exist(d, index, ret->found.output);
    ret->why = ret->hit ? xasprintf("cache hit, from %s", ret->found.execution)
                        : xasprintf("outputs of %s are gone", ret->found.execution);
    return true;
}

void drive_cache_describe(const struct drive_cache *c, struct json *started)
{
    if (c->attributes) {
        json_set_str(started, "cache_key", c->key);
        json_set(started, "cache_attributes", json_clone(c->attributes));
    }
    if (c->miss) {
        json_set_str(started, "cache_miss", c->miss);
    }
}

bool drive_cache_take(struct driver *d, size_t index, const struct drive_cache *c)
{
    struct drive_step *s = &d->steps[index];
    struct err e = ERR_INIT;
    if (!json_parse(sv_z(c->found.output), &s->output, &e)) {
        return drive_end_step(d, index, "Failed", e.msg, NULL, true);
    }
    struct json *j = drive_json(d, index);
    json_set_str(j, "status", "Succeeded");
    json_set_str(j, "cache_source", c->found.execution);
    json_set(j, "output", json_clone(s->output));
    if (!drive_event(d, EVENT_STEP_ENDED, j) || !drive_commit(d)) {
        return false;
    }
    d->sched.steps[index].state = SCHED_SUCCEEDED;
    return true;
}

void drive_cache_release(struct drive_cache *c)
{
    json_free(c->attributes);
    free(c->miss);
    free(c->why);
}
