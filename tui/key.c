/* Names of keys. */
#include "tui/key.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

static const char *const names[] = {
#define X(id, name) [KEYCODE_##id - KEYCODE_BASE] = name,
    KEY_NAMES(X)
#undef X
};
_Static_assert(ALEN(names) == KEYCODE_LAST - KEYCODE_BASE, "every key has a name");

/* characters that cannot stand for themselves in a keys file */
static const struct {
    uint32_t code;
    const char *name;
} spelled[] = {{' ', "Space"}, {'<', "lt"}, {'=', "eq"}, {'#', "hash"}};

static bool is_named(uint32_t code)
{
    return code > KEYCODE_BASE && code < KEYCODE_LAST;
}

static const char *name_of(uint32_t code)
{
    if (is_named(code)) {
        return names[code - KEYCODE_BASE];
    }
    for (size_t i = 0; i < ALEN(spelled); i++) {
        if (spelled[i].code == code) {
            return spelled[i].name;
        }
    }
    return NULL;
}

static uint32_t code_of(struct sv name)
{
    for (uint32_t code = KEYCODE_BASE + 1; code < KEYCODE_LAST; code++) {
        if (sv_eqz(name, names[code - KEYCODE_BASE])) {
            return code;
        }
    }
    for (size_t i = 0; i < ALEN(spelled); i++) {
        if (sv_eqz(name, spelled[i].name)) {
            return spelled[i].code;
        }
    }
    return 0;
}

/* One character that is all of v; 0 when it is not. */
static uint32_t single(struct sv v)
{
    if (v.n == 0 || utf8_valid_bytes(v.p, v.n) != v.n) {
        return 0;
    }
    uint32_t code = utf8_next(&v);
    return code > 32 && code != 127 && !(code >= 0x80 && code < 0xa0) ? code : 0;
}

static uint32_t take_mods(struct sv *v)
{
    uint32_t mods = 0;
    while (v->n > 2 && v->p[1] == '-') {
        uint32_t mod = v->p[0] == 'C'   ? KEYMOD_CTRL
                       : v->p[0] == 'M' ? KEYMOD_ALT
                       : v->p[0] == 'S' ? KEYMOD_SHIFT
                                        : 0;
        if (mod == 0 || mods & mod) {
            break;
        }
        mods |= mod;
        *v = (struct sv){v->p + 2, v->n - 2};
    }
    return mods;
}

bool key_parse(struct sv name, struct key *ret)
{
    struct key k = {0, 0};
    if (name.n > 2 && name.p[0] == '<' && name.p[name.n - 1] == '>') {
        struct sv inner = {name.p + 1, name.n - 2};
        k.mods = take_mods(&inner);
        k.code = code_of(inner);
        if (k.code == 0 && k.mods) {
            k.code = single(inner);
        }
        if (k.mods & KEYMOD_SHIFT && !is_named(k.code)) {
            return false;
        }
    } else {
        k.code = single(name);
    }
    if (k.code == 0) {
        return false;
    }
    *ret = k;
    return true;
}

void key_print(struct key k, struct str *out)
{
    const char *name = name_of(k.code);
    if (!name && k.mods == 0) {
        utf8_encode(out, k.code);
        return;
    }
    str_addc(out, '<');
    str_addz(out, k.mods & KEYMOD_CTRL ? "C-" : "");
    str_addz(out, k.mods & KEYMOD_ALT ? "M-" : "");
    str_addz(out, k.mods & KEYMOD_SHIFT ? "S-" : "");
    if (name) {
        str_addz(out, name);
    } else {
        utf8_encode(out, k.code);
    }
    str_addc(out, '>');
}

void key_label(struct key k, bool is_ascii, struct str *out)
{
    static const struct {
        uint32_t code;
        const char *arrow;
    } arrows[] = {
        {KEYCODE_UP, "↑"}, {KEYCODE_DOWN, "↓"}, {KEYCODE_LEFT, "←"}, {KEYCODE_RIGHT, "→"}};
    str_addz(out, k.mods & KEYMOD_CTRL ? "Ctrl-" : "");
    str_addz(out, k.mods & KEYMOD_ALT ? "Alt-" : "");
    str_addz(out, k.mods & KEYMOD_SHIFT ? "Shift-" : "");
    for (size_t i = 0; i < ALEN(arrows) && !is_ascii; i++) {
        if (arrows[i].code == k.code) {
            str_addz(out, arrows[i].arrow);
            return;
        }
    }
    if (is_named(k.code) || k.code == ' ') {
        str_addz(out, name_of(k.code));
    } else if (k.mods & KEYMOD_CTRL && k.code >= 'a' && k.code <= 'z') {
        str_addc(out, (char)(k.code - 'a' + 'A'));
    } else {
        utf8_encode(out, k.code);
    }
}
