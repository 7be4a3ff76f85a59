/* W&B's run folders: every run-NAME.wandb is a run; see reader.h. The piece that is kept of one is
 * its log's path below the source: the run as far as the log told, and how far it was read. What is
 * kept of the whole is which run has which id. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/provider/files/followed.h"
#include "core/provider/files/gone.h"
#include "core/provider/files/walk.h"
#include "core/provider/files/wandb_log.h"
#include "core/provider/files/wandb_run.h"

enum {
    RECORDS_A_LOOK = 64,          /* at the clock */
    LAYOUT_DEPTH = 2,             /* source/wandb/run-…/run-….wandb */
    SILENT_MS = 10 * 60 * 1000,   /* a run that writes nothing for so long has crashed */
    SUMMARY_MAX_BYTES = 16 << 20, /* of the file beside a log */
};

struct wb_run {
    char *piece; /* the log's path below the source */
    char *dir;   /* its folder */
    char *id;    /* NULL: not known yet */
    struct followed log, summary;
    struct wandb_run said;
    bool is_lost; /* of wandb_log */
    bool is_loaded, is_told;
    const char *status; /* as told last */
};

struct wb {
    char *root, *only; /* only: the one file that is the source, else NULL */
    struct walk walk;
    struct map runs;    /* piece → run */
    struct map ids;     /* id → the run that has it */
    size_t at;          /* walk.found[at] is being read */
    struct wb_run *run; /* open in `tail`; NULL: none is */
    struct tail tail;
    struct wandb_log log;
    enum { WB_IDLE, WB_WALK, WB_READ, WB_SWEEP } phase;
};

static bool is_log(const char *dir, const char *name)
{
    (void)dir;
    return sv_ends(sv_z(name), ".wandb");
}

/* In folders that are W&B's alone: the tool makes none of another name. */
static bool is_log_of_run(const char *dir, const char *name)
{
    const char *folder = path_base(dir);
    return is_log(dir, name) && (strcmp(dir, ".") == 0 || sv_starts(sv_z(folder), "run-") ||
                                 sv_starts(sv_z(folder), "offline-run-"));
}

static bool wb_is_here(const char *path)
{
    if (!os_is_dir(path)) {
        return os_exists(path) && is_log(".", path_base(path));
    }
    struct walk w;
    walk_start(&w, path, LAYOUT_DEPTH, is_log_of_run);
    while (!w.found.n && !walk_step(&w, 0)) {
    }
    bool is_here = w.found.n > 0;
    walk_release(&w);
    return is_here;
}

static struct wb_run *run_of_piece(struct wb *r, const char *piece)
{
    struct wb_run *run = map_get(&r->runs, sv_z(piece));
    if (!run) {
        run = xcalloc(1, sizeof *run);
        run->piece = xstrdup(piece);
        run->dir = path_dir(piece);
        followed_init(&run->log, xstrdup(piece));
        followed_init(&run->summary, strcmp(run->dir, ".") == 0
                                         ? xstrdup("files/wandb-summary.json")
                                         : path_join(run->dir, "files/wandb-summary.json"));
        wandb_run_init(&run->said);
        map_set(&r->runs, sv_z(piece), run);
    }
    return run;
}

static struct wb_run *run_of(struct wb *r, const struct walk_found *found)
{
    CLEANUP(mem_free_ptr)
    char *piece =
        strcmp(found->dir, ".") == 0 ? xstrdup(found->name) : path_join(found->dir, found->name);
    return run_of_piece(r, piece);
}

static void set_id(struct wb *r, struct wb_run *run, const char *id)
{
    run->id = xstrdup(id);
    map_set(&r->ids, sv_z(id), run);
}

/* [id, piece, id, piece …]: an array, since the members of an object are looked for one by one. */
static void load_ids(struct wb *r, const struct json *ids)
{
    const struct json *id = json_first(ids), *piece;
    for (; id && (piece = json_next(id)); id = json_next(piece)) {
        if (json_str(id) && json_str(piece) && !run_of_piece(r, json_str(piece))->id) {
            set_id(r, run_of_piece(r, json_str(piece)), json_str(id));
        }
    }
}

