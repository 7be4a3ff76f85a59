/* The table of operators; see op.h. */
#include "core/query/op.h"

const struct filter_op_info filter_ops[OP_COUNT] = {
#define X(op, text, base, is_negated) [op] = {text, base, is_negated},
    FILTER_OPS(X)
#undef X
};

const struct filter_base_info filter_bases[BASE_COUNT] = {
    [BASE_EQ] = {VALUES_ONE, false, false},      [BASE_LT] = {VALUES_ONE, true, false},
    [BASE_LE] = {VALUES_ONE, true, false},       [BASE_GT] = {VALUES_ONE, true, false},
    [BASE_GE] = {VALUES_ONE, true, false},       [BASE_IN] = {VALUES_LIST, false, false},
    [BASE_BETWEEN] = {VALUES_PAIR, true, false}, [BASE_CONTAINS] = {VALUES_ONE, false, true},
    [BASE_LIKE] = {VALUES_ONE, false, true},     [BASE_ILIKE] = {VALUES_ONE, false, true},
    [BASE_RE] = {VALUES_ONE, false, true},       [BASE_NULL] = {VALUES_NONE, false, false},
};
