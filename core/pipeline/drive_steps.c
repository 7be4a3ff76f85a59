/* Starting and ending steps of every type that runs here; see drive.h. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/pipeline/condition.h"
#include "core/pipeline/drive.h"

static enum sched_state sched_state_of(const char *status)
{
    static const struct {
        const char *word;
        enum sched_state state;
    } words[] = {
        {"Succeeded", SCHED_SUCCEEDED}, {"Failed", SCHED_FAILED}, {"Stopped", SCHED_STOPPED}};
    for (size_t i = 0; i < ALEN(words); i++) {
        if (z_eq(status, words[i].word)) {
            return words[i].state;
        }
    }
    return SCHED_RUNNING;
}

bool drive_end_step(struct driver *d, size_t index, const char *status, const char *failure,
                    struct json *output, bool is_open)
{
    struct drive_step *s = &d->steps[index];
    struct json *j = drive_json(d, index);
    json_set_str(j, "status", status);
    if (failure) {
        json_set_str(j, "failure", failure);
    }
    if (s->run) { /* a job that was never seen running has one too */
        json_set_str(j, "run", s->run);
    }
    if (output) {
        json_set(j, "output", json_clone(output));
        const char *outcome = json_get_str(output, "Outcome");
        if (outcome) {
            json_set_str(j, "outcome", outcome);
        }
        json_free(s->output);
        s->output = output;
    }
    if (!(is_open ? drive_event : drive_open)(d, EVENT_STEP_ENDED, j) || !drive_commit(d)) {
        return false;
    }
    struct sched_step *node = &d->sched.steps[index];
    node->state = sched_state_of(status);
    node->took_if = z_eq(json_get_str(s->output, "Outcome"), "True");
    return true;
}

/* The step has begun: its resolved arguments are kept. Begins a transaction. */
static bool begin_step(struct driver *d, size_t index, struct json *arguments)
{
    struct drive_step *s = &d->steps[index];
    json_free(s->arguments);
    s->arguments = arguments;
    struct json *j = drive_json(d, index);
    if (arguments) {
        json_set(j, "arguments", json_clone(arguments));
    }
    d->sched.steps[index].state = SCHED_RUNNING;
    return drive_open(d, EVENT_STEP_STARTED, j);
}

static bool fail_step(struct driver *d, size_t index, const char *why)
{
    return drive_end_step(d, index, "Failed", why, NULL, true);
}

static bool run_condition(struct driver *d, size_t index)
{
    struct err e = ERR_INIT;
    struct json *bound = NULL;
    bool holds = false;
    const struct json *conditions = json_get(d->def.steps.at[index].arguments, "Conditions");
    bool ok = drive_bind(d, conditions, &bound, &e) && condition_holds(bound, &holds, &e);
    if (!begin_step(d, index, bound)) {
        return false;
    }
    if (!ok) {
        return fail_step(d, index, e.msg);
    }
    struct json *output = json_new_object();
    json_set_str(output, "Outcome", holds ? "True" : "False");
    return drive_end_step(d, index, "Succeeded", NULL, output, true);
}

static bool run_fail(struct driver *d, size_t index)
{
    struct err e = ERR_INIT;
    struct json *bound = NULL;
    bool ok = drive_bind_arguments(d, index, &bound, &e);
    CLEANUP(mem_free_ptr)
    char *message =
        xstrdup(ok && json_get_str(bound, "ErrorMessage") ? json_get_str(bound, "ErrorMessage")
                : ok                                      ? "a Fail step was reached"
                                                          : e.msg);
    if (!begin_step(d, index, bound)) {
        return false;
    }
    struct json *output = json_new_object();
    json_set_str(output, "ErrorMessage", message);
    return drive_end_step(d, index, "Failed", message, output, true);
}

static bool run_callback(struct driver *d, size_t index)
{
    struct err e = ERR_INIT;
    struct json *bound = NULL;
    bool ok = drive_bind_arguments(d, index, &bound, &e);
    if (!begin_step(d, index, bound)) {
        return false;
    }
    if (!ok) {
        return fail_step(d, index, e.msg);
    }
    char token[GATE_TOKEN + 1];
    os_random_id(token, GATE_TOKEN, true);
    struct drive_step *s = &d->steps[index];
    const char *name = d->def.steps.at[index].name;
    struct gate_row g = {
        .token = token, .kind = "Callback", .execution = d->row.id, .step = name, .subject = name};
    free(s->gate);
    s->gate = xstrdup(token);
    struct json *j = drive_json(d, index);
    json_set_str(j, "gate", token);
    json_set_str(j, "status", "Executing");
    return drive_gate(d, &g) && drive_event(d, EVENT_STEP_EXECUTING, j) && drive_commit(d);
}

