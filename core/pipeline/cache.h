/* cache: is there a result of an earlier execution that holds, and if not, why? Only reads; the
 * driver takes what is found (drive_cache.h), a plan tells it (foresee.h). */
#ifndef MLW_PIPELINE_CACHE_H
#define MLW_PIPELINE_CACHE_H

#include "core/base/arena.h"
#include "core/pipeline/cachekey.h"
#include "core/store/execution.h"

/* Where is looked; all borrowed. */
struct cache_place {
    struct store *st;
    struct arena *arena; /* of what is found */
    const struct objects *objects;
    const char *pipeline;
    const char *execution; /* the one that looks; "" for none */
};

struct cache_look {
    struct json *attributes;
    char key[DIGEST_HEX + 1]; /* "" when the step is not cached */
    struct cache_hit found;
    bool hit;
    char *miss; /* the attribute that differed; NULL when there was nothing to compare with */
    char *why;  /* one sentence: the hit, or why it runs */
};
void cache_look_release(struct cache_look *c);

/* Are results of this step kept? */
bool cache_applies(const struct definition_step *step);
/* The oldest end that CacheConfig lets through. */
int64_t cache_since_ms(const struct definition_step *step);
/* Look for attributes and key, which are filled; the rest becomes so. False: the store failed. */
MUST_USE bool cache_look(const struct cache_place *p, const struct definition_step *step,
                         struct cache_look *c, struct err *e);
/* Fill miss and why alone: what differs from the newest success. */
MUST_USE bool cache_explain(const struct cache_place *p, const struct definition_step *step,
                            struct cache_look *c, struct err *e);

#endif
