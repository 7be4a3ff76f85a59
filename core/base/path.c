/* File names as text; see path.h. */
#include "core/base/path.h"

#include <stdlib.h>

#include "core/base/mem.h"

char *path_join(const char *a, const char *b)
{
    size_t n = strlen(a);
    if (b[0] == '/' || n == 0) {
        return xstrdup(b);
    }
    return xasprintf("%s%s%s", a, a[n - 1] == '/' ? "" : "/", b);
}

char *path_join3(const char *a, const char *b, const char *c)
{
    char *ab = path_join(a, b);
    char *abc = path_join(ab, c);
    free(ab);
    return abc;
}

char *path_dir(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        return xstrdup(".");
    }
    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_stem(const char *path)
{
    const char *base = path_base(path);
    const char *dot = strrchr(base, '.');
    return dot && dot != base ? xstrndup(base, (size_t)(dot - base)) : xstrdup(base);
}

bool path_is_below(struct sv rel)
{
    if (!rel.n || rel.p[0] == '/' || memchr(rel.p, 0, rel.n)) {
        return false;
    }
    struct sv part;
    while (sv_split(&rel, '/', &part)) {
        if (sv_eqz(part, "..")) {
            return false;
        }
    }
    return true;
}
