/* The arguments of a ForEach: items, concurrency and the selector of one iteration. */
#include "core/pipeline/check.h"

enum { MAX_CONCURRENCY = 50, MAX_ITEMS = 100 };

static void check_items(struct checker *c, const struct json *arguments, const struct trail *of)
{
    const struct json *items = json_get(arguments, "IterableItems");
    struct trail at = trail_key(of, "IterableItems");
    if (items && value_kind(items) == VALUE_ARRAY) {
        size_t n = json_size(items);
        if (n < 1 || n > MAX_ITEMS) {
            check_problem(c, &at, "IterableItems has from 1 to %d items", MAX_ITEMS);
        }
    } else if (!items || value_kind(items) == VALUE_SCALAR || !value_is_operand(items)) {
        check_problem(c, &at, "IterableItems must be an array or a Get");
    }
}

static void check_concurrency(struct checker *c, const struct json *arguments,
                              const struct trail *of)
{
    const struct json *most = json_get(arguments, "MaxConcurrency");
    int64_t n;
    if (most && value_kind(most) != VALUE_GET &&
        (!json_i64(most, &n) || n < 1 || n > MAX_CONCURRENCY)) {
        struct trail at = trail_key(of, "MaxConcurrency");
        check_problem(c, &at, "MaxConcurrency must be a whole number from 1 to %d",
                      MAX_CONCURRENCY);
    }
}

static void check_selector(const struct value_context *x, const struct json *selector,
                           const struct trail *at)
{
    struct trail field_at = trail_key(at, "Field"), pick_at = trail_key(at, "Pick");
    const char *pick = check_required_text(x->c, at, selector, "Pick");
    const struct json *field = json_get(selector, "Field");
    struct value_context inner = *x;
    inner.is_iteration_output_ok = true;
    if (pick && !z_eq(pick, "MaxBy") && !z_eq(pick, "MinBy")) {
        check_problem(x->c, &pick_at, "Pick is MaxBy or MinBy");
    }
    if (!field || value_kind(field) != VALUE_GET) {
        check_problem(x->c, &field_at, "Field must be a Get of IterationOutput.STEP");
    } else {
        check_value(&inner, &field_at, field);
    }
}

void check_for_each(const struct value_context *x, const struct json *arguments,
                    const struct trail *of)
{
    const struct json *body = json_get(arguments, "ForEachBody");
    if (!body || json_is(body, JSON_NULL) || (json_is(body, JSON_ARRAY) && !json_first(body))) {
        struct trail at = trail_key(of, "ForEachBody");
        check_problem(x->c, &at, "ForEachBody must be an array of at least one step");
    }
    check_items(x->c, arguments, of);
    check_concurrency(x->c, arguments, of);
    const struct json *selector = check_member(x->c, of, arguments, "Selector", JSON_OBJECT, NULL);
    if (selector) {
        struct trail at = trail_key(of, "Selector");
        check_selector(x, selector, &at);
    }
}
