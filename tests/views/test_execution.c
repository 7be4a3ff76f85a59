/* The execution view: the drawing of screens.md, its states, and what its keys do. */
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
#include "views/execution.h"

#define EXEC "k3v9x0m2q8ab"

static const char head[] = "id | name | status | pipeline | sandbox | created | context\n" EXEC
                           " | " EXEC " | Executing | churn | bwrap | 14s | local\n";

static const char steps[] =
    "id | name | status | type | started | ended | attempts | why | progress | index | "
    "depends_on | run\n"
    "a | preprocess | Succeeded | Processing | 14s | 10s | 1 | first run | | 0 | |\n"
    "b | profile | Succeeded | Processing | 10s | 10s | 0 | cache hit, from b7qp02mz5kd1 | | 1 | "
    "preprocess |\n"
    "c | train | Executing | Training | 10s | | 1 | | epoch 23 of 60 | 2 | preprocess | run1\n"
    "d | evaluate | waiting | Processing | | | 0 | after train | | 3 | train preprocess |\n"
    "e | check-auc | waiting | Condition | | | 0 | after evaluate | | 4 | evaluate |\n"
    "f | register | waiting | RegisterModel | | | 0 | if check-auc holds | | 5 | check-auc "
    "profile |\n"
    "g | approve | waiting | Callback | | | 0 | if check-auc holds | | 6 | register |\n"
    "h | fail-low-auc | waiting | Fail | | | 0 | else | | 7 | check-auc |\n";

static const char curves[] = "train_loss 0.9 0.8 0.7 0.6 0.5 0.45 0.4 0.38 0.36 0.34 0.33 0.3224\n"
                             "val_loss 0.9 0.8 0.7 0.65 0.6 0.55 0.5 0.45 0.42 0.4 0.35 0.3304\n"
                             "val_auc 0.6 0.65 0.7 0.72 0.75 0.78 0.8 0.82 0.84 0.86 0.87 0.8812\n";

static char *log_text(int n)
{
    struct str s = STR_INIT;
    for (int i = 0; i < n; i++) {
        if (i == n - 6) {
            str_addz(&s, "warning: 3 rows with a negative tenure were dropped\n");
        } else if (i < n - 23) {
            str_addf(&s, "batch %d read\n", i + 1);
        } else {
            str_addf(&s, "epoch %d/60 train_loss=0.3%03d val_loss=0.3%03d val_auc=0.8%03d\n",
                     i - n + 24, 391 - i, 519 - i, 702 + i);
        }
    }
    return str_detach(&s);
}

static void lay_down(struct fake *f)
{
    CLEANUP(mem_free_ptr) char *log = log_text(107);
    fake_rows(f, KIND_EXECUTION, NULL, head);
    fake_rows(f, KIND_STEP, EXEC, steps);
    fake_rows(f, KIND_GATE, EXEC, "id | token\n");
    fake_series(f, "run1", curves);
    fake_log(f, EXEC "/train", EXEC "/train/1", log, false);
}

static struct fake *opened(int w, int h)
{
    struct fake *f = fake_new(w, h, false);
    lay_down(f);
    fake_open(f, &execution_view, EXEC);
    return f;
}

static void looks_like_the_drawing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int w, h;
    } sizes[] = {{"execution-data-80x24", 80, 24},
                 {"execution-data-132x43", 132, 43},
                 {"execution-data-40x10", 40, 10}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        struct fake *f = opened(sizes[i].w, sizes[i].h);
        fake_golden(f, sizes[i].name);
        fake_free(f);
    }
    struct fake *f = fake_new(80, 24, true);
    lay_down(f);
    fake_open(f, &execution_view, EXEC);
    fake_golden(f, "execution-ascii-80x24");
    fake_free(f);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 10}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        CLEANUP(str_release) struct str name = STR_INIT;
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_new(w, h, false);
        fake_open(f, &execution_view, EXEC);
        str_setf(&name, "execution-loading-%dx%d", w, h);
        fake_golden(f, name.p);
        fake_failure(f, QUERY_ROWS, KIND_STEP, EXEC, ERR_IO,
                     "could not read .mlw/mlw.db: disk I/O error");
        str_setf(&name, "execution-error-%dx%d", w, h);
        fake_golden(f, name.p);
        fake_rows(f, KIND_STEP, EXEC, "id | name\n");
        str_setf(&name, "execution-empty-%dx%d", w, h);
        fake_golden(f, name.p);
        lay_down(f);
        fake_failure(f, QUERY_ROWS, KIND_STEP, EXEC, ERR_IO,
                     "could not read .mlw/mlw.db: disk I/O error");
        str_setf(&name, "execution-stale-%dx%d", w, h);
        fake_golden(f, name.p);
        fake_free(f);
    }
}

int main(void)
{
    (void)utf8_init_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_like_the_drawing),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
