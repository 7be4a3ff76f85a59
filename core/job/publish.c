/* After the job: its outputs into the store, and why it failed. See contract.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/tar.h"
#include "core/base/utf8.h"
#include "core/job/args.h"

enum { REASON_MAX_CHARACTERS = 1024, MESSAGE_MAX_BYTES = 4 * REASON_MAX_CHARACTERS };

/* --- publishing --- */
static bool is_empty(const char *dir)
{
    struct os_names names = {0};
    struct err e;
    bool is = !os_list(dir, &names, &e) || names.n == 0;
    os_names_release(&names);
    return is;
}

/* Packed beside the store and moved: nobody sees half an archive. */
static bool publish_packed(const struct contract *c, const char *rel, const char *name,
                           struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = args_ml_path(c, rel);
    CLEANUP(mem_free_ptr) char *uri = args_training_output(c, name);
    CLEANUP(mem_free_ptr) char *packed = path_join(c->attempt_dir, name);
    /* what an interrupted publishing left */
    return os_remove_tree(packed, e) && tar_pack(dir, packed, e) &&
           objects_move(c->objects, packed, uri, e);
}

static bool publish_training(const struct contract *c, struct err *e)
{
    CLEANUP(mem_free_ptr) char *model = args_ml_path(c, "model");
    CLEANUP(mem_free_ptr) char *data = args_ml_path(c, "output/data");
    CLEANUP(mem_free_ptr) char *plain = args_training_output(c, "model");
    if (!plain) {
        return err_set(e, ERR_INVALID, "OutputDataConfig.S3OutputPath is missing");
    }
    if (!os_is_dir(model)) {
        return err_set(e, ERR_FAILED, "the job removed its folder /opt/ml/model");
    }
    bool ok = args_is_model_packed(c) ? publish_packed(c, "model", "model.tar.gz", e)
                                      : is_empty(model) || objects_put(c->objects, model, plain, e);
    if (ok && !is_empty(data)) {
        ok = publish_packed(c, "output/data", "output.tar.gz", e);
    }
    const char *keep = args_str(c->arguments, "CheckpointConfig.S3Uri");
    const char *rel = args_below_ml(args_str(c->arguments, "CheckpointConfig.LocalPath"));
    CLEANUP(mem_free_ptr) char *checkpoints = args_ml_path(c, rel ? rel : "checkpoints");
    return ok && (!keep || is_empty(checkpoints) || objects_put(c->objects, checkpoints, keep, e));
}

static bool publish_output(const struct contract *c, const struct json *out, struct err *e)
{
    const char *name = json_get_str(out, "OutputName");
    const char *local = args_str(out, "S3Output.LocalPath");
    const char *uri = args_str(out, "S3Output.S3Uri");
    const char *rel = args_below_ml(local);
    CLEANUP(mem_free_ptr) char *dir = args_ml_path(c, rel ? rel : "");
    if (!rel || !uri) {
        return err_set(e, ERR_INVALID, "output %s has no LocalPath below /opt/ml/ or no S3Uri",
                       name ? name : "?");
    }
    if (!os_is_dir(dir)) {
        return err_set(e, ERR_FAILED, "output %s: the job left no folder %s", name ? name : "?",
                       local);
    }
    return is_empty(dir) || objects_put(c->objects, dir, uri, e);
}

bool contract_publish(const struct contract *c, struct err *e)
{
    if (c->kind == JOB_TRAINING) {
        return publish_training(c, e);
    }
    json_each (out, args_get(c->arguments, "ProcessingOutputConfig.Outputs")) {
        if (!publish_output(c, out, e)) {
            return false;
        }
    }
    return true;
}

/* --- messages --- */

/* The beginning of a regular file below ml/; false when there is none. */
static bool read_message(const struct contract *c, const char *rel, struct str *out)
{
    CLEANUP(mem_free_ptr) char *path = args_ml_path(c, rel);
    struct stat st;
    /* a fifo or a link in its place does not hold us up or lead us on */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return false;
    }
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    str_reserve(out, MESSAGE_MAX_BYTES);
    ssize_t n = ok ? read(fd, out->p, MESSAGE_MAX_BYTES) : -1;
    close(fd);
    if (n < 0) {
        return false;
    }
    out->n = (size_t)n;
    out->p[out->n] = 0;
    return true;
}

/* The first 1,024 characters, with what is no UTF-8 replaced. */
static void add_characters(struct sv text, struct str *out)
{
    CLEANUP(str_release) struct str valid = STR_INIT;
    utf8_make_valid(&valid, text);
    struct sv rest = sv_of(&valid), all = rest;
    for (int i = 0; rest.n && i < REASON_MAX_CHARACTERS; i++) {
        (void)utf8_next(&rest);
    }
    str_addsv(out, sv_trim((struct sv){all.p, all.n - rest.n}));
}

bool contract_exit_message(const struct contract *c, struct str *out, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!read_message(c, "output/message", &text)) {
        return true;
    }
    struct sv rest = sv_of(&text);
    while (rest.n) {
        size_t n = utf8_valid_bytes(rest.p, rest.n);
        if (!n && text.n == MESSAGE_MAX_BYTES && rest.n < 4) {
            break; /* a character that our own limit cut */
        }
        if (!n) {
            return err_set(e, ERR_FAILED, "/opt/ml/output/message is not UTF-8");
        }
        rest = (struct sv){rest.p + n, rest.n - n};
    }
    add_characters(sv_of(&text), out);
    return true;
}

static void add_cause(const struct contract *c, const struct attempt_exit *x, struct str *out)
{
    int64_t limit =
        json_get_i64(args_get(c->arguments, "StoppingCondition"), "MaxRuntimeInSeconds", 0);
    switch (x->reason) {
    case EXIT_TIMEOUT:
        str_addf(out, "MaxRuntimeExceeded: the job ran longer than %lld s", (long long)limit);
        break;
    case EXIT_STOPPED:
        str_addz(out, "the job was stopped");
        break;
    case EXIT_LAUNCH_FAILED:
        str_addf(out, "the job could not be started: %s", x->message ? x->message : "unknown");
        break;
    case EXIT_SIGNALED: {
        const char *name = sigabbrev_np(x->signal);
        str_addf(out, "signal: %d (%s%s)", x->signal, name ? "SIG" : "", name ? name : "unknown");
        break;
    }
    case EXIT_EXITED:
    case EXIT_REASON_COUNT:
        str_addf(out, "exit code: %d", x->exit_code);
        break;
    }
}

void contract_failure_reason(const struct contract *c, const struct attempt_exit *x,
                             struct str *out)
{
    static const char *const files[JOB_KIND_COUNT][2] = {
        [JOB_TRAINING] = {"output/failure", "output/message"},
        [JOB_PROCESSING] = {"output/message", "output/failure"},
    };
    CLEANUP(str_release) struct str text = STR_INIT;
    size_t before = out->n;
    if (x->reason == EXIT_EXITED || x->reason == EXIT_SIGNALED || x->reason == EXIT_TIMEOUT) {
        (void)(read_message(c, files[c->kind][0], &text) ||
               read_message(c, files[c->kind][1], &text));
        add_characters(sv_of(&text), out);
    }
    bool is_its_own = x->reason == EXIT_EXITED || x->reason == EXIT_SIGNALED;
    str_addz(out, out->n > before ? ", " : is_its_own ? "AlgorithmError: " : "");
    add_cause(c, x, out);
}
