/* pyjson: JSON as Python's json module reads and writes it, where that differs from ours: numbers
 * keep whether they are whole, NaN and Infinity are numbers, and values print as str() prints.
 * A struct pyjson owns a tree; pure; hostile text is bounded by json.h. Any thread. */
#ifndef MLW_JOB_PYJSON_H
#define MLW_JOB_PYJSON_H

#include <stdbool.h>

#include "core/base/json.h"
#include "core/base/str.h"

/* Beyond it a text is no JSON here: SageMaker's own limit for a hyperparameter is 2,500. */
enum { PYJSON_MAX_BYTES = 64 * 1024 };

/* A value in which strings are marked: "$text" a string (keys too), "#1.0" a number. */
struct json *pyjson_parse(struct sv text); /* NULL where json.loads raises; json_free it */
struct json *pyjson_of(const struct json *plain);
struct json *pyjson_of_text(struct sv text); /* the string itself */

/* json.dumps(sort_keys=True, separators=(",", ":"), ensure_ascii=True) */
void pyjson_dumps(const struct json *value, struct str *out);
/* str(): strings bare, the rest as in a Python program; None is "None". */
void pyjson_str(const struct json *value, struct str *out);

const char *pyjson_text(const struct json *value); /* the string without its mark, else NULL */
bool pyjson_is_true(const struct json *value);     /* Python's truth of a value; NULL is false */
/* The children of a dict, sorted by key as Python sorts; caller frees the array. */
const struct json **pyjson_sorted(const struct json *dict, size_t *ret_n);

#endif
