/* Matching of LIKE patterns; see like.h. */
#include "core/query/like.h"

#include <stdint.h>
#include <wctype.h>

#include "core/base/utf8.h"

static uint32_t next(struct sv *v, bool is_caseless)
{
    uint32_t code = utf8_next(v);
    return is_caseless ? (uint32_t)towlower((wint_t)code) : code;
}

/* When a character does not fit, the last % takes one more. */
bool like_match(struct sv pattern, struct sv text, bool is_caseless)
{
    struct sv after = {NULL, 0}, from = {NULL, 0};
    while (text.n) {
        struct sv p = pattern, t = text;
        if (p.n && *p.p == '%') {
            pattern = after = (struct sv){p.p + 1, p.n - 1};
            from = text;
            continue;
        }
        bool is_any = p.n && *p.p == '_';
        if (p.n && (next(&p, is_caseless) == next(&t, is_caseless) || is_any)) {
            pattern = p;
            text = t;
            continue;
        }
        if (!after.p) {
            return false;
        }
        pattern = after;
        (void)utf8_next(&from);
        text = from;
    }
    while (pattern.n && *pattern.p == '%') {
        pattern = (struct sv){pattern.p + 1, pattern.n - 1};
    }
    return pattern.n == 0;
}
