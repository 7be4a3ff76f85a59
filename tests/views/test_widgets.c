/* Rails, charts, sparklines, bars, tabs, menus, lines, texts: what they draw. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/golden.h"
#include "tui/widgets/bars.h"
#include "tui/widgets/chart.h"
#include "tui/widgets/line.h"
#include "tui/widgets/menu.h"
#include "tui/widgets/rails.h"
#include "tui/widgets/spark.h"
#include "tui/widgets/tabs.h"
#include "tui/widgets/text.h"

static void draw_rails(size_t n, const struct rail_edge *edges, size_t count, size_t started,
                       bool is_ascii, struct str *out)
{
    struct rails r;
    struct canvas c;
    rails_init(&r);
    rails_build(&r, n, edges, count);
    canvas_init(&c, 40, (int)n, is_ascii);
    for (size_t i = 0; i < n; i++) {
        rails_draw(&r, i, i < started, &c, 0, (int)i, 40, ROLE_DIM, ROLE_NORMAL);
    }
    canvas_plain(&c, out);
    assert_int_equal(c.outside, 0);
    canvas_release(&c);
    rails_release(&r);
}

/* preprocess profile train evaluate check register approve fail */
static const struct rail_edge churn[] = {{0, 1}, {0, 2}, {2, 3}, {0, 3}, {3, 4},
                                         {4, 5}, {1, 5}, {5, 6}, {4, 7}};

static void rails_are_those_of_the_drawing(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    draw_rails(8, churn, ALEN(churn), 3, false, &s);
    assert_string_equal(s.p, "●─╮\n│ ●\n● │\n○ │\n○─┼─╮\n○─╯ │\n○   │\n    ○\n");
    str_clear(&s);
    draw_rails(8, churn, ALEN(churn), 3, true, &s);
    assert_string_equal(s.p, "O-\\\n| O\nO |\no |\no-|-\\\no-/ |\no   |\n    o\n");
}

static void rails_of_odd_graphs(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    struct rail_edge many[200];
    static const struct rail_edge backwards[] = {{1, 0}, {2, 2}, {0, 9}};
    draw_rails(3, backwards, ALEN(backwards), 0, false, &s);
    assert_string_equal(s.p, "○\n○\n○\n");
    for (uint32_t i = 0; i < ALEN(many); i++) { /* more lanes than there are */
        many[i] = i < 100 ? (struct rail_edge){0, i + 1} : (struct rail_edge){i - 99, 101};
    }
    draw_rails(102, many, ALEN(many), 0, false, &s);
    draw_rails(0, NULL, 0, 0, false, &s);
}

static void numbers_of_axes(void **state)
{
    (void)state;
    static const struct {
        double in, want;
    } rows[] = {{0, 1}, {-3, 1},   {NAN, 1},   {1, 1},      {1.01, 2},
                {3, 5}, {5.1, 10}, {150, 200}, {0.03, 0.05}};
    for (size_t i = 0; i < ALEN(rows); i++) {
        assert_true(fabs(chart_round_up(rows[i].in) - rows[i].want) < 1e-9);
    }
    static const struct {
        double value, step;
        const char *want;
    } labels[] = {{0, 0.2, "0.0"},  {0.25, 0.05, "0.25"}, {1500, 500, "1.5k"},     {2e6, 1e6, "2M"},
                  {100, 50, "100"}, {-0.2, 0.2, "-0.2"},  {0.00002, 1e-5, "2e-05"}};
    for (size_t i = 0; i < ALEN(labels); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        chart_label(&s, labels[i].value, labels[i].step);
        assert_string_equal(s.p, labels[i].want);
    }
}

static void a_chart_in_three_alphabets(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    double x[150], y[150], z[150];
    for (int i = 0; i < 150; i++) {
        x[i] = i;
        y[i] = 1 / (1 + i / 20.0);
        z[i] = i > 50 && i < 60 ? NAN : 0.8 / (1 + i / 30.0) + 0.05;
    }
    const struct chart_series series[] = {
        {.x = x, .y = y, .n = 150, .style = ROLE_SERIES_1, .name = SV("train")},
        {.x = x, .y = z, .n = 150, .style = ROLE_SERIES_2, .name = SV("val")}};
    for (int symbols = 0; symbols < 3; symbols++) {
        struct canvas c;
        canvas_init(&c, 60, 12, symbols == CHART_ASCII);
        chart_draw(&c, canvas_area(&c),
                   &(struct chart){.title = SV("loss"),
                                   .series = series,
                                   .n = 2,
                                   .symbols = (enum chart_symbols)symbols,
                                   .x_from = NAN,
                                   .x_to = NAN,
                                   .cursor = symbols == 1 ? 75 : NAN});
        canvas_plain(&c, &s);
        assert_int_equal(c.outside, 0);
        canvas_release(&c);
    }
    golden_assert("charts", s.p);
}

