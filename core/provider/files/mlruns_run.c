/* One run's folder; see mlruns.h. */
#include "core/provider/files/mlruns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/base/yaml.h"

/* A file written to so lately may be written to again without that its time tells. */
enum { SETTLED_MS = 2000, PIECE_BYTES = 64 * 1024 };

/* --- files --- */

static int by_key(const void *a, const void *b)
{
    const struct mlruns_file *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static void add_file(struct mlruns_files *to, const char *path, const char *key,
                     const struct stat *s)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_make_valid(&clean, sv_z(key));
    struct mlruns_file f = {
        .path = xstrdup(path),
        .key = str_detach(&clean),
        .size = s->st_size,
        .mtime_ns = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec,
        .inode = (int64_t)s->st_ino,
    };
    vec_push(&to->list, f);
}

static void walk(const char *root, const char *rel, const char *key, int depth,
                 struct mlruns_files *to)
{
    CLEANUP(mem_free_ptr) char *folder = path_join(root, rel);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    const struct dirent *d;
    while ((d = readdir(dir)) != NULL) {
        struct stat s;
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            fstatat(fd, d->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        CLEANUP(mem_free_ptr) char *path = path_join(rel, d->d_name);
        CLEANUP(mem_free_ptr) char *name = path_join(key, d->d_name);
        if (S_ISREG(s.st_mode)) {
            add_file(to, path, name, &s);
        } else if (S_ISDIR(s.st_mode) && depth < MLRUNS_DEPTH) {
            walk(root, path, name, depth + 1, to);
        }
    }
    closedir(dir);
}

void mlruns_walk(const char *root, const char *rel, struct mlruns_files *ret)
{
    walk(root, rel, "", 0, ret);
    if (ret->list.n) {
        qsort(ret->list.at, ret->list.n, sizeof *ret->list.at, by_key);
    }
}

void mlruns_files_release(struct mlruns_files *files)
{
    for (size_t i = 0; i < files->list.n; i++) {
        free(files->list.at[i].path);
        free(files->list.at[i].key);
    }
    vec_release(&files->list);
}

bool mlruns_read(const char *root, const char *rel, size_t max, struct str *out, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(root, rel);
    return os_read_file(path, max, out, e);
}

struct json *mlruns_meta(const char *root, const char *rel, struct err *e)
{
    struct json *j = NULL;
    CLEANUP(str_release) struct str text = STR_INIT;
    if (!mlruns_read(root, rel, MLRUNS_META_MAX, &text, e) ||
        !yaml_parse(sv_of(&text), rel, YAML_TEXTS, &j, e)) {
        return NULL;
    }
    if (!json_is(j, JSON_OBJECT)) {
        err_set(e, ERR_INVALID, "%s: no list of names and values", rel);
        json_free(j);
        return NULL;
    }
    return j;
}

/* --- a run --- */

struct metric_state {
    int64_t offset, size, mtime_ns, inode;
    bool has_last;
    int64_t step, time_ms; /* of the point that counts as the last */
    double value;
};

struct mlruns_run {
    const char *root, *experiment_dir, *experiment;
    char *dir;
    const char *id;                         /* the folder's name, by which MLflow finds it */
    bool is_deleted, has_begun, is_changed; /* is_changed: what is kept is to be written */
    struct json *kept; /* {"seen": text, "experiment": text, "metrics": {key: […]}} */
    struct mlruns_files metrics;
    size_t at;        /* of the metrics */
    int fd;           /* of the metric that is being read; -1 */
    bool is_skipping; /* until the end of a line that is too long */
    struct metric_state now;
    struct str buffer;
};

struct mlruns_run *mlruns_run_begin(const char *root, const char *dir, const char *experiment_dir,
                                    const char *experiment, bool is_deleted)
{
    struct mlruns_run *r = xcalloc(1, sizeof *r);
    r->root = root;
    r->dir = xstrdup(dir);
    r->id = path_base(r->dir);
    r->experiment_dir = experiment_dir;
    r->experiment = experiment;
    r->is_deleted = is_deleted;
    r->fd = -1;
    str_init(&r->buffer);
    return r;
}

void mlruns_run_free(struct mlruns_run *r)
{
    if (!r) {
        return;
    }
    if (r->fd >= 0) {
        close(r->fd);
    }
    mlruns_files_release(&r->metrics);
    json_free(r->kept);
    str_release(&r->buffer);
    free(r->dir);
    free(r);
}

const char *mlruns_run_id(const struct mlruns_run *r)
{
    return json_get_str(r->kept, "experiment") ? path_base(r->dir) : NULL;
}

/* --- its small files --- */

struct small {
    struct mlruns_files params, tags, inputs;
    struct str seen; /* what they look like; empty: one may still be written to */
};

static void look(const struct mlruns_run *r, const char *name, struct mlruns_files *ret)
{
    CLEANUP(mem_free_ptr) char *dir = path_join(r->dir, name);
    mlruns_walk(r->root, dir, ret);
}

/* FNV-1a over what a file looks like. */
static uint64_t add_look(uint64_t h, const struct mlruns_file *f)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s %lld %lld %lld\n", f->path, (long long)f->size, (long long)f->mtime_ns,
             (long long)f->inode);
    for (size_t i = 0; i < text.n; i++) {
        h = (h ^ (unsigned char)text.p[i]) * 1099511628211u;
    }
    return h;
}

