/* Datasets: what steps read becomes rows by name and digest, code and models are no data, and what
 * was run before there was a table for it is taken over. */
#include "tests/unit/test.h"

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/embed.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/job/objects.h"
#include "core/mlw.h"
#include "core/store/db.h"
#include "core/store/lists.h"
#include "tests/unit/records.h"
#include "tests/unit/tmp.h"

#define DIGEST_A "aaaaaaaa00000000000000000000000000000000000000000000000000000000"
#define DIGEST_B "bbbbbbbb00000000000000000000000000000000000000000000000000000000"
#define INPUT(name, uri, digest, size)                                                             \
    "{\"name\":\"" name "\",\"uri\":\"" uri "\",\"digest\":" digest ",\"size\":" size "}"
#define QUOTED(x) "\"" x "\""

static void run_step(struct store *st, const char *execution, const char *inputs)
{
    CLEANUP(mem_free_ptr) char *step = xasprintf("{\"step\":\"a\",\"inputs\":[%s]}", inputs);
    records_event(
        st, execution, EVENT_EXECUTION_CREATED,
        "{\"pipeline\":\"p\",\"file\":\"f\",\"definition\":\"{}\",\"parameters\":{},"
        "\"options\":{},\"steps\":[{\"name\":\"a\",\"type\":\"Training\",\"depends_on\":[]}]}");
    records_event(st, execution, EVENT_STEP_STARTED, step);
}

static bool print_row(void *arg, const struct list_row *row)
{
    static const int texts[] = {FIELD_DATASET_id, FIELD_DATASET_used_by, FIELD_DATASET_uri};
    for (size_t i = 0; i < ALEN(texts); i++) {
        const struct value *v = &row->cells[texts[i]];
        str_addf(arg, "%s ", v->type == VALUE_TEXT ? v->text : "-");
    }
    const struct value *size = &row->cells[FIELD_DATASET_size];
    str_addf(arg, "%lld x%lld\n", size->type == VALUE_INT ? (long long)size->i : -1,
             (long long)row->cells[FIELD_DATASET_uses].i);
    return true;
}

static void assert_datasets(struct store *st, const char *parent, const char *want)
{
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str out = STR_INIT;
    assert_true(list_rows(st, KIND_DATASET, parent, 0, print_row, &out, &e));
    assert_string_equal(out.p, want);
}

static void code_and_models_are_no_data(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    assert_true(workspace_init(tmp, &ws, &e));
    assert_true(store_open(&ws, STORE_CREATE, &st, &e));
    run_step(st, "aaaabbbbcccc",
             INPUT("code", "s3://i/1/x.csv", QUOTED(DIGEST_A), "1") ","         /**/
             INPUT("lib", "s3://i/2/Lib.PY", QUOTED(DIGEST_A), "1") ","         /**/
             INPUT("model", "s3://i/3/model.tar.gz", QUOTED(DIGEST_A), "1") "," /**/
             INPUT("gone", "s3://i/4/gone.csv", "null", "null"));
    assert_datasets(st, NULL, "");
    store_close(st);
    workspace_release(&ws);
}

static void versions_are_told_by_digest(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    assert_true(workspace_init(tmp, &ws, &e));
    assert_true(store_open(&ws, STORE_CREATE, &st, &e));
    run_step(st, "aaaabbbbcccc", INPUT("train", "s3://i/1/churn.csv", QUOTED(DIGEST_A), "10"));
    run_step(st, "bbbbccccdddd", INPUT("train", "s3://i/2/churn.csv", QUOTED(DIGEST_B), "20"));
    run_step(st, "ccccddddeeee",
             INPUT("train", "s3://i/3/churn.csv/", QUOTED(DIGEST_B), "20") "," /**/
             INPUT("test", "s3://i", QUOTED(DIGEST_A), "5"));
    assert_datasets(st, "churn.csv",
                    "churn.csv@bbbbbbbb ccccddddeeee bbbbccccdddd s3://i/3/churn.csv/ 20 x2\n"
                    "churn.csv@aaaaaaaa aaaabbbbcccc s3://i/1/churn.csv 10 x1\n");
    assert_datasets(st, "none", "");
    assert_true(store_rebuild(st, &e));
    assert_datasets(st, "i", "i@aaaaaaaa ccccddddeeee s3://i 5 x1\n");
    store_close(st);
    workspace_release(&ws);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%.60s: %s", sql, why);
    }
}

/* One of the files of core/store. */
static void run_file(sqlite3 *db, const char *name)
{
    for (const struct embed_file *f = sql_files; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            CLEANUP(mem_free_ptr) char *sql = xstrndup((const char *)f->data, f->size);
            run_sql(db, sql);
        }
    }
}

/* A workspace of version 1 knew the inputs of cached steps only from what their keys are made of.
 */
