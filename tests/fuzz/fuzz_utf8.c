/* Any bytes as text from outside: what comes out is valid, harmless and no wider than asked. */
#include <locale.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setlocale(LC_CTYPE, "C.UTF-8");
    return 0;
}

static void check_harmless(struct sv v)
{
    while (v.n) {
        xassert(utf8_valid_bytes(v.p, v.n));
        uint32_t c = utf8_next(&v);
        xassert(c >= 0x20 && (c < 0x7F || c >= 0xA0));
        xassert(c < 0x202A || c > 0x202E);
        xassert(c < 0x2066 || c > 0x2069);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    CLEANUP(str_release) struct str plain = STR_INIT;
    CLEANUP(str_release) struct str fit = STR_INIT;
    CLEANUP(str_release) struct str valid = STR_INIT;
    struct sv text = {(const char *)data, size};
    size_t width = size ? data[0] % 64 : 0;
    utf8_sanitize(&clean, text);
    check_harmless(sv_of(&clean));
    utf8_strip_ansi(&plain, text);
    check_harmless(sv_of(&plain));
    utf8_make_valid(&valid, text);
    xassert(!memchr(valid.p, 0, valid.n));
    utf8_fit(&fit, text, width, size % 2 ? UTF8_CUT_MIDDLE : UTF8_CUT_END);
    xassert(utf8_width(sv_of(&fit)) <= width);
    return 0;
}
