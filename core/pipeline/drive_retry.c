/* Which failures are tried again, and when; see drive.h. */
#include <math.h>

#include "core/base/clock.h"
#include "core/pipeline/drive.h"

/* Without a policy: what AWS retries by itself, and one new launch after an interruption. */
static const struct {
    int retries;
    int64_t wait_ms;
} defaults[] = {
    [CLASS_NONE] = {0, 0},
    [CLASS_SERVICE_FAULT] = {2, 1000},
    [CLASS_INTERNAL_ERROR] = {1, 0},
    [CLASS_ALGORITHM_ERROR] = {0, 0},
};

static const unsigned policy_bits[] = {
    [CLASS_SERVICE_FAULT] = 1u << RETRY_SERVICE_FAULT,
    [CLASS_INTERNAL_ERROR] = 1u << RETRY_INTERNAL_ERROR,
    [CLASS_ALGORITHM_ERROR] = 0, /* no policy of AWS's retries a script's own failure */
};

static const struct retry_policy *policy_for(const struct definition_step *step,
                                             enum retry_class class)
{
    for (size_t i = 0; i < step->retries.n; i++) {
        if (step->retries.at[i].exceptions & policy_bits[class]) {
            return &step->retries.at[i];
        }
    }
    return NULL;
}

static bool policy_allows(const struct retry_policy *p, int done, int64_t since_ms,
                          int64_t *ret_wait)
{
    if (p->expire_after_min >= 0 && since_ms > p->expire_after_min * 60000) {
        return false;
    }
    *ret_wait = (int64_t)((double)p->interval_s * pow(p->backoff_rate, done) * 1000);
    return p->max_attempts < 0 || done < p->max_attempts;
}

bool drive_may_retry(struct driver *d, size_t index, enum retry_class class)
{
    struct drive_step *s = &d->steps[index];
    if (class == CLASS_NONE || d->is_stopping) {
        return false;
    }
    int64_t now = clock_mono_ms(), wait = 0;
    if (!s->first_failure_ms) {
        s->first_failure_ms = now;
    }
    int done = s->retries[class];
    const struct retry_policy *p = policy_for(&d->def.steps.at[index], class);
    bool may;
    if (class == CLASS_ALGORITHM_ERROR) {
        may = done < d->retry_on_exit;
    } else if (p) {
        may = policy_allows(p, done, now - s->first_failure_ms, &wait);
    } else {
        may = done < defaults[class].retries;
        wait = defaults[class].wait_ms;
    }
    if (may) {
        s->retries[class]++;
        s->retry_at_ms = now + (wait > 0 ? wait : 1);
    }
    return may;
}
