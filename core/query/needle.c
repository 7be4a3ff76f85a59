/* Looking for a text; see needle.h. */
#include "core/query/needle.h"

#include <stdint.h>
#include <wctype.h>

#include "core/base/utf8.h"

#define EVERY_BYTE 0x0101010101010101u
enum { SMALL_CODES = 0x800 }; /* of one or two bytes */

static uint32_t lower(uint32_t code)
{
    return (uint32_t)towlower((wint_t)code);
}

static void init_wide(struct needle *nd, struct arena *arena)
{
    uint32_t *codes = arena_alloc(arena, nd->text.n * sizeof *codes);
    for (struct sv v = nd->text; v.n;) {
        codes[nd->code_count++] = utf8_next(&v);
    }
    nd->codes = codes;
    uint16_t *small = arena_alloc(arena, SMALL_CODES * sizeof *small);
    nd->skips_ascii = true;
    for (uint32_t c = 0; c < SMALL_CODES; c++) {
        uint32_t l = lower(c);
        small[c] = l <= UINT16_MAX ? (uint16_t)l : (uint16_t)c;
        nd->skips_ascii &= c >= 0x80 || l < 0x80; /* in Turkish I is not i */
    }
    nd->small = small;
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
    if (nd->is_wide) {
        init_wide(nd, arena);
    }
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

/* The next letter of v, small. */
static uint32_t next_small(const struct needle *nd, struct sv *v)
{
    const unsigned char *u = (const unsigned char *)v->p;
    uint32_t code;
    if (u[0] < 0x80) {
        code = u[0];
        *v = (struct sv){v->p + 1, v->n - 1};
    } else if (u[0] >= 0xC2 && u[0] < 0xE0 && v->n > 1 && (u[1] & 0xC0) == 0x80) {
        code = (uint32_t)(u[0] & 0x1F) << 6 | (u[1] & 0x3F);
        *v = (struct sv){v->p + 2, v->n - 2};
    } else {
        return lower(utf8_next(v));
    }
    return nd->small[code];
}

/* Do the letters after the first stand there? Then their end is in *v. */
static bool stands_wide(const struct needle *nd, struct sv *v)
{
    for (size_t i = 1; i < nd->code_count; i++) {
        if (!v->n || next_small(nd, v) != nd->codes[i]) {
            return false;
        }
    }
    return true;
}

/* Bytes of ASCII that it begins with. */
static size_t ascii_bytes(struct sv v)
{
    size_t n = 0;
    for (uint64_t x; n + 8 <= v.n; n += 8) {
        memcpy(&x, v.p + n, sizeof x);
        if (x & (EVERY_BYTE * 0x80)) {
            break;
        }
    }
    while (n < v.n && (unsigned char)v.p[n] < 0x80) {
        n++;
    }
    return n;
}

static size_t find_wide(const struct needle *nd, struct sv text, size_t from, size_t *ret_n)
{
    struct sv rest = {text.p + from, text.n - from};
    if (nd->skips_ascii && ascii_bytes(rest) == rest.n) {
        return SIZE_MAX;
    }
    bool begins_wide = nd->skips_ascii && (unsigned char)*nd->text.p >= 0x80;
    while (rest.n) {
        size_t skip = begins_wide ? ascii_bytes(rest) : 0;
        struct sv at = {rest.p + skip, rest.n - skip}, after;
        if (!at.n) {
            break;
        }
        rest = at;
        uint32_t first = next_small(nd, &rest);
        after = rest;
        if (first == nd->codes[0] && stands_wide(nd, &after)) {
            *ret_n = at.n - after.n;
            return text.n - at.n;
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
        return find_wide(nd, text, from, ret_n);
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
