/* QUERY_DOC of a dataset: what is known of it at once, its profile when its bytes were read. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/hub/dataset_scan.h"
#include "core/hub/documents.h"
#include "core/hub/hash.h"
#include "core/hub/hub.h"
#include "core/model/cell.h"
#include "core/store/datasets.h"
#include "core/store/lists.h"

enum { MAX_USES = 100, MAX_PLACES = 20 };

struct dataset {
    struct json *facts;
    char *digest;
    VEC(char *) places; /* where it lies or lay, newest first */
    size_t place;       /* the one that is looked at */
    struct dataset_scan *scan;
    struct json *profile; /* NULL: not known yet */
    struct err problem;   /* why there will be none */
    bool needs_facts, needs_profile;
    bool is_reading; /* a task does it: lists and documents come first */
    bool has_news;   /* since the last snapshot */
    int64_t told_ms;
};

static void begin(struct hub *hub, struct sub *sub)
{
    (void)hub;
    struct dataset *d = xcalloc(1, sizeof *d);
    d->needs_facts = d->needs_profile = true;
    sub->state = d;
}

static void forget_places(struct dataset *d)
{
    for (size_t i = 0; i < d->places.n; i++) {
        free(d->places.at[i]);
    }
    vec_clear(&d->places);
}

static void end(struct hub *hub, struct sub *sub)
{
    (void)hub;
    struct dataset *d = sub->state;
    forget_places(d);
    vec_release(&d->places);
    dataset_scan_free(d->scan);
    json_free(d->facts);
    json_free(d->profile);
    free(d->digest);
    free(d);
}

static void changed(struct hub *hub, struct sub *sub)
{
    (void)hub;
    ((struct dataset *)sub->state)->needs_facts = true;
    sub->needs_work = true;
}

/* Asked again: what could not be read may be there now. */
static void window(struct hub *hub, struct sub *sub, const struct query *before)
{
    (void)hub, (void)before;
    struct dataset *d = sub->state;
    d->needs_facts = true;
    d->needs_profile |= d->problem.code != ERR_NONE;
}

/* --- facts --- */

static bool add_version(void *arg, const struct list_row *row)
{
    static const int fields[] = {FIELD_DATASET_id,     FIELD_DATASET_digest, FIELD_DATASET_rows,
                                 FIELD_DATASET_size,   FIELD_DATASET_uses,   FIELD_DATASET_used,
                                 FIELD_DATASET_created};
    struct json *one = json_push(arg, json_new_object());
    for (size_t i = 0; i < ALEN(fields); i++) {
        const struct field *f = &kinds[KIND_DATASET].fields[fields[i]];
        json_set(one, f->id, cell_json(row->cells[fields[i]], f));
    }
    return true;
}

struct uses {
    struct dataset *d;
    struct json *list, *packages;
};

static void add_place(struct dataset *d, const char *uri)
{
    for (size_t i = 0; i < d->places.n; i++) {
        if (strcmp(d->places.at[i], uri) == 0) {
            return;
        }
    }
    if (d->places.n < MAX_PLACES) {
        vec_push(&d->places, xstrdup(uri));
    }
}

static void add_packages(struct json *list, const char *ids)
{
    struct sv rest = sv_z(ids), id;
    while (rest.n && sv_split(&rest, ' ', &id)) {
        bool is_known = false;
        json_each (one, list) {
            is_known |= sv_eqz(id, json_str(one));
        }
        if (!is_known) {
            json_push(list, json_new_sv(id));
        }
    }
}

static bool add_use(void *arg, const struct dataset_use *use)
{
    struct uses *u = arg;
    struct json *one = json_push(u->list, json_new_object());
    document_text(one, "execution", use->execution);
    document_text(one, "pipeline", use->pipeline);
    document_text(one, "step", use->step);
    document_text(one, "input", use->input);
    document_text(one, "run", use->run);
    document_text(one, "uri", use->uri);
    document_time(one, "time", use->time_ms);
    add_packages(u->packages, use->packages);
    add_place(u->d, use->uri);
    return true;
}

static bool read_facts(struct hub *hub, struct dataset *d, const char *id, struct err *e)
{
    struct json *facts = NULL;
    if (!document_row(hub->st, KIND_DATASET, id, &facts, e)) {
        return false;
    }
    json_free(d->facts);
    d->facts = facts;
    free(d->digest);
    d->digest = xstrdup(json_get_str(facts, "digest"));
    const char *name = json_get_str(facts, "name");
    struct json *versions = json_set(facts, "versions", json_new_array());
    struct uses uses = {d, json_new_array(), json_new_array()};
    json_free(json_take(facts, "used_by"));
    json_set(facts, "used_by", uses.list);
    json_set(facts, "packages", uses.packages);
    forget_places(d);
    d->needs_facts = false;
    return list_rows(hub->st, KIND_DATASET, name, clock_wall_ms(), add_version, versions, e) &&
           dataset_uses(hub->st, name, d->digest, MAX_USES, add_use, &uses, e);
}

/* --- the profile --- */

/* One that was made before, by a mlw that makes the same. */
static bool find_profile(struct hub *hub, struct dataset *d, struct err *e)
{
    struct arena a;
    const char *text = NULL;
    struct json *profile = NULL;
    struct err ignored;
    arena_init(&a, 0);
    bool ok = dataset_profile(hub->st, d->digest, &a, &text, e);
    if (ok && text && json_parse(sv_z(text), &profile, &ignored) &&
        json_get_i64(profile, "version", 0) == DATASET_PROFILE_VERSION) {
        json_free(d->profile);
        d->profile = profile;
        profile = NULL;
    }
    json_free(profile);
    arena_release(&a);
    return ok;
}

