/* A test's own folder; see tmp.h. */
#include "tests/unit/tmp.h"

#include <stdlib.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"

char *tmp_new(void)
{
    const char *base = getenv("TMPDIR");
    char *path = xasprintf("%s/mlw-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path)) {
        BUG("could not make %s", path);
    }
    return path;
}

void tmp_free(char **path)
{
    struct err e = ERR_INIT;
    if (*path && !os_remove_tree(*path, &e)) {
        BUG("%s", e.msg);
    }
    free(*path);
    *path = NULL;
}

void tmp_file(const char *tmp, const char *rel, struct sv bytes)
{
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, rel);
    CLEANUP(mem_free_ptr) char *dir = path_dir(path);
    if (!os_mkdirs(dir, &e) || !os_write_file(path, bytes, &e)) {
        BUG("%s", e.msg);
    }
}

void tmp_read(const char *tmp, const char *rel, struct str *ret_bytes)
{
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, rel);
    str_clear(ret_bytes);
    if (!os_read_file(path, 1 << 26, ret_bytes, &e)) {
        BUG("%s", e.msg);
    }
}
