/* fake_hub: the functions of core/mlw.h without a store, and an app upon them, for tests of views.
 *
 * A test lays down what there is (fake_rows, fake_log, …); every subscription that asks for it,
 * made before or after, gets it as a snapshot. Time stands at FAKE_NOW_MS until fake_pass.
 *
 *     struct fake *f = fake_new(80, 24, false);
 *     fake_rows(f, KIND_STEP, "k3v9", "id | name | status | started\n"
 *                                     "k3v9/train | train | Executing | 14s\n");
 *     fake_open(f, &execution_view, "k3v9");
 *     fake_golden(f, "execution-data");          // settles, paints, compares
 *     assert_int_equal(fake_request(f, 0)->type, REQ_STOP);
 *     fake_free(f);
 *
 * A table of rows: the first line names fields, or params.K metrics.K tags.K; an empty cell is
 * missing. TIME is how long ago ("14s"), DURATION how long. One fake at a time. */
#ifndef MLW_TESTS_VIEWS_FAKE_HUB_H
#define MLW_TESTS_VIEWS_FAKE_HUB_H

#include "core/mlw.h"
#include "tui/app.h"
#include "views/env.h"

#define FAKE_NOW_MS INT64_C(1764000000000)

struct fake {
    struct hub *hub;
    struct app *app;
    struct view_env env;
    int64_t now_ms;
    struct ev ev; /* the one that is being delivered */
};

struct fake *fake_new(int w, int h, bool is_ascii);
/* The same with more of an app: world, next_event, free_event and arg are set here unless given. */
struct fake *fake_new_with(struct app_config config);
void fake_free(struct fake *f);

/* --- what there is; `id` is that of the query, NULL: any --- */
void fake_rows(struct fake *f, enum kind kind, const char *id, const char *table);
/* Counts of a filtered list that goes with the last fake_rows of that kind. */
void fake_counts(struct fake *f, enum kind kind, const char *id, size_t matched, size_t total);
/* While it is behind nothing is answered; then everything that was asked. */
void fake_behind(struct fake *f, bool is_behind);
void fake_doc(struct fake *f, enum kind kind, const char *id, const char *json);
/* The same while what it is made from is still read: so many bytes of so many. */
void fake_doc_progress(struct fake *f, enum kind kind, const char *id, const char *json,
                       size_t loaded, size_t total);
/* Lines parted by '\n', the last without one; id EXEC/STEP as it is asked for. The last was written
 * at FAKE_NOW_MS, each of the others ten seconds before the one after it. */
void fake_log(struct fake *f, const char *id, const char *attempt, const char *lines,
              bool is_ended);
/* n lines "line 0"…, made when they are asked for; when they were written is not known. */
void fake_long_log(struct fake *f, const char *id, const char *attempt, size_t n, bool is_ended);
/* "val_loss 0.5 0.4 nan": one metric a line, steps from 1, a second apart. */
void fake_series(struct fake *f, const char *run, const char *text);
/* It could not be read. */
void fake_failure(struct fake *f, enum query_type type, enum kind kind, const char *id,
                  enum err_code code, const char *msg);

/* --- what happened --- */
void fake_open(struct fake *f, const struct view_ops *ops, const char *id);
void fake_settle(struct fake *f);                  /* deliver all events, paint */
void fake_pass(struct fake *f, int64_t ms);        /* time goes by: timers run; settles */
void fake_keys(struct fake *f, const char *names); /* and settles; 100 ms between two */
/* Requests in order, as they were sent; NULL beyond the last. */
const struct req *fake_request(const struct fake *f, size_t i);
size_t fake_request_count(const struct fake *f);
void fake_reply(struct fake *f, size_t i, bool ok, const char *text, int64_t at);
/* The answer to the i-th request is a document. */
void fake_answer(struct fake *f, size_t i, const char *json);
/* Was the i-th request cancelled? */
bool fake_is_cancelled(const struct fake *f, size_t i);
/* The i-th open subscription of a type (and kind, for rows and documents); NULL: none. */
const struct query *fake_query(const struct fake *f, enum query_type type, enum kind kind,
                               size_t i);
size_t fake_subscription_count(const struct fake *f); /* open ones */

/* --- what is seen --- */
bool fake_shows(struct fake *f, const char *text); /* on some row, as it is drawn */
/* Compare text, styles and cursor with tests/views/golden/NAME.txt; nothing drawn outside. */
void fake_golden(struct fake *f, const char *name);
void fake_golden_sized(struct fake *f, const char *stem); /* NAME is STEM-WxH */
/* `n` random commands, keys, sizes and times; nothing may be drawn outside, and a view that was
 * closed is opened again. */
void fake_monkey(struct fake *f, const struct view_ops *ops, const char *id, unsigned seed, int n);

#endif
