/* Parsing of comparisons: fields, operators, values; see filter.h and parser.h. */
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/query/parser.h"

/* --- operands --- */

static const enum test_type tests[] = {
    [FIELD_TEXT] = TEST_TEXT,    [FIELD_STATE] = TEST_STATE, [FIELD_NUM] = TEST_NUMBER,
    [FIELD_INT] = TEST_NUMBER,   [FIELD_TIME] = TEST_TIME,   [FIELD_DURATION] = TEST_DURATION,
    [FIELD_BYTES] = TEST_NUMBER,
};

static enum test_type test_of(enum kind kind, const struct query_field *field)
{
    if (field->field < 0) {
        return field->family == FAMILY_METRICS ? TEST_NUMBER : TEST_OPEN;
    }
    return tests[kinds[kind].fields[field->field].type];
}

static bool read_int(struct parser *p, struct sv word, int64_t min, const char *what, int64_t *ret)
{
    size_t at = p->lex.at;
    int64_t n;
    if (!fmt_parse_i64(word, &n) || n < min) {
        return lex_error(&p->lex, at, p->e, "%s", what);
    }
    *ret = n;
    return true;
}

/* "@100" behind a name; where the word holds it, the name ends before it. */
static bool read_name_at_step(struct parser *p, struct str *buffer, struct parsed_name *name)
{
    struct sv word = lex_peek_word(&p->lex);
    const char *at = word.n ? memrchr(word.p, '@', word.n) : NULL;
    struct sv digits = at ? (struct sv){at + 1, word.n - (size_t)(at + 1 - word.p)} : SV("");
    if (at && at > word.p && fmt_parse_i64(digits, &name->arg)) {
        struct lexer part = {{p->lex.text.p, p->lex.at + (size_t)(at - word.p)}, p->lex.at};
        name->reducer = REDUCE_AT;
        p->lex.at += word.n;
        return query_read_name(&part, buffer, &name->name, p->e);
    }
    if (!query_read_name(&p->lex, buffer, &name->name, p->e)) {
        return false;
    }
    if (lex_at(&p->lex, 0) == '@') {
        name->reducer = REDUCE_AT;
        p->lex.at++;
        digits = lex_peek_word(&p->lex);
        if (!read_int(p, digits, INT64_MIN, "a step is expected after @", &name->arg)) {
            return false;
        }
        p->lex.at += digits.n;
    }
    return true;
}

/* What stands in the parentheses of a reducer: a name, and for slope a number of points. */
static bool read_reduced(struct parser *p, struct str *buffer, struct parsed_name *name)
{
    size_t open = p->lex.at++;
    lex_space(&p->lex);
    struct lexer part = p->lex; /* a name ends at the comma */
    struct sv word = lex_peek_word(&part);
    const char *comma = word.n ? memchr(word.p, ',', word.n) : NULL;
    if (comma) {
        part.text.n = (size_t)(comma - part.text.p);
    }
    if (!query_read_name(&part, buffer, &name->name, p->e)) {
        return false;
    }
    p->lex.at = part.at;
    lex_space(&p->lex);
    if (name->reducer == REDUCE_SLOPE) {
        if (lex_at(&p->lex, 0) != ',') {
            return lex_error(&p->lex, p->lex.at, p->e,
                             "slope takes a metric and how many points, as slope(loss,20)");
        }
        p->lex.at++;
        lex_space(&p->lex);
        word = lex_peek_word(&p->lex);
        if (!read_int(p, word, 2, "a number of points, 2 or more, is expected", &name->arg)) {
            return false;
        }
        p->lex.at += word.n;
        lex_space(&p->lex);
    }
    if (p->lex.at == p->lex.text.n) {
        return lex_error(&p->lex, open, p->e, "this parenthesis is not closed");
    }
    if (lex_at(&p->lex, 0) != ')') {
        return lex_error(&p->lex, p->lex.at, p->e, "a parenthesis is expected after the metric");
    }
    p->lex.at++;
    return true;
}

