/* CacheConfig and RetryPolicies of a step. */
#include "core/pipeline/check.h"

enum { MAX_INTERVAL_S = 43200, MAX_ATTEMPTS = 20, MAX_EXPIRE_MIN = 14400, DEFAULT_ATTEMPTS = 5 };
#define DEFAULT_BACKOFF 2.0

static const char *const exception_words[] = {
    [RETRY_SERVICE_FAULT] = "Step.SERVICE_FAULT",
    [RETRY_THROTTLING] = "Step.THROTTLING",
    [RETRY_INTERNAL_ERROR] = "SageMaker.JOB_INTERNAL_ERROR",
    [RETRY_CAPACITY_ERROR] = "SageMaker.CAPACITY_ERROR",
    [RETRY_RESOURCE_LIMIT] = "SageMaker.RESOURCE_LIMIT",
};
_Static_assert(ALEN(exception_words) == RETRY_EXCEPTION_COUNT, "a word for each exception");

/* --- durations: P30D, p30d, 30d, T16m, 30dT5h --- */

struct duration_unit {
    char letter;
    bool is_time; /* after the T */
    int64_t seconds;
};
/* in the order in which they may stand; a month and a year are 30 and 365 days */
static const struct duration_unit units[] = {
    {'Y', false, 365 * 86400LL},
    {'M', false, 30 * 86400LL},
    {'W', false, 7 * 86400LL},
    {'D', false, 86400},
    {'H', true, 3600},
    {'M', true, 60},
    {'S', true, 1},
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The number and unit at **p; units must come in order, each once. */
static bool read_component(const char **p, bool is_time, size_t *next_unit, int64_t *total_s)
{
    enum { MAX_COUNT = 10000000 };
    int64_t count = 0;
    const char *z = *p;
    if (*z < '0' || *z > '9') {
        return false;
    }
    for (; *z >= '0' && *z <= '9'; z++) {
        count = count * 10 + (*z - '0');
        if (count > MAX_COUNT) {
            return false;
        }
    }
    for (size_t u = *next_unit; u < ALEN(units); u++) {
        if (units[u].is_time == is_time && units[u].letter == upper(*z)) {
            *total_s += count * units[u].seconds;
            *next_unit = u + 1;
            *p = z + 1;
            return true;
        }
    }
    return false;
}

bool check_expire_after(const char *text, int64_t *ret_ms)
{
    const char *p = text;
    bool is_time = false;
    size_t next_unit = 0;
    int64_t total_s = 0;
    if (upper(*p) == 'P') {
        p++;
    }
    do {
        if (!is_time && upper(*p) == 'T') {
            is_time = true;
            p++;
        }
        if (!read_component(&p, is_time, &next_unit, &total_s)) {
            return false;
        }
    } while (*p);
    *ret_ms = total_s * 1000;
    return true;
}

static void check_cache(struct checker *c, struct definition_step *s, const struct trail *of)
{
    const struct json *config = check_member(c, of, s->json, "CacheConfig", JSON_OBJECT, NULL);
    struct trail at = trail_key(of, "CacheConfig");
    s->cache_expire_ms = -1;
    if (!config) {
        return;
    }
    s->is_cached = json_bool(check_member(c, &at, config, "Enabled", JSON_BOOL, NULL));
    const char *after = json_str(check_member(c, &at, config, "ExpireAfter", JSON_STRING, NULL));
    if (after && !check_expire_after(after, &s->cache_expire_ms)) {
        struct trail t = trail_key(&at, "ExpireAfter");
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(after));
        check_problem(c, &t, "\"%s\" is no duration; write P30D, PT1H, 30d or T16m", q);
    }
}

/* --- retry --- */

