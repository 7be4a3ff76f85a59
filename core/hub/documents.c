/* Documents of every kind; see documents.h. */
#include "core/hub/documents.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/hub/hash.h"
#include "core/hub/hub.h"
#include "core/model/cell.h"
#include "core/pipeline/names.h"
#include "core/store/execution.h"
#include "core/store/packages.h"

/* --- parts --- */

void document_text(struct json *j, const char *key, const char *z)
{
    json_set(j, key, z && z[0] ? json_new_str(z) : json_new_null());
}

void document_time(struct json *j, const char *key, int64_t ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (ms > 0) {
        clock_rfc3339(&text, ms);
    }
    document_text(j, key, text.p);
}

static void run_time(struct json *j, const char *key, int64_t ms, int us)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    if (ms != RUN_NO_TIME && ms != 0) {
        clock_rfc3339_us(&text, ms, us);
    }
    document_text(j, key, text.p);
}

void document_int(struct json *j, const char *key, int64_t x)
{
    json_set(j, key, x >= 0 ? json_new_i64(x) : json_new_null());
}

void document_json(struct json *j, const char *key, const char *text)
{
    struct json *value = NULL;
    struct err ignored;
    if (!text || !json_parse(sv_z(text), &value, &ignored)) {
        value = json_new_null();
    }
    json_set(j, key, value);
}

/* --- runs --- */

/* A NaN is null, and a sibling says what it was. */
static void add_number(struct json *to, struct json *odd, const char *key, double x)
{
    json_set_num(to, key, x);
    if (!isfinite(x)) {
        CLEANUP(str_release) struct str word = STR_INIT;
        fmt_double(&word, x);
        json_set_str(odd, key, word.p);
    }
}

static bool add_metrics(struct store *st, const struct run_row *run, struct arena *a,
                        struct json *doc, struct err *e)
{
    struct json *metrics = json_set(doc, "metrics", json_new_object());
    struct json *odd = json_new_object();
    struct metric_keys keys;
    bool ok = run_metric_keys(st, a, &keys, e);
    for (size_t i = 0; ok && i < keys.n; i++) {
        double x;
        ok = run_cell(st, run->source, keys.at[i].id, run->slot, &x, e);
        if (ok && !cell_is_missing(x)) {
            add_number(metrics, odd, keys.at[i].key, x);
        }
    }
    if (json_size(odd)) {
        json_set(doc, "nonfinite", odd);
    } else {
        json_free(odd);
    }
    return ok;
}

static bool run_document(const struct workspace *ws, struct store *st, const char *id,
                         struct json **ret_doc, struct err *e)
{
    (void)ws;
    struct arena a;
    struct run_row run;
    struct run_docs docs;
    arena_init(&a, 0);
    struct json *doc = json_new_object();
    CLEANUP(mem_free_ptr) char *uid = run_resolve(st, id, e);
    bool ok = uid && run_get(st, uid, &a, &run, e) && run_docs_get(st, run.id, &a, &docs, e);
    if (ok) {
        json_set_str(doc, "id", run.uid);
        json_set_str(doc, "run_id", run.uid);
        document_text(doc, "name", run.name);
        document_text(doc, "experiment", run.experiment);
        document_text(doc, "status", run.status);
        run_time(doc, "start_time", run.started_ms, run.started_us);
        run_time(doc, "end_time", run.ended_ms, run.ended_us);
        document_text(doc, "parent", run.parent);
        document_text(doc, "source", run.source_name);
        document_json(doc, "params", docs.params);
        ok = add_metrics(st, &run, &a, doc, e);
        document_json(doc, "tags", docs.tags);
        document_json(doc, "inputs", docs.inputs);
        document_json(doc, "outputs", docs.outputs);
    }
    arena_release(&a);
    if (!ok) {
        json_free(doc);
        return false;
    }
    *ret_doc = doc;
    return true;
}

/* --- rows of any kind --- */

struct search {
    enum kind kind;
    const char *id;
    struct json *found;
};

static bool search_row(void *arg, const struct list_row *row)
{
    struct search *s = arg;
    const struct kind_info *info = &kinds[s->kind];
    if (row->cells[0].type != VALUE_TEXT || strcmp(row->cells[0].text, s->id) != 0) {
        return true;
    }
    s->found = json_new_object();
    for (size_t i = 0; i < info->field_count; i++) {
        json_set(s->found, info->fields[i].id, cell_json(row->cells[i], &info->fields[i]));
    }
    return false;
}

bool document_row(struct store *st, enum kind kind, const char *id, struct json **ret_doc,
                  struct err *e)
{
    CLEANUP(mem_free_ptr) char *whole = list_resolve(st, kind, id, e);
    if (!whole) {
        return false;
    }
    bool is_below = kind == KIND_STEP || kind == KIND_JOB || kind == KIND_EVENT;
    CLEANUP(mem_free_ptr)
    char *execution = is_below ? xstrndup(whole, strcspn(whole, "/")) : NULL;
    struct search s = {.kind = kind, .id = whole};
    if (!list_rows(st, kind, execution, clock_wall_ms(), search_row, &s, e)) {
        return false;
    }
    *ret_doc = s.found;
    return s.found || err_set(e, ERR_NOT_FOUND, "no %s \"%s\"", kinds[kind].singular, id);
}

