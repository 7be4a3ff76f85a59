/* Any bytes as an s3:// uri: refused, or a path that stays below the store. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/job/objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct objects o = {.root = "/root"};
    struct s3_uri u;
    struct err e = ERR_INIT;
    struct sv text = {(const char *)data, size};
    if (!s3_uri_parse(text, &u, &e)) {
        xassert(e.code == ERR_INVALID && e.msg[0]);
        return 0;
    }
    CLEANUP(mem_free_ptr) char *z = sv_dup(text), *path = objects_path(&o, z, &e);
    xassert(path && sv_starts(sv_z(path), "/root/") && path_is_below(sv_z(path + 6)));
    xassert(!sv_starts(sv_z(path), "/root/.staging"));
    return 0;
}
