/* Looking for a result that holds; see cache.h. */
#include "core/pipeline/cache.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/pipeline/outputs.h"

bool cache_applies(const struct definition_step *step)
{
    return step->is_cached && cachekey_applies(step->type);
}

int64_t cache_since_ms(const struct definition_step *step)
{
    return step->cache_expire_ms < 0 ? 0 : clock_wall_ms() - step->cache_expire_ms;
}

bool cache_explain(const struct cache_place *p, const struct definition_step *step,
                   struct cache_look *c, struct err *e)
{
    const char *before_text = NULL;
    if (!execution_cache_last(p->st, p->execution, p->pipeline, step->name,
                              step_type_word(step->type), p->arena, &before_text, e)) {
        return false;
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

bool cache_look(const struct cache_place *p, const struct definition_step *step,
                struct cache_look *c, struct err *e)
{
    if (!execution_cache_find(p->st, p->pipeline, step->name, step_type_word(step->type), c->key,
                              cache_since_ms(step), p->arena, &c->found, e)) {
        return false;
    }
    if (!c->found.execution) {
        return cache_explain(p, step, c, e);
    }
    struct json *output = NULL;
    struct err ignored;
    c->hit = c->found.output && json_parse(sv_z(c->found.output), &output, &ignored) &&
             outputs_exist(p->objects, step->type, output);
    json_free(output);
    c->why = c->hit ? xasprintf("cache hit, from %s", c->found.execution)
                    : xasprintf("outputs of %s are gone", c->found.execution);
    return true;
}

void cache_look_release(struct cache_look *c)
{
    json_free(c->attributes);
    free(c->miss);
    free(c->why);
    *c = (struct cache_look){0};
}