/* --- packages --- */

/* Members of the document that the step left, below the ones that are ours to say. */
static void add_absent(struct json *to, const char *text)
{
    struct json *j = NULL;
    struct err ignored;
    if (text && json_parse(sv_z(text), &j, &ignored)) {
        json_each (child, j) {
            if (json_key(child) && !json_get(to, json_key(child))) {
                json_set(to, json_key(child), json_clone(child));
            }
        }
    }
    json_free(j);
}

static void package_fields(struct json *doc, const struct package_row *p)
{
    CLEANUP(str_release) struct str arn = STR_INIT;
    CLEANUP(str_release) struct str name = STR_INIT;
    str_addf(&name, "%s/%lld", p->model, (long long)p->version);
    names_arn(&arn, "model-package", name.p);
    json_set_str(doc, "ModelPackageName", p->model);
    json_set_str(doc, "ModelPackageGroupName", p->model);
    json_set_i64(doc, "ModelPackageVersion", p->version);
    json_set_str(doc, "ModelPackageArn", arn.p);
    document_time(doc, "CreationTime", p->created_ms);
    json_set_str(doc, "ModelPackageStatus", "Completed");
    document_text(doc, "ModelApprovalStatus", p->approval);
    document_text(doc, "ApprovalDescription", p->reason);
    add_absent(doc, p->document);
    struct json *mlw = json_set(doc, "Mlw", json_new_object());
    json_set_str(mlw, "Id", name.p);
    document_text(mlw, "Execution", p->execution);
    document_text(mlw, "Step", p->step);
    document_text(mlw, "Run", p->run);
    document_text(mlw, "Artifact", p->artifact);
    document_text(mlw, "Digest", p->digest);
    document_text(mlw, "Image", p->image);
    document_json(mlw, "Metrics", p->metrics);
    document_text(mlw, "Token", p->token);
    document_text(mlw, "DecidedBy", p->decided_by);
}

static bool package_document(const struct workspace *ws, struct store *st, const char *id,
                             struct json **ret_doc, struct err *e)
{
    (void)ws;
    struct arena a;
    struct package_row p;
    CLEANUP(json_free_ptr) struct json *row = NULL;
    arena_init(&a, 0);
    bool ok = document_row(st, KIND_PACKAGE, id, &row, e) &&
              package_get(st, json_get_str(row, "id"), &a, &p, e);
    if (ok) {
        *ret_doc = json_new_object();
        package_fields(*ret_doc, &p);
    }
    arena_release(&a);
    return ok;
}

static bool (*const documents[KIND_COUNT])(const struct workspace *ws, struct store *st,
                                           const char *id, struct json **ret_doc, struct err *e) = {
    [KIND_PIPELINE] = document_pipeline,
    [KIND_EXECUTION] = document_execution,
    [KIND_RUN] = run_document,
    [KIND_PACKAGE] = package_document,
};

bool document_read(const struct workspace *ws, struct store *st, enum kind kind, const char *id,
                   struct json **ret_doc, struct err *e)
{
    if (!id || !id[0]) {
        return err_set(e, ERR_USAGE, "which %s? An id is needed", kinds[kind].singular);
    }
    return documents[kind] ? documents[kind](ws, st, id, ret_doc, e)
                           : document_row(st, kind, id, ret_doc, e);
}

/* --- as a subscription --- */

static void begin(struct hub *hub, struct sub *sub)
{
    (void)hub, (void)sub;
}

static void changed(struct hub *hub, struct sub *sub)
{
    (void)hub;
    sub->needs_work = true;
}

static void window(struct hub *hub, struct sub *sub, const struct query *before)
{
    (void)hub, (void)sub, (void)before;
}

static bool work(struct hub *hub, struct sub *sub, int64_t deadline_us)
{
    (void)deadline_us;
    struct err e;
    struct json *doc;
    if (!document_read(&hub->ws, hub->st, sub->query.kind, sub->query.id, &doc, &e)) {
        hub_send_error(hub, sub, &e);
        return false;
    }
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(doc, JSON_COMPACT, &text);
    struct snapshot *s = snapshot_new(SNAPSHOT_DOC);
    s->kind = sub->query.kind;
    s->doc = doc;
    s->as_of_ms = clock_wall_ms();
    hub_send_snapshot(hub, sub, s,
                      hash_bytes(hash_u64(HASH_INIT, sub->generation), text.p, text.n));
    return false;
}

const struct sub_type doc_type = {
    .begin = begin, .changed = changed, .window = window, .work = work, .end = begin};