static bool is_settled(const struct mlruns_file *f)
{
    return f->mtime_ns / 1000000 < clock_wall_ms() - SETTLED_MS;
}

/* False: there is no meta.yaml, so it is no run. */
static bool look_at_small(const struct mlruns_run *r, struct small *s)
{
    CLEANUP(mem_free_ptr) char *path = path_join3(r->root, r->dir, "meta.yaml");
    struct stat st;
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        return false;
    }
    struct mlruns_files meta = {0};
    add_file(&meta, path, "meta.yaml", &st);
    look(r, "params", &s->params);
    look(r, "tags", &s->tags);
    look(r, "inputs", &s->inputs);
    const struct mlruns_files *all[] = {&meta, &s->params, &s->tags, &s->inputs};
    uint64_t h = 14695981039346656037u;
    bool are_settled = true;
    for (size_t i = 0; i < ALEN(all); i++) {
        for (size_t k = 0; k < all[i]->list.n; k++) {
            h = add_look(h, &all[i]->list.at[k]);
            are_settled &= is_settled(&all[i]->list.at[k]);
        }
    }
    if (are_settled) {
        str_addf(&s->seen, "%016llx", (unsigned long long)h);
    }
    mlruns_files_release(&meta);
    return true;
}

static void small_release(struct small *s)
{
    mlruns_files_release(&s->params);
    mlruns_files_release(&s->tags);
    mlruns_files_release(&s->inputs);
    str_release(&s->seen);
}

static struct json *read_values(const struct mlruns_run *r, const struct mlruns_files *files,
                                const struct reader_sink *to)
{
    struct json *values = json_new_object();
    for (size_t i = 0; i < files->list.n; i++) {
        const struct mlruns_file *f = &files->list.at[i];
        CLEANUP(str_release) struct str text = STR_INIT;
        struct err e = ERR_INIT;
        to->afresh(to->arg, f->path);
        if (mlruns_read(r->root, f->path, READER_TEXT_MAX, &text, &e)) {
            json_set(values, f->key, json_new_sv(sv_of(&text)));
        } else {
            to->damaged(to->arg, f->path, 0, e.msg);
        }
    }
    return values;
}

/* Of one of inputs/X/meta.yaml; NULL where it is no dataset. */
static struct json *read_input(const struct mlruns_run *r, const char *file, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *input = mlruns_meta(r->root, file, e);
    const char *source = json_get_str(input, "source_id");
    if (!input || !source || !z_eq(json_get_str(input, "source_type"), "DATASET")) {
        return NULL;
    }
    if (!path_is_below(sv_z(source)) || strchr(source, '/')) {
        err_set(e, ERR_INVALID, "%s: source_id is no name of a folder", file);
        return NULL;
    }
    CLEANUP(mem_free_ptr)
    char *dataset = xasprintf("%s/datasets/%s/meta.yaml", r->experiment_dir, source);
    CLEANUP(json_free_ptr) struct json *meta = mlruns_meta(r->root, dataset, e);
    if (!meta) {
        return NULL;
    }
    struct json *j = json_new_object();
    json_set(j, "name", json_new_str(json_get_str(meta, "name")));
    json_set(j, "digest", json_new_str(json_get_str(meta, "digest")));
    json_set(j, "context",
             json_new_str(json_get_str(json_get(input, "tags"), "mlflow.data.context")));
    return j;
}

static struct json *read_inputs(const struct mlruns_run *r, const struct mlruns_files *files,
                                const struct reader_sink *to)
{
    struct json *list = json_new_array();
    for (size_t i = 0; i < files->list.n; i++) {
        const struct mlruns_file *f = &files->list.at[i];
        struct err e = ERR_INIT;
        to->afresh(to->arg, f->path);
        struct json *j = read_input(r, f->path, &e);
        if (j) {
            json_push(list, j);
        } else if (e.code != ERR_NONE) {
            to->damaged(to->arg, f->path, 0, e.msg);
        }
    }
    return list;
}

