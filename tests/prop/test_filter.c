/* What a filter prints is the same filter: made at random, from every operator, value and scope. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/query/node.h"
#include "prop.h"

enum { ROUNDS = 3000, MAX_DEPTH = 4 };

static const char *const fields[] = {"name",         "status",      "created",         "duration",
                                     "metrics.loss", "min(loss)",   "metrics.\"a b\"", "loss@10",
                                     "params.lr",    "tags.'x/y'",  "slope(loss,5)",   "age",
                                     "best(loss)",   "params.`é'`", "loss@-3",         "end_time"};
static const char *const values[] = {
    "x",         "\"a b\"",    "'it''s'",    "0.5",      "1e-5",         "80%",
    "2h",        "now-3d",     "2026-09-01", "\"0.5\"",  "metrics.loss", "params.lr",
    "max(loss)", "-1",         "a|b",        "\"\\\\\"", "created",      "\"params.x\"",
    "\"OR\"",    "tags.'x/y'", "loss@10",    "%_%",      "\"\"",         "90s"};

static const char *pick(struct prop *p, const char *const *list, size_t n)
{
    return list[prop_below(p, n)];
}

static void add_test(struct prop *p, struct str *out)
{
    enum filter_op op = prop_below(p, OP_COUNT);
    enum op_values kind = op_base(op)->values;
    size_t n = kind == VALUES_LIST ? 1 + prop_below(p, 3) : kind == VALUES_PAIR ? 2 : 1;
    str_addf(out, "%s %s ", pick(p, fields, ALEN(fields)), filter_ops[op].text);
    for (size_t i = 0; kind != VALUES_NONE && i < n; i++) {
        const char *before = kind == VALUES_LIST ? (i ? "," : "(") : i ? " AND " : "";
        str_addf(out, "%s%s", before, pick(p, values, ALEN(values)));
    }
    str_addz(out, kind == VALUES_LIST ? ")" : "");
}

static void add_filter(struct prop *p, struct str *out, size_t depth)
{
    static const char *const joins[] = {" ", " AND ", " OR ", " | "};
    static const char *const scopes[] = {"(", "NOT (", "-(", "!(", "parent:(", "child:("};
    static const char *const words[] = {"word",       "\"two words\"", "Été",   "-5", "has:loss",
                                        "has:parent", "-has:child",    "!word", "a@b"};
    size_t n = 1 + prop_below(p, 3);
    for (size_t i = 0; i < n; i++) {
        str_addz(out, i ? pick(p, joins, ALEN(joins)) : "");
        size_t what = prop_below(p, depth ? 4 : 3);
        if (what == 3) {
            str_addz(out, pick(p, scopes, ALEN(scopes)));
            add_filter(p, out, depth - 1);
            str_addc(out, ')');
        } else if (what == 2) {
            str_addz(out, pick(p, words, ALEN(words)));
        } else {
            add_test(p, out);
        }
    }
}

static bool same_operand(const struct operand *a, const struct operand *b)
{
    return a->field.field == b->field.field && a->reducer == b->reducer && a->arg == b->arg &&
           a->test == b->test &&
           (a->field.field >= 0 ||
            (a->field.family == b->field.family && strcmp(a->field.key, b->field.key) == 0));
}

static bool same_side(const struct side *a, const struct side *b)
{
    if (a->is_field || b->is_field) {
        return a->is_field == b->is_field && same_operand(&a->operand, &b->operand);
    }
    return a->test == b->test && sv_eq(a->literal.text, b->literal.text) &&
           a->literal.has_num == b->literal.has_num;
}

static bool same_tree(const struct filter *a, uint16_t x, const struct filter *b, uint16_t y)
{
    if (x == NODE_NONE || y == NODE_NONE) {
        return x == y;
    }
    const struct node *m = &a->nodes[x], *n = &b->nodes[y];
    bool ok = m->type == n->type && m->op == n->op && m->relation == n->relation &&
              m->side_count == n->side_count && sv_eq(m->word, n->word);
    if (ok && (m->type == NODE_TEST || m->type == NODE_HAS)) {
        ok = same_operand(&m->left, &n->left);
    }
    for (size_t i = 0; ok && i < m->side_count; i++) {
        ok = same_side(&m->sides[i], &n->sides[i]);
    }
    return ok && same_tree(a, m->first, b, n->first) && same_tree(a, m->next, b, n->next);
}

static void what_is_printed_is_the_same_filter(void **state)
{
    static const char *const metric_keys[] = {"loss"};
    static const struct filter_keys keys = {{[FAMILY_METRICS] = {metric_keys, 1}}};
    size_t read = 0;
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct prop p;
        struct err e = ERR_INIT;
        CLEANUP(str_release) struct str text = STR_INIT;
        CLEANUP(str_release) struct str printed = STR_INIT;
        prop_init(&p, prop_seed(i));
        add_filter(&p, &text, MAX_DEPTH);
        struct filter *f = filter_parse(sv_of(&text), KIND_RUN, &keys, &e);
        if (!f) {
            assert_true(filter_error_column(&e) > 0);
            continue;
        }
        filter_print(&printed, f);
        struct filter *again = filter_parse(sv_of(&printed), KIND_RUN, NULL, &e);
        if (!again || !same_tree(f, f->root, again, again->root)) {
            fail_msg("%s is printed as %s (%s)", text.p, printed.p, again ? "another" : e.msg);
        }
        read++;
        filter_free(f);
        filter_free(again);
    }
    assert_true(read > ROUNDS / 10);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_the_same_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
