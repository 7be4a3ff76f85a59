/* Evidence for a decision; see approval.h. */
#include "views/approval.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/model/compare.h"
#include "views/cells.h"
#include "views/passed.h"

enum { DIGITS = 8, TEXT_METRICS = 4 };

/* --- which versions --- */

const struct row *approval_row(const struct snapshot *rows, const char *id)
{
    for (size_t i = 0; rows && i < rows->n; i++) {
        if (z_eq(rows->rows[i].id, id)) {
            return &rows->rows[i];
        }
    }
    return NULL;
}

static bool is_approved(const struct row *row)
{
    return z_eq(row_text(row, FIELD_PACKAGE_status), "Approved");
}

static int64_t version_of(const struct row *row)
{
    return row_cell(row, FIELD_PACKAGE_version).i;
}

/* What is decided stands beside what was approved before it, what waits beside the last approved
 * of all; NULL: none. */
static const struct row *last_approved(const struct snapshot *rows, const struct row *own)
{
    const struct row *best = NULL;
    bool waits = z_eq(row_text(own, FIELD_PACKAGE_status), "PendingManualApproval");
    for (size_t i = 0; i < rows->n; i++) {
        const struct row *row = &rows->rows[i];
        if (is_approved(row) && (waits || version_of(row) < version_of(own)) &&
            (!best || version_of(row) > version_of(best))) {
            best = row;
        }
    }
    return best;
}

/* --- lines --- */

static struct approval_line *add(struct approval *a, enum approval_part part, const char *name)
{
    vec_push(&a->lines, (struct approval_line){.part = part, .name = name, .style = ROLE_NORMAL});
    return &a->lines.at[a->lines.n - 1];
}

static char *text_of(struct value v, int64_t now_ms)
{
    struct table_cell cell = {.buf = STR_INIT};
    if (v.type == VALUE_MISSING) {
        return NULL;
    }
    cells_value(&cell, v, NULL, now_ms);
    return str_detach(&cell.buf);
}

static void add_metric(struct approval *a, const struct compare *c, const struct compare_line *from,
                       int64_t now_ms)
{
    static const char *const words[] = {
        [BETTER_UNKNOWN] = "", [BETTER_YES] = " better", [BETTER_NO] = " worse"};
    CLEANUP(str_release) struct str change = STR_INIT;
    vec_push(&a->names, xstrdup(from->name + sizeof "metrics." - 1));
    struct approval_line *l = add(a, APPROVAL_METRIC, a->names.at[a->names.n - 1]);
    l->value = text_of(from->values[0], now_ms);
    l->style = cells_value_style(from->values[0], NULL);
    if (c->n < 2) {
        return;
    }
    l->other = text_of(from->values[1], now_ms);
    l->is_worse = from->betters[0] == BETTER_NO;
    l->is_same = compare_is_same(from->values[0], from->values[1]);
    compare_delta_text(&change, from->values[0], from->values[1]);
    if (change.n) {
        str_addz(&change, words[from->betters[0]]);
        l->change = str_detach(&change);
    } else if (l->is_same) {
        l->change = xstrdup("same");
    }
}

static void add_metrics(struct approval *a, const struct row *const *rows, size_t n,
                        const struct goals *goals, int64_t now_ms)
{
    struct compare c;
    compare_init(&c, KIND_PACKAGE, rows, n, n - 1, goals, 0);
    for (size_t i = 0; i < c.lines.n; i++) {
        if (c.lines.at[i].family == FAMILY_METRICS) {
            add_metric(a, &c, &c.lines.at[i], now_ms);
        }
    }
    compare_release(&c);
}

static void add_fact(struct approval *a, const struct row *own, const struct row *other, int field)
{
    struct approval_line *l = add(a, APPROVAL_MADE, kinds[KIND_PACKAGE].fields[field].id);
    l->value = text_of(row_cell(own, field), 0);
    l->other = text_of(row_cell(other, field), 0);
}

/* Cuts the first "NAME@DIGEST8" off; a name may have spaces. */
static bool cut_digest(struct sv *rest, struct sv *ret)
{
    *rest = sv_trim(*rest);
    for (size_t i = 0; i < rest->n; i++) {
        size_t end = i + 1 + DIGITS;
        if (rest->p[i] == '@' && (end == rest->n || (end < rest->n && rest->p[end] == ' '))) {
            *ret = (struct sv){rest->p, end};
            *rest = (struct sv){rest->p + end, rest->n - end};
            return true;
        }
    }
    return false;
}

