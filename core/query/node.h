/* node: a parsed filter, as parsing, matching and printing share it. AND and OR have a list of
 * children, never one of their own type; NOT, PARENT and CHILD have one. Internal to query/. */
#ifndef MLW_QUERY_NODE_H
#define MLW_QUERY_NODE_H

#include "core/base/re.h"
#include "core/query/field.h"
#include "core/query/literal.h"
#include "core/query/needle.h"
#include "core/query/op.h"
#include "core/query/reduce.h"

enum node_type {
    NODE_AND,
    NODE_OR,
    NODE_NOT,
    NODE_WORD,
    NODE_HAS,
    NODE_TEST,
    NODE_RELATED,  /* one that is related matches the child */
    NODE_HAS_CHILD /* there is one; a parent is a field */
};

enum test_type {
    TEST_TEXT,
    TEST_STATE,
    TEST_NUMBER,
    TEST_OPEN, /* of params and tags: a number or a text, as the data has it */
    TEST_TIME,
    TEST_AGE,
    TEST_DURATION
};

enum { NODE_NONE = 0xFFFF, MEMO_PLACES = 1024 };

/* A field, or a number from the curve of a metric. */
struct operand {
    struct query_field field;
    enum reducer reducer;
    int64_t arg; /* of slope and @ */
    enum test_type test;
};

/* What a field is compared with. */
struct side {
    bool is_field;
    struct operand operand; /* is_field */
    enum test_type test;    /* how the literal is meant */
    struct literal literal;
    struct needle needle; /* of states */
};

/* What a word found in values; a place is taken over by the next value that falls on it. */
struct memo {
    uint64_t keys[MEMO_PLACES];
    uint8_t found[MEMO_PLACES]; /* type * 2 + hit + 1; 0: free */
};

struct node {
    enum node_type type;
    uint16_t first, next; /* child, sibling: index or NODE_NONE */
    struct operand left;  /* of HAS and TEST */
    enum filter_op op;
    const struct side *sides; /* in the arena */
    size_t side_count;
    enum filter_relation relation;
    struct needle needle; /* of words */
    struct memo *memo;    /* of words; NULL: nothing is remembered */
    struct sv word;       /* as it was written */
    bool may_be_number;   /* the word could stand in a number's text */
    struct re *re;
};

struct filter {
    struct arena arena;
    enum kind kind;
    struct node *nodes; /* FILTER_MAX_NODES at most */
    size_t n, cap;
    uint16_t root;               /* NODE_NONE: matches all */
    uint8_t words_in[FIELD_MAX]; /* fields that a word is looked for in */
    size_t word_field_count;
    unsigned word_families; /* and families: 1 << FAMILY_… */
    bool has_words, has_curves;
    const char **keys[FAMILY_COUNT];
    size_t key_count[FAMILY_COUNT];
    unsigned needs;
};

/* filter_test_match.c: one comparison, and whether a field is there at all. */
struct match {
    const struct filter *f;
    int64_t now_ms;
    const struct filter_world *world; /* NULL: rows alone */
};
bool match_test(const struct match *m, const struct node *node, const struct row *row);
/* The text of a value that is there: its own, or that of a number, in the buffer. */
const char *match_text(struct value v, struct str *buffer);
struct value match_operand(const struct match *m, const struct operand *o, const struct row *row);

#endif
