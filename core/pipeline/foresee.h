/* foresee: the plan of a start: what each step would do, and why, without starting anything.
 *
 * A pure read: files are hashed where they lie, nothing is imported, no row is written; it works in
 * a read-only workspace and where there is none. Of each step it is known that it
 *   cache    ends at once with the result of an earlier execution, which `why` names;
 *   run      runs: `why` is the attribute that differs with both values, or that it is not cached;
 *   skip     stands in a branch that is not taken, as parameters decide it;
 *   unknown  depends on what a step will write that runs first, which `why` names, or stands in a
 *            branch that results decide, cached ones too: `why` says what those would lead to.
 * That every step that runs succeeds is assumed. The work is done in slices: reading inputs may
 * take long. Owned by whoever made it; the store's thread. */
#ifndef MLW_PIPELINE_FORESEE_H
#define MLW_PIPELINE_FORESEE_H

#include "core/base/digest.h"
#include "core/pipeline/control.h"

struct foresee;

/* What would be started: a file or a pipeline's name, as control_load takes it. */
struct foresee_of {
    const struct workspace *ws; /* NULL: there is none, so nothing is cached; borrowed */
    struct store *st;           /* NULL as well; borrowed */
    const char *what, *name;    /* name may be NULL */
    const char *const *params;  /* "NAME=VALUE" */
    size_t param_count;
    struct digest_memo *memo; /* for who plans again and again; NULL: none; borrowed */
};
/* NULL with the errors that a start would have: the definition, its parameters, a file that is not
 * there. */
struct foresee *foresee_new(const struct foresee_of *of, struct err *e);
void foresee_free(struct foresee *f); /* NULL is fine */
/* Go on until deadline_us of clock_mono_us. False: the store could not be read. */
MUST_USE bool foresee_step(struct foresee *f, int64_t deadline_us, bool *ret_is_done,
                           struct err *e);
/* {"steps":[{"name","action","why"}]} in the order in which they start, when it is done; caller
 * frees. */
struct json *foresee_json(const struct foresee *f);

#endif
