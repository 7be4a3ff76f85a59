/* The drawings of screens.md beside the real screens, line by line: home, runs, an execution, fed
 * with what is drawn. What differs is content that does not exist, and stands in `exceptions`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "tui/theme.h"
#include "views/execution.h"
#include "views/views.h"

enum { W = 80, H = 24, DOCUMENT_MAX = 1 << 20 };
enum { HOME = 1, RUNS, EXECUTION, DRAWING_END };
static const char drawn_in[] = "../shared/screens.md";

/* What a drawing has and the screen cannot have yet: `drawn` stands in that row, `here` instead. */
static const struct {
    int drawing, row;
    const char *drawn, *here, *because;
} exceptions[] = {
    {HOME, 1, "[PROD] ", "       ", "no context is marked as production before there are accounts"},
    {HOME, 4, "⚠ InService", "InService  ", "a state of endpoints has no class yet"},
    {HOME, 5, "✗ UpdateRollbackFailed", "UpdateRollbackFailed  ", "the same"},
    {HOME, 14, "▶ Updating", "Updating  ", "the same"},
    {HOME, 22, "✗ login expired", "login expired  ", "no context has a login yet"},
    {HOME, 24, "Enter open  X why  z roll back  a actions",
     "                                a actions", "an endpoint is not opened yet"},
    {RUNS, 8, "0.1930", "0.193 ", "a metric is a number: zeros written behind it are not known"},
    {RUNS, 10, "0.9170", "0.917 ", "the same"},
    {RUNS, 14, "0.2010", "0.201 ", "the same"},
    {RUNS, 16, "0.9140", "0.914 ", "the same"},
    {EXECUTION, 23, "python3 on this host, sandbox bwrap, 2 cores, attempt 1        ",
     "on this host, sandbox bwrap, attempt 1                         ",
     "what an image became, and its cores, are not kept with the attempt"},
    {RUNS, 15, "▇▄▃▂▂", "▇▄▃▁▁", "each curve has its own scale: its least is ▁"},
};