/* InputDataConfig of one channel, in JSON in C. */
#define READS(uri)                                                                                 \
    "{\"InputDataConfig\":[{\"ChannelName\":\"train\",\"DataSource\":{\"S3DataSource\":"           \
    "{\"S3Uri\":\"" uri "\"}}}]}"

/* What an event tells of a step's inputs is all of it, also when the table is made anew. */
static void events_tell_all_inputs(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct records r;
    records_open(&r);
    run_step(r.st, "aaaabbbbcccc", INPUT("eval", "s3://b/e.csv", QUOTED(DIGEST_B), "1"));
    records_event(r.st, "aaaabbbbcccc", EVENT_STEP_STARTED,
                  "{\"step\":\"a\",\"arguments\":" READS("s3://b/x/y.csv") /**/
                  ",\"cache_attributes\":" READS("sha256:" DIGEST_A) "}");
    static const char one[] = "e.csv@bbbbbbbb aaaabbbbcccc s3://b/e.csv 1 x1\n";
    assert_datasets(r.st, NULL, one);
    assert_true(store_rebuild(r.st, &e));
    assert_datasets(r.st, NULL, one);
    records_close(&r);
}

/* What version 1 wrote: the state, and the events that it is a projection of. */
#define OLD_ARGUMENTS READS("s3://b/x/y.csv")
#define OLD_KEY       READS("sha256:" DIGEST_A)
static const char before_datasets[] =
    "insert into event(execution,seq,time,type,actor,json) values('aaaabbbbcccc',1,5,"
    "'ExecutionCreated','me','{\"pipeline\":\"p\",\"file\":\"f\",\"definition\":\"{}\","
    "\"parameters\":{},\"options\":{},\"steps\":[{\"name\":\"a\",\"type\":\"Training\","
    "\"depends_on\":[]}]}'),('aaaabbbbcccc',2,6,'StepStarted','me','{\"step\":\"a\","
    "\"arguments\":" OLD_ARGUMENTS ",\"cache_attributes\":" OLD_KEY "}');"
    "insert into execution(id,pipeline,status,started,actor,file,definition,parameters,options)"
    " values('aaaabbbbcccc','p','Executing',5,'me','f','{}','{}','{}');"
    "insert into step(execution,name,idx,type,depends_on,started,arguments,cache_attributes)"
    " values('aaaabbbbcccc','a',0,'Training','[]',6,'" OLD_ARGUMENTS "','" OLD_KEY "');"
    "pragma user_version=1";

