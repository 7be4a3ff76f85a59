/* TensorBoard's event files: every folder that holds some is a run, whose files follow each other
 * by name; see reader.h. What is kept of a run (its piece) is its id's: what was told of it, and
 * how far each of its files was read. */
#include <math.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/provider/files/followed.h"
#include "core/provider/files/gone.h"
#include "core/provider/files/hparams.h"
#include "core/provider/files/pending.h"
#include "core/provider/files/tfevent.h"
#include "core/provider/files/tfrecord.h"
#include "core/provider/files/walk.h"

enum {
    RECORDS_A_LOOK = 64, /* at the clock */
    HERE_MAX_DEPTH = 6,  /* how deep is_here looks, and for how long */
    HERE_MAX_US = 20000
};

struct tbrun {
    char *id; /* its folder below the source */
    struct map files;
    struct json *params, *tags;
    char *status;
    int64_t started_us, ended_us;
    bool is_loaded, is_told, is_dirty;
};

struct tb {
    char *root, *only; /* only: the one file that is the source, else NULL */
    struct walk walk;
    struct map runs;
    size_t at;             /* walk.found[at] is being read */
    struct tbrun *run;     /* its run */
    struct followed *file; /* open in `tail`; NULL: none is */
    struct tail tail;
    struct pending pending; /* of run */
    enum { TB_IDLE, TB_WALK, TB_READ, TB_SWEEP } phase;
};

static bool is_event_file(const char *dir, const char *name)
{
    (void)dir;
    return strstr(name, "tfevents") && !sv_ends(sv_z(name), ".profile-empty");
}

static bool tb_is_here(const char *path)
{
    if (!os_is_dir(path)) {
        return os_exists(path) && is_event_file(".", path_base(path));
    }
    struct walk w;
    walk_start(&w, path, HERE_MAX_DEPTH, is_event_file);
    int64_t until = clock_mono_us() + HERE_MAX_US;
    while (!w.found.n && clock_mono_us() < until && !walk_step(&w, 0)) {
    }
    bool is_here = w.found.n > 0;
    walk_release(&w);
    return is_here;
}

static void *tb_open(const char *path, const struct json *state, struct err *e)
{
    (void)state;
    if (!os_exists(path)) {
        (void)err_set(e, ERR_NOT_FOUND, "read event files of %s: there is no such folder", path);
        return NULL;
    }
    struct tb *r = xcalloc(1, sizeof *r);
    bool is_dir = os_is_dir(path);
    r->root = is_dir ? xstrdup(path) : path_dir(path);
    r->only = is_dir ? NULL : xstrdup(path_base(path));
    r->tail.fd = -1;
    pending_init(&r->pending);
    return r;
}

/* --- what is kept of a run --- */

static void forget_files(struct tbrun *run)
{
    for (size_t i = 0; i < run->files.n; i++) {
        followed_release(run->files.at[i].value);
        free(run->files.at[i].value);
    }
    map_release(&run->files);
}

static void clear_run(struct tbrun *run)
{
    json_free(run->params);
    json_free(run->tags);
    free(run->status);
    run->params = run->tags = NULL;
    run->status = NULL;
    run->started_us = run->ended_us = READER_NO_TIME;
    run->is_dirty = true;
}

static struct followed *file_of(struct tbrun *run, const char *name)
{
    struct followed *f = map_get(&run->files, sv_z(name));
    if (!f) {
        f = xcalloc(1, sizeof *f);
        followed_init(f, strcmp(run->id, ".") == 0 ? xstrdup(name) : path_join(run->id, name));
        map_set(&run->files, sv_z(name), f);
    }
    return f;
}

