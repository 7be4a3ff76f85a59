/* Reading the characters of filters; see lex.h. */
#include "core/query/lex.h"

#include <stdarg.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

bool lex_error(const struct lexer *l, size_t at, struct err *e, const char *fmt, ...)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    size_t column = 1;
    for (struct sv v = {l->text.p, at}; v.n; column++) {
        (void)utf8_next(&v);
    }
    return err_set(e, ERR_USAGE, "column %zu: %s", column, s.p);
}

char lex_at(const struct lexer *l, size_t offset)
{
    return offset < l->text.n - l->at ? l->text.p[l->at + offset] : 0;
}

bool lex_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0;
}

void lex_space(struct lexer *l)
{
    while (l->at < l->text.n && lex_is_space(l->text.p[l->at])) {
        l->at++;
    }
}

bool lex_is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

struct sv lex_peek_word(const struct lexer *l)
{
    size_t n = 0;
    for (char c; (c = lex_at(l, n)) && !lex_is_space(c); n++) {
        bool is_negated_op = c == '!' && (lex_at(l, n + 1) == '=' || lex_at(l, n + 1) == '~');
        if (is_negated_op || strchr("()|:=<>~\"'`", c)) {
            break;
        }
    }
    return (struct sv){l->text.p + l->at, n};
}

/* Bytes of an operator at the place, or 0. Between words there may be any space, and a word ends
 * where words end. */
static size_t op_bytes(struct lexer l, const char *text)
{
    size_t begin = l.at;
    struct sv rest = sv_z(text), word;
    if (text[0] < 'A' || text[0] > 'Z') {
        return sv_starts((struct sv){l.text.p + l.at, l.text.n - l.at}, text) ? rest.n : 0;
    }
    while (sv_split(&rest, ' ', &word)) {
        lex_space(&l);
        if (!sv_eq(lex_peek_word(&l), word)) {
            return 0;
        }
        l.at += word.n;
    }
    return l.at - begin;
}

enum filter_op lex_peek_op(const struct lexer *l, size_t *ret_n)
{
    enum filter_op op = 0;
    while (op < OP_COUNT && !(*ret_n = op_bytes(*l, filter_ops[op].text))) {
        op++;
    }
    return op;
}

bool lex_quoted(struct lexer *l, struct str *out, struct err *e)
{
    size_t begin = l->at++;
    char quote = l->text.p[begin];
    for (; l->at < l->text.n && l->text.p[l->at] != quote; l->at++) {
        char next = lex_at(l, 1);
        if (l->text.p[l->at] == '\\' && (next == quote || next == '\\')) {
            l->at++;
        }
        str_addc(out, l->text.p[l->at]);
    }
    if (l->at == l->text.n) {
        return lex_error(l, begin, e, "the quote %c is not closed", quote);
    }
    l->at++;
    return true;
}

bool lex_bare_value(struct lexer *l, enum filter_op op, struct sv *ret_value, struct err *e)
{
    size_t begin = l->at, depth = 0, open = 0;
    bool is_list = op_base(op)->values == VALUES_LIST;
    const char *ends = is_list ? ",)|" : ")|";
    char first = lex_at(l, 0);
    bool is_begun = !lex_is_space(first) && !strchr(":=<>~", first) && !strchr(ends, first);
    if (!is_begun || (first == '(' && filter_ops[op].base != BASE_RE)) {
        return lex_error(l, begin, e, "a value is expected after %s%s", filter_ops[op].text,
                         lex_is_space(first) ? "" : "; quote what begins with a sign");
    }
    for (char c; !lex_is_space(c = lex_at(l, 0)) && (depth || !strchr(ends, c)); l->at++) {
        if (c == '(') {
            open = depth++ ? open : l->at;
        } else if (c == ')') {
            depth--;
        }
    }
    if (depth) {
        return lex_error(l, open, e, "a parenthesis in a value is not closed; quote the value");
    }
    *ret_value = (struct sv){l->text.p + begin, l->at - begin};
    return true;
}

void lex_say(struct str *out, struct sv v)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, v);
    utf8_fit(out, sv_of(&clean), 40, UTF8_CUT_MIDDLE);
}

static bool is_word_of(struct sv word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (sv_eqz(word, list[i])) {
            return true;
        }
    }
    return false;
}

bool lex_is_keyword(struct sv word)
{
    static const char *const words[] = {"AND", "OR", "NOT"};
    return is_word_of(word, words, ALEN(words));
}

bool lex_is_reserved(struct sv word)
{
    static const char *const words[] = {"IN",    "IS",      "LIKE",     "ILIKE",
                                        "RLIKE", "BETWEEN", "CONTAINS", "NULL"};
    return is_word_of(word, words, ALEN(words));
}

static bool is_plain(struct sv v)
{
    for (size_t i = 0; i < v.n; i++) {
        unsigned char c = (unsigned char)v.p[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
        if (!is_letter && !strchr("0123456789_./%+-", c)) {
            return false;
        }
    }
    return v.n && !lex_is_keyword(v) && !lex_is_reserved(v);
}

void lex_print(struct str *out, struct sv v, bool is_quoted)
{
    if (!is_quoted && is_plain(v)) {
        str_addsv(out, v);
        return;
    }
    str_addc(out, '"');
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"' || v.p[i] == '\\') {
            str_addc(out, '\\');
        }
        str_addc(out, v.p[i]);
    }
    str_addc(out, '"');
}
