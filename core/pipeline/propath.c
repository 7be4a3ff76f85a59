/* The path grammar; see propath.h. */
#include "core/pipeline/propath.h"

#include <stdint.h>

static bool is_name_char(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && !strchr(".[]'\"$*?()@,", c);
}

struct sv propath_name(struct sv *rest)
{
    size_t n = 0;
    while (n < rest->n && is_name_char(rest->p[n])) {
        n++;
    }
    struct sv name = {rest->p, n};
    *rest = (struct sv){rest->p + n, rest->n - n};
    return name;
}

static bool read_index(struct sv digits, size_t *ret_index)
{
    enum { MAX_DIGITS = 9 };
    if (!digits.n || digits.n > MAX_DIGITS) {
        return false;
    }
    size_t x = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9') {
            return false;
        }
        x = x * 10 + (size_t)(digits.p[i] - '0');
    }
    *ret_index = x;
    return true;
}

static bool next_bracket(struct sv *rest, struct propath_step *ret_step)
{
    struct sv in = {rest->p + 1, rest->n - 1};
    struct propath_step step = {.kind = PROPATH_INDEX};
    size_t end;
    if (in.n && in.p[0] == '\'') {
        struct sv key = {in.p + 1, in.n - 1};
        size_t close = sv_find(key, SV("']"));
        if (close == SIZE_MAX || !close || memchr(key.p, '\'', close)) {
            return false;
        }
        step = (struct propath_step){.kind = PROPATH_KEY, .text = {key.p, close}};
        end = 1 + 1 + close + 2;
    } else {
        size_t close = sv_find(in, SV("]"));
        if (close == SIZE_MAX || !read_index((struct sv){in.p, close}, &step.index)) {
            return false;
        }
        step.text = (struct sv){in.p, close};
        end = 1 + close + 1;
    }
    *rest = (struct sv){rest->p + end, rest->n - end};
    *ret_step = step;
    return true;
}

bool propath_next(struct sv *rest, bool is_first, struct propath_step *ret_step)
{
    if (rest->p[0] == '[') {
        return next_bracket(rest, ret_step);
    }
    struct sv at = *rest;
    if (!is_first) {
        if (at.p[0] != '.') {
            return false;
        }
        at = (struct sv){at.p + 1, at.n - 1};
    }
    struct sv name = propath_name(&at);
    if (!name.n) {
        return false;
    }
    *ret_step = (struct propath_step){.kind = PROPATH_NAME, .text = name};
    *rest = at;
    return true;
}

bool propath_is_valid(struct sv path)
{
    if (!path.n) {
        return false;
    }
    struct propath_step step;
    for (bool is_first = true; path.n; is_first = false) {
        if (!propath_next(&path, is_first, &step)) {
            return false;
        }
    }
    return true;
}
