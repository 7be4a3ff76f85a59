/* passed: the gates that a version passed, as the hub writes them, and whether they ask for less
 * than those of another version did.
 *
 *     "check-auc 0.912 >= 0.9, data 3 in [1, 2, 3], review approved by ann"
 *
 * A gate is the name of its step and what held; what was measured (0.912) is no part of what is
 * asked. Pure: borrows from its arguments; O(text). */
#ifndef MLW_VIEWS_PASSED_H
#define MLW_VIEWS_PASSED_H

#include <stdbool.h>

#include "core/base/str.h"

enum passed_change { PASSED_SAME, PASSED_STRICTER, PASSED_CHANGED, PASSED_EASIER };

/* Cuts the first gate off; false at the end. Commas in brackets part nothing. */
bool passed_cut(struct sv *rest, struct sv *ret_gate);
/* The gate of the same step in a list; false: there is none. */
bool passed_find(const char *list, struct sv gate, struct sv *ret_gate);
/* What `now` asks for beside what `before` asked for. */
enum passed_change passed_compare(struct sv now, struct sv before);

#endif
