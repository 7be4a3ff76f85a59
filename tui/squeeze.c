/* One attribute change for many; see squeeze.h. */
#include "tui/squeeze.h"

#include <string.h>

enum { PARAMS_MAX = 12 /* the Linux console reads 16 */, PARAM_MAX = 255 };

/* What adjacent sequences say, one after the other. */
struct sgr {
    int at[PARAMS_MAX];
    size_t n;
};

/* How many numbers belong together: 38 and 48 take a colour with them (5;N or 2;R;G;B). */
static size_t width_at(const int *p, size_t n)
{
    size_t width = p[0] != 38 && p[0] != 48 ? 1
                   : n > 1 && p[1] == 5     ? 3
                   : n > 1 && p[1] == 2     ? 5
                                            : 1;
    return width < n ? width : n;
}

/* The numbers of one sequence at `s`; its length, 0: it is not a plain SGR. */
static size_t sgr_parse(struct sv s, struct sgr *ret)
{
    if (s.n < 3 || s.p[0] != '\033' || s.p[1] != '[') {
        return 0;
    }
    ret->n = 0;
    int number = 0;
    for (size_t i = 2; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9') {
            number = number * 10 + (c - '0');
        } else if ((c == ';' || c == 'm') && ret->n < PARAMS_MAX) {
            ret->at[ret->n++] = number;
            number = 0;
        } else {
            return 0;
        }
        if (number > PARAM_MAX) {
            return 0;
        }
        if (c == 'm') {
            return i + 1;
        }
    }
    return 0;
}

/* Without what stands before its last reset. */
static void sgr_forget(struct sgr *s)
{
    size_t last = 0;
    for (size_t i = 0; i < s->n; i += width_at(s->at + i, s->n - i)) {
        last = s->at[i] == 0 ? i : last;
    }
    memmove(s->at, s->at + last, (s->n - last) * sizeof s->at[0]);
    s->n -= last;
}

/* more after s, when they fit into one sequence. */
static bool sgr_append(struct sgr *s, const struct sgr *more)
{
    if (s->n + more->n > PARAMS_MAX) {
        return false;
    }
    memcpy(s->at + s->n, more->at, more->n * sizeof s->at[0]);
    s->n += more->n;
    sgr_forget(s);
    return true;
}

/* Written over what it was made of, which is never shorter. */
static size_t sgr_write(const struct sgr *s, char *to)
{
    static const char digits[] = "0123456789";
    size_t n = 0;
    to[n++] = '\033';
    to[n++] = '[';
    for (size_t i = 0; i < s->n; i++) {
        int v = s->at[i];
        if (i > 0) {
            to[n++] = ';';
        }
        if (v >= 100) {
            to[n++] = digits[v / 100];
        }
        if (v >= 10) {
            to[n++] = digits[v / 10 % 10];
        }
        if (v > 0 || s->n > 1) {
            to[n++] = digits[v % 10];
        }
    }
    to[n++] = 'm';
    return n;
}

/* "Use ASCII" or "shift in": no other set is ever chosen. */
static size_t charset_length(struct sv s)
{
    return s.n >= 3 && memcmp(s.p, "\033(B", 3) == 0 ? 3 : s.n >= 1 && s.p[0] == '\017' ? 1 : 0;
}

static struct sv sv_from(struct sv s, size_t at)
{
    return (struct sv){s.p + at, s.n - at};
}

/* The run of sequences at `in`, as one at `to`. Returns what was read; 0: none stands there. */
static size_t squeeze_run(struct sv in, char *to, size_t *ret_written)
{
    struct sgr all = {.n = 0}, one;
    size_t read = 0, sequences = 0, n;
    while ((n = sgr_parse(sv_from(in, read), &one)) > 0 && sgr_append(&all, &one)) {
        read += n;
        sequences++;
        while ((n = charset_length(sv_from(in, read))) > 0) {
            read += n;
        }
    }
    *ret_written = sequences > 0 ? sgr_write(&all, to) : 0;
    return read;
}

void squeeze(struct str *out, size_t from)
{
    size_t to = from;
    for (size_t i = from; i < out->n;) {
        struct sv rest = {out->p + i, out->n - i};
        size_t written = 0, read = squeeze_run(rest, out->p + to, &written);
        if (read > 0) {
            to += written;
        } else if ((read = charset_length(rest)) == 0) {
            out->p[to++] = out->p[i];
            read = 1;
        }
        i += read;
    }
    str_truncate(out, to);
}