static int64_t time_us(const struct json *meta, const char *key)
{
    int64_t ms;
    const char *text = json_get_str(meta, key);
    bool is_time =
        text && fmt_parse_i64(sv_z(text), &ms) && ms < INT64_MAX / 1000 && ms > INT64_MIN / 1000;
    return is_time ? ms * 1000 : READER_NO_TIME;
}

/* A number, as MLflow writes it, or the word itself; RUNNING where there is none, as it has it. */
static const char *status_of(const struct json *meta)
{
    static const char *const words[] = {NULL,       "RUNNING", "SCHEDULED",
                                        "FINISHED", "FAILED",  "KILLED"};
    const char *text = json_get_str(meta, "status");
    int64_t n;
    if (!text) {
        return "RUNNING";
    }
    return fmt_parse_i64(sv_z(text), &n) && n > 0 && n < (int64_t)ALEN(words) ? words[n] : text;
}

static const char *first_of(const char *a, const char *b)
{
    return a && a[0] ? a : b;
}

static bool hand_over(struct mlruns_run *r, const struct small *s, const struct json *meta,
                      const struct reader_sink *to, struct err *e)
{
    CLEANUP(json_free_ptr) struct json *params = read_values(r, &s->params, to);
    CLEANUP(json_free_ptr) struct json *tags = read_values(r, &s->tags, to);
    CLEANUP(json_free_ptr) struct json *inputs = read_inputs(r, &s->inputs, to);
    struct source_run run = {
        .id = r->id,
        .name =
            first_of(json_get_str(meta, "run_name"),
                     first_of(json_get_str(tags, "mlflow.runName"), json_get_str(meta, "name"))),
        .experiment = r->experiment,
        .status = status_of(meta),
        .parent = json_get_str(tags, "mlflow.parentRunId"),
        .started_us = time_us(meta, "start_time"),
        .ended_us = time_us(meta, "end_time"),
        .is_deleted = r->is_deleted || z_eq(json_get_str(meta, "lifecycle_stage"), "deleted"),
        .params = params,
        .tags = tags,
        .inputs = inputs,
    };
    return to->run(to->arg, &run, e);
}

/* That its file is damaged now does not make a run go that was read before. */
static bool read_small(struct mlruns_run *r, const struct small *s, const struct reader_sink *to,
                       struct err *e)
{
    struct err why = ERR_INIT;
    CLEANUP(mem_free_ptr) char *file = path_join(r->dir, "meta.yaml");
    CLEANUP(json_free_ptr) struct json *meta = mlruns_meta(r->root, file, &why);
    to->afresh(to->arg, file);
    if (!meta) {
        to->damaged(to->arg, file, 0, why.msg);
        return true;
    }
    json_set_str(r->kept, "experiment", r->experiment);
    json_set_str(r->kept, "seen", s->seen.p);
    r->is_changed = true;
    return hand_over(r, s, meta, to, e);
}

/* Metrics whose file is there no longer. */
static bool forget_metrics(struct mlruns_run *r, const struct reader_sink *to, struct err *e)
{
    struct json *kept = json_get(r->kept, "metrics");
    for (struct json *j = json_first(kept), *next; j; j = next) {
        next = json_next(j);
        const struct mlruns_file key = {.key = (char *)(uintptr_t)json_key(j)};
        if (r->metrics.list.n && bsearch(&key, r->metrics.list.at, r->metrics.list.n,
                                         sizeof *r->metrics.list.at, by_key)) {
            continue;
        }
        if (!to->purge(to->arg, r->id, key.key, INT64_MIN, e)) {
            return false;
        }
        json_free(json_take(kept, key.key));
        r->is_changed = true;
    }
    return true;
}

static bool begin(struct mlruns_run *r, const struct reader_sink *to, struct err *e)
{
    struct small s = {.seen = STR_INIT};
    r->has_begun = true;
    if (!look_at_small(r, &s)) {
        small_release(&s);
        return true;
    }
    r->kept = to->get(to->arg, r->id);
    if (!json_is(r->kept, JSON_OBJECT)) {
        json_free(r->kept);
        r->kept = json_new_object();
    }
    bool ok = true;
    if (!s.seen.n || !z_eq(json_get_str(r->kept, "seen"), s.seen.p) ||
        !z_eq(json_get_str(r->kept, "experiment"), r->experiment)) {
        ok = read_small(r, &s, to, e);
    }
    small_release(&s);
    if (ok && mlruns_run_id(r)) {
        look(r, "metrics", &r->metrics);
        ok = forget_metrics(r, to, e);
    }
    return ok;
}

