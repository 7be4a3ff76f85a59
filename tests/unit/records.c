/* A workspace with its store; see records.h. */
#include "tests/unit/records.h"

#include "tests/unit/test.h"
#include "tests/unit/tmp.h"

void records_open(struct records *r)
{
    struct err e = ERR_INIT;
    r->dir = tmp_new();
    if (!workspace_init(r->dir, &r->ws, &e) || !store_open(&r->ws, STORE_CREATE, &r->st, &e)) {
        fail_msg("%s", e.msg);
    }
}

void records_close(struct records *r)
{
    store_close(r->st);
    workspace_release(&r->ws);
    tmp_free(&r->dir);
}

static struct json *parsed(const char *text)
{
    struct err e = ERR_INIT;
    struct json *j = NULL;
    if (text && !json_parse(sv_z(text), &j, &e)) {
        fail_msg("%s: %s", text, e.msg);
    }
    return j;
}

void records_event(struct store *st, const char *execution, enum event_type type, const char *json)
{
    struct err e = ERR_INIT;
    struct json *j = parsed(json);
    if (!store_begin(st, &e) || !store_event(st, execution, type, "somebody", j, &e) ||
        !store_commit(st, &e)) {
        fail_msg("%s: %s", json, e.msg);
    }
    json_free(j);
}

void records_run(struct store *st, const char *uid, int64_t started_ms, const char *params,
                 const char *tags)
{
    struct err e = ERR_INIT;
    struct json *p = parsed(params), *t = parsed(tags);
    struct run_new run = {.uid = uid,
                          .source = "local",
                          .experiment = "e",
                          .name = uid,
                          .status = "FINISHED",
                          .started_ms = started_ms,
                          .params = p,
                          .tags = t};
    if (!run_add(st, &run, &e)) {
        fail_msg("%s: %s", uid, e.msg);
    }
    json_free(p);
    json_free(t);
}
