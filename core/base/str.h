/* str: text that is owned (struct str) and text that is borrowed (struct sv).
 *
 * A struct str is always NUL-terminated once something was added; `p` of an empty one is "".
 * Bytes, not characters: width and sanitising are in utf8.h. Growth is geometric; nothing fails
 * (out of memory is a BUG). Life cycle: STR_INIT → str_add* → str_release; str_clear keeps the
 * memory; str_detach hands the bytes to the caller, who frees them. */
#ifndef MLW_BASE_STR_H
#define MLW_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct sv {
    const char *p; /* not terminated */
    size_t n;
};

struct str {
    char *p;
    size_t n, cap;
};

extern char str_empty[1];
#define STR_INIT                                                                                   \
    {                                                                                              \
        .p = str_empty                                                                             \
    }

void str_init(struct str *s);
void str_release(struct str *s); /* leaves it empty and usable */
void str_clear(struct str *s);
char *str_detach(struct str *s); /* caller frees; s is empty again */
void str_reserve(struct str *s, size_t extra);

void str_add(struct str *s, const void *p, size_t n);
void str_addz(struct str *s, const char *z);
void str_addc(struct str *s, char c);
void str_addn(struct str *s, char c, size_t n); /* n times c */
void str_addsv(struct str *s, struct sv v);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap);
void str_setf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_truncate(struct str *s, size_t n); /* n <= s->n */

/* --- views --- */
#define SV(lit) ((struct sv){"" lit "", sizeof(lit) - 1})
static inline struct sv sv_z(const char *z)
{
    return (struct sv){z ? z : "", z ? strlen(z) : 0};
}
static inline struct sv sv_of(const struct str *s)
{
    return (struct sv){s->p, s->n};
}
bool sv_eq(struct sv a, struct sv b);
bool sv_eqz(struct sv a, const char *z);
bool sv_starts(struct sv a, const char *prefix);
bool sv_ends(struct sv a, const char *suffix);
int sv_cmp(struct sv a, struct sv b); /* byte order, shorter first */
struct sv sv_trim(struct sv a);       /* spaces, tabs, line ends on both sides */
/* Cut the part before the first `sep` off `*rest`, which moves past it; false at the end. An
 * empty `*rest` with p != NULL yields one empty part, as splitting "a," at ',' yields two. */
bool sv_split(struct sv *rest, char sep, struct sv *ret_part);
char *sv_dup(struct sv a); /* caller frees */
/* Position of the first `needle`, or SIZE_MAX. */
size_t sv_find(struct sv a, struct sv needle);

bool z_eq(const char *a, const char *b); /* both may be NULL; NULL equals NULL only */

#endif
