/* gone: after a source was looked through as a whole, the runs that are not in it any more. */
#ifndef MLW_PROVIDER_FILES_GONE_H
#define MLW_PROVIDER_FILES_GONE_H

#include "core/base/map.h"
#include "core/provider/files/reader.h"

/* Of every run that the sink knows and `seen` (by id) does not, the points are forgotten and the
 * sink is told; `forget` drops what the reader has of it and gives back the name of the piece that
 * is kept, or NULL. */
MUST_USE bool gone_sweep(const struct map *seen, const struct reader_sink *to,
                         const char *(*forget)(void *arg, const char *run), void *arg,
                         struct err *e);

#endif
