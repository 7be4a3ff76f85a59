/* Errors as values, programmer errors as aborts; see err.h. */
#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int exit_status;
    bool is_retryable;
    const char *word;
} codes[] = {
#define X(code, exit, retry, word) [code] = {exit, retry, word},
    ERR_CODES(X)
#undef X
};
_Static_assert(sizeof codes / sizeof *codes == ERR_CODE_COUNT, "one row a code");

static void (*restore_hook)(void);

int err_exit_status(enum err_code code)
{
    return codes[code].exit_status;
}

const char *err_word(enum err_code code)
{
    return codes[code].word;
}

enum err_code err_code_of_errno(int sys)
{
    switch (sys) {
    case ENOENT:
        return ERR_IO;
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case ETIMEDOUT:
        return ERR_TIMEOUT;
    default:
        return ERR_IO;
    }
}

/* A message that was cut must look cut: end in "…", on a character's boundary. */
static void mark_cut(char *buf, size_t cap, int wanted)
{
    if (wanted < 0 || (size_t)wanted < cap) {
        return;
    }
    size_t end = cap - 4;
    while (end > 0 && ((unsigned char)buf[end] & 0xC0) == 0x80) {
        end--;
    }
    memcpy(buf + end, "\xe2\x80\xa6", 4);
}

static void format(char *buf, size_t cap, const char *fmt, va_list ap)
{
    mark_cut(buf, cap, vsnprintf(buf, cap, fmt, ap));
}

bool(err_set)(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    e->code = code;
    e->sys = 0;
    e->hint[0] = 0;
    format(e->msg, sizeof e->msg, fmt, ap);
    va_end(ap);
    return false;
}

bool(err_sys)(struct err *e, const char *fmt, ...)
{
    int sys = errno;
    char what[sizeof e->msg];
    va_list ap;
    va_start(ap, fmt);
    format(what, sizeof what, fmt, ap);
    va_end(ap);
    char why[128];
    const char *text = strerror_r(sys, why, sizeof why);
    e->code = err_code_of_errno(sys);
    e->sys = sys;
    e->hint[0] = 0;
    mark_cut(e->msg, sizeof e->msg, snprintf(e->msg, sizeof e->msg, "%s: %s", what, text));
    return false;
}

bool(err_wrap)(struct err *e, const char *fmt, ...)
{
    char what[sizeof e->msg], why[sizeof e->msg];
    va_list ap;
    va_start(ap, fmt);
    format(what, sizeof what, fmt, ap);
    va_end(ap);
    memcpy(why, e->msg, sizeof why);
    mark_cut(e->msg, sizeof e->msg, snprintf(e->msg, sizeof e->msg, "%s: %s", what, why));
    return false;
}

bool(err_hint)(struct err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
    return false;
}

void err_set_restore_hook(void (*hook)(void))
{
    restore_hook = hook;
}

void err_bug(const char *file, int line, const char *fmt, ...)
{
    void (*hook)(void) = restore_hook;
    restore_hook = NULL;
    if (hook) {
        hook();
    }
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "mlw: bug at %s:%d: ", file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}
