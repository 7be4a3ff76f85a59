/* sink: keeps what a reader hands over, as text that tests compare.
 *
 *     struct sink s; sink_init(&s);
 *     sink_read(&s, &tensorboard_reader, dir);   open, all steps, close; again and again
 *     sink_dump(&s, &text);                      everything that is known by now
 *
 * The pieces of state that readers keep are held from one reading to the next. */
#ifndef MLW_TESTS_UNIT_SINK_H
#define MLW_TESTS_UNIT_SINK_H

#include "core/base/map.h"
#include "core/provider/files/reader.h"

struct sink {
    struct map runs, pieces, damages;
    struct json *state;
    struct reader_sink to; /* what the reader gets */
    size_t calls;          /* of to.points */
};

void sink_init(struct sink *s);
void sink_release(struct sink *s);
/* All that is new; slices end after slice_us (0: after every piece). Ends the test on failure. */
void sink_read(struct sink *s, const struct reader *f, const char *path);
/* The same with the reader left open from one reading to the next. */
void sink_steps(struct sink *s, const struct reader *f, void *r);
/* "run ID name=… status=… params=…", "  KEY latest: step@time=value …" and "damaged FILE:OFFSET
 * reason", sorted by run and key; points in their order. */
void sink_dump(const struct sink *s, struct str *out);
/* One series as "step=value step=value …", or "" where there is none. */
void sink_series(const struct sink *s, const char *run, const char *key, struct str *out);
const struct json *sink_run(const struct sink *s, const char *run); /* NULL: not known */
/* The reason, or NULL. */
const char *sink_damage(const struct sink *s, const char *file, int64_t offset);

#endif
