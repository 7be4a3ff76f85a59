/* Owned and borrowed text; see str.h. */
#include "core/base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/err.h"
#include "core/base/mem.h"

char str_empty[1];

void str_init(struct str *s)
{
    *s = (struct str)STR_INIT;
}

void str_release(struct str *s)
{
    if (s->cap) {
        free(s->p);
    }
    str_init(s);
}

void str_clear(struct str *s)
{
    s->n = 0;
    if (s->cap) {
        s->p[0] = 0;
    }
}

char *str_detach(struct str *s)
{
    char *p = s->cap ? s->p : xstrdup("");
    str_init(s);
    return p;
}

void str_reserve(struct str *s, size_t extra)
{
    if (extra > SIZE_MAX / 4 || s->n > SIZE_MAX / 4) {
        BUG("text of %zu + %zu bytes", s->n, extra);
    }
    size_t need = s->n + extra + 1;
    if (need <= s->cap) {
        return;
    }
    size_t cap = s->cap ? s->cap : 32;
    while (cap < need) {
        cap += cap / 2 + 16;
    }
    s->p = xreallocarray(s->cap ? s->p : NULL, cap, 1);
    s->cap = cap;
}

void str_add(struct str *s, const void *p, size_t n)
{
    if (!n) {
        return;
    }
    str_reserve(s, n);
    memcpy(s->p + s->n, p, n);
    s->n += n;
    s->p[s->n] = 0;
}

void str_addz(struct str *s, const char *z)
{
    str_add(s, z, strlen(z));
}

void str_addc(struct str *s, char c)
{
    if (s->n + 1 >= s->cap) {
        str_reserve(s, 1);
    }
    s->p[s->n++] = c;
    s->p[s->n] = 0;
}

void str_addn(struct str *s, char c, size_t n)
{
    if (!n) {
        return;
    }
    str_reserve(s, n);
    memset(s->p + s->n, c, n);
    s->n += n;
    s->p[s->n] = 0;
}

void str_addsv(struct str *s, struct sv v)
{
    str_add(s, v.p, v.n);
}

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0) {
        BUG("formatting \"%s\" failed", fmt);
    }
    str_reserve(s, (size_t)n);
    vsnprintf(s->p + s->n, (size_t)n + 1, fmt, again);
    s->n += (size_t)n;
    va_end(again);
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(s, fmt, ap);
    va_end(ap);
}

void str_setf(struct str *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str_clear(s);
    str_vaddf(s, fmt, ap);
    va_end(ap);
}

void str_truncate(struct str *s, size_t n)
{
    xassert(n <= s->n);
    if (s->cap) {
        s->n = n;
        s->p[n] = 0;
    }
}

bool sv_eq(struct sv a, struct sv b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool sv_eqz(struct sv a, const char *z)
{
    return sv_eq(a, sv_z(z));
}

bool sv_starts(struct sv a, const char *prefix)
{
    size_t n = strlen(prefix);
    return a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

bool sv_ends(struct sv a, const char *suffix)
{
    size_t n = strlen(suffix);
    return a.n >= n && (n == 0 || memcmp(a.p + a.n - n, suffix, n) == 0);
}

int sv_cmp(struct sv a, struct sv b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct sv sv_trim(struct sv a)
{
    while (a.n && is_space(a.p[0])) {
        a.p++;
        a.n--;
    }
    while (a.n && is_space(a.p[a.n - 1])) {
        a.n--;
    }
    return a;
}

bool sv_split(struct sv *rest, char sep, struct sv *ret_part)
{
    if (!rest->p) {
        return false;
    }
    const char *end = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
    if (end) {
        size_t n = (size_t)(end - rest->p);
        *ret_part = (struct sv){rest->p, n};
        *rest = (struct sv){end + 1, rest->n - n - 1};
    } else {
        *ret_part = *rest;
        *rest = (struct sv){NULL, 0};
    }
    return true;
}

char *sv_dup(struct sv a)
{
    return xstrndup(a.p, a.n);
}

size_t sv_find(struct sv a, struct sv needle)
{
    if (!needle.n || !a.n) {
        return needle.n ? SIZE_MAX : 0;
    }
    const char *hit = memmem(a.p, a.n, needle.p, needle.n);
    return hit ? (size_t)(hit - a.p) : SIZE_MAX;
}

bool z_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}
