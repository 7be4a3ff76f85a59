/* sched: which steps may start now, which never will. Pure: no clock, no files, no store.
 *
 * The ready set is told in topological, then document order (definition.order). A step is ready
 * when every edge holds: its Condition took its branch, what it comes after ended as the edge's
 * trigger says. What stands in a branch not taken is skipped, and so is everything after it.
 * After a failure nothing new starts but what waits for that failure (Trigger Failed, Any). */
#ifndef MLW_PIPELINE_SCHED_H
#define MLW_PIPELINE_SCHED_H

#include "core/pipeline/definition.h"

enum sched_state {
    SCHED_WAITING,
    SCHED_RUNNING,
    SCHED_SUCCEEDED,
    SCHED_FAILED,
    SCHED_STOPPED,
    SCHED_SKIPPED,
    SCHED_STATE_COUNT
};

/* What a job takes of this machine while it runs. */
struct sched_tokens {
    int cpus, memory_mib, gpus;
};

struct sched_step {
    enum sched_state state;
    bool took_if; /* of a Condition that succeeded */
    bool is_job;  /* counts against max_parallel and takes tokens while it runs */
    struct sched_tokens wants;
};

struct sched {
    const struct definition *def;
    struct sched_step *steps; /* by definition index */
    struct sched_tokens machine;
    int max_parallel;
    bool is_stopping; /* nothing new starts */
};

void sched_init(struct sched *s, const struct definition *def, struct sched_tokens machine,
                int max_parallel);
void sched_release(struct sched *s);

/* The next step to start, or DEFINITION_NONE. A job that wants more than the machine has is
 * started alone; one that does not fit now is passed over. O(steps + edges). */
size_t sched_next(const struct sched *s);
/* Mark what can never run any more as skipped and append it; true when there was any. */
bool sched_skip(struct sched *s, size_t **ret_indices, size_t *ret_n);
/* Nothing runs, nothing can start. */
bool sched_is_over(const struct sched *s);
bool sched_has_failed(const struct sched *s);
/* Does `wants` exceed the machine? Then it gets the whole of it. */
bool sched_is_too_big(const struct sched *s, const struct sched_tokens *wants);
/* This machine: cores of the affinity mask, memory, NVIDIA devices. */
struct sched_tokens sched_machine(void);

#endif
