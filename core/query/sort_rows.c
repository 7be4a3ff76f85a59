/* Sorting rows; see sort.h.
 *
 * What is sorted by becomes a number of 64 bits that keeps its order: rows are put in the order of
 * these by radix (O(n), no compares, stable). First by id, then by each key from the last to the
 * first, which leaves equal rows in the order of their ids. A number of 64 bits says less than a
 * long text: rows with the same one that are not in order yet are a range to be sorted again, by
 * what follows the bytes that they all begin with.
 *
 * It is a machine of stages over the items of one range, so that it can stop anywhere. What the
 * source gives may change between two steps: no value is kept, and nothing is read past the end of
 * a text that became shorter. */
#include <math.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"
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
    PASSES = (64 + RADIX_BITS - 1) / RADIX_BITS,
    PIECE = 8,
    SMALL_RANGE = 48, /* by insertion */
};

struct item {
    uint64_t place;
    uint32_t row;
};
struct range {
    size_t begin, end;
};
enum stage { STAGE_NEXT, STAGE_PREFIX, STAGE_PLACES, STAGE_RADIX, STAGE_EQUAL, STAGE_DONE };

struct sorting {
    const struct sort *sort;
    struct sort_source source;
    uint32_t *order;
    struct item *items, *spare; /* n each */
    size_t n;
    size_t key;               /* at work; sort->n: the id */
    VEC(struct range) ranges; /* that are left to be sorted by it */
    enum stage stage;
    struct range range;
    size_t at;              /* in the range: the stage came so far */
    bool has_prefix;        /* it is known */
    size_t prefix;          /* bytes that all texts of the range begin with */
    size_t prefix_of;       /* the item of one of them; SIZE_MAX: none seen */
    bool is_exact;          /* equal places are equal values */
    struct item *from, *to; /* of the radix passes */
    size_t pass;
    size_t counts[PASSES][RADIX];
    size_t group; /* where the items of one place begin */
    bool is_off;  /* they are not in order */
};

/* --- values and their places --- */

static bool is_by_id(const struct sorting *s)
{
    return s->key == s->sort->n;
}

static struct value value_at(const struct sorting *s, size_t item)
{
    uint32_t row = s->items[item].row;
    return is_by_id(s) ? value_text(s->source.id(s->source.arg, row))
                       : s->source.value(s->source.arg, row, s->key);
}

static int compare(const struct sorting *s, const struct item *a, const struct item *b)
{
    void *arg = s->source.arg;
    if (is_by_id(s)) {
        return strcmp(s->source.id(arg, a->row), s->source.id(arg, b->row));
    }
    struct value x = s->source.value(arg, a->row, s->key);
    struct value y = s->source.value(arg, b->row, s->key);
    bool is_same_text = x.type == VALUE_TEXT && y.type == VALUE_TEXT && x.text == y.text;
    return is_same_text ? 0 : value_compare(x, y, s->sort->keys[s->key].is_descending);
}

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

/* Eight bytes as they are. */
static uint64_t place_of_id(const char *z)
{
    uint64_t place = 0;
    for (size_t k = 0; k < sizeof place; k++) {
        place = place << 8 | (unsigned char)*z;
        z += *z != 0;
    }
    return place;
}

/* One of the texts that all begin alike; "" where there is none, or no longer. */
static const char *example(const struct sorting *s)
{
    struct value v = {.type = VALUE_MISSING};
    if (s->prefix_of != SIZE_MAX) {
        v = value_at(s, s->prefix_of);
    }
    return v.type == VALUE_TEXT ? v.text : "";
}

/* `alike` is what all texts begin with, as far as this one still does. */
static uint64_t place_of(struct sorting *s, struct value v, struct sv alike)
{
    uint64_t place;
    switch (v.type) {
    case VALUE_MISSING:
        return PLACE_MISSING;
    case VALUE_TEXT:
        s->is_exact = false;
        v.text += alike.n && strncmp(v.text, alike.p, alike.n) == 0 ? alike.n : 0;
        if (is_by_id(s)) {
            return place_of_id(v.text);
        }
        place = place_of_text(v.text);
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
        s->is_exact &= v.i >= -EXACT_INT && v.i <= EXACT_INT && v.us == 0;
        place = place_of_number((double)v.i);
        break;
    }
    return s->sort->keys[s->key].is_descending ? PLACE_LAST - place : place;
}

/* --- few, and what has no better place --- */

