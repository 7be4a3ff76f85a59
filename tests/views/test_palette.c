/* The palette: lists, filters, things by id, and what is no line at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "views/views.h"

#include "views/palette.h"

struct root {
    struct fake *f;
    struct palette palette;
};

static void *next_event(void *arg)
{
    struct root *r = arg;
    return hub_next_event(r->f->hub, &r->f->ev) ? &r->f->ev : NULL;
}

static void on_event(void *arg, struct app *app, const void *ev)
{
    (void)app;
    (void)palette_event(&((struct root *)arg)->palette, ev);
}

static bool open_line(void *arg, struct app *app, struct sv line, struct err *e)
{
    return palette_open(&((struct root *)arg)->palette, app, line, e);
}

static void complete(void *arg, struct app *app, struct sv text, struct menu *menu)
{
    palette_complete(&((struct root *)arg)->palette, app, text, menu);
}

static void begin(struct root *r)
{
    *r = (struct root){0};
    r->f = fake_new_with((struct app_config){.w = 132,
                                             .h = 40,
                                             .arg = r,
                                             .next_event = next_event,
                                             .on_event = on_event,
                                             .open_line = open_line,
                                             .complete = complete});
    palette_init(&r->palette, r->f->hub);
    fake_rows(r->f, KIND_EXECUTION, NULL,
              "id | name | status | pipeline\n"
              "k3v9x0m2q8ab | k3v9x0m2q8ab | Executing | churn\n"
              "k3vzzzzzzzzz | k3vzzzzzzzzz | Failed | churn\n");
    fake_rows(r->f, KIND_PACKAGE, NULL, "id | name | status\nchurn/7 | churn/7 | Approved\n");
    fake_open(r->f, &home_view, NULL);
    fake_keys(r->f, ":<Esc>"); /* the names come when it is opened */
}

static void end(struct root *r)
{
    palette_release(&r->palette);
    fake_free(r->f);
}

static void lines_lead_to_views(void **state)
{
    static const struct {
        const char *line, *shows;
    } ways[] = {
        {"runs /lr>0.01 auc<0.9", "/lr>0.01 auc<0.9"},
        {"executions churn", "pipelines ▸ churn ▸ executions"},
        {"execution k3v9", "executions ▸ k3v9x0m2q8ab"},
        {"compare r1 r2", "runs ▸ compare"},
        {"compare churn/7 churn/6", "packages ▸ compare"},
        {"compare executions k3v9x0 k3vzzz", "executions ▸ compare"},
        {"charts r1 r2", "runs ▸ charts"},
        {"k3v9x0m2q8ab", "executions ▸ k3v9x0m2q8ab"},
        {"show package churn/7", "packages ▸ churn/7"},
        {"model churn/7", "packages ▸ churn/7"},
        {"ls jobs", "local ▸ jobs"},
        {"versions @local", "local ▸ packages"},
        {"log k3v9x0m2q8ab/train", "train"},
        {"journal", "local ▸ journal"},
        {"events", "local ▸ events"},
        {":gates", "local ▸ gates"},
        {"timeline k3v9x0", "executions ▸ k3v9x0m2q8ab ▸ timeline"},
        {"show lineage churn/7", "packages ▸ churn/7 ▸ lineage"},
        {"evidence step:k3v9x0m2q8ab/train", "steps ▸ k3v9x0m2q8ab/train ▸ evidence"},
        {"evidence", "local ▸ evidence"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct root r;
        struct err e = ERR_INIT;
        begin(&r);
        fake_rows(r.f, KIND_RUN, NULL, "id | name | status | params.lr\nr | r | FINISHED | 0.1\n");
        if (!app_line(r.f->app, sv_z(ways[i].line), &e)) {
            fail_msg("%s: %s", ways[i].line, e.msg);
        }
        if (!fake_shows(r.f, ways[i].shows)) {
            fail_msg("%s does not show %s", ways[i].line, ways[i].shows);
        }
        end(&r);
    }
}

/* What is told of one thing needs to know of which. */
static void of_what_is_asked(void **state)
{
    static const char *const lines[] = {"timeline zzzzzzzz", "evidence foo:bar", "lineage k3v"};
    (void)state;
    for (size_t i = 0; i < ALEN(lines); i++) {
        struct root r;
        struct err e = ERR_INIT;
        begin(&r);
        assert_false(app_line(r.f->app, sv_z(lines[i]), &e));
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.msg, "of what?"));
        end(&r);
    }
}

static void nonsense_is_said_to_be(void **state)
{
    static const char *const lines[] = {"nonsense", "k3v", "zzzzzzzzzzzz", "show",
                                        "show nothing x"};
    (void)state;
    for (size_t i = 0; i < ALEN(lines); i++) {
        struct root r;
        struct err e = ERR_INIT;
        begin(&r);
        assert_false(app_line(r.f->app, sv_z(lines[i]), &e));
        assert_int_equal(e.code, ERR_NOT_FOUND);
        assert_true(strlen(e.msg) > 0);
        end(&r);
    }
}

static void a_line_of_a_view_that_is_wrong_says_what(void **state)
{
    static const struct {
        const char *line, *msg;
    } lines[] = {{"compare r1", "it takes two to compare"}, {"charts", "charts of which runs?"}};
    (void)state;
    for (size_t i = 0; i < ALEN(lines); i++) {
        struct root r;
        struct err e = ERR_INIT;
        begin(&r);
        assert_false(app_line(r.f->app, sv_z(lines[i].line), &e));
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.msg, lines[i].msg));
        end(&r);
    }
}

