/* The ready set, skipping and tokens; see sched.h. */
#include "core/pipeline/sched.h"

#include <glob.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"

void sched_init(struct sched *s, const struct definition *def, struct sched_tokens machine,
                int max_parallel)
{
    *s = (struct sched){.def = def,
                        .steps = xcalloc(def->steps.n + 1, sizeof *s->steps),
                        .machine = machine,
                        .max_parallel = max_parallel > 0 ? max_parallel : machine.cpus};
}

void sched_release(struct sched *s)
{
    free(s->steps);
    s->steps = NULL;
}

enum edge_now { EDGE_OPEN, EDGE_HOLDS, EDGE_BLOCKED, EDGE_SKIPS };

static enum edge_now edge_of_branch(const struct sched *s, const struct definition_step *step)
{
    const struct sched_step *parent = &s->steps[step->parent];
    switch (parent->state) {
    case SCHED_SUCCEEDED:
        return parent->took_if == (step->branch == BRANCH_IF) ? EDGE_HOLDS : EDGE_SKIPS;
    case SCHED_SKIPPED:
        return EDGE_SKIPS;
    case SCHED_FAILED:
    case SCHED_STOPPED:
        return EDGE_BLOCKED;
    case SCHED_WAITING:
    case SCHED_RUNNING:
    case SCHED_STATE_COUNT:
        break;
    }
    return EDGE_OPEN;
}

/* Does the end of another step satisfy a trigger? */
static bool trigger_holds(enum step_trigger trigger, enum sched_state state)
{
    static const enum sched_state wanted[TRIGGER_COUNT] = {
        [TRIGGER_SUCCEEDED] = SCHED_SUCCEEDED,
        [TRIGGER_FAILED] = SCHED_FAILED,
        [TRIGGER_STOPPED] = SCHED_STOPPED,
    };
    return trigger == TRIGGER_ANY || wanted[trigger] == state;
}

static enum edge_now edge_now(const struct sched *s, const struct definition_step *step,
                              const struct definition_edge *edge)
{
    if (edge->kind == EDGE_PARENT) {
        return edge_of_branch(s, step);
    }
    enum sched_state state = s->steps[edge->to].state;
    if (state == SCHED_WAITING || state == SCHED_RUNNING) {
        return EDGE_OPEN;
    }
    if (state == SCHED_SKIPPED) {
        return EDGE_SKIPS;
    }
    if (trigger_holds(edge->trigger, state)) {
        return EDGE_HOLDS;
    }
    /* a failure that was waited for and did not come leaves the step out, as a branch does */
    return state == SCHED_SUCCEEDED ? EDGE_SKIPS : EDGE_BLOCKED;
}

/* All edges together: the worst of them; *ret_rescues: an edge waited for a failure, and holds. */
static enum edge_now step_now(const struct sched *s, size_t index, bool *ret_rescues)
{
    const struct definition_step *step = &s->def->steps.at[index];
    enum edge_now worst = EDGE_HOLDS;
    *ret_rescues = false;
    for (size_t i = 0; i < step->edges.n; i++) {
        const struct definition_edge *edge = &step->edges.at[i];
        enum edge_now now = edge_now(s, step, edge);
        if (now == EDGE_SKIPS) {
            return EDGE_SKIPS;
        }
        *ret_rescues |= now == EDGE_HOLDS && s->steps[edge->to].state != SCHED_SUCCEEDED;
        if (now == EDGE_BLOCKED || (now == EDGE_OPEN && worst == EDGE_HOLDS)) {
            worst = now;
        }
    }
    return worst;
}

bool sched_is_too_big(const struct sched *s, const struct sched_tokens *wants)
{
    return wants->cpus > s->machine.cpus || wants->memory_mib > s->machine.memory_mib ||
           wants->gpus > s->machine.gpus;
}

static bool fits(const struct sched *s, const struct sched_step *step)
{
    struct sched_tokens free_now = s->machine;
    int running = 0;
    bool is_whole_taken = false;
    for (size_t i = 0; i < s->def->steps.n; i++) {
        const struct sched_step *other = &s->steps[i];
        if (other->state == SCHED_RUNNING && other->is_job) {
            running++;
            is_whole_taken |= sched_is_too_big(s, &other->wants);
            free_now.cpus -= other->wants.cpus;
            free_now.memory_mib -= other->wants.memory_mib;
            free_now.gpus -= other->wants.gpus;
        }
    }
    if (running >= s->max_parallel || is_whole_taken) {
        return false;
    }
    if (sched_is_too_big(s, &step->wants)) {
        return running == 0;
    }
    return step->wants.cpus <= free_now.cpus && step->wants.memory_mib <= free_now.memory_mib &&
           step->wants.gpus <= free_now.gpus;
}

bool sched_has_failed(const struct sched *s)
{
    for (size_t i = 0; i < s->def->steps.n; i++) {
        if (s->steps[i].state == SCHED_FAILED) {
            return true;
        }
    }
    return false;
}

size_t sched_next(const struct sched *s)
{
    if (s->is_stopping) {
        return DEFINITION_NONE;
    }
    bool has_failed = sched_has_failed(s);
    for (size_t i = 0; i < s->def->order.n; i++) {
        size_t index = s->def->order.at[i];
        bool rescues;
        if (s->steps[index].state == SCHED_WAITING && step_now(s, index, &rescues) == EDGE_HOLDS &&
            (!has_failed || rescues) && (!s->steps[index].is_job || fits(s, &s->steps[index]))) {
            return index;
        }
    }
    return DEFINITION_NONE;
}

bool sched_skip(struct sched *s, size_t **ret_indices, size_t *ret_n)
{
    VEC(size_t) skipped = {0};
    for (size_t i = 0; i < s->def->order.n; i++) {
        size_t index = s->def->order.at[i];
        bool rescues;
        if (s->steps[index].state == SCHED_WAITING && step_now(s, index, &rescues) == EDGE_SKIPS) {
            s->steps[index].state = SCHED_SKIPPED;
            vec_push(&skipped, index);
        }
    }
    *ret_indices = skipped.at;
    *ret_n = skipped.n;
    return skipped.n > 0;
}

bool sched_is_over(const struct sched *s)
{
    for (size_t i = 0; i < s->def->steps.n; i++) {
        if (s->steps[i].state == SCHED_RUNNING) {
            return false;
        }
    }
    return sched_next(s) == DEFINITION_NONE;
}

static int nvidia_devices(void)
{
    glob_t g;
    int n = glob("/dev/nvidia[0-9]*", 0, NULL, &g) == 0 ? (int)g.gl_pathc : 0;
    globfree(&g);
    return n;
}

struct sched_tokens sched_machine(void)
{
    cpu_set_t set;
    int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    int mib = pages > 0 && page > 0 ? (int)((double)pages * (double)page / 1048576) : 1024;
    return (struct sched_tokens){cpus > 0 ? cpus : 1, mib, nvidia_devices()};
}
