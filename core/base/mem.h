/* mem: allocation that does not fail. Out of memory is a BUG (restore the terminal, abort);
 * sizes that come from files or servers are checked against a stated maximum before they get
 * here. Everything is freed by plain free(). Any thread. */
#ifndef MLW_BASE_MEM_H
#define MLW_BASE_MEM_H

#include <stddef.h>

#define ALEN(a) (sizeof(a) / sizeof *(a))

void *xmalloc(size_t size_bytes);           /* size > 0 */
void *xcalloc(size_t n, size_t size_bytes); /* zeroed; n * size checked */
void *xreallocarray(void *p, size_t n, size_t size_bytes);
char *xstrdup(const char *s);            /* s may be NULL: then NULL */
char *xstrndup(const char *s, size_t n); /* always terminated */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Run fn(&var) when var goes out of scope: CLEANUP(str_release) struct str s = STR_INIT; */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
void mem_free_ptr(void *pp); /* for CLEANUP(mem_free_ptr) char *p = NULL; */

#endif