/* --- a metric --- */

static struct json *metrics_of(struct mlruns_run *r)
{
    struct json *metrics = json_get(r->kept, "metrics");
    return json_is(metrics, JSON_OBJECT) ? metrics
                                         : json_set(r->kept, "metrics", json_new_object());
}

enum { KEPT_OFFSET, KEPT_SIZE, KEPT_MTIME, KEPT_INODE, KEPT_STEP, KEPT_TIME, KEPT_VALUE };

static bool load_state(struct mlruns_run *r, const char *key, struct metric_state *ret)
{
    const struct json *list = json_get(metrics_of(r), key);
    int64_t *const whole[] = {&ret->offset, &ret->size, &ret->mtime_ns,
                              &ret->inode,  &ret->step, &ret->time_ms};
    size_t n = 0;
    *ret = (struct metric_state){0};
    json_each (j, list) {
        if (n < ALEN(whole) && !json_i64(j, whole[n])) {
            return false;
        }
        ret->has_last = n == KEPT_VALUE && fmt_parse_double(sv_z(json_str(j)), &ret->value);
        n++;
    }
    return n >= KEPT_STEP;
}

static void save_state(struct mlruns_run *r)
{
    const struct metric_state *m = &r->now;
    struct json *list = json_new_array();
    const int64_t whole[] = {m->offset, m->size, m->mtime_ns, m->inode, m->step, m->time_ms};
    for (size_t i = 0; i < (m->has_last ? ALEN(whole) : KEPT_STEP); i++) {
        json_push(list, json_new_i64(whole[i]));
    }
    if (m->has_last) {
        CLEANUP(str_release) struct str text = STR_INIT;
        fmt_double(&text, m->value);
        json_push(list, json_new_str(text.p));
    }
    json_set(metrics_of(r), r->metrics.list.at[r->at].key, list);
    r->is_changed = true;
}

/* "ms value [step [dataset digest]]" */
static const char *parse_line(struct sv line, struct point *ret)
{
    struct sv parts[6], rest = sv_trim(line);
    size_t n = 0;
    while (n < ALEN(parts) && sv_split(&rest, ' ', &parts[n])) {
        n++;
    }
    int64_t ms;
    if (n != 2 && n != 3 && n != 5) {
        return "a line of a metric has 2, 3 or 5 fields";
    }
    if (!fmt_parse_i64(parts[0], &ms)) {
        return "the time is no whole number";
    }
    ret->step = 0;
    ret->time_ms = (double)ms;
    if (!fmt_parse_double(parts[1], &ret->value)) {
        return "the value is no number";
    }
    return n > 2 && !fmt_parse_i64(parts[2], &ret->step) ? "the step is no whole number" : NULL;
}

/* The largest of (step, time, value) counts; as MLflow compares, a NaN is no larger and no smaller.
 */
static void note_last(struct metric_state *m, const struct point *p)
{
    int64_t ms = (int64_t)p->time_ms;
    if (m->has_last && (p->step != m->step ? p->step < m->step
                        : ms != m->time_ms ? ms < m->time_ms
                                           : !(p->value > m->value))) {
        return;
    }
    m->has_last = true;
    m->step = p->step;
    m->time_ms = ms;
    m->value = p->value;
}

struct points {
    VEC(struct point) list;
};

static void take_line(struct mlruns_run *r, struct sv line, int64_t offset,
                      const struct reader_sink *to, struct points *points)
{
    struct point p;
    const char *wrong = parse_line(line, &p);
    if (wrong) {
        to->damaged(to->arg, r->metrics.list.at[r->at].path, offset, wrong);
        return;
    }
    note_last(&r->now, &p);
    vec_push(&points->list, p);
}

/* The lines of a piece that begins at the offset; at the file's end the last one needs no line
 * end. What is left of an unfinished line is read again with the next piece. */
static void take_lines(struct mlruns_run *r, struct sv bytes, bool is_end,
                       const struct reader_sink *to, struct points *points)
{
    while (bytes.n) {
        const char *end = memchr(bytes.p, '\n', bytes.n);
        if (!end && !is_end) {
            if (bytes.n == PIECE_BYTES) {
                if (!r->is_skipping) {
                    to->damaged(to->arg, r->metrics.list.at[r->at].path, r->now.offset,
                                "a line is too long");
                }
                r->is_skipping = true;
                r->now.offset += (int64_t)bytes.n;
            }
            return;
        }
        size_t n = end ? (size_t)(end - bytes.p) : bytes.n;
        if (!r->is_skipping) {
            take_line(r, (struct sv){bytes.p, n}, r->now.offset, to, points);
        }
        r->is_skipping = false;
        n += end != NULL;
        r->now.offset += (int64_t)n;
        bytes = (struct sv){bytes.p + n, bytes.n - n};
    }
}

