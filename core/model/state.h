/* state: what a backend's word for a state means to a person: which glyph and colour it gets, and
 * whether it can still change. Words are compared exactly; an unknown word is neutral and shown
 * as it is. Constant data; any thread. */
#ifndef MLW_MODEL_STATE_H
#define MLW_MODEL_STATE_H

#include <stdbool.h>

/* S(word, class, can it change by itself) */
#define STATES(S)                                                                                  \
    /* SageMaker: executions, steps, attempts */                                                   \
    S("Starting", STATE_RUNNING, true)                                                             \
    S("Launching", STATE_RUNNING, true)                                                            \
    S("Executing", STATE_RUNNING, true)                                                            \
    S("Stopping", STATE_RUNNING, true)                                                             \
    S("Succeeded", STATE_GOOD, false)                                                              \
    S("Failed", STATE_BAD, false)                                                                  \
    S("Stopped", STATE_STOPPED, false)                                                             \
    S("Interrupted", STATE_BAD, false)                                                             \
    S("InProgress", STATE_RUNNING, true)                                                           \
    S("Completed", STATE_GOOD, false)                                                              \
    /* model packages and gates */                                                                 \
    S("PendingManualApproval", STATE_WAITING, true)                                                \
    S("Approved", STATE_GOOD, false)                                                               \
    S("Rejected", STATE_STOPPED, false)                                                            \
    S("Waiting", STATE_WAITING, true)                                                              \
    /* MLflow runs */                                                                              \
    S("RUNNING", STATE_RUNNING, true)                                                              \
    S("SCHEDULED", STATE_WAITING, true)                                                            \
    S("FINISHED", STATE_GOOD, false)                                                               \
    S("FAILED", STATE_BAD, false)                                                                  \
    S("KILLED", STATE_BAD, false)                                                                  \
    /* our own, lower case */                                                                      \
    S("waiting", STATE_WAITING, true)                                                              \
    S("skipped", STATE_STOPPED, false)                                                             \
    S("ready", STATE_GOOD, true)                                                                   \
    S("done", STATE_GOOD, false)                                                                   \
    S("lost", STATE_BAD, false)                                                                    \
    S("intent", STATE_WAITING, true)                                                               \
    S("sent", STATE_RUNNING, true)                                                                 \
    S("refused", STATE_BAD, false)                                                                 \
    S("failed", STATE_BAD, false)                                                                  \
    S("unknown", STATE_WARN, true)                                                                 \
    S("read-only", STATE_WARN, true)                                                               \
    S("error", STATE_BAD, true)

enum state_class {
    STATE_NEUTRAL,
    STATE_GOOD,
    STATE_BAD,
    STATE_WARN,
    STATE_RUNNING,
    STATE_WAITING,
    STATE_STOPPED, /* ended without success or fault: drawn dim with "-" */
    STATE_CLASS_COUNT
};

enum state_class state_class(const char *word); /* NULL is neutral */
bool state_is_final(const char *word);          /* false for unknown words */

#endif
