/* A world in which every screen has something to show; see fake_world.h. */
#include "tests/views/fake_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "views/views.h"

#define EXEC "k3v9x0m2q8ab"
#define RUN  "5f0c9a27d1e84b6c9a3f0e7d2b1c4a58"

/* @ stands for the name. */
static const struct {
    enum kind kind;
    const char *id, *table;
} tables[] = {
    {KIND_ATTENTION, NULL,
     "id | name | status | group | kind | why | detail | created | context\n"
     "execution:" EXEC " | @ | Failed | Red | execution | @ | failed | 2h | local\n"
     "execution:bad000000000 | plain | Failed | Red | execution | AUC | failed | 2h | local\n"
     "execution:tab000000000 | tabular | Executing | Running | execution | 2 of 8 | runs | 1m | "
     "local\n"},
    {KIND_GATE, NULL, "id | name | status | token\n"},
    {KIND_EXECUTION, NULL,
     "id | name | status | pipeline | created | failure | context\n" EXEC " | " EXEC
     " | Failed | @ | 2h | train: exit code 1 | local\n"},
    {KIND_STEP, NULL,
     "id | name | status | type | execution | started | ended | attempts | why | index | "
     "depends_on | run\n" EXEC "/plain | plain | Succeeded | Processing | " EXEC
     " | 14s | 10s | 1 | first run | 0 | |\n" EXEC "/@ | @ | Succeeded | Processing | " EXEC
     " | 14s | 10s | 1 | @ | 1 | plain |\n" EXEC "/train | train | Failed | Training | " EXEC
     " | 10s | 2s | 2 | exit code 1 | 2 | plain | " RUN "\n"},
    {KIND_RUN, NULL,
     "id | name | status | created | params.lr | metrics.auc | metrics.f1\n" RUN
     " | @ | FINISHED | 2h | 0.1 | 0.9 | 0.5\nr2 | plain | FINISHED | 3h | 0.2 | nan | 0.5\n"},
    {KIND_EVENT, NULL,
     "id | name | status | execution | step | text | created\n1 | StepFailed | | " EXEC
     " | @ | exit code 1 | 2h\n2 | StepFailed | | " EXEC " | train | exit code 1 | 1h\n"},
    {KIND_JOURNAL, NULL,
     "id | name | status | object | actor | reason | created\n1 | stop | done | @ | @ | @ | 2h\n"
     "2 | run | done | plain | ops | so | 3h\n"},
    {KIND_PACKAGE, NULL,
     "id | name | status | group | version | execution | run | token | created | metrics.auc | "
     "metrics.f1\n"
     "churn/7 | churn/7 | PendingManualApproval | churn | 7 | " EXEC " | " RUN
     " | PNL62QyxFl | 2h | 0.91 | 0.5\nchurn/6 | churn/6 | Approved | churn | 6 | | | aaaaaaaaaa "
     "| 9d | 0.90 | 0.5\n"},
    {KIND_EVIDENCE, NULL,
     "id | name | status | why | target | created\ne1 | @ | Failed | exit code 1 | step:" EXEC
     "/train | 6s\ne2 | plain | Failed | exit code 1 | step:" EXEC "/train | 6s\n"},
    {KIND_TIMELINE, NULL,
     "id | name | status | since | lasted | why | actor | target | created\n"
     "t1 | @ | Failed | 1s | 14s | @ | ops | execution:" EXEC " | 20s\n"
     "t2 | plain | Failed | 1s | 14s | | ops | execution:" EXEC " | 20s\n"},
    {KIND_LINEAGE, NULL,
     "id | name | status | kind | relation | target | created\n"
     "l1 | @ | Failed | execution | by ops | execution:" EXEC " | 20s\n"
     "l2 | plain | Failed | execution | by ops | execution:" EXEC " | 20s\n"},
};

static const struct {
    enum kind kind;
    const char *id, *json;
} docs[] = {
    {KIND_RUN, RUN,
     "{\"id\":\"" RUN "\",\"name\":\"@\",\"status\":\"FINISHED\",\"params\":{\"@\":\"0.125\","
     "\"lr\":\"0.125\"},\"metrics\":{\"auc\":0.9},\"tags\":{\"execution\":\"" EXEC
     "\",\"step\":\"train\"}}"},
    {KIND_PIPELINE, "churn",
     "{\"Mlw\":{\"File\":\"p.json\",\"Executions\":1,\"LastExecution\":\"" EXEC
     "\",\"LastStatus\":\"Failed\",\"Parameters\":[{\"Name\":\"@\",\"Type\":\"Integer\","
     "\"DefaultValue\":64},{\"Name\":\"Epochs\",\"Type\":\"Integer\",\"DefaultValue\":64}],"
     "\"Steps\":[{\"Name\":\"@\",\"Type\":\"Training\",\"DependsOn\":[]},{\"Name\":\"plain\","
     "\"Type\":\"Training\",\"DependsOn\":[\"@\"]}]}}"},
    {KIND_DATASET, "churn.csv@0badcafe",
     "{\"id\":\"churn.csv@0badcafe\",\"name\":\"churn.csv\",\"versions\":[{\"id\":"
     "\"churn.csv@0badcafe\"}],\"profile\":{\"what\":\"CSV\",\"rows\":1,\"columns\":[{"
     "\"name\":\"@\",\"type\":\"integer\",\"count\":1,\"frequent\":[]},{\"name\":\"plain\","
     "\"type\":\"integer\",\"count\":1,\"frequent\":[]}],\"head\":[[\"@\",\"x\"],[\"2\",\"y\"]]}}"},
};