/* How a part of a row looks, as the texts under the drawings say. */
static const struct {
    int drawing, row;
    const char *text;
    unsigned style;
} looks[] = {
    {HOME, 2, "WHY", ROLE_DIM},
    {HOME, 3, "Red 3", ROLE_TITLE},
    {HOME, 4, "churn-prod", ROLE_TITLE | STYLE_REVERSE},
    {HOME, 4, "19m", ROLE_DIM | STYLE_REVERSE},
    {HOME, 5, "fraud-eu", ROLE_TITLE},
    {HOME, 6, "nightly-features", ROLE_TITLE},
    {HOME, 6, "✗ Failed", ROLE_BAD},
    {HOME, 6, "join: killed", ROLE_NORMAL},
    {HOME, 6, "2h", ROLE_DIM},
    {HOME, 8, "Waiting for a person 2", ROLE_TITLE},
    {HOME, 9, "churn/7", ROLE_NORMAL},
    {HOME, 9, "… PendingManualApproval", ROLE_NORMAL},
    {HOME, 12, "Running 4", ROLE_TITLE},
    {HOME, 13, "▶ Executing", ROLE_RUNNING},
    {HOME, 18, "Contexts 4", ROLE_TITLE},
    {HOME, 19, "✓ ready", ROLE_GOOD},
    {HOME, 23, "endpoint churn-prod", ROLE_DIM},
    {HOME, 24, "? help", ROLE_DIM},
    {RUNS, 1, "mlw ▸ files:mlflow.db", ROLE_NORMAL},
    {RUNS, 2, "NAME", ROLE_DIM},
    {RUNS, 2, "AUC ↓", ROLE_TITLE},
    {RUNS, 2, "LOSS/STEP", ROLE_DIM},
    {RUNS, 2, "›", ROLE_DIM},
    {RUNS, 3, "✓ FINISHED", ROLE_GOOD},
    {RUNS, 3, "3h", ROLE_DIM},
    {RUNS, 4, "* quiet-mole-97", ROLE_NORMAL},
    {RUNS, 5, "▶ RUNNING", ROLE_RUNNING},
    {RUNS, 7, "calm-otter-66", ROLE_NORMAL | STYLE_REVERSE},
    {RUNS, 7, "✓ FINISHED", ROLE_GOOD | STYLE_REVERSE},
    {RUNS, 10, "✗ FAILED", ROLE_BAD},
    {RUNS, 10, "NaN", ROLE_BAD},
    {RUNS, 22, "–", ROLE_DIM},
    {RUNS, 23, "calm-otter-66", ROLE_DIM},
    {RUNS, 23, "row 5 of 42", ROLE_DIM},
    {RUNS, 24, "/auc>0.9 lr<0.01 (42/12310)", ROLE_CHIP},
    {RUNS, 24, "c compare", ROLE_DIM},
    {EXECUTION, 2, "STEP", ROLE_DIM},
    {EXECUTION, 2, "10s", ROLE_DIM},
    {EXECUTION, 3, "●", ROLE_NORMAL},
    {EXECUTION, 3, "preprocess", ROLE_NORMAL},
    {EXECUTION, 3, "✓ Succeeded", ROLE_GOOD},
    {EXECUTION, 3, "████", ROLE_BAR},
    {EXECUTION, 5, "train", ROLE_NORMAL | STYLE_REVERSE},
    {EXECUTION, 5, "▶ Executing", ROLE_RUNNING | STYLE_REVERSE},
    {EXECUTION, 6, "○", ROLE_DIM},
    {EXECUTION, 6, "evaluate", ROLE_DIM},
    {EXECUTION, 6, "… waiting", ROLE_DIM},
    {EXECUTION, 10, "else", ROLE_DIM},
    {EXECUTION, 12, "val_loss", ROLE_NORMAL},
    {EXECUTION, 12, "0.3304", ROLE_NORMAL | STYLE_BOLD},
    {EXECUTION, 12, "0.8812", ROLE_NORMAL | STYLE_BOLD},
    {EXECUTION, 14, "LOG train/1", ROLE_TITLE},
    {EXECUTION, 14, "107 lines, following", ROLE_DIM},
    {EXECUTION, 15, "epoch 17/60", ROLE_NORMAL},
    {EXECUTION, 17, "warning: 3 rows", ROLE_NORMAL | STYLE_BOLD},
    {EXECUTION, 23, "train: Training", ROLE_DIM},
    {EXECUTION, 24, "▶ Executing", ROLE_RUNNING},
    {EXECUTION, 24, "14s", ROLE_NORMAL},
    {EXECUTION, 24, "K stop", ROLE_DIM},
};

/* Where the terminal's cursor stands: on the first letter of the selected row. */
static const struct {
    int row;
    const char *text;
} cursors[DRAWING_END] = {
    [HOME] = {4, "churn-prod"}, [RUNS] = {7, "calm-otter-66"}, [EXECUTION] = {5, "train"}};

/* --- the drawings --- */

/* The whole document; without it the test is skipped. */
static char *document_read(const char *test)
{
    struct str text = STR_INIT;
    struct err e = ERR_INIT;
    if (!os_read_file(drawn_in, DOCUMENT_MAX, &text, &e)) {
        printf("SKIP %s: %s is missing\n", test, drawn_in);
        str_release(&text);
        skip();
    }
    return str_detach(&text);
}

/* The rows of the n-th drawing: what stands between the fences under "## n. ". */
static void drawing_rows(const char *document, int n, struct str *rows)
{
    CLEANUP(mem_free_ptr) char *title = xasprintf("\n## %d. ", n);
    struct sv rest = sv_z(document), line;
    size_t at = sv_find(rest, sv_z(title));
    assert_int_not_equal(at, SIZE_MAX);
    rest = (struct sv){rest.p + at + 1, rest.n - at - 1};
    while (sv_split(&rest, '\n', &line) && !sv_eqz(line, "```")) {
    }
    for (int y = 0; y < H; y++) {
        assert_true(sv_split(&rest, '\n', &line));
        assert_int_equal(utf8_width(line), W);
        str_init(&rows[y]);
        str_addsv(&rows[y], line);
    }
    assert_true(sv_split(&rest, '\n', &line) && sv_eqz(line, "```"));
}

