/* The rows around a view, modals and history, painted without a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/golden.h"
#include "tui/app.h"

enum { TAG_STOP = 1, TAG_NAME = 2 };

struct runs {
    int opened, replies;
    enum reply last;
};

static void runs_draw(const struct view *v, struct canvas *c, struct rect r)
{
    (void)v;
    canvas_z(c, r.x, r.y, ROLE_DIM, "  NAME");
    if (r.h > 1) {
        canvas_z(c, r.x + 2, r.y + 1, ROLE_NORMAL, "calm-otter-66");
        canvas_select(c, rect_row(r, 1));
    }
}

static void runs_crumbs(const struct view *v, struct str *out)
{
    (void)v;
    static const char *const parts[] = {"files:mlflow.db", "experiments", "churn", "runs"};
    for (size_t i = 0; i < ALEN(parts); i++) {
        crumb_add(out, parts[i]);
    }
}

static void runs_badges(const struct view *v, struct str *out)
{
    (void)v;
    str_addz(out, "[PROD]");
}

static void runs_sentence(const struct view *v, struct str *out)
{
    (void)v;
    str_addz(out, "calm-otter-66  id 5f0c9a27  ops  git 8e21f0c  churn.csv@91ab44\trow 5 of 42");
}

static void runs_status(const struct view *v, struct status *st)
{
    (void)v;
    st->is_filtered = true;
    str_addz(&st->filter, "auc>0.9 lr<0.01");
    st->matched = 42;
    st->total = 12310;
    str_addz(&st->order, "auc");
    st->order_dir = -1;
    st->marks = 3;
}

static void runs_hints(const struct view *v, struct hints *h)
{
    (void)v;
    hint_add(h, CMD_COMPARE, "compare");
    hint_add(h, CMD_METRICS, "charts");
    hint_add(h, CMD_DELETE, "delete");
}

static enum can runs_can(const struct view *v, enum cmd cmd, struct str *why)
{
    (void)v;
    if (cmd == CMD_DELETE) {
        str_addz(why, "files are read-only");
        return CAN_OFF;
    }
    return cmd == CMD_COMPARE || cmd == CMD_METRICS || cmd == CMD_STOP ? CAN_YES : CAN_NOT;
}

static enum handled runs_command(struct view *v, enum cmd cmd, const struct cmd_arg *arg)
{
    (void)arg;
    if (cmd == CMD_STOP) {
        app_dialog(v->app, v, TAG_STOP,
                   &(struct dialog_spec){.verb = "stop", .object = "calm-otter-66"});
        return HANDLED;
    }
    if (cmd == CMD_METRICS) {
        app_prompt(v->app, v, TAG_NAME, &(struct prompt_spec){.label = "/", .is_live = true});
        return HANDLED;
    }
    return PASS;
}

static void runs_reply(struct view *v, int tag, enum reply what, struct sv text)
{
    struct runs *r = v->state;
    (void)tag;
    (void)text;
    r->replies++;
    r->last = what;
}

static const struct view_ops runs_view = {
    .name = "runs",
    .state_size = sizeof(struct runs),
    .draw = runs_draw,
    .crumbs = runs_crumbs,
    .badges = runs_badges,
    .sentence = runs_sentence,
    .status = runs_status,
    .hints = runs_hints,
    .can = runs_can,
    .command = runs_command,
    .reply = runs_reply,
};

static struct app *start(bool is_read_only)
{
    struct err e = ERR_INIT;
    struct app *app =
        app_new(&(struct app_config){.wake_fd = -1, .is_read_only = is_read_only}, &e);
    assert_non_null(app);
    assert_non_null(app_open(app, &runs_view, NULL, &e));
    app_connection(app, "● live 8s", ROLE_NORMAL);
    app_advance(app, 100000);
    return app;
}

static void paint(struct app *app, struct str *out)
{
    app_paint(app);
    canvas_dump(app_canvas(app), out);
    assert_int_equal(app_canvas(app)->outside, 0);
}

static bool shows(struct app *app, const char *text)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    app_paint(app);
    canvas_plain(app_canvas(app), &s);
    return strstr(s.p, text) != NULL;
}

static const struct runs *top(const struct app *app)
{
    return app_top(app)->state;
}

static void looks_at_three_widths(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 6 + 2}, {60, 8}, {40, 8}, {39, 8}};
    CLEANUP(str_release) struct str s = STR_INIT;
    struct app *app = start(false);
    for (size_t i = 0; i < ALEN(sizes); i++) {
        app_resize(app, sizes[i][0], sizes[i][1]);
        paint(app, &s);
    }
    golden_assert("app", s.p);
    app_free(app);
}

static void what_is_off_says_why(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct app *app = start(false);
    assert_true(app_line(app, SV(":delete"), &e));
    assert_true(shows(app, "delete: files are read-only"));
    app_advance(app, 110000); /* a toast goes by itself */
    assert_false(shows(app, "files are read-only"));
    app_free(app);
    app = start(true);
    app_keys(app, "K");
    assert_true(shows(app, "stop: mlw was started read-only"));
    assert_true(shows(app, "[RO]"));
    app_free(app);
}