/* What stands below and beside a chart of these, right to left and top to bottom. */
static void axes_of(struct chart *chart, int w, int h, struct str *out)
{
    struct canvas c;
    CLEANUP(str_release) struct str all = STR_INIT;
    canvas_init(&c, w, h, false);
    chart_draw(&c, canvas_area(&c), chart);
    canvas_plain(&c, &all);
    struct sv rest = sv_of(&all), line;
    while (sv_split(&rest, '\n', &line)) { /* labels alone: no curve, no blanks */
        for (size_t i = 0; i < line.n; i++) {
            bool is_label =
                (line.p[i] >= '0' && line.p[i] <= '9') || strchr(".:smhdke-", line.p[i]);
            bool is_blank = out->n == 0 || out->p[out->n - 1] == ' ';
            if (is_label) {
                str_addc(out, line.p[i]);
            } else if (!is_blank) {
                str_addc(out, ' ');
            }
        }
    }
    canvas_release(&c);
}

static void axes_have_round_numbers_of_their_kind(void **state)
{
    (void)state;
    static const double x[] = {0, 900, 1800, 3600}, y[] = {0.003, 0.02, 0.3, 4};
    const struct chart_series s = {.x = x, .y = y, .n = 4, .is_silent = true};
    struct chart chart = {
        .series = &s, .n = 1, .x_from = NAN, .x_to = NAN, .cursor = NAN, .is_ended = true};
    CLEANUP(str_release) struct str axes = STR_INIT;
    chart.x_kind = CHART_X_SECONDS;
    axes_of(&chart, 60, 10, &axes);
    assert_non_null(strstr(axes.p, "0s 15m 30m 45m 60m"));
    str_clear(&axes);
    chart.is_log_y = true;
    axes_of(&chart, 60, 14, &axes);
    assert_non_null(strstr(axes.p, "1 0.1 0.01"));
    str_clear(&axes);
    chart.is_log_y = false;
    chart.x_kind = CHART_X_CLOCK; /* an hour, wherever this machine is */
    static const double clock[] = {1764000000, 1764000900, 1764001800, 1764003600};
    const struct chart_series timed = {.x = clock, .y = y, .n = 4, .is_silent = true};
    chart.series = &timed;
    axes_of(&chart, 60, 10, &axes);
    assert_non_null(strstr(axes.p, ":15"));
    assert_non_null(strstr(axes.p, ":30"));
}

static void charts_of_nothing_and_of_nonsense(void **state)
{
    (void)state;
    const double x[] = {0, NAN, 2, 3}, y[] = {NAN, 1, INFINITY, -INFINITY};
    const struct chart_series series = {.x = x, .y = y, .n = 4, .name = SV("a")};
    for (int h = 1; h < 12; h++) {
        for (int w = 1; w < 70; w += 3) {
            struct canvas c;
            canvas_init(&c, w, h, false);
            chart_draw(&c, canvas_area(&c),
                       &(struct chart){.title = SV("t"),
                                       .series = &series,
                                       .n = (size_t)h % 2,
                                       .is_log_y = w % 2,
                                       .x_from = NAN,
                                       .x_to = NAN,
                                       .cursor = NAN});
            assert_int_equal(c.outside, 0);
            canvas_release(&c);
        }
    }
}