/* It is kept where it can be; a store that cannot be written costs only the next look's time. */
static void keep_profile(struct hub *hub, struct dataset *d, int64_t rows)
{
    struct err ignored;
    CLEANUP(str_release) struct str text = STR_INIT;
    if (hub->is_read_only || store_is_read_only(hub->st)) {
        return;
    }
    json_print(d->profile, JSON_COMPACT, &text);
    if (store_begin(hub->st, &ignored)) {
        bool ok = dataset_set_profile(hub->st, d->digest, text.p, rows, clock_wall_ms(), &ignored);
        if (!ok || !store_commit(hub->st, &ignored)) {
            store_rollback(hub->st);
        }
        hub_changed(hub); /* our own commits do not change the data version that we see */
    }
}

static void fail(struct dataset *d, const struct err *e)
{
    dataset_scan_free(d->scan);
    d->scan = NULL;
    d->problem = *e;
    d->needs_profile = false;
}

/* The next place where it may lie; false: there is none left, and the problem is that of the last.
 */
static bool begin_scan(struct hub *hub, struct dataset *d, struct err *e)
{
    struct objects objects = {hub->ws.objects};
    dataset_scan_free(d->scan);
    d->scan = NULL;
    while (!d->scan && d->place < d->places.n) {
        d->scan = dataset_scan_new(&objects, d->places.at[d->place++], d->digest, e);
    }
    return d->scan != NULL;
}

/* True: more is to be done. */
static bool scan(struct hub *hub, struct dataset *d, int64_t deadline_us)
{
    struct err e = ERR_INIT;
    if (!d->scan) {
        d->place = 0;
        d->problem = (struct err)ERR_INIT;
        if (!find_profile(hub, d, &e) || (!d->profile && !begin_scan(hub, d, &e))) {
            fail(d, &e);
        }
        d->needs_profile = d->scan != NULL;
        return d->needs_profile;
    }
    switch (dataset_scan_step(d->scan, deadline_us, &e)) {
    case SCAN_MORE:
        return true;
    case SCAN_FAILED:
        if (begin_scan(hub, d, &e)) {
            return true;
        }
        fail(d, &e);
        return false;
    case SCAN_DONE:
        break;
    }
    int64_t rows;
    d->profile = dataset_scan_profile(d->scan, &rows);
    dataset_scan_free(d->scan);
    d->scan = NULL;
    d->needs_profile = false;
    keep_profile(hub, d, rows);
    return false;
}

/* --- sending --- */

/* What the row says only once its profile was kept. */
static void add_measures(const struct dataset *d, struct json *doc)
{
    int64_t rows = json_get_i64(d->profile, "rows", -1),
            bytes = json_get_i64(d->profile, "bytes", -1);
    if (rows >= 0) {
        json_set_i64(doc, "rows", rows);
    }
    if (bytes >= 0) {
        json_set_i64(doc, "size", bytes);
    }
}

static void emit(struct hub *hub, struct sub *sub, struct dataset *d)
{
    struct snapshot *s = snapshot_new(SNAPSHOT_DOC);
    struct json *doc = json_clone(d->facts);
    add_measures(d, doc);
    json_set(doc, "problem", json_new_str(d->problem.code ? d->problem.msg : NULL));
    json_set(doc, "profile", d->profile ? json_clone(d->profile) : json_new_null());
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(doc, JSON_COMPACT, &text);
    s->kind = KIND_DATASET;
    s->doc = doc;
    s->as_of_ms = clock_wall_ms();
    s->loaded = d->scan ? (size_t)dataset_scan_read(d->scan) : 0;
    /* while it is read there is more to come, be it the last byte */
    s->total = d->scan ? (size_t)dataset_scan_total(d->scan) + 1 : 0;
    uint64_t h = hash_u64(hash_u64(HASH_INIT, sub->generation), s->loaded);
    hub_send_snapshot(hub, sub, s, hash_bytes(hash_u64(h, s->total), text.p, text.n));
    d->told_ms = clock_mono_ms();
}

/* --- reading, behind all that others wait for --- */

/* state: the id of the subscription, which may be gone. */
static bool read_step(struct hub *hub, struct task *task, int64_t deadline_us)
{
    struct sub *sub = hub_sub(hub, *(const uint64_t *)task->state);
    if (!sub) {
        return false;
    }
    struct dataset *d = sub->state;
    d->is_reading = d->needs_profile;
    if (d->is_reading) { /* and one turn more, in which the subscription tells what came of it */
        bool has_more = scan(hub, d, deadline_us);
        d->has_news |= !has_more || clock_mono_ms() - d->told_ms >= PROGRESS_MS;
        sub->needs_work |= d->has_news;
    }
    return d->is_reading;
}

static void begin_reading(struct hub *hub, struct sub *sub, struct dataset *d)
{
    struct task *task = xcalloc(1, sizeof *task);
    uint64_t *id = xmalloc(sizeof *id);
    *id = sub->id;
    *task = (struct task){.state = id, .step = read_step, .free = free};
    d->is_reading = true;
    d->told_ms = clock_mono_ms(); /* what is read at once needs no word about it */
    hub_task(hub, task);
}

static bool work(struct hub *hub, struct sub *sub, int64_t deadline_us)
{
    (void)deadline_us;
    struct dataset *d = sub->state;
    struct err e;
    if (d->needs_facts && !read_facts(hub, d, sub->query.id ? sub->query.id : "", &e)) {
        hub_send_error(hub, sub, &e);
        return false;
    }
    if (d->needs_profile && !d->is_reading) {
        begin_reading(hub, sub, d);
    }
    if (d->has_news || !d->needs_profile) {
        d->has_news = false;
        emit(hub, sub, d);
    }
    return false;
}

const struct sub_type dataset_type = {
    .begin = begin, .changed = changed, .window = window, .work = work, .end = end};