static void insert(const struct sorting *s, struct item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct item x = items[i];
        size_t j = i;
        for (; j > 0 && compare(s, &items[j - 1], &x) > 0; j--) {
            items[j] = items[j - 1];
        }
        items[j] = x;
    }
}

static void merge(const struct sorting *s, const struct item *from, size_t n, size_t middle,
                  struct item *to)
{
    size_t a = 0, b = middle;
    for (size_t i = 0; i < n; i++) {
        bool is_a = a < middle && (b >= n || compare(s, &from[a], &from[b]) <= 0);
        to[i] = from[is_a ? a++ : b++];
    }
}

/* Small pieces by insertion, then pieces of double the length, from one array to the other. Only
 * for numbers beyond what a place can tell: of these a list has few. */
static void sort_by_compare(struct sorting *s, struct range r)
{
    size_t n = r.end - r.begin;
    struct item *items = s->items + r.begin, *from = items, *to = s->spare + r.begin;
    for (size_t begin = 0; begin < n; begin += PIECE) {
        insert(s, items + begin, begin + PIECE < n ? PIECE : n - begin);
    }
    for (size_t width = PIECE; width < n; width *= 2) {
        for (size_t begin = 0; begin < n; begin += 2 * width) {
            size_t len = n - begin < 2 * width ? n - begin : 2 * width;
            merge(s, from + begin, len, len < width ? len : width, to + begin);
        }
        struct item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, n * sizeof *items);
    }
}

/* --- stages: each takes what it did off the budget, and says what comes next --- */

static void begin_stage(struct sorting *s, enum stage stage)
{
    s->stage = stage;
    s->at = s->range.begin;
}

/* The next range of this key, else all of them by the key before it. */
static void next_range(struct sorting *s, size_t *budget)
{
    if (s->ranges.n == 0) {
        if (s->key == 0) {
            s->stage = STAGE_DONE;
            return;
        }
        s->key--;
        struct range all = {0, s->n};
        vec_push(&s->ranges, all);
    }
    s->range = s->ranges.at[--s->ranges.n];
    size_t n = s->range.end - s->range.begin;
    if (n < SMALL_RANGE) {
        insert(s, s->items + s->range.begin, n);
        *budget -= *budget < n ? *budget : n;
        return;
    }
    s->has_prefix = false;
    s->prefix = 0;
    s->prefix_of = SIZE_MAX;
    s->is_exact = true;
    memset(s->counts, 0, sizeof s->counts);
    begin_stage(s, STAGE_PLACES);
}

static size_t same_bytes(const char *a, const char *b, size_t most)
{
    size_t n = 0;
    while (n < most && a[n] && a[n] == b[n]) {
        n++;
    }
    return n;
}

/* What all texts begin with says nothing of their order; up to where a number begins. */
static void find_prefix(struct sorting *s, size_t *budget)
{
    const char *first = example(s);
    for (; s->at < s->range.end && *budget; s->at++, --*budget) {
        struct value v = value_at(s, s->at);
        if (v.type != VALUE_TEXT) {
            continue;
        }
        if (s->prefix_of == SIZE_MAX) {
            s->prefix_of = s->at;
            s->prefix = strlen(v.text);
            first = v.text;
        }
        s->prefix = same_bytes(first, v.text, s->prefix);
        if (s->prefix == 0) {
            s->at = s->range.end - 1;
        }
    }
    if (s->at < s->range.end) {
        return;
    }
    while (s->prefix && !is_by_id(s) && is_digit(first[s->prefix - 1])) {
        s->prefix--;
    }
    s->has_prefix = true;
    memset(s->counts, 0, sizeof s->counts);
    begin_stage(s, STAGE_PLACES);
}

static void find_places(struct sorting *s, size_t *budget)
{
    struct sv alike = {example(s), s->prefix};
    for (; s->at < s->range.end && *budget; s->at++, --*budget) {
        struct value v = value_at(s, s->at);
        if (v.type == VALUE_TEXT && !s->has_prefix) {
            begin_stage(s, STAGE_PREFIX);
            return;
        }
        uint64_t place = place_of(s, v, alike);
        s->items[s->at].place = place;
        for (size_t pass = 0; pass < PASSES; pass++, place >>= RADIX_BITS) {
            s->counts[pass][place & (RADIX - 1)]++;
        }
    }
    if (s->at == s->range.end) {
        s->from = s->items;
        s->to = s->spare;
        s->pass = 0;
        begin_stage(s, STAGE_RADIX);
    }
}

