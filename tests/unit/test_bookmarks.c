/* Views that are kept: each workspace its own, in a file of the person's that nobody else can read,
 * also where the workspace can only be read; what older versions kept is taken over once. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/hub/hub.h"
#include "core/store/bookmarks.h"
#include "core/store/db.h"
#include "core/store/lists.h"
#include "tests/unit/records.h"
#include "tests/unit/tmp.h"

/* A home of the test's own. */
static char *home_new(void)
{
    char *home = tmp_new();
    (void)setenv("XDG_DATA_HOME", home, 1);
    return home;
}

static bool print_row(void *arg, const struct list_row *row)
{
    str_addf(arg, "%s=%s ", row->cells[FIELD_BOOKMARK_id].text,
             row->cells[FIELD_BOOKMARK_line].text);
    return true;
}

static void assert_kept(struct store *st, const char *want)
{
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str out = STR_INIT;
    if (!list_rows(st, KIND_BOOKMARK, NULL, 0, print_row, &out, &e)) {
        fail_msg("%s", e.msg);
    }
    assert_string_equal(out.p ? out.p : "", want);
}

static void keep(struct store *st, const char *name, const char *line)
{
    struct err e = ERR_INIT;
    if (!bookmark_set(st, name, line, "me", &e)) {
        fail_msg("%s", e.msg);
    }
}

static void what_is_not_kept_is_not_forgotten(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *home = home_new();
    CLEANUP(mem_free_ptr) char *path = path_join(home, "mlw/user.db");
    struct records r;
    struct err e = ERR_INIT;
    records_open(&r);
    assert_kept(r.st, "");
    assert_false(os_exists(path)); /* looking makes nothing */
    assert_false(bookmark_set(r.st, "none", NULL, "me", &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    (void)setenv("XDG_DATA_HOME", "/proc/none", 1);
    struct records other;
    records_open(&other);
    assert_false(bookmark_set(other.st, "a", "runs", "me", &e));
    assert_non_null(strstr(e.msg, "/proc/none/mlw"));
    records_close(&other);
    records_close(&r);
}

static void each_workspace_has_its_own(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *home = home_new();
    struct records a, b;
    records_open(&a);
    records_open(&b);
    keep(a.st, "best", "runs sort -auc");
    keep(b.st, "best", "runs sort loss");
    keep(b.st, "all", "executions");
    keep(a.st, "best", "runs sort auc");
    assert_kept(a.st, "best=runs sort auc ");
    assert_kept(b.st, "all=executions best=runs sort loss ");
    keep(b.st, "best", NULL);
    assert_kept(b.st, "all=executions ");
    assert_kept(a.st, "best=runs sort auc ");
    CLEANUP(mem_free_ptr) char *dir = path_join(home, "mlw");
    CLEANUP(mem_free_ptr) char *path = path_join(dir, "user.db");
    struct stat s;
    assert_int_equal(stat(dir, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0700);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0600);
    records_close(&a);
    records_close(&b);
}

static void every_statement_on_it_prepares(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *home = home_new();
    struct records r;
    struct store *user;
    struct err e = ERR_INIT;
    records_open(&r);
    assert_true(db_user(r.st, true, &user, &e));
    assert_true(store_prepare_all(user, &e));
    records_close(&r);
}

static struct store *reopened(struct records *r, unsigned flags)
{
    struct err e = ERR_INIT;
    store_close(r->st);
    r->st = NULL;
    if (!store_open(&r->ws, flags, &r->st, &e)) {
        fail_msg("%s", e.msg);
    }
    return r->st;
}

static void older_ones_are_taken_over_once(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *home = home_new();
    struct records r;
    struct err e = ERR_INIT;
    records_open(&r);
    assert_true(db_exec(r.st, "insert into bookmark values('old','runs','me',5)", &e));
    assert_kept(reopened(&r, STORE_READ_ONLY), ""); /* --read-only writes nowhere */
    assert_kept(reopened(&r, 0), "old=runs ");
    keep(r.st, "new", "models");
    keep(r.st, "old", NULL);
    assert_kept(reopened(&r, 0), "new=models ");
    assert_kept(reopened(&r, STORE_READ_ONLY), "new=models ");
    records_close(&r);
}

static struct ev asked(struct hub *hub, const char *name, const char *line)
{
    struct req req = {.type = REQ_BOOKMARK, .id = xstrdup(name), .text = xstrdup(line)};
    uint64_t id = hub_request(hub, &req);
    for (;;) {
        struct ev ev;
        hub_step(hub, 50);
        while (hub_next_event(hub, &ev)) {
            if (ev.id == id) {
                return ev;
            }
            ev_release(&ev);
        }
    }
}

/* A newer mlw wrote it: this one looks only. With --read-only nothing at all is kept. */
static void a_workspace_that_can_only_be_read_has_bookmarks(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *home = home_new();
    struct records r;
    struct err e = ERR_INIT;
    int fd;
    records_open(&r);
    assert_true(db_exec(r.st, "pragma user_version=1000", &e));
    assert_true(store_is_read_only(reopened(&r, 0)));
    struct hub_options options = {.dir = r.dir, .is_inline = true};
    struct hub *hub = hub_new(&options, &fd, &e);
    assert_non_null(hub);
    struct ev ev = asked(hub, "best", "runs");
    assert_true(ev.ok);
    assert_string_equal(ev.text, "kept as \"best\": runs");
    ev_release(&ev);
    assert_kept(r.st, "best=runs ");
    hub_free(hub);
    options.is_read_only = true;
    hub = hub_new(&options, &fd, &e);
    ev = asked(hub, "best", "models");
    assert_int_equal(ev.err.code, ERR_REFUSED);
    assert_non_null(strstr(ev.err.msg, "--read-only"));
    ev_release(&ev);
    hub_free(hub);
    assert_kept(r.st, "best=runs ");
    records_close(&r);
}

/* Two screens: what one keeps the other has, without being told. */
static void another_screen_sees_it(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *home = home_new();
    struct records r;
    struct err e = ERR_INIT;
    struct store *other = NULL;
    records_open(&r);
    assert_true(store_open(&r.ws, 0, &other, &e));
    keep(r.st, "one", "runs");
    assert_kept(other, "one=runs ");
    int64_t before = store_data_version(other);
    assert_int_equal(store_data_version(other), before);
    keep(r.st, "two", "models");
    assert_int_not_equal(store_data_version(other), before);
    store_close(other);
    records_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_kept_is_not_forgotten),
        cmocka_unit_test(each_workspace_has_its_own),
        cmocka_unit_test(every_statement_on_it_prepares),
        cmocka_unit_test(older_ones_are_taken_over_once),
        cmocka_unit_test(a_workspace_that_can_only_be_read_has_bookmarks),
        cmocka_unit_test(another_screen_sees_it),
    };
    return RUN_TESTS(tests);
}
