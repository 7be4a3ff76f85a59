/* lex: the characters of a filter or a sort key, read from left to right. A lexer borrows its
 * text. Errors carry the column, counted in characters from 1. */
#ifndef MLW_QUERY_LEX_H
#define MLW_QUERY_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/query/op.h"

struct lexer {
    struct sv text;
    size_t at;
};

/* ERR_USAGE about byte `at`. Returns false. */
bool lex_error(const struct lexer *l, size_t at, struct err *e, const char *fmt, ...) PRINTF(4, 5);

char lex_at(const struct lexer *l, size_t offset); /* 0 beyond the end */
bool lex_is_space(char c);                         /* also true for the end */
void lex_space(struct lexer *l);
bool lex_is_quote(char c);
/* The bare word at the place, which may be empty; it is not taken. */
struct sv lex_peek_word(const struct lexer *l);
/* An operator at the place and its bytes, OP_COUNT when there is none; it is not taken. */
enum filter_op lex_peek_op(const struct lexer *l, size_t *ret_n);
/* What is quoted at the place, appended to `out`. */
MUST_USE bool lex_quoted(struct lexer *l, struct str *out, struct err *e);
/* A value after an operator that is not quoted: up to a space, "|" or ")" outside of its own
 * parentheses; in a list up to a comma too. */
MUST_USE bool lex_bare_value(struct lexer *l, enum filter_op op, struct sv *ret_value,
                             struct err *e);
/* Append v as it may stand in a sentence: harmless and short. */
void lex_say(struct str *out, struct sv v);
/* Append v so that it reads back as the same text: bare where it can, else in quotes. */
void lex_print(struct str *out, struct sv v, bool is_quoted);
bool lex_is_keyword(struct sv word);  /* AND, OR, NOT */
bool lex_is_reserved(struct sv word); /* those of operators: IN, LIKE, … */

#endif
