/* packages: models and their versions, as steps register them. Rows are copies in the caller's
 * arena. Call from the store's thread; writes run in a transaction. */
#ifndef MLW_STORE_PACKAGES_H
#define MLW_STORE_PACKAGES_H

#include "core/base/arena.h"
#include "core/store/store.h"

struct package_row {
    const char *model, *approval, *execution, *step, *run, *artifact, *digest, *image;
    const char *metrics, *document; /* JSON */
    const char *token, *reason, *decided_by;
    int64_t version, created_ms;
};

/* Add the next version of p->model (p->version is set); the model is made at need. A step that
 * already made one (a replay after a crash) gets that one back. */
MUST_USE bool package_add(struct store *st, struct package_row *p, struct err *e);
/* "MODEL/VERSION" */
MUST_USE bool package_get(struct store *st, const char *id, struct arena *a,
                          struct package_row *ret, struct err *e);

#endif
