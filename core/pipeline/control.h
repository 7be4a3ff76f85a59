/* control: what anyone may do to an execution from outside its driver: start one, stop, retry,
 * make sure that somebody drives it. Call from the store's thread; nothing here waits for the
 * driver. */
#ifndef MLW_PIPELINE_CONTROL_H
#define MLW_PIPELINE_CONTROL_H

#include "core/pipeline/definition.h"
#include "core/store/execution.h"
#include "core/store/store.h"
#include "core/store/workspace.h"

struct start_options {
    const char *const *params; /* "NAME=VALUE" */
    size_t param_count;
    int parallel, retry_on_exit;
};

/* Read what a person named: a file, or a pipeline that was started here before (then the file of
 * its newest execution, and its name). st may be NULL: then only files. A name that is neither is
 * ERR_NOT_FOUND. Caller releases *ret_def and frees *ret_file. */
MUST_USE bool control_load(struct store *st, const char *what, const char *name,
                           struct definition *ret_def, char **ret_file, struct err *e);
/* What a start checks before it does anything: *ret_parameters are the resolved values, which the
 * caller frees. Errors as of control_start. */
MUST_USE bool control_accept(const struct definition *def, const char *file,
                             const struct start_options *options, struct json **ret_parameters,
                             struct err *e);
/* [{name, type, depends_on, why}] in the order in which they start; caller frees. */
struct json *control_steps(const struct definition *def);

/* Start an execution of a loaded definition: parameters are resolved (ERR_USAGE), what cannot run
 * here is refused by name (ERR_REFUSED), what is incomplete is ERR_INVALID, inputs named by files
 * are taken into the store (ERR_IO); then the execution is durable, ret_id holds EXECUTION_ID + 1
 * bytes, and a driver was started. `file` is the definition's path. */
MUST_USE bool control_start(const struct workspace *ws, struct store *st,
                            const struct definition *def, const char *file,
                            const struct start_options *options, char *ret_id, struct err *e);
/* Ask for the end; idempotent. Of one that has ended already nothing is asked, and *ret_ended gets
 * its state, which the caller frees; else it is left as it is. */
MUST_USE bool control_stop(const struct workspace *ws, struct store *st, const char *execution,
                           char **ret_ended, struct err *e);
/* Run again what did not succeed. ERR_REFUSED for one that Succeeded or still runs; ERR_INVALID
 * where mlw.conf is wrong, and nothing is changed. */
MUST_USE bool control_retry(const struct workspace *ws, struct store *st, const char *execution,
                            struct err *e);
/* Approve or reject a gate; a Callback's driver is told and, if it is gone, started. `outputs` (an
 * object of texts or NULL): all that the step declares, each of its OutputType, and no others
 * (ERR_USAGE). A rejection needs a reason. */
MUST_USE bool control_decide(const struct workspace *ws, struct store *st, const char *token,
                             bool is_approved, const char *reason, const struct json *outputs,
                             struct err *e);
/* Start a driver unless one holds the lock, in a scope of its own where a log-out would end it. An
 * execution that has ended needs none. */
MUST_USE bool control_ensure(const struct workspace *ws, const char *execution, struct err *e);
/* The same for every execution that has not ended, and how many these are. */
MUST_USE bool control_ensure_all(const struct workspace *ws, struct store *st, size_t *ret_n,
                                 struct err *e);
/* Does anybody drive it now? */
bool control_is_driven(const struct workspace *ws, const char *execution);
/* The last line that a driver of it said, with what it may not hold removed; NULL: none. Caller
 * frees. */
char *control_last_words(const struct workspace *ws, const char *execution);

#endif
