/* Matching of rows, what a match reads, and what words hit; see filter.h. */
#include <math.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/query/filter.h"
#include "core/query/node.h"

enum { BELOW = 1 << 0, SAME = 1 << 1, ABOVE = 1 << 2 };

static const unsigned holds[OP_COUNT] = {
    [OP_CONTAINS] = SAME,   [OP_EQ] = SAME,  [OP_NE] = BELOW | ABOVE, [OP_LT] = BELOW,
    [OP_LE] = BELOW | SAME, [OP_GT] = ABOVE, [OP_GE] = ABOVE | SAME,
};

static unsigned place_of(int c)
{
    return c < 0 ? BELOW : c > 0 ? ABOVE : SAME;
}

static bool compare_double(enum filter_op op, double a, double b)
{
    return !isnan(a) && (holds[op] & place_of((a > b) - (a < b)));
}

static bool compare_int(enum filter_op op, int64_t a, int64_t b)
{
    return holds[op] & place_of((a > b) - (a < b));
}

static int64_t minus(int64_t a, int64_t b)
{
    int64_t x;
    return __builtin_sub_overflow(a, b, &x) ? (b < 0 ? INT64_MAX : INT64_MIN) : x;
}

/* Equality holds within the unit that was written, the order at its beginning. */
static bool compare_ms(enum filter_op op, int64_t ms, const struct literal *l, int64_t from_ms)
{
    int64_t over_ms = minus(minus(ms, from_ms), l->ms);
    bool is_order = op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
    if (!is_order && over_ms > 0 && over_ms < l->span_ms) {
        over_ms = 0;
    }
    return compare_int(op, over_ms, 0);
}

static bool match_number(const struct node *node, struct value v)
{
    const struct literal *l = &node->literal;
    if (v.type == VALUE_NUM) {
        return compare_double(node->op, v.num, l->num);
    }
    if (v.type != VALUE_INT) {
        return false;
    }
    return l->has_int ? compare_int(node->op, v.i, l->i)
                      : compare_double(node->op, (double)v.i, l->num);
}

static bool match_text(const struct node *node, const char *text)
{
    switch (node->op) {
    case OP_CONTAINS:
        return needle_is_in(&node->needle, text);
    case OP_EQ:
        return strcmp(text, node->literal.text.p) == 0;
    case OP_NE:
        return strcmp(text, node->literal.text.p) != 0;
    case OP_RE: {
        struct sv whole;
        return re_match(node->re, sv_z(text), 0, &whole, 1) == 1;
    }
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        break;
    case OP_COUNT:
        return false;
    }
    int c = value_compare(value_text(text), value_text(node->literal.text.p), false);
    return holds[node->op] & place_of(c);
}

/* A value of a param or tag: of a number and a text, `!=` holds and an order does not. */
static bool match_open(const struct node *node, struct value v)
{
    const struct literal *l = &node->literal;
    double x;
    if (v.type == VALUE_NUM || v.type == VALUE_INT) {
        if (l->has_num) {
            return match_number(node, v);
        }
        CLEANUP(str_release) struct str s = STR_INIT;
        if (v.type == VALUE_NUM) {
            fmt_double(&s, v.num);
        } else {
            str_addf(&s, "%lld", (long long)v.i);
        }
        return !(v.type == VALUE_NUM && isnan(v.num)) && match_text(node, s.p);
    }
    if (v.type != VALUE_TEXT) {
        return false;
    }
    if (l->has_num && fmt_parse_double(sv_z(v.text), &x)) {
        return compare_double(node->op, x, l->num);
    }
    bool is_order =
        node->op == OP_LT || node->op == OP_LE || node->op == OP_GT || node->op == OP_GE;
    return !(l->has_num && is_order) && match_text(node, v.text);
}

static bool match_test(const struct node *node, struct value v, int64_t now_ms)
{
    const struct literal *l = &node->literal;
    switch (node->test) {
    case TEST_TEXT:
        return v.type == VALUE_TEXT && match_text(node, v.text);
    case TEST_STATE:
        if (v.type != VALUE_TEXT || node->op == OP_RE) {
            return v.type == VALUE_TEXT && match_text(node, v.text);
        }
        return needle_is_whole(&node->needle, v.text) == (node->op != OP_NE);
    case TEST_NUMBER:
        return match_number(node, v);
    case TEST_OPEN:
        return match_open(node, v);
    case TEST_TIME:
        return v.type == VALUE_TIME && compare_ms(node->op, v.i, l, l->is_from_now ? now_ms : 0);
    case TEST_AGE:
        return v.type == VALUE_TIME && compare_ms(node->op, minus(now_ms, v.i), l, 0);
    case TEST_DURATION:
        return v.type == VALUE_TIME && compare_ms(node->op, v.i, l, 0);
    }
    return false;
}

