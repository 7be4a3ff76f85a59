/* TensorFlow's TensorProto, as far as it is one number; see tfevent.h. */
#include <endian.h>
#include <math.h>

#include "core/base/mem.h"
#include "core/provider/files/tfevent.h"

enum { TENSOR_DTYPE = 1, TENSOR_SHAPE = 2, TENSOR_CONTENT = 4 };
enum { SHAPE_DIM = 2, SHAPE_UNKNOWN_RANK = 3 };

/* A floating-point number of fewer bits than a float: sign, exponent, fraction. With `is_finite`
 * the highest exponent is a number too, but for the one with all bits of the fraction. */
static double small_float(uint64_t bits, int exponent_bits, int fraction_bits, bool is_finite)
{
    int top = (1 << exponent_bits) - 1, bias = top / 2;
    int exponent = (int)(bits >> fraction_bits) & top;
    int fraction = (int)bits & ((1 << fraction_bits) - 1);
    double sign = bits >> (exponent_bits + fraction_bits) & 1 ? -1 : 1;
    if (exponent == top && is_finite && fraction == (1 << fraction_bits) - 1) {
        return (double)NAN;
    }
    if (exponent == top && !is_finite) {
        return fraction ? (double)NAN : sign * (double)INFINITY;
    }
    double whole = exponent ? ldexp(1, fraction_bits) + fraction : fraction;
    return sign * ldexp(whole, (exponent ? exponent : 1) - bias - fraction_bits);
}

static double half_of(uint64_t bits)
{
    return small_float(bits, 5, 10, false);
}
static double bfloat_of(uint64_t bits)
{
    return pb_float((bits & 0xffff) << 16);
}
static double e5m2_of(uint64_t bits)
{
    return small_float(bits, 5, 2, false);
}
static double e4m3_of(uint64_t bits)
{
    return small_float(bits, 4, 3, true);
}
static double unsigned_of(uint64_t bits)
{
    return (double)bits;
}
static double signed_of(uint64_t bits)
{
    return (double)pb_i64(bits);
}

/* How the numbers of a type are stored: how many bytes each takes in tensor_content, and which
 * field they stand in otherwise, of which wire type. float8 stands there as bytes. */
struct dtype {
    unsigned size;
    uint32_t field;
    enum pb_wire wire;
    double (*number)(uint64_t bits);
    bool is_signed;
};
static const struct dtype dtypes[] = {
    [1] = {4, 5, PB_FIXED32, pb_float, false},     /* float */
    [2] = {8, 6, PB_FIXED64, pb_double, false},    /* double */
    [3] = {4, 7, PB_VARINT, signed_of, true},      /* int32 */
    [4] = {1, 7, PB_VARINT, unsigned_of, false},   /* uint8 */
    [5] = {2, 7, PB_VARINT, signed_of, true},      /* int16 */
    [6] = {1, 7, PB_VARINT, signed_of, true},      /* int8 */
    [9] = {8, 10, PB_VARINT, signed_of, true},     /* int64 */
    [14] = {2, 13, PB_VARINT, bfloat_of, false},   /* bfloat16 */
    [17] = {2, 7, PB_VARINT, unsigned_of, false},  /* uint16 */
    [19] = {2, 13, PB_VARINT, half_of, false},     /* half */
    [22] = {4, 16, PB_VARINT, unsigned_of, false}, /* uint32 */
    [23] = {8, 17, PB_VARINT, unsigned_of, false}, /* uint64 */
    [24] = {1, 18, PB_BYTES, e5m2_of, false},      /* float8_e5m2 */
    [25] = {1, 18, PB_BYTES, e4m3_of, false},      /* float8_e4m3fn */
};

/* Has the shape no dimension? */
static bool is_rank_0(struct sv shape)
{
    struct pb c = pb_of(shape);
    struct pb_field f;
    while (pb_next(&c, &f)) {
        if (f.number == SHAPE_DIM || (f.number == SHAPE_UNKNOWN_RANK && f.bits)) {
            return false;
        }
    }
    return !c.is_bad;
}

/* The one number in the type's own field: packed, or alone. */
static size_t count_numbers(const struct dtype *d, const struct pb_field *f, uint64_t *ret_bits)
{
    size_t n = 0;
    if (d->wire == PB_BYTES) {
        *ret_bits = f->bytes.n ? (unsigned char)f->bytes.p[0] : 0;
        return f->bytes.n;
    }
    if (f->wire == d->wire) {
        *ret_bits = f->bits;
        return 1;
    }
    struct pb packed = pb_of(f->bytes);
    while (f->wire == PB_BYTES && pb_packed(&packed, d->wire, ret_bits)) {
        n++;
    }
    return packed.is_bad ? 2 : n;
}

static uint64_t widen(const struct dtype *d, uint64_t bits)
{
    if (d->is_signed && d->size < 8) {
        uint64_t sign = (uint64_t)1 << (8 * d->size - 1);
        bits &= (sign << 1) - 1;
        return (bits ^ sign) - sign;
    }
    return bits;
}

/* How many numbers there are, the last of them in *ret_bits. */
static size_t find_number(const struct dtype *d, struct sv tensor, struct sv content,
                          uint64_t *ret_bits)
{
    struct pb c = pb_of(tensor);
    struct pb_field f;
    size_t n = 0;
    if (content.n) {
        *ret_bits = content.n == d->size ? pb_le(content.p, d->size) : 0;
        return content.n == d->size;
    }
    while (pb_next(&c, &f)) {
        n += f.number == d->field ? count_numbers(d, &f, ret_bits) : 0;
    }
    return n;
}

enum tfvalue_kind tftensor_scalar(struct sv tensor, double *ret)
{
    struct pb c = pb_of(tensor);
    struct pb_field f;
    uint64_t type = 0, bits = 0;
    struct sv content = {0};
    while (pb_next(&c, &f)) {
        if (f.number == TENSOR_DTYPE && f.wire == PB_VARINT) {
            type = f.bits;
        } else if (f.number == TENSOR_SHAPE && !is_rank_0(f.bytes)) {
            return TFVALUE_OTHER;
        } else if (f.number == TENSOR_CONTENT && f.wire == PB_BYTES) {
            content = f.bytes;
        }
    }
    if (c.is_bad) {
        return TFVALUE_DAMAGED;
    }
    const struct dtype *d = type < ALEN(dtypes) ? &dtypes[type] : &dtypes[0];
    if (!d->number) {
        return TFVALUE_OTHER;
    }
    if (find_number(d, tensor, content, &bits) != 1) {
        return TFVALUE_DAMAGED;
    }
    *ret = d->number(widen(d, bits));
    return TFVALUE_SCALAR;
}
