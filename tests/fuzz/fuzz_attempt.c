/* Any bytes as attempt.spec, attempt.json and exit.json: refused with a reason, or read; a spec
 * that was read is written as it would be read again. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/mem.h"
#include "core/executor/executor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_spec(struct sv bytes)
{
    struct attempt_spec s, back;
    struct err e = ERR_INIT;
    attempt_spec_init(&s);
    if (attempt_spec_read(bytes, &s, &e)) {
        CLEANUP(str_release) struct str one = STR_INIT, two = STR_INIT;
        attempt_spec_init(&back);
        attempt_spec_write(&s, &one);
        xassert(attempt_spec_read(sv_of(&one), &back, &e));
        attempt_spec_write(&back, &two);
        xassert(sv_eq(sv_of(&one), sv_of(&two)));
        attempt_spec_release(&back);
    } else {
        xassert(e.code != ERR_NONE && e.msg[0]);
    }
    attempt_spec_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv bytes = {(const char *)data, size};
    struct attempt_info info;
    struct attempt_exit x;
    struct err e = ERR_INIT;
    as_spec(bytes);
    if (attempt_info_parse(bytes, &info, &e)) {
        xassert(info.shim_pid > 1 && info.boot_id);
        attempt_info_release(&info);
    }
    if (attempt_exit_parse(bytes, &x, &e)) {
        xassert(x.reason < EXIT_REASON_COUNT && exit_reason_word(x.reason));
        attempt_exit_release(&x);
    }
    return 0;
}
