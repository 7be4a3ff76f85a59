/* Any bytes as a hyperparameter: what reads back prints the same again. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/mem.h"
#include "core/job/pyjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(json_free_ptr) struct json *j = pyjson_parse((struct sv){(const char *)data, size});
    CLEANUP(str_release) struct str one = STR_INIT, two = STR_INIT, str = STR_INIT;
    if (!j) {
        return 0;
    }
    pyjson_str(j, &str);
    pyjson_dumps(j, &one);
    CLEANUP(json_free_ptr) struct json *back = pyjson_parse(sv_of(&one));
    xassert(back);
    pyjson_dumps(back, &two);
    xassert(sv_eq(sv_of(&one), sv_of(&two)));
    return 0;
}
