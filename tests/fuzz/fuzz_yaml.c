/* Any bytes as YAML: a tree within its caps that prints as JSON, or a reason that names the line.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (enum yaml_scalars how = YAML_TEXTS; how <= YAML_TYPED; how++) {
        struct err e = ERR_INIT;
        struct json *j = NULL, *again = NULL;
        if (!yaml_parse((struct sv){(const char *)data, size}, "fuzz", how, &j, &e)) {
            xassert(!j && sv_starts(sv_z(e.msg), "fuzz:"));
            continue;
        }
        struct str text = STR_INIT;
        json_print(j, JSON_COMPACT, &text);
        xassert(json_parse(sv_of(&text), &again, &e));
        json_free(again);
        json_free(j);
        str_release(&text);
    }
    return 0;
}