static void replace(struct str *s, const char *drawn, const char *here)
{
    size_t at = sv_find(sv_of(s), sv_z(drawn)), n = strlen(drawn);
    assert_int_equal(utf8_width(sv_z(drawn)), utf8_width(sv_z(here)));
    assert_int_not_equal(at, SIZE_MAX); /* an exception of what is not drawn is none */
    CLEANUP(mem_free_ptr) char *tail = xstrdup(s->p + at + n);
    str_truncate(s, at);
    str_addf(s, "%s%s", here, tail);
}

/* --- what is drawn, as rows --- */

static const char attention[] =
    "id | name | status | group | kind | why | detail | created | context\n"
    "endpoint:churn-prod | churn-prod | InService | Red | endpoint | churn-5xx 4.1 % > 1 % | "
    "revision 41 by ci; last good is 40 | 19m | aws:prod/eu-west-1\n"
    "endpoint:fraud-eu | fraud-eu | UpdateRollbackFailed | Red | endpoint | serves two configs | | "
    "3h | aws:prod/eu-west-1\n"
    "execution:k3v9x0m2q8ab | nightly-features | Failed | Red | execution | join: killed, out of "
    "RAM | by ops | 2h | local\n"
    "gate:PNL62QyxFl | churn/7 | PendingManualApproval | Waiting | Approval | auc 0.912, +0.004 on "
    "/6 | | 2h | local\n"
    "gate:aB3dE6gH9j | label-audit | Waiting | Waiting | Callback | callback step: review | | 40m "
    "| local\n"
    "execution:tab000000000 | tabular | Executing | Running | execution | 2 of 8 done, now train | "
    "| 30s | local\n"
    "endpoint:search-rank | search-rank | Updating | Running | endpoint | Baking at 10 %, 6m left "
    "| | 8m | aws:prod/eu-west-1\n"
    "execution:lrs000000000 | lr-search | InProgress | Running | execution | 31 of 60, best 0.118 "
    "| | 1h | local\n"
    "execution:r35net500000 | resnet-50 | Executing | Running | execution | 0 of 2 done, now train "
    "| | 3h | local\n"
    "context:local | local | ready | Contexts | context | 14 executions, 3 models | | | local\n"
    "context:files:mlflow.db | files:mlflow.db | ready | Contexts | context | 12310 runs, "
    "read-only | | | files:mlflow.db\n"
    "context:aws:prod/eu-west-1 | aws:prod/eu-west-1 | ready | Contexts | context | [PROD] 41 "
    "endpoints | | | aws:prod/eu-west-1\n"
    "context:aws:dev/us-east-1 | aws:dev/us-east-1 | login expired | Contexts | context | rows as "
    "they were | | 3d | aws:dev/us-east-1\n";

static struct fake *home_new(bool is_ascii)
{
    struct fake *f = fake_new(W, H, is_ascii);
    app_connection(f->app, "● live 8s", ROLE_NORMAL);
    fake_rows(f, KIND_ATTENTION, NULL, attention);
    fake_rows(f, KIND_GATE, NULL, "id | token\n");
    fake_open(f, &home_view, NULL);
    return f;
}

