#include "tests/e2e/story.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "tests/unit/tmp.h"

enum { ARGS_MAX = 12, BURST_MS = 60 };

static const char *const gate_names[GATE_COUNT] = {
    [GATE_PREPARE] = "prepare", [GATE_TRAIN] = "train"};

static const char review[] =
    "{'Version':'2020-12-01','Steps':[{'Name':'review','Type':'Callback','SqsQueueUrl':'none',"
    "'Arguments':{},'OutputParameters':[{'OutputName':'label','OutputType':'String'}]}]}";

/* @ is the folder of the gates; ' stands for the quotes of JSON, ` for those of its texts. */
static const char churn[] =
    "{'Version':'2020-12-01','Steps':["
    "{'Name':'prepare','Type':'Processing','Arguments':{"
    "'ProcessingResources':{'ClusterConfig':{"
    "'InstanceType':'local','InstanceCount':1,'VolumeSizeInGB':1}},"
    "'Environment':{'GATES':'@'},"
    "'AppSpecification':{'ImageUri':'none','ContainerEntrypoint':['/bin/sh','-c',"
    "'echo reading the rows; read go < $GATES/prepare && echo 120 rows are ready']}}},"
    "{'Name':'train','Type':'Training','DependsOn':['prepare'],'Arguments':{"
    "'AlgorithmSpecification':{'TrainingImage':'none','TrainingInputMode':'File',"
    "'MetricDefinitions':[{'Name':'loss','Regex':'loss=([0-9.]+)'}],"
    "'ContainerEntrypoint':['/bin/sh','-c','"
    "for e in 1 2 3; do echo epoch $e/3 loss=0.$((9 - 2 * e)); "
    "read go < $GATES/train || exit 1; done; "
    "echo weights > $SAGEMAKER_BASE_DIR/model/weights']},"
    "'OutputDataConfig':{'S3OutputPath':'s3://models'},'Environment':{'GATES':'@'},"
    "'ResourceConfig':{'InstanceType':'local','InstanceCount':1,'VolumeSizeInGB':1},"
    "'StoppingCondition':{'MaxRuntimeInSeconds':3600}}},"
    "{'Name':'check','Type':'Condition','Arguments':{"
    "'Conditions':[{'Type':'LessThanOrEqualTo',"
    "'LeftValue':{'Get':'Steps.train.FinalMetricDataList[`loss`].Value'},'RightValue':0.5}],"
    "'IfSteps':[{'Name':'register','Type':'RegisterModel','Arguments':{"
    "'ModelPackageGroupName':'churn','ModelApprovalStatus':'PendingManualApproval',"
    "'InferenceSpecification':{'Containers':[{'Image':'none','ModelDataUrl':"
    "{'Get':'Steps.train.ModelArtifacts.S3ModelArtifacts'}}],"
    "'SupportedContentTypes':['text/csv'],'SupportedResponseMIMETypes':['text/csv']}}}],"
    "'ElseSteps':[{'Name':'too-bad','Type':'Fail','Arguments':{'ErrorMessage':'loss'}}]}}]}";

#define JOB(name, more, environment, command)                                                      \
    "{'Name':'" name "','Type':'Processing'," more "'Arguments':{'ProcessingResources':{"          \
    "'ClusterConfig':{'InstanceType':'local','InstanceCount':1,'VolumeSizeInGB':1}},"              \
    "'Environment':{" environment "},'AppSpecification':{'ImageUri':'none','ContainerEntrypoint':" \
    "['/bin/sh','-c','" command "']}}}"
#define CACHED "'CacheConfig':{'Enabled':true,'ExpireAfter':'P1D'},"
#define DEPTH  "'DEPTH':{'Std:Join':{'On':'','Values':[{'Get':'Parameters.Depth'}]}}"
#define GROW   JOB("grow", CACHED, "'DEPTH':'none'", "echo $DEPTH")
#define LEAF   JOB("leaf", CACHED "'DependsOn':['grow'],", DEPTH, "echo $DEPTH")
#define DEEP   JOB("deep", "", "'DEPTH':'deep'", "echo $DEPTH")

static const char depth[] =
    "{'Version':'2020-12-01','Parameters':[{'Name':'Depth','Type':'Integer','DefaultValue':4},"
    "{'Name':'Kind','Type':'String','DefaultValue':'oak','EnumValues':['oak','elm']}],'Steps':"
    "[" GROW "," LEAF ",{'Name':'is-deep','Type':'Condition','DependsOn':['leaf'],'Arguments':{"
    "'Conditions':[{'Type':'GreaterThan','LeftValue':{'Get':'Parameters.Depth'},'RightValue':5}],"
    "'IfSteps':[" DEEP "],'ElseSteps':[]}}]}";

