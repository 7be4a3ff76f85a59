/* A window that slides over a growing file; see tail.h. */
#include "core/provider/files/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crc.h"
#include "core/base/mem.h"

enum { PIECE_BYTES = 64 << 10 };

bool tail_open(struct tail *t, const char *path, int64_t at, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return err_sys(e, "open %s", path);
    }
    if (fstat(fd, &st) < 0) {
        (void)err_sys(e, "look at %s", path);
        close(fd);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_INVALID, "read %s: it is no regular file", path);
    }
    *t = (struct tail){.fd = fd, .at = at, .size = st.st_size};
    t->mtime_us = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
    return true;
}

void tail_release(struct tail *t)
{
    if (t->fd >= 0) {
        close(t->fd);
    }
    free(t->buf);
    *t = (struct tail){.fd = -1};
}

int64_t tail_left(const struct tail *t)
{
    return t->size > t->at ? t->size - t->at : 0;
}

/* One read; 0 at the end and after a failure, which is kept. */
static size_t read_at(struct tail *t, void *to, size_t n, int64_t at)
{
    ssize_t got;
    do {
        got = pread(t->fd, to, n, at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        t->sys = errno;
        return 0;
    }
    t->read_bytes += got;
    return (size_t)got;
}

static void make_room(struct tail *t, size_t want)
{
    if (t->start) {
        memmove(t->buf, t->buf + t->start, t->n);
        t->start = 0;
    }
    if (want > t->cap) {
        t->buf = xreallocarray(t->buf, want, 1);
        t->cap = want;
    }
}

bool tail_peek(struct tail *t, size_t n, struct sv *ret)
{
    if (n > t->n) {
        if ((int64_t)n > tail_left(t)) {
            return false;
        }
        size_t want = n > PIECE_BYTES ? n : PIECE_BYTES;
        if (want > (uint64_t)tail_left(t)) {
            want = (size_t)tail_left(t);
        }
        make_room(t, want);
        while (t->n < n) {
            size_t got = read_at(t, t->buf + t->n, want - t->n, t->at + (int64_t)t->n);
            if (!got) {
                t->size = t->at + (int64_t)t->n; /* it was cut while we read */
                return false;
            }
            t->n += got;
        }
    }
    *ret = (struct sv){t->buf + t->start, n};
    return true;
}

void tail_skip(struct tail *t, int64_t n)
{
    size_t held = n < (int64_t)t->n ? (size_t)n : t->n;
    t->at += n;
    t->start += held;
    t->n -= held;
}

void tail_back(struct tail *t, int64_t at)
{
    if (at != t->at) {
        t->at = at;
        t->start = t->n = 0;
    }
}

bool tail_head(struct tail *t, size_t n, uint32_t *ret_crc)
{
    char head[256];
    size_t have = 0;
    if (n > sizeof head) {
        n = sizeof head;
    }
    while (have < n) {
        size_t got = read_at(t, head + have, n - have, (int64_t)have);
        if (!got) {
            return false;
        }
        have += got;
    }
    *ret_crc = crc32_ieee((struct sv){head, n});
    return true;
}
