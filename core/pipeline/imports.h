/* imports: inputs that a definition names by a file or a relative path are taken into the object
 * store, by digest, when the execution starts; from then on the copy is what steps get.
 *
 * An input is a text under a key S3Uri, ModelDataUrl or sagemaker_submit_directory, outside what
 * says where outputs go. At the start everything that depends on parameters alone is known and is
 * imported; the table "text → s3 uri" is kept with the execution and applied to a step's resolved
 * arguments. Blocks for as long as copying takes. */
#ifndef MLW_PIPELINE_IMPORTS_H
#define MLW_PIPELINE_IMPORTS_H

#include "core/job/objects.h"
#include "core/pipeline/bind.h"
#include "core/pipeline/definition.h"

/* What is known before any step has run: parameters and the execution's own values; borrowed. */
struct bind_scope imports_scope(const struct json *parameters, const struct json *execution);
/* Every file and folder that is imported, as the definition names it; one may come twice. False
 * when `each` said so. */
MUST_USE bool imports_each(const struct definition *d, const struct bind_scope *scope,
                           bool (*each)(void *arg, const struct definition_step *step,
                                        const char *text, struct err *e),
                           void *arg, struct err *e);
/* *ret_table: object text → s3 uri; caller frees. ERR_IO names the step and the file. */
MUST_USE bool imports_take(const struct definition *d, const struct bind_scope *scope,
                           const struct objects *objects, const char *base_dir,
                           struct json **ret_table, struct err *e);
/* Replace imported texts in place; one that is neither imported nor s3:// is ERR_INVALID. */
MUST_USE bool imports_apply(struct json *arguments, const struct json *table, struct err *e);

#endif
