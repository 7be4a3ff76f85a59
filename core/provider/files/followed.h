/* followed: a file of a source that is read again and again, each time from where it was left.
 *
 * Which bytes were read is kept beside the checksum of the first of them, so that a file that was
 * written anew under the same name is noticed. Damage is told to the sink once, at most
 * FOLLOWED_MAX_DAMAGES times a file; what is torn at its end is taken back when the rest comes. A
 * file that is read from its beginning has its damage forgotten first. */
#ifndef MLW_PROVIDER_FILES_FOLLOWED_H
#define MLW_PROVIDER_FILES_FOLLOWED_H

#include "core/provider/files/reader.h"
#include "core/provider/files/tail.h"

enum { FOLLOWED_MAX_DAMAGES = 1000 };

struct followed {
    char *rel; /* owned: the file's path below the source */
    int64_t at, size, mtime_us;
    int64_t torn_at; /* -1: nothing is */
    int64_t damages;
    int64_t head_n;
    uint32_t head_crc;
    bool is_ended; /* nothing more can be read of it */
};

enum followed_news {
    FOLLOWED_SAME,     /* as it was */
    FOLLOWED_GREW,     /* there is something from `at` on */
    FOLLOWED_REPLACED, /* other bytes under the same name: all of it is new */
    FOLLOWED_GONE      /* it is not there, or may not be read (which is told) */
};

void followed_init(struct followed *f, char *owned_rel);
void followed_release(struct followed *f);
/* What followed_save made; what is wrong in it counts as never read. */
void followed_load(struct followed *f, const struct json *state);
struct json *followed_save(const struct followed *f); /* the caller owns it */
/* As if it had never been read. */
void followed_forget(struct followed *f, const struct reader_sink *to);

/* With FOLLOWED_GREW *ret is open at f->at, else not to be used. */
enum followed_news followed_open(struct followed *f, const char *root, struct tail *ret,
                                 const struct reader_sink *to);
/* Take note of how far the tail was read; is_done: nothing of it is left for now. */
void followed_left(struct followed *f, struct tail *t, bool is_done);
void followed_damaged(struct followed *f, const struct reader_sink *to, int64_t offset,
                      const char *reason);
/* The bytes from offset on are the begin of something; -1: there are none. */
void followed_torn(struct followed *f, const struct reader_sink *to, int64_t offset,
                   const char *reason);

#endif
