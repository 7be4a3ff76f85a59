/* pbwire and crc: lengths and numbers stay within their bytes; the sums are the published ones. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/crc.h"
#include "core/base/mem.h"
#include "core/base/pbwire.h"
#include "tests/unit/wire.h"

static void what_is_no_message_is_bad(void **state)
{
    static const struct sv bad[] = {
        {"\x08", 1},                                              /* no value */
        {"\x08\x80", 2},                                          /* a varint cut short */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11},     /* of more than 64 bits */
        {"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12}, /* of eleven bytes */
        {"\x0a\x05hell", 6},                                      /* bytes beyond the end */
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},     /* 2^64 - 1 of them */
        {"\x09\0\0\0\0\0\0\0", 8},                                /* seven of eight */
        {"\x0d\0\0\0", 4},                                        /* three of four */
        {"\x0b\x0c", 2},                                          /* a group */
        {"\x0e", 1},
        {"\x0f", 1},                         /* no wire type */
        {"\x00\x01", 2},                     /* field 0 */
        {"\x80\x80\x80\x80\x80\x01\x01", 7}, /* field 2^32 and more */
    };
    (void)state;
    for (size_t i = 0; i < ALEN(bad); i++) {
        char *copy = sv_dup(bad[i]); /* of exactly its size: reading beyond is seen */
        struct pb c = pb_of((struct sv){copy, bad[i].n});
        struct pb_field f;
        while (pb_next(&c, &f)) {
        }
        assert_true(c.is_bad);
        assert_false(pb_next(&c, &f));
        free(copy);
    }
}

static void fields_come_as_they_were_written(void **state)
{
    struct str s = STR_INIT;
    (void)state;
    wire_varint(&s, 1, UINT64_MAX);
    wire_double(&s, 2, -0.5);
    wire_z(&s, 536870911, "abc");
    wire_float(&s, 4, 1.5);
    struct pb c = pb_of(sv_of(&s));
    struct pb_field f;
    assert_true(pb_next(&c, &f) && f.number == 1 && f.wire == PB_VARINT);
    assert_true(f.bits == UINT64_MAX && pb_i64(f.bits) == -1 && f.bytes.n == 0);
    assert_true(pb_next(&c, &f) && f.number == 2 && pb_double(f.bits) == -0.5);
    assert_true(pb_next(&c, &f) && f.number == 536870911 && sv_eqz(f.bytes, "abc"));
    assert_true(pb_next(&c, &f) && f.wire == PB_FIXED32 && pb_float(f.bits) == 1.5);
    assert_false(pb_next(&c, &f));
    assert_false(c.is_bad);
    str_release(&s);
}

static void packed_numbers_are_split(void **state)
{
    struct pb c = pb_of(SV("\x01\x80\x01\x05"));
    uint64_t x;
    (void)state;
    assert_true(pb_packed(&c, PB_VARINT, &x) && x == 1);
    assert_true(pb_packed(&c, PB_VARINT, &x) && x == 128);
    assert_true(pb_packed(&c, PB_VARINT, &x) && x == 5);
    assert_false(pb_packed(&c, PB_VARINT, &x));
    assert_false(c.is_bad);
    c = pb_of(SV("\x01\x02\x03"));
    assert_false(pb_packed(&c, PB_FIXED32, &x));
    assert_true(c.is_bad);
}

static void sums_are_the_published_ones(void **state)
{
    char zeros[32] = {0};
    (void)state;
    assert_int_equal(crc32_ieee(SV("123456789")), 0xCBF43926u);
    assert_int_equal(crc32_castagnoli(SV("123456789")), 0xE3069283u);
    assert_int_equal(crc32_castagnoli((struct sv){zeros, 32}), 0x8A9136AAu); /* RFC 3720 B.4 */
    assert_int_equal(crc32_ieee(SV("")), 0);
    for (size_t cut = 0; cut <= 20; cut++) {
        struct sv whole = SV("twenty bytes of text");
        uint32_t first = crc32_ieee((struct sv){whole.p, cut});
        assert_int_equal(crc32_ieee_more(first, (struct sv){whole.p + cut, 20 - cut}),
                         crc32_ieee(whole));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_message_is_bad),
        cmocka_unit_test(fields_come_as_they_were_written),
        cmocka_unit_test(packed_numbers_are_split),
        cmocka_unit_test(sums_are_the_published_ones),
    };
    return RUN_TESTS(tests);
}
