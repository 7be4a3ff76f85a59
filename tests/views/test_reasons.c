/* Every key of the interaction grammar (reference/tui.md C1) in every screen does something or says
 * in that screen's own words why it does not. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "tests/views/fake_world.h"
#include "tui/app_internal.h"
#include "views/reasons.h"
#include "views/views.h"

/* A world of which this screen is in front; without data, nothing has come yet. */
static struct fake *opened(int which, bool has_data)
{
    return fake_world(which, has_data ? "calm-otter" : NULL, 80, 24);
}

/* --- the table --- */

static bool holds(const char *text, const char *word)
{
    for (; *text; text++) {
        size_t n = 0;
        while (word[n] && tolower((unsigned char)text[n]) == word[n]) {
            n++;
        }
        if (!word[n]) {
            return true;
        }
    }
    return false;
}

static int cells_with(const char *text)
{
    int n = 0;
    for (size_t i = 0; i < (size_t)REASONS_COUNT * CMD_COUNT; i++) {
        n += z_eq(reasons[i / CMD_COUNT][i % CMD_COUNT], text);
    }
    return n;
}

static void check_sentence(const char *view, const char *text)
{
    static const char *const poor[] = {"not available", "not supported", "later"};
    enum { CELLS_MAX = 3, WIDTH_MAX = 78 };
    for (size_t i = 0; i < ALEN(poor); i++) {
        if (holds(text, poor[i])) {
            fail_msg("%s: \"%s\" is no reason", view, text);
        }
    }
    if (utf8_width(sv_z(text)) > WIDTH_MAX || !strchr(text, ' ')) {
        fail_msg("%s: \"%s\" is no sentence of one row", view, text);
    }
    if (cells_with(text) > CELLS_MAX) {
        fail_msg("%s: \"%s\" stands for more than %d cells", view, text, CELLS_MAX);
    }
}

static void reasons_are_sentences_of_their_own(void **state)
{
    (void)state;
    for (int v = 0; v < REASONS_COUNT; v++) {
        for (int c = CMD_NONE + 1; c < CMD_COUNT; c++) {
            if (reasons[v][c]) {
                check_sentence(fake_place_names[v], reasons[v][c]);
            }
        }
    }
}

/* --- commands: done or refused --- */

static const struct cmd_arg none = {.text = {"", 0}};

/* In this state: it was done, or the view said why not just now. */
static bool does(int which, enum cmd cmd, bool has_data)
{
    struct fake *f = opened(which, has_data);
    struct view *v = app_top(f->app);
    CLEANUP(str_release) struct str why = STR_INIT;
    enum can can = v->ops->can ? v->ops->can(v, cmd, &why) : CAN_YES;
    bool is_done = can == CAN_OFF ? why.n > 0 : v->ops->command(v, cmd, &none) == HANDLED;
    if (can == CAN_OFF && why.n == 0) {
        fail_msg("%s: %s is off without a word", fake_place_names[which], cmd_info(cmd)->name);
    }
    fake_settle(f);
    fake_free(f);
    return is_done;
}

static bool does_itself(int which, enum cmd cmd)
{
    struct fake *f = opened(which, true);
    struct view *v = app_top(f->app);
    bool is_done = v->ops->command(v, cmd, &none) == HANDLED;
    fake_settle(f);
    fake_free(f);
    return is_done;
}

static void every_command_is_done_or_has_a_reason(void **state)
{
    (void)state;
    int problems = 0;
    for (int v = 0; v < REASONS_COUNT; v++) {
        for (int c = CMD_NONE + 1; c < CMD_COUNT; c++) {
            enum cmd cmd = (enum cmd)c;
            unsigned flags = cmd_info(cmd)->flags;
            bool has_reason = reasons[v][c] != NULL;
            if (flags & (CMD_IS_APPS | CMD_IS_HIDDEN) && !has_reason) {
                continue;
            }
            if (has_reason ? does_itself(v, cmd) : !does(v, cmd, true) && !does(v, cmd, false)) {
                problems++;
                print_message("%s: %s %s\n", fake_place_names[v], cmd_info(cmd)->name,
                              has_reason ? "is done there: views/reasons.def is wrong"
                                         : "is neither done nor in views/reasons.def");
            }
        }
    }
    assert_int_equal(problems, 0);
}