/* Of the same name, the same digest before another one; false: none. */
static bool find_digest(const char *list, struct sv of, struct sv *ret)
{
    struct sv rest = sv_z(list), one;
    bool found = false;
    while (cut_digest(&rest, &one)) {
        if (sv_eq(one, of)) {
            *ret = one;
            return true;
        }
        if (!found && one.n == of.n && memcmp(one.p, of.p, of.n - DIGITS) == 0) {
            *ret = one;
            found = true;
        }
    }
    return found;
}

static void add_digests(struct approval *a, enum approval_part part, const struct row *own,
                        const struct row *other, int field)
{
    const char *mine = row_text(own, field), *theirs = row_text(other, field);
    const char *name = kinds[KIND_PACKAGE].fields[field].id;
    struct sv rest = sv_z(mine), one, match;
    while (cut_digest(&rest, &one)) {
        struct approval_line *l = add(a, part, name);
        l->value = sv_dup(one);
        if (find_digest(theirs, one, &match)) {
            l->is_same = sv_eq(one, match);
            l->other = xstrndup(match.p + match.n - DIGITS, DIGITS);
            l->change = xstrdup(l->is_same ? "same" : "changed");
        } else if (other) {
            l->change = xstrdup("new");
        }
    }
    rest = sv_z(theirs);
    while (cut_digest(&rest, &one)) {
        if (!find_digest(mine, one, &match)) {
            struct approval_line *l = add(a, part, name);
            l->other = sv_dup(one);
            l->change = xstrdup("gone");
        }
    }
}

/* Named by its step. */
static struct approval_line *add_gate(struct approval *a, struct sv gate)
{
    struct sv name = gate;
    (void)sv_split(&gate, ' ', &name);
    vec_push(&a->names, sv_dup(name));
    return add(a, APPROVAL_GATE, a->names.at[a->names.n - 1]);
}

/* What held there. */
static char *gate_text(struct sv gate)
{
    struct sv name;
    (void)sv_split(&gate, ' ', &name);
    return gate.n ? sv_dup(gate) : xstrdup("held");
}

/* One line a gate; a limit that gives way, and a gate that is gone, are worse. */
static void add_gates(struct approval *a, const struct row *own, const struct row *other)
{
    static const char *const words[] = {[PASSED_SAME] = "same",
                                        [PASSED_STRICTER] = "stricter",
                                        [PASSED_CHANGED] = "changed",
                                        [PASSED_EASIER] = "easier"};
    const char *mine = row_text(own, FIELD_PACKAGE_passed);
    const char *theirs = row_text(other, FIELD_PACKAGE_passed);
    struct sv rest = sv_z(mine), one, match;
    while (passed_cut(&rest, &one)) {
        struct approval_line *l = add_gate(a, one);
        l->value = gate_text(one);
        if (passed_find(theirs, one, &match)) {
            enum passed_change change = passed_compare(one, match);
            l->other = gate_text(match);
            l->change = xstrdup(words[change]);
            l->is_same = change == PASSED_SAME;
            l->is_worse = change == PASSED_EASIER;
        } else if (other) {
            l->change = xstrdup("new");
        }
    }
    rest = sv_z(theirs);
    while (passed_cut(&rest, &one)) {
        if (!passed_find(mine, one, &match)) {
            struct approval_line *l = add_gate(a, one);
            l->other = gate_text(one);
            l->change = xstrdup("gone");
            l->is_worse = true;
        }
    }
}

void approval_init(struct approval *a, const struct snapshot *rows, const char *id,
                   const struct goals *goals, int64_t now_ms)
{
    const struct row *own = approval_row(rows, id);
    *a = (struct approval){0};
    if (!own) {
        return;
    }
    const struct row *other = last_approved(rows, own);
    a->beside = xstrdup(other ? other->id : NULL);
    add_metrics(a, (const struct row *[]){own, other}, other ? 2 : 1, goals, now_ms);
    add_gates(a, own, other);
    add_fact(a, own, other, FIELD_PACKAGE_started_by);
    add_digests(a, APPROVAL_DATA, own, other, FIELD_PACKAGE_data);
    add_digests(a, APPROVAL_CODE, own, other, FIELD_PACKAGE_code);
}

void approval_release(struct approval *a)
{
    for (size_t i = 0; i < a->lines.n; i++) {
        free(a->lines.at[i].value);
        free(a->lines.at[i].other);
        free(a->lines.at[i].change);
    }
    for (size_t i = 0; i < a->names.n; i++) {
        free(a->names.at[i]);
    }
    vec_release(&a->lines);
    vec_release(&a->names);
    free(a->beside);
    *a = (struct approval){0};
}

/* --- as text --- */

