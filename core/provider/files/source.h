/* source: tracking data on disk, read into the cache in slices.
 *
 * source_open finds the format and where the last reading ended; source_step reads what is new and
 * commits it together with where it goes on, so that an end at any point loses and doubles nothing.
 * The store is the cache's (core/store/sources.h), is borrowed, and looks at this source alone from
 * source_open on. One thread, as the store. */
#ifndef MLW_PROVIDER_FILES_SOURCE_H
#define MLW_PROVIDER_FILES_SOURCE_H

#include "core/store/sources.h"

struct source;

/* ERR_NOT_FOUND where there is nothing, or nothing that a reader knows. */
MUST_USE bool source_open(const char *path, struct store *st, struct source **ret_source,
                          struct err *e);
void source_close(struct source *s); /* NULL is fine */

/* A slice until deadline_us of clock_mono_us. *ret_more: there is more to read; without it a later
 * step looks for what is new. */
MUST_USE bool source_step(struct source *s, int64_t deadline_us, bool *ret_more, struct err *e);
/* All of it, for one-shot commands. */
MUST_USE bool source_read(struct source *s, struct err *e);

int64_t source_id(const struct source *s);
const char *source_path(const struct source *s);   /* whole, without links */
const char *source_format(const struct source *s); /* the reader's name */
/* Every point of a curve, in order: from the store, or from the source where its reader has them at
 * hand. `run` and `key` whole. ERR_NOT_FOUND: no such metric. */
MUST_USE bool source_curve(struct source *s, const char *run, const char *key,
                           bool (*fn)(void *arg, const struct point *points, size_t n), void *arg,
                           struct err *e);

#endif
