/* input: bytes of a terminal → keys and pastes. Knows UTF-8, CSI and SS3 sequences, bracketed
 * paste, and what terminfo adds (input_define). Pure: no clock, no descriptors; fuzzed.
 *
 * A lone ESC is not decided before the app says that nothing followed (input_flush, 25 ms later);
 * `consumed` counts only bytes that are decided. Sequences nobody knows are swallowed. A paste is
 * one event; it is held to INPUT_PASTE_MAX bytes (the rest is dropped and `is_cut` says so). */
#ifndef MLW_TUI_INPUT_H
#define MLW_TUI_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "tui/key.h"

enum { INPUT_PASTE_MAX = 1 << 20 };

enum input_kind { INPUT_NONE, INPUT_KEY, INPUT_PASTE };

struct input_event {
    enum input_kind kind;
    struct key key;
    struct sv paste; /* valid until the next call */
    bool is_cut;
};

struct input_seq {
    char *bytes;
    struct key key;
};

struct input {
    struct str pending; /* not decided yet */
    size_t at;          /* of pending */
    struct str paste;
    bool in_paste, is_paste_cut, is_final;
    struct input_seq *seqs;
    size_t seq_count;
    uint64_t consumed;
    bool is_ground_awaited; /* set by the app when it asked; until the terminal answers */
    bool has_background;    /* the terminal said what its ground is; the app takes it back */
    uint32_t background;    /* 0xrrggbb */
    uint64_t reports;       /* answers to the question whether all was shown: ESC [ 0 n */
};

void input_init(struct input *in);
void input_release(struct input *in);
void input_define(struct input *in, const char *bytes, struct key key);
void input_feed(struct input *in, const void *bytes, size_t n);
/* Next decided event; INPUT_NONE when more bytes are needed. */
struct input_event input_next(struct input *in);
/* Whether undecided bytes wait (then call input_flush after ESCDELAY). */
bool input_is_pending(const struct input *in);
/* Nothing more came: the next calls decide what is pending as it stands (lone ESC, broken
 * sequences). A paste stays open. */
void input_flush(struct input *in);

#endif
