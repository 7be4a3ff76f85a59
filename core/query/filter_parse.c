/* Parsing of filters by recursive descent; see filter.h for the grammar. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/query/filter.h"
#include "core/query/node.h"

struct parser {
    struct lexer lex;
    struct filter *f;
    struct query_scope scope;
    size_t depth;
    struct err *e;
};

static bool parse_or(struct parser *p, uint16_t *ret_node);

static bool add_node(struct parser *p, const struct node *node, uint16_t *ret_node)
{
    struct filter *f = p->f;
    if (f->n == FILTER_MAX_NODES) {
        return lex_error(&p->lex, p->lex.at, p->e, "the filter has more than %d parts",
                         FILTER_MAX_NODES);
    }
    if (f->n == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 8;
        f->nodes = xreallocarray(f->nodes, f->cap, sizeof *f->nodes);
    }
    f->nodes[f->n] = *node;
    f->nodes[f->n].first = node->type == NODE_NOT ? node->first : NODE_NONE;
    f->nodes[f->n].next = NODE_NONE;
    *ret_node = (uint16_t)f->n++;
    return true;
}

/* --- comparisons --- */

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

/* What a value should have looked like. */
static const char *const expected[] = {
    [TEST_NUMBER] = "a number, as 0.01, 500M, 1Gi or 80%",
    [TEST_TIME] = "a time or an age, as 2h, now-3d or 2026-09-01",
    [TEST_DURATION] = "a duration, as 90s, 15m or 2h",
};

static bool read_literal(struct node *node, bool is_quoted)
{
    struct literal *l = &node->literal;
    switch (node->test) {
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
            node->test = TEST_AGE;
            return true;
        }
        return literal_time(l);
    }
    return false;
}

static bool check_op(struct parser *p, const struct node *node, size_t at)
{
    bool is_text = node->test == TEST_TEXT || node->test == TEST_STATE || node->test == TEST_OPEN;
    if (node->op == OP_RE && !is_text) {
        return lex_error(&p->lex, at, p->e, "~ is for texts; write a comparison with %s",
                         expected[node->test]);
    }
    bool is_order =
        node->op == OP_LT || node->op == OP_LE || node->op == OP_GT || node->op == OP_GE;
    if (is_order && node->test == TEST_STATE) {
        return lex_error(&p->lex, at, p->e, "a state has no order: %s is not for it; use = or !=",
                         filter_op_texts[node->op]);
    }
    return true;
}

static bool compile_re(struct parser *p, struct node *node, size_t at)
{
    struct err inner = ERR_INIT;
    node->re = re_new(node->literal.text, 0, &inner);
    if (!node->re) {
        return lex_error(&p->lex, at, p->e, "%s", inner.msg);
    }
    return true;
}

/* The value at the place, for a node whose field, op and test are known. */
static bool parse_value(struct parser *p, struct node *node)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    lex_space(&p->lex);
    size_t at = p->lex.at;
    bool is_quoted = lex_is_quote(lex_at(&p->lex, 0));
    struct sv text;
    if (is_quoted) {
        if (!lex_quoted(&p->lex, &buffer, p->e)) {
            return false;
        }
        if (!lex_is_space(lex_at(&p->lex, 0)) && !strchr(")|", lex_at(&p->lex, 0))) {
            return lex_error(&p->lex, p->lex.at, p->e, "a space is missing after the quote");
        }
        text = sv_of(&buffer);
    } else if (!lex_bare_value(&p->lex, node->op, &text, p->e)) {
        return false;
    }
    struct sv rest = text;
    enum family family;
    if (!is_quoted && query_cut_family(&rest, &family)) {
        return lex_error(&p->lex, at, p->e,
                         "two fields cannot be compared; quote the second to mean the text");
    }
    node->literal.text = (struct sv){arena_sv(&p->f->arena, text), text.n};
    if (node->op == OP_RE) {
        return compile_re(p, node, at);
    }
    if (!read_literal(node, is_quoted)) {
        CLEANUP(str_release) struct str said = STR_INIT;
        lex_say(&said, text);
        return lex_error(&p->lex, at, p->e, "%s%s is not %s", said.p, is_quoted ? " in quotes" : "",
                         expected[node->test]);
    }
    needle_init(&node->needle, text, &p->f->arena);
    return true;
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

static bool parse_test(struct parser *p, const struct query_name *name, uint16_t *ret_node)
{
    struct node node = {.type = NODE_TEST};
    if (!query_resolve(&p->scope, &p->lex, name, &node.field, p->e)) {
        return false;
    }
    node.test = test_of(p->f->kind, &node.field);
    size_t at = p->lex.at;
    node.op = lex_peek_op(&p->lex);
    p->lex.at += strlen(filter_op_texts[node.op]);
    if (!check_op(p, &node, at) || !parse_value(p, &node) || !add_node(p, &node, ret_node)) {
        re_free(node.re);
        return false;
    }
    note_field(p->f, &node.field);
    return true;
}

