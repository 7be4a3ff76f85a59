/* Chunks and records; see wandb_log.h. */
#include "core/provider/files/wandb_log.h"

#include "core/base/crc.h"
#include "core/base/pbwire.h"

enum { BLOCK_BYTES = 32 << 10, HEAD_BYTES = 7 };
enum chunk_type { CHUNK_NONE, CHUNK_FULL, CHUNK_FIRST, CHUNK_MIDDLE, CHUNK_LAST, CHUNK_TYPES };

static const char file_head[HEAD_BYTES] = {':', 'W', '&', 'B', '\xe1', '\xbe', 0};

void wandb_log_init(struct wandb_log *l)
{
    *l = (struct wandb_log){.record = STR_INIT};
}

void wandb_log_release(struct wandb_log *l)
{
    str_release(&l->record);
}

enum chunk_got { CHUNK_IS, CHUNK_MISSING, CHUNK_TORN, CHUNK_BAD };

struct chunk {
    enum chunk_type type;
    struct sv bytes;
};

static int64_t left_of_block(const struct tail *t)
{
    return BLOCK_BYTES - t->at % BLOCK_BYTES;
}

static bool is_blank(struct sv head)
{
    for (size_t i = 0; i < head.n; i++) {
        if (head.p[i]) {
            return false;
        }
    }
    return true;
}

/* Look at the chunk with that head; it is not skipped but when it is bad. */
static enum chunk_got chunk_of(struct tail *t, struct sv head, struct chunk *ret,
                               const char **ret_why)
{
    int64_t left = left_of_block(t);
    uint32_t crc = (uint32_t)pb_le(head.p, 4);
    size_t n = (size_t)pb_le(head.p + 4, 2);
    unsigned char type = (unsigned char)head.p[6];
    struct sv whole;
    *ret_why = NULL;
    if ((int64_t)(HEAD_BYTES + n) > left) {
        *ret_why = "a chunk that goes beyond its block";
    } else if (!tail_peek(t, HEAD_BYTES + n, &whole)) {
        return CHUNK_TORN;
    } else if (crc32_ieee((struct sv){whole.p + HEAD_BYTES - 1, n + 1}) != crc) {
        *ret_why = "the checksum of a chunk is wrong";
    } else if (type == CHUNK_NONE || type >= CHUNK_TYPES) {
        *ret_why = "a chunk of no type that there is";
    }
    if (*ret_why) {
        tail_skip(t, left);
        return CHUNK_BAD;
    }
    *ret = (struct chunk){(enum chunk_type)type, {whole.p + HEAD_BYTES, n}};
    return CHUNK_IS;
}

/* The next chunk, and where it begins; room of a block that holds none is skipped. */
static enum chunk_got next_chunk(struct tail *t, struct chunk *ret, int64_t *ret_at,
                                 const char **ret_why)
{
    for (;;) {
        struct sv head;
        *ret_at = t->at;
        int64_t left = left_of_block(t), there = tail_left(t);
        if (there == 0) {
            return CHUNK_MISSING;
        }
        if (left < HEAD_BYTES) {
            if (there < left) {
                return CHUNK_MISSING;
            }
            tail_skip(t, left);
            continue;
        }
        if (!tail_peek(t, HEAD_BYTES, &head)) {
            return CHUNK_TORN;
        }
        if (!is_blank(head)) {
            return chunk_of(t, head, ret, ret_why);
        }
        if (there < left) {
            return CHUNK_TORN; /* room that was taken and not written yet */
        }
        tail_skip(t, left);
    }
}

static enum wandb_log_next read_head(struct tail *t, const char **ret_why)
{
    struct sv head;
    if (!tail_peek(t, HEAD_BYTES, &head)) {
        return tail_left(t) ? WANDB_LOG_TORN : WANDB_LOG_END;
    }
    tail_skip(t, HEAD_BYTES);
    *ret_why = "no header of a W&B log";
    return memcmp(head.p, file_head, HEAD_BYTES) == 0 ? WANDB_LOG_IS : WANDB_LOG_DAMAGED;
}

/* The file ends within a record, or between two. */
static enum wandb_log_next end_of(struct tail *t, enum chunk_got got, int64_t first_at)
{
    if (first_at >= 0) {
        tail_back(t, first_at);
    }
    return first_at >= 0 || got == CHUNK_TORN ? WANDB_LOG_TORN : WANDB_LOG_END;
}

/* What a chunk does to the record that is put together, from first_at on (-1: none is). */
enum chunk_use { USE_WHOLE, USE_ADDED, USE_LAST, USE_PASSED_OVER, USE_DAMAGED };

static enum chunk_use use_chunk(struct wandb_log *l, const struct chunk *c, int64_t first_at,
                                const char **ret_why)
{
    bool was_lost = l->is_lost;
    l->is_lost = false;
    if (c->type == CHUNK_FULL) {
        return USE_WHOLE;
    }
    if (c->type != CHUNK_FIRST && first_at < 0) {
        l->is_lost = c->type != CHUNK_LAST;
        *ret_why = "a record without its beginning";
        return was_lost ? USE_PASSED_OVER : USE_DAMAGED;
    }
    if (l->record.n + c->bytes.n > WANDB_LOG_MAX_BYTES) {
        l->is_lost = c->type != CHUNK_LAST;
        *ret_why = "a record of more than 64 MiB";
        return USE_DAMAGED;
    }
    str_addsv(&l->record, c->bytes);
    return c->type == CHUNK_LAST ? USE_LAST : USE_ADDED;
}

/* A record, whose first chunk is the next one. */
static enum wandb_log_next read_record(struct wandb_log *l, struct tail *t, struct sv *ret_bytes,
                                       int64_t *ret_at, const char **ret_why)
{
    struct chunk c = {0};
    for (int64_t first_at = -1;;) {
        int64_t at;
        enum chunk_got got = next_chunk(t, &c, &at, ret_why);
        *ret_at = first_at >= 0 ? first_at : at;
        if (got == CHUNK_MISSING || got == CHUNK_TORN) {
            return end_of(t, got, first_at);
        }
        if (got == CHUNK_BAD) {
            l->is_lost = true;
            return WANDB_LOG_DAMAGED;
        }
        if ((c.type == CHUNK_FULL || c.type == CHUNK_FIRST) && first_at >= 0) {
            *ret_why = "a record without its end"; /* the chunk is looked at again */
            return WANDB_LOG_DAMAGED;
        }
        tail_skip(t, HEAD_BYTES + (int64_t)c.bytes.n);
        enum chunk_use use = use_chunk(l, &c, first_at, ret_why);
        if (use == USE_DAMAGED) {
            return WANDB_LOG_DAMAGED;
        }
        if (use == USE_WHOLE || use == USE_LAST) {
            *ret_bytes = use == USE_WHOLE ? c.bytes : sv_of(&l->record);
            return WANDB_LOG_IS;
        }
        first_at = use == USE_ADDED && first_at < 0 ? at : first_at;
    }
}

enum wandb_log_next wandb_log_next(struct wandb_log *l, struct tail *t, struct sv *ret_bytes,
                                   int64_t *ret_at, const char **ret_why)
{
    *ret_at = t->at;
    str_clear(&l->record);
    if (t->at == 0) {
        enum wandb_log_next head = read_head(t, ret_why);
        if (head != WANDB_LOG_IS) {
            return head;
        }
    }
    return read_record(l, t, ret_bytes, ret_at, ret_why);
}
