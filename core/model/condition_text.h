/* condition_text: the bound conditions of a Condition step as an expression that a person reads.
 *
 *     [{"Type": "GreaterThan", "LeftValue": 0.91, "RightValue": 0.9}]      0.91 > 0.9
 *     Equals, In, and Not and Or around them       (x = a or 3 in [1, 2, 3]) and not y = b
 *
 * Texts stand without quotes, as they were bound; long lists and deep nests end in "…". What is no
 * condition is its type's word, or "?". Pure: any thread. O(size of the document). */
#ifndef MLW_MODEL_CONDITION_TEXT_H
#define MLW_MODEL_CONDITION_TEXT_H

#include "core/base/json.h"

/* Appends; nothing for an empty list and for what is no array. */
void condition_text(struct str *out, const struct json *conditions);

#endif