bool parser_name(struct parser *p, struct str *buffer, struct parsed_name *ret_name)
{
    struct sv word = lex_peek_word(&p->lex);
    struct parsed_name name = {.at = p->lex.at, .reducer = REDUCE_NONE};
    enum reducer reducer = reducer_find(word);
    bool ok;
    if (reducer != REDUCE_NONE && lex_at(&p->lex, word.n) == '(') {
        name.reducer = reducer;
        p->lex.at += word.n;
        ok = read_reduced(p, buffer, &name);
    } else {
        ok = read_name_at_step(p, buffer, &name);
    }
    name.end = p->lex.at;
    *ret_name = name;
    return ok;
}

static void note_field(struct filter *f, const struct query_field *field)
{
    if (field->field >= 0) {
        return;
    }
    enum family family = field->family;
    f->needs |= 1u << family;
    for (size_t i = 0; i < f->key_count[family]; i++) {
        if (strcmp(f->keys[family][i], field->key) == 0) {
            return;
        }
    }
    f->keys[family] =
        xreallocarray(f->keys[family], f->key_count[family] + 1, sizeof *f->keys[family]);
    f->keys[family][f->key_count[family]++] = field->key;
}

bool parser_operand(struct parser *p, const struct parsed_name *name, struct operand *ret)
{
    struct operand o = {.reducer = name->reducer, .arg = name->arg};
    if (!query_resolve(&p->scope, &p->lex, &name->name, &o.field, p->e)) {
        return false;
    }
    bool is_metric = o.field.field < 0 && o.field.family == FAMILY_METRICS;
    if (o.reducer != REDUCE_NONE && !is_metric) {
        return lex_error(&p->lex, name->name.at, p->e, "%s is for metrics, which have a curve",
                         reducer_names[o.reducer]);
    }
    o.test = test_of(p->f->kind, &o.field);
    p->f->has_curves |= o.reducer != REDUCE_NONE;
    note_field(p->f, &o.field);
    *ret = o;
    return true;
}

/* --- what may be compared --- */

enum { CLASS_TEXT = 1 << 0, CLASS_NUMBER = 1 << 1, CLASS_TIME = 1 << 2, CLASS_DURATION = 1 << 3 };

static const struct {
    unsigned classes;
    const char *name;
    const char *expected; /* what a value should have looked like */
} types[] = {
    [TEST_TEXT] = {CLASS_TEXT, "a text", NULL},
    [TEST_STATE] = {CLASS_TEXT, "a state", NULL},
    [TEST_NUMBER] = {CLASS_NUMBER, "a number", "a number, as 0.01, 500M, 1Gi or 80%"},
    [TEST_OPEN] = {CLASS_TEXT | CLASS_NUMBER, "a param or tag", NULL},
    [TEST_TIME] = {CLASS_TIME, "a time", "a time or an age, as 2h, now-3d or 2026-09-01"},
    [TEST_AGE] = {CLASS_TIME, "a time", "a time or an age, as 2h, now-3d or 2026-09-01"},
    [TEST_DURATION] = {CLASS_DURATION, "a duration", "a duration, as 90s, 15m or 2h"},
};

static bool check_op(struct parser *p, const struct node *node, size_t at)
{
    const struct filter_base_info *base = op_base(node->op);
    enum test_type test = node->left.test;
    if (base->is_pattern && !(types[test].classes & CLASS_TEXT)) {
        return lex_error(&p->lex, at, p->e, "%s is for texts; write a comparison with %s",
                         filter_ops[node->op].text, types[test].expected);
    }
    if (base->is_order && test == TEST_STATE) {
        return lex_error(&p->lex, at, p->e, "a state has no order: %s is not for it; use = or !=",
                         filter_ops[node->op].text);
    }
    return true;
}

/* --- values --- */

