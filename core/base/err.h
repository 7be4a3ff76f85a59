/* err: why something failed, carried up to whoever can tell a person.
 *
 * A `struct err` lives on the caller's stack, is never NULL and is filled on every failure; on
 * success it is left alone. Messages say what was tried, on what, why it failed; the hint says
 * what to do. The one fixed buffer of the project: it truncates with a visible "…".
 * Functions that fail return false (or NULL) and are MUST_USE. No thread affinity. */
#ifndef MLW_BASE_ERR_H
#define MLW_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#ifndef MUST_USE /* cppcheck, which cannot read it on members, is given an empty one */
#define MUST_USE __attribute__((warn_unused_result))
#endif
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* X(code, exit status of the command line, may be tried again, word for JSON) */
#define ERR_CODES(X)                                                                               \
    X(ERR_NONE, 0, false, "none")                                                                  \
    X(ERR_FAILED, 1, false, "failed")         /* what was asked for was done, and failed */        \
    X(ERR_INVALID, 1, false, "invalid")       /* a document or file says what it may not */        \
    X(ERR_LIMIT, 1, false, "limit")           /* beyond a stated maximum */                        \
    X(ERR_USAGE, 2, false, "usage")           /* the words of a command are off */                 \
    X(ERR_NOT_FOUND, 3, false, "not_found")   /* no such thing */                                  \
    X(ERR_AMBIGUOUS, 3, false, "ambiguous")   /* an id's prefix that fits several */               \
    X(ERR_REFUSED, 4, false, "refused")       /* read-only, guard, wrong state, unconfirmed */     \
    X(ERR_IO, 5, true, "io")                  /* a file or server could not be reached */          \
    X(ERR_NO_SPACE, 5, true, "no_space")      /* ENOSPC, EDQUOT */                                 \
    X(ERR_TIMEOUT, 5, true, "timeout")        /* time ran out */                                   \
    X(ERR_CORRUPT, 5, false, "corrupt")       /* bytes that cannot be what they should be */       \
    X(ERR_CANCELLED, 130, false, "cancelled") /* interrupted by a person */

enum err_code {
#define X(code, exit, retry, word) code,
    ERR_CODES(X)
#undef X
        ERR_CODE_COUNT
};

struct err {
    enum err_code code;
    int sys; /* errno behind it, or 0 */
    char msg[640];
    char hint[240]; /* what to do; may be empty */
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        .code = ERR_NONE                                                                           \
    }

/* Fill `e` and return false, so that `return err_set(e, …)` reads as one step. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* The same with ": <strerror(errno)>" appended; the code follows from errno. */
bool err_sys(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Prepend "fmt: " to the message: one layer's context. Returns false. */
bool err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Set the hint. Returns false. */
bool err_hint(struct err *e, const char *fmt, ...) PRINTF(2, 3);

#ifdef __clang_analyzer__
/* What a declaration does not tell the analyzer; err.c defines them in parentheses. */
#define err_set(...)  (err_set(__VA_ARGS__), false)
#define err_sys(...)  (err_sys(__VA_ARGS__), false)
#define err_wrap(...) (err_wrap(__VA_ARGS__), false)
#define err_hint(...) (err_hint(__VA_ARGS__), false)
#endif

int err_exit_status(enum err_code code);
const char *err_word(enum err_code code);
enum err_code err_code_of_errno(int sys);

/* --- programmer errors ---
 * BUG ends the process by abort() after the restore hook ran (the terminal is put back); xassert
 * stays on in release builds. */
#define BUG(...) err_bug(__FILE__, __LINE__, __VA_ARGS__)
#define xassert(x)                                                                                 \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            BUG("%s", #x);                                                                         \
        }                                                                                          \
    } while (0)
_Noreturn void err_bug(const char *file, int line, const char *fmt, ...) PRINTF(3, 4);
/* The one hook that runs before a BUG's abort; async-signal-safe, set once by tui/term.c. */
void err_set_restore_hook(void (*hook)(void));

#endif
