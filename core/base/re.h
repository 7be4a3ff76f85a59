/* re: the one door to pcre2. Patterns come from people and documents: compiled with JIT where it
 * can be, matched with limits on steps, depth and memory, so that a hostile pattern costs
 * bounded time. A compiled pattern is read-only and may be shared by threads; a match is not. */
#ifndef MLW_BASE_RE_H
#define MLW_BASE_RE_H

#include "core/base/err.h"
#include "core/base/str.h"

struct re;

enum { RE_CASELESS = 1 << 0 };
enum { RE_MAX_PATTERN_BYTES = 4096 };

/* ERR_INVALID with the offset in the pattern; NULL then. */
struct re *re_new(struct sv pattern, unsigned flags, struct err *e);
void re_free(struct re *re);
size_t re_group_count(const struct re *re); /* without group 0 */
/* First match at or after byte `from`. Groups 0..n-1 go to ret_groups (p == NULL when a group did
 * not take part). Returns 1 a match, 0 none, -1 when a limit was reached. */
int re_match(const struct re *re, struct sv text, size_t from, struct sv *ret_groups, size_t n);

#endif
