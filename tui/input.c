/* The decoder of keys: UTF-8, control characters, CSI, SS3, terminfo's own, pastes. */
#include "tui/input.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

enum { SEQ_MAX = 32 /* longer escape sequences are nobody's key */ };
static const char paste_begin[] = "\033[200~";
static const char paste_end[] = "\033[201~";

void input_init(struct input *in)
{
    *in = (struct input){.pending = STR_INIT, .paste = STR_INIT};
}

void input_release(struct input *in)
{
    for (size_t i = 0; i < in->seq_count; i++) {
        free(in->seqs[i].bytes);
    }
    free(in->seqs);
    str_release(&in->pending);
    str_release(&in->paste);
    input_init(in);
}

void input_define(struct input *in, const char *bytes, struct key key)
{
    if (!bytes || bytes[0] == '\0' || (unsigned char)bytes[0] >= 127) {
        return;
    }
    in->seqs = xreallocarray(in->seqs, in->seq_count + 1, sizeof *in->seqs);
    in->seqs[in->seq_count++] = (struct input_seq){xstrdup(bytes), key};
}

void input_feed(struct input *in, const void *bytes, size_t n)
{
    if (in->at) {
        memmove(in->pending.p, in->pending.p + in->at, in->pending.n - in->at);
        str_truncate(&in->pending, in->pending.n - in->at);
        in->at = 0;
    }
    str_add(&in->pending, bytes, n);
}

static struct sv rest_of(const struct input *in)
{
    return (struct sv){in->pending.p + in->at, in->pending.n - in->at};
}

/* The answer to OSC 11: ESC ] 11 ; rgb:R/G/B, one to four digits each, then BEL or ESC \ */
static const char ground_begin[] = "\033]11;rgb";
enum { GROUND_MAX = 64 };

/* The beginning of an answer that is still to come: no key, however long it takes. */
static bool is_ground_open(const struct input *in)
{
    struct sv v = rest_of(in);
    size_t n = v.n < sizeof ground_begin - 1 ? v.n : sizeof ground_begin - 1;
    return in->is_ground_awaited && v.n > 1 && v.n < GROUND_MAX &&
           memcmp(v.p, ground_begin, n) == 0;
}

bool input_is_pending(const struct input *in)
{
    return in->at < in->pending.n && !in->in_paste && !is_ground_open(in);
}

static void take(struct input *in, size_t n)
{
    in->at += n;
    in->consumed += n;
}

/* --- what one sequence means; `used` 0: more bytes are needed --- */
struct decoded {
    size_t used;
    struct key key;
};

static struct key key_of(uint32_t code, uint32_t mods)
{
    return (struct key){code, mods};
}

static struct key control_key(unsigned char byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        return key_of(KEYCODE_ENTER, 0);
    case '\t':
        return key_of(KEYCODE_TAB, 0);
    case 8:
    case 127:
        return key_of(KEYCODE_BACKSPACE, 0);
    case 0:
        return key_of(' ', KEYMOD_CTRL);
    default:
        return byte < 27 ? key_of((uint32_t)byte + 'a' - 1, KEYMOD_CTRL)
                         : key_of((uint32_t)byte + '@', KEYMOD_CTRL);
    }
}

static uint32_t csi_mods(long parameter)
{
    if (parameter < 2 || parameter > 16) {
        return 0;
    }
    unsigned bits = (unsigned)parameter - 1;
    return (bits & 1 ? KEYMOD_SHIFT : 0u) | (bits & 2 ? KEYMOD_ALT : 0u) |
           (bits & 4 ? KEYMOD_CTRL : 0u);
}

static uint32_t final_code(char final)
{
    static const struct {
        char final;
        uint32_t code;
    } rows[] = {
        {'A', KEYCODE_UP},  {'B', KEYCODE_DOWN}, {'C', KEYCODE_RIGHT}, {'D', KEYCODE_LEFT},
        {'F', KEYCODE_END}, {'H', KEYCODE_HOME}, {'P', KEYCODE_F1},    {'Q', KEYCODE_F2},
        {'R', KEYCODE_F3},  {'S', KEYCODE_F4},   {'M', KEYCODE_ENTER}, {'Z', KEYCODE_TAB},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        if (rows[i].final == final) {
            return rows[i].code;
        }
    }
    return 0;
}

