/* parser: what the two halves of parsing a filter share: filter_parse.c (words, AND, OR, NOT,
 * scopes) and filter_test.c (fields, operators and values). Internal to query/. */
#ifndef MLW_QUERY_PARSER_H
#define MLW_QUERY_PARSER_H

#include "core/query/node.h"

struct parser {
    struct lexer lex;
    struct filter *f;
    struct query_scope scope;
    size_t depth;
    struct err *e;
};

/* What was read of a field, before it is known whether it is one. */
struct parsed_name {
    struct query_name name;
    enum reducer reducer;
    int64_t arg;
    size_t at, end; /* in bytes of the text, all of it */
};

bool parser_add(struct parser *p, const struct node *node, uint16_t *ret_node);
/* A name, with what reduces it; `buffer` keeps what was quoted. */
bool parser_name(struct parser *p, struct str *buffer, struct parsed_name *ret_name);
/* The field that a name is; it is noted as read. */
bool parser_operand(struct parser *p, const struct parsed_name *name, struct operand *ret);
/* The operator at the place, and what follows it. */
bool parser_test(struct parser *p, const struct parsed_name *name, enum filter_op op,
                 size_t op_bytes, uint16_t *ret_node);

#endif
