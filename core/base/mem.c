/* Checked allocation; see mem.h. */
#include "core/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"

static void *checked(void *p, size_t size_bytes)
{
    if (!p) {
        BUG("out of memory: %zu bytes", size_bytes);
    }
    return p;
}

void *xmalloc(size_t size_bytes)
{
    return checked(malloc(size_bytes ? size_bytes : 1), size_bytes);
}

void *xcalloc(size_t n, size_t size_bytes)
{
    return checked(calloc(n ? n : 1, size_bytes ? size_bytes : 1), n);
}

void *xreallocarray(void *p, size_t n, size_t size_bytes)
{
    if (size_bytes && n > SIZE_MAX / size_bytes) {
        BUG("%zu elements of %zu bytes overflow", n, size_bytes);
    }
    size_t size = n * size_bytes;
    return checked(realloc(p, size ? size : 1), size);
}

char *xstrndup(const char *s, size_t n)
{
    char *p = xmalloc(n + 1);
    if (n) {
        memcpy(p, s, n);
    }
    p[n] = 0;
    return p;
}

char *xstrdup(const char *s)
{
    return s ? xstrndup(s, strlen(s)) : NULL;
}

char *xasprintf(const char *fmt, ...)
{
    va_list ap;
    char *p = NULL;
    va_start(ap, fmt);
    int n = vasprintf(&p, fmt, ap);
    va_end(ap);
    if (n < 0) {
        BUG("formatting \"%s\" failed", fmt);
    }
    return p;
}

void mem_free_ptr(void *pp)
{
    free(*(void **)pp);
}