static const struct {
    const char *id, *row, *curve;
} runs[] = {
    {"r118", "proud-heron-118 | FINISHED | 3h | 0.003 | 6 | 0.9217 | 0.1894",
     "7 5 4 3 2 2 1 1 1 1"},
    {"r97", "quiet-mole-97 | FINISHED | 3h | 0.003 | 8 | 0.9209 | 0.1901", "7 5 4 3 2 2 1 1 1 1"},
    {"r121", "vivid-stork-121 | RUNNING | 6m | 0.003 | 7 | 0.9204 | 0.1933", "7 5 4 3 2 2 1"},
    {"r90", "merry-finch-90 | FINISHED | 4h | 0.0025 | 6 | 0.9198 | 0.1917", "7 6 4 3 2 2 1 1 1 1"},
    {"5f0c9a27", "calm-otter-66 | FINISHED | 1d | 0.005 | 6 | 0.9191 | 0.1926",
     "7 4 3 2 2 1 1 1 1 1"},
    {"r64", "bold-lynx-64 | FINISHED | 1d | 0.005 | 8 | 0.9187 | 0.193", "7 4 3 2 2 1 1 1 1 1"},
    {"r59", "keen-vole-59 | FINISHED | 1d | 0.001 | 6 | 0.9172 | 0.1968", "7 6 5 4 3 3 2 2 1 1"},
    {"r58", "shy-ibis-58 | FAILED | 1d | 0.005 | 10 | 0.917 | nan", "7 4 3 2 2 1 1"},
    {"r52", "rapid-crane-52 | FINISHED | 2d | 0.001 | 8 | 0.9166 | 0.1975", "7 6 5 4 3 3 2 2 1 1"},
    {"r51", "witty-bee-51 | FINISHED | 2d | 0.008 | 6 | 0.9161 | 0.1969", "7 3 2 2 1 1 1 1 1 1"},
    {"r47", "plain-newt-47 | FINISHED | 2d | 0.008 | 8 | 0.9158 | 0.1974", "7 3 2 2 1 1 1 1 1 1"},
    {"r45", "dusty-wren-45 | FINISHED | 2d | 0.00075 | 6 | 0.9149 | 0.201", "7 7 6 5 4 3 3 2 2 1"},
    {"r44", "salty-puma-44 | KILLED | 2d | 0.005 | 12 | 0.9146 | 0.2041", "7 4 3 1 1"},
    {"r40", "gentle-boar-40 | FINISHED | 3d | 0.00075 | 8 | 0.914 | 0.2022", "7 7 6 5 4 3 3 2 2 1"},
    {"r39", "sunny-toad-39 | FINISHED | 3d | 0.0009 | 4 | 0.9133 | 0.2038", "7 6 5 4 3 3 2 2 1 1"},
    {"r36", "brave-mink-36 | FINISHED | 3d | 0.005 | 4 | 0.9127 | 0.2046", "7 4 3 2 2 1 1 1 1 1"},
    {"r31", "noisy-rook-31 | FINISHED | 5d | 0.0005 | 6 | 0.9118 | 0.2093", "7 7 6 6 5 4 4 3 2 1"},
    {"r30", "fancy-hare-30 | FINISHED | 5d | 0.0005 | 8 | 0.9111 | 0.2101", "7 7 6 6 5 4 4 3 2 1"},
    {"r28", "loud-carp-28 | FINISHED | 5d | 0.009 | 6 | 0.9104 | 0.2088", "7 3 2 1 1 1 1 1 1 1"},
    {"r22", "tidy-swan-22 | FINISHED | 6d | 0.0004 | 6 | 0.9096 |", NULL},
};

static struct fake *runs_new(bool is_ascii)
{
    struct fake *f = fake_new(W, H, is_ascii);
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str table = STR_INIT;
    str_addz(&table, "id | experiment | duration | context | tags.user | tags.git | tags.data | "
                     "name | status | created | params.lr | params.depth | metrics.auc | "
                     "metrics.loss\n");
    for (size_t i = 0; i < ALEN(runs); i++) {
        CLEANUP(mem_free_ptr) char *curve = xasprintf("loss %s", runs[i].curve);
        str_addf(&table,
                 "%s | churn | 17s | files:mlflow.db | ops | 8e21f0c | churn.csv@91ab44 | %s\n",
                 runs[i].id, runs[i].row);
        fake_series(f, runs[i].id, runs[i].curve ? curve : "");
    }
    fake_rows(f, KIND_RUN, "churn", table.p);
    fake_counts(f, KIND_RUN, "churn", 42, 12310);
    fake_open(f, &home_view, NULL);
    assert_true(views_browse(f->app, KIND_RUN, "churn", NULL, &e));
    fake_settle(f);
    fake_keys(f, "/auc>0.9 lr<lt>0.01<Enter>oauc<Enter>gj<Space>");
    fake_keys(f, "j<Space>jjjjj<Space>gjjjj");
    fake_pass(f, 3000);
    return f;
}

