/* MLflow's FileStore: the folder, its experiments and their runs; see mlruns.h. */
#include "core/provider/files/mlruns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"

struct experiment {
    char *dir, *name; /* dir below the source */
    bool is_deleted;
};

struct candidate { /* a folder that may be a run's */
    size_t experiment;
    char *dir;
};

enum phase { PHASE_BEGIN, PHASE_EXPERIMENTS, PHASE_RUNS, PHASE_GONE };

struct mlruns {
    char *root;
    enum phase phase;
    VEC(struct experiment) experiments;
    VEC(struct candidate) runs;
    size_t at;              /* of the phase's list */
    struct map seen;        /* ids of runs that are there */
    struct mlruns_run *run; /* that is being read */
};

/* --- what is there --- */

static bool has_meta(const char *root, const char *dir)
{
    CLEANUP(mem_free_ptr) char *path = path_join3(root, dir, "meta.yaml");
    return os_exists(path);
}

static bool is_digits(const char *name)
{
    return name[0] && name[strspn(name, "0123456789")] == 0;
}

static bool is_experiment(const char *root, const char *dir)
{
    if (strcmp(dir, "models") == 0 || dir[0] == '.') {
        return false;
    }
    CLEANUP(mem_free_ptr) char *path = path_join(root, dir);
    return has_meta(root, dir) || (is_digits(dir) && os_is_dir(path));
}

static bool is_here(const char *path)
{
    struct os_names names;
    struct err ignored;
    bool is_one = false;
    if (!os_is_dir(path) || !os_list(path, &names, &ignored)) {
        return false;
    }
    for (size_t i = 0; i < names.n && !is_one; i++) {
        is_one = strcmp(names.at[i], "models") != 0 && has_meta(path, names.at[i]);
    }
    os_names_release(&names);
    CLEANUP(mem_free_ptr) char *bin = path_join(path, ".trash");
    return is_one || (strcmp(path_base(path), "mlruns") == 0 && os_is_dir(bin));
}

static void *reader_open(const char *path, const struct json *state, struct err *e)
{
    (void)state, (void)e; /* everything is kept by run */
    struct mlruns *m = xcalloc(1, sizeof *m);
    m->root = xstrdup(path);
    return m;
}

static void clear(struct mlruns *m)
{
    for (size_t i = 0; i < m->experiments.n; i++) {
        free(m->experiments.at[i].dir);
        free(m->experiments.at[i].name);
    }
    for (size_t i = 0; i < m->runs.n; i++) {
        free(m->runs.at[i].dir);
    }
    vec_release(&m->experiments);
    vec_release(&m->runs);
    map_release(&m->seen);
    mlruns_run_free(m->run);
    m->run = NULL;
    m->at = 0;
}

static void reader_close(void *r)
{
    struct mlruns *m = r;
    clear(m);
    free(m->root);
    free(m);
}

/* --- looking around --- */

static bool add_experiments(struct mlruns *m, const char *below, struct err *e)
{
    struct os_names names;
    CLEANUP(mem_free_ptr) char *folder = path_join(m->root, below);
    if (!os_list(folder, &names, e)) {
        return false;
    }
    for (size_t i = 0; i < names.n; i++) {
        if (is_experiment(folder, names.at[i])) {
            struct experiment x = {.dir = path_join(below, names.at[i]), .is_deleted = below[0]};
            vec_push(&m->experiments, x);
        }
    }
    os_names_release(&names);
    return true;
}

static bool begin(struct mlruns *m, struct err *e)
{
    clear(m);
    CLEANUP(mem_free_ptr) char *bin = path_join(m->root, ".trash");
    m->phase = PHASE_EXPERIMENTS;
    return add_experiments(m, "", e) && (!os_is_dir(bin) || add_experiments(m, ".trash", e));
}

