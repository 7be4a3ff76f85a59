/* Matching of one comparison; see filter.h for what holds. */
#include <math.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/query/like.h"
#include "core/query/node.h"

/* Where a value stands to what it is compared with; 0: nowhere, as a NaN does. */
enum { BELOW = 1 << 0, SAME = 1 << 1, ABOVE = 1 << 2, ABSENT = 1 << 3 };

static const unsigned holds[BASE_COUNT] = {
    [BASE_EQ] = SAME,  [BASE_LT] = BELOW,        [BASE_LE] = BELOW | SAME,
    [BASE_GT] = ABOVE, [BASE_GE] = ABOVE | SAME, [BASE_IN] = SAME,
};

static unsigned place_of(int c)
{
    return c < 0 ? BELOW : c > 0 ? ABOVE : SAME;
}

static unsigned place_double(double a, double b)
{
    return isnan(a) || isnan(b) ? 0 : place_of((a > b) - (a < b));
}

static unsigned place_int(int64_t a, int64_t b)
{
    return place_of((a > b) - (a < b));
}

static int64_t minus(int64_t a, int64_t b)
{
    int64_t x;
    return __builtin_sub_overflow(a, b, &x) ? (b < 0 ? INT64_MAX : INT64_MIN) : x;
}

/* Equality holds within the unit that was written, the order at its beginning. */
static unsigned place_ms(int64_t ms, uint16_t us, const struct literal *l, bool is_order)
{
    int64_t over_ms = minus(ms, l->ms);
    if (!is_order && over_ms > 0 && over_ms < l->span_ms) {
        over_ms = 0;
    }
    return is_order && over_ms == 0 && us ? (unsigned)ABOVE : place_int(over_ms, 0);
}

static bool is_number(struct value v)
{
    return v.type == VALUE_NUM || v.type == VALUE_INT;
}

static double number_of(struct value v)
{
    return v.type == VALUE_INT ? (double)v.i : v.num;
}

static unsigned place_number(struct value v, const struct literal *l)
{
    return v.type == VALUE_INT && l->has_int ? place_int(v.i, l->i)
                                             : place_double(number_of(v), l->num);
}

static unsigned place_text(const char *a, const char *b)
{
    int same = strcmp(a, b);
    int c = same ? value_compare(value_text(a), value_text(b), false) : 0;
    return place_of(c ? c : same);
}

const char *match_text(struct value v, struct str *buffer)
{
    if (v.type == VALUE_TEXT) {
        return v.text;
    }
    if (v.type == VALUE_NUM) {
        fmt_double(buffer, v.num);
    } else {
        str_addf(buffer, "%lld", (long long)v.i);
    }
    return buffer->p;
}

/* A param or tag and a literal: numbers where both are ones. A number and another text are
 * nowhere to each other. */
static unsigned place_open(struct value v, const struct literal *l)
{
    double x;
    if (l->has_num && is_number(v)) {
        return place_number(v, l);
    }
    if (l->has_num && fmt_parse_double(sv_z(v.text), &x)) {
        return place_double(x, l->num);
    }
    CLEANUP(str_release) struct str buffer = STR_INIT;
    unsigned place = place_text(match_text(v, &buffer), l->text.p);
    return l->has_num && place != SAME ? 0 : place;
}

static unsigned place_state(const char *text, const struct side *side)
{
    bool is_same = side->literal.is_quoted ? strcmp(text, side->literal.text.p) == 0
                                           : needle_is_whole(&side->needle, text);
    return is_same ? SAME : 0;
}

/* A number, or what reads as one where the type is open. */
static bool as_number(struct value v, bool is_open, double *ret_x)
{
    if (is_number(v)) {
        *ret_x = number_of(v);
        return true;
    }
    return is_open && v.type == VALUE_TEXT && fmt_parse_double(sv_z(v.text), ret_x);
}