/* Whoever comes back sees it: it is there until a key is pressed, whatever time has passed. */
static void a_call_stays_until_a_key(void **state)
{
    (void)state;
    struct app *app = start(false);
    app_advance(app, 101000);
    app_call(app, TOAST_INFO, SV("churn k3v9 Succ\033[31meeded"));
    app_advance(app, 99999000);
    assert_true(shows(app, "churn k3v9 Succ"));
    app_keys(app, "d");
    assert_false(shows(app, "churn k3v9 Succ"));
    assert_true(app_line(app, SV("messages"), &(struct err){0}));
    assert_true(shows(app, "churn k3v9 Succ"));
    app_free(app);
}

static void a_dialog_is_answered_once(void **state)
{
    (void)state;
    struct app *app = start(false);
    app_keys(app, "K");
    assert_true(shows(app, "Stop calm-otter-66?") && shows(app, "Cancel"));
    app_advance(app, 101000);
    app_keys(app, "<Enter>");
    assert_int_equal(top(app)->last, REPLY_CANCELLED);
    app_keys(app, "K");
    app_advance(app, 102000);
    app_keys(app, "y");
    assert_int_equal(top(app)->last, REPLY_ACCEPTED);
    assert_int_equal(top(app)->replies, 2);
    app_free(app);
}

static void a_live_prompt_tells_each_letter(void **state)
{
    (void)state;
    struct app *app = start(false);
    app_keys(app, "mab<BS>");
    assert_int_equal(top(app)->replies, 3);
    app_keys(app, "<Esc>");
    assert_int_equal(top(app)->last, REPLY_CANCELLED);
    app_free(app);
}

static void history_goes_back_and_forth(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct app *app = start(false);
    uint32_t first = app_top(app)->id;
    app_text(app, "raw", SV("one\ntwo\n"));
    uint32_t second = app_top(app)->id;
    app_keys(app, "[");
    assert_int_equal(app_top(app)->id, first);
    app_keys(app, "]");
    assert_int_equal(app_top(app)->id, second);
    app_keys(app, "-");
    assert_int_equal(app_top(app)->id, first);
    app_keys(app, "-q");
    assert_int_equal(app_top(app)->id, first);
    assert_null(app_view(app, second));
    app_keys(app, "q");
    assert_true(shows(app, "Quit mlw?"));
    app_advance(app, 103000);
    app_keys(app, "n");
    assert_false(app_is_ended(app));
    assert_true(app_line(app, SV("q"), &e));
    app_advance(app, 104000);
    app_keys(app, "y");
    assert_true(app_is_ended(app));
    app_free(app);
}

static void the_palette_takes_what_is_typed_or_highlighted(void **state)
{
    (void)state;
    struct app *app = start(false);
    app_keys(app, ":messages<Enter>");
    assert_true(shows(app, "nothing was said yet"));
    app_keys(app, "q:messa<Enter>");
    assert_true(shows(app, "nothing was said yet"));
    app_keys(app, "q:zzzz<Enter>");
    assert_true(shows(app, "there is no command or view \"zzzz\""));
    app_keys(app, ":<Up><Esc>");
    app_keys(app, "?");
    assert_true(shows(app, "Everywhere") || shows(app, "Look"));
    app_free(app);
}