static void it_completes_names(void **state)
{
    (void)state;
    struct root r;
    begin(&r);
    fake_keys(r.f, ":k3v9");
    assert_true(fake_shows(r.f, "execution k3v9x0m2q8ab"));
    fake_keys(r.f, "<Enter>");
    assert_true(fake_shows(r.f, "executions ▸ k3v9x0m2q8ab"));
    fake_keys(r.f, ":churn/7<Enter>");
    assert_true(fake_shows(r.f, "packages ▸ churn/7"));
    fake_keys(r.f, ":home<Enter>");
    assert_true(fake_shows(r.f, "Reading the workspace"));
    fake_keys(r.f, ":");
    fake_golden(r.f, "palette");
    end(&r);
}

/* Each palette line of the grammar says or shows what it is about, from home and from a list. */
static void every_line_of_the_grammar_works(void **state)
{
    static const struct {
        const char *line, *shows;
    } ways[] = {
        {"home", "Reading the workspace"},
        {"runs", "local ▸ runs"},
        {"datasets", "local ▸ datasets"},
        {"package churn/7", "packages ▸ churn/7"},
        {"run r1", "runs ▸ r1"},
        {"compare r1 r2", "compare"},
        {"logs k3v9/train", "train"},
        {"journal", "local ▸ journal"},
        {"messages", "nothing was said"},
        {"help", "one row up"},
        {"runs | sort params.lr desc", "↓"},
        {"runs | sort params.lr asc", "↑"},
        {"runs | sort nothing", "runs have no column \"nothing\""},
        {"home | sort name", "home stands in the order of need"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct root r;
        struct err e = ERR_INIT;
        struct sv rest = sv_z(ways[i].line), line;
        begin(&r);
        fake_rows(
            r.f, KIND_RUN, NULL,
            "id | name | status | params.lr\nr1 | r1 | FINISHED | 0.1\nr2 | r2 | FAILED | 2\n");
        fake_settle(r.f);
        while (rest.n && sv_split(&rest, '|', &line)) {
            if (!app_line(r.f->app, sv_trim(line), &e)) {
                fail_msg("%s: %s", ways[i].line, e.msg);
            }
            fake_settle(r.f);
        }
        if (!fake_shows(r.f, ways[i].shows)) {
            fail_msg("%s does not show %s", ways[i].line, ways[i].shows);
        }
        end(&r);
    }
}

static void it_completes_the_words_after_a_command(void **state)
{
    (void)state;
    struct root r;
    begin(&r);
    fake_rows(r.f, KIND_RUN, NULL,
              "id | name | status | params.lr\nrun-one | calm-otter | FINISHED | 0.1\n"
              "run-two | shy-ibis | FAILED | 2\n");
    fake_rows(r.f, KIND_STEP, NULL, "id | name | status\nk3v9x0m2q8ab/train | train | Failed\n");
    fake_keys(r.f, ":runs<Enter>:sort lr");
    assert_true(fake_shows(r.f, "sort params.lr desc"));
    fake_keys(r.f, "<Enter>"); /* the highlighted line */
    assert_true(fake_shows(r.f, "↓"));
    fake_keys(r.f, ":compare run-one ibi");
    assert_false(fake_shows(r.f, "compare run-one run-one"));
    fake_keys(r.f, "<BS><BS><BS>two");
    assert_true(fake_shows(r.f, "compare run-one run-two") && fake_shows(r.f, "shy-ibis"));
    fake_keys(r.f, "<Esc>:train");
    assert_true(fake_shows(r.f, "logs k3v9x0m2q8ab/train"));
    fake_keys(r.f, "<Esc>:messages<Enter>:<Up>");
    assert_true(fake_shows(r.f, ":messages")); /* what was typed before */
    fake_keys(r.f, "<Esc>");
    end(&r);
}

static void run_is_the_command(void **state)
{
    (void)state;
    struct root r;
    struct err e = ERR_INIT;
    begin(&r);
    assert_true(app_line(r.f->app, SV("run"), &e));
    assert_true(fake_shows(r.f, "run:"));
    /* with a name it is about that, whatever is selected */
    assert_true(app_line(r.f->app, SV("run churn max_depth=6"), &e));
    assert_true(fake_shows(r.f, "y run churn"));
    assert_true(fake_shows(r.f, "Parameters: max_depth=6"));
    fake_keys(r.f, "y");
    assert_int_equal(fake_request(r.f, 0)->type, REQ_START);
    assert_false(app_line(r.f->app, SV("stop k3v9x0m2q8ab"), &e));
    assert_int_equal(e.code, ERR_USAGE);
    end(&r);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    struct root r;
    begin(&r);
    fake_monkey(r.f, &home_view, NULL, 77, 10000);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_lead_to_views),
        cmocka_unit_test(of_what_is_asked),
        cmocka_unit_test(nonsense_is_said_to_be),
        cmocka_unit_test(a_line_of_a_view_that_is_wrong_says_what),
        cmocka_unit_test(it_completes_names),
        cmocka_unit_test(run_is_the_command),
        cmocka_unit_test(every_line_of_the_grammar_works),
        cmocka_unit_test(it_completes_the_words_after_a_command),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
