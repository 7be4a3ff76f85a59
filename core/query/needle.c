/* Looking for a text; see needle.h. */
#include "core/query/needle.h"

#include <stdint.h>
#include <wctype.h>

#include "core/base/utf8.h"

#define EVERY_BYTE 0x0101010101010101u

static uint32_t lower(uint32_t code)
{
    return (uint32_t)towlower((wint_t)code);
}

void needle_init(struct needle *nd, struct sv text, struct arena *arena)
{
    *nd = (struct needle){.text = {arena_sv(arena, text), text.n}, .is_caseless = true};
    for (struct sv v = text; v.n;) {
        bool is_ascii = (unsigned char)*v.p < 0x80;
        uint32_t code = utf8_next(&v);
        nd->is_wide |= !is_ascii;
        nd->is_caseless &= lower(code) == code;
    }
    nd->is_wide &= nd->is_caseless;
}

static bool is_letter(unsigned char c)
{
    return c >= 'a' && c <= 'z';
}

/* Does the (lower case) needle stand at p? */
static bool stands_at(struct sv needle, const char *p)
{
    for (size_t i = 0; i < needle.n; i++) {
        unsigned char c = (unsigned char)p[i], want = (unsigned char)needle.p[i];
        if (c != want && !(is_letter(want) && (c | 0x20) == want)) {
            return false;
        }
    }
    return true;
}

/* Eight places are looked at together for the first letter in either case. */
static size_t find_caseless(struct sv needle, struct sv text, size_t from)
{
    unsigned char first = (unsigned char)needle.p[0];
    uint64_t fold = is_letter(first) ? EVERY_BYTE * 0x20 : 0, want = EVERY_BYTE * first;
    size_t i = from, last = text.n - needle.n; /* the last place where it may begin */
    for (; i + 8 <= text.n && i <= last; i += 8) {
        uint64_t x;
        memcpy(&x, text.p + i, sizeof x);
        x = (x | fold) ^ want;
        if (!((x - EVERY_BYTE) & ~x & (EVERY_BYTE * 0x80))) {
            continue;
        }
        for (size_t j = i; j < i + 8 && j <= last; j++) {
            if (stands_at(needle, text.p + j)) {
                return j;
            }
        }
    }
    for (; i <= last; i++) {
        if (stands_at(needle, text.p + i)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Bytes of the hit at the beginning of `text`, or 0. */
static size_t wide_hit(struct sv needle, struct sv text)
{
    struct sv rest = text;
    while (needle.n) {
        if (!rest.n || lower(utf8_next(&rest)) != utf8_next(&needle)) {
            return 0;
        }
    }
    return text.n - rest.n;
}

static size_t find_wide(struct sv needle, struct sv text, size_t from, size_t *ret_n)
{
    for (struct sv rest = {text.p + from, text.n - from}; rest.n; (void)utf8_next(&rest)) {
        size_t n = wide_hit(needle, rest);
        if (n) {
            *ret_n = n;
            return text.n - rest.n;
        }
    }
    return SIZE_MAX;
}

size_t needle_find(const struct needle *nd, struct sv text, size_t from, size_t *ret_n)
{
    if (!nd->text.n || from > text.n) {
        return SIZE_MAX;
    }
    if (nd->is_wide) {
        return find_wide(nd->text, text, from, ret_n);
    }
    if (text.n - from < nd->text.n) {
        return SIZE_MAX;
    }
    *ret_n = nd->text.n;
    if (nd->is_caseless) {
        return find_caseless(nd->text, text, from);
    }
    const char *hit = memmem(text.p + from, text.n - from, nd->text.p, nd->text.n);
    return hit ? (size_t)(hit - text.p) : SIZE_MAX;
}

bool needle_is_in(const struct needle *nd, const char *text)
{
    size_t n = 0;
    return !nd->text.n || needle_find(nd, sv_z(text), 0, &n) != SIZE_MAX;
}

bool needle_is_whole(const struct needle *nd, const char *text)
{
    struct sv v = sv_z(text);
    size_t n = 0;
    return nd->text.n ? needle_find(nd, v, 0, &n) == 0 && n == v.n : v.n == 0;
}
