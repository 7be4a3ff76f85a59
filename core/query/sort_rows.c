/* Sorting rows; see sort.h.
 *
 * What is sorted by becomes a number of 64 bits that keeps its order: rows are put in the order of
 * these by radix (O(n), no compares, stable), and only where they are equal the texts or values
 * themselves are compared. First by id, then by the keys, which leaves equal rows in the order of
 * their ids. */
#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/query/sort.h"

/* Places of the number: numbers by their bits, words above +inf, then NaN and what is missing,
 * whatever the direction. */
#define PLACE_TEXT    0xFFF1000000000000u
#define PLACE_LAST    0xFFFEFFFFFFFFFFFFu /* of what has a place in the order */
#define PLACE_NAN     (UINT64_MAX - 1)
#define PLACE_MISSING UINT64_MAX
#define EXACT_INT     (1ll << 53) /* whole numbers up to here are exact as double */

enum {
    TEXT_BYTES = 6,
    RADIX_BITS = 11,
    RADIX = 1 << RADIX_BITS,
    PIECE = 8,
};

struct item {
    uint64_t place;
    uint32_t row;
};

struct sorting {
    const struct sort *sort;
    const struct sort_source *source;
    struct item *items, *spare; /* n each; they change places */
    size_t n;
    bool is_exact; /* equal places of the first key are equal values */
};
typedef int compare_fn(const struct sorting *s, uint32_t a, uint32_t b);

/* --- places of values --- */

/* IEEE 754 bits in the order of the numbers; -0 is 0. */
static uint64_t place_of_number(double x)
{
    uint64_t bits;
    x = x == 0 ? 0 : x;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | 1ull << 63;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A run of digits as a number in `bits` bits, the largest there is when it is more. */
static uint64_t run_of_digits(const char *z, int bits)
{
    uint64_t max = (1ull << bits) - 1, n = 0;
    for (; is_digit(*z) && n < max; z++) {
        n = n * 10 + (uint64_t)(*z - '0');
    }
    return n < max ? n : max;
}

/* Up to the first digit its bytes, there '0' and the number (value_compare reads runs of digits as
 * numbers); what follows is cut, so different texts may share a place, but never change theirs. */
static uint64_t place_of_text(const char *z)
{
    uint64_t place = 0;
    for (int bits = 8 * TEXT_BYTES; bits > 0; z++) {
        bits -= 8;
        if (is_digit(*z)) {
            return PLACE_TEXT | place << (bits + 8) | (uint64_t)'0' << bits |
                   (bits ? run_of_digits(z, bits) : 0);
        }
        place = place << 8 | (unsigned char)*z;
        if (!*z) {
            return PLACE_TEXT | place << bits;
        }
    }
    return PLACE_TEXT | place;
}

static uint64_t place_of(struct sorting *s, struct value v, size_t prefix)
{
    uint64_t place;
    switch (v.type) {
    case VALUE_MISSING:
        return PLACE_MISSING;
    case VALUE_TEXT:
        s->is_exact = false;
        place = place_of_text(v.text + prefix);
        break;
    case VALUE_NUM:
        if (isnan(v.num)) {
            return PLACE_NAN;
        }
        place = place_of_number(v.num);
        break;
    case VALUE_INT:
    case VALUE_TIME:
    default:
        s->is_exact &= v.i >= -EXACT_INT && v.i <= EXACT_INT;
        place = place_of_number((double)v.i);
        break;
    }
    return s->sort->keys[0].is_descending ? PLACE_LAST - place : place;
}

/* --- rows by place --- */

/* Lowest bits first; a pass in which all have the same bits is left out. */
static void sort_places(struct sorting *s)
{
    size_t *counts = xcalloc(RADIX, sizeof *counts);
    for (int shift = 0; shift < 64; shift += RADIX_BITS) {
        memset(counts, 0, RADIX * sizeof *counts);
        for (size_t i = 0; i < s->n; i++) {
            counts[s->items[i].place >> shift & (RADIX - 1)]++;
        }
        if (counts[s->items[0].place >> shift & (RADIX - 1)] == s->n) {
            continue;
        }
        for (size_t digit = 0, at = 0; digit < RADIX; digit++) {
            size_t count = counts[digit];
            counts[digit] = at;
            at += count;
        }
        for (size_t i = 0; i < s->n; i++) {
            s->spare[counts[s->items[i].place >> shift & (RADIX - 1)]++] = s->items[i];
        }
        struct item *swap = s->items;
        s->items = s->spare;
        s->spare = swap;
    }
    free(counts);
}

static void merge(const struct sorting *s, compare_fn *compare, const struct item *from, size_t n,
                  size_t middle, struct item *to)
{
    size_t a = 0, b = middle;
    for (size_t i = 0; i < n; i++) {
        bool is_a = a < middle && (b >= n || compare(s, from[a].row, from[b].row) <= 0);
        to[i] = from[is_a ? a++ : b++];
    }
}

/* Small pieces by insertion, then pieces of double the length, from one array to the other; the
 * result stands in items. Stable. */
static void sort_equal(const struct sorting *s, compare_fn *compare, struct item *items, size_t n)
{
    struct item *from = items, *to = s->spare;
    for (size_t begin = 0; begin < n; begin += PIECE) {
        size_t end = begin + PIECE < n ? begin + PIECE : n;
        for (size_t i = begin + 1; i < end; i++) {
            struct item x = items[i];
            size_t j = i;
            for (; j > begin && compare(s, items[j - 1].row, x.row) > 0; j--) {
                items[j] = items[j - 1];
            }
            items[j] = x;
        }
    }
    for (size_t width = PIECE; width < n; width *= 2) {
        for (size_t begin = 0; begin < n; begin += 2 * width) {
            size_t len = n - begin < 2 * width ? n - begin : 2 * width;
            merge(s, compare, from + begin, len, len < width ? len : width, to + begin);
        }
        struct item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, n * sizeof *items);
    }
}