static uint32_t tilde_code(long number)
{
    static const uint32_t codes[] = {
        [1] = KEYCODE_HOME, [2] = KEYCODE_INSERT, [3] = KEYCODE_DELETE, [4] = KEYCODE_END,
        [5] = KEYCODE_PGUP, [6] = KEYCODE_PGDN,   [7] = KEYCODE_HOME,   [8] = KEYCODE_END,
        [11] = KEYCODE_F1,  [12] = KEYCODE_F2,    [13] = KEYCODE_F3,    [14] = KEYCODE_F4,
        [15] = KEYCODE_F5,  [17] = KEYCODE_F6,    [18] = KEYCODE_F7,    [19] = KEYCODE_F8,
        [20] = KEYCODE_F9,  [21] = KEYCODE_F10,   [23] = KEYCODE_F11,   [24] = KEYCODE_F12,
    };
    size_t index = number > 0 ? (size_t)number : 0;
    return index < ALEN(codes) ? codes[index] : 0;
}

/* Parameters of a CSI sequence from byte 2 on; the place of its final byte, at most SEQ_MAX. */
static size_t csi_parameters(struct sv v, long parameters[2])
{
    size_t i = 2, index = 0;
    for (; i < v.n && i < SEQ_MAX && v.p[i] >= 0x20 && v.p[i] < 0x40; i++) {
        bool is_digit = v.p[i] >= '0' && v.p[i] <= '9';
        if (is_digit && index < 2 && parameters[index] < 1000) {
            parameters[index] = parameters[index] * 10 + (v.p[i] - '0');
        }
        index += v.p[i] == ';';
    }
    return i;
}

/* ESC [ parameters final. An unknown one is swallowed whole (key.code 0). */
static struct decoded csi(struct sv v)
{
    long parameters[2] = {0, 0};
    size_t i = csi_parameters(v, parameters);
    if (i >= v.n && i < SEQ_MAX) {
        return (struct decoded){0, {0, 0}};
    }
    char final = i < v.n ? v.p[i] : 0;
    if (final < 0x40 || final == 127) {
        return (struct decoded){i, {0, 0}}; /* broken off: what follows is no part of it */
    }
    uint32_t mods = csi_mods(parameters[1]) | (final == 'Z' ? KEYMOD_SHIFT : 0);
    uint32_t code = final == '~' ? tilde_code(parameters[0]) : final_code(final);
    return (struct decoded){i + 1, key_of(code, code ? mods : 0)};
}

/* The longest defined sequence that v begins with; used 0 and *may_grow when one could follow. */
static struct decoded defined(const struct input *in, struct sv v, bool *may_grow)
{
    struct decoded best = {0, {0, 0}};
    *may_grow = false;
    for (size_t i = 0; i < in->seq_count; i++) {
        struct sv seq = sv_z(in->seqs[i].bytes);
        if (v.n >= seq.n && memcmp(v.p, seq.p, seq.n) == 0 && seq.n > best.used) {
            best = (struct decoded){seq.n, in->seqs[i].key};
        } else if (v.n < seq.n && memcmp(v.p, seq.p, v.n) == 0) {
            *may_grow = true;
        }
    }
    return best;
}

static struct decoded plain(struct sv v, bool is_final)
{
    unsigned char byte = (unsigned char)v.p[0];
    if (byte < 32 || byte == 127) {
        return (struct decoded){1, control_key(byte)};
    }
    size_t n = utf8_valid_bytes(v.p, v.n);
    if (n == 0 && byte >= 0xc2 && byte < 0xf5 && v.n < 4 && !is_final) {
        size_t want = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        if (v.n < want) {
            return (struct decoded){0, {0, 0}};
        }
    }
    struct sv rest = v;
    uint32_t code = utf8_next(&rest);
    if (n == 0 || (code >= 0x80 && code < 0xa0)) {
        return (struct decoded){n ? n : 1, {0, 0}};
    }
    return (struct decoded){n, key_of(code, 0)};
}

/* ESC and a key: Alt. */
static struct decoded alt(struct sv v, bool is_final)
{
    struct decoded d = plain((struct sv){v.p + 1, v.n - 1}, is_final);
    if (d.used) {
        d.used++;
        d.key.mods |= KEYMOD_ALT;
    }
    return d;
}

/* ESC [ or ESC O, and what follows. */
static struct decoded introduced(struct sv v, bool is_final)
{
    struct decoded d = v.p[1] == '[' ? csi(v) : (struct decoded){3, key_of(final_code(v.p[2]), 0)};
    return d.used || !is_final ? d : (struct decoded){v.n, {0, 0}};
}

/* --- the ground --- */

static bool channel_parse(struct sv *rest, uint32_t *ret)
{
    uint32_t value = 0, full = 1;
    struct sv digits = {rest->p, 0};
    (void)sv_split(rest, '/', &digits);
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0 || i >= 4) {
            return false;
        }
        value = value << 4 | (uint32_t)digit;
        full <<= 4;
    }
    *ret = full > 1 ? value * 255 / (full - 1) : 0;
    return full > 1;
}

