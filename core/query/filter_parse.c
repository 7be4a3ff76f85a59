/* Parsing of filters by recursive descent; see filter.h for the grammar. */
#include <stdlib.h>
#include <wctype.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/query/filter.h"
#include "core/query/parser.h"

static bool parse_or(struct parser *p, uint16_t *ret_node);

bool parser_add(struct parser *p, const struct node *node, uint16_t *ret_node)
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
    bool has_child = node->type == NODE_NOT || node->type == NODE_RELATED;
    f->nodes[f->n].first = has_child ? node->first : NODE_NONE;
    f->nodes[f->n].next = NODE_NONE;
    *ret_node = (uint16_t)f->n++;
    return true;
}

/* --- has, parent, child --- */

static const struct {
    const char *name;
    enum filter_relation relation;
} relations[] = {{"parent", RELATED_PARENT}, {"child", RELATED_CHILD}};

/* A scope's name at the place: SIZE_MAX when there is none. */
static size_t relation_at(const struct parser *p)
{
    struct sv word = lex_peek_word(&p->lex);
    for (size_t i = 0; i < ALEN(relations); i++) {
        if (sv_eqz(word, relations[i].name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool check_relation(struct parser *p, size_t at, size_t relation)
{
    return p->f->kind == KIND_RUN || lex_error(&p->lex, at, p->e, "%s have no %s",
                                               kinds[p->f->kind].plural, relations[relation].name);
}

static bool parse_has(struct parser *p, uint16_t *ret_node)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct node node = {.type = NODE_HAS};
    struct parsed_name name;
    lex_space(&p->lex);
    size_t relation = relation_at(p), at = p->lex.at, n;
    if (!parser_name(p, &buffer, &name)) {
        return false;
    }
    bool is_child = relation != SIZE_MAX && relations[relation].relation == RELATED_CHILD;
    if (is_child) {
        node.type = NODE_HAS_CHILD;
    }
    if (is_child ? !check_relation(p, at, relation) : !parser_operand(p, &name, &node.left)) {
        return false;
    }
    if (lex_peek_op(&p->lex, &n) != OP_COUNT || lex_at(&p->lex, 0) == '(') {
        return lex_error(&p->lex, p->lex.at, p->e, "has: takes the name of a field alone");
    }
    return parser_add(p, &node, ret_node);
}

static bool parse_group(struct parser *p, uint16_t *ret_node);

/* "parent:(" or "child:(" */
static bool parse_related(struct parser *p, size_t relation, uint16_t *ret_node)
{
    struct node node = {.type = NODE_RELATED, .relation = relations[relation].relation};
    if (!check_relation(p, p->lex.at, relation)) {
        return false;
    }
    p->lex.at += strlen(relations[relation].name) + 1;
    return parse_group(p, &node.first) && parser_add(p, &node, ret_node);
}

/* --- words --- */

/* Words find any case: what the needle looks for has none. */
static struct sv lowered(struct arena *arena, struct sv text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    while (text.n) {
        struct sv at = text;
        uint32_t code = utf8_next(&text), low = (uint32_t)towlower((wint_t)code);
        if (low == code) {
            str_add(&s, at.p, at.n - text.n);
        } else {
            utf8_encode(&s, low);
        }
    }
    return (struct sv){arena_sv(arena, sv_of(&s)), s.n};
}

/* Could it stand in the text of a number, NaN or Infinity? */
static bool is_like_number(struct sv lower)
{
    for (size_t i = 0; i < lower.n; i++) {
        if (!strchr("0123456789.+-einfatyr", lower.p[i])) {
            return false;
        }
    }
    return true;
}

static bool parse_word(struct parser *p, const struct parsed_name *name, bool is_quoted,
                       uint16_t *ret_node)
{
    struct sv whole = {p->lex.text.p + name->at, name->end - name->at};
    struct sv text = is_quoted ? name->name.key : whole;
    if (!is_quoted && lex_is_reserved(text)) {
        return lex_error(&p->lex, name->at, p->e,
                         "%.*s is a reserved word; quote it to look for it", (int)text.n, text.p);
    }
    struct node node = {.type = NODE_WORD};
    struct sv lower = lowered(&p->f->arena, text);
    needle_init(&node.needle, lower, &p->f->arena);
    node.word = (struct sv){arena_sv(&p->f->arena, text), text.n};
    node.may_be_number = is_like_number(lower);
    p->f->needs |= p->f->word_families;
    p->f->has_words = true;
    return parser_add(p, &node, ret_node);
}

/* What was read has no operator: can it be a word? `next` stands right behind it. */
static bool check_word(struct parser *p, const struct parsed_name *name, bool is_quoted, char next)
{
    if (next == '(' || lex_is_quote(next)) {
        return lex_error(&p->lex, name->end, p->e, "a space is missing before %c", next);
    }
    char last = p->lex.text.p[name->end - 1];
    if (last == ')' || (lex_is_quote(last) && name->name.has_family) ||
        (is_quoted && name->reducer != REDUCE_NONE)) {
        return lex_error(&p->lex, name->end, p->e, "an operator is expected after the field");
    }
    return true;
}

static bool parse_term(struct parser *p, uint16_t *ret_node)
{
    CLEANUP(str_release) struct str buffer = STR_INIT;
    struct parsed_name name;
    struct sv word = lex_peek_word(&p->lex);
    size_t relation = relation_at(p), op_n;
    if (sv_eqz(word, "has") && lex_at(&p->lex, word.n) == ':') {
        p->lex.at += word.n + 1;
        return parse_has(p, ret_node);
    }
    if (relation != SIZE_MAX && lex_at(&p->lex, word.n) == ':' &&
        lex_at(&p->lex, word.n + 1) == '(') {
        return parse_related(p, relation, ret_node);
    }
    bool is_quoted = lex_is_quote(lex_at(&p->lex, 0));
    enum filter_op op = lex_peek_op(&p->lex, &op_n);
    if (op != OP_COUNT && !word.n) {
        return lex_error(&p->lex, p->lex.at, p->e, "a field is expected before %s",
                         filter_ops[op].text);
    }
    if (!parser_name(p, &buffer, &name)) {
        return false;
    }
    char next = lex_at(&p->lex, 0);
    lex_space(&p->lex);
    op = lex_peek_op(&p->lex, &op_n);
    if (op != OP_COUNT) {
        return parser_test(p, &name, op, op_n, ret_node);
    }
    return check_word(p, &name, is_quoted, next) && parse_word(p, &name, is_quoted, ret_node);
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
        ok = parse_unary(p, &node.first) && parser_add(p, &node, ret_node);
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
    if (!parser_add(p, &node, ret_node)) {
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

/* Words are looked for in the name of a run and what was said of it; of other kinds in the id, the
 * name, and the other texts of the default table. */
static void choose_word_fields(struct filter *f)
{
    if (f->kind == KIND_RUN) {
        f->words_in[f->word_field_count++] = FIELD_RUN_name;
        f->word_families = 1u << FAMILY_PARAMS | 1u << FAMILY_TAGS;
        return;
    }
    f->word_families = query_has_families(f->kind) ? 1u << FAMILY_TAGS : 0;
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
        free(f->nodes[i].memo);
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
