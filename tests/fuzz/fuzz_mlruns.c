/* Any bytes in the files of an mlruns folder: what comes to the sink is sound, and reading it again
 * brings nothing new. The first byte says which file they are. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/provider/files/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RUN "0/0123456789abcdef0123456789abcdef/"
static const char *const files[] = {RUN "metrics/a/m", RUN "meta.yaml", RUN "params/p",
                                    RUN "inputs/x/meta.yaml", "0/meta.yaml"};

static char *root;

static void put(const char *rel, struct sv bytes)
{
    CLEANUP(mem_free_ptr) char *path = path_join(root, rel);
    FILE *f = fopen(path, "wb");
    xassert(f && fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fclose(f) == 0);
}

static void tidy(void)
{
    struct err ignored;
    (void)!os_remove_tree(root, &ignored);
    free(root);
}

static void make_root(void)
{
    struct err e;
    char in_memory[] = "/dev/shm/mlw-fuzz-XXXXXX", name[] = "/tmp/mlw-fuzz-XXXXXX";
    root = xstrdup(mkdtemp(in_memory) ? in_memory : mkdtemp(name));
    xassert(root);
    atexit(tidy);
    for (size_t i = 0; i < ALEN(files); i++) {
        CLEANUP(mem_free_ptr) char *path = path_join(root, files[i]);
        CLEANUP(mem_free_ptr) char *dir = path_dir(path);
        xassert(os_mkdirs(dir, &e));
    }
}

struct seen {
    size_t runs, points;
    struct json *kept;
};

static bool on_run(void *arg, const struct source_run *run, struct err *e)
{
    struct seen *s = arg;
    (void)e;
    xassert(run->id[0] && run->experiment && run->status);
    s->runs++;
    return true;
}

static bool on_points(void *arg, const char *run, const char *key, const struct point *points,
                      size_t n, struct err *e)
{
    struct seen *s = arg;
    (void)points, (void)e;
    xassert(s->runs && run[0] && strcmp(key, "a/m") == 0 && n > 0);
    s->points += n;
    return true;
}

static bool on_latest(void *arg, const char *run, const char *key, double value, struct err *e)
{
    const struct seen *s = arg;
    (void)run, (void)key, (void)value, (void)e;
    xassert(s->points > 0);
    return true;
}

static bool on_purge(void *arg, const char *run, const char *key, int64_t from, struct err *e)
{
    struct seen *s = arg;
    (void)run, (void)key, (void)from, (void)e;
    s->points = 0;
    return true;
}

static bool on_gone(void *arg, const char *run, struct err *e)
{
    (void)arg, (void)run, (void)e;
    return true;
}

static bool each_run(void *arg, void (*fn)(void *fn_arg, const char *run), void *fn_arg,
                     struct err *e)
{
    (void)arg, (void)fn, (void)fn_arg, (void)e;
    return true;
}

static void on_damaged(void *arg, const char *file, int64_t offset, const char *reason)
{
    (void)arg;
    xassert(file[0] && offset >= 0 && reason[0]);
}

static void on_afresh(void *arg, const char *file)
{
    (void)arg, (void)file;
}

static struct json *on_get(void *arg, const char *piece)
{
    const struct seen *s = arg;
    (void)piece;
    return s->kept ? json_clone(s->kept) : NULL;
}

static bool on_keep(void *arg, const char *piece, const struct json *state, struct err *e)
{
    struct seen *s = arg;
    (void)piece, (void)e;
    json_free(s->kept);
    s->kept = state ? json_clone(state) : NULL;
    return true;
}

static void read_all(struct seen *s)
{
    struct err e = ERR_INIT;
    const struct reader_sink sink = {s,         on_run,    on_gone,  each_run,
                                     on_points, on_latest, on_purge, on_damaged,
                                     on_afresh, on_get,    on_keep};
    void *r = mlruns_reader.open(root, NULL, &e);
    bool has_more = true;
    while (has_more) {
        xassert(mlruns_reader.step(r, &sink, 0, &has_more, &e));
    }
    mlruns_reader.close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!root) {
        make_root();
    }
    put("0/meta.yaml", SV("experiment_id: '0'\nname: e\n"));
    put(RUN "meta.yaml", SV("status: 1\nstart_time: 5\n"));
    put(RUN "inputs/x/meta.yaml", SV("source_type: DATASET\nsource_id: y\n"));
    put(RUN "metrics/a/m", SV("5 0.5 1\n"));
    put(RUN "params/p", SV("1"));
    if (size) {
        put(files[data[0] % ALEN(files)], (struct sv){(const char *)data + 1, size - 1});
    }
    struct seen s = {0};
    read_all(&s);
    size_t points = s.points;
    read_all(&s);
    xassert(s.points == points);
    json_free(s.kept);
    return 0;
}
