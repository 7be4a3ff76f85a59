/* The one door to pcre2; see re.h. */
#include "core/base/re.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/base/mem.h"

/* A backtracking step costs some 10 ns: the worst pattern ends after a few milliseconds. */
enum { MAX_STEPS = 250 * 1000, MAX_DEPTH = 10 * 1000, MAX_HEAP_KIB = 16 * 1024, MAX_NESTING = 100 };

struct re {
    pcre2_code *code;
    pcre2_match_context *limits;
};

static pcre2_code *compile(struct sv pattern, unsigned flags, struct err *e)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) {
        BUG("out of memory");
    }
    pcre2_set_parens_nest_limit(context, MAX_NESTING);
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                       (flags & RE_CASELESS ? PCRE2_CASELESS : 0);
    int why = 0;
    size_t offset = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.p ? pattern.p : ""), pattern.n, options,
                                     &why, &offset, context);
    pcre2_compile_context_free(context);
    if (!code) {
        PCRE2_UCHAR text[160];
        pcre2_get_error_message(why, text, sizeof text);
        err_set(e, ERR_INVALID, "could not read the pattern at byte %zu: %s", offset,
                (const char *)text);
    }
    return code;
}

struct re *re_new(struct sv pattern, unsigned flags, struct err *e)
{
    if (pattern.n > RE_MAX_PATTERN_BYTES) {
        err_set(e, ERR_LIMIT, "the pattern has %zu bytes; at most %d are read", pattern.n,
                RE_MAX_PATTERN_BYTES);
        return NULL;
    }
    pcre2_code *code = compile(pattern, flags, e);
    if (!code) {
        return NULL;
    }
    /* where there is no JIT the interpreter matches, slower and with the same limits */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    struct re *re = xcalloc(1, sizeof *re);
    re->code = code;
    re->limits = pcre2_match_context_create(NULL);
    if (!re->limits) {
        BUG("out of memory");
    }
    pcre2_set_match_limit(re->limits, MAX_STEPS);
    pcre2_set_depth_limit(re->limits, MAX_DEPTH);
    pcre2_set_heap_limit(re->limits, MAX_HEAP_KIB);
    return re;
}

void re_free(struct re *re)
{
    if (re) {
        pcre2_match_context_free(re->limits);
        pcre2_code_free(re->code);
        free(re);
    }
}

size_t re_group_count(const struct re *re)
{
    uint32_t n = 0;
    pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &n);
    return n;
}

static void take_groups(pcre2_match_data *data, size_t found, struct sv text, struct sv *ret_groups,
                        size_t n)
{
    const size_t *at = pcre2_get_ovector_pointer(data);
    for (size_t i = 0; i < n; i++) {
        ret_groups[i] = (struct sv){NULL, 0};
        if (i < found && at[2 * i] != PCRE2_UNSET) {
            size_t start = at[2 * i], end = at[2 * i + 1];
            ret_groups[i] = (struct sv){text.p + start, end > start ? end - start : 0};
        }
    }
}

int re_match(const struct re *re, struct sv text, size_t from, struct sv *ret_groups, size_t n)
{
    if (!text.p) {
        text = SV("");
    }
    if (from > text.n) {
        return 0;
    }
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(re->code, NULL);
    if (!data) {
        BUG("out of memory");
    }
    int found = pcre2_match(re->code, (PCRE2_SPTR)text.p, text.n, from, 0, data, re->limits);
    if (found > 0) {
        take_groups(data, (size_t)found, text, ret_groups, n);
    }
    pcre2_match_data_free(data);
    return found > 0 ? 1 : found == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
