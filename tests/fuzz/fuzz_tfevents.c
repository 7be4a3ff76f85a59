/* Any bytes as an event file, and as the records of a sound one. */
#include "core/base/crc.h"
#include "tests/fuzz/reader_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_le(struct str *out, uint64_t x, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        str_addc(out, (char)(x >> 8 * i & 0xff));
    }
}

static void add_record(struct str *out, struct sv record)
{
    size_t at = out->n;
    add_le(out, record.n, 8);
    add_le(out, crc32_masked((struct sv){out->p + at, 8}), 4);
    str_addsv(out, record);
    add_le(out, crc32_masked(record), 4);
}

/* The first byte: framed or not; the second: where the file is cut. A framed record is as long as
 * its first byte says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str file = STR_INIT;
    if (size < 2) {
        return 0;
    }
    struct sv rest = {(const char *)data + 2, size - 2};
    if (data[0] & 1) {
        str_addsv(&file, rest);
    }
    while (!(data[0] & 1) && rest.n > 1) {
        size_t n = (unsigned char)*rest.p;
        n = n < rest.n - 1 ? n : rest.n - 1;
        add_record(&file, (struct sv){rest.p + 1, n});
        rest = (struct sv){rest.p + 1 + n, rest.n - 1 - n};
    }
    reader_fuzz(&tensorboard_reader, "a/events.out.tfevents.1.h", sv_of(&file),
                file.n * data[1] / 256);
    str_release(&file);
    return 0;
}
