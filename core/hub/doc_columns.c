/* Columns of params; see doc_columns.h.
 *
 * A cell is a double as it is, or one of the bit patterns of NaN that no arithmetic makes, with a
 * tag in the upper 16 bits and up to 48 bits below. */
#include "core/hub/doc_columns.h"

#include <stdlib.h>

#include "core/base/mem.h"

#define TAG_SHIFT 48
#define LOW_BITS  ((1ull << TAG_SHIFT) - 1)
enum { TAG_MISSING = 0xFFFC, TAG_CODE, TAG_INT };
#define CELL_MISSING ((uint64_t)TAG_MISSING << TAG_SHIFT)
#define INT_LIMIT    (1ll << (TAG_SHIFT - 1))

void doc_columns_init(struct doc_columns *c, struct intern *words)
{
    *c = (struct doc_columns){.words = words};
}

void doc_columns_release(struct doc_columns *c)
{
    for (size_t i = 0; i < c->at.n; i++) {
        struct doc_column *column = c->at.at[i];
        for (size_t k = 0; k < column->blocks.n; k++) {
            free(column->blocks.at[k]);
        }
        vec_release(&column->blocks);
        free(column->key);
        free(column);
    }
    vec_release(&c->at);
}

/* Where a key stands among the columns, or belongs. */
static size_t place_of(const struct doc_columns *c, struct sv key, bool *ret_is_there)
{
    size_t lo = 0, hi = c->at.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = sv_cmp(sv_z(c->at.at[mid]->key), key);
        if (order == 0) {
            *ret_is_there = true;
            return mid;
        }
        if (order < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    *ret_is_there = false;
    return lo;
}

static struct doc_column *find(const struct doc_columns *c, struct sv key)
{
    bool is_there;
    size_t at = place_of(c, key, &is_there);
    return is_there ? c->at.at[at] : NULL;
}

const struct doc_column *doc_columns_find(const struct doc_columns *c, const char *key)
{
    return find(c, sv_z(key));
}

const struct doc_column *doc_columns_want(struct doc_columns *c, const char *key)
{
    bool is_there;
    size_t at = place_of(c, sv_z(key), &is_there);
    if (!is_there) {
        struct doc_column *made = xcalloc(1, sizeof *made);
        made->key = xstrdup(key);
        vec_push(&c->at, made);
        memmove(&c->at.at[at + 1], &c->at.at[at], (c->at.n - 1 - at) * sizeof *c->at.at);
        c->at.at[at] = made;
        memset(c->guesses, 0, sizeof c->guesses);
    }
    return c->at.at[at];
}

size_t doc_columns_read(const struct doc_columns *c, size_t rows)
{
    for (size_t i = 0; i < c->at.n; i++) {
        rows = c->at.at[i]->n < rows ? c->at.at[i]->n : rows;
    }
    return rows;
}

void doc_columns_end(struct doc_columns *c, size_t begin, size_t end)
{
    for (size_t i = 0; i < c->at.n; i++) {
        if (c->at.at[i]->n == begin) {
            c->at.at[i]->n = end;
        }
    }
}

/* --- cells --- */

/* Where the cell of a row is, NULL when nothing is near it. */
static uint64_t *place_in(const struct doc_column *column, size_t row)
{
    size_t block = row / DOC_BLOCK;
    uint64_t *at = block < column->blocks.n ? column->blocks.at[block] : NULL;
    return at ? at + row % DOC_BLOCK : NULL;
}

static void set_cell(struct doc_column *column, size_t row, uint64_t cell)
{
    size_t block = row / DOC_BLOCK;
    while (column->blocks.n <= block) {
        uint64_t *none = NULL;
        vec_push(&column->blocks, none);
    }
    if (!column->blocks.at[block]) {
        uint64_t *at = xreallocarray(NULL, DOC_BLOCK, sizeof *at);
        for (size_t i = 0; i < DOC_BLOCK; i++) {
            at[i] = CELL_MISSING;
        }
        column->blocks.at[block] = at;
    }
    column->blocks.at[block][row % DOC_BLOCK] = cell;
}

static uint64_t code_cell(uint32_t code)
{
    return (uint64_t)TAG_CODE << TAG_SHIFT | code;
}

static uint64_t cell_of(struct intern *words, const struct doc_member *m)
{
    uint64_t cell;
    switch (m->type) {
    case VALUE_TEXT:
        return code_cell(intern_add_text(words, m->text));
    case VALUE_NUM:
        memcpy(&cell, &m->num, sizeof cell);
        return cell;
    case VALUE_INT:
    case VALUE_TIME:
        return m->i >= -INT_LIMIT && m->i < INT_LIMIT
                   ? (uint64_t)TAG_INT << TAG_SHIFT | ((uint64_t)m->i & LOW_BITS)
                   : code_cell(intern_add(words, value_int(m->i)));
    case VALUE_MISSING:
        break;
    }
    return CELL_MISSING;
}

struct value doc_column_value(const struct doc_columns *c, const struct doc_column *column,
                              uint32_t row)
{
    const uint64_t *at = column && row < column->n ? place_in(column, row) : NULL;
    if (!at) {
        return (struct value){.type = VALUE_MISSING};
    }
    uint64_t cell = *at, low = cell & LOW_BITS;
    double x;
    switch (cell >> TAG_SHIFT) {
    case TAG_MISSING:
        return (struct value){.type = VALUE_MISSING};
    case TAG_CODE:
        return intern_value(c->words, (uint32_t)low);
    case TAG_INT:
        return value_int((int64_t)low - (low & INT_LIMIT ? 2 * INT_LIMIT : 0));
    default:
        memcpy(&x, &cell, sizeof x);
        return value_num(x);
    }
}

/* --- documents --- */

struct adding {
    struct doc_columns *c;
    size_t row;
    struct sv (*saw)(void *arg, struct sv key);
    void *arg;
};

static void forget(struct doc_columns *c, size_t row)
{
    for (size_t i = 0; i < c->at.n; i++) {
        if (c->at.at[i]->n <= row && place_in(c->at.at[i], row)) {
            set_cell(c->at.at[i], row, CELL_MISSING);
        }
    }
}

static void add_member(void *arg, const struct doc_member *m)
{
    const struct adding *a = arg;
    if (!m) {
        forget(a->c, a->row);
        return;
    }
    size_t place = m->place % DOC_GUESSES;
    if (!a->c->guesses[place].key.p || !sv_eq(a->c->guesses[place].key, m->key)) {
        struct doc_column *column = find(a->c, m->key);
        a->c->guesses[place].key = column ? sv_z(column->key) : a->saw(a->arg, m->key);
        a->c->guesses[place].column = column;
    }
    struct doc_column *column = a->c->guesses[place].column;
    if (column && column->n <= a->row && m->type != VALUE_MISSING) {
        set_cell(column, a->row, cell_of(a->c->words, m));
    }
}

void doc_columns_add(struct doc_columns *c, size_t row, struct sv text,
                     struct sv (*saw)(void *arg, struct sv key), void *arg)
{
    struct adding a = {c, row, saw, arg};
    doc_each(text, add_member, &a);
}
