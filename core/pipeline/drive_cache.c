/* A result that holds, taken over; see drive_cache.h. */
#include "core/pipeline/drive_cache.h"

bool drive_cache_look(struct driver *d, size_t index, struct cache_look *ret, struct err *e)
{
    const struct definition_step *step = &d->def.steps.at[index];
    if (!cache_applies(step)) {
        return true;
    }
    if (!cachekey_of(step->type, d->steps[index].arguments, &d->objects, &ret->attributes, ret->key,
                     e)) {
        return false;
    }
    struct cache_place place = {d->st, &d->arena, &d->objects, d->row.pipeline, d->row.id};
    return cache_look(&place, step, ret, &d->err) || drive_give_up(d);
}

void drive_cache_describe(const struct cache_look *c, struct json *started)
{
    if (c->attributes) {
        json_set_str(started, "cache_key", c->key);
        json_set(started, "cache_attributes", json_clone(c->attributes));
    }
    if (c->miss) {
        json_set_str(started, "cache_miss", c->miss);
    }
}

bool drive_cache_take(struct driver *d, size_t index, const struct cache_look *c)
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