static bool parse_has(struct parser *p, uint16_t *ret_node)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct node node = {.type = NODE_HAS};
    struct query_name name;
    lex_space(&p->lex);
    if (!query_read_name(&p->lex, &buffer, &name, p->e) ||
        !query_resolve(&p->scope, &p->lex, &name, &node.field, p->e)) {
        return false;
    }
    if (lex_peek_op(&p->lex) != OP_COUNT || lex_at(&p->lex, 0) == '(') {
        return lex_error(&p->lex, p->lex.at, p->e, "has: takes the name of a field alone");
    }
    note_field(p->f, &node.field);
    return add_node(p, &node, ret_node);
}

/* --- words --- */

static bool parse_word(struct parser *p, const struct query_name *name, size_t end, bool is_quoted,
                       uint16_t *ret_node)
{
    if (!is_quoted && lex_is_reserved(name->key)) {
        return lex_error(&p->lex, name->at, p->e,
                         "%.*s is a reserved word; quote it to look for it", (int)name->key.n,
                         name->key.p);
    }
    struct node node = {.type = NODE_WORD};
    struct sv text = is_quoted ? name->key : (struct sv){p->lex.text.p + name->at, end - name->at};
    needle_init(&node.needle, text, &p->f->arena);
    if (query_has_families(p->f->kind)) {
        p->f->needs |= 1u << FAMILY_TAGS;
    }
    return add_node(p, &node, ret_node);
}

static bool parse_term(struct parser *p, uint16_t *ret_node)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct query_name name;
    struct sv word = lex_peek_word(&p->lex);
    if (sv_eqz(word, "has") && lex_at(&p->lex, word.n) == ':') {
        p->lex.at += word.n + 1;
        return parse_has(p, ret_node);
    }
    bool is_quoted = lex_is_quote(lex_at(&p->lex, 0));
    enum filter_op op = lex_peek_op(&p->lex);
    if (op != OP_COUNT) {
        return lex_error(&p->lex, p->lex.at, p->e, "a field is expected before %s",
                         filter_op_texts[op]);
    }
    if (!query_read_name(&p->lex, &buffer, &name, p->e)) {
        return false;
    }
    size_t end = p->lex.at;
    char next = lex_at(&p->lex, 0);
    lex_space(&p->lex);
    if (lex_peek_op(&p->lex) != OP_COUNT) {
        return parse_test(p, &name, ret_node);
    }
    if (next == '(' || lex_is_quote(next)) {
        return lex_error(&p->lex, end, p->e, "a space is missing before %c", next);
    }
    if (name.has_family && lex_is_quote(p->lex.text.p[end - 1])) {
        return lex_error(&p->lex, end, p->e, "an operator is expected after the field");
    }
    return parse_word(p, &name, end, is_quoted, ret_node);
}

/* --- AND, OR, NOT --- */

static bool at_keyword(const struct parser *p, const char *keyword)
{
    return sv_eqz(lex_peek_word(&p->lex), keyword);
}

static bool deeper(struct parser *p)
{
    if (++p->depth > FILTER_MAX_DEPTH) {
        return lex_error(&p->lex, p->lex.at, p->e, "it is nested more than %d deep",
                         FILTER_MAX_DEPTH);
    }
    return true;
}

static bool parse_group(struct parser *p, uint16_t *ret_node)
{
    size_t open = p->lex.at++;
    if (!parse_or(p, ret_node)) {
        return false;
    }
    if (lex_at(&p->lex, 0) != ')') {
        return lex_error(&p->lex, open, p->e, "this parenthesis is not closed");
    }
    p->lex.at++;
    return true;
}

/* Take NOT, "-" or "!"; "-" before a digit is a sign and belongs to the word. */
static bool take_not(struct parser *p, bool *ret_is_not)
{
    char c = lex_at(&p->lex, 0), next = lex_at(&p->lex, 1);
    bool is_sign = c == '-' && ((next >= '0' && next <= '9') || next == '.');
    *ret_is_not = true;
    if ((c == '-' && !is_sign) || (c == '!' && next != '=' && next != '~')) {
        if (lex_is_space(next)) {
            return lex_error(&p->lex, p->lex.at, p->e, "something is expected right after %c", c);
        }
        p->lex.at++;
        return true;
    }
    if (at_keyword(p, "NOT")) {
        p->lex.at += 3;
        lex_space(&p->lex);
        return true;
    }
    *ret_is_not = false;
    return true;
}

static bool parse_unary(struct parser *p, uint16_t *ret_node)
{
    bool is_not;
    if (!deeper(p) || !take_not(p, &is_not)) {
        return false;
    }
    bool ok;
    char c = lex_at(&p->lex, 0);
    if (is_not) {
        struct node node = {.type = NODE_NOT};
        ok = parse_unary(p, &node.first) && add_node(p, &node, ret_node);
    } else if (c == '(') {
        ok = parse_group(p, ret_node);
    } else if (p->lex.at == p->lex.text.n || c == ')' || c == '|' || at_keyword(p, "AND") ||
               at_keyword(p, "OR")) {
        ok = lex_error(&p->lex, p->lex.at, p->e, "a word or a comparison is expected");
    } else {
        ok = parse_term(p, ret_node);
    }
    p->depth--;
    return ok;
}

