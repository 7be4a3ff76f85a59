/* The table: what is cut, what stays, and that the selection is an id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/golden.h"
#include "tui/widgets/table.h"

enum { MAX_ROWS = 400 };

/* rows 0.. are groups of ten with a title and a blank between, when is_grouped */
struct source {
    size_t rows, shift; /* the id of row i is i + shift */
    bool is_grouped;
    size_t loaded; /* rows beyond are not here yet */
    char ids[MAX_ROWS][12];
};

static enum table_row row_of(const void *arg, size_t row, struct sv *ret_id)
{
    struct source *s = (struct source *)(uintptr_t)arg;
    if (s->is_grouped && row % 12 == 0) {
        return TABLE_GROUP;
    }
    if (s->is_grouped && row % 12 == 11) {
        return TABLE_BLANK;
    }
    if (row >= s->loaded) {
        return TABLE_LOADING;
    }
    (void)snprintf(s->ids[row], sizeof s->ids[row], "id%zu", row + s->shift);
    *ret_id = sv_z(s->ids[row]);
    return TABLE_DATA;
}

static void cell_of(const void *arg, size_t row, size_t col, struct table_cell *ret)
{
    static const char *const lr[] = {"0.003", "0.0025", "0.00075", "1", "–", "NaN"};
    const struct source *s = arg;
    struct sv id;
    if (row_of(arg, row, &id) == TABLE_GROUP) {
        str_addf(&ret->buf, "Group %zu", row / 12);
        return;
    }
    switch (col) {
    case 0:
        str_addf(&ret->buf, "run-%05zu", row + s->shift);
        break;
    case 1:
        ret->text = row % 5 ? SV("✓ FINISHED") : SV("✗ FAILED");
        ret->style = row % 5 ? ROLE_GOOD : ROLE_BAD;
        break;
    case 2:
        ret->text = sv_z(lr[row % ALEN(lr)]);
        break;
    case 3:
        str_addf(&ret->buf, "%zu", row % 13);
        break;
    case 4:
        str_addz(&ret->buf, "a long reason why, 日本語 inside");
        break;
    default:
        str_addf(&ret->buf, "%zuh", row);
    }
}

static const struct table_column columns[] = {
    {.id = "name", .title = "NAME", .min = 8, .flags = TABLE_FROZEN},
    {.id = "status", .title = "STATUS", .min = 10, .priority = 9, .flags = TABLE_TIGHT},
    {.id = "lr", .title = "LR", .align = ALIGN_POINT, .priority = 5},
    {.id = "depth", .title = "DEPTH", .align = ALIGN_RIGHT, .priority = 4},
    {.id = "why", .title = "WHY", .min = 6, .weight = 1, .priority = 8},
    {.id = "age", .title = "AGE", .align = ALIGN_RIGHT, .priority = 1, .flags = TABLE_LATE_DIM},
};
static const struct table_source source = {.row = row_of, .cell = cell_of};

static void set_up(struct table *t, struct source *s, size_t rows)
{
    *s = (struct source){.rows = rows, .loaded = rows};
    table_init(t, columns, ALEN(columns), &source, s);
    table_layout(t, (struct rect){0, 0, 80, 20});
    table_update(t, rows);
}

static void draw(const struct table *t, int w, int h, struct str *out)
{
    struct canvas c;
    canvas_init(&c, w, h, false);
    table_draw(t, &c, canvas_area(&c));
    canvas_dump(&c, out);
    assert_int_equal(c.outside, 0);
    canvas_release(&c);
}

static void looks_at_three_widths(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    static struct source data;
    static const int widths[] = {80, 40, 12};
    struct table t;
    set_up(&t, &data, 30);
    t.sort_id = "lr";
    t.sort_dir = -1;
    (void)table_command(&t, CMD_MARK, NULL);
    (void)table_command(&t, CMD_DOWN, NULL);
    table_match(&t, &SV("run-00003"), 1);
    for (size_t i = 0; i < ALEN(widths); i++) {
        table_layout(&t, (struct rect){0, 0, widths[i], 9});
        draw(&t, widths[i], 9, &s);
    }
    golden_assert("table", s.p);
    table_release(&t);
}

static void scrolled_columns_leave_the_frozen_one(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    static struct source data;
    struct table t;
    set_up(&t, &data, 5);
    table_layout(&t, (struct rect){0, 0, 40, 4});
    (void)table_command(&t, CMD_RIGHT, NULL);
    (void)table_command(&t, CMD_RIGHT, NULL);
    draw(&t, 40, 4, &s);
    assert_non_null(strstr(s.p, "run-00000"));
    assert_non_null(strstr(s.p, "‹"));
    assert_null(strstr(s.p, "STATUS"));
    for (int i = 0; i < 9; i++) {
        (void)table_command(&t, CMD_LEFT, NULL);
    }
    assert_int_equal(t.first_column, 0);
    table_release(&t);
}

