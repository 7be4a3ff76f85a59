/* Any bytes as an archive: unpacked below its folder and within the cap, or refused. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BYTES = 4096 };

static uint64_t bytes_below(const char *dir)
{
    struct err e = ERR_INIT;
    struct os_names names;
    uint64_t sum = 0;
    xassert(os_list(dir, &names, &e));
    for (size_t i = 0; i < names.n; i++) {
        CLEANUP(mem_free_ptr) char *path = path_join(dir, names.at[i]);
        struct stat st;
        xassert(lstat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)));
        sum += S_ISDIR(st.st_mode) ? bytes_below(path) : (uint64_t)st.st_size;
    }
    os_names_release(&names);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT;
    char tmp[] = "/tmp/mlw-fuzz-XXXXXX";
    xassert(mkdtemp(tmp));
    CLEANUP(mem_free_ptr) char *archive = path_join(tmp, "a");
    CLEANUP(mem_free_ptr) char *dir = path_join(tmp, "d");
    xassert(os_mkdirs(dir, &e));
    xassert(os_write_file(archive, (struct sv){(const char *)data, size}, &e));
    if (!tar_unpack(archive, dir, MAX_BYTES, &e)) {
        xassert(e.code != ERR_NONE && e.msg[0]);
    }
    xassert(bytes_below(dir) <= MAX_BYTES);
    struct os_names beside;
    xassert(os_list(tmp, &beside, &e) && beside.n == 2);
    os_names_release(&beside);
    xassert(os_remove_tree(tmp, &e));
    return 0;
}