struct list {
    uint16_t first, last;
    size_t n;
};

/* Children of an AND in an AND are its own: so parentheses without effect leave no trace. */
static void append(struct filter *f, struct list *list, enum node_type type, uint16_t node)
{
    uint16_t first = f->nodes[node].type == type ? f->nodes[node].first : node;
    if (list->n) {
        f->nodes[list->last].next = first;
    } else {
        list->first = first;
    }
    for (uint16_t i = first; i != NODE_NONE; i = f->nodes[i].next) {
        list->last = i;
        list->n++;
    }
}

static bool finish(struct parser *p, enum node_type type, const struct list *list,
                   uint16_t *ret_node)
{
    if (list->n == 1) {
        *ret_node = list->first;
        return true;
    }
    struct node node = {.type = type};
    if (!add_node(p, &node, ret_node)) {
        return false;
    }
    p->f->nodes[*ret_node].first = list->first;
    return true;
}

static bool parse_and(struct parser *p, uint16_t *ret_node)
{
    struct list list = {0};
    for (;;) {
        uint16_t node = 0;
        if (!parse_unary(p, &node)) {
            return false;
        }
        append(p->f, &list, NODE_AND, node);
        lex_space(&p->lex);
        char c = lex_at(&p->lex, 0);
        if (p->lex.at == p->lex.text.n || c == ')' || c == '|' || at_keyword(p, "OR")) {
            return finish(p, NODE_AND, &list, ret_node);
        }
        if (at_keyword(p, "AND")) {
            p->lex.at += 3;
            lex_space(&p->lex);
        }
    }
}

static bool parse_or(struct parser *p, uint16_t *ret_node)
{
    struct list list = {0};
    for (;;) {
        uint16_t node = 0;
        lex_space(&p->lex);
        if (!parse_and(p, &node)) {
            return false;
        }
        append(p->f, &list, NODE_OR, node);
        if (lex_at(&p->lex, 0) == '|') {
            p->lex.at++;
        } else if (at_keyword(p, "OR")) {
            p->lex.at += 2;
        } else {
            return finish(p, NODE_OR, &list, ret_node);
        }
    }
}

static bool parse_all(struct parser *p)
{
    struct sv text = p->lex.text;
    if (text.n > FILTER_MAX_BYTES) {
        return lex_error(&p->lex, FILTER_MAX_BYTES, p->e, "the filter is longer than %d bytes",
                         FILTER_MAX_BYTES);
    }
    const char *nul = text.n ? memchr(text.p, 0, text.n) : NULL;
    if (nul) {
        return lex_error(&p->lex, (size_t)(nul - text.p), p->e, "a NUL byte is not text");
    }
    lex_space(&p->lex);
    if (p->lex.at == text.n) {
        return true;
    }
    if (!parse_or(p, &p->f->root)) {
        return false;
    }
    if (p->lex.at < text.n) {
        return lex_error(&p->lex, p->lex.at, p->e, "this parenthesis closes nothing");
    }
    return true;
}

/* Words are looked for in the id, the name, and the other texts of the default table. */
static void choose_word_fields(struct filter *f)
{
    const struct kind_info *info = &kinds[f->kind];
    for (size_t i = 0; i < info->field_count && i < FIELD_MAX; i++) {
        const struct field *field = &info->fields[i];
        bool is_text = field->type == FIELD_TEXT || field->type == FIELD_STATE;
        bool is_named = strcmp(field->id, "id") == 0 || strcmp(field->id, "name") == 0;
        if (is_text && (is_named || field->flags & F_TABLE)) {
            f->words_in[f->word_field_count++] = (uint8_t)i;
        }
    }
}

struct filter *filter_parse(struct sv text, enum kind kind, const struct filter_keys *keys,
                            struct err *e)
{
    struct filter *f = xcalloc(1, sizeof *f);
    arena_init(&f->arena, 0);
    f->kind = kind;
    f->root = NODE_NONE;
    choose_word_fields(f);
    struct parser p = {.lex = {.text = text}, .f = f, .scope = {kind, keys, &f->arena}, .e = e};
    if (!parse_all(&p)) {
        filter_free(f);
        return NULL;
    }
    return f;
}

void filter_free(struct filter *f)
{
    if (!f) {
        return;
    }
    for (size_t i = 0; i < f->n; i++) {
        re_free(f->nodes[i].re);
    }
    for (enum family family = 0; family < FAMILY_COUNT; family++) {
        free(f->keys[family]);
    }
    free(f->nodes);
    arena_release(&f->arena);
    free(f);
}

size_t filter_error_column(const struct err *e)
{
    const char *at = strstr(e->msg, "column ");
    return at ? (size_t)strtoull(at + strlen("column "), NULL, 10) : 0;
}
