/* foresee: in slices of no time at all the plan is the same, and giving up leaves nothing behind.
 */
#include "tests/unit/test.h"

#include <stdint.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/pipeline/foresee.h"
#include "tests/unit/tmp.h"

static const char document[] =
    "{\"Version\":\"2020-12-01\",\"Parameters\":[],\"Steps\":[{\"Name\":\"a\",\"Type\":"
    "\"Processing\",\"CacheConfig\":{\"Enabled\":true,\"ExpireAfter\":\"P1D\"},\"Arguments\":{"
    "\"ProcessingResources\":{\"ClusterConfig\":{\"InstanceType\":\"local\",\"InstanceCount\":1,"
    "\"VolumeSizeInGB\":1}},\"AppSpecification\":{\"ImageUri\":\"i\",\"ContainerEntrypoint\":["
    "\"true\"]},\"ProcessingInputs\":[{\"InputName\":\"x\",\"AppManaged\":false,\"S3Input\":{"
    "\"S3Uri\":\"data\",\"LocalPath\":\"/opt/ml/processing/x\",\"S3DataType\":\"S3Prefix\","
    "\"S3InputMode\":\"File\"}}]}}]}";

struct world {
    char *tmp, *file;
    struct workspace ws;
    struct store *st;
};

static void world_init(struct world *w)
{
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str big = STR_INIT;
    w->tmp = tmp_new();
    for (size_t i = 0; i < 50000; i++) {
        str_addf(&big, "%zu ", i);
    }
    tmp_file(w->tmp, "data/big", sv_of(&big));
    tmp_file(w->tmp, "data/more/x", SV("abc"));
    tmp_file(w->tmp, "p.json", sv_z(document));
    w->file = path_join(w->tmp, "p.json");
    if (!workspace_init(w->tmp, &w->ws, &e) || !store_open(&w->ws, STORE_CREATE, &w->st, &e)) {
        fail_msg("%s", e.msg);
    }
}

static void world_release(struct world *w)
{
    store_close(w->st);
    workspace_release(&w->ws);
    tmp_free(&w->tmp);
    free(w->file);
}

static struct foresee *begun(const struct world *w)
{
    struct err e = ERR_INIT;
    struct foresee_of of = {.ws = &w->ws, .st = w->st, .what = w->file};
    struct foresee *f = foresee_new(&of, &e);
    if (!f) {
        fail_msg("%s", e.msg);
    }
    return f;
}

static size_t finish(struct foresee *f, int64_t deadline_us)
{
    struct err e = ERR_INIT;
    bool is_done = false;
    size_t n = 0;
    while (!is_done) {
        assert_true(foresee_step(f, deadline_us, &is_done, &e));
        n++;
    }
    return n;
}

static void slices_give_the_same(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    struct foresee *whole = begun(&w), *sliced = begun(&w);
    assert_int_equal(finish(whole, INT64_MAX), 1);
    assert_in_range(finish(sliced, 0), 6, 100);
    CLEANUP(json_free_ptr) struct json *a = foresee_json(whole);
    CLEANUP(json_free_ptr) struct json *b = foresee_json(sliced);
    assert_true(json_equal(a, b));
    const struct json *step = json_first(json_get(a, "steps"));
    assert_string_equal(json_get_str(step, "action"), "run");
    assert_string_equal(json_get_str(step, "why"), "first run");
    foresee_free(whole);
    foresee_free(sliced);
    world_release(&w);
}

/* For the leak checker: given up in the middle of a file. */
static void it_may_be_given_up_at_any_time(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    for (size_t steps = 0; steps < 8; steps++) {
        struct foresee *f = begun(&w);
        struct err e = ERR_INIT;
        bool is_done = false;
        for (size_t i = 0; i < steps && !is_done; i++) {
            assert_true(foresee_step(f, 0, &is_done, &e));
        }
        foresee_free(f);
    }
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_give_the_same),
        cmocka_unit_test(it_may_be_given_up_at_any_time),
    };
    return RUN_TESTS(tests);
}