#define EXEC "k3v9x0m2q8ab"
static const char head[] = "id | name | status | pipeline | sandbox | created | context\n" EXEC
                           " | " EXEC " | Executing | churn | bwrap | 14s | local\n";
static const char steps[] =
    "id | name | status | type | started | ended | attempts | why | progress | index | "
    "depends_on | run\n"
    "a | preprocess | Succeeded | Processing | 14s | 10s | 1 | first run | | 0 | | |\n"
    "b | profile | Succeeded | Processing | 10s | 10s | 0 | cache hit, from b7qp02mz5kd1 | | 1 | "
    "preprocess | |\n"
    "c | train | Executing | Training | 10s | | 1 | | epoch 23 of 60 | 2 | preprocess | run1 | "
    "python3 on this host, 2 cores\n"
    "d | evaluate | waiting | Processing | | | 0 | after train | | 3 | train preprocess | |\n"
    "e | check-auc | waiting | Condition | | | 0 | after evaluate | | 4 | evaluate | |\n"
    "f | register | waiting | RegisterModel | | | 0 | if check-auc holds | | 5 | check-auc "
    "profile | |\n"
    "g | approve | waiting | Callback | | | 0 | if check-auc holds | | 6 | register | |\n"
    "h | fail-low-auc | waiting | Fail | | | 0 | else of check-auc | | 7 | check-auc | |\n";
static const char curves[] =
    "train_loss 0.9 0.3224\n" /* by name, as the hub has them */
    "val_auc 0.2812 0.3812 0.4812 0.5812 0.5812 0.6812 0.6812 0.7812 0.7812 0.8812 0.8812 0.8812\n"
    "val_loss 0.9304 0.8304 0.7304 0.6304 0.6304 0.5304 0.5304 0.4304 0.4304 0.4304 0.3304 "
    "0.3304\n";
static const char log_end[] = "epoch 17/60 train_loss=0.3391 val_loss=0.3519 val_auc=0.8702\n"
                              "epoch 18/60 train_loss=0.3362 val_loss=0.3480 val_auc=0.8724\n"
                              "warning: 3 rows with a negative tenure were dropped\n"
                              "epoch 19/60 train_loss=0.3331 val_loss=0.3442 val_auc=0.8747\n"
                              "epoch 20/60 train_loss=0.3307 val_loss=0.3401 val_auc=0.8769\n"
                              "epoch 21/60 train_loss=0.3278 val_loss=0.3367 val_auc=0.8788\n"
                              "epoch 22/60 train_loss=0.3250 val_loss=0.3335 val_auc=0.8801\n"
                              "epoch 23/60 train_loss=0.3224 val_loss=0.3304 val_auc=0.8812\n";

static struct fake *execution_new(bool is_ascii)
{
    struct fake *f = fake_new(W, H, is_ascii);
    CLEANUP(str_release) struct str log = STR_INIT;
    for (int i = 0; i < 99; i++) {
        str_addf(&log, "batch %d read\n", i + 1);
    }
    str_addz(&log, log_end);
    fake_rows(f, KIND_EXECUTION, NULL, head);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_rows(f, KIND_GATE, EXEC, "id | token\n");
    fake_series(f, "run1", curves);
    fake_log(f, EXEC "/train", EXEC "/train/1", log.p, false);
    fake_open(f, &execution_view, EXEC);
    return f;
}

