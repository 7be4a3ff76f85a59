/* flat: the leaves of a nested JSON object as paths joined by ".", each with its text as it stands.
 *
 * {"a": {"b": 1.0}, "c": [1, 2]} is a.b = 1.0 and c = [1, 2]; what is no object is one leaf under
 * the name it was given. Paths are
 * valid UTF-8. Arrays, and what lies deeper than FLAT_MAX_DEPTH, stay whole. Bare NaN and
 * Infinity, which Python writes, are let through: what a leaf may be is for the callback. Memory is
 * the longest path; nothing recurses. */
#ifndef MLW_PROVIDER_FILES_FLAT_H
#define MLW_PROVIDER_FILES_FLAT_H

#include <stdbool.h>

#include "core/base/str.h"

enum { FLAT_MAX_DEPTH = 64 };

/* False: the text is no JSON, or fn did not want one of its leaves; those before were told. */
bool flat_json(struct sv text, struct sv name,
               bool (*fn)(void *arg, struct sv path, struct sv leaf), void *arg);
/* The text of a JSON string literal; false when it is none. */
bool flat_string(struct sv literal, struct str *out);

#endif
