/* mkruns: a workspace of N local runs for tests and benchmarks: mkruns DIR N SEED. Runs are
 * run-00000 … (name and id), oldest first, the same for the same seed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/store/runs.h"

enum { PER_COMMIT = 5000, POINTS = 8, METRICS = 10, STEP_MS = 60000 };
static const int64_t first_ms = 1756000000000;
static const char *const experiments[] = {"baseline", "sweep", "ablation"};
static const char *const optimizers[] = {"adam", "sgd", "rmsprop", "lion"};
static const char *const metric_names[METRICS] = {
    "accuracy", "auc", "f1", "loss", "val_loss", "recall", "precision", "rmse", "mae", "seconds"};

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static double unit(uint64_t *state)
{
    return (double)(next(state) >> 11) / 9007199254740992.0;
}

static struct json *params(uint64_t *r)
{
    struct json *j = json_new_object();
    char seed[32];
    snprintf(seed, sizeof seed, "%d", (int)(next(r) % 100));
    json_set_num(j, "lr", round(pow(10, -1 - 4 * unit(r)) * 1e6) / 1e6);
    json_set_i64(j, "batch_size", 16 << next(r) % 5);
    json_set_i64(j, "max_depth", (int64_t)(2 + next(r) % 12));
    json_set_i64(j, "epochs", (int64_t)(10 * (1 + next(r) % 10)));
    json_set_num(j, "dropout", (double)(next(r) % 6) / 10);
    json_set_num(j, "weight_decay", (double)(next(r) % 10) / 1000);
    json_set_str(j, "optimizer", optimizers[next(r) % ALEN(optimizers)]);
    json_set_str(j, "seed", seed);
    json_set_bool(j, "augment", next(r) % 2 == 0);
    json_set_i64(j, "layers", (int64_t)(1 + next(r) % 8));
    return j;
}

/* As training scripts print it: four decimals. */
static double printed(double x)
{
    return round(x * 1e4) / 1e4;
}

/* Every third metric of a run is a curve, the others one value. */
static bool add_metrics(struct store *st, const char *uid, int64_t started_ms, uint64_t *r,
                        struct err *e)
{
    for (size_t m = 0; m < METRICS; m++) {
        struct point points[POINTS];
        size_t n = m % 3 == 0 ? POINTS : 1;
        double x = unit(r), rate = 0.5 + unit(r);
        for (size_t i = 0; i < n; i++) {
            points[i] = (struct point){(int64_t)i, (double)(started_ms + (int64_t)i * 1000),
                                       printed(x / (1 + rate * (double)i))};
        }
        if (next(r) % 100 == 0) {
            points[n - 1].value = NAN;
        }
        if (next(r) % 20 != 0 && !run_log(st, uid, metric_names[m], points, n, e)) {
            return false;
        }
    }
    return true;
}

static bool add_run(struct store *st, size_t i, size_t n, uint64_t *r, struct err *e)
{
    char uid[40];
    snprintf(uid, sizeof uid, "run-%05zu", i);
    int64_t started_ms = first_ms + (int64_t)i * STEP_MS;
    uint64_t dice = next(r) % 20;
    const char *status = i + 3 > n   ? "RUNNING"
                         : dice == 0 ? "FAILED"
                         : dice == 1 ? "KILLED"
                                     : "FINISHED";
    struct json *p = params(r), *tags = json_new_object();
    json_set_str(tags, "owner", next(r) % 2 ? "alice" : "bob");
    struct run_new run = {.uid = uid,
                          .source = "local",
                          .experiment = experiments[next(r) % ALEN(experiments)],
                          .name = uid,
                          .status = status,
                          .started_ms = started_ms,
                          .params = p,
                          .tags = tags};
    bool ok = run_add(st, &run, e) && add_metrics(st, uid, started_ms, r, e);
    if (ok && strcmp(status, "RUNNING") != 0) {
        ok = run_set_status(st, uid, status, started_ms + 1000 + (int64_t)(next(r) % 600000), e);
    }
    json_free(p);
    json_free(tags);
    return ok;
}

static bool add_runs(struct store *st, size_t n, uint64_t seed, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (i % PER_COMMIT == 0 && !store_begin(st, e)) {
            return false;
        }
        if (!add_run(st, i, n, &seed, e)) {
            return false;
        }
        if ((i % PER_COMMIT == PER_COMMIT - 1 || i == n - 1) && !store_commit(st, e)) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    struct store *st = NULL;
    int64_t n = 0, seed = 0;
    if (argc != 4 || !fmt_parse_i64(sv_z(argv[2]), &n) || n < 0 ||
        !fmt_parse_i64(sv_z(argv[3]), &seed)) {
        fprintf(stderr, "usage: mkruns DIR N SEED\n");
        return 2;
    }
    bool ok = workspace_init(argv[1], &ws, &e) && store_open(&ws, STORE_CREATE, &st, &e);
    if (ok) {
        store_set_durable(st, false);
        ok = add_runs(st, (size_t)n, (uint64_t)seed, &e);
        store_close(st);
        workspace_release(&ws);
    }
    if (!ok) {
        fprintf(stderr, "mkruns: %s\n", e.msg);
    }
    return ok ? 0 : 1;
}
