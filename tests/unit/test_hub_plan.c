/* A plan as a request: its errors, its answer, and that nobody waits while a big input is read. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/mlw.h"
#include "core/store/store.h"
#include "tests/unit/tmp.h"

enum { DEADLINE_MS = 60000, BIG_BYTES = 256 * 1024 * 1024 };

static const char document[] =
    "{\"Version\":\"2020-12-01\",\"Parameters\":[{\"Name\":\"Depth\",\"Type\":\"Integer\","
    "\"DefaultValue\":4}],\"Steps\":[{\"Name\":\"a\",\"Type\":\"Processing\",\"CacheConfig\":{"
    "\"Enabled\":true,\"ExpireAfter\":\"P1D\"},\"Arguments\":{\"ProcessingResources\":{"
    "\"ClusterConfig\":{\"InstanceType\":\"local\",\"InstanceCount\":1,\"VolumeSizeInGB\":1}},"
    "\"AppSpecification\":{\"ImageUri\":\"i\",\"ContainerEntrypoint\":[\"true\"]},"
    "\"ProcessingInputs\":[{\"InputName\":\"x\",\"AppManaged\":false,\"S3Input\":{\"S3Uri\":"
    "\"big\",\"LocalPath\":\"/opt/ml/processing/x\",\"S3DataType\":\"S3Prefix\",\"S3InputMode\":"
    "\"File\"}}]}}]}";

struct world {
    char *tmp, *file;
    struct hub *hub;
};

static void world_init(struct world *w, int bytes)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    int fd;
    w->tmp = tmp_new();
    tmp_file(w->tmp, "p.json", sv_z(document));
    tmp_file(w->tmp, "big", SV(""));
    CLEANUP(mem_free_ptr) char *big = path_join(w->tmp, "big");
    assert_int_equal(truncate(big, bytes), 0);
    w->file = path_join(w->tmp, "p.json");
    assert_true(workspace_init(w->tmp, &ws, &e));
    workspace_release(&ws);
    w->hub = hub_new(&(struct hub_options){.dir = w->tmp, .is_inline = true}, &fd, &e);
    assert_non_null(w->hub);
}

static void world_release(struct world *w)
{
    hub_free(w->hub);
    tmp_free(&w->tmp);
    free(w->file);
}

static uint64_t ask(struct world *w, const char *what, const char *depth)
{
    struct req req = {.type = REQ_PLAN, .text = xstrdup(what)};
    if (depth) {
        req_pair(&req, "Depth", depth);
    }
    return hub_request(w->hub, &req);
}

/* The next event of any of two ids; the caller releases it. */
static struct ev next(struct world *w, uint64_t a, uint64_t b)
{
    int64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (clock_mono_ms() < deadline_ms) {
        struct ev ev;
        while (hub_next_event(w->hub, &ev)) {
            if (ev.id == a || ev.id == b) {
                return ev;
            }
            ev_release(&ev);
        }
        hub_step(w->hub, 50);
    }
    fail_msg("no event came");
    return (struct ev){0};
}

static void errors_are_those_of_a_start(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 10);
    const struct {
        const char *what, *depth;
        enum err_code code;
    } cases[] = {
        {"nowhere.json", NULL, ERR_IO}, {"nobody", NULL, ERR_NOT_FOUND}, {w.file, "x", ERR_USAGE}};
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct ev ev = next(&w, ask(&w, cases[i].what, cases[i].depth), 0);
        assert_int_equal(ev.type, EV_REPLY);
        assert_false(ev.ok);
        assert_int_equal(ev.err.code, cases[i].code);
        assert_null(ev.doc);
        ev_release(&ev);
    }
    world_release(&w);
}

static void the_answer_is_the_plan(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 10);
    struct ev ev = next(&w, ask(&w, w.file, "6"), 0);
    assert_true(ev.ok);
    const struct json *step = json_first(json_get(ev.doc, "steps"));
    assert_string_equal(json_get_str(step, "name"), "a");
    assert_string_equal(json_get_str(step, "action"), "run");
    assert_string_equal(json_get_str(step, "why"), "first run");
    ev_release(&ev);
    world_release(&w);
}

static void nobody_waits_for_a_big_input(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, BIG_BYTES);
    uint64_t plan = ask(&w, w.file, NULL);
    hub_step(w.hub, 50); /* it has begun */
    uint64_t rows = hub_subscribe(w.hub, &(struct query){.type = QUERY_ROWS, .kind = KIND_RUN});
    struct ev ev = next(&w, plan, rows);
    assert_int_equal(ev.id, rows);
    ev_release(&ev);
    hub_unsubscribe(w.hub, rows);
    /* a newer question stops it */
    hub_cancel(w.hub, plan);
    ev = next(&w, plan, 0);
    assert_false(ev.ok);
    assert_int_equal(ev.err.code, ERR_CANCELLED);
    ev_release(&ev);
    world_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_those_of_a_start),
        cmocka_unit_test(the_answer_is_the_plan),
        cmocka_unit_test(nobody_waits_for_a_big_input),
    };
    return RUN_TESTS(tests);
}
