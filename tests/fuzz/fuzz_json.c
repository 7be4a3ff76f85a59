/* Any bytes as JSON: refused with a place, or a tree that prints and reads back as itself; read to
 * its end as a flat object only where it is one. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/base/json_flat.h"
#include "core/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv text = {(const char *)data, size};
    struct err e = ERR_INIT;
    struct json *root = NULL;
    bool is_scanned = json_scan(text, &e);
    bool is_parsed = json_parse(text, &root, &e);
    xassert(is_scanned == is_parsed);
    struct json_flat flat = json_flat_of(text);
    struct json_member member;
    enum json_flat_result result;
    size_t members = 0;
    while ((result = json_flat_next(&flat, &member)) == JSON_FLAT_MEMBER) {
        members++;
    }
    xassert(result == JSON_FLAT_OTHER || (is_parsed && json_size(root) == members));
    if (!is_parsed) {
        xassert(e.code != ERR_NONE && e.msg[0] && !root);
        return 0;
    }
    for (enum json_style style = JSON_COMPACT; style <= JSON_CANONICAL; style++) {
        CLEANUP(str_release) struct str once = STR_INIT, twice = STR_INIT;
        CLEANUP(json_free_ptr) struct json *back = NULL;
        json_print(root, style, &once);
        xassert(json_parse(sv_of(&once), &back, &e));
        json_print(back, style, &twice);
        xassert(sv_eq(sv_of(&once), sv_of(&twice)));
        xassert(json_equal(root, back));
    }
    json_free(root);
    return 0;
}