/* Is what was read still there as it was, and whole lines of it? */
static bool goes_on(int fd, const struct metric_state *m, const struct mlruns_file *f)
{
    char c;
    return m->inode == f->inode && f->size > m->size && m->offset <= f->size &&
           (m->offset == 0 || (pread(fd, &c, 1, m->offset - 1) == 1 && c == '\n'));
}

static bool open_metric(struct mlruns_run *r, const struct mlruns_file *f,
                        const struct reader_sink *to, struct err *e)
{
    bool is_known = load_state(r, f->key, &r->now);
    if (is_known && r->now.size == f->size && r->now.mtime_ns == f->mtime_ns &&
        r->now.inode == f->inode) {
        r->at++;
        return true;
    }
    CLEANUP(mem_free_ptr) char *path = path_join(r->root, f->path);
    r->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (r->fd < 0) {
        to->damaged(to->arg, f->path, 0, strerror(errno));
        r->at++;
        return true;
    }
    r->is_skipping = false;
    if (is_known && goes_on(r->fd, &r->now, f)) {
        return true;
    }
    r->now = (struct metric_state){0};
    to->afresh(to->arg, f->path);
    return !is_known || to->purge(to->arg, r->id, f->key, INT64_MIN, e);
}

static bool close_metric(struct mlruns_run *r, const struct mlruns_file *f,
                         const struct reader_sink *to, struct err *e)
{
    close(r->fd);
    r->fd = -1;
    r->now.size = f->size;
    r->now.mtime_ns = is_settled(f) ? f->mtime_ns : 0;
    r->now.inode = f->inode;
    save_state(r);
    r->at++;
    return !r->now.has_last || to->latest(to->arg, r->id, f->key, r->now.value, e);
}

/* What is written while it is read comes with the next look: the size is that of the look. */
static bool read_metric(struct mlruns_run *r, const struct mlruns_file *f,
                        const struct reader_sink *to, struct err *e)
{
    int64_t left = f->size - r->now.offset;
    size_t want = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
    str_clear(&r->buffer);
    str_reserve(&r->buffer, PIECE_BYTES);
    ssize_t n = want ? pread(r->fd, r->buffer.p, want, r->now.offset) : 0;
    if (n <= 0) {
        if (n < 0) {
            to->damaged(to->arg, f->path, r->now.offset, strerror(errno));
        }
        return close_metric(r, f, to, e);
    }
    struct points points = {0};
    bool is_end = r->now.offset + n >= f->size;
    take_lines(r, (struct sv){r->buffer.p, (size_t)n}, is_end, to, &points);
    bool ok =
        points.list.n == 0 || to->points(to->arg, r->id, f->key, points.list.at, points.list.n, e);
    vec_release(&points.list);
    return ok && (!is_end || close_metric(r, f, to, e));
}

static bool step_metric(struct mlruns_run *r, const struct reader_sink *to, struct err *e)
{
    const struct mlruns_file *f = &r->metrics.list.at[r->at];
    if (r->fd >= 0) {
        return read_metric(r, f, to, e);
    }
    if (strlen(f->key) > READER_KEY_MAX) {
        to->damaged(to->arg, f->path, 0, "the metric's name is too long");
        r->at++;
        return true;
    }
    return open_metric(r, f, to, e);
}

/* --- as a whole --- */

bool mlruns_run_keep(struct mlruns_run *r, const struct reader_sink *to, struct err *e)
{
    if (r->fd >= 0) { /* the metric is read in part: its size of before is what is behind */
        r->now.size = r->now.offset;
        r->now.inode = r->metrics.list.at[r->at].inode;
        r->now.mtime_ns = 0;
        save_state(r);
    }
    if (!r->is_changed) {
        return true;
    }
    r->is_changed = false;
    return to->keep(to->arg, r->id, r->kept, e);
}

bool mlruns_run_step(struct mlruns_run *r, const struct reader_sink *to, bool *ret_more,
                     struct err *e)
{
    bool ok = !r->has_begun ? begin(r, to, e) : r->at >= r->metrics.list.n || step_metric(r, to, e);
    *ret_more = r->at < r->metrics.list.n;
    return ok && (*ret_more || mlruns_run_keep(r, to, e));
}
