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

/* in StepWaits events */
static const char *const class_words[] = {
    [CLASS_SERVICE_FAULT] = "Step.SERVICE_FAULT",
    [CLASS_INTERNAL_ERROR] = "SageMaker.JOB_INTERNAL_ERROR",
    [CLASS_ALGORITHM_ERROR] = "AlgorithmError",
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

/* Is another try allowed; *ret_wait: how long after the failure. */
static bool may_retry(struct driver *d, size_t index, enum retry_class class, int64_t *ret_wait)
{
    struct drive_step *s = &d->steps[index];
    int64_t now = clock_mono_ms();
    if (class == CLASS_NONE || d->is_stopping) {
        return false;
    }
    if (!s->first_failure_ms) {
        s->first_failure_ms = now;
    }
    int done = s->retries[class];
    const struct retry_policy *p = policy_for(&d->def.steps.at[index], class);
    if (class == CLASS_ALGORITHM_ERROR) {
        return done < d->retry_on_exit;
    }
    if (p) {
        return policy_allows(p, done, now - s->first_failure_ms, ret_wait);
    }
    *ret_wait = defaults[class].wait_ms;
    return done < defaults[class].retries;
}

struct json *drive_try_again(struct driver *d, size_t index, enum retry_class class,
                             const char *reason)
{
    struct drive_step *s = &d->steps[index];
    int64_t wait = 0;
    if (!may_retry(d, index, class, &wait)) {
        return NULL;
    }
    s->retries[class]++;
    s->retry_at_ms = clock_mono_ms() + (wait > 0 ? wait : 1);
    CLEANUP(str_release) struct str why = STR_INIT;
    str_addf(&why, "trying again after: %s", reason);
    struct json *j = drive_json(d, index);
    json_set_str(j, "why", why.p);
    json_set_str(j, "class", class_words[class]);
    json_set_i64(j, "wait_ms", wait);
    return j;
}

static void recover_class(void *arg, const struct retry_row *row)
{
    struct drive_step *s = arg;
    int64_t now = clock_mono_ms(), wall = clock_wall_ms();
    int64_t since_first = wall - row->first_ms, since_last = wall - row->last_ms;
    int64_t first = now - (since_first > 0 ? since_first : 0);
    int64_t next = now + row->wait_ms - (since_last > 0 ? since_last : 0);
    for (size_t i = 0; i < ALEN(class_words); i++) {
        if (z_eq(row->class, class_words[i])) {
            s->retries[i] = (int)row->n;
            bool is_earlier = !s->first_failure_ms || first < s->first_failure_ms;
            s->first_failure_ms = is_earlier && first ? first : s->first_failure_ms;
            s->retry_at_ms = next > s->retry_at_ms ? next : s->retry_at_ms;
        }
    }
}

bool drive_recover_retries(struct driver *d, size_t index, struct err *e)
{
    return execution_retries(d->st, d->row.id, d->def.steps.at[index].name, recover_class,
                             &d->steps[index], e);
}
