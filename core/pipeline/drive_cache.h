/* drive_cache: does a step have to run? Part of the driver; see drive.h and cachekey.h. */
#ifndef MLW_PIPELINE_DRIVE_CACHE_H
#define MLW_PIPELINE_DRIVE_CACHE_H

#include "core/pipeline/cachekey.h"
#include "core/pipeline/drive.h"

struct drive_cache {
    struct json *attributes;
    char key[DIGEST_HEX + 1]; /* "" when the step is not cached */
    struct cache_hit found;
    bool hit;
    char *miss; /* the attribute that differed; NULL when there was nothing to compare with */
    char *why;  /* one sentence: the hit, or why it runs */
};

/* Look for a result that holds. False with e: an input is absent; or the store failed (is_over). */
MUST_USE bool drive_cache_look(struct driver *d, size_t index, struct drive_cache *ret,
                               struct err *e);
/* Put key, attributes and miss into a StepStarted event. */
void drive_cache_describe(const struct drive_cache *c, struct json *started);
/* End the step with the result found; within a transaction, which it commits. */
MUST_USE bool drive_cache_take(struct driver *d, size_t index, const struct drive_cache *c);
void drive_cache_release(struct drive_cache *c);

#endif