static bool is_utf8(const char *text)
{
    size_t n = 1;
    for (; *text && n; text += n) {
        n = utf8_valid_bytes(text, strlen(text));
    }
    return n > 0;
}

/* With the name in the place of @; in JSON as its strings have it, which are UTF-8. */
static char *named(const char *text, const char *name, bool is_json)
{
    struct str out = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    if (is_json && !is_utf8(name)) {
        utf8_sanitize(&clean, sv_z(name));
        name = clean.p;
    }
    for (; *text; text++) {
        bool is_id = *text == '@' && sv_starts(sv_z(text), "@0badcafe");
        if (*text != '@' || is_id) {
            str_addc(&out, *text);
            continue;
        }
        for (const char *c = name; *c; c++) {
            bool is_control = (unsigned char)*c < 0x20;
            is_json &&is_control ? str_addf(&out, "\\u%04x", *c) : str_addc(&out, *c);
        }
    }
    return str_detach(&out);
}

static void lay_down(struct fake *f, const char *name)
{
    for (size_t i = 0; i < ALEN(tables); i++) {
        CLEANUP(mem_free_ptr) char *table = named(tables[i].table, name, false);
        fake_rows(f, tables[i].kind, tables[i].id, table);
    }
    for (size_t i = 0; i < ALEN(docs); i++) {
        CLEANUP(mem_free_ptr) char *json = named(docs[i].json, name, true);
        fake_doc(f, docs[i].kind, docs[i].id, json);
    }
    CLEANUP(mem_free_ptr) char *log = named("one\nerror: @\nthree\n", name, false);
    fake_series(f, RUN, "auc 0.1 0.3 0.5 0.7 0.8 0.9\n");
    fake_log(f, EXEC "/plain", EXEC "/plain/1", log, true);
    fake_log(f, EXEC "/train", EXEC "/train/2", log, false);
}

/* --- the places --- */

static const struct place {
    const struct view_ops *ops;
    enum kind kind; /* of a list */
    const char *id;
} places[PLACES] = {
    [REASONS_home] = {&home_view, KIND_COUNT, NULL},
    [REASONS_browse] = {&browse_view, KIND_RUN, NULL},
    [REASONS_journal] = {&journal_view, KIND_JOURNAL, NULL},
    [REASONS_execution] = {&execution_view, KIND_COUNT, EXEC},
    [REASONS_logs] = {&logs_view, KIND_COUNT, EXEC "/train"},
    [REASONS_run] = {&run_view, KIND_COUNT, RUN},
    [REASONS_events] = {&events_view, KIND_COUNT, EXEC},
    [REASONS_dataset] = {&dataset_view, KIND_COUNT, "churn.csv@0badcafe"},
    [REASONS_model] = {&model_view, KIND_COUNT, "churn/7"},
    [REASONS_compare] = {&compare_view, KIND_COUNT, RUN "\nr2"},
    [REASONS_pipeline] = {&pipeline_view, KIND_COUNT, "churn"},
    [REASONS_charts] = {&charts_view, KIND_COUNT, RUN "\nr2"},
    [REASONS_text] = {NULL, KIND_COUNT, NULL},
    [PLACE_evidence] = {&browse_view, KIND_EVIDENCE, "execution:" EXEC},
    [PLACE_timeline] = {&browse_view, KIND_TIMELINE, "execution:" EXEC},
    [PLACE_lineage] = {&browse_view, KIND_LINEAGE, "execution:" EXEC},
};

const char *const fake_place_names[PLACES] = {
#define VIEW(id) [REASONS_##id] = #id,
#include "views/views.def"
#undef VIEW
    [REASONS_text] = "text",
    [PLACE_evidence] = "evidence",
    [PLACE_timeline] = "timeline",
    [PLACE_lineage] = "lineage",
};

/* Stands for the root, which keeps the journal and the bookmarks. */
static enum handled root_command(void *arg, struct app *app, enum cmd cmd, const struct cmd_arg *a)
{
    (void)arg;
    (void)a;
    bool is_roots = cmd == CMD_JOURNAL || cmd == CMD_BOOKMARK || cmd == CMD_BOOKMARKS;
    if (is_roots) {
        app_toast(app, TOAST_INFO, "the root did %s", cmd_info(cmd)->name);
    }
    return is_roots ? HANDLED : PASS;
}

void fake_world_open(struct fake *f, int place)
{
    struct err e = ERR_INIT;
    const struct place *p = &places[place];
    if (place == REASONS_text) {
        app_text(f->app, "raw", SV("one\nerror: two\nthree\n"));
    } else if (p->kind < KIND_COUNT) {
        assert_true(views_browse(f->app, p->kind, p->id, NULL, &e));
    } else if (p->ops) {
        fake_open(f, p->ops, p->id);
    } else {
        fail_msg("views.def has %s: say in fake_world.c what it is opened with",
                 fake_place_names[place]);
    }
    fake_settle(f);
}

struct fake *fake_world(int place, const char *name, int w, int h)
{
    struct fake *f = fake_new_with((struct app_config){.w = w, .h = h, .command = root_command});
    if (name) {
        lay_down(f, name);
    }
    fake_open(f, &home_view, NULL);
    fake_world_open(f, place);
    return f;
}