/* --- keys: something comes of each --- */

/* reference/tui.md C1, whole. Moves are silent at an end; the last two are seen by the terminal
 * alone. */
static const char *const moves[] = {"j",      "k",      "<Down>", "<Up>",  "g",      "G",
                                    "<PgUp>", "<PgDn>", "<C-d>",  "<C-u>", "<Left>", "<Right>"};
static const char *const keys[] = {
    ":", "/", "n", "N", "?", "<Enter>", "q", "[",     "]",       "-", "<Space>", "v", "*", "U", "o",
    "O", "C", "w", "a", "d", "y",       "e", "l",     "m",       "x", "X",       "T", "c", "D", "r",
    "K", "A", "z", "Z", "f", "P",       "R", "Y",     "s",       "b", "<Tab>",   "B", "1", "2", "3",
    "4", "5", "6", "7", "8", "9",       "+", "_",     "<S-Tab>", "=", "!",       "J", "<", ">", "L",
    "t", "i", "(", ")", "0", "p",       "H", "<C-c>", "{",       "}", "&"};
static const char *const unseen[] = {"<C-l>", "<C-z>"};

static struct key key_named(const char *name)
{
    struct key key = {0, 0};
    if (!key_parse(sv_z(name), &key)) {
        fail_msg("%s is no key", name);
    }
    return key;
}

static void every_key_of_the_grammar_is_bound(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    const struct {
        const char *const *at;
        size_t n;
    } lists[] = {{moves, ALEN(moves)}, {keys, ALEN(keys)}, {unseen, ALEN(unseen)}};
    for (size_t i = 0; i < ALEN(lists); i++) {
        for (size_t k = 0; k < lists[i].n; k++) {
            if (!keymap_find(app_keymap(f->app), ~0u, key_named(lists[i].at[k]))) {
                fail_msg("%s of the grammar is bound nowhere", lists[i].at[k]);
            }
        }
    }
    fake_free(f);
}

/* All that is seen, and what was asked of the hub. */
static void state_of(struct fake *f, struct str *out)
{
    fake_settle(f);
    canvas_dump(app_canvas(f->app), out);
    str_addf(out, "%u %zu %zu", app_top(f->app)->id, fake_request_count(f),
             fake_subscription_count(f));
}

/* Row 23 as it stands without a word said. */
static bool press_says_nothing(struct fake *f, const char *key)
{
    CLEANUP(str_release) struct str before = STR_INIT;
    CLEANUP(str_release) struct str after = STR_INIT;
    fake_pass(f, 5000); /* what was said is gone */
    state_of(f, &before);
    app_key(f->app, key_named(key));
    state_of(f, &after);
    if (fake_shows(f, "is no key here") || fake_shows(f, "has nothing that it could do")) {
        return true;
    }
    return f->app->toast.n == 0 && sv_eq(sv_of(&before), sv_of(&after));
}

/* Press it twice; how often nothing came of it. */
static int silent_presses(struct fake *f, const char *where, const char *key)
{
    uint32_t id = app_top(f->app)->id;
    int silent = 0;
    for (int press = 1; press <= 2; press++) {
        if (press_says_nothing(f, key)) {
            silent++;
            print_message("%s: %s, press %d: nothing comes of it\n", where, key, press);
        }
        if (app_top(f->app)->id != id || app_modal(f->app)) {
            break; /* it led elsewhere, or asks */
        }
    }
    return silent;
}

static void every_key_in_every_view_does_or_says_something(void **state)
{
    (void)state;
    int problems = 0;
    for (int v = 0; v < REASONS_COUNT * 2; v++) {
        for (size_t k = 0; k < ALEN(keys); k++) {
            struct fake *f = opened(v / 2, v % 2);
            problems += silent_presses(f, fake_place_names[v / 2], keys[k]);
            fake_free(f);
        }
    }
    assert_int_equal(problems, 0);
}