static void *wb_open(const char *path, const struct json *state, struct err *e)
{
    if (!os_exists(path)) {
        (void)err_set(e, ERR_NOT_FOUND, "read W&B runs of %s: there is no such folder", path);
        return NULL;
    }
    struct wb *r = xcalloc(1, sizeof *r);
    bool is_dir = os_is_dir(path);
    r->root = is_dir ? xstrdup(path) : path_dir(path);
    r->only = is_dir ? NULL : xstrdup(path_base(path));
    r->tail.fd = -1;
    wandb_log_init(&r->log);
    load_ids(r, json_get(state, "ids"));
    return r;
}

/* --- what is kept of a run --- */

static void load_run(struct wb_run *run, const struct reader_sink *to)
{
    struct json *state = to->get(to->arg, run->piece);
    run->is_loaded = true;
    if (state) {
        followed_load(&run->log, json_get(state, "log"));
        followed_load(&run->summary, json_get(state, "beside"));
        wandb_run_load(&run->said, json_get(state, "said"));
        run->is_lost = json_get_bool(state, "lost", false);
        run->is_told = run->id != NULL;
    }
    json_free(state);
}

static bool keep_run(const struct wb_run *run, const struct reader_sink *to, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *state = json_new_object();
    json_set(state, "log", followed_save(&run->log));
    json_set(state, "beside", followed_save(&run->summary));
    json_set(state, "said", wandb_run_save(&run->said));
    json_set_bool(state, "lost", run->is_lost);
    return to->keep(to->arg, run->piece, state, e);
}

/* The NAME of run-NAME.wandb; the caller frees. */
static char *name_of_log(const struct wb_run *run)
{
    char *stem = path_stem(run->piece);
    if (!sv_starts(sv_z(stem), "run-")) {
        return stem;
    }
    char *name = xstrdup(stem + strlen("run-"));
    free(stem);
    return name;
}

/* Its own id, else its log's name, else its folder: the first that no other run has. */
static void choose_id(struct wb *r, struct wb_run *run)
{
    CLEANUP(mem_free_ptr) char *name = name_of_log(run);
    const char *choices[] = {run->said.id, name, run->dir, run->piece};
    for (size_t i = 0; !run->id && i < ALEN(choices); i++) {
        if (choices[i] && *choices[i] && !map_get(&r->ids, sv_z(choices[i]))) {
            set_id(r, run, choices[i]);
        }
    }
}

static const char *status_of(const struct wb_run *run)
{
    if (run->said.has_exit) {
        return run->said.exit_code ? "failed" : "finished";
    }
    return clock_wall_ms() - run->log.mtime_us / 1000 > SILENT_MS ? "crashed" : "running";
}

static bool tell_run(struct wb *r, struct wb_run *run, const struct reader_sink *to, struct err *e)
{
    const char *status = status_of(run);
    if (run->is_told && !run->said.is_dirty && z_eq(status, run->status)) {
        return true;
    }
    if (!run->id) {
        choose_id(r, run);
    }
    CLEANUP(json_free_ptr) struct json *params = wandb_run_object(&run->said.params);
    CLEANUP(json_free_ptr) struct json *tags = wandb_run_object(&run->said.tags);
    struct source_run told = {
        .id = run->id,
        .name = run->said.name ? run->said.name : run->id,
        .experiment = run->said.project,
        .status = status,
        .started_us = run->said.started_us,
        .ended_us = run->said.ended_us,
        .params = params,
        .tags = tags,
    };
    run->is_told = true;
    run->said.is_dirty = false;
    run->status = status;
    return to->run(to->arg, &told, e);
}

/* A summary's values of metrics that have no points. */
static bool tell_summary(struct wb_run *run, const struct reader_sink *to, struct err *e)
{
    struct map *m = &run->said.summary;
    bool ok = true;
    for (size_t i = 0; i < m->n; i++) {
        const double *value = m->at[i].value;
        if (ok && !map_has(&run->said.history, sv_z(m->at[i].key))) {
            ok = to->latest(to->arg, run->id, m->at[i].key, *value, e);
        }
        free(m->at[i].value);
    }
    map_release(m);
    return ok;
}

static bool hand_over(struct wb *r, struct wb_run *run, const struct reader_sink *to, struct err *e)
{
    return tell_run(r, run, to, e) && pending_flush(&run->said.points, run->id, to, e) &&
           tell_summary(run, to, e) && keep_run(run, to, e);
}

