/* Logs: windows of sanitised lines of any file, the tail that follows, searching. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/hub/log.h"
#include "core/mlw.h"
#include "tests/unit/tmp.h"

#define EXEC "abcdefghijkl"

struct fixture {
    char *dir, *log;
    struct workspace ws;
    struct store *st;
    struct hub *hub;
    struct err e;
};

static void event(struct fixture *f, enum event_type type, const char *text)
{
    struct json *j = NULL;
    if (!json_parse(sv_z(text), &j, &f->e) || !store_begin(f->st, &f->e) ||
        !store_event(f->st, EXEC, type, "me", j, &f->e) || !store_commit(f->st, &f->e)) {
        fail_msg("%s", f->e.msg);
    }
    json_free(j);
}

static struct fixture *fixture_new(struct sv log)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    int fd;
    f->dir = tmp_new();
    assert_true(workspace_init(f->dir, &f->ws, &f->e));
    assert_true(store_open(&f->ws, STORE_CREATE, &f->st, &f->e));
    event(f, EVENT_EXECUTION_CREATED,
          "{\"pipeline\":\"p\",\"file\":\"f\",\"definition\":\"{}\",\"parameters\":{},"
          "\"options\":{},\"steps\":[{\"name\":\"S\",\"type\":\"Training\",\"depends_on\":[]}]}");
    event(f, EVENT_ATTEMPT_LAUNCHING, "{\"step\":\"S\",\"n\":1,\"token\":\"t\",\"dir\":\"d\"}");
    tmp_file(f->dir, "d/log", log);
    f->log = xasprintf("%s/d/log", f->dir);
    struct hub_options options = {.dir = f->dir, .is_inline = true, .is_read_only = true};
    f->hub = hub_new(&options, &fd, &f->e);
    assert_non_null(f->hub);
    return f;
}

static void fixture_free(struct fixture *f)
{
    hub_free(f->hub);
    store_close(f->st);
    workspace_release(&f->ws);
    tmp_free(&f->dir);
    free(f->log);
    free(f);
}

static struct ev next(struct fixture *f, uint64_t id)
{
    int64_t deadline_ms = clock_mono_ms() + 20000;
    struct ev ev = {0};
    while (clock_mono_ms() < deadline_ms) {
        while (hub_next_event(f->hub, &ev)) {
            if (ev.id == id) {
                return ev;
            }
            ev_release(&ev);
        }
        hub_step(f->hub, 50);
    }
    fail_msg("no event came");
    return ev;
}

/* The next snapshot that has counted all of `total` lines. */
static struct snapshot *counted(struct fixture *f, uint64_t sub, size_t total)
{
    for (;;) {
        struct ev ev = next(f, sub);
        struct snapshot *s = snapshot_ref(ev.snapshot);
        ev_release(&ev);
        if (s->type != SNAPSHOT_LOG || (s->log->is_counted && s->log->total == total)) {
            return s;
        }
        snapshot_unref(s);
    }
}

static void append(struct fixture *f, const char *text)
{
    int fd = open(f->log, O_WRONLY | O_APPEND);
    assert_true(fd >= 0 && os_write_all(fd, sv_z(text), f->log, &f->e));
    close(fd);
}

static void test_unknown(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(SV(""));
    static const struct {
        const char *id;
        enum err_code code;
    } cases[] = {{"zzzz", ERR_NOT_FOUND},
                 {EXEC "/T", ERR_NOT_FOUND},
                 {EXEC "/S/2", ERR_NOT_FOUND},
                 {EXEC "/S/x", ERR_USAGE}};
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct query q = {.type = QUERY_LOG, .id = cases[i].id};
        struct ev ev = next(f, hub_subscribe(f->hub, &q));
        assert_int_equal(ev.snapshot->type, SNAPSHOT_ERROR);
        assert_int_equal(ev.snapshot->err.code, cases[i].code);
        ev_release(&ev);
    }
    fixture_free(f);
}