static size_t count(const struct approval *a, enum approval_part part)
{
    size_t n = 0;
    for (size_t i = 0; i < a->lines.n; i++) {
        n += a->lines.at[i].part == part;
    }
    return n;
}

static const char *or_none(const char *text)
{
    return text ? text : "–";
}

static size_t wider(size_t w, const char *text)
{
    size_t mine = utf8_width(sv_z(or_none(text)));
    return mine > w ? mine : w;
}

static void put(struct str *out, const char *text, size_t w)
{
    str_addz(out, or_none(text));
    for (size_t have = utf8_width(sv_z(or_none(text))); have < w + 2; have++) {
        str_addz(out, " ");
    }
}

static void text_metrics(struct str *out, const struct approval *a)
{
    size_t n = count(a, APPROVAL_METRIC), name = 0, value = 0, other = 0;
    size_t shown = n <= TEXT_METRICS ? n : TEXT_METRICS - 1;
    const struct approval_line *l = a->lines.at; /* metrics stand first */
    for (size_t i = 0; i < shown; i++) {
        name = wider(name, l[i].name);
        value = wider(value, l[i].value);
        other = wider(other, l[i].other);
    }
    for (size_t i = 0; i < shown; i++) {
        str_addz(out, "  ");
        put(out, l[i].name, name);
        put(out, l[i].value, value);
        if (a->beside) {
            put(out, l[i].other, other);
            str_addz(out, l[i].change ? l[i].change : "");
        }
        str_addz(out, "\n");
    }
    if (shown < n) {
        str_addf(out, "  and %zu more metrics: its page has them\n", n - shown);
    }
}

/* "check-auc 0.91 >= 0.8 (easier: it was 0.9 >= 0.9)" */
static void text_gate(struct str *out, const struct approval_line *l)
{
    str_addf(out, "%s %s", l->name, l->value);
    if (l->change && !l->is_same) {
        str_addf(out, " (%s%s%s)", l->change, l->other ? ": it was " : "",
                 l->other ? l->other : "");
    }
}

/* Gates that it passed, or those that the other had to pass and it had not. */
static size_t text_gates(struct str *out, const struct approval *a, bool is_gone)
{
    size_t n = 0;
    for (size_t i = 0; i < a->lines.n; i++) {
        const struct approval_line *l = &a->lines.at[i];
        if (l->part != APPROVAL_GATE || (l->value == NULL) != is_gone) {
            continue;
        }
        str_addz(out, n++ ? ", " : is_gone ? "; it had not to pass " : "");
        is_gone ? str_addf(out, "%s %s", l->name, l->other) : text_gate(out, l);
    }
    return n;
}

static void text_made(struct str *out, const struct approval *a)
{
    for (size_t i = 0; i < a->lines.n; i++) {
        if (a->lines.at[i].part == APPROVAL_MADE) {
            str_addf(out, "Started by %s; passed ", or_none(a->lines.at[i].value));
        }
    }
    str_addz(out, text_gates(out, a, false) ? "" : "no gate");
    (void)text_gates(out, a, true);
    str_addz(out, "\n");
}

/* "Data: penguins.csv@9c1e77ab changed, train@5fae3e5b same, 2 more same": first what is not. */
static void text_digests(struct str *out, const struct approval *a, enum approval_part part,
                         const char *title)
{
    size_t n = 0, more = 0;
    str_addf(out, "%s:", title);
    for (int same = 0; same < 2; same++) {
        size_t shown = 0;
        for (size_t i = 0; i < a->lines.n; i++) {
            const struct approval_line *l = &a->lines.at[i];
            if (l->part != part || l->is_same != same) {
                continue;
            }
            if (same && shown++) {
                more++;
                continue;
            }
            str_addf(out, "%s %s%s%s", n++ ? "," : "", l->value ? l->value : l->other,
                     l->change ? " " : "", l->change ? l->change : "");
        }
    }
    if (more) {
        str_addf(out, ", %zu more same", more);
    }
    str_addz(out, n ? "\n" : " none is known\n");
}

void approval_text(struct str *out, const struct snapshot *rows, const char *id,
                   const struct goals *goals, int64_t now_ms)
{
    struct approval a;
    approval_init(&a, rows, id, goals, now_ms);
    if (a.lines.n) {
        if (a.beside) {
            str_addf(out, "Beside %s, the last one approved:\n", a.beside);
        } else {
            str_addz(out, "No version of it was approved before:\n");
        }
        text_metrics(out, &a);
        text_made(out, &a);
        text_digests(out, &a, APPROVAL_DATA, "Data");
        text_digests(out, &a, APPROVAL_CODE, "Code");
    }
    approval_release(&a);
}
