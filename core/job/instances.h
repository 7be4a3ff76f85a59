/* instances: what an InstanceType asks of a machine. A constant table (instance_types.def); a
 * type that is not in it names no size, as `local` does not: its job sees the whole machine and is
 * limited by --parallel alone. Pure. */
#ifndef MLW_JOB_INSTANCES_H
#define MLW_JOB_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>

struct instance_type {
    const char *name;
    int cpus, memory_mib, gpus; /* 0 cpus: no size of its own */
};
/* NULL when unknown. "local", "local_gpu" and NULL are known: no size. */
const struct instance_type *instance_find(const char *name);

#endif