static void load_run(struct tbrun *run, const struct reader_sink *to)
{
    struct json *state = to->get(to->arg, run->id);
    clear_run(run);
    run->is_loaded = true;
    if (state) {
        json_each (file, json_get(state, "files")) {
            followed_load(file_of(run, json_key(file)), file);
        }
        run->params = json_take(state, "params");
        run->tags = json_take(state, "tags");
        run->status = xstrdup(json_get_str(state, "status"));
        run->started_us = json_get_i64(state, "started", READER_NO_TIME);
        run->ended_us = json_get_i64(state, "ended", READER_NO_TIME);
        run->is_told = true;
        run->is_dirty = false;
    }
    json_free(state);
}

static bool keep_run(const struct tbrun *run, const struct reader_sink *to, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *state = json_new_object();
    struct json *files = json_set(state, "files", json_new_object());
    for (size_t i = 0; i < run->files.n; i++) {
        json_set(files, run->files.at[i].key, followed_save(run->files.at[i].value));
    }
    if (run->params) {
        json_set(state, "params", json_clone(run->params));
        json_set(state, "tags", json_clone(run->tags));
    }
    if (run->status) {
        json_set_str(state, "status", run->status);
    }
    json_set_i64(state, "started", run->started_us);
    json_set_i64(state, "ended", run->ended_us);
    return to->keep(to->arg, run->id, state, e);
}

static bool tell_run(struct tb *r, struct tbrun *run, const struct reader_sink *to, struct err *e)
{
    if (run->is_told && !run->is_dirty) {
        return true;
    }
    struct source_run told = {
        .id = run->id,
        .name = strcmp(run->id, ".") == 0 ? path_base(r->root) : run->id,
        .status = run->status,
        .started_us = run->started_us,
        .ended_us = run->ended_us,
        .params = run->params,
        .tags = run->tags,
    };
    run->is_told = true;
    run->is_dirty = false;
    return to->run(to->arg, &told, e);
}

/* Hand over what was found of the run so far, and how far that is. */
static bool hand_over(struct tb *r, const struct reader_sink *to, struct err *e)
{
    return tell_run(r, r->run, to, e) && pending_flush(&r->pending, r->run->id, to, e) &&
           keep_run(r->run, to, e);
}

/* Read the run from the beginning. */
static bool begin_again(struct tb *r, struct tbrun *run, const struct reader_sink *to,
                        struct err *e)
{
    for (size_t i = 0; i < run->files.n; i++) {
        followed_forget(run->files.at[i].value, to);
    }
    forget_files(run);
    clear_run(run);
    return tell_run(r, run, to, e) && to->purge(to->arg, run->id, NULL, INT64_MIN, e);
}

/* --- records --- */

static int64_t us_of(double wall_s)
{
    return isfinite(wall_s) && fabs(wall_s) < 1e11 ? llround(wall_s * 1e6) : READER_NO_TIME;
}

static double ms_of(double wall_s)
{
    int64_t us = us_of(wall_s);
    return us == READER_NO_TIME ? (double)NAN : (double)us / 1e3;
}

static void take_hparams(struct tb *r, const struct reader_sink *to, int64_t at, struct sv content)
{
    struct hparams h;
    struct tbrun *run = r->run;
    if (!hparams_read(content, &h)) {
        followed_damaged(r->file, to, at, "hyperparameters that are no message of the plugin");
    }
    if (h.params) {
        json_free(run->params);
        json_free(run->tags);
        run->params = h.params;
        run->tags = h.tags;
    }
    if (h.started_s > 0) {
        run->started_us = us_of(h.started_s);
    }
    if (h.ended_s > 0) {
        run->ended_us = us_of(h.ended_s);
    }
    if (h.status) {
        free(run->status);
        run->status = xstrdup(h.status);
    }
    run->is_dirty = true;
}