/* Two values of rows. */
static unsigned place_values(struct value a, struct value b, bool is_open)
{
    double x, y;
    if (a.type == b.type && (a.type == VALUE_TIME || a.type == VALUE_INT)) {
        return a.i == b.i ? place_int(a.us, b.us) : place_int(a.i, b.i);
    }
    if (as_number(a, is_open, &x) && as_number(b, is_open, &y)) {
        return place_double(x, y);
    }
    return a.type == VALUE_TEXT && b.type == VALUE_TEXT ? place_text(a.text, b.text) : 0;
}

static unsigned place_literal(const struct match *m, struct value v, const struct side *side,
                              bool is_order)
{
    const struct literal *l = &side->literal;
    switch (side->test) {
    case TEST_TEXT:
        return v.type == VALUE_TEXT ? place_text(v.text, l->text.p) : 0;
    case TEST_STATE:
        return v.type == VALUE_TEXT ? place_state(v.text, side) : 0;
    case TEST_NUMBER:
        return is_number(v) ? place_number(v, l) : 0;
    case TEST_OPEN:
        return v.type == VALUE_TIME ? 0 : place_open(v, l);
    case TEST_TIME:
        return place_ms(l->is_from_now ? minus(v.i, m->now_ms) : v.i, v.us, l, is_order);
    case TEST_AGE:
        return place_ms(minus(m->now_ms, v.i), 0, l, is_order);
    case TEST_DURATION:
        return place_ms(v.i, v.us, l, is_order);
    }
    return 0;
}

static unsigned place(const struct match *m, const struct node *node, struct value v,
                      const struct side *side, const struct row *row)
{
    bool is_order = op_base(node->op)->is_order;
    if (!side->is_field) {
        return place_literal(m, v, side, is_order);
    }
    struct value other = match_operand(m, &side->operand, row);
    bool is_open = node->left.test == TEST_OPEN || side->operand.test == TEST_OPEN;
    return other.type == VALUE_MISSING ? (unsigned)ABSENT : place_values(v, other, is_open);
}

static bool match_pattern(const struct node *node, struct value v)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct sv text = sv_z(match_text(v, &buffer)), pattern = node->sides[0].literal.text, whole;
    enum filter_base base = filter_ops[node->op].base;
    if (base == BASE_RE) {
        return re_match(node->re, text, 0, &whole, 1) == 1;
    }
    return base == BASE_CONTAINS ? sv_find(text, pattern) != SIZE_MAX
                                 : like_match(pattern, text, base == BASE_ILIKE);
}

/* Does the comparison hold, its negation left aside? False with *ret_is_absent when a side is
 * missing. */
static bool match_sides(const struct match *m, const struct node *node, struct value v,
                        const struct row *row, bool *ret_is_absent)
{
    enum filter_base base = filter_ops[node->op].base;
    if (filter_bases[base].is_pattern) {
        return match_pattern(node, v);
    }
    unsigned places[2] = {0, 0};
    bool is_any = false;
    for (size_t i = 0; i < node->side_count; i++) {
        unsigned p = place(m, node, v, &node->sides[i], row);
        *ret_is_absent |= p == ABSENT;
        is_any |= (holds[base] & p) != 0;
        places[i < 2 ? i : 1] = p;
    }
    if (base == BASE_BETWEEN) {
        return places[0] & (ABOVE | SAME) && places[1] & (BELOW | SAME);
    }
    return is_any;
}

bool match_test(const struct match *m, const struct node *node, const struct row *row)
{
    struct value v = match_operand(m, &node->left, row);
    bool is_absent = v.type == VALUE_MISSING;
    bool does_hold = !is_absent && match_sides(m, node, v, row, &is_absent);
    return !is_absent && does_hold != filter_ops[node->op].is_negated;
}

struct value match_operand(const struct match *m, const struct operand *o, const struct row *row)
{
    struct value v = query_value(row, &o->field);
    if (o->reducer == REDUCE_NONE || v.type == VALUE_MISSING) {
        return v;
    }
    const struct filter_world *w = m->world;
    struct filter_point only = {INT64_MIN, number_of(v)};
    struct filter_series series = {&only, 1, GOAL_NONE};
    if (w && w->series && !w->series(w->arg, row, o->field.key, &series)) {
        return (struct value){.type = VALUE_MISSING};
    }
    return reduce(o->reducer, o->arg, o->field.key, &series);
}
