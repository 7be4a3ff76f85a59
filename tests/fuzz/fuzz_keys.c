/* Any text as a keys file and as a theme: read, or refused with its name and line. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/err.h"
#include "tui/keymap.h"
#include "tui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv text = {(const char *)data, size};
    struct keymap m;
    struct theme t;
    struct err e = ERR_INIT;
    keymap_init(&m);
    if (!keymap_add(&m, text, "file", &e)) {
        xassert(strncmp(e.msg, "file:", 5) == 0);
    }
    keymap_release(&m);
    e = (struct err)ERR_INIT;
    if (!theme_parse(text, "file", &t, &e)) {
        xassert(strncmp(e.msg, "file:", 5) == 0);
    }
    return 0;
}