static bool take_record(struct tb *r, const struct reader_sink *to, int64_t at, struct sv record,
                        struct err *e)
{
    struct tfevent ev;
    struct tfvalue v;
    if (!tfevent_read(record, &ev)) {
        followed_damaged(r->file, to, at, "a record that is no event");
        return true;
    }
    struct point point = {.step = ev.step, .time_ms = ms_of(ev.wall_s)};
    if (r->run->started_us == READER_NO_TIME && us_of(ev.wall_s) != READER_NO_TIME) {
        r->run->started_us = us_of(ev.wall_s);
        r->run->is_dirty = true;
    }
    if (ev.is_start &&
        !(tell_run(r, r->run, to, e) && pending_flush(&r->pending, r->run->id, to, e) &&
          to->purge(to->arg, r->run->id, NULL, ev.step, e))) {
        return false;
    }
    while (tfevent_value(&ev, &v)) {
        if (v.kind == TFVALUE_SCALAR) {
            point.value = v.number;
            pending_add(&r->pending, v.tag, &point);
        } else if (v.kind == TFVALUE_HPARAMS) {
            take_hparams(r, to, at, v.content);
        } else if (v.kind == TFVALUE_DAMAGED) {
            followed_damaged(r->file, to, at, v.why);
        }
    }
    return true;
}

/* The file ends here for now; the next one is looked at then. */
static bool close_file(struct tb *r, const struct reader_sink *to, enum tfrecord how,
                       const char *why, struct err *e)
{
    if (how == TFRECORD_LOST) {
        followed_damaged(r->file, to, r->tail.at, why);
        r->file->is_ended = true;
    }
    followed_torn(r->file, to, how == TFRECORD_TORN ? r->tail.at : -1,
                  r->tail.sys ? strerror(r->tail.sys) : "the file ends within a record");
    followed_left(r->file, &r->tail, !r->tail.sys);
    tail_release(&r->tail);
    r->file = NULL;
    r->at++;
    return hand_over(r, to, e);
}

static bool read_records(struct tb *r, const struct reader_sink *to, struct err *e)
{
    for (int n = 0; n < RECORDS_A_LOOK; n++) {
        struct sv record;
        const char *why = NULL;
        int64_t at = r->tail.at;
        enum tfrecord how = tfrecord_next(&r->tail, &record, &why);
        if (how == TFRECORD_DAMAGED) {
            followed_damaged(r->file, to, at, why);
        } else if (how != TFRECORD_IS) {
            return close_file(r, to, how, why, e);
        } else if (!take_record(r, to, at, record, e)) {
            return false;
        }
    }
    return r->pending.n < PENDING_MAX_POINTS ||
           (tell_run(r, r->run, to, e) && pending_flush(&r->pending, r->run->id, to, e));
}

/* --- files and runs --- */

static struct tbrun *run_of(struct tb *r, const char *id)
{
    struct tbrun *run = map_get(&r->runs, sv_z(id));
    if (!run) {
        run = xcalloc(1, sizeof *run);
        run->id = xstrdup(id);
        map_set(&r->runs, sv_z(id), run);
    }
    return run;
}

/* Where the files of the run of found[i] begin. */
static size_t first_of_run(const struct tb *r, size_t i)
{
    while (i && strcmp(r->walk.found.at[i - 1].dir, r->walk.found.at[i].dir) == 0) {
        i--;
    }
    return i;
}

/* Is one of the files that were read not there any more? */
static bool has_lost_files(const struct tb *r, const struct tbrun *run, size_t first)
{
    size_t there = 0;
    for (size_t i = first; i < r->walk.found.n && strcmp(r->walk.found.at[i].dir, run->id) == 0;
         i++) {
        there += map_has(&run->files, sv_z(r->walk.found.at[i].name));
    }
    return there < run->files.n;
}

/* found[at], which is not open. */
static bool next_file(struct tb *r, const struct reader_sink *to, struct err *e)
{
    const struct walk_found *found = &r->walk.found.at[r->at];
    size_t first = first_of_run(r, r->at);
    struct tbrun *run = run_of(r, found->dir);
    r->run = run;
    if (!run->is_loaded) {
        load_run(run, to);
    }
    if (first == r->at && has_lost_files(r, run, first) && !begin_again(r, run, to, e)) {
        return false;
    }
    struct followed *file = file_of(run, found->name);
    switch (followed_open(file, r->root, &r->tail, to)) {
    case FOLLOWED_GREW:
        r->file = file;
        return true;
    case FOLLOWED_REPLACED:
        r->at = first;
        return begin_again(r, run, to, e);
    case FOLLOWED_SAME:
    case FOLLOWED_GONE:
        r->at++;
    }
    return true;
}

