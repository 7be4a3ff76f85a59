/* tfrecord: TensorFlow's framing of records: length, its checksum, bytes, their checksum.
 *
 * A length that its checksum does not bear out ends the file: nothing says where the next record
 * begins. Bytes that theirs does not bear out, and records of more than TFRECORD_MAX_BYTES, cost
 * themselves alone. Pure but for reading the tail. */
#ifndef MLW_PROVIDER_FILES_TFRECORD_H
#define MLW_PROVIDER_FILES_TFRECORD_H

#include "core/provider/files/tail.h"

enum { TFRECORD_MAX_BYTES = 64 << 20 };

enum tfrecord {
    TFRECORD_IS,      /* *ret_bytes, valid until the next call */
    TFRECORD_END,     /* the file ends here, between two records */
    TFRECORD_TORN,    /* it ends within a record, whose rest may come: the tail stays before it */
    TFRECORD_DAMAGED, /* the record was passed over, for *ret_why */
    TFRECORD_LOST     /* nothing more can be read, for *ret_why */
};

enum tfrecord tfrecord_next(struct tail *t, struct sv *ret_bytes, const char **ret_why);

#endif