static void sparks_bars_gauges_tabs(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    static const double values[] = {5, 4, 3, 3, 2, NAN, 1, 1};
    static const char *const tabs[] = {"Overview", "Metrics", "Log"};
    struct canvas c;
    spark_text(&s, values, ALEN(values), 10, NAN, NAN);
    assert_string_equal(s.p, "▇▆▄▄▃ ▁▁");
    str_clear(&s);
    canvas_init(&c, 40, 8, false);
    struct bar_scale scale = bar_scale(32000, 40);
    assert_int_equal(scale.cell_ms, 1000);
    assert_int_equal(bar_scale(41000, 40).cell_ms, 2000);
    assert_int_equal(bar_scale(500000, 40).cell_ms, 20000);
    bar_titles(&c, (struct rect){0, 0, 40, 1}, scale);
    (void)bar_draw(&c, (struct rect){0, 1, 40, 1}, scale, 0, 4000, ROLE_BAR);
    (void)bar_draw(&c, (struct rect){0, 2, 40, 1}, scale, 4000, 4100, ROLE_BAR);
    (void)bar_draw(&c, (struct rect){0, 3, 40, 1}, scale, 38000, 90000, ROLE_BAR);
    gauge_draw(&c, (struct rect){0, 4, 10, 1}, 0.33, ROLE_BAR);
    gauge_draw(&c, (struct rect){0, 5, 10, 1}, NAN, ROLE_BAR);
    tabs_draw(&c, (struct rect){0, 6, 40, 1}, tabs, 3, 1);
    tabs_draw(&c, (struct rect){0, 7, 20, 1}, tabs, 3, 2);
    canvas_dump(&c, &s);
    assert_int_equal(c.outside, 0);
    golden_assert("bars", s.p);
    canvas_release(&c);
}