/* As if it had never been read; its id stays. */
static bool begin_again(struct wb_run *run, const struct reader_sink *to, struct err *e)
{
    followed_forget(&run->log, to);
    followed_forget(&run->summary, to);
    wandb_run_release(&run->said);
    wandb_run_init(&run->said);
    run->said.is_dirty = true;
    run->is_lost = false;
    return !run->id || to->purge(to->arg, run->id, NULL, INT64_MIN, e);
}

/* --- files --- */

/* Where the log said nothing of a summary, the file beside it may. */
static void read_summary(struct wb *r, struct wb_run *run, const struct reader_sink *to)
{
    struct tail t;
    struct sv text;
    if (run->said.has_summary || run->said.history.n) {
        return;
    }
    enum followed_news news = followed_open(&run->summary, r->root, &t, to);
    if (news == FOLLOWED_REPLACED) {
        followed_forget(&run->summary, to);
        news = followed_open(&run->summary, r->root, &t, to);
    }
    if (news != FOLLOWED_GREW) {
        return;
    }
    tail_back(&t, 0);
    if (t.size > SUMMARY_MAX_BYTES || !tail_peek(&t, (size_t)t.size, &text)) {
        followed_damaged(&run->summary, to, 0, "a summary of more than 16 MiB");
    } else if (!wandb_run_take_summary(&run->said, text)) {
        followed_damaged(&run->summary, to, 0, run->said.why);
    }
    tail_skip(&t, t.size);
    followed_left(&run->summary, &t, true);
    tail_release(&t);
}

static bool close_log(struct wb *r, const struct reader_sink *to, bool is_torn, struct err *e)
{
    struct wb_run *run = r->run;
    followed_torn(&run->log, to, is_torn ? r->tail.at : -1,
                  r->tail.sys ? strerror(r->tail.sys) : "the file ends within a record");
    followed_left(&run->log, &r->tail, !r->tail.sys);
    run->is_lost = r->log.is_lost;
    tail_release(&r->tail);
    r->run = NULL;
    r->at++;
    read_summary(r, run, to);
    return hand_over(r, run, to, e);
}

static bool read_records(struct wb *r, const struct reader_sink *to, struct err *e)
{
    struct wb_run *run = r->run;
    for (int n = 0; n < RECORDS_A_LOOK; n++) {
        struct sv record;
        const char *why = NULL;
        int64_t at;
        switch (wandb_log_next(&r->log, &r->tail, &record, &at, &why)) {
        case WANDB_LOG_IS:
            if (!wandb_run_take(&run->said, record)) {
                followed_damaged(&run->log, to, at, run->said.why);
            }
            break;
        case WANDB_LOG_DAMAGED:
            followed_damaged(&run->log, to, at, why);
            break;
        case WANDB_LOG_TORN:
            return close_log(r, to, true, e);
        case WANDB_LOG_END:
            return close_log(r, to, false, e);
        }
    }
    return run->said.points.n < PENDING_MAX_POINTS ||
           (tell_run(r, run, to, e) && pending_flush(&run->said.points, run->id, to, e));
}

/* found[at], which is not open. */
static bool next_log(struct wb *r, const struct reader_sink *to, struct err *e)
{
    struct wb_run *run = run_of(r, &r->walk.found.at[r->at]);
    if (!run->is_loaded) {
        load_run(run, to);
    }
    switch (followed_open(&run->log, r->root, &r->tail, to)) {
    case FOLLOWED_GREW:
        r->run = run;
        r->log.is_lost = run->is_lost;
        return true;
    case FOLLOWED_REPLACED:
        return begin_again(run, to, e);
    case FOLLOWED_SAME:
        r->at++;
        read_summary(r, run, to);
        return run->said.summary.n ? hand_over(r, run, to, e) : tell_run(r, run, to, e);
    case FOLLOWED_GONE:
        r->at++;
    }
    return true;
}

/* --- steps --- */

static void drop_run(struct wb_run *run)
{
    free(run->id);
    run->id = NULL;
    wandb_run_release(&run->said);
    wandb_run_init(&run->said);
    run->is_loaded = run->is_told = run->is_lost = false;
    run->status = NULL;
}

