/* op: the operators of the filter language, as one table: how each is written, what it is by
 * nature, and whether it is the negation of that. Constant; any thread. */
#ifndef MLW_QUERY_OP_H
#define MLW_QUERY_OP_H

#include <stdbool.h>
#include <stddef.h>

/* X(enumerator, text, base, is_negated); of signs, the longer ones first */
#define FILTER_OPS(X)                                                                              \
    X(OP_NE, "!=", BASE_EQ, true)                                                                  \
    X(OP_NOT_RE, "!~", BASE_RE, true)                                                              \
    X(OP_GE, ">=", BASE_GE, false)                                                                 \
    X(OP_LE, "<=", BASE_LE, false)                                                                 \
    X(OP_IS, ":", BASE_EQ, false)                                                                  \
    X(OP_EQ, "=", BASE_EQ, false)                                                                  \
    X(OP_GT, ">", BASE_GT, false)                                                                  \
    X(OP_LT, "<", BASE_LT, false)                                                                  \
    X(OP_RE, "~", BASE_RE, false)                                                                  \
    X(OP_IN, "IN", BASE_IN, false)                                                                 \
    X(OP_NOT_IN, "NOT IN", BASE_IN, true)                                                          \
    X(OP_BETWEEN, "BETWEEN", BASE_BETWEEN, false)                                                  \
    X(OP_NOT_BETWEEN, "NOT BETWEEN", BASE_BETWEEN, true)                                           \
    X(OP_CONTAINS, "CONTAINS", BASE_CONTAINS, false)                                               \
    X(OP_NOT_CONTAINS, "NOT CONTAINS", BASE_CONTAINS, true)                                        \
    X(OP_LIKE, "LIKE", BASE_LIKE, false)                                                           \
    X(OP_NOT_LIKE, "NOT LIKE", BASE_LIKE, true)                                                    \
    X(OP_ILIKE, "ILIKE", BASE_ILIKE, false)                                                        \
    X(OP_NOT_ILIKE, "NOT ILIKE", BASE_ILIKE, true)                                                 \
    X(OP_RLIKE, "RLIKE", BASE_RE, false)                                                           \
    X(OP_NOT_RLIKE, "NOT RLIKE", BASE_RE, true)                                                    \
    X(OP_NULL, "IS NULL", BASE_NULL, false)                                                        \
    X(OP_NOT_NULL, "IS NOT NULL", BASE_NULL, true)

enum filter_op {
#define X(op, text, base, is_negated) op,
    FILTER_OPS(X)
#undef X
        OP_COUNT
};

enum filter_base {
    BASE_EQ,
    BASE_LT,
    BASE_LE,
    BASE_GT,
    BASE_GE,
    BASE_IN,
    BASE_BETWEEN,
    BASE_CONTAINS,
    BASE_LIKE,
    BASE_ILIKE,
    BASE_RE,
    BASE_NULL,
    BASE_COUNT
};

enum op_values { VALUES_ONE, VALUES_PAIR, VALUES_LIST, VALUES_NONE };

struct filter_op_info {
    const char *text;
    enum filter_base base;
    bool is_negated;
};
struct filter_base_info {
    enum op_values values; /* what follows the operator */
    bool is_order;         /* needs a smaller and a greater */
    bool is_pattern;       /* looks at texts alone, and its value is a pattern */
};
extern const struct filter_op_info filter_ops[OP_COUNT];
extern const struct filter_base_info filter_bases[BASE_COUNT];

static inline const struct filter_base_info *op_base(enum filter_op op)
{
    return &filter_bases[filter_ops[op].base];
}

#endif
