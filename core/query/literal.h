/* literal: the value in a comparison, read as the type of the field demands. Pure; the local time
 * zone is read for times without one. */
#ifndef MLW_QUERY_LITERAL_H
#define MLW_QUERY_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

struct literal {
    struct sv text; /* as written, quotes resolved; terminated */
    bool is_quoted, has_num, has_int;
    double num;
    int64_t i;
    int64_t ms;      /* a time, an age or a duration */
    int64_t span_ms; /* the unit it was written in */
    bool is_from_now;
};

/* Each fills what it is about, or leaves *l and returns false. */
bool literal_number(struct literal *l);
bool literal_duration(struct literal *l, bool needs_unit);
bool literal_time(struct literal *l);

#endif
