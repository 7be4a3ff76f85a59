/* Editing of one line. */
#include "tui/widgets/line.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

void history_add(struct history *h, struct sv text)
{
    if (text.n == 0) {
        return;
    }
    for (size_t i = 0; i < h->n; i++) {
        if (sv_eqz(text, h->at[i])) {
            free(h->at[i]);
            vec_remove(h, i);
            break;
        }
    }
    if (h->n == HISTORY_MAX) {
        free(h->at[0]);
        vec_remove(h, 0);
    }
    vec_push(h, sv_dup(text));
}

void history_release(struct history *h)
{
    for (size_t i = 0; i < h->n; i++) {
        free(h->at[i]);
    }
    free(h->at);
    *h = (struct history){0};
}

void line_init(struct line *l, struct sv text, struct history *history)
{
    *l = (struct line){.text = STR_INIT, .draft = STR_INIT, .history = history};
    l->history_at = history ? history->n : 0;
    line_paste(l, text);
}

void line_release(struct line *l)
{
    str_release(&l->text);
    str_release(&l->draft);
    *l = (struct line){.text = STR_INIT, .draft = STR_INIT};
}

void line_set(struct line *l, struct sv text)
{
    CLEANUP(str_release) struct str copy = STR_INIT;
    str_addsv(&copy, text);
    str_clear(&l->text);
    l->at = 0;
    line_paste(l, sv_of(&copy));
}

static void insert(struct line *l, struct sv v)
{
    if (l->text.n + v.n > LINE_MAX_BYTES) {
        return;
    }
    CLEANUP(str_release) struct str next = STR_INIT;
    str_add(&next, l->text.p, l->at);
    str_addsv(&next, v);
    str_add(&next, l->text.p + l->at, l->text.n - l->at);
    str_clear(&l->text);
    str_addsv(&l->text, sv_of(&next));
    l->at += v.n;
}

void line_paste(struct line *l, struct sv text)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, text);
    insert(l, sv_of(&clean));
}

static void erase(struct line *l, size_t from, size_t to)
{
    memmove(l->text.p + from, l->text.p + to, l->text.n - to);
    str_truncate(&l->text, l->text.n - (to - from));
    l->at = from;
}

/* Start of the cluster before the cursor, end of the one after it. */
static size_t before(const struct line *l)
{
    struct sv v = {l->text.p, l->at};
    size_t at = 0;
    int width;
    while (v.n > 0) {
        at = (size_t)(v.p - l->text.p);
        (void)utf8_cluster(&v, &width);
    }
    return at;
}

static size_t after(const struct line *l)
{
    struct sv v = {l->text.p + l->at, l->text.n - l->at};
    int width;
    (void)utf8_cluster(&v, &width);
    return (size_t)(v.p - l->text.p);
}

static size_t word_before(const struct line *l)
{
    size_t at = l->at;
    while (at > 0 && l->text.p[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && l->text.p[at - 1] != ' ') {
        at--;
    }
    return at;
}

static bool history_go(struct line *l, int dir)
{
    struct history *h = l->history;
    if (!h || (dir < 0 ? l->history_at == 0 : l->history_at >= h->n)) {
        return false;
    }
    if (l->history_at == h->n) {
        str_clear(&l->draft);
        str_addsv(&l->draft, sv_of(&l->text));
    }
    l->history_at = dir < 0 ? l->history_at - 1 : l->history_at + 1;
    line_set(l, l->history_at < h->n ? sv_z(h->at[l->history_at]) : sv_of(&l->draft));
    return true;
}

/* Keys with a code of their own; false when k is none of them. */
static bool edit(struct line *l, struct key k)
{
    bool is_ctrl = k.mods == KEYMOD_CTRL;
    uint32_t code = is_ctrl ? k.code | 0x80000000u : k.code;
    switch (code) {
    case KEYCODE_BACKSPACE:
    case 'h' | 0x80000000u:
        erase(l, before(l), l->at);
        return true;
    case KEYCODE_DELETE:
    case 'd' | 0x80000000u:
        erase(l, l->at, after(l));
        return true;
    case 'w' | 0x80000000u:
        erase(l, word_before(l), l->at);
        return true;
    case 'u' | 0x80000000u:
        erase(l, 0, l->at);
        return true;
    case 'k' | 0x80000000u:
        str_truncate(&l->text, l->at);
        return true;
    default:
        return false;
    }
}

static bool move(struct line *l, struct key k)
{
    bool is_ctrl = k.mods & KEYMOD_CTRL;
    if (k.code == KEYCODE_LEFT) {
        l->at = is_ctrl ? word_before(l) : before(l);
    } else if (k.code == KEYCODE_RIGHT) {
        l->at = after(l);
    } else if (k.code == KEYCODE_HOME || (is_ctrl && k.code == 'a')) {
        l->at = 0;
    } else if (k.code == KEYCODE_END || (is_ctrl && k.code == 'e')) {
        l->at = l->text.n;
    } else {
        return false;
    }
    return true;
}

/* -1: the line before, 1: the one after; 0: no key of the history. */
static int history_step(struct key key)
{
    bool is_ctrl = key.mods == KEYMOD_CTRL;
    bool is_back = key.code == KEYCODE_UP || (is_ctrl && key.code == 'p');
    bool is_on = key.code == KEYCODE_DOWN || (is_ctrl && key.code == 'n');
    return is_back ? -1 : is_on ? 1 : 0;
}

enum handled line_key(struct line *l, struct key key, bool *ret_is_changed)
{
    bool is_changed = false;
    enum handled handled = HANDLED;
    if (key_is_text(key)) {
        CLEANUP(str_release) struct str s = STR_INIT;
        utf8_encode(&s, key.code);
        insert(l, sv_of(&s));
        is_changed = true;
    } else if (history_step(key)) {
        is_changed = history_go(l, history_step(key));
    } else if (edit(l, key)) {
        is_changed = true;
    } else if (!move(l, key)) {
        handled = PASS;
    }
    *ret_is_changed = is_changed;
    return handled;
}

void line_draw(const struct line *l, struct canvas *c, struct rect row, const char *label)
{
    struct rect r = rect_meet(row, c->clips[c->clip_depth]);
    if (rect_is_empty(r)) {
        return;
    }
    canvas_fill(c, r, ROLE_PROMPT);
    int x = canvas_text(c, r.x, r.y, ROLE_PROMPT, sv_z(label));
    int room = r.x + r.w - x - 1; /* the cursor needs a cell behind the text */
    struct sv shown = {l->text.p, l->text.n};
    int to_cursor = (int)utf8_width((struct sv){l->text.p, l->at});
    while (to_cursor > room && shown.n > 0) {
        int width = 0;
        (void)utf8_cluster(&shown, &width);
        to_cursor -= width;
    }
    if (room > 0) {
        canvas_text(c, x, r.y, ROLE_PROMPT, shown);
    }
    canvas_cursor(c, x + (to_cursor > 0 ? to_cursor : 0), r.y, true);
}
