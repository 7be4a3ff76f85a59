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

/* A text that would be read as a number, or as a field, needs its quotes. */
static void print_literal(struct str *out, const struct node *node)
{
    struct literal other = {.text = node->literal.text};
    struct sv rest = other.text;
    enum family family;
    bool is_text = node->test == TEST_OPEN && !node->literal.has_num && literal_number(&other);
    lex_print(out, node->literal.text, is_text || query_cut_family(&rest, &family));
}

static void print_word(struct str *out, struct sv word)
{
    struct sv rest = word;
    enum family family;
    bool is_begun_by_sign = word.n && strchr("-!+0123456789.", word.p[0]);
    lex_print(out, word, is_begun_by_sign || query_cut_family(&rest, &family));
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
        print_word(out, node->needle.text);
        break;
    case NODE_HAS:
        str_addz(out, "has:");
        print_field(out, f, &node->field);
        break;
    case NODE_TEST:
        print_field(out, f, &node->field);
        str_addz(out, filter_op_texts[node->op]);
        print_literal(out, node);
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