#define FEATURES JOB("features", "", "", "echo 120 rows read")
#define BAD_JOIN                                                                                   \
    JOB("join", "'DependsOn':['features'],", "",                                                   \
        "echo joining; echo KeyError: customer_id is missing; exit 3")
#define PUBLISH JOB("publish", "'DependsOn':['join'],", "", "true")

static const char failure[] =
    "{'Version':'2020-12-01','Steps':[" FEATURES "," BAD_JOIN "," PUBLISH "]}";

/* --- laying down --- */

/* The program beside this test's build folder, or the one that is named. */
static char *binary(void)
{
    const char *named = getenv("MLW_BIN");
    if (named) {
        return xstrdup(named);
    }
    CLEANUP(mem_free_ptr) char *e2e = path_dir(os_self_exe());
    CLEANUP(mem_free_ptr) char *tests = path_dir(e2e);
    CLEANUP(mem_free_ptr) char *build = path_dir(tests);
    return path_join(build, "mlw");
}

/* Open at both ends here, so that a job that comes to it waits, and goes when we have gone. */
static int make_gate(const struct world *w, enum story_gate gate)
{
    CLEANUP(mem_free_ptr) char *path = path_join(w->dir, gate_names[gate]);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

struct world story_empty(void)
{
    struct world w = {.dir = tmp_new(), .bin = binary()};
    CLEANUP(mem_free_ptr) char *state = path_join(w.dir, ".state");
    CLEANUP(mem_free_ptr) char *data = path_join(w.dir, ".data");
    (void)setenv("XDG_STATE_HOME", state, 1); /* nothing of it is the person's who tests */
    (void)setenv("XDG_DATA_HOME", data, 1);
    for (int i = 0; i < GATE_COUNT; i++) {
        w.gates[i] = make_gate(&w, (enum story_gate)i);
    }
    story_command(&w, (const char *const[]){"init", ".", NULL}, NULL);
    tmp_file(w.dir, ".mlw/mlw.conf", SV("[executor]\nsandbox = none\n"));
    return w;
}

static struct world started(const char *name, const char *definition)
{
    struct world w = story_empty();
    CLEANUP(str_release) struct str text = STR_INIT;
    for (const char *c = definition; *c; c++) {
        if (*c == '@') {
            str_addz(&text, w.dir);
        } else {
            str_addc(&text, *c == '\'' ? '"' : *c == '`' ? '\'' : *c);
        }
    }
    tmp_file(w.dir, name, sv_of(&text));
    story_command(&w, (const char *const[]){"run", name, "--detach", NULL}, &w.execution);
    assert_int_equal(strlen(w.execution), 12);
    return w;
}

struct world story_of_review(void)
{
    return started("review.json", review);
}

struct world story_of_churn(void)
{
    return started("churn.json", churn);
}

struct world story_of_depth(void)
{
    struct world w = started("depth.json", depth);
    story_command(&w, (const char *const[]){"watch", w.execution, NULL}, NULL);
    return w;
}

struct world story_of_failure(void)
{
    int status = -1;
    struct world w = started("nightly.json", failure);
    struct pty *p = story_spawn(&w, "dumb", "C", (const char *const[]){"watch", w.execution, NULL});
    assert_true(pty_wait_exit(p, STORY_MS, &status)); /* 1: it failed */
    pty_free(p);
    return w;
}

void story_add_runs(const struct world *w, int n)
{
    int status = -1;
    const char *named = getenv("MLW_MKRUNS");
    CLEANUP(mem_free_ptr) char *build = path_dir(w->bin);
    CLEANUP(mem_free_ptr) char *beside = path_join(build, "../tests/mkruns");
    CLEANUP(mem_free_ptr) char *number = xasprintf("%d", n);
    struct pty *p =
        pty_spawn((const char *const[]){named ? named : beside, w->dir, number, "7", NULL}, NULL);
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    if (status != 0) {
        pty_dump(p); /* older than the store's version: `make build/tests/mkruns` */
    }
    assert_int_equal(status, 0);
    pty_free(p);
}

void story_open(const struct world *w, enum story_gate gate)
{
    assert_int_equal(write(w->gates[gate], "go\n", 3), 3);
}

void story_stop(const struct world *w)
{
    int status = -1; /* 1: it was stopped */
    story_command(w, (const char *const[]){"stop", w->execution, NULL}, NULL);
    struct pty *p = story_spawn(w, "dumb", "C", (const char *const[]){"watch", w->execution, NULL});
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    pty_free(p);
}

/* What waited at a gate ends with it, then its execution; its driver lets go of the lock last. */
static void wait_for_driver(const struct world *w)
{
    CLEANUP(mem_free_ptr)
    char *path = xasprintf("%s/.mlw/runs/%s/driver.lock", w->dir, w->execution);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        assert_int_equal(flock(fd, LOCK_EX), 0);
        close(fd);
    }
}