static bool match_word(const struct filter *f, const struct node *node, const struct row *row)
{
    const char *before = NULL; /* a run's name may be its id */
    for (size_t i = 0; i < f->word_field_count; i++) {
        struct value v = row->cells[f->words_in[i]];
        if (v.type != VALUE_TEXT || v.text == before) {
            continue;
        }
        if (needle_is_in(&node->needle, v.text)) {
            return true;
        }
        before = v.text;
    }
    const struct named_list *tags = &row->families[FAMILY_TAGS];
    for (size_t i = 0; i < tags->n; i++) {
        struct value v = tags->at[i].value;
        if (v.type == VALUE_TEXT && needle_is_in(&node->needle, v.text)) {
            return true;
        }
    }
    return false;
}

static bool match_node(const struct filter *f, uint16_t at, const struct row *row, int64_t now_ms)
{
    const struct node *node = &f->nodes[at];
    switch (node->type) {
    case NODE_AND:
    case NODE_OR:
        for (uint16_t i = node->first; i != NODE_NONE; i = f->nodes[i].next) {
            if (match_node(f, i, row, now_ms) == (node->type == NODE_OR)) {
                return node->type == NODE_OR;
            }
        }
        return node->type == NODE_AND;
    case NODE_NOT:
        return !match_node(f, node->first, row, now_ms);
    case NODE_WORD:
        return match_word(f, node, row);
    case NODE_HAS:
        return query_value(row, &node->field).type != VALUE_MISSING;
    case NODE_TEST:
        return match_test(node, query_value(row, &node->field), now_ms);
    }
    return false;
}

bool filter_match(const struct filter *f, const struct row *row, int64_t now_ms)
{
    return f->root == NODE_NONE || match_node(f, f->root, row, now_ms);
}

unsigned filter_needs(const struct filter *f)
{
    return f->needs;
}

uint64_t filter_fields(const struct filter *f)
{
    _Static_assert(FIELD_MAX <= 64, "a bit a field");
    uint64_t fields = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct node *node = &f->nodes[i];
        bool is_about_one = node->type == NODE_HAS || node->type == NODE_TEST;
        if (is_about_one && node->field.field >= 0) {
            fields |= 1ull << node->field.field;
        }
        for (size_t k = 0; node->type == NODE_WORD && k < f->word_field_count; k++) {
            fields |= 1ull << f->words_in[k];
        }
    }
    return fields;
}

const char *filter_key(const struct filter *f, enum family family, size_t i)
{
    return i < f->key_count[family] ? f->keys[family][i] : NULL;
}

/* --- what words hit --- */

struct hits {
    const struct filter *f;
    struct sv text;
    size_t from;
    struct filter_span best; /* the first hit, the longest of those; n 0 = none */
};

static void look(struct hits *h, uint16_t at)
{
    const struct node *node = &h->f->nodes[at];
    if (node->type == NODE_WORD) {
        struct filter_span hit;
        hit.at = needle_find(&node->needle, h->text, h->from, &hit.n);
        bool is_hit = hit.at != SIZE_MAX;
        if (is_hit &&
            (!h->best.n || hit.at < h->best.at || (hit.at == h->best.at && hit.n > h->best.n))) {
            h->best = hit;
        }
    } else if (node->type == NODE_AND || node->type == NODE_OR) {
        for (uint16_t i = node->first; i != NODE_NONE; i = h->f->nodes[i].next) {
            look(h, i);
        }
    }
}

size_t filter_matches_words(const struct filter *f, struct sv text, struct filter_span *ret_spans,
                            size_t max)
{
    struct hits h = {.f = f, .text = text};
    size_t n = 0;
    while (n < max && f->root != NODE_NONE) {
        h.best.n = 0;
        look(&h, f->root);
        if (!h.best.n) {
            break;
        }
        ret_spans[n++] = h.best;
        h.from = h.best.at + h.best.n;
    }
    return n;
}
