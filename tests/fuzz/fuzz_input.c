/* Any bytes as a terminal's input: every byte is consumed, every key has a name that reads back. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "tui/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct input_event ev)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    struct key back = {0, 0};
    if (ev.kind == INPUT_KEY) {
        key_print(ev.key, &name);
        xassert(key_parse(sv_of(&name), &back));
        xassert(key_eq(back, ev.key));
    }
}

static void drain(struct input *in)
{
    struct input_event ev;
    while ((ev = input_next(in)).kind != INPUT_NONE) {
        check(ev);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in;
    size_t cut = size ? data[0] % size : 0;
    input_init(&in);
    input_define(&in, "\033[[E", (struct key){KEYCODE_F5, 0});
    input_feed(&in, data, cut);
    drain(&in);
    input_feed(&in, data + cut, size - cut);
    drain(&in);
    input_flush(&in);
    drain(&in);
    xassert(!input_is_pending(&in));
    xassert(in.consumed <= size);
    input_release(&in);
    return 0;
}