static bool is_reserved(const char *name)
{
    static const char *const names[] = {"meta.yaml", "tags", "datasets", "traces", "models"};
    for (size_t i = 0; i < ALEN(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* An experiment whose own file is damaged still has its runs. */
static void look_at_experiment(struct mlruns *m, const struct reader_sink *to)
{
    struct experiment *x = &m->experiments.at[m->at];
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *file = path_join(x->dir, "meta.yaml");
    CLEANUP(json_free_ptr) struct json *meta = mlruns_meta(m->root, file, &e);
    to->afresh(to->arg, file);
    const char *name = json_get_str(meta, "name");
    if (!meta || !name) {
        to->damaged(to->arg, file, 0, meta ? "the experiment has no name" : e.msg);
    }
    x->name = xstrdup(name ? name : path_base(x->dir));
    x->is_deleted |= z_eq(json_get_str(meta, "lifecycle_stage"), "deleted");
    struct os_names names;
    CLEANUP(mem_free_ptr) char *folder = path_join(m->root, x->dir);
    if (!os_list(folder, &names, &e)) {
        to->damaged(to->arg, x->dir, 0, e.msg);
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        struct candidate c = {m->at, path_join(x->dir, names.at[i])};
        if (is_reserved(names.at[i])) {
            free(c.dir);
        } else {
            vec_push(&m->runs, c);
        }
    }
    os_names_release(&names);
}

/* --- runs --- */

static bool step_run(struct mlruns *m, const struct reader_sink *to, struct err *e)
{
    if (!m->run) {
        const struct candidate *c = &m->runs.at[m->at];
        const struct experiment *x = &m->experiments.at[c->experiment];
        m->run = mlruns_run_begin(m->root, c->dir, x->dir, x->name, x->is_deleted);
    }
    bool has_more;
    if (!mlruns_run_step(m->run, to, &has_more, e)) {
        return false;
    }
    if (!has_more) {
        if (mlruns_run_id(m->run)) {
            map_set(&m->seen, sv_z(mlruns_run_id(m->run)), m);
        }
        mlruns_run_free(m->run);
        m->run = NULL;
        m->at++;
    }
    return true;
}

struct missing {
    const struct mlruns *m;
    VEC(char *) ids;
};

static void look_for(void *arg, const char *run)
{
    struct missing *x = arg;
    if (!map_has(&x->m->seen, sv_z(run))) {
        vec_push(&x->ids, xstrdup(run));
    }
}

static bool tell_gone(struct mlruns *m, const struct reader_sink *to, struct err *e)
{
    struct missing x = {.m = m};
    bool ok = to->each_run(to->arg, look_for, &x, e);
    for (size_t i = 0; i < x.ids.n; i++) {
        ok = ok && to->gone(to->arg, x.ids.at[i], e) && to->keep(to->arg, x.ids.at[i], NULL, e);
        free(x.ids.at[i]);
    }
    vec_release(&x.ids);
    return ok;
}

/* The next piece; a phase that has none left gives way to the next one. */
static bool step_piece(struct mlruns *m, const struct reader_sink *to, struct err *e)
{
    switch (m->phase) {
    case PHASE_BEGIN:
        return begin(m, e);
    case PHASE_EXPERIMENTS:
        if (m->at < m->experiments.n) {
            look_at_experiment(m, to);
            m->at++;
        } else {
            m->at = 0;
            m->phase = PHASE_RUNS;
        }
        return true;
    case PHASE_RUNS:
        if (m->at < m->runs.n) {
            return step_run(m, to, e);
        }
        m->phase = PHASE_GONE;
        return true;
    case PHASE_GONE:
        break;
    }
    m->phase = PHASE_BEGIN;
    return tell_gone(m, to, e);
}

static bool reader_step(void *r, const struct reader_sink *to, int64_t deadline_us, bool *ret_more,
                        struct err *e)
{
    struct mlruns *m = r;
    do {
        if (!step_piece(m, to, e)) {
            return false;
        }
        *ret_more = m->phase != PHASE_BEGIN;
    } while (*ret_more && clock_mono_us() < deadline_us);
    return !m->run || mlruns_run_keep(m->run, to, e);
}

static struct json *reader_state(const void *r)
{
    (void)r;
    return NULL;
}

const struct reader mlruns_reader = {
    .name = "mlruns",
    .is_here = is_here,
    .open = reader_open,
    .step = reader_step,
    .state = reader_state,
    .close = reader_close,
};