static struct fake *(*const screens[DRAWING_END])(bool is_ascii) = {
    [HOME] = home_new, [RUNS] = runs_new, [EXECUTION] = execution_new};

/* --- beside each other --- */

static void rows_release(struct str *rows)
{
    for (int y = 0; y < H; y++) {
        str_release(&rows[y]);
    }
}

static void expect(const char *document, int drawing, struct str *rows)
{
    drawing_rows(document, drawing, rows);
    for (size_t i = 0; i < ALEN(exceptions); i++) {
        if (exceptions[i].drawing == drawing) {
            replace(&rows[exceptions[i].row - 1], exceptions[i].drawn, exceptions[i].here);
        }
    }
}

static bool is_row(const struct canvas *c, int drawing, int y, const struct str *want)
{
    CLEANUP(str_release) struct str have = STR_INIT;
    canvas_row_text(c, y, &have);
    struct sv drawn = sv_of(want);
    while (drawn.n && drawn.p[drawn.n - 1] == ' ') {
        drawn.n--;
    }
    bool is_same = sv_eq(drawn, sv_of(&have));
    if (!is_same) {
        print_error("drawing %d, row %d\n  drawn  %.*s|\n  screen %s|\n", drawing, y + 1,
                    (int)drawn.n, drawn.p, have.n ? have.p : "");
    }
    return is_same;
}

static void each_line_is_as_drawn(void **state)
{
    CLEANUP(mem_free_ptr) char *document = document_read(__func__);
    int differ = 0;
    (void)state;
    for (int drawing = HOME; drawing < DRAWING_END; drawing++) {
        struct str rows[H];
        struct fake *f = screens[drawing](false);
        expect(document, drawing, rows);
        for (int y = 0; y < H; y++) {
            differ += !is_row(app_canvas(f->app), drawing, y, &rows[y]);
        }
        rows_release(rows);
        fake_free(f);
    }
    assert_int_equal(differ, 0);
}

/* Our own signs as they are without UTF-8; ● in row 1 is the light of the connection. */
static void to_ascii(struct sv row, bool is_first, struct str *out)
{
    int width;
    while (row.n) {
        struct sv one = utf8_cluster(&row, &width);
        const char *sign = NULL;
        for (int g = 0; one.n > 1 && !sign && g < GLYPH_COUNT; g++) {
            bool is_it = sv_eqz(one, glyph_text((enum glyph)g, false));
            bool is_light = g == GLYPH_LIVE && !is_first;
            sign = is_it && !is_light ? glyph_text((enum glyph)g, true) : NULL;
        }
        assert_true(one.n == 1 || sign);
        sign ? str_addz(out, sign) : str_addsv(out, one);
    }
}

static void each_line_is_as_drawn_in_ascii(void **state)
{
    CLEANUP(mem_free_ptr) char *document = document_read(__func__);
    int differ = 0;
    (void)state;
    for (int drawing = HOME; drawing < DRAWING_END; drawing++) {
        struct str rows[H];
        struct fake *f = screens[drawing](true);
        expect(document, drawing, rows);
        for (int y = 0; y < H; y++) {
            CLEANUP(str_release) struct str ascii = STR_INIT;
            to_ascii(sv_of(&rows[y]), y == 0, &ascii);
            differ += !is_row(app_canvas(f->app), drawing, y, &ascii);
        }
        rows_release(rows);
        fake_free(f);
    }
    assert_int_equal(differ, 0);
}

/* --- weights and colours --- */

/* The column where `text` begins in row y. */
static int column_of(const struct canvas *c, int y, const char *text)
{
    CLEANUP(str_release) struct str row = STR_INIT;
    canvas_row_text(c, y, &row);
    size_t at = sv_find(sv_of(&row), sv_z(text));
    if (at == SIZE_MAX) {
        fail_msg("\"%s\" is not in row %d: %s", text, y + 1, row.p);
    }
    return (int)utf8_width((struct sv){row.p, at});
}