static bool read_literal(struct side *side, enum test_type test, bool is_quoted)
{
    struct literal *l = &side->literal;
    side->test = test;
    switch (test) {
    case TEST_TEXT:
    case TEST_STATE:
        return true;
    case TEST_OPEN:
        if (!is_quoted) {
            (void)literal_number(l);
        }
        return true;
    case TEST_NUMBER:
        return !is_quoted && literal_number(l);
    case TEST_DURATION:
        return !is_quoted && literal_duration(l, false);
    case TEST_AGE:
    case TEST_TIME:
        if (literal_duration(l, true)) {
            side->test = TEST_AGE;
            return true;
        }
        return literal_time(l);
    }
    return false;
}

/* A field where a value may stand: one with its family or a reducer, or, where texts have no
 * place, a name that is known. */
static bool looks_like_field(const struct parser *p, const struct node *node)
{
    struct sv word = lex_peek_word(&p->lex), rest = word;
    enum family family;
    bool is_text = types[node->left.test].classes == CLASS_TEXT;
    bool is_call = reducer_find(word) != REDUCE_NONE && lex_at(&p->lex, word.n) == '(';
    return !op_base(node->op)->is_pattern &&
           (query_cut_family(&rest, &family) || (is_call && !is_text));
}

static bool field_side(struct parser *p, const struct node *node, struct side *side)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct parsed_name name;
    size_t at = p->lex.at;
    if (!parser_name(p, &buffer, &name) || !parser_operand(p, &name, &side->operand)) {
        return false;
    }
    side->is_field = true;
    enum test_type left = node->left.test, right = side->operand.test;
    if (!(types[left].classes & types[right].classes)) {
        return lex_error(&p->lex, at, p->e, "%s cannot be compared with %s", types[left].name,
                         types[right].name);
    }
    if (op_base(node->op)->is_order && right == TEST_STATE) {
        return lex_error(&p->lex, at, p->e, "a state has no order; use = or !=");
    }
    return true;
}

/* A bare name that is no literal of the kind: a field that is known? Leaves all as it was if not.
 */
static bool known_field(struct parser *p, const struct node *node, size_t at, struct side *side)
{
    struct err ignored = ERR_INIT, *e = p->e;
    size_t end = p->lex.at;
    p->lex.at = at;
    p->e = &ignored;
    bool ok = field_side(p, node, side) && p->lex.at == end;
    p->e = e;
    p->lex.at = end;
    return ok;
}

static bool compile_re(struct parser *p, struct node *node, struct sv pattern, size_t at)
{
    struct err inner = ERR_INIT;
    node->re = re_new(pattern, 0, &inner);
    if (!node->re) {
        return lex_error(&p->lex, at, p->e, "%s", inner.msg);
    }
    return true;
}

static bool after_quote(const struct parser *p, const char *may_follow)
{
    char c = lex_at(&p->lex, 0);
    return lex_is_space(c) || strchr(may_follow, c)
               ? true
               : lex_error(&p->lex, p->lex.at, p->e, "a space is missing after the quote");
}

/* The value at the place, for a node whose field and op are known. */
static bool parse_side(struct parser *p, struct node *node, struct side *side)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    lex_space(&p->lex);
    size_t at = p->lex.at;
    if (looks_like_field(p, node)) {
        return field_side(p, node, side);
    }
    bool is_quoted = lex_is_quote(lex_at(&p->lex, 0));
    struct sv text;
    if (is_quoted) {
        const char *may_follow = op_base(node->op)->values == VALUES_LIST ? ",)" : ")|";
        if (!lex_quoted(&p->lex, &buffer, p->e) || !after_quote(p, may_follow)) {
            return false;
        }
        text = sv_of(&buffer);
    } else if (!lex_bare_value(&p->lex, node->op, &text, p->e)) {
        return false;
    }
    side->literal.text = (struct sv){arena_sv(&p->f->arena, text), text.n};
    side->literal.is_quoted = is_quoted;
    side->test = TEST_TEXT;
    if (filter_ops[node->op].base == BASE_RE) {
        return compile_re(p, node, side->literal.text, at);
    }
    enum test_type test = op_base(node->op)->is_pattern ? TEST_TEXT : node->left.test;
    if (!read_literal(side, test, is_quoted)) {
        if (!is_quoted && known_field(p, node, at, side)) {
            return true;
        }
        CLEANUP(str_release) struct str said = STR_INIT;
        lex_say(&said, text);
        return lex_error(&p->lex, at, p->e, "%s%s is not %s", said.p, is_quoted ? " in quotes" : "",
                         types[node->left.test].expected);
    }
    needle_init(&side->needle, text, &p->f->arena);
    return true;
}

