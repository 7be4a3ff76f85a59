/* The table of instance types; see instances.h. */
#include "core/job/instances.h"

#include "core/base/mem.h"
#include "core/base/str.h"

static const struct instance_type types[] = {
    {"local", 0, 0, 0},
    {"local_gpu", 0, 0, 0},
#define X(name, cpus, memory_mib, gpus) {name, cpus, memory_mib, gpus},
#include "core/job/instance_types.def"
#undef X
};

const struct instance_type *instance_find(const char *name)
{
    for (size_t i = 0; i < ALEN(types); i++) {
        if (z_eq(types[i].name, name ? name : "local")) {
            return &types[i];
        }
    }
    return NULL;
}
