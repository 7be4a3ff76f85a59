/* Checksums by eight tables a polynomial; see crc.h. */
#include "core/base/crc.h"

#include <endian.h>
#include <pthread.h>

enum { SLICES = 8 };
#define POLY_IEEE       0xEDB88320u
#define POLY_CASTAGNOLI 0x82F63B78u

struct tables {
    uint32_t at[SLICES][256];
};

/* Written once under `once`, read-only from then on. */
static struct {
    pthread_once_t once;
    struct tables ieee, castagnoli;
} made = {.once = PTHREAD_ONCE_INIT};

static void fill(struct tables *t, uint32_t poly)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) {
            c = c & 1 ? c >> 1 ^ poly : c >> 1;
        }
        t->at[0][i] = c;
    }
    for (size_t s = 1; s < SLICES; s++) {
        for (size_t i = 0; i < 256; i++) {
            uint32_t before = t->at[s - 1][i];
            t->at[s][i] = before >> 8 ^ t->at[0][before & 0xff];
        }
    }
}

static void fill_both(void)
{
    fill(&made.ieee, POLY_IEEE);
    fill(&made.castagnoli, POLY_CASTAGNOLI);
}

static uint32_t run(const struct tables *t, uint32_t before, struct sv v)
{
    const unsigned char *p = (const unsigned char *)v.p;
    size_t n = v.n;
    uint32_t c = ~before;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t x;
        memcpy(&x, p, 8);
        x = le64toh(x) ^ c;
        c = 0;
        for (size_t i = 0; i < SLICES; i++) {
            c ^= t->at[SLICES - 1 - i][x >> 8 * i & 0xff];
        }
    }
    for (; n; n--, p++) {
        c = c >> 8 ^ t->at[0][(c ^ *p) & 0xff];
    }
    return ~c;
}

uint32_t crc32_ieee_more(uint32_t before, struct sv bytes)
{
    pthread_once(&made.once, fill_both);
    return run(&made.ieee, before, bytes);
}

uint32_t crc32_ieee(struct sv bytes)
{
    return crc32_ieee_more(0, bytes);
}

uint32_t crc32_castagnoli(struct sv bytes)
{
    pthread_once(&made.once, fill_both);
    return run(&made.castagnoli, 0, bytes);
}

uint32_t crc32_masked(struct sv bytes)
{
    uint32_t c = crc32_castagnoli(bytes);
    return (c >> 15 | c << 17) + 0xa282ead8u;
}
