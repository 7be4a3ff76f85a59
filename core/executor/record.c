/* attempt.json, `started` and exit.json as they are read back; see executor.h. */
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/executor/executor.h"

static const char *const reason_words[] = {
#define X(name, word) [name] = word,
    EXIT_REASONS(X)
#undef X
};
_Static_assert(ALEN(reason_words) == EXIT_REASON_COUNT, "a word each");

const char *exit_reason_word(enum exit_reason r)
{
    return reason_words[r];
}

static bool open_record(struct sv text, const char *name, struct json **ret, struct err *e)
{
    struct json *j = NULL;
    int64_t format;
    if (!json_parse(text, &j, e)) {
        e->code = ERR_CORRUPT;
        return err_wrap(e, "%s", name);
    }
    if (!json_i64(json_get(j, "format"), &format)) {
        json_free(j);
        return err_set(e, ERR_CORRUPT, "%s has no format", name);
    }
    if (format != SPEC_FORMAT) {
        json_free(j);
        err_set(e, ERR_INVALID, "%s has format %lld; this mlw reads format %d", name,
                (long long)format, SPEC_FORMAT);
        return err_hint(e, "use the mlw that started this execution, or a newer one");
    }
    *ret = j;
    return true;
}

/* A number that must be there, within [low, high]. */
static bool need(const struct json *j, const char *name, const char *key, int64_t low, int64_t high,
                 int64_t *ret, struct err *e)
{
    if (!json_i64(json_get(j, key), ret) || *ret < low || *ret > high) {
        return err_set(e, ERR_CORRUPT, "%s: %s is missing or out of range", name, key);
    }
    return true;
}

bool attempt_info_parse(struct sv text, struct attempt_info *ret_info, struct err *e)
{
    const char *name = "attempt.json";
    CLEANUP(json_free_ptr) struct json *j = NULL;
    int64_t shim_pid, shim_start, job_pid = 0, job_start = 0;
    if (!open_record(text, name, &j, e) || !need(j, name, "shim_pid", 2, INT32_MAX, &shim_pid, e) ||
        !need(j, name, "shim_start", 0, INT64_MAX, &shim_start, e)) {
        return false;
    }
    const char *boot_id = json_get_str(j, "boot_id");
    if (!boot_id) {
        return err_set(e, ERR_CORRUPT, "%s: boot_id is missing", name);
    }
    if (json_get(j, "job_pid") && (!need(j, name, "job_pid", 2, INT32_MAX, &job_pid, e) ||
                                   !need(j, name, "job_start", 0, INT64_MAX, &job_start, e))) {
        return false;
    }
    *ret_info = (struct attempt_info){
        .shim_pid = (pid_t)shim_pid,
        .job_pid = (pid_t)job_pid,
        .shim_start = (uint64_t)shim_start,
        .job_start = (uint64_t)job_start,
        .started_wall_ms = json_get_i64(j, "started_wall_ms", 0),
        .token = xstrdup(json_get_str(j, "token")),
        .boot_id = xstrdup(boot_id),
    };
    return true;
}

static bool parse_reason(const struct json *j, enum exit_reason *ret, struct err *e)
{
    const char *word = json_get_str(j, "reason");
    for (size_t i = 0; word && i < ALEN(reason_words); i++) {
        if (z_eq(word, reason_words[i])) {
            *ret = (enum exit_reason)i;
            return true;
        }
    }
    return err_set(e, ERR_CORRUPT, "exit.json: reason is missing or unknown");
}

bool attempt_exit_parse(struct sv text, struct attempt_exit *ret_exit, struct err *e)
{
    const char *name = "exit.json";
    CLEANUP(json_free_ptr) struct json *j = NULL;
    enum exit_reason reason = EXIT_EXITED;
    int64_t code, sig;
    if (!open_record(text, name, &j, e) || !parse_reason(j, &reason, e) ||
        !need(j, name, "exit_code", -1, 255, &code, e) ||
        !need(j, name, "signal", 0, 127, &sig, e)) {
        return false;
    }
    if ((reason == EXIT_EXITED && code < 0) || (reason == EXIT_SIGNALED && sig == 0)) {
        return err_set(e, ERR_CORRUPT, "exit.json: its reason and its numbers do not agree");
    }
    *ret_exit = (struct attempt_exit){
        .reason = reason,
        .exit_code = (int)code,
        .signal = (int)sig,
        .started_wall_ms = json_get_i64(j, "started_wall_ms", 0),
        .ended_wall_ms = json_get_i64(j, "ended_wall_ms", 0),
        .user_us = json_get_i64(j, "user_us", 0),
        .system_us = json_get_i64(j, "system_us", 0),
        .max_rss_kib = json_get_i64(j, "max_rss_kib", 0),
        .is_log_truncated = json_get_bool(j, "is_log_truncated", false),
        .message = xstrdup(json_get_str(j, "message")),
    };
    return true;
}

void attempt_info_release(struct attempt_info *info)
{
    free(info->token);
    free(info->boot_id);
    *info = (struct attempt_info){0};
}

void attempt_exit_release(struct attempt_exit *x)
{
    free(x->message);
    *x = (struct attempt_exit){0};
}
