/* Any bytes as a W&B log, and as the records of a sound one. */
#include "core/base/crc.h"
#include "tests/fuzz/reader_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_le(struct str *out, uint64_t x, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        str_addc(out, (char)(x >> 8 * i & 0xff));
    }
}

/* A chunk of any type, with the right sum. */
static void add_chunk(struct str *out, char type, struct sv bytes)
{
    add_le(out, crc32_ieee_more(crc32_ieee((struct sv){&type, 1}), bytes), 4);
    add_le(out, bytes.n, 2);
    str_addc(out, type);
    str_addsv(out, bytes);
}

/* The first byte: framed or not; the second: where the file is cut. A framed chunk has the type
 * that its first byte says (most often whole) and is as long as the second says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str file = STR_INIT;
    if (size < 2) {
        return 0;
    }
    struct sv rest = {(const char *)data + 2, size - 2};
    str_add(&file, ":W&B\xe1\xbe\0", 7);
    if (data[0] & 1) {
        str_clear(&file);
        str_addsv(&file, rest);
    }
    while (!(data[0] & 1) && rest.n > 2) {
        char type = *rest.p > 0 && *rest.p < 6 ? *rest.p : 1;
        size_t n = (unsigned char)rest.p[1];
        n = n < rest.n - 2 ? n : rest.n - 2;
        add_chunk(&file, type, (struct sv){rest.p + 2, n});
        rest = (struct sv){rest.p + 2 + n, rest.n - 2 - n};
    }
    reader_fuzz(&wandb_reader, "run-1/run-a.wandb", sv_of(&file), file.n * data[1] / 256);
    str_release(&file);
    return 0;
}