/* One way to write a time, whatever a tick is: none is "250s" beside "5m". */
static void ticks_are_durations(void **state)
{
    static const struct {
        int64_t span_ms;
        const char *titles;
    } rows[] = {
        {30000, "0s        10s       20s       30s"},
        {70000, "0s        20s       40s       1m"},
        {190000, "0s        50s       1m40s     2m30s"},
        {2000000, "0s        8m20s     16m40s    25m"},
        {40000000, "0s        2h46m     5h33m     8h20m"},
        {4000000000, "0s        11d13h    23d03h    34d17h"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        struct canvas c;
        canvas_init(&c, 40, 1, false);
        bar_titles(&c, canvas_area(&c), bar_scale(rows[i].span_ms, 40));
        canvas_row_text(&c, 0, &s);
        assert_string_equal(s.p, rows[i].titles);
        canvas_release(&c);
    }
}

static void a_menu_ranks_what_is_meant(void **state)
{
    (void)state;
    static const char *const ids[] = {"sort-invert", "sort", "stop", "approve", "messages", "mark"};
    struct menu m;
    menu_init(&m);
    for (size_t i = 0; i < ALEN(ids); i++) {
        menu_add(&m, &(struct menu_item){.id = ids[i], .off = i == 2 ? "it has ended" : NULL});
    }
    menu_filter(&m, SV("sort"));
    assert_string_equal(menu_selected(&m)->id, "sort");
    menu_filter(&m, SV("ss"));
    assert_string_equal(menu_selected(&m)->id, "messages");
    menu_filter(&m, SV("zzz"));
    assert_null(menu_selected(&m));
    menu_filter(&m, SV(""));
    assert_int_equal(m.shown_count, ALEN(ids));
    for (int i = 0; i < 20; i++) {
        (void)menu_command(&m, CMD_DOWN);
    }
    assert_string_equal(menu_selected(&m)->id, "mark");
    assert_int_equal(menu_score(SV("Sort"), SV("S")) > 0, 1);
    assert_int_equal(menu_score(SV("sort"), SV("S")), 0);
    menu_release(&m);
}

/* Names and keys are seen at every width, and how many there are that are not. */
static void a_menu_says_keys_and_how_many(void **state)
{
    static const int widths[] = {30, 40, 60, 80};
    (void)state;
    struct menu m;
    menu_init(&m);
    for (int i = 0; i < 20; i++) {
        CLEANUP(mem_free_ptr) char *id = xasprintf("action-%02d", i);
        menu_add(&m, &(struct menu_item){.id = id,
                                         .describe = "what it does in a sentence that is long",
                                         .key = i % 2 ? "Enter" : NULL});
    }
    menu_filter(&m, SV(""));
    assert_int_equal(menu_rows(&m), MENU_ROWS);
    for (size_t i = 0; i < ALEN(widths); i++) {
        CLEANUP(str_release) struct str text = STR_INIT;
        struct canvas c;
        canvas_init(&c, widths[i], 5, false);
        menu_draw(&m, &c, canvas_area(&c));
        canvas_row_text(&c, 1, &text);
        assert_true(sv_starts(sv_of(&text), "action-01  what"));
        assert_true(sv_ends(sv_of(&text), " Enter"));
        assert_int_equal(utf8_width(sv_of(&text)), widths[i]);
        assert_int_equal(c.outside, 0);
        canvas_release(&c);
    }
    CLEANUP(str_release) struct str place = STR_INIT;
    menu_place(&m, 20, &place);
    assert_int_equal(place.n, 0);
    (void)menu_command(&m, CMD_DOWN);
    menu_place(&m, 19, &place);
    assert_string_equal(place.p, "2 of 20");
    menu_release(&m);
}

static void a_line_is_edited(void **state)
{
    (void)state;
    struct history h = {0};
    struct line l;
    bool is_changed;
    line_init(&l, SV("auc>0.9"), &h);
    static const char *const names[] = {"<C-w>",  "é",    "日",     "x",
                                        "<Left>", "<BS>", "<Home>", "<Del>"};
    for (size_t i = 0; i < ALEN(names); i++) {
        struct key k;
        assert_true(key_parse(sv_z(names[i]), &k));
        assert_int_equal(line_key(&l, k, &is_changed), HANDLED);
    }
    assert_string_equal(l.text.p, "x");
    line_paste(&l, SV("a\nb\033"));
    assert_string_equal(l.text.p, "a b·x");
    history_add(&h, SV("one"));
    history_add(&h, SV("two"));
    history_add(&h, SV("one"));
    assert_int_equal(h.n, 2);
    l.history_at = h.n;
    (void)line_key(&l, (struct key){KEYCODE_UP, 0}, &is_changed);
    assert_string_equal(l.text.p, "one");
    (void)line_key(&l, (struct key){KEYCODE_DOWN, 0}, &is_changed);
    assert_string_equal(l.text.p, "a b·x");
    line_release(&l);
    history_release(&h);
}

static struct sv log_line(const void *arg, size_t line)
{
    static const char *const lines[] = {"epoch 1 loss=0.5",
                                        "warning: 3 rows dropped",
                                        "epoch 2 \033[31mloss\033[0m=0.4",
                                        "ValueError: bad",
                                        "errors=0",
                                        "a rather long line that must be wrapped twice"};
    (void)arg;
    return sv_z(lines[line % ALEN(lines)]);
}

static void a_log_follows_pauses_and_is_searched(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    struct text t;
    struct canvas c;
    text_init(&t, log_line, NULL);
    t.is_following = true;
    canvas_init(&c, 24, 6, false);
    text_layout(&t, canvas_area(&c));
    text_update(&t, 12);
    assert_int_equal(t.top, 6);
    (void)text_command(&t, CMD_UP, NULL);
    text_update(&t, 15);
    text_words(&t, &s);
    assert_string_equal(s.p, "15 lines, paused, 3 new");
    assert_int_equal(t.cursor, 10);
    (void)text_command(&t, CMD_FOLLOW, NULL);
    assert_int_equal(t.cursor, 14);
    assert_true(text_search(&t, SV("valueerror")));
    assert_int_equal(t.cursor, 3);
    assert_false(text_search(&t, SV("nothing like it")));
    assert_true(text_search(&t, SV("loss")));
    (void)text_command(&t, CMD_TOP, NULL);
    (void)text_command(&t, CMD_WRAP, NULL);
    text_layout(&t, canvas_area(&c));
    text_draw(&t, &c, canvas_area(&c));
    str_clear(&s);
    canvas_dump(&c, &s);
    golden_assert("log", s.p);
    assert_true(text_is_alarming(SV("ValueError: bad")) && !text_is_alarming(SV("errors=0")));
    canvas_release(&c);
    text_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rails_are_those_of_the_drawing),
        cmocka_unit_test(rails_of_odd_graphs),
        cmocka_unit_test(numbers_of_axes),
        cmocka_unit_test(a_chart_in_three_alphabets),
        cmocka_unit_test(axes_have_round_numbers_of_their_kind),
        cmocka_unit_test(charts_of_nothing_and_of_nonsense),
        cmocka_unit_test(sparks_bars_gauges_tabs),
        cmocka_unit_test(ticks_are_durations),
        cmocka_unit_test(a_menu_ranks_what_is_meant),
        cmocka_unit_test(a_menu_says_keys_and_how_many),
        cmocka_unit_test(a_line_is_edited),
        cmocka_unit_test(a_log_follows_pauses_and_is_searched),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