static void wrong_themes_stop_the_start_and_wrong_keys_are_said(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_null(app_new(&(struct app_config){.wake_fd = -1, .theme = "pink"}, &e));
    assert_non_null(strstr(e.hint, "colour-blind"));
    e = (struct err)ERR_INIT;
    struct app *app = app_new(&(struct app_config){.wake_fd = -1,
                                                   .keys_text = "[global]\nK = up\nK = down\n",
                                                   .keys_file = "own/keys"},
                              &e);
    assert_non_null(app_open(app, &runs_view, NULL, &e));
    assert_true(shows(app, "own/keys:3: this key is already \"up\" in [global]"));
    app_keys(app, "K");
    assert_true(shows(app, "Stop calm-otter-66?")); /* the default holds */
    app_free(app);
}

static void a_persons_keys_stand_above(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct app *app = app_new(
        &(struct app_config){.wake_fd = -1, .keys_text = "E = stop\nK = -\n", .keys_file = "k"},
        &e);
    assert_non_null(app_open(app, &runs_view, NULL, &e));
    app_keys(app, "K");
    assert_true(shows(app, "K is no key here"));
    app_keys(app, "E");
    assert_true(shows(app, "Stop calm-otter-66?"));
    app_free(app);
}

static bool own_theme(void *arg, const char *name, struct str *text, char **ret_file, struct err *e)
{
    (void)e;
    if (strcmp(name, "mine") != 0) {
        return false;
    }
    *ret_file = xstrdup("mine.theme");
    str_addsv(text, *(const struct sv *)arg);
    return true;
}

static void themes_are_chosen_and_a_persons_own_too(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sv text = SV("bad = 99\nwarn = pinkish\n");
    struct app *app = app_new(
        &(struct app_config){.wake_fd = -1, .theme = "dark", .read_theme = own_theme, .arg = &text},
        &e);
    assert_non_null(app_open(app, &runs_view, NULL, &e));
    app_keys(app, ":theme c");
    assert_true(shows(app, "theme colour-blind") && !shows(app, "theme mono"));
    app_keys(app, "<Esc>:theme<Enter>");
    assert_true(shows(app, "colour-blind-light") && shows(app, "No colour at all"));
    app_keys(app, "high<Enter>");
    assert_int_equal(app_theme(app)->background, 0x000000);
    assert_true(app_line(app, SV("theme mine"), &e));
    assert_true(shows(app, "mine.theme:2: \"pinkish\" is no colour"));
    assert_int_equal(app_theme(app)->background, 0x000000);
    text = SV("bad = 99\n");
    assert_true(app_line(app, SV("theme mine"), &e));
    assert_int_equal(app_theme(app)->look[COLOUR_256][ROLE_BAD].fg, 99);
    app_free(app);
}

static void the_ground_is_believed_once_and_only_when_nobody_chose(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct app *app = app_new(&(struct app_config){.wake_fd = -1}, &e);
    assert_non_null(app);
    assert_int_equal(app_theme(app)->background, 0x101014);
    app_background(app, 0xfdf6e3);
    assert_int_equal(app_theme(app)->background, 0xfafafa);
    app_background(app, 0x000000);
    assert_int_equal(app_theme(app)->background, 0xfafafa);
    app_free(app);
    app = app_new(&(struct app_config){.wake_fd = -1, .theme = "mono"}, &e);
    assert_non_null(app);
    app_background(app, 0xffffff);
    assert_int_equal(app_theme(app)->background, 0x101014);
    app_free(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_at_three_widths),
        cmocka_unit_test(what_is_off_says_why),
        cmocka_unit_test(a_call_stays_until_a_key),
        cmocka_unit_test(a_dialog_is_answered_once),
        cmocka_unit_test(a_live_prompt_tells_each_letter),
        cmocka_unit_test(history_goes_back_and_forth),
        cmocka_unit_test(the_palette_takes_what_is_typed_or_highlighted),
        cmocka_unit_test(wrong_themes_stop_the_start_and_wrong_keys_are_said),
        cmocka_unit_test(a_persons_keys_stand_above),
        cmocka_unit_test(themes_are_chosen_and_a_persons_own_too),
        cmocka_unit_test(the_ground_is_believed_once_and_only_when_nobody_chose),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
