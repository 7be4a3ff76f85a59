/* Documents: an execution in the backend's shape, a run with what is not finite, ids and their
 * prefixes. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/hub/documents.h"
#include "core/store/packages.h"
#include "core/store/runs.h"
#include "tests/unit/tmp.h"

#define EXEC "abcdefghijkl"

struct fixture {
    char *dir;
    struct workspace ws;
    struct store *st;
    struct err e;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->dir = tmp_new();
    assert_true(workspace_init(f->dir, &f->ws, &f->e));
    assert_true(store_open(&f->ws, STORE_CREATE, &f->st, &f->e));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    workspace_release(&f->ws);
    tmp_free(&f->dir);
    free(f);
    return 0;
}

static void event(struct fixture *f, enum event_type type, const char *text)
{
    struct json *j = NULL;
    if (!json_parse(sv_z(text), &j, &f->e) || !store_begin(f->st, &f->e) ||
        !store_event(f->st, EXEC, type, "me", j, &f->e) || !store_commit(f->st, &f->e)) {
        fail_msg("%s", f->e.msg);
    }
    json_free(j);
}

static struct json *read_doc(struct fixture *f, enum kind kind, const char *id)
{
    struct json *doc = NULL;
    if (!document_read(&f->ws, f->st, kind, id, &doc, &f->e)) {
        fail_msg("%s", f->e.msg);
    }
    return doc;
}

static void refuse(struct fixture *f, enum kind kind, const char *id, enum err_code code)
{
    struct json *doc = NULL;
    assert_false(document_read(&f->ws, f->st, kind, id, &doc, &f->e));
    assert_int_equal(f->e.code, code);
}

static void start(struct fixture *f)
{
    event(f, EVENT_EXECUTION_CREATED,
          "{\"pipeline\":\"P\",\"file\":\"f\",\"definition\":\"{}\",\"parameters\":{\"N\":3},"
          "\"options\":{},\"steps\":[{\"name\":\"Train\",\"type\":\"Training\",\"depends_on\":[]},"
          "{\"name\":\"Check\",\"type\":\"Condition\",\"depends_on\":[\"Train\"]},"
          "{\"name\":\"No\",\"type\":\"Fail\",\"depends_on\":[\"Check\"]},"
          "{\"name\":\"Later\",\"type\":\"Model\",\"depends_on\":[\"Check\"]}]}");
    event(f, EVENT_STEP_STARTED,
          "{\"step\":\"Train\",\"cache_miss\":\"HyperParameters.depth\",\"arguments\":{}}");
    event(f, EVENT_ATTEMPT_LAUNCHING, "{\"step\":\"Train\",\"n\":1,\"token\":\"t\",\"dir\":\"d\"}");
    event(f, EVENT_ATTEMPT_EXECUTING,
          "{\"step\":\"Train\",\"n\":1,\"shim_pid\":11,\"job_pid\":12}");
    event(f, EVENT_ATTEMPT_ENDED,
          "{\"step\":\"Train\",\"n\":1,\"status\":\"Failed\",\"exit_code\":3}");
    event(
        f, EVENT_STEP_ENDED,
        "{\"step\":\"Train\",\"status\":\"Succeeded\",\"output\":{\"TrainingJobArn\":\"arn:t\"}}");
    event(f, EVENT_STEP_STARTED, "{\"step\":\"Check\",\"arguments\":{}}");
    event(f, EVENT_STEP_ENDED,
          "{\"step\":\"Check\",\"status\":\"Succeeded\",\"outcome\":\"True\"}");
    event(f, EVENT_STEPS_SKIPPED, "{\"steps\":[\"No\"],\"why\":\"not taken\"}");
}

static const char *at(const struct json *j, const char *a, const char *b)
{
    return json_get_str(json_get(j, a), b);
}

static void check_steps(const struct json *doc)
{
    const struct json *train = json_first(json_get(doc, "Steps"));
    const struct json *check = json_next(train);
    assert_int_equal(json_size(json_get(doc, "Steps")), 2);
    assert_string_equal(json_get_str(train, "StepName"), "Train");
    assert_string_equal(json_get_str(train, "StepStatus"), "Succeeded");
    assert_int_equal(json_get_i64(train, "AttemptCount", 0), 1);
    assert_true(json_is(json_get(train, "FailureReason"), JSON_NULL));
    assert_string_equal(at(json_get(train, "Metadata"), "TrainingJob", "Arn"), "arn:t");
    assert_string_equal(at(json_get(check, "Metadata"), "Condition", "Outcome"), "True");
    assert_int_equal(json_size(json_get(doc, "Skipped")), 1);
    assert_string_equal(json_str(json_first(json_get(doc, "Skipped"))), "No");
}

static void test_execution(void **state)
{
    struct fixture *f = *state;
    start(f);
    CLEANUP(json_free_ptr) struct json *doc = read_doc(f, KIND_EXECUTION, "abcd");
    const char *arn = json_get_str(doc, "PipelineExecutionArn");
    assert_true(sv_ends(sv_z(arn), "/execution/" EXEC));
    assert_string_equal(json_get_str(doc, "PipelineExecutionStatus"), "Executing");
    assert_string_equal(json_get_str(json_first(json_get(doc, "PipelineParameters")), "Value"),
                        "3");
    check_steps(doc);
    const struct json *mlw = json_get(doc, "Mlw");
    const struct json *attempt = json_first(json_get(mlw, "Attempts"));
    assert_true(json_is(json_get(mlw, "DriverPid"), JSON_NULL));
    assert_int_equal(json_get_i64(attempt, "ExitCode", -1), 3);
    assert_true(json_is(json_get(attempt, "Signal"), JSON_NULL));
    assert_int_equal(json_get_i64(attempt, "JobPid", -1), 12);
    assert_string_equal(json_get_str(json_first(json_get(mlw, "CacheMiss")), "Attribute"),
                        "HyperParameters.depth");
}

static int64_t pid_of(struct fixture *f)
{
    CLEANUP(json_free_ptr) struct json *doc = read_doc(f, KIND_EXECUTION, EXEC);
    return json_get_i64(json_get(doc, "Mlw"), "DriverPid", -1);
}

static void test_driver_pid_while_locked(void **state)
{
    struct fixture *f = *state;
    start(f);
    tmp_file(f->dir, ".mlw/runs/" EXEC "/driver.lock", SV("4711\n"));
    assert_int_equal(pid_of(f), -1);
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s/.mlw/runs/" EXEC "/driver.lock", f->dir);
    int fd = open(path, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(pid_of(f), 4711);
    close(fd);
    assert_int_equal(pid_of(f), -1);
}

static void test_run(void **state)
{
    struct fixture *f = *state;
    struct run_new run = {.uid = "run-00001",
                          .source = "local",
                          .experiment = "x",
                          .name = "one",
                          .status = "RUNNING",
                          .started_ms = 1};
    struct point points[] = {{0, 0, 1.5}, {1, 1, NAN}};
    assert_true(store_begin(f->st, &f->e) && run_add(f->st, &run, &f->e));
    run.uid = "run-00002";
    assert_true(run_add(f->st, &run, &f->e));
    assert_true(run_log(f->st, "run-00001", "loss", points, 2, &f->e));
    assert_true(run_log(f->st, "run-00001", "auc", points, 1, &f->e));
    assert_true(store_commit(f->st, &f->e));
    refuse(f, KIND_RUN, "run-", ERR_AMBIGUOUS);
    refuse(f, KIND_RUN, "nosuch", ERR_NOT_FOUND);
    CLEANUP(json_free_ptr) struct json *doc = read_doc(f, KIND_RUN, "run-00001");
    assert_string_equal(json_get_str(doc, "run_id"), "run-00001");
    assert_true(json_get_num(json_get(doc, "metrics"), "auc", 0) == 1.5);
    assert_true(json_is(json_get(json_get(doc, "metrics"), "loss"), JSON_NULL));
    assert_string_equal(at(doc, "nonfinite", "loss"), "NaN");
    assert_true(json_is(json_get(doc, "end_time"), JSON_NULL));
    assert_int_equal(json_size(json_get(doc, "params")), 0);
}

static void test_package_and_others(void **state)
{
    struct fixture *f = *state;
    struct package_row p = {.model = "churn",
                            .approval = "PendingManualApproval",
                            .execution = EXEC,
                            .step = "R",
                            .metrics = "{\"auc\":0.9}",
                            .document = "{\"ModelPackageStatus\":\"no\",\"Extra\":1}"};
    start(f);
    assert_true(store_begin(f->st, &f->e) && package_add(f->st, &p, &f->e) &&
                store_commit(f->st, &f->e));
    CLEANUP(json_free_ptr) struct json *doc = read_doc(f, KIND_PACKAGE, "churn/1");
    assert_string_equal(json_get_str(doc, "ModelApprovalStatus"), "PendingManualApproval");
    assert_string_equal(json_get_str(doc, "ModelPackageStatus"), "Completed");
    assert_int_equal(json_get_i64(doc, "Extra", 0), 1);
    CLEANUP(json_free_ptr) struct json *step = read_doc(f, KIND_STEP, "abcd/Train");
    assert_string_equal(json_get_str(step, "id"), EXEC "/Train");
    CLEANUP(json_free_ptr) struct json *model = read_doc(f, KIND_MODEL, "churn");
    assert_string_equal(json_get_str(model, "latest"), "churn/1");
    refuse(f, KIND_GATE, "nosuch", ERR_NOT_FOUND);
    refuse(f, KIND_STEP, "abcd/Nope", ERR_NOT_FOUND);
    refuse(f, KIND_MODEL, "", ERR_USAGE);
    refuse(f, KIND_MODEL, NULL, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_execution, setup, teardown),
        cmocka_unit_test_setup_teardown(test_driver_pid_while_locked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_package_and_others, setup, teardown),
    };
    return RUN_TESTS(tests);
}