static void weights_are_as_the_texts_say(void **state)
{
    (void)state;
    for (int drawing = HOME; drawing < DRAWING_END; drawing++) {
        struct fake *f = screens[drawing](false);
        const struct canvas *c = app_canvas(f->app);
        for (size_t i = 0; i < ALEN(looks); i++) {
            int y = looks[i].row - 1;
            int n = looks[i].drawing == drawing ? (int)utf8_width(sv_z(looks[i].text)) : 0;
            int x = n ? column_of(c, y, looks[i].text) : 0;
            for (int k = 0; k < n; k++) {
                unsigned style = canvas_cell(c, x + k, y)->style;
                if (style != looks[i].style) {
                    fail_msg("drawing %d, row %d, \"%s\": style %#x at %d, not %#x", drawing, y + 1,
                             looks[i].text, style, k, looks[i].style);
                }
            }
        }
        int y = cursors[drawing].row - 1;
        assert_int_equal(c->cursor_y, y);
        assert_int_equal(c->cursor_x, column_of(c, y, cursors[drawing].text));
        for (int k = 0; k < W; k++) { /* the selected row is reversed over its full width */
            assert_true(canvas_cell(c, k, y)->style & STYLE_REVERSE);
        }
        fake_free(f);
    }
}

/* Cells that may have a colour of their own: states, what is not a number, bars, the chip. Dim ones
 * may be grey. */
static bool may_be_coloured(unsigned style)
{
    static const unsigned roles[] = {ROLE_WARN,  ROLE_BAD, ROLE_RUNNING, ROLE_CHIP,
                                     ROLE_BADGE, ROLE_BAR, ROLE_DIM};
    for (size_t i = 0; i < ALEN(roles); i++) {
        if ((style & STYLE_ROLE_MASK) == roles[i]) {
            return true;
        }
    }
    return false;
}

/* What is bold, dim or reversed is so in mono as in colour; colour is where it may be, and in mono
 * there is none. */
static void colour_adds_and_mono_lacks_nothing(void **state)
{
    static const char *const themes[] = {"dark", "light", "high-contrast", "colour-blind"};
    (void)state;
    for (int drawing = HOME; drawing < DRAWING_END; drawing++) {
        struct fake *f = screens[drawing](false);
        const struct canvas *c = app_canvas(f->app);
        for (size_t t = 0; t < ALEN(themes); t++) {
            struct theme theme;
            struct err e = ERR_INIT;
            assert_true(theme_load(themes[t], &theme, &e));
            for (int i = 0; i < W * H; i++) {
                unsigned style = c->cells[i].style, role = style & STYLE_ROLE_MASK;
                struct look colour = theme_look(&theme, style, COLOUR_256);
                struct look plain =
                    theme_look(&theme, ROLE_NORMAL | (style & STYLE_REVERSE), COLOUR_256);
                struct look mono = theme_look(&theme, style, COLOUR_MONO);
                assert_true(mono.fg == -1 && mono.bg == -1);
                assert_true((colour.fg == plain.fg && colour.bg == plain.bg) ||
                            may_be_coloured(style));
                assert_int_equal(mono.flags & STYLE_REVERSE, style & STYLE_REVERSE);
                assert_int_equal(colour.flags & STYLE_REVERSE, style & STYLE_REVERSE);
                assert_true(role != ROLE_TITLE || mono.flags & STYLE_BOLD);
                assert_true(role != ROLE_TITLE || colour.flags & STYLE_BOLD);
                assert_true(role != ROLE_BAD || mono.flags & STYLE_BOLD);
                assert_true(role != ROLE_DIM || mono.flags & STYLE_DIM || style & STYLE_REVERSE ||
                            z_eq(themes[t], "high-contrast"));
            }
        }
        fake_free(f);
    }
}

int main(void)
{
    (void)utf8_init_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_as_drawn),
        cmocka_unit_test(each_line_is_as_drawn_in_ascii),
        cmocka_unit_test(weights_are_as_the_texts_say),
        cmocka_unit_test(colour_adds_and_mono_lacks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
