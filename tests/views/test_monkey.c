/* Every screen there is: 3,000 random keys at six sizes do no harm and start nothing, and names
 * made of escape sequences, bidi and wide characters stay in their columns. */
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

enum { KEYS = 500, KEYS_A_VISIT = 25 };

static const int sizes[][2] = {{80, 24}, {60, 15}, {132, 43}, {200, 50}, {40, 8}, {30, 5}};

/* --- keys --- */

static unsigned next(unsigned *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Any key but y, which alone confirms. */
static struct key random_key(unsigned *seed)
{
    static const char *const names[] = {"<Enter>", "<Esc>",  "<Tab>",   "<S-Tab>", "<Up>",
                                        "<Down>",  "<Left>", "<Right>", "<PgUp>",  "<PgDn>",
                                        "<Home>",  "<End>",  "<BS>",    "<C-d>",   "<C-u>",
                                        "<C-l>",   "<C-c>",  "<S-Left>"};
    struct key key = {0, 0};
    unsigned what = next(seed) % 4;
    if (what == 0) {
        assert_true(key_parse(sv_z(names[next(seed) % ALEN(names)]), &key));
    } else if (what == 1) {
        key.code = (uint32_t) "jkjkgG:/n"[next(seed) % 9]; /* what leads somewhere */
    } else {
        key.code = ' ' + next(seed) % ('~' - ' ' + 1);
    }
    return key.code == 'y' ? (struct key){'j', 0} : key;
}

static void nothing_was_started(const struct fake *f, const char *place)
{
    static const enum req_type writes[] = {REQ_START,   REQ_STOP,   REQ_RETRY,
                                           REQ_APPROVE, REQ_REJECT, REQ_ACK};
    for (size_t i = 0; i < fake_request_count(f); i++) {
        for (size_t k = 0; k < ALEN(writes); k++) {
            if (fake_request(f, i)->type == writes[k]) {
                fail_msg("%s: request %zu changes something", place, i);
            }
        }
    }
    assert_false(app_is_ended(f->app));
}

static void play(int place, const int *size, unsigned seed)
{
    struct fake *f = fake_world(place, "calm-otter", size[0], size[1]);
    for (int i = 0; i < KEYS; i++) {
        app_key(f->app, random_key(&seed));
        fake_settle(f);
        if (i % KEYS_A_VISIT == KEYS_A_VISIT - 1) { /* not far from the place */
            fake_keys(f, "<Esc><Esc><Esc>");
            fake_world_open(f, place);
        }
    }
    nothing_was_started(f, fake_place_names[place]);
    fake_free(f);
}

static void random_keys_do_no_harm(void **state)
{
    (void)state;
    for (int place = 0; place < PLACES; place++) {
        for (size_t i = 0; i < ALEN(sizes); i++) {
            play(place, sizes[i], 20260901u + (unsigned)place * 100 + (unsigned)i);
        }
    }
}

/* --- names --- */

static const char *const hostile[] = {
    "\033[31mred\033[0m",
    "\033]0;title\007name",
    "ab\033[2J\033[Hcd",
    "\b\b\t\rback",
    "\xe2\x80\256drawkcab\xe2\x80\xac",                         /* right to left, and back */
    "\xe2\x81\xa7\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\xe2\x81\xa9", /* a word of Hebrew, isolated */
    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2",                     /* three wide ones */
    "e\xcc\x81\xcc\x82\xcc\x83x",                               /* marks upon a letter */
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac lab",         /* a sequence that is one picture */
    "\xef\xb8\x8f\xe2\x80\x8b",                                 /* nothing that is seen */
    "\xff\xfe\xc3(",                                            /* no UTF-8 */
};

/* What stands beside names in each place, at the same cells in every row; NULL: nothing does. */
static const char *const beside[PLACES] = {
    [REASONS_home] = "Failed",     [REASONS_browse] = "FINISHED", [REASONS_journal] = "done",
    [REASONS_execution] = "Succe", [REASONS_run] = "0.125",       [REASONS_events] = "exit code",
    [REASONS_dataset] = "integer", [REASONS_pipeline] = "64",     [PLACE_evidence] = "Failed",
    [PLACE_timeline] = "Failed",   [PLACE_lineage] = "Failed",
};

/* The first character that would move a terminal's cursor, or turn its text round; NULL: none. */
static const char *harm_in(const char *text)
{
    static const char *const turns[] = {"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
                                        "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6",
                                        "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9"};
    for (const char *c = text; *c; c++) {
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == 0x7F) {
            return c;
        }
    }
    for (size_t i = 0; i < ALEN(turns); i++) {
        const char *at = strstr(text, turns[i]);
        if (at) {
            return at;
        }
    }
    return NULL;
}

/* In how many rows of the body `word` stands; 0 when it is not at the same cells in all. */
static size_t rows_with(const char *text, int h, const char *word)
{
    struct sv rest = sv_z(text), row;
    size_t n = 0, cells = 0;
    for (int y = 0; y < h - 2 && rest.n && sv_split(&rest, '\n', &row); y++) {
        size_t at = y > 0 ? sv_find(row, sv_z(word)) : SIZE_MAX;
        size_t before = at != SIZE_MAX ? utf8_width((struct sv){row.p, at}) : cells;
        if (n && before != cells) {
            return 0;
        }
        cells = before;
        n += at != SIZE_MAX;
    }
    return n;
}

static void check_names(int place, const int *size, const char *name)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct fake *f = fake_world(place, name, size[0], size[1]);
    canvas_plain(app_canvas(f->app), &text);
    if (harm_in(text.p)) {
        fail_msg("%s at %dx%d draws what is no text:\n%s", fake_place_names[place], size[0],
                 size[1], text.p);
    }
    bool is_whole = size[0] >= 80 && size[1] >= 24;
    if (beside[place] && is_whole && rows_with(text.p, size[1], beside[place]) < 2) {
        fail_msg("%s at %dx%d: %s is not in one column:\n%s", fake_place_names[place], size[0],
                 size[1], beside[place], text.p);
    }
    fake_free(f);
}

static void names_from_outside_stay_in_their_columns(void **state)
{
    (void)state;
    for (int place = 0; place < PLACES; place++) {
        for (size_t i = 0; i < ALEN(hostile) * ALEN(sizes); i++) {
            check_names(place, sizes[i % ALEN(sizes)], hostile[i / ALEN(sizes)]);
        }
    }
}

/* What the checks above are worth. */
static void the_checks_can_fail(void **state)
{
    (void)state;
    assert_int_equal(rows_with("top\na Failed\nb Failed\nsentence\nstatus\n", 5, "Failed"), 2);
    assert_int_equal(rows_with("top\na Failed\nbb Failed\nsentence\nstatus\n", 5, "Failed"), 0);
    assert_int_equal(rows_with("top\n\xe6\xbc\xa2 Failed\nb Failed\ns\ns\n", 5, "Failed"), 0);
    assert_int_equal(rows_with("top\n\xe6\xbc\xa2 Failed\nbb Failed\ns\ns\n", 5, "Failed"), 2);
    assert_non_null(harm_in("a\033[31mb"));
    assert_non_null(harm_in("a\xe2\x80\xae"
                            "b"));
    assert_null(harm_in("a\xe6\xbc\xa2"
                        "b\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checks_can_fail),
        cmocka_unit_test(names_from_outside_stay_in_their_columns),
        cmocka_unit_test(random_keys_do_no_harm),
    };
    (void)utf8_init_locale();
    (void)setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
