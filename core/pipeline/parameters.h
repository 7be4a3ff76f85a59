/* parameters: the values of an execution, from `-p K=V` and the definition's defaults.
 *
 * Start values are text of at most 1,024 characters and become what the parameter declares. A
 * value that is unknown, given twice, of the wrong type, outside EnumValues or missing without a
 * default fails as ERR_USAGE. The outputs that a person gives a Callback have the same types.
 * Pure; any thread. */
#ifndef MLW_PIPELINE_PARAMETERS_H
#define MLW_PIPELINE_PARAMETERS_H

#include <stddef.h>

#include "core/pipeline/definition.h"

enum { PARAMETER_MAX_CHARS = 1024 };

/* `pairs` are n texts "NAME=VALUE". *ret_values: an object name → typed value in the order of
 * the declaration; caller frees. */
MUST_USE bool parameters_resolve(const struct definition *d, const char *const *pairs, size_t n,
                                 struct json **ret_values, struct err *e);

/* What the text is as a value of this type; caller frees. NULL when it is none. */
MUST_USE struct json *parameter_value(enum parameter_type type, const char *text);

#endif
