/* node: a parsed filter, as parsing, matching and printing share it. AND and OR have a list of
 * children, never one of their own type; NOT has one. Internal to query/. */
#ifndef MLW_QUERY_NODE_H
#define MLW_QUERY_NODE_H

#include "core/base/re.h"
#include "core/query/field.h"
#include "core/query/literal.h"
#include "core/query/needle.h"

enum node_type { NODE_AND, NODE_OR, NODE_NOT, NODE_WORD, NODE_HAS, NODE_TEST };

enum test_type {
    TEST_TEXT,
    TEST_STATE,
    TEST_NUMBER,
    TEST_OPEN, /* of params and tags: a number or a text, as the data has it */
    TEST_TIME,
    TEST_AGE,
    TEST_DURATION
};

enum { NODE_NONE = 0xFFFF };

struct node {
    enum node_type type;
    uint16_t first, next; /* child, sibling: index or NODE_NONE */
    struct query_field field;
    enum filter_op op;
    enum test_type test;
    struct literal literal;
    struct needle needle; /* of words, and of `:` and states */
    struct re *re;        /* of `~` */
};

struct filter {
    struct arena arena;
    enum kind kind;
    struct node *nodes; /* FILTER_MAX_NODES at most */
    size_t n, cap;
    uint16_t root;               /* NODE_NONE: matches all */
    uint8_t words_in[FIELD_MAX]; /* fields that a word is looked for in */
    size_t word_field_count;
    const char **keys[FAMILY_COUNT];
    size_t key_count[FAMILY_COUNT];
    unsigned needs;
};

#endif