static bool ground_parse(struct sv v, uint32_t *ret)
{
    uint32_t rgb = 0, channel;
    struct sv rest = v, name;
    (void)sv_split(&rest, ':', &name); /* rgb, or rgba with a fourth */
    for (int i = 0; i < 3; i++) {
        if (!channel_parse(&rest, &channel)) {
            return false;
        }
        rgb = rgb << 8 | channel;
    }
    *ret = rgb;
    return true;
}

/* Bytes of a whole answer; 0: it is none, or not whole. */
static size_t ground_take(struct input *in, struct sv v)
{
    if (!sv_starts(v, ground_begin)) {
        return 0;
    }
    for (size_t i = sizeof ground_begin - 1; i < v.n && i < GROUND_MAX; i++) {
        bool is_end = v.p[i] == '\a' || (v.p[i] == '\\' && v.p[i - 1] == '\033');
        size_t end = v.p[i] == '\a' ? i : i - 1;
        uint32_t rgb;
        if (is_end && ground_parse((struct sv){v.p + 5, end - 5}, &rgb)) {
            in->has_background = true;
            in->background = rgb;
        }
        if (is_end) {
            return i + 1;
        }
    }
    return 0;
}

static struct decoded escape(const struct input *in, struct sv v, bool is_final)
{
    bool may_grow;
    struct decoded d = defined(in, v, &may_grow);
    char second = v.n > 1 ? v.p[1] : 0;
    bool is_introduced = second == '[' || second == 'O';
    bool is_open = v.n == 1 || (v.n == 2 && is_introduced) || may_grow;
    if (d.used || (is_open && !is_final)) {
        return d; /* known, or more bytes are needed */
    }
    if (is_introduced && v.n > 2) {
        return introduced(v, is_final);
    }
    return v.n == 1 || second == '\033' ? (struct decoded){1, key_of(KEYCODE_ESC, 0)}
                                        : alt(v, is_final);
}

/* --- pastes --- */

static void paste_add(struct input *in, struct sv v)
{
    size_t room = INPUT_PASTE_MAX - in->paste.n;
    in->is_paste_cut |= v.n > room;
    str_add(&in->paste, v.p, v.n < room ? v.n : room);
}

/* In a paste: true when it has ended. */
static bool paste_take(struct input *in)
{
    struct sv v = rest_of(in);
    size_t end = sv_find(v, SV("\033[201~"));
    if (end != SIZE_MAX) {
        paste_add(in, (struct sv){v.p, end});
        take(in, end + sizeof paste_end - 1);
        in->in_paste = false;
        return true;
    }
    /* the end mark may be cut in two: keep what could be its beginning */
    size_t keep = sizeof paste_end - 2;
    while (keep > 0 && (keep > v.n || memcmp(v.p + v.n - keep, paste_end, keep) != 0)) {
        keep--;
    }
    paste_add(in, (struct sv){v.p, v.n - keep});
    take(in, v.n - keep);
    return false;
}

static struct input_event paste_event(struct input *in)
{
    return (struct input_event){
        .kind = INPUT_PASTE, .paste = sv_of(&in->paste), .is_cut = in->is_paste_cut};
}

static bool paste_starts(struct input *in)
{
    struct sv v = rest_of(in);
    if (!sv_starts(v, paste_begin)) {
        return false;
    }
    take(in, sizeof paste_begin - 1);
    str_clear(&in->paste);
    in->is_paste_cut = false;
    in->in_paste = true;
    return true;
}

static struct input_event step(struct input *in, bool is_final)
{
    for (;;) {
        struct sv v = rest_of(in);
        if (in->in_paste || (v.n && paste_starts(in))) {
            if (paste_take(in)) {
                return paste_event(in);
            }
            return (struct input_event){.kind = INPUT_NONE};
        }
        if (v.n == 0) {
            return (struct input_event){.kind = INPUT_NONE};
        }
        size_t ground = ground_take(in, v);
        if (ground) {
            take(in, ground);
            continue;
        }
        if (is_ground_open(in)) {
            return (struct input_event){.kind = INPUT_NONE};
        }
        struct decoded d = v.p[0] == '\033' ? escape(in, v, is_final) : plain(v, is_final);
        if (d.used == 0) {
            return (struct input_event){.kind = INPUT_NONE};
        }
        if (sv_eq((struct sv){v.p, d.used}, SV("\033[0n"))) {
            in->reports++;
            in->is_ground_awaited = false; /* it answers in order */
        }
        take(in, d.used);
        if (d.key.code) {
            return (struct input_event){.kind = INPUT_KEY, .key = d.key};
        }
    }
}

struct input_event input_next(struct input *in)
{
    bool is_final = in->is_final;
    struct input_event ev = step(in, is_final);
    if (ev.kind == INPUT_NONE) {
        in->is_final = false;
    }
    return ev;
}

void input_flush(struct input *in)
{
    in->is_final = true;
}