static void test_window_and_tail(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT;
    for (int i = 0; i < 5000; i++) {
        str_addf(&text, "\033[31mline %d\033[0m\r\n", i);
    }
    str_addz(&text, "unfinished");
    struct fixture *f = fixture_new(sv_of(&text));
    struct query q = {.type = QUERY_LOG, .id = "abcd/S", .first = 2999, .n = 2};
    uint64_t sub = hub_subscribe(f->hub, &q);
    struct snapshot *s = counted(f, sub, 5001);
    assert_int_equal(s->log->n, 2);
    assert_string_equal(s->log->at[0], "line 2999");
    assert_string_equal(s->log->attempt, EXEC "/S/1");
    assert_false(s->log->is_ended);
    snapshot_unref(s);
    q = (struct query){.type = QUERY_LOG, .id = EXEC "/S/1", .n = 2, .is_tail = true};
    sub = hub_subscribe(f->hub, &q);
    s = counted(f, sub, 5001);
    assert_string_equal(s->log->at[1], "unfinished");
    snapshot_unref(s);
    append(f, " no more\nlast\n");
    s = counted(f, sub, 5002);
    assert_string_equal(s->log->at[0], "unfinished no more");
    assert_string_equal(s->log->at[1], "last");
    snapshot_unref(s);
    event(f, EVENT_ATTEMPT_ENDED, "{\"step\":\"S\",\"n\":1,\"status\":\"Succeeded\"}");
    struct ev ev = next(f, sub);
    assert_true(ev.snapshot->log->is_ended);
    ev_release(&ev);
    fixture_free(f);
}

static void test_long_lines(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addn(&text, 'x', LOG_LINE_BYTES * 3 + 10);
    str_addz(&text, "\nafter\n");
    struct fixture *f = fixture_new(sv_of(&text));
    struct query q = {.type = QUERY_LOG, .id = EXEC};
    struct snapshot *s = counted(f, hub_subscribe(f->hub, &q), 5);
    assert_int_equal(s->log->n, 5);
    assert_int_equal(strlen(s->log->at[0]), LOG_SHOWN_BYTES + strlen("…"));
    assert_string_equal(s->log->at[3], "xxxxxxxxxx");
    assert_string_equal(s->log->at[4], "after");
    snapshot_unref(s);
    fixture_free(f);
}

static void test_find(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT;
    for (int i = 0; i < 3000; i++) {
        str_addf(&text, "%s %d\n", i == 1500 ? "an \033[1mError\033[0m here" : "epoch", i);
    }
    struct fixture *f = fixture_new(sv_of(&text));
    static const struct {
        const char *pattern;
        uint64_t at;
        bool is_backward;
        int64_t line;
    } cases[] = {
        {"nowhere", 0, false, -1},    {"error", 0, false, 1500},
        {"Error", 1500, false, 1500}, {"ERROR", 0, false, -1},
        {"error", 1501, false, -1},   {"error here", 9999, true, 1500},
        {"error", 1499, true, -1},    {"/^epoch 29\\d\\d$/", 0, false, 2900},
        {"epoch", 1500, true, 1499},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct req req = {.type = REQ_LOG_FIND,
                          .id = xstrdup(EXEC "/S"),
                          .text = xstrdup(cases[i].pattern),
                          .at = cases[i].at,
                          .is_backward = cases[i].is_backward};
        struct ev ev = next(f, hub_request(f->hub, &req));
        assert_true(ev.ok);
        assert_int_equal(ev.at, cases[i].line);
        ev_release(&ev);
    }
    struct req req = {.type = REQ_LOG_FIND, .id = xstrdup(EXEC), .text = xstrdup("/(/")};
    struct ev ev = next(f, hub_request(f->hub, &req));
    assert_false(ev.ok);
    ev_release(&ev);
    fixture_free(f);
}

static bool count_line(void *arg, uint64_t line, struct sv text)
{
    (void)line, (void)text;
    ++*(size_t *)arg;
    return true;
}

static void a_file_that_shrinks_while_it_is_read_ends(void **state)
{
    (void)state;
    struct err e;
    struct log_file file;
    bool is_at_end;
    size_t n = 0;
    CLEANUP(tmp_free) char *dir = tmp_new();
    CLEANUP(mem_free_ptr) char *path = xasprintf("%s/log", dir);
    tmp_file(dir, "log", SV("one\ntwo\nthree\n"));
    log_file_init(&file);
    assert_true(log_file_open(&file, path, &e));
    assert_true(log_file_count(&file, INT64_MAX, &is_at_end, &e));
    assert_int_equal(log_file_lines(&file), 3);
    assert_int_equal(truncate(path, 6), 0); /* in the middle of the second line */
    assert_true(log_file_read(&file, 0, 3, count_line, &n, &e));
    assert_int_equal(n, 1);
    log_file_release(&file);
}