static void the_selection_is_an_id(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str id = STR_INIT;
    static struct source data;
    struct table t;
    set_up(&t, &data, 100);
    table_select_row(&t, 50);
    (void)table_command(&t, CMD_MARK, NULL);
    (void)table_command(&t, CMD_UP, NULL);
    data.shift = 7; /* seven rows went away above */
    table_update(&t, 93);
    assert_int_equal(t.selected, 43);
    assert_true(table_selection(&t, &id));
    assert_string_equal(id.p, "id50");
    assert_true(table_is_marked(&t, SV("id50")) && !table_is_marked(&t, SV("id51")));
    data.shift = 1000; /* and now it is gone itself */
    table_update(&t, 30);
    assert_int_equal(t.selected, 29);
    table_update(&t, 0);
    str_clear(&id);
    assert_false(table_selection(&t, &id));
    table_update(&t, 30); /* loaded anew: it is there again */
    assert_int_equal(t.selected, 29);
    table_select_id(&t, SV("id1040"));
    table_update(&t, 35);
    assert_int_equal(t.selected, 29);
    table_update(&t, 60);
    assert_int_equal(t.selected, 40);
    table_release(&t);
}

static void groups_are_stepped_over(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    static struct source data;
    struct table t;
    set_up(&t, &data, 0);
    data.is_grouped = true;
    data.loaded = 36;
    table_update(&t, 36);
    assert_int_equal(t.selected, 1);
    for (int i = 0; i < 10; i++) {
        (void)table_command(&t, CMD_DOWN, NULL);
    }
    assert_int_equal(t.selected, 13);
    table_next_group(&t, 1);
    assert_int_equal(t.selected, 25);
    table_next_group(&t, 1);
    assert_int_equal(t.selected, 1);
    table_next_group(&t, -1);
    assert_int_equal(t.selected, 25);
    (void)table_command(&t, CMD_TOP, NULL);
    draw(&t, 60, 8, &s);
    golden_assert("table_groups", s.p);
    table_release(&t);
}

static void rows_that_are_not_here_yet(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    static struct source data;
    struct table t;
    size_t first, n;
    set_up(&t, &data, 0);
    assert_false(table_window(&t, &first, &n));
    data.loaded = 3;
    table_update(&t, 200);
    (void)table_command(&t, CMD_BOTTOM, NULL);
    assert_int_equal(t.selected, 199);
    assert_false(table_selection(&t, &s));
    assert_true(table_window(&t, &first, &n));
    assert_true(first <= 181 && first + n == 200);
    draw(&t, 80, 20, &s);
    assert_non_null(strstr(s.p, "  …"));
    table_release(&t);
}

/* Widths do not move while one scrolls: only data changes them. */
static void widths_stay_while_scrolling(void **state)
{
    (void)state;
    static struct source data;
    struct table t;
    set_up(&t, &data, 300);
    int before = t.widths[2].content;
    for (int i = 0; i < 50; i++) {
        (void)table_command(&t, CMD_PAGE_DOWN, NULL);
        assert_int_equal(t.widths[2].content, before);
    }
    table_release(&t);
}

/* A text is cut at its ideal only where there is no room for it. */
static void what_is_cut_gets_the_room_that_is_left(void **state)
{
    (void)state;
    static struct source data;
    static const struct table_column narrow[] = {
        {.id = "name", .title = "NAME", .min = 4, .ideal = 6, .flags = TABLE_FROZEN},
        {.id = "status", .title = "STATUS", .min = 10, .priority = 9},
        {.id = "lr", .title = "LR", .align = ALIGN_POINT, .ideal = 4, .priority = 5},
    };
    static const int widths[] = {80, 27, 26};
    static const int names[] = {9, 7, 6};
    struct table t;
    data = (struct source){.rows = 3, .loaded = 3};
    table_init(&t, narrow, ALEN(narrow), &source, &data);
    for (size_t i = 0; i < ALEN(widths); i++) {
        table_layout(&t, (struct rect){0, 0, widths[i], 9});
        table_update(&t, 3);
        assert_int_equal(table_column_width(&t, 0), names[i]);
        assert_int_equal(table_column_width(&t, 2), 4);
    }
    table_release(&t);
}

static void monkey(void **state)
{
    (void)state;
    static struct source data;
    struct table t;
    struct canvas c;
    uint64_t seed = 12345;
    set_up(&t, &data, 100);
    canvas_init(&c, 80, 24, false);
    for (int i = 0; i < 10000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned r = (unsigned)(seed >> 33);
        if (r % 50 == 0) {
            canvas_resize(&c, 1 + (int)(r / 50 % 140), 1 + (int)(r / 7000 % 50));
        }
        if (r % 20 == 1) {
            data.is_grouped = r / 20 % 2;
            data.shift = r / 40 % 100;
            data.loaded = r / 4000 % MAX_ROWS;
            table_update(&t, r / 80 % MAX_ROWS);
        }
        (void)table_command(&t, (enum cmd)(r / 3 % CMD_COUNT), NULL);
        table_layout(&t, canvas_area(&c));
        if (i % 4 == 0) {
            canvas_clear(&c);
            table_draw(&t, &c, canvas_area(&c));
            assert_int_equal(c.outside, 0);
        }
        assert_true(t.selected == SIZE_MAX || t.selected < t.rows);
        assert_true(t.selected == SIZE_MAX || (t.selected >= t.top));
    }
    canvas_release(&c);
    table_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_at_three_widths),
        cmocka_unit_test(scrolled_columns_leave_the_frozen_one),
        cmocka_unit_test(the_selection_is_an_id),
        cmocka_unit_test(groups_are_stepped_over),
        cmocka_unit_test(rows_that_are_not_here_yet),
        cmocka_unit_test(widths_stay_while_scrolling),
        cmocka_unit_test(what_is_cut_gets_the_room_that_is_left),
        cmocka_unit_test(monkey),
    };
    (void)utf8_init_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
