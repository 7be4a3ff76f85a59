/* Any bytes as an ini file: keys that can stand in one, or a reason that names the line. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(void *arg, const char *section, const char *key, const char *value, int line,
                 struct err *e)
{
    int *last = arg;
    xassert(line > *last && key[0] && strlen(section) <= INI_MAX_SECTION_BYTES);
    xassert(!strpbrk(key, "\n\r\1\2\3") && !strpbrk(value, "\n\r\1\2\3"));
    *last = line;
    return !z_eq(value, "refuse") || err_set(e, ERR_INVALID, "refused");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT;
    int last = 0;
    if (!ini_read((struct sv){(const char *)data, size}, "fuzz", take, &last, &e)) {
        xassert(e.code == ERR_LIMIT || sv_starts(sv_z(e.msg), "fuzz:"));
    }
    return 0;
}
