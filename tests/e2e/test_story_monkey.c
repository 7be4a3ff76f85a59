/* Random keys and sizes while a pipeline runs: the screen stays up, its cursor on it, and nothing
 * is started, stopped or decided, for `y` is not among the keys. MLW_SEED is where the seeds begin.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "tests/e2e/story.h"

enum { SEEDS = 6, ROUNDS = 40, KEYS = 13 };

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* What is likely comes more than once. */
static const char *const keys[] = {
    "j",      "j",       "k",       "<Down>",  "<Up>",    "g",      "G",       "<PgDn>", "<PgUp>",
    "<Left>", "<Right>", "<Enter>", "<Enter>", "<Enter>", "<Esc>",  "<Esc>",   "q",      "q",
    "[",      "]",       "-",       "<Tab>",   "<S-Tab>", "+",      "/",       "n",      "N",
    "?",      "a",       "A",       "K",       "r",       "d",      "e",       "l",      "m",
    "x",      "X",       "T",       "c",       "D",       "f",      "P",       "R",      "Y",
    "o",      "O",       "C",       "w",       "*",       "U",      "<Space>", "v",      "!",
    "J",      "<C-l>",   ":runs",   ":exec",   ":pack",   ":steps", "loss<1",  "1",      "2",
    "0",      "(",       ")",       "L",       "t",       "i",      "&",       "}",      "{",
    "<BS>",   "<C-d>",   "<C-u>",   "<Home>",  "<End>",   "Z",      "z",       "b"};

static const char *const terms[] = {"xterm-256color", "screen", "linux", "vt100"};
static const int sizes[][2] = {{24, 80}, {43, 132}, {8, 40}, {15, 60}, {50, 200}, {5, 30}};

static void some_keys(struct pty *p, uint64_t *state, const char *const *from, size_t n)
{
    for (int i = 0; i < KEYS; i++) {
        pty_send(p, from[next(state) % n]);
    }
}

/* A terminal that shrinks may have it anywhere until the screen is drawn again. */
static bool is_on_screen(struct pty *p, const void *arg)
{
    (void)arg;
    int row, col;
    pty_cursor(p, &row, &col);
    return row >= 0 && row < pty_rows(p) && col >= 0 && col < pty_cols(p);
}

/* Every screen there is (views/views.def) by a line of the palette, & for the execution. */
static const char *const lines[] = {"home",
                                    "runs",
                                    "journal",
                                    "execution &",
                                    "logs &/train",
                                    "executions",
                                    "events",
                                    "package churn/1",
                                    "pipeline churn",
                                    "datasets",
                                    "packages",
                                    "bookmarks",
                                    "dataset x@00000000",
                                    "help",
                                    "messages"};

/* What is typed into whatever is open goes where Esc leads out of. */
static void open_one(const struct world *w, struct pty *p, size_t i)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    str_addz(&line, ":");
    for (const char *c = lines[i % ALEN(lines)]; *c; c++) {
        *c == '&' ? str_addz(&line, w->execution) : str_addc(&line, *c);
    }
    str_addz(&line, "<Enter>");
    story_keys(p, "<Esc>");
    story_keys(p, "<Esc>");
    story_keys(p, line.p);
}

static void a_round(const struct world *w, struct pty *p, uint64_t *state, size_t i)
{
    open_one(w, p, i);
    some_keys(p, state, keys, ALEN(keys));
    if (next(state) % 4 == 0) {
        size_t size = next(state) % ALEN(sizes);
        pty_resize(p, sizes[size][0], sizes[size][1]);
    }
    assert_true(pty_wait_consumed(p, STORY_MS));
    assert_true(pty_wait(p, "the cursor on the screen", is_on_screen, NULL, STORY_MS));
}

static void nothing_was_done(const struct world *w)
{
    CLEANUP(json_free_ptr)
    struct json *gates = story_json(w, (const char *const[]){"gate", "ls", "-o", "json", NULL});
    CLEANUP(json_free_ptr)
    struct json *all = story_json(w, (const char *const[]){"ls", "executions", "-o", "json", NULL});
    assert_int_equal(json_size(gates), 1);
    assert_string_equal(json_get_str(json_first(gates), "state"), "Waiting");
    assert_int_equal(json_size(all), 1);
    assert_string_equal(json_get_str(json_first(all), "status"), "Succeeded");
}

static void play(uint64_t seed)
{
    int status;
    uint64_t state = seed;
    struct world w = story_of_churn();
    const char *lang = seed % 3 ? "C.UTF-8" : "C";
    struct pty *p = story_spawn(&w, terms[seed % ALEN(terms)], lang, NULL);
    story_text(p, "Running 1");
    for (int i = 0; i < ROUNDS; i++) {
        a_round(&w, p, &state, (size_t)i + seed);
        if (i == ROUNDS / 5) {
            story_open(&w, GATE_PREPARE);
        } else if (i > ROUNDS / 5 && i % (ROUNDS / 5) == 0) {
            story_open(&w, GATE_TRAIN);
        }
    }
    pty_signal(p, SIGTERM);
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    assert_false(pty_is_altscreen(p));
    assert_true(strcmp(lang, "C") != 0 || pty_is_ascii(p));
    pty_free(p);
    p = story_spawn(&w, "dumb", "C", (const char *const[]){"watch", w.execution, NULL});
    assert_true(pty_wait_exit(p, STORY_MS, &status));
    assert_int_equal(status, 0);
    pty_free(p);
    nothing_was_done(&w);
    story_release(&w);
}

static uint64_t first_seed(void)
{
    const char *named = getenv("MLW_SEED");
    int64_t first = 1;
    assert_true(!named || fmt_parse_i64(sv_z(named), &first));
    return (uint64_t)first;
}

static void random_keys(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed(); seed < first_seed() + SEEDS; seed++) {
        print_message("seed %d\n", (int)seed);
        play(seed);
    }
}

/* In and out of the views of a step while it begins: its log, its run, its curves come to be. */
static const char *const looking[] = {"m", "m", "l", "<Enter>", "<Enter>", "q", "q",     "j",
                                      "k", "j", "x", "e",       "d",       "g", "<Tab>", "+",
                                      "[", "]", "-", "P",       "R",       "T", "G",     "X"};

static void keys_while_training_begins(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed(); seed < first_seed() + SEEDS; seed++) {
        uint64_t random = seed;
        struct world w = story_of_churn();
        struct pty *p = story_spawn(&w, "xterm-256color", "C.UTF-8", NULL);
        story_text(p, "Running 1");
        story_keys(p, "<Enter>");
        story_open(&w, GATE_PREPARE);
        for (int i = 0; i < ROUNDS; i++) {
            some_keys(p, &random, looking, ALEN(looking));
            story_keys(p, i % 10 == 9 ? ":executions<Enter>" : "<Enter>");
            if (i == ROUNDS / 2) {
                story_open(&w, GATE_TRAIN);
            }
        }
        pty_free(p);
        story_stop(&w);
        story_release(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_keys),
                                       cmocka_unit_test(keys_while_training_begins)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
