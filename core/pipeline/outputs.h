/* outputs: what the document of a step that succeeded points to: objects and property files.
 *
 * Documents are borrowed, as the step left them (Describe shapes); nothing is written. Blocks for
 * as long as reading takes; a property file is at most 32 MiB. */
#ifndef MLW_PIPELINE_OUTPUTS_H
#define MLW_PIPELINE_OUTPUTS_H

#include "core/job/objects.h"
#include "core/pipeline/definition.h"

/* Is every object that the document names still there? NULL: false. */
bool outputs_exist(const struct objects *o, enum step_type type, const struct json *document);
/* An object's bytes, appended. ERR_NOT_FOUND names it. */
MUST_USE bool outputs_read_uri(const struct objects *o, const char *uri, struct str *out,
                               struct err *e);
/* A declared property file of that step; caller frees. */
MUST_USE bool outputs_property_file(const struct objects *o, const struct definition_step *step,
                                    const struct json *document, const char *file,
                                    struct json **ret_file, struct err *e);

#endif