/* Lowest bits first; a pass in which all have the same bits is left out. */
static void scatter(struct sorting *s, size_t *budget)
{
    size_t *counts = s->counts[s->pass], shift = s->pass * RADIX_BITS;
    struct range r = s->range;
    if (s->at == r.begin) {
        if (counts[s->from[r.begin].place >> shift & (RADIX - 1)] == r.end - r.begin) {
            s->at = r.end;
        }
        for (size_t digit = 0, at = r.begin; digit < RADIX && s->at < r.end; digit++) {
            size_t count = counts[digit];
            counts[digit] = at;
            at += count;
        }
    }
    bool is_left_out = s->at == r.end;
    for (; s->at < r.end && *budget; s->at++, --*budget) {
        s->to[counts[s->from[s->at].place >> shift & (RADIX - 1)]++] = s->from[s->at];
    }
    if (s->at < r.end) {
        return;
    }
    if (!is_left_out) {
        struct item *swap = s->from;
        s->from = s->to;
        s->to = swap;
    }
    s->at = r.begin;
    if (++s->pass < PASSES) {
        return;
    }
    if (s->from != s->items) {
        memcpy(s->items + r.begin, s->from + r.begin, (r.end - r.begin) * sizeof *s->items);
    }
    s->group = r.begin;
    s->is_off = false;
    begin_stage(s, s->is_exact ? STAGE_NEXT : STAGE_EQUAL);
}

static void end_group(struct sorting *s)
{
    struct range r = {s->group, s->at};
    if (s->is_off && r.end - r.begin == s->range.end - s->range.begin) {
        sort_by_compare(s, r); /* their places will not tell them apart */
    } else if (s->is_off) {
        vec_push(&s->ranges, r);
    }
    s->group = s->at;
    s->is_off = false;
}

/* Are the items of one place in order? Those that are equal are. */
static void look_at_equal(struct sorting *s, size_t *budget)
{
    const struct item *items = s->items;
    for (; s->at < s->range.end && *budget; s->at++, --*budget) {
        if (s->at == s->group) {
            continue;
        }
        if (items[s->at].place != items[s->at - 1].place) {
            end_group(s);
        } else if (!s->is_off) {
            s->is_off = compare(s, &items[s->at - 1], &items[s->at]) > 0;
        }
    }
    if (s->at == s->range.end) {
        end_group(s);
        s->stage = STAGE_NEXT;
    }
}

static void (*const stages[])(struct sorting *s, size_t *budget) = {
    [STAGE_NEXT] = next_range, [STAGE_PREFIX] = find_prefix,  [STAGE_PLACES] = find_places,
    [STAGE_RADIX] = scatter,   [STAGE_EQUAL] = look_at_equal,
};
_Static_assert(ALEN(stages) == STAGE_DONE, "one function a stage");

/* --- from outside --- */

struct sorting *sorting_new(const struct sort *sort, uint32_t *order, size_t n,
                            const struct sort_source *source)
{
    struct sorting *s = xcalloc(1, sizeof *s);
    s->sort = sort;
    s->source = *source;
    s->order = order;
    s->n = n;
    s->items = xreallocarray(NULL, 2 * n + 1, sizeof *s->items);
    s->spare = s->items + n;
    for (size_t i = 0; i < n; i++) {
        s->items[i] = (struct item){0, order[i]};
    }
    s->key = sort->n;
    struct range all = {0, n};
    vec_push(&s->ranges, all);
    return s;
}

void sorting_free(struct sorting *s)
{
    if (s) {
        free(s->items < s->spare ? s->items : s->spare);
        vec_release(&s->ranges);
        free(s);
    }
}

bool sorting_step(struct sorting *s, size_t budget)
{
    while (budget && s->stage != STAGE_DONE) {
        stages[s->stage](s, &budget);
    }
    if (s->stage != STAGE_DONE) {
        return false;
    }
    for (size_t i = 0; i < s->n; i++) {
        s->order[i] = s->items[i].row;
    }
    return true;
}

void sort_rows(const struct sort *sort, uint32_t *order, size_t n, const struct sort_source *source)
{
    struct sorting *s = sorting_new(sort, order, n, source);
    while (!sorting_step(s, SIZE_MAX)) {
    }
    sorting_free(s);
}
