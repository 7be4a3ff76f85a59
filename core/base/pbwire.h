/* pbwire: the fields of a protobuf message, one after the other, straight from its bytes.
 *
 *     struct pb c = pb_of(bytes);
 *     struct pb_field f;
 *     while (pb_next(&c, &f)) { if (f.number == 2 && f.wire == PB_BYTES) … f.bytes … }
 *     if (c.is_bad) …                    the rest of these bytes is no message
 *
 * Nothing is allocated and nothing nests: a message in a field is another cursor over f.bytes. All
 * lengths are bounded by the bytes given. Groups (wire types 3 and 4) end the reading as bad. Any
 * thread. */
#ifndef MLW_BASE_PBWIRE_H
#define MLW_BASE_PBWIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

enum pb_wire { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

struct pb {
    struct sv rest;
    bool is_bad;
};

struct pb_field {
    uint32_t number;
    enum pb_wire wire;
    uint64_t bits;   /* PB_VARINT, PB_FIXED64, PB_FIXED32 */
    struct sv bytes; /* PB_BYTES, else empty */
};

struct pb pb_of(struct sv bytes);
/* False at the end, or where the bytes are no message: then c->is_bad. */
bool pb_next(struct pb *c, struct pb_field *ret);
/* The next number of a packed list (f.bytes of it in c), of the given wire type. */
bool pb_packed(struct pb *c, enum pb_wire wire, uint64_t *ret_bits);

/* What the bits of a field are, and the bits of little-endian bytes. */
double pb_double(uint64_t bits); /* of PB_FIXED64 */
double pb_float(uint64_t bits);  /* of PB_FIXED32 */
int64_t pb_i64(uint64_t bits);
uint64_t pb_le(const char *p, size_t n_bytes); /* n_bytes <= 8 */

#endif
