/* like: SQL's LIKE: % is any text, _ any one character, the rest itself. Pure; O(pattern * text).
 * Caseless is the locale's towlower, character by character. */
#ifndef MLW_QUERY_LIKE_H
#define MLW_QUERY_LIKE_H

#include <stdbool.h>

#include "core/base/str.h"

bool like_match(struct sv pattern, struct sv text, bool is_caseless);

#endif
