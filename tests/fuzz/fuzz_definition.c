/* Any bytes as a definition: read with problems or without; the answer can be printed, and a
 * valid plan's order has each step once, after what it waits for. */
#include <stddef.h>
#include <stdint.h>

#include "core/pipeline/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_order(const struct definition *d)
{
    VEC(size_t) place = {0};
    for (size_t i = 0; i < d->steps.n; i++) {
        vec_push(&place, SIZE_MAX);
    }
    xassert(d->order.n == d->steps.n);
    for (size_t i = 0; i < d->order.n; i++) {
        xassert(place.at[d->order.at[i]] == SIZE_MAX);
        place.at[d->order.at[i]] = i;
    }
    for (size_t i = 0; i < d->steps.n && definition_is_valid(d); i++) {
        for (size_t k = 0; k < d->steps.at[i].edges.n; k++) {
            xassert(place.at[d->steps.at[i].edges.at[k].to] < place.at[i]);
        }
    }
    vec_release(&place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct definition d;
    struct definition_problems more = {0};
    struct str text = STR_INIT;
    definition_parse((struct sv){(const char *)data, size}, "fuzz", false, &d);
    if (d.steps.n) {
        check_order(&d);
    }
    struct json *answer = definition_check_json(&d);
    json_print(answer, JSON_COMPACT, &text);
    xassert(json_get_bool(answer, "valid", false) == definition_is_valid(&d));
    definition_check_print(&d, &text);
    definition_check_runnable(&d, NULL, &more);
    definition_problems_release(&more);
    json_free(answer);
    str_release(&text);
    definition_release(&d);
    return 0;
}
