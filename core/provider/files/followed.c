/* Where a file was left, and whether it is still the same; see followed.h. */
#include "core/provider/files/followed.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/path.h"

enum { HEAD_BYTES = 64 };

void followed_init(struct followed *f, char *owned_rel)
{
    *f = (struct followed){.rel = owned_rel, .size = -1, .torn_at = -1};
}

void followed_release(struct followed *f)
{
    free(f->rel);
    f->rel = NULL;
}

void followed_forget(struct followed *f, const struct reader_sink *to)
{
    to->afresh(to->arg, f->rel);
    followed_init(f, f->rel);
}

void followed_load(struct followed *f, const struct json *state)
{
    struct followed was = {
        .rel = f->rel,
        .at = json_get_i64(state, "at", -1),
        .size = json_get_i64(state, "size", -1),
        .mtime_us = json_get_i64(state, "mtime", 0),
        .torn_at = json_get_i64(state, "torn", -1),
        .damages = json_get_i64(state, "damages", 0),
        .head_n = json_get_i64(state, "head", -1),
        .head_crc = (uint32_t)json_get_i64(state, "crc", 0),
        .is_ended = json_get_bool(state, "ended", false),
    };
    if (was.at >= 0 && was.head_n >= 0 && was.head_n <= HEAD_BYTES) {
        *f = was;
    }
}

struct json *followed_save(const struct followed *f)
{
    struct json *j = json_new_object();
    json_set_i64(j, "at", f->at);
    json_set_i64(j, "size", f->size);
    json_set_i64(j, "mtime", f->mtime_us);
    json_set_i64(j, "head", f->head_n);
    json_set_i64(j, "crc", f->head_crc);
    if (f->torn_at >= 0) {
        json_set_i64(j, "torn", f->torn_at);
    }
    if (f->damages) {
        json_set_i64(j, "damages", f->damages);
    }
    if (f->is_ended) {
        json_set_bool(j, "ended", true);
    }
    return j;
}

enum followed_news followed_open(struct followed *f, const char *root, struct tail *ret,
                                 const struct reader_sink *to)
{
    CLEANUP(mem_free_ptr) char *path = path_join(root, f->rel);
    struct err why = ERR_INIT;
    struct tail t;
    struct stat st;
    uint32_t crc;
    if (stat(path, &st) == 0 && st.st_size == f->size &&
        (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000 == f->mtime_us) {
        return FOLLOWED_SAME;
    }
    if (!tail_open(&t, path, f->at, &why)) {
        if (why.sys != ENOENT) {
            followed_torn(f, to, f->at, why.msg);
        }
        return FOLLOWED_GONE;
    }
    if (f->head_n && (!tail_head(&t, (size_t)f->head_n, &crc) || crc != f->head_crc ||
                      (t.size < f->size && t.size < f->at))) {
        tail_release(&t);
        return FOLLOWED_REPLACED;
    }
    if (f->is_ended) {
        followed_left(f, &t, true);
        tail_release(&t);
        return FOLLOWED_SAME;
    }
    followed_torn(f, to, -1, NULL); /* what came may make it whole, or damaged at the same place */
    *ret = t;
    return FOLLOWED_GREW;
}

void followed_left(struct followed *f, struct tail *t, bool is_done)
{
    int64_t head_n = t->size < HEAD_BYTES ? t->size : HEAD_BYTES;
    f->at = t->at;
    f->size = is_done ? t->size : -1;
    f->mtime_us = t->mtime_us;
    if (head_n > f->head_n && tail_head(t, (size_t)head_n, &f->head_crc)) {
        f->head_n = head_n;
    }
}

void followed_damaged(struct followed *f, const struct reader_sink *to, int64_t offset,
                      const char *reason)
{
    if (f->damages < FOLLOWED_MAX_DAMAGES) {
        to->damaged(to->arg, f->rel, offset, reason);
    }
    f->damages++;
}

void followed_torn(struct followed *f, const struct reader_sink *to, int64_t offset,
                   const char *reason)
{
    if (f->torn_at >= 0 && f->torn_at != offset) {
        to->damaged(to->arg, f->rel, f->torn_at, NULL);
    }
    if (offset >= 0 && f->torn_at != offset) {
        to->damaged(to->arg, f->rel, offset, reason);
    }
    f->torn_at = offset;
}
