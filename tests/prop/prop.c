/* Seeded generators; see prop.h. */
#include "tests/prop/prop.h"

#include <stdlib.h>

#include "core/base/mem.h"

uint64_t prop_seed(size_t i)
{
    const char *fixed = getenv("MLW_SEED");
    return fixed ? strtoull(fixed, NULL, 10) : i + 1;
}

void prop_init(struct prop *p, uint64_t seed)
{
    p->state = seed;
}

/* splitmix64 */
uint64_t prop_next(struct prop *p)
{
    uint64_t z = p->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

size_t prop_below(struct prop *p, size_t n)
{
    return prop_next(p) % n;
}

void prop_text(struct prop *p, size_t max_chars, struct str *out)
{
    static const char *const pieces[] = {
        "a",
        "Z",
        "0",
        " ",
        "-",
        "\"",
        "\\",
        "é",
        "漢",
        "ｗ",
        "😀",
        "…",
        "\n",
        "\t",
        "\r",
        "\x1b[31m",
        "\x1b]0;t",
        "\x1b",
        "\x7f",
        "\x01",
        "\xc2\x9b",
        "\xcc\x81",
        "\xe2\x80\x8d",
        "\xef\xb8\x8f",
        "\xe2\x80\xae",
        "\xe2\x81\xa7",
        "\xd8\x9c",
        "\xe2\x80\xa8",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f",
        "\xed\xa0\x80",
    };
    for (size_t n = prop_below(p, max_chars + 1); n; n--) {
        str_addz(out, pieces[prop_below(p, ALEN(pieces))]);
    }
}