/* "(a, b, c)"; they are gathered in `sides`. */
static bool parse_list(struct parser *p, struct node *node, struct side **sides)
{
    size_t cap = 0, open;
    lex_space(&p->lex);
    open = p->lex.at;
    if (lex_at(&p->lex, 0) != '(') {
        return lex_error(&p->lex, open, p->e, "a list in parentheses is expected after %s",
                         filter_ops[node->op].text);
    }
    do {
        p->lex.at++;
        if (node->side_count == cap) {
            cap = cap ? cap * 2 : 8;
            *sides = xreallocarray(*sides, cap, sizeof **sides);
        }
        struct side side = {.is_field = false};
        if (!parse_side(p, node, &side)) {
            return false;
        }
        (*sides)[node->side_count++] = side;
        lex_space(&p->lex);
    } while (lex_at(&p->lex, 0) == ',');
    if (p->lex.at == p->lex.text.n) {
        return lex_error(&p->lex, open, p->e, "this parenthesis is not closed");
    }
    if (lex_at(&p->lex, 0) != ')') {
        return lex_error(&p->lex, p->lex.at, p->e, "a comma or a parenthesis is expected");
    }
    p->lex.at++;
    return true;
}

static bool parse_pair(struct parser *p, struct node *node, struct side **sides)
{
    *sides = xcalloc(2, sizeof **sides);
    node->side_count = 2;
    if (!parse_side(p, node, &(*sides)[0])) {
        return false;
    }
    lex_space(&p->lex);
    if (!sv_eqz(lex_peek_word(&p->lex), "AND")) {
        return lex_error(&p->lex, p->lex.at, p->e, "AND and a second value are expected");
    }
    p->lex.at += strlen("AND");
    return parse_side(p, node, &(*sides)[1]);
}

static bool parse_sides(struct parser *p, struct node *node)
{
    CLEANUP(mem_free_ptr) struct side *sides = NULL;
    bool ok = true;
    switch (op_base(node->op)->values) {
    case VALUES_NONE:
        break;
    case VALUES_PAIR:
        ok = parse_pair(p, node, &sides);
        break;
    case VALUES_LIST:
        ok = parse_list(p, node, &sides);
        break;
    case VALUES_ONE:
        sides = xcalloc(1, sizeof *sides);
        node->side_count = 1;
        ok = parse_side(p, node, sides);
        break;
    }
    node->sides = arena_copy(&p->f->arena, sides, node->side_count * sizeof *sides);
    return ok;
}

/* IS NULL is NOT of has:, IS NOT NULL is has:. */
static bool add_has(struct parser *p, const struct node *test, uint16_t *ret_node)
{
    struct node has = {.type = NODE_HAS, .left = test->left}, not = {.type = NODE_NOT};
    if (filter_ops[test->op].is_negated) {
        return parser_add(p, &has, ret_node);
    }
    return parser_add(p, &has, &not .first) && parser_add(p, &not, ret_node);
}

bool parser_test(struct parser *p, const struct parsed_name *name, enum filter_op op,
                 size_t op_bytes, uint16_t *ret_node)
{
    struct node node = {.type = NODE_TEST, .op = op};
    size_t at = p->lex.at;
    if (!parser_operand(p, name, &node.left)) {
        return false;
    }
    p->lex.at += op_bytes;
    if (filter_ops[op].base == BASE_NULL) {
        return add_has(p, &node, ret_node);
    }
    if (!check_op(p, &node, at) || !parse_sides(p, &node) || !parser_add(p, &node, ret_node)) {
        re_free(node.re);
        return false;
    }
    return true;
}