/* The outputs that a person gave, as the step's document has them: [{Name, Value}]. */
static struct json *callback_output(const struct gate_row *g)
{
    struct json *given = NULL;
    struct err ignored;
    struct json *output = json_new_object();
    struct json *list = json_set(output, "OutputParameters", json_new_array());
    if (g->outputs && json_parse(sv_z(g->outputs), &given, &ignored)) {
        json_each (o, given) {
            struct json *pair = json_push(list, json_new_object());
            json_set_str(pair, "Name", json_key(o));
            json_set(pair, "Value", json_clone(o));
        }
    }
    json_free(given);
    json_set_str(output, "CallbackToken", g->token);
    return output;
}

/* Nobody is to decide any more: the gate is closed with its step, unless somebody was faster. */
static bool close_gate(struct driver *d, size_t index, const struct gate_row *g)
{
    if (!drive_begin(d)) {
        return false;
    }
    if (!gate_decide(d->st, g->token, false, "the execution was stopped", NULL, store_actor(),
                     &d->err)) {
        store_rollback(d->st);
        return d->err.code == ERR_REFUSED || drive_give_up(d);
    }
    return drive_end_step(d, index, "Stopped", NULL, NULL, true);
}

/* End the step of a gate that was decided, or that nobody needs to decide any more. */
static bool follow_gate(struct driver *d, size_t index, const struct gate_row *g)
{
    if (strcmp(g->state, "Approved") == 0) {
        return drive_end_step(d, index, "Succeeded", NULL, callback_output(g), false);
    }
    if (strcmp(g->state, "Rejected") == 0) {
        return drive_end_step(d, index, "Failed", g->reason ? g->reason : "rejected", NULL, false);
    }
    return !d->is_stopping || close_gate(d, index, g);
}

bool drive_check_gates(struct driver *d)
{
    struct arena a; /* not the driver's: a gate may be looked at for days */
    arena_init(&a, 0);
    bool ok = true;
    for (size_t i = 0; ok && i < d->def.steps.n; i++) {
        struct gate_row g;
        bool is_open = d->def.steps.at[i].type == STEP_CALLBACK && d->steps[i].gate &&
                       d->sched.steps[i].state == SCHED_RUNNING;
        if (is_open) {
            ok = gate_get(d->st, d->steps[i].gate, &a, &g, &d->err) ? follow_gate(d, i, &g)
                                                                    : drive_give_up(d);
        }
    }
    arena_release(&a);
    return ok;
}

struct contract drive_contract(const struct driver *d, size_t index)
{
    const struct drive_step *s = &d->steps[index];
    const struct definition_step *step = &d->def.steps.at[index];
    struct sched_tokens got = d->sched.steps[index].wants, all = d->sched.machine;
    bool has_size = got.cpus > 0;
    return (struct contract){
        .kind = step->type == STEP_TRAINING ? JOB_TRAINING : JOB_PROCESSING,
        .arguments = s->arguments,
        .job_name = s->job_name,
        .arn = s->job_arn,
        .region = "local",
        .attempt_dir = s->dir,
        .objects = &d->objects,
        .image = s->image,
        .sandbox = d->sandbox,
        .cpus = has_size && got.cpus < all.cpus ? got.cpus : all.cpus,
        .gpus = has_size && got.gpus < all.gpus ? got.gpus : all.gpus,
    };
}

bool drive_start_step(struct driver *d, size_t index)
{
    static bool (*const starters[STEP_TYPE_COUNT])(struct driver *, size_t) = {
        [STEP_CONDITION] = run_condition,       [STEP_FAIL] = run_fail,
        [STEP_CALLBACK] = run_callback,         [STEP_MODEL] = drive_model,
        [STEP_REGISTER_MODEL] = drive_register, [STEP_PROCESSING] = drive_start_job,
        [STEP_TRAINING] = drive_start_job,
    };
    return starters[d->def.steps.at[index].type](d, index);
}
