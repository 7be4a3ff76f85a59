/* reader_fuzz: a reader of foreign files over any bytes; what its fuzz targets share.
 *
 * The bytes are the one file of a source. It is read in two pieces by two readers, as a file that
 * grows, and whole by a third: both ways the same points are handed over, to the contract of
 * reader.h. */
#ifndef MLW_TESTS_FUZZ_READER_FUZZ_H
#define MLW_TESTS_FUZZ_READER_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/provider/files/reader.h"

struct fuzz_sink {
    struct map runs, pieces;
    struct json *state;
    uint64_t sum; /* of the points, in any order of metrics */
};

static bool fuzz_run(void *arg, const struct source_run *run, struct err *e)
{
    struct fuzz_sink *s = arg;
    (void)e;
    xassert(run->id && *run->id && run->name && strlen(run->id) <= READER_KEY_MAX);
    map_set(&s->runs, sv_z(run->id), s);
    return true;
}

static bool fuzz_gone(void *arg, const char *run, struct err *e)
{
    (void)arg, (void)run, (void)e;
    BUG("a run went of which nothing was removed");
}

static bool fuzz_each_run(void *arg, void (*fn)(void *fn_arg, const char *run), void *fn_arg,
                          struct err *e)
{
    const struct fuzz_sink *s = arg;
    (void)e;
    for (size_t i = 0; i < s->runs.n; i++) {
        fn(fn_arg, s->runs.at[i].key);
    }
    return true;
}

static bool fuzz_points(void *arg, const char *run, const char *key, const struct point *points,
                        size_t n, struct err *e)
{
    struct fuzz_sink *s = arg;
    (void)e;
    xassert(map_has(&s->runs, sv_z(run)) && n > 0 && *key && strlen(key) <= 3 * READER_KEY_MAX);
    for (struct sv rest = sv_z(key); rest.n; rest.p++, rest.n--) {
        s->sum += (unsigned char)*rest.p * (uint64_t)n;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &points[i].value, sizeof bits);
        s->sum += bits + (uint64_t)points[i].step * 31;
    }
    return true;
}

static bool fuzz_latest(void *arg, const char *run, const char *key, double value, struct err *e)
{
    const struct fuzz_sink *s = arg;
    (void)value, (void)e;
    xassert(map_has(&s->runs, sv_z(run)) && key);
    return true;
}

static bool fuzz_purge(void *arg, const char *run, const char *key, int64_t from, struct err *e)
{
    struct fuzz_sink *s = arg;
    (void)key, (void)e;
    xassert(map_has(&s->runs, sv_z(run)));
    s->sum = s->sum * 7 + (uint64_t)from;
    return true;
}

static void fuzz_damaged(void *arg, const char *file, int64_t offset, const char *reason)
{
    (void)arg;
    xassert(*file && offset >= 0 && (!reason || *reason));
}

static void fuzz_afresh(void *arg, const char *file)
{
    (void)arg;
    xassert(*file);
}

static struct json *fuzz_get(void *arg, const char *piece)
{
    const struct fuzz_sink *s = arg;
    struct json *state = NULL;
    struct err e = ERR_INIT;
    const char *text = map_get(&s->pieces, sv_z(piece));
    xassert(!text || json_parse(sv_z(text), &state, &e));
    return state;
}

static bool fuzz_keep(void *arg, const char *piece, const struct json *state, struct err *e)
{
    struct fuzz_sink *s = arg;
    struct str text = STR_INIT;
    (void)e;
    json_print(state, JSON_COMPACT, &text);
    free(map_set(&s->pieces, sv_z(piece), str_detach(&text)));
    return true;
}

static void fuzz_read(const struct reader *f, struct fuzz_sink *s, const char *dir)
{
    const struct reader_sink to = {s,           fuzz_run,    fuzz_gone,  fuzz_each_run,
                                   fuzz_points, fuzz_latest, fuzz_purge, fuzz_damaged,
                                   fuzz_afresh, fuzz_get,    fuzz_keep};
    struct err e = ERR_INIT;
    void *r = f->open(dir, s->state, &e);
    xassert(r);
    for (bool more = true; more;) {
        xassert(f->step(r, &to, INT64_MAX, &more, &e));
    }
    json_free(s->state);
    s->state = f->state(r);
    f->close(r);
}

static void fuzz_sink_release(struct fuzz_sink *s)
{
    for (size_t i = 0; i < s->pieces.n; i++) {
        free(s->pieces.at[i].value);
    }
    map_release(&s->pieces);
    map_release(&s->runs);
    json_free(s->state);
}

/* Without the disk's word for it, which a fuzz target has no time for. */
static void fuzz_write(const char *path, struct sv bytes)
{
    FILE *file = fopen(path, "wb");
    xassert(file && fwrite(bytes.p, 1, bytes.n, file) == bytes.n && fclose(file) == 0);
}

/* `rel`: the file's place below the source. */
static void reader_fuzz(const struct reader *f, const char *rel, struct sv bytes, size_t cut)
{
    struct err e = ERR_INIT;
    char tmp[] = "/tmp/mlw-fuzz-XXXXXX";
    xassert(mkdtemp(tmp));
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, rel);
    CLEANUP(mem_free_ptr) char *dir = path_dir(path);
    struct fuzz_sink grown = {0}, whole = {0};
    xassert(os_mkdirs(dir, &e));
    fuzz_write(path, (struct sv){bytes.p, cut});
    fuzz_read(f, &grown, tmp);
    fuzz_write(path, bytes);
    fuzz_read(f, &grown, tmp);
    fuzz_read(f, &whole, tmp);
    xassert(grown.sum == whole.sum && grown.runs.n == whole.runs.n);
    fuzz_sink_release(&grown);
    fuzz_sink_release(&whole);
    xassert(os_remove_tree(tmp, &e));
}

#endif
