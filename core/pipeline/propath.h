/* propath: the path grammar of Get and Std:JsonGet: dotted names, [n] and ['k'], nothing else.
 *
 * Pure, on borrowed text; no memory. A name is anything but . [ ] ' " $ * ? ( ) @ , spaces and
 * control characters. */
#ifndef MLW_PIPELINE_PROPATH_H
#define MLW_PIPELINE_PROPATH_H

#include <stdbool.h>

#include "core/base/str.h"

enum propath_kind { PROPATH_NAME, PROPATH_INDEX, PROPATH_KEY };

struct propath_step {
    enum propath_kind kind;
    struct sv text; /* the name or key; the digits of an index */
    size_t index;   /* PROPATH_INDEX only */
};

/* Cut the first step off `*rest`. `is_first`: a name needs no dot before it. False when what
 * stands there is outside the grammar; call only with rest->n > 0. */
bool propath_next(struct sv *rest, bool is_first, struct propath_step *ret_step);
/* Is the whole text one path of at least one step? */
bool propath_is_valid(struct sv path);
/* The name at the front of `*rest` (up to . or [), which moves past it; empty when none. */
struct sv propath_name(struct sv *rest);

#endif
