/* Encoders of foreign formats; see wire.h. */
#include "tests/unit/wire.h"

#include "core/base/crc.h"

enum { BLOCK = 32768, CHUNK_HEAD = 7 };

void wire_le(struct str *out, uint64_t x, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        str_addc(out, (char)(x >> 8 * i & 0xff));
    }
}

static void varint(struct str *out, uint64_t x)
{
    for (; x > 0x7f; x >>= 7) {
        str_addc(out, (char)((x & 0x7f) | 0x80));
    }
    str_addc(out, (char)x);
}

void wire_varint(struct str *out, uint32_t number, uint64_t x)
{
    varint(out, (uint64_t)number << 3);
    varint(out, x);
}

void wire_double(struct str *out, uint32_t number, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    varint(out, (uint64_t)number << 3 | 1);
    wire_le(out, bits, 8);
}

void wire_float(struct str *out, uint32_t number, double x)
{
    float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    varint(out, (uint64_t)number << 3 | 5);
    wire_le(out, bits, 4);
}

void wire_bytes(struct str *out, uint32_t number, struct sv bytes)
{
    varint(out, (uint64_t)number << 3 | 2);
    varint(out, bytes.n);
    str_addsv(out, bytes);
}

void wire_z(struct str *out, uint32_t number, const char *z)
{
    wire_bytes(out, number, sv_z(z));
}

void wire_tfrecord(struct str *out, struct sv record)
{
    struct str n = STR_INIT;
    wire_le(&n, record.n, 8);
    str_addsv(out, sv_of(&n));
    wire_le(out, crc32_masked(sv_of(&n)), 4);
    str_addsv(out, record);
    wire_le(out, crc32_masked(record), 4);
    str_release(&n);
}

void wire_scalar(struct str *out, const char *tag, int64_t step, double wall_s, double value)
{
    struct str v = STR_INIT, s = STR_INIT, event = STR_INIT;
    wire_z(&v, 1, tag);
    wire_float(&v, 2, value);
    wire_bytes(&s, 1, sv_of(&v));
    wire_double(&event, 1, wall_s);
    wire_varint(&event, 2, (uint64_t)step);
    wire_bytes(&event, 5, sv_of(&s));
    wire_tfrecord(out, sv_of(&event));
    str_release(&v);
    str_release(&s);
    str_release(&event);
}

void wire_start(struct str *out, int64_t step)
{
    struct str session = STR_INIT, event = STR_INIT;
    wire_varint(&session, 1, 1);
    wire_double(&event, 1, 1.7e9);
    wire_varint(&event, 2, (uint64_t)step);
    wire_bytes(&event, 7, sv_of(&session));
    wire_tfrecord(out, sv_of(&event));
    str_release(&session);
    str_release(&event);
}

void wire_wandb_begin(struct str *out)
{
    str_addsv(out, SV(":W&B"));
    wire_le(out, 0xBEE1, 2);
    str_addc(out, 0);
}

static void chunk(struct str *out, char type, struct sv bytes)
{
    uint32_t crc = crc32_ieee((struct sv){&type, 1});
    wire_le(out, crc32_ieee_more(crc, bytes), 4);
    wire_le(out, bytes.n, 2);
    str_addc(out, type);
    str_addsv(out, bytes);
}

void wire_wandb(struct str *out, struct sv record)
{
    bool is_first = true;
    do {
        size_t room = BLOCK - out->n % BLOCK;
        if (room < CHUNK_HEAD) {
            str_addn(out, 0, room);
            room = BLOCK;
        }
        size_t n = record.n < room - CHUNK_HEAD ? record.n : room - CHUNK_HEAD;
        bool is_last = n == record.n;
        chunk(out, (char)(is_first ? is_last ? 1 : 2 : is_last ? 4 : 3), (struct sv){record.p, n});
        record.p += n;
        record.n -= n;
        is_first = false;
        if (is_last) {
            break;
        }
    } while (true);
}