/* A world of our own in which the system tells of no file: all its watches are used up. */
static bool use_up_watches(void)
{
    struct err e;
    CLEANUP(mem_free_ptr) char *uids = xasprintf("0 %d 1", (int)getuid());
    static const char limit[] = "/proc/sys/user/max_inotify_instances";
    int map = -1, max = -1;
    bool ok = unshare(CLONE_NEWUSER) == 0 && (map = open("/proc/self/uid_map", O_WRONLY)) >= 0 &&
              os_write_all(map, sv_z(uids), "uid_map", &e) && (max = open(limit, O_WRONLY)) >= 0 &&
              os_write_all(max, SV("0"), limit, &e);
    close(map);
    close(max);
    return ok;
}

/* In a child, whose world it is: 0 when it grows, 77 when there is no such world here. */
static int follow_blindly(void)
{
    if (!use_up_watches()) {
        return 77;
    }
    struct fixture *f = fixture_new(SV("one\n"));
    struct query q = {.type = QUERY_LOG, .id = EXEC, .is_tail = true};
    uint64_t sub = hub_subscribe(f->hub, &q);
    snapshot_unref(counted(f, sub, 1));
    append(f, "two\n");
    snapshot_unref(counted(f, sub, 2));
    fixture_free(f);
    return 0;
}

static void it_grows_where_files_are_not_watched(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(follow_blindly());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("skipped: no user namespace can be made here\n");
        skip();
    }
    assert_int_equal(status, 0);
}

/* 10 lines a second from second 100 on, a time each second; the clock is set back once. */
static void test_times(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT;
    CLEANUP(str_release) struct str times = STR_INIT;
    for (int i = 0; i < 30000; i++) {
        if (i % 10 == 0) {
            str_addf(&times, "%zu %lld\n", text.n,
                     (long long)(i == 200 ? 50 : 100 + i / 10) * 1000);
        }
        str_addf(&text, "line %d\n", i);
    }
    str_addz(&times, "no time\n-1 5\n7 \n999999999999999999999999999 1\n12345 9");
    struct fixture *f = fixture_new(sv_of(&text));
    tmp_file(f->dir, "d/log.times", sv_of(&times));
    static const struct {
        int64_t since_ms;
        size_t from;
    } cases[] = {{0, 0},           {1, 0},           {100000, 0},       {100001, 10},
                 {119000, 190},    {120000, 210},    {2222000, 21220},  {3099000, 29990},
                 {3099001, 30000}, {9999000, 30000}, {INT64_MAX, 30000}};
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct query q = {.type = QUERY_LOG,
                          .id = EXEC "/S",
                          .first = 195,
                          .n = 10,
                          .since_ms = cases[i].since_ms};
        uint64_t sub = hub_subscribe(f->hub, &q);
        struct snapshot *s = counted(f, sub, 30000);
        assert_int_equal(s->log->from, cases[i].from);
        assert_int_equal(s->log->times_ms[0], 119000);
        assert_int_equal(s->log->times_ms[5], 119000); /* what goes back counts as before */
        assert_int_equal(s->log->first_ms, 100000);
        assert_int_equal(s->log->last_ms, 3099000);
        snapshot_unref(s);
        hub_unsubscribe(f->hub, sub);
    }
    fixture_free(f);
}

static void test_no_times(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(SV("one\ntwo\n"));
    struct query q = {.type = QUERY_LOG, .id = EXEC "/S", .since_ms = 5};
    struct snapshot *s = counted(f, hub_subscribe(f->hub, &q), 2);
    assert_int_equal(s->log->times_ms[1], 0);
    assert_int_equal(s->log->last_ms, 0);
    assert_int_equal(s->log->from, 2);
    snapshot_unref(s);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_shrinks_while_it_is_read_ends),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_window_and_tail),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_no_times),
        cmocka_unit_test(it_grows_where_files_are_not_watched),
    };
    return RUN_TESTS(tests);
}
