#include "views/passed.h"

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

/* Which way a limit gives way: down under > and >=, up over < and <=. */
static const struct {
    const char *sign;
    int easier; /* -1: a lower limit is; 1: a higher one; 0: neither */
} signs[] = {{">", -1}, {">=", -1}, {"<", 1}, {"<=", 1}, {"=", 0}, {"!=", 0}, {"in", 0}};

static size_t sign_of(struct sv word)
{
    size_t i = 0;
    while (i < ALEN(signs) && !sv_eqz(word, signs[i].sign)) {
        i++;
    }
    return i;
}

bool passed_cut(struct sv *rest, struct sv *ret_gate)
{
    int depth = 0;
    size_t n = 0;
    *rest = sv_trim(*rest);
    while (n < rest->n && (depth > 0 || rest->p[n] != ',')) {
        depth +=
            (rest->p[n] == '[' || rest->p[n] == '(') - (rest->p[n] == ']' || rest->p[n] == ')');
        n++;
    }
    *ret_gate = sv_trim((struct sv){rest->p, n});
    n += n < rest->n;
    *rest = (struct sv){rest->p + n, rest->n - n};
    return ret_gate->n > 0;
}

static struct sv name_of(struct sv gate)
{
    struct sv name = gate;
    (void)sv_split(&gate, ' ', &name);
    return name;
}

bool passed_find(const char *list, struct sv gate, struct sv *ret_gate)
{
    struct sv rest = sv_z(list), one;
    while (passed_cut(&rest, &one)) {
        if (sv_eq(name_of(one), name_of(gate))) {
            *ret_gate = one;
            return true;
        }
    }
    return false;
}

struct words {
    struct sv *at;
    size_t n, cap;
};

static void words_of(struct sv gate, struct words *ret)
{
    struct sv word;
    while (gate.n && sv_split(&gate, ' ', &word)) {
        vec_push(ret, word);
    }
}

/* Was this word measured? It stands left of a comparison. */
static bool is_measured(const struct words *w, size_t i)
{
    bool is_left = i + 1 < w->n && sign_of(w->at[i + 1]) < ALEN(signs);
    bool is_left_of_not = i + 2 < w->n && sv_eqz(w->at[i + 1], "not") && sv_eqz(w->at[i + 2], "in");
    return i > 0 && !sv_eqz(w->at[i], "not") && (is_left || is_left_of_not);
}

/* The gate without what was measured, and without who gave an approval. */
static void asked(const struct words *w, struct str *out)
{
    for (size_t i = 0; i < w->n; i++) {
        struct sv word = w->at[i];
        if (is_measured(w, i)) {
            size_t parens = 0;
            while (parens < word.n && word.p[parens] == '(') {
                parens++;
            }
            word.n = parens;
        }
        str_addsv(out, word);
        str_addc(out, ' ');
        if (sv_eqz(word, "approved") && i + 1 < w->n && sv_eqz(w->at[i + 1], "by")) {
            return;
        }
    }
}

/* NAME measured SIGN limit, twice with the same sign: which limit is easier to meet. */
static enum passed_change limits_compare(const struct words *now, const struct words *before)
{
    enum { MEASURED = 1, SIGN, LIMIT, N };
    double a, b;
    if (now->n != N || before->n != N || !sv_eq(now->at[SIGN], before->at[SIGN])) {
        return PASSED_CHANGED;
    }
    size_t sign = sign_of(now->at[SIGN]);
    if (sign == ALEN(signs) || signs[sign].easier == 0 || !fmt_parse_double(now->at[LIMIT], &a) ||
        !fmt_parse_double(before->at[LIMIT], &b)) {
        return PASSED_CHANGED;
    }
    bool is_easier = signs[sign].easier < 0 ? a < b : a > b;
    return a == b ? PASSED_SAME : is_easier ? PASSED_EASIER : PASSED_STRICTER;
}

enum passed_change passed_compare(struct sv now, struct sv before)
{
    struct words a = {0}, b = {0};
    CLEANUP(str_release) struct str mine = STR_INIT;
    CLEANUP(str_release) struct str theirs = STR_INIT;
    words_of(now, &a);
    words_of(before, &b);
    asked(&a, &mine);
    asked(&b, &theirs);
    bool is_same = sv_eq(sv_of(&mine), sv_of(&theirs));
    enum passed_change change = is_same ? PASSED_SAME : limits_compare(&a, &b);
    vec_release(&a);
    vec_release(&b);
    return change;
}
