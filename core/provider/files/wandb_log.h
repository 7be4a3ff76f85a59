/* wandb_log: the framing of W&B's .wandb files: LevelDB's log with zlib's checksum.
 *
 * A header of seven bytes, then blocks of 32 KiB counted from the file's beginning; a record is one
 * chunk or several. A chunk that cannot be right costs the rest of its block and the record that it
 * is of, nothing more. Pure but for reading the tail; the caller releases. */
#ifndef MLW_PROVIDER_FILES_WANDB_LOG_H
#define MLW_PROVIDER_FILES_WANDB_LOG_H

#include "core/provider/files/tail.h"

enum { WANDB_LOG_MAX_BYTES = 64 << 20 };

struct wandb_log {
    struct str record; /* of several chunks */
    bool is_lost;      /* what follows is the rest of a record that was passed over */
};

enum wandb_log_next {
    WANDB_LOG_IS,     /* *ret_bytes, valid until the next call */
    WANDB_LOG_END,    /* the file ends here, between two records */
    WANDB_LOG_TORN,   /* it ends within a record, before which the tail stays */
    WANDB_LOG_DAMAGED /* something was passed over, at *ret_at, for *ret_why */
};

void wandb_log_init(struct wandb_log *l);
void wandb_log_release(struct wandb_log *l);
enum wandb_log_next wandb_log_next(struct wandb_log *l, struct tail *t, struct sv *ret_bytes,
                                   int64_t *ret_at, const char **ret_why);

#endif
