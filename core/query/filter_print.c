/* The canonical text of a filter; see filter.h. */
#include "core/query/filter.h"
#include "core/query/node.h"

static void print_field(struct str *out, const struct filter *f, const struct query_field *field)
{
    if (field->field >= 0) {
        str_addz(out, kinds[f->kind].fields[field->field].id);
        return;
    }
    str_addf(out, "%s.", family_names[field->family]);
    bool is_plain = true;
    for (const char *c = field->key; *c; c++) {
        is_plain &= strchr("/-+%", *c) == NULL;
    }
    lex_print(out, sv_z(field->key), !is_plain);
}

static void print_operand(struct str *out, const struct filter *f, const struct operand *o)
{
    bool is_call = o->reducer != REDUCE_NONE && o->reducer != REDUCE_AT;
    if (is_call) {
        str_addf(out, "%s(", reducer_names[o->reducer]);
    }
    print_field(out, f, &o->field);
    if (o->reducer == REDUCE_SLOPE) {
        str_addf(out, ",%lld", (long long)o->arg);
    } else if (o->reducer == REDUCE_AT) {
        str_addf(out, "@%lld", (long long)o->arg);
    }
    if (is_call) {
        str_addc(out, ')');
    }
}

/* A text that would be read as a number, or as a field, needs its quotes. */
static void print_side(struct str *out, const struct filter *f, const struct side *side)
{
    if (side->is_field) {
        print_operand(out, f, &side->operand);
        return;
    }
    struct literal other = {.text = side->literal.text};
    struct sv rest = other.text;
    enum family family;
    bool is_text = (side->test == TEST_OPEN && !side->literal.has_num && literal_number(&other)) ||
                   (side->test == TEST_STATE && side->literal.is_quoted);
    lex_print(out, side->literal.text, is_text || query_cut_family(&rest, &family));
}

static void print_test(struct str *out, const struct filter *f, const struct node *node)
{
    const struct filter_op_info *op = &filter_ops[node->op];
    bool is_word = op->text[0] >= 'A' && op->text[0] <= 'Z';
    enum op_values values = op_base(node->op)->values;
    print_operand(out, f, &node->left);
    str_addf(out, is_word ? " %s " : "%s", op->text);
    str_addz(out, values == VALUES_LIST ? "(" : "");
    for (size_t i = 0; i < node->side_count; i++) {
        str_addz(out, i == 0 ? "" : values == VALUES_LIST ? ", " : " AND ");
        print_side(out, f, &node->sides[i]);
    }
    str_addz(out, values == VALUES_LIST ? ")" : "");
}

static void print_word(struct str *out, struct sv word)
{
    struct sv rest = word;
    enum family family;
    bool is_begun_by_sign = word.n && strchr("-!+0123456789.", word.p[0]);
    lex_print(out, word, is_begun_by_sign || query_cut_family(&rest, &family));
}

static void print_node(struct str *out, const struct filter *f, uint16_t at, enum node_type outer);

static void print_related(struct str *out, const struct filter *f, const struct node *node)
{
    if (node->type == NODE_HAS_CHILD) {
        str_addz(out, "has:child");
        return;
    }
    str_addf(out, "%s:(", node->relation == RELATED_PARENT ? "parent" : "child");
    print_node(out, f, node->first, NODE_OR);
    str_addc(out, ')');
}

static void print_node(struct str *out, const struct filter *f, uint16_t at, enum node_type outer)
{
    const struct node *node = &f->nodes[at];
    bool is_list = node->type == NODE_AND || node->type == NODE_OR;
    bool is_grouped =
        is_list && (outer == NODE_NOT || (outer == NODE_AND && node->type == NODE_OR));
    if (is_grouped) {
        str_addc(out, '(');
    }
    switch (node->type) {
    case NODE_AND:
    case NODE_OR:
        for (uint16_t i = node->first; i != NODE_NONE; i = f->nodes[i].next) {
            if (i != node->first) {
                str_addz(out, node->type == NODE_OR ? " OR " : " ");
            }
            print_node(out, f, i, node->type);
        }
        break;
    case NODE_NOT:
        str_addc(out, '-');
        print_node(out, f, node->first, NODE_NOT);
        break;
    case NODE_WORD:
        print_word(out, node->word);
        break;
    case NODE_HAS:
        str_addz(out, "has:");
        print_operand(out, f, &node->left);
        break;
    case NODE_TEST:
        print_test(out, f, node);
        break;
    case NODE_RELATED:
    case NODE_HAS_CHILD:
        print_related(out, f, node);
        break;
    }
    if (is_grouped) {
        str_addc(out, ')');
    }
}

void filter_print(struct str *out, const struct filter *f)
{
    if (f->root != NODE_NONE) {
        print_node(out, f, f->root, NODE_OR);
    }
}