void story_release(struct world *w)
{
    for (int i = 0; i < GATE_COUNT; i++) {
        close(w->gates[i]);
    }
    if (w->execution) {
        wait_for_driver(w);
    }
    tmp_free(&w->dir);
    free(w->bin);
    free(w->execution);
}

/* --- running --- */

static struct pty *spawn(const struct world *w, const char *term, const char *lang,
                         const char *const *args, const char *entry)
{
    CLEANUP(mem_free_ptr) char *env = xasprintf("LANG=%s", lang);
    const char *envs[] = {env, "LC_ALL=", entry, NULL};
    const char *argv[ARGS_MAX + 2] = {w->bin};
    for (size_t i = 0; args && args[i] && i < ARGS_MAX; i++) {
        argv[i + 1] = args[i];
    }
    return pty_spawn(argv, &(struct pty_options){.term = term,
                                                 .cwd = w->dir,
                                                 .env = envs,
                                                 .is_synced = !args && strcmp(term, "dumb") != 0});
}

struct pty *story_spawn(const struct world *w, const char *term, const char *lang,
                        const char *const *args)
{
    return spawn(w, term, lang, args, NULL);
}

struct pty *story_spawn_in(const struct world *w, const char *term, const char *entry)
{
    return spawn(w, term, "C.UTF-8", NULL, entry);
}

static struct pty *run(const struct world *w, const char *const *args)
{
    int status = -1;
    struct pty *p = story_spawn(w, "dumb", "C", args);
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    if (status != 0) {
        pty_dump(p);
    }
    assert_int_equal(status, 0);
    return p;
}

void story_command(const struct world *w, const char *const *args, char **ret)
{
    struct pty *p = run(w, args);
    if (ret) {
        *ret = xstrdup(pty_row(p, 0));
    }
    pty_free(p);
}

struct json *story_json(const struct world *w, const char *const *args)
{
    size_t n;
    struct err e;
    struct json *json = NULL;
    struct pty *p = run(w, args);
    const unsigned char *raw = pty_raw(p, &n);
    assert_true(json_parse((struct sv){(const char *)raw, n}, &json, &e));
    pty_free(p);
    return json;
}

/* --- the screen --- */

struct pty *story_look(const struct world *w)
{
    struct pty *p = story_spawn(w, "xterm-256color", "C.UTF-8", NULL);
    story_text(p, "Contexts");
    return p;
}

size_t story_filter(const struct world *w, struct pty *p, const char *text, int total)
{
    CLEANUP(json_free_ptr)
    struct json *rows =
        story_json(w, (const char *const[]){"ls", "runs", "--filter", text, "-o", "json", NULL});
    size_t matched = json_size(rows);
    CLEANUP(mem_free_ptr) char *line = xasprintf("/%s<Enter>", text);
    CLEANUP(mem_free_ptr) char *chip = xasprintf("/%s (%zu/%d)", text, matched, total);
    story_keys(p, line);
    assert_true(pty_wait_row(p, pty_rows(p) - 1, chip, STORY_MS));
    return matched;
}

void story_keys(struct pty *p, const char *names)
{
    pty_send(p, names);
    assert_true(pty_wait_consumed(p, STORY_MS));
}

void story_text(struct pty *p, const char *text)
{
    assert_true(pty_wait_text(p, text, STORY_MS));
}

void story_dialog(struct pty *p, const char *text)
{
    story_text(p, text);
    pty_settle(p, BURST_MS);
}

struct both {
    const char *one, *other;
};

static bool has_both(struct pty *p, const void *arg)
{
    const struct both *want = arg;
    for (int row = 0; row < pty_rows(p); row++) {
        const char *text = pty_row(p, row);
        if (strstr(text, want->one) && strstr(text, want->other)) {
            return true;
        }
    }
    return false;
}

void story_row(struct pty *p, const char *one, const char *other)
{
    CLEANUP(mem_free_ptr) char *what = xasprintf("one row with %s and %s", one, other);
    struct both want = {one, other};
    assert_true(pty_wait(p, what, has_both, &want, STORY_MS));
}

void story_quit(struct pty *p)
{
    int status = -1;
    story_keys(p, "q");
    story_dialog(p, "Quit mlw?");
    pty_send(p, "y");
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    assert_int_equal(status, 0);
    assert_false(pty_is_altscreen(p));
}
