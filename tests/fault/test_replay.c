/* The state columns are a projection of the events: `test_replay WORKSPACE...` empties and replays
 * each and compares every row; without words it does so over executions of its own. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/store/db.h"
#include "core/store/execution.h"
#include "tests/unit/records.h"
#include "tests/unit/tmp.h"

/* Epoch, log offset and the newest why of a waiting step are no state of the events. */
static const char *const tables[] = {
    "select id,pipeline,status,started,ended,actor,file,definition,parameters,options,failure"
    " from execution order by id",
    "select execution,name,idx,type,depends_on,status,started,ended,attempts,why,arguments,output,"
    "failure,outcome,cache_key,cache_attributes,cache_miss,cache_source,run,gate"
    " from step order by execution, name",
    "select execution,step,n,token,status,exit_code,signal,started,ended,shim_pid,job_pid,dir,"
    "failure from attempt order by execution, step, n",
    "select execution,step,input,uri,name,digest,size,time from dataset_use"
    " order by execution, step, input",
};

static bool dump(struct store *st, struct str *out, struct err *e)
{
    for (size_t t = 0; t < ALEN(tables); t++) {
        sqlite3_stmt *s = NULL;
        if (sqlite3_prepare_v2(st->db, tables[t], -1, &s, NULL) != SQLITE_OK) {
            return err_set(e, ERR_FAILED, "%s: %s", tables[t], sqlite3_errmsg(st->db));
        }
        while (sqlite3_step(s) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(s); i++) {
                const unsigned char *text = sqlite3_column_text(s, i);
                str_addf(out, "%s=%s|", sqlite3_column_name(s, i),
                         text ? (const char *)text : "null");
            }
            str_addc(out, '\n');
        }
        sqlite3_finalize(s);
    }
    return true;
}

/* The part of two dumps around their first difference. */
static void print_difference(const struct str *before, const struct str *after)
{
    size_t at = 0;
    while (at < before->n && at < after->n && before->p[at] == after->p[at]) {
        at++;
    }
    size_t from = at > 200 ? at - 200 : 0;
    printf("before: ...%.400s\nafter: ...%.400s\n", before->p + from, after->p + from);
}

static bool check(const char *dir, struct err *e)
{
    struct workspace ws;
    struct store *st = NULL;
    CLEANUP(str_release) struct str before = STR_INIT;
    CLEANUP(str_release) struct str after = STR_INIT;
    if (!workspace_find(dir, false, &ws, e)) {
        return false;
    }
    bool ok = store_open(&ws, 0, &st, e) && dump(st, &before, e) && store_rebuild(st, e) &&
              dump(st, &after, e);
    store_close(st);
    workspace_release(&ws);
    if (ok && !sv_eq(sv_of(&before), sv_of(&after))) {
        print_difference(&before, &after);
        ok = err_set(e, ERR_FAILED, "%s: the events do not give the same state", dir);
    }
    return ok;
}

/* Every event once and more, in an order that an execution could have them in. */
static void events_give_the_same_state_again(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    assert_true(workspace_init(tmp, &ws, &e));
    assert_true(store_open(&ws, STORE_CREATE, &st, &e));
    const char *x = "aaaabbbbcccc";
    records_event(
        st, x, EVENT_EXECUTION_CREATED,
        "{\"pipeline\":\"p\",\"file\":\"f\",\"definition\":\"{}\",\"parameters\":{\"A\":1},"
        "\"options\":{},\"steps\":[{\"name\":\"a\",\"type\":\"Training\",\"depends_on\":[],"
        "\"why\":null},{\"name\":\"b\",\"type\":\"Fail\",\"depends_on\":[\"a\"],"
        "\"why\":\"after a\"}]}");
    for (int n = 1; n <= 2; n++) {
        CLEANUP(str_release) struct str text = STR_INIT;
        str_setf(&text, "{\"step\":\"a\",\"n\":%d,\"token\":\"t%d\",\"dir\":\"/d\"}", n, n);
        records_event(
            st, x, EVENT_STEP_STARTED,
            "{\"step\":\"a\",\"arguments\":{\"x\":[1]},\"cache_key\":\"k\","
            "\"cache_attributes\":{\"A\":2},\"why\":\"first run\",\"inputs\":[{\"name\":\"train\","
            "\"uri\":\"s3://b/x.csv\",\"digest\":\"d1\",\"size\":3}]}");
        records_event(st, x, EVENT_ATTEMPT_LAUNCHING, text.p);
        str_setf(&text,
                 "{\"step\":\"a\",\"n\":%d,\"shim_pid\":7,\"job_pid\":8,\"status\":\"Failed\","
                 "\"exit_code\":3,\"failure\":\"why\"}",
                 n);
        records_event(st, x, EVENT_ATTEMPT_EXECUTING, text.p);
        records_event(st, x, EVENT_STEP_EXECUTING,
                      "{\"step\":\"a\",\"output\":{\"o\":1},\"run\":\"r\"}");
        records_event(st, x, EVENT_ATTEMPT_ENDED, text.p);
        records_event(st, x, EVENT_STEP_WAITS, "{\"step\":\"a\",\"why\":\"trying again\"}");
    }
    records_event(st, x, EVENT_EXECUTION_STOPPING, "{}");
    records_event(st, x, EVENT_STEP_STOPPING, "{\"step\":\"a\"}");
    records_event(st, x, EVENT_STEP_ENDED,
                  "{\"step\":\"a\",\"status\":\"Stopped\",\"failure\":\"asked\"}");
    records_event(st, x, EVENT_STEPS_SKIPPED, "{\"steps\":[\"b\"],\"why\":\"not taken\"}");
    records_event(st, x, EVENT_NOTE, "{\"step\":\"a\",\"text\":\"said\"}");
    records_event(st, x, EVENT_EXECUTION_ENDED, "{\"status\":\"Stopped\"}");
    records_event(st, x, EVENT_EXECUTION_RETRIED, "{\"steps\":[\"a\",\"b\"]}");
    store_close(st);
    workspace_release(&ws);
    if (!check(tmp, &e)) {
        fail_msg("%s", e.msg);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(events_give_the_same_state_again)};
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        struct err e = ERR_INIT;
        if (!check(argv[i], &e)) {
            printf("%s\n", e.msg);
            bad++;
        }
    }
    return argc > 1 ? bad > 0 : RUN_TESTS(tests);
}