/* A list of each kind: what can be done to a row depends on it. */
static void every_key_in_every_list_does_or_says_something(void **state)
{
    (void)state;
    int problems = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        for (size_t k = 0; k < ALEN(keys); k++) {
            struct err e = ERR_INIT;
            struct fake *f = opened(REASONS_home, true);
            fake_rows(f, (enum kind)kind, NULL,
                      kind == KIND_BOOKMARK ? "id | name | line\nx1 | x | help\nx2 | y | help\n"
                                            : "id | name | status\nx1 | x | ready\nx2 | y | new\n");
            assert_true(views_browse(f->app, (enum kind)kind, NULL, NULL, &e));
            fake_settle(f);
            problems += silent_presses(f, kinds[kind].plural, keys[k]);
            fake_free(f);
        }
    }
    assert_int_equal(problems, 0);
}

/* Whether a line of a help text has a key at its left. */
static bool lists(struct sv text, const char *label)
{
    struct sv rest = text, line;
    while (rest.n && sv_split(&rest, '\n', &line)) {
        struct sv left = {line.p + 2, line.n > 2 ? line.n - 2 : 0}, key;
        size_t gap = sv_find(left, SV("  "));
        left.n = gap < left.n ? gap : 0;
        while (line.n > 2 && line.p[0] == ' ' && left.n) {
            (void)sv_split(&left, ' ', &key);
            if (sv_eqz(key, label)) {
                return true;
            }
        }
    }
    return false;
}

static void check_help(struct fake *f, const char *view, const char *name, struct sv text)
{
    CLEANUP(str_release) struct str label = STR_INIT;
    size_t not_here = sv_find(text, SV("\nNot here"));
    struct key key = key_named(name);
    const struct key_binding *b = keymap_find(app_keymap(f->app), app_contexts(f->app), key);
    const char *why = app_key_reason(f->app, app_top(f->app), key);
    key_label(key, false, &label);
    struct sv here = {text.p, not_here}, elsewhere = {text.p + not_here, text.n - not_here};
    assert_true(not_here < text.n && (b || why));
    if (!lists(why ? elsewhere : here, label.p)) {
        fail_msg("%s: %s is not listed %s", view, label.p, why ? "under Not here" : "as acting");
    }
    if (why && sv_find(elsewhere, sv_z(why)) == SIZE_MAX) {
        fail_msg("%s: ? does not say why %s does nothing", view, label.p);
    }
}

static void help_lists_what_acts_and_why_the_rest_does_not(void **state)
{
    (void)state;
    for (int v = 0; v < REASONS_COUNT; v++) {
        struct fake *f = opened(v, true);
        CLEANUP(str_release) struct str text = STR_INIT;
        app_resize(f->app, 110, 300);
        fake_keys(f, "?");
        canvas_plain(app_canvas(f->app), &text);
        fake_keys(f, "q");
        for (size_t k = 0; k < ALEN(keys); k++) {
            check_help(f, fake_place_names[v], keys[k], sv_of(&text));
        }
        for (size_t k = 0; k < ALEN(moves); k++) {
            check_help(f, fake_place_names[v], moves[k], sv_of(&text));
        }
        fake_free(f);
    }
}

static void moves_are_silent(void **state)
{
    (void)state;
    for (int v = 0; v < REASONS_COUNT; v++) {
        struct fake *f = opened(v, true);
        for (size_t k = 0; k < ALEN(moves) * 2; k++) {
            fake_pass(f, 5000);
            fake_keys(f, moves[k / 2]);
            if (f->app->toast.n > 0) {
                fail_msg("%s: %s says something", fake_place_names[v], moves[k / 2]);
            }
        }
        fake_free(f);
    }
    struct fake *f = opened(REASONS_home, true);
    fake_keys(f, "<Esc><Esc>");
    assert_int_equal(f->app->toast.n, 0);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_sentences_of_their_own),
        cmocka_unit_test(every_command_is_done_or_has_a_reason),
        cmocka_unit_test(every_key_of_the_grammar_is_bound),
        cmocka_unit_test(every_key_in_every_view_does_or_says_something),
        cmocka_unit_test(every_key_in_every_list_does_or_says_something),
        cmocka_unit_test(help_lists_what_acts_and_why_the_rest_does_not),
        cmocka_unit_test(moves_are_silent),
    };
    (void)utf8_init_locale();
    (void)setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
