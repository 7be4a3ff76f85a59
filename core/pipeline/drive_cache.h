/* drive_cache: does a step have to run? Part of the driver; see drive.h and cache.h. */
#ifndef MLW_PIPELINE_DRIVE_CACHE_H
#define MLW_PIPELINE_DRIVE_CACHE_H

#include "core/pipeline/cache.h"
#include "core/pipeline/drive.h"

/* Look for a result that holds. False with e: an input is absent; or the store failed (is_over). */
MUST_USE bool drive_cache_look(struct driver *d, size_t index, struct cache_look *ret,
                               struct err *e);
/* Put key, attributes and miss into a StepStarted event. */
void drive_cache_describe(const struct cache_look *c, struct json *started);
/* End the step with the result found; within a transaction, which it commits. */
MUST_USE bool drive_cache_take(struct driver *d, size_t index, const struct cache_look *c);

#endif