static void drop_run(struct tbrun *run)
{
    forget_files(run);
    clear_run(run);
    run->is_loaded = run->is_told = false;
}

static const char *forget_run(void *arg, const char *id)
{
    const struct tb *r = arg;
    struct tbrun *run = map_get(&r->runs, sv_z(id));
    if (run) {
        drop_run(run);
    }
    return id;
}

static bool sweep(struct tb *r, const struct reader_sink *to, struct err *e)
{
    struct map seen = MAP_INIT;
    for (size_t i = 0; i < r->walk.found.n; i++) {
        map_set(&seen, sv_z(r->walk.found.at[i].dir), r);
    }
    bool ok = gone_sweep(&seen, to, forget_run, r, e);
    map_release(&seen);
    return ok;
}

/* --- steps --- */

static bool begin(struct tb *r, struct err *e)
{
    if (!os_is_dir(r->root)) {
        return err_set(e, ERR_NOT_FOUND, "read event files of %s: the folder is not there",
                       r->root);
    }
    walk_release(&r->walk);
    walk_start(&r->walk, r->root, WALK_MAX_DEPTH, is_event_file);
    if (r->only) {
        walk_release(&r->walk);
        r->walk.is_whole = true;
        vec_push(&r->walk.found, (struct walk_found){xstrdup("."), xstrdup(r->only)});
    }
    r->at = 0;
    r->phase = TB_WALK;
    return true;
}

/* One piece of work. */
static bool turn(struct tb *r, const struct reader_sink *to, int64_t deadline_us, struct err *e)
{
    switch (r->phase) {
    case TB_IDLE:
        return begin(r, e);
    case TB_WALK:
        r->phase = walk_step(&r->walk, deadline_us) ? TB_READ : TB_WALK;
        return true;
    case TB_READ:
        if (r->file) {
            return read_records(r, to, e);
        }
        if (r->at < r->walk.found.n) {
            return next_file(r, to, e);
        }
        r->phase = TB_SWEEP;
        return true;
    case TB_SWEEP:
        r->phase = TB_IDLE;
        return !r->walk.is_whole || sweep(r, to, e);
    }
    return true;
}

static bool tb_step(void *arg, const struct reader_sink *to, int64_t deadline_us, bool *ret_more,
                    struct err *e)
{
    struct tb *r = arg;
    bool ok = true;
    do {
        ok = turn(r, to, deadline_us, e);
    } while (ok && r->phase != TB_IDLE && clock_mono_us() < deadline_us);
    if (ok && r->file) {
        followed_left(r->file, &r->tail, false);
        ok = hand_over(r, to, e);
    }
    *ret_more = r->phase != TB_IDLE;
    return ok;
}

static struct json *tb_state(const void *arg)
{
    (void)arg;
    return NULL;
}

static void tb_close(void *arg)
{
    struct tb *r = arg;
    if (!r) {
        return;
    }
    for (size_t i = 0; i < r->runs.n; i++) {
        struct tbrun *run = r->runs.at[i].value;
        drop_run(run);
        free(run->id);
        free(run);
    }
    map_release(&r->runs);
    walk_release(&r->walk);
    tail_release(&r->tail);
    pending_release(&r->pending);
    free(r->root);
    free(r->only);
    free(r);
}

const struct reader tensorboard_reader = {
    .name = "tensorboard",
    .in_file_order = true,
    .is_here = tb_is_here,
    .open = tb_open,
    .step = tb_step,
    .state = tb_state,
    .close = tb_close,
};
