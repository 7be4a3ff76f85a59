/* A bounded cursor over protobuf's wire format; see pbwire.h. */
#include "core/base/pbwire.h"

static bool bad(struct pb *c)
{
    c->is_bad = true;
    c->rest.n = 0;
    return false;
}

struct pb pb_of(struct sv bytes)
{
    return (struct pb){bytes, false};
}

/* At most ten bytes; of the tenth one bit. */
static bool varint(struct pb *c, uint64_t *ret)
{
    uint64_t x = 0;
    for (size_t i = 0; i < 10 && i < c->rest.n; i++) {
        uint64_t byte = (unsigned char)c->rest.p[i];
        if (i == 9 && byte > 1) {
            break;
        }
        x |= (byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            c->rest.p += i + 1;
            c->rest.n -= i + 1;
            *ret = x;
            return true;
        }
    }
    return bad(c);
}

static bool take(struct pb *c, uint64_t n, struct sv *ret)
{
    if (n > c->rest.n) {
        return bad(c);
    }
    *ret = (struct sv){c->rest.p, (size_t)n};
    c->rest.p += n;
    c->rest.n -= (size_t)n;
    return true;
}

static bool number_of(struct pb *c, enum pb_wire wire, uint64_t *ret)
{
    struct sv raw;
    if (wire == PB_VARINT) {
        return varint(c, ret);
    }
    if (!take(c, wire == PB_FIXED64 ? 8 : 4, &raw)) {
        return false;
    }
    *ret = pb_le(raw.p, raw.n);
    return true;
}

bool pb_next(struct pb *c, struct pb_field *ret)
{
    uint64_t key, n;
    struct pb_field f = {0};
    if (c->is_bad || !c->rest.n || !varint(c, &key)) {
        return false;
    }
    if (key >> 3 == 0 || key >> 32) {
        return bad(c);
    }
    f.number = (uint32_t)(key >> 3);
    f.wire = (enum pb_wire)(key & 7);
    if (f.wire == PB_BYTES) {
        if (!varint(c, &n) || !take(c, n, &f.bytes)) {
            return false;
        }
    } else if (f.wire == PB_VARINT || f.wire == PB_FIXED64 || f.wire == PB_FIXED32) {
        if (!number_of(c, f.wire, &f.bits)) {
            return false;
        }
    } else {
        return bad(c);
    }
    *ret = f;
    return true;
}

bool pb_packed(struct pb *c, enum pb_wire wire, uint64_t *ret_bits)
{
    return !c->is_bad && c->rest.n && number_of(c, wire, ret_bits);
}

double pb_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double pb_float(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float x;
    memcpy(&x, &low, sizeof x);
    return (double)x;
}

int64_t pb_i64(uint64_t bits)
{
    int64_t x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

uint64_t pb_le(const char *p, size_t n_bytes)
{
    uint64_t x = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        x |= (uint64_t)(unsigned char)p[i] << 8 * i;
    }
    return x;
}