static const char *forget_run(void *arg, const char *id)
{
    struct wb *r = arg;
    struct wb_run *run = map_get(&r->ids, sv_z(id));
    if (!run) {
        return NULL;
    }
    map_set(&r->ids, sv_z(id), NULL);
    drop_run(run);
    followed_init(&run->log, run->log.rel);
    followed_init(&run->summary, run->summary.rel);
    return run->piece;
}

static bool sweep(struct wb *r, const struct reader_sink *to, struct err *e)
{
    struct map seen = MAP_INIT;
    for (size_t i = 0; i < r->walk.found.n; i++) {
        const struct wb_run *run = run_of(r, &r->walk.found.at[i]);
        if (run->id) {
            map_set(&seen, sv_z(run->id), r);
        }
    }
    bool ok = gone_sweep(&seen, to, forget_run, r, e);
    map_release(&seen);
    return ok;
}

static bool begin(struct wb *r, struct err *e)
{
    if (!os_is_dir(r->root)) {
        return err_set(e, ERR_NOT_FOUND, "read W&B runs of %s: the folder is not there", r->root);
    }
    walk_release(&r->walk);
    walk_start(&r->walk, r->root, LAYOUT_DEPTH, is_log_of_run);
    if (r->only) {
        walk_release(&r->walk);
        r->walk.is_whole = true;
        vec_push(&r->walk.found, (struct walk_found){xstrdup("."), xstrdup(r->only)});
    }
    r->at = 0;
    r->phase = WB_WALK;
    return true;
}

/* One piece of work. */
static bool turn(struct wb *r, const struct reader_sink *to, int64_t deadline_us, struct err *e)
{
    switch (r->phase) {
    case WB_IDLE:
        return begin(r, e);
    case WB_WALK:
        r->phase = walk_step(&r->walk, deadline_us) ? WB_READ : WB_WALK;
        return true;
    case WB_READ:
        if (r->run) {
            return read_records(r, to, e);
        }
        if (r->at < r->walk.found.n) {
            return next_log(r, to, e);
        }
        r->phase = WB_SWEEP;
        return true;
    case WB_SWEEP:
        r->phase = WB_IDLE;
        return !r->walk.is_whole || sweep(r, to, e);
    }
    return true;
}

static bool wb_step(void *arg, const struct reader_sink *to, int64_t deadline_us, bool *ret_more,
                    struct err *e)
{
    struct wb *r = arg;
    bool ok = true;
    do {
        ok = turn(r, to, deadline_us, e);
    } while (ok && r->phase != WB_IDLE && clock_mono_us() < deadline_us);
    if (ok && r->run && (r->run->id || r->run->said.id)) { /* else its id may yet be told */
        followed_left(&r->run->log, &r->tail, false);
        r->run->is_lost = r->log.is_lost;
        ok = hand_over(r, r->run, to, e);
    }
    *ret_more = r->phase != WB_IDLE;
    return ok;
}

static struct json *wb_state(const void *arg)
{
    const struct wb *r = arg;
    struct json *state = json_new_object();
    struct json *ids = json_set(state, "ids", json_new_array());
    for (size_t i = 0; i < r->ids.n; i++) {
        const struct wb_run *run = r->ids.at[i].value;
        if (run) {
            json_push(ids, json_new_str(r->ids.at[i].key));
            json_push(ids, json_new_str(run->piece));
        }
    }
    return state;
}

static void wb_close(void *arg)
{
    struct wb *r = arg;
    if (!r) {
        return;
    }
    for (size_t i = 0; i < r->runs.n; i++) {
        struct wb_run *run = r->runs.at[i].value;
        drop_run(run);
        wandb_run_release(&run->said);
        followed_release(&run->log);
        followed_release(&run->summary);
        free(run->piece);
        free(run->dir);
        free(run);
    }
    map_release(&r->runs);
    map_release(&r->ids);
    walk_release(&r->walk);
    tail_release(&r->tail);
    wandb_log_release(&r->log);
    free(r->root);
    free(r->only);
    free(r);
}

const struct reader wandb_reader = {
    .name = "wandb",
    .in_file_order = true,
    .is_here = wb_is_here,
    .open = wb_open,
    .step = wb_step,
    .state = wb_state,
    .close = wb_close,
};
