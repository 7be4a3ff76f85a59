/* pending: points of one run on their way to a sink, in bundles a metric instead of one by one.
 * Order within a metric is kept. Keys are made valid UTF-8. One thread; the caller releases. */
#ifndef MLW_PROVIDER_FILES_PENDING_H
#define MLW_PROVIDER_FILES_PENDING_H

#include "core/base/map.h"
#include "core/provider/files/reader.h"

enum { PENDING_MAX_POINTS = 1 << 16 };

struct pending {
    struct map series; /* key → its points */
    struct str key;    /* scratch */
    size_t n;          /* points in all: from PENDING_MAX_POINTS on it is time to flush */
};

void pending_init(struct pending *p);
void pending_release(struct pending *p);
void pending_add(struct pending *p, struct sv key, const struct point *point);
/* Hand all over, each metric with its last value; empty afterwards. */
MUST_USE bool pending_flush(struct pending *p, const char *run, const struct reader_sink *to,
                            struct err *e);

#endif
