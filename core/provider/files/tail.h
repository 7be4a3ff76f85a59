/* tail: a file that another program appends to, read from an offset on.
 *
 * What was read is held until it is skipped, so that a record can be looked at whole; memory is
 * what the longest peek asked for and 64 KiB. Reads at most as far as the file went when it was
 * opened: what comes later is for the next opening. The caller releases. One thread. */
#ifndef MLW_PROVIDER_FILES_TAIL_H
#define MLW_PROVIDER_FILES_TAIL_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct tail {
    int fd;
    int sys;      /* errno of a read that failed: the file ends there */
    int64_t at;   /* of the next byte */
    int64_t size; /* of the file */
    int64_t mtime_us;
    int64_t read_bytes; /* how many were read from the file */
    char *buf;
    size_t start, n, cap; /* buf[start..start + n) are the bytes from `at` on */
};

/* Only a regular file; nothing is waited for. */
MUST_USE bool tail_open(struct tail *t, const char *path, int64_t at, struct err *e);
void tail_release(struct tail *t);
int64_t tail_left(const struct tail *t);
/* The next n bytes, valid until the next call; false: the file has not so many. */
bool tail_peek(struct tail *t, size_t n, struct sv *ret);
/* May go beyond the end: what comes there later is skipped too. */
void tail_skip(struct tail *t, int64_t n);
/* Go back to what was skipped. */
void tail_back(struct tail *t, int64_t at);
/* The file's first n bytes' checksum; what is peeked at stays. False: there are not so many. */
bool tail_head(struct tail *t, size_t n, uint32_t *ret_crc);

#endif
