/* The first line as a pattern, the rest as text: refused, or matched within the limits. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/re.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv rest = {(const char *)data, size}, pattern;
    struct err e = ERR_INIT;
    if (!sv_split(&rest, '\n', &pattern)) {
        return 0;
    }
    struct re *re = re_new(pattern, size % 2 ? RE_CASELESS : 0, &e);
    if (!re) {
        xassert(e.code != ERR_NONE && e.msg[0]);
        return 0;
    }
    struct sv groups[4];
    size_t from = 0;
    for (int i = 0; i < 8 && re_match(re, rest, from, groups, 4) == 1; i++) {
        for (size_t g = 0; g < 4; g++) {
            xassert(!groups[g].p || !rest.p ||
                    (groups[g].p >= rest.p && groups[g].p + groups[g].n <= rest.p + rest.n));
        }
        if (!rest.p) {
            break;
        }
        from = (size_t)(groups[0].p + groups[0].n - rest.p) + 1;
    }
    re_free(re);
    return 0;
}