static void check_exceptions(struct checker *c, const struct trail *of, const struct json *policy,
                             struct retry_policy *p)
{
    bool is_wrong = false;
    struct trail at = trail_key(of, "ExceptionType");
    const struct json *list = check_member(c, of, policy, "ExceptionType", JSON_ARRAY, &is_wrong);
    if (!is_wrong && !json_first(list)) {
        check_problem(c, &at, "ExceptionType must be an array of at least one exception");
    }
    size_t i = 0;
    json_each (entry, list) {
        struct trail t = trail_at(&at, i++);
        size_t x = 0;
        while (x < RETRY_EXCEPTION_COUNT && !z_eq(json_str(entry), exception_words[x])) {
            x++;
        }
        if (x < RETRY_EXCEPTION_COUNT) {
            p->exceptions |= 1u << x;
            continue;
        }
        CLEANUP(mem_free_ptr) char *q = check_quote(sv_z(json_str(entry)));
        check_problem(c, &t,
                      "\"%s\" is no exception; there are Step.SERVICE_FAULT, Step.THROTTLING, "
                      "SageMaker.JOB_INTERNAL_ERROR, SageMaker.CAPACITY_ERROR and "
                      "SageMaker.RESOURCE_LIMIT",
                      q);
    }
}

/* A whole number from 1 to max, or `otherwise` when absent. */
static int64_t read_limit(struct checker *c, const struct trail *of, const struct json *policy,
                          const char *key, int64_t max, int64_t otherwise)
{
    const struct json *v = check_member(c, of, policy, key, JSON_NUMBER, NULL);
    int64_t x;
    if (!v) {
        return otherwise;
    }
    if (!json_i64(v, &x) || x < 1 || x > max) {
        struct trail at = trail_key(of, key);
        check_problem(c, &at, "%s must be a whole number from 1 to %lld", key, (long long)max);
        return otherwise;
    }
    return x;
}

static void check_retry(struct checker *c, struct definition_step *s, const struct trail *at,
                        const struct json *policy)
{
    struct retry_policy p = {0};
    if (!json_is(policy, JSON_OBJECT)) {
        check_problem(c, at, "a retry policy must be an object, not %s",
                      json_type_name(json_type(policy)));
        return;
    }
    check_exceptions(c, at, policy, &p);
    p.interval_s = read_limit(c, at, policy, "IntervalSeconds", MAX_INTERVAL_S, 1);
    const struct json *backoff = check_member(c, at, policy, "BackoffRate", JSON_NUMBER, NULL);
    p.backoff_rate = backoff ? json_num(backoff) : DEFAULT_BACKOFF;
    if (!(p.backoff_rate >= 0 && p.backoff_rate <= MAX_INTERVAL_S)) {
        struct trail t = trail_key(at, "BackoffRate");
        check_problem(c, &t, "BackoffRate must be from 0 to %d", MAX_INTERVAL_S);
        p.backoff_rate = DEFAULT_BACKOFF;
    }
    const struct json *attempts = json_get(policy, "MaxAttempts");
    const struct json *expire = json_get(policy, "ExpireAfterMin");
    bool has_expire = expire && !json_is(expire, JSON_NULL);
    if (has_expire && attempts && !json_is(attempts, JSON_NULL)) {
        check_problem(c, at, "a retry policy takes one of MaxAttempts and ExpireAfterMin");
    }
    p.max_attempts =
        read_limit(c, at, policy, "MaxAttempts", MAX_ATTEMPTS, has_expire ? -1 : DEFAULT_ATTEMPTS);
    p.expire_after_min = read_limit(c, at, policy, "ExpireAfterMin", MAX_EXPIRE_MIN, -1);
    vec_push(&s->retries, p);
}

void check_policies(struct checker *c, struct definition_step *s, const struct trail *at)
{
    check_cache(c, s, at);
    const struct json *list = check_member(c, at, s->json, "RetryPolicies", JSON_ARRAY, NULL);
    struct trail of = trail_key(at, "RetryPolicies");
    size_t i = 0;
    json_each (policy, list) {
        struct trail t = trail_at(&of, i++);
        check_retry(c, s, &t, policy);
    }
}