static void older_executions_are_taken_over(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    sqlite3 *db = NULL;
    assert_true(workspace_init(tmp, &ws, &e));
    CLEANUP(mem_free_ptr) char *path = path_join(ws.mlw, "local.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    run_file(db, "runs.sql");
    run_file(db, "schema.sql");
    run_sql(db, before_datasets);
    sqlite3_close(db);
    if (!store_open(&ws, 0, &st, &e)) {
        fail_msg("%s", e.msg);
    }
    static const char taken_over[] = "y.csv@aaaaaaaa aaaabbbbcccc s3://b/x/y.csv -1 x1\n";
    assert_datasets(st, NULL, taken_over);
    assert_true(store_rebuild(st, &e));
    assert_datasets(st, NULL, taken_over);
    store_close(st);
    workspace_release(&ws);
}

static void objects_are_measured(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct objects o = {tmp};
    int64_t bytes = 0;
    assert_false(objects_size(&o, "s3://b/none", &bytes, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(objects_put_bytes(&o, SV("12345"), "s3://b/d/one", &e));
    assert_true(objects_put_bytes(&o, SV("123"), "s3://b/d/e/two", &e));
    assert_true(objects_size(&o, "s3://b/d/one", &bytes, &e));
    assert_int_equal(bytes, 5);
    assert_true(objects_size(&o, "s3://b/d", &bytes, &e));
    assert_int_equal(bytes, 8);
}

/* --- the hub reads it while it does other things --- */

enum { DEADLINE_MS = 60000, BIG_BYTES = 12 * 1024 * 1024 };

/* A workspace in which a step read s3://b/big.csv, and a hub without a thread. */
struct world {
    char *dir;
    struct workspace ws;
    struct store *st;
    struct hub *hub;
};

static void world_begin(struct world *w, size_t bytes)
{
    struct err e = ERR_INIT;
    char hex[DIGEST_HEX + 1];
    int wake_fd;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addz(&text, "n,word\n");
    for (size_t i = 0; text.n < bytes; i++) {
        str_addf(&text, "%zu,w%zu\n", i, i % 10);
    }
    w->dir = tmp_new();
    assert_true(workspace_init(w->dir, &w->ws, &e));
    assert_true(store_open(&w->ws, STORE_CREATE, &w->st, &e));
    struct objects o = {w->ws.objects};
    assert_true(objects_put_bytes(&o, sv_of(&text), "s3://b/big.csv", &e));
    assert_true(digest_bytes(sv_of(&text), hex, &e));
    CLEANUP(mem_free_ptr)
    char *input = xasprintf(INPUT("in", "s3://b/big.csv", "\"%s\"", "null"), hex);
    run_step(w->st, "aaaabbbbcccc", input);
    struct hub_options options = {.dir = w->dir, .is_inline = true};
    w->hub = hub_new(&options, &wake_fd, &e);
    assert_non_null(w->hub);
}

static void world_end(struct world *w)
{
    hub_free(w->hub);
    store_close(w->st);
    workspace_release(&w->ws);
    tmp_free(&w->dir);
}

/* The next snapshot of either subscription. */
static struct snapshot *next_of(struct world *w, uint64_t a, uint64_t b)
{
    int64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (clock_mono_ms() < deadline_ms) {
        struct ev ev;
        while (hub_next_event(w->hub, &ev)) {
            struct snapshot *s = ev.id == a || ev.id == b ? snapshot_ref(ev.snapshot) : NULL;
            ev_release(&ev);
            if (s) {
                return s;
            }
        }
        hub_step(w->hub, 50);
    }
    fail_msg("no snapshot came");
    return NULL;
}

static uint64_t ask_for_it(struct world *w)
{
    return hub_subscribe(w->hub,
                         &(struct query){.type = QUERY_DOC, .kind = KIND_DATASET, .id = "big.csv"});
}

static void a_long_profile_delays_nothing_and_says_how_far_it_is(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, BIG_BYTES);
    uint64_t doc = ask_for_it(&w);
    struct snapshot *s = next_of(&w, doc, doc);
    assert_true(s->loaded < s->total);
    assert_non_null(json_get_str(s->doc, "digest"));
    snapshot_unref(s);
    uint64_t rows = hub_subscribe(w.hub, &(struct query){QUERY_ROWS, KIND_EXECUTION, .n = 10});
    bool has_rows = false;
    size_t read = 0;
    for (bool is_done = false; !is_done;) {
        s = next_of(&w, doc, rows);
        if (s->type == SNAPSHOT_ROWS) {
            has_rows |= s->n == 1;
        } else {
            is_done = s->loaded == s->total;
            assert_true(is_done || s->loaded >= read);
            assert_true(!is_done || has_rows); /* what is asked meanwhile is answered first */
            assert_true(!is_done || json_get_i64(s->doc, "rows", 0) > 100000);
            read = is_done ? read : s->loaded;
        }
        snapshot_unref(s);
    }
    assert_true(read > 0);
    world_end(&w);
}

static void who_goes_away_ends_the_reading(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, BIG_BYTES);
    uint64_t doc = ask_for_it(&w);
    snapshot_unref(next_of(&w, doc, doc));
    hub_unsubscribe(w.hub, doc);
    uint64_t rows = hub_subscribe(w.hub, &(struct query){QUERY_ROWS, KIND_DATASET, .n = 10});
    struct snapshot *s = next_of(&w, rows, rows);
    while (s->loaded < s->total || s->n == 0) {
        snapshot_unref(s);
        s = next_of(&w, rows, rows);
    }
    assert_int_equal(s->rows[0].cells[FIELD_DATASET_rows].type, VALUE_MISSING);
    snapshot_unref(s);
    world_end(&w);
}

/* Its row and who else looks learn of a profile at once. */
static void a_profile_is_news(void **state)
{
    (void)state;
    struct world w;
    world_begin(&w, 1000);
    uint64_t rows = hub_subscribe(w.hub, &(struct query){QUERY_ROWS, KIND_DATASET, .n = 10});
    struct snapshot *s = next_of(&w, rows, rows);
    snapshot_unref(s);
    uint64_t doc = ask_for_it(&w);
    for (bool is_known = false; !is_known;) {
        s = next_of(&w, rows, doc);
        is_known = s->type == SNAPSHOT_ROWS && s->n == 1 &&
                   s->rows[0].cells[FIELD_DATASET_rows].type == VALUE_INT;
        snapshot_unref(s);
    }
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_and_models_are_no_data),
        cmocka_unit_test(versions_are_told_by_digest),
        cmocka_unit_test(events_tell_all_inputs),
        cmocka_unit_test(older_executions_are_taken_over),
        cmocka_unit_test(objects_are_measured),
        cmocka_unit_test(a_long_profile_delays_nothing_and_says_how_far_it_is),
        cmocka_unit_test(who_goes_away_ends_the_reading),
        cmocka_unit_test(a_profile_is_news),
    };
    return RUN_TESTS(tests);
}
