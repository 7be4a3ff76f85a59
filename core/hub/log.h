/* log: an attempt's log as numbered lines, however long it is and while it grows.
 *
 * A log_file knows where every 1,024th line begins (or every 4 MiB): it is counted in slices and
 * a window costs a seek and a short read. A line ends at a line feed or after 64 KiB. Owned by
 * the subscription or search that made it; the hub's thread. */
#ifndef MLW_HUB_LOG_H
#define MLW_HUB_LOG_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/store/execution.h"

enum {
    LOG_INDEX_LINES = 1024,
    LOG_INDEX_BYTES = 4 * 1024 * 1024,
    LOG_LINE_BYTES = 64 * 1024, /* of the file */
    LOG_SHOWN_BYTES = 4096      /* of a line */
};

struct log_place {
    uint64_t line, at;
};
struct log_file {
    int fd; /* -1: not open yet */
    char *path;
    VEC(struct log_place) index;
    uint64_t lines;           /* whole ones */
    uint64_t scanned, begins; /* bytes counted; where the line there began */
    uint64_t reading_at;      /* while a line is handed out: its first byte */
    char *block;
};

/* When what was written, from `log.times` beside the log (core/executor/shim): a line "BYTE MS"
 * says that the log's bytes from there on were written at that time of day, or within the second
 * after it. Times never go backwards here. */
struct log_time {
    uint64_t at;
    int64_t ms;
};
struct log_times {
    int fd; /* -1: not open yet */
    VEC(struct log_time) at;
    uint64_t read; /* bytes of the file */
    struct str rest;
};
void log_times_init(struct log_times *t);
void log_times_release(struct log_times *t);
/* What has come since; nothing where there is no such file. */
void log_times_read(struct log_times *t, const char *log_path);
int64_t log_times_of(const struct log_times *t, uint64_t byte); /* 0: not known */
/* The first byte written at ms or after it; UINT64_MAX: none. */
uint64_t log_times_since(const struct log_times *t, int64_t ms);

/* The attempt that "EXEC/STEP/N", "EXEC/STEP" or "EXEC" (the newest) names; texts in the arena. */
struct log_target {
    const char *attempt, *path;
    bool is_ended;
};
MUST_USE bool log_target(struct store *st, const struct workspace *ws, const char *id,
                         struct arena *a, struct log_target *ret, struct err *e);

void log_file_init(struct log_file *f);
void log_file_release(struct log_file *f);
/* Open at need; true also while there is no such file yet. */
MUST_USE bool log_file_open(struct log_file *f, const char *path, struct err *e);
/* Count on until deadline_us; *ret_at_end: all that is there was counted. */
MUST_USE bool log_file_count(struct log_file *f, int64_t deadline_us, bool *ret_at_end,
                             struct err *e);
/* Lines known: the unfinished last one too. */
uint64_t log_file_lines(const struct log_file *f);
/* `fn` gets lines from `first` on, raw and without their end, and returns false to stop. It sees
 * at most LOG_LINE_BYTES of each; where the line begins in the file is `reading_at`. */
MUST_USE bool log_file_read(struct log_file *f, uint64_t first, uint64_t n,
                            bool (*fn)(void *arg, uint64_t line, struct sv text), void *arg,
                            struct err *e);
/* The first line that begins at that byte or after it. */
MUST_USE bool log_file_line_at(struct log_file *f, uint64_t byte, uint64_t *ret_line,
                               struct err *e);
/* The line as it is shown: sanitised, at most LOG_SHOWN_BYTES and "…". */
void log_line_text(struct str *out, struct sv raw);

#endif
