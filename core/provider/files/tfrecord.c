/* Records of an event file; see tfrecord.h. */
#include "core/provider/files/tfrecord.h"

#include "core/base/crc.h"
#include "core/base/pbwire.h"

enum { LENGTH_BYTES = 8, CRC_BYTES = 4, HEAD_BYTES = LENGTH_BYTES + CRC_BYTES };

/* Room that was taken before anything was written into it. */
static bool is_blank(struct sv head)
{
    for (size_t i = 0; i < head.n; i++) {
        if (head.p[i]) {
            return false;
        }
    }
    return true;
}

enum tfrecord tfrecord_next(struct tail *t, struct sv *ret_bytes, const char **ret_why)
{
    struct sv head, whole;
    if (!tail_peek(t, HEAD_BYTES, &head)) {
        return tail_left(t) ? TFRECORD_TORN : TFRECORD_END;
    }
    uint64_t n = pb_le(head.p, LENGTH_BYTES);
    if (pb_le(head.p + LENGTH_BYTES, CRC_BYTES) !=
        crc32_masked((struct sv){head.p, LENGTH_BYTES})) {
        *ret_why = "the checksum of a record's length is wrong: the rest of the file is not read";
        return is_blank(head) ? TFRECORD_TORN : TFRECORD_LOST;
    }
    if (n > TFRECORD_MAX_BYTES) {
        *ret_why = "a record of more than 64 MiB";
        if (n > (uint64_t)INT64_MAX / 4) {
            return TFRECORD_LOST;
        }
        tail_skip(t, HEAD_BYTES + (int64_t)n + CRC_BYTES);
        return TFRECORD_DAMAGED;
    }
    if (!tail_peek(t, HEAD_BYTES + (size_t)n + CRC_BYTES, &whole)) {
        return TFRECORD_TORN;
    }
    *ret_bytes = (struct sv){whole.p + HEAD_BYTES, (size_t)n};
    tail_skip(t, (int64_t)whole.n);
    if (pb_le(ret_bytes->p + n, CRC_BYTES) != crc32_masked(*ret_bytes)) {
        *ret_why = "the checksum of a record is wrong";
        return TFRECORD_DAMAGED;
    }
    return TFRECORD_IS;
}