/* By the places that stand in the items; by compare where these are equal (NULL: as they were). */
static void sort_items(struct sorting *s, compare_fn *compare)
{
    sort_places(s);
    for (size_t begin = 0, end; compare && begin < s->n; begin = end) {
        for (end = begin + 1; end < s->n && s->items[end].place == s->items[begin].place; end++) {
        }
        if (end - begin > 1) {
            sort_equal(s, compare, s->items + begin, end - begin);
        }
    }
}

/* --- by id --- */

static const char *id_of(const struct sorting *s, uint32_t row)
{
    return s->source->id(s->source->arg, row);
}

static int compare_ids(const struct sorting *s, uint32_t a, uint32_t b)
{
    return strcmp(id_of(s, a), id_of(s, b));
}

static size_t same_bytes(const char *a, const char *b, size_t most)
{
    size_t n = 0;
    while (n < most && a[n] && a[n] == b[n]) {
        n++;
    }
    return n;
}

static void sort_by_id(struct sorting *s)
{
    const char *first = id_of(s, s->items[0].row);
    size_t prefix = strlen(first);
    for (size_t i = 1; i < s->n && prefix > 0; i++) {
        prefix = same_bytes(first, id_of(s, s->items[i].row), prefix);
    }
    for (size_t i = 0; i < s->n; i++) {
        const char *z = id_of(s, s->items[i].row) + prefix;
        uint64_t place = 0;
        for (size_t k = 0; k < sizeof place; k++) {
            place = place << 8 | (unsigned char)*z;
            z += *z != 0;
        }
        s->items[i].place = place;
    }
    sort_items(s, compare_ids);
}

/* --- by the keys --- */

static struct value first_value(const struct sorting *s, uint32_t row)
{
    return s->source->value(s->source->arg, row, &s->sort->keys[0].field);
}

/* The first key again only where its places say less than its values. */
static int compare_keys(const struct sorting *s, uint32_t a, uint32_t b)
{
    for (size_t i = s->is_exact; i < s->sort->n; i++) {
        const struct sort_key *key = &s->sort->keys[i];
        int c = value_compare(s->source->value(s->source->arg, a, &key->field),
                              s->source->value(s->source->arg, b, &key->field), key->is_descending);
        if (c) {
            return c;
        }
    }
    return 0;
}

/* What all texts begin with says nothing of their order; up to where a number begins. */
static size_t common_prefix(const struct sorting *s)
{
    const char *first = NULL;
    size_t length = 0;
    for (size_t i = 0; i < s->n && (!first || length > 0); i++) {
        struct value v = first_value(s, s->items[i].row);
        if (v.type == VALUE_TEXT && first) {
            length = same_bytes(first, v.text, length);
        } else if (v.type == VALUE_TEXT) {
            first = v.text;
            length = strcspn(first, "0123456789");
        }
    }
    return length;
}

static void sort_by_keys(struct sorting *s)
{
    size_t prefix = common_prefix(s);
    for (size_t i = 0; i < s->n; i++) {
        s->items[i].place = place_of(s, first_value(s, s->items[i].row), prefix);
    }
    sort_items(s, s->is_exact && s->sort->n == 1 ? NULL : compare_keys);
}

void sort_rows(const struct sort *sort, uint32_t *order, size_t n, const struct sort_source *source)
{
    if (n < 2) {
        return;
    }
    struct item *items = xreallocarray(NULL, n * 2, sizeof *items);
    struct sorting s = {.sort = sort,
                        .source = source,
                        .items = items,
                        .spare = items + n,
                        .n = n,
                        .is_exact = true};
    for (size_t i = 0; i < n; i++) {
        items[i] = (struct item){0, order[i]};
    }
    sort_by_id(&s);
    if (sort->n) {
        sort_by_keys(&s);
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = s.items[i].row;
    }
    free(items);
}
