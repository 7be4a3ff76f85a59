/* notices: what there is to tell of a state, and that one claim of many wins. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/store/db.h"
#include "core/store/notices.h"
#include "tests/unit/tmp.h"

struct space {
    char *tmp;
    struct workspace ws;
    struct store *st;
    struct err e;
};

static void begin(struct space *s)
{
    *s = (struct space){.tmp = tmp_new(), .e = ERR_INIT};
    assert_true(workspace_init(s->tmp, &s->ws, &s->e));
    assert_true(store_open(&s->ws, STORE_CREATE, &s->st, &s->e));
    assert_true(
        db_exec(s->st,
                "insert into execution(id,pipeline,status,started,actor,file,definition,"
                "parameters,options) values('e1','p','Executing',1,'me','f','{}','{}','{}');"
                "insert into step(execution,name,idx,type,depends_on,status) values"
                "('e1','a',0,'Fail','[]','Succeeded'),('e1','b',1,'Fail','[]','waiting'),"
                "('e1','c',2,'Fail','[]','skipped')",
                &s->e));
}

static void end(struct space *s)
{
    store_close(s->st);
    workspace_release(&s->ws);
    tmp_free(&s->tmp);
}

/* "event kind id state why since" of each, with ";" between. */
static void expect(struct space *s, enum kind kind, const char *id, const char *want)
{
    struct arena a;
    struct notice_rows rows;
    CLEANUP(str_release) struct str out = STR_INIT;
    arena_init(&a, 0);
    assert_true(notices_of(s->st, kind, id, &a, &rows, &s->e));
    for (size_t i = 0; i < rows.n; i++) {
        const struct notice *n = &rows.at[i];
        str_addf(&out, "%s%s %s %s %s (%s) %lld", i ? "; " : "", n->event, n->kind, n->id, n->state,
                 n->why, (long long)n->since_ms);
    }
    assert_string_equal(out.p ? out.p : "", want);
    arena_release(&a);
}

static void set(struct space *s, const char *sql)
{
    assert_true(db_exec(s->st, sql, &s->e));
}

static void only_some_kinds_can_be_watched(void **state)
{
    (void)state;
    struct space s;
    struct arena a;
    struct notice_rows rows = {0};
    begin(&s);
    arena_init(&a, 0);
    for (enum kind k = 0; k < KIND_COUNT; k++) {
        bool can = k == KIND_EXECUTION || k == KIND_RUN || k == KIND_GATE;
        struct err e = ERR_INIT;
        assert_int_equal(notices_of(s.st, k, "none", &a, &rows, &e), can);
        assert_int_equal(e.code, can ? ERR_NONE : ERR_USAGE);
        assert_int_equal(rows.n, 0);
    }
    arena_release(&a);
    end(&s);
}

static void each_state_is_told_as_what_it_is(void **state)
{
    (void)state;
    struct space s;
    begin(&s);
    expect(&s, KIND_EXECUTION, "e1", "");
    set(&s, "update execution set status='Stopping'");
    expect(&s, KIND_EXECUTION, "e1", "");
    set(&s, "update execution set status='Succeeded', ended=7");
    expect(&s, KIND_EXECUTION, "e1", "ended execution e1 Succeeded (1 of 2 done) 7");
    set(&s, "update execution set status='Stopped', ended=8");
    expect(&s, KIND_EXECUTION, "e1", "ended execution e1 Stopped (1 of 2 done) 8");
    set(&s, "update execution set status='Failed', ended=9, failure='step a: no'");
    expect(&s, KIND_EXECUTION, "e1", "red execution e1 Failed (step a: no) 9");
    set(&s, "update execution set status='Executing', ended=null, failure=null");
    set(&s, "insert into gate(token,kind,execution,step,subject,created) values"
            "('t1','Callback','e1','a','p/a',20),('t2','Approval','e1','b','m/1',21)");
    expect(&s, KIND_EXECUTION, "e1",
           "waiting gate t1 Waiting (Callback of step a, execution e1) 20; "
           "waiting gate t2 PendingManualApproval (Approval of step b, execution e1) 21");
    expect(&s, KIND_GATE, "t2",
           "waiting gate t2 PendingManualApproval (Approval of step b, execution e1) 21");
    set(&s, "update gate set state='Rejected', actor='ada', reason='too slow', decided=30 where"
            " token='t2'");
    set(&s,
        "update gate set state='Approved', actor='bob', reason='', decided=31 where token='t1'");
    expect(&s, KIND_GATE, "t2", "ended gate t2 Rejected (by ada: too slow) 30");
    expect(&s, KIND_GATE, "t1", "ended gate t1 Approved (by bob) 31");
    expect(&s, KIND_EXECUTION, "e1", "");
    set(&s, "insert into source(id,name) values(1,'local');"
            "insert into experiment(id,source,name,created) values(1,1,'x',1);"
            "insert into run(id,uid,source,slot,experiment,name,status,started) values"
            "(1,'r1',1,0,1,'n','RUNNING',1); update step set run='r1' where name='a'");
    expect(&s, KIND_RUN, "r1", "");
    set(&s, "update run set status='FINISHED', ended=40");
    expect(&s, KIND_RUN, "r1", "ended run r1 FINISHED (experiment x) 40");
    set(&s, "update run set status='FAILED', ended=41; update step set failure='killed'");
    expect(&s, KIND_RUN, "r1", "red run r1 FAILED (killed) 41");
    end(&s);
}

static void a_claim_is_won_once(void **state)
{
    (void)state;
    struct space s;
    struct notice n = {.event = "ended", .kind = "execution", .id = "e1", .since_ms = 7};
    bool is_mine = false;
    begin(&s);
    assert_true(notice_claim(s.st, &n, &is_mine, &s.e));
    assert_true(is_mine);
    assert_true(notice_claim(s.st, &n, &is_mine, &s.e));
    assert_false(is_mine);
    /* another end, another event, another thing: each can be won */
    struct notice others[] = {n, n, n, n};
    others[0].since_ms = 8;
    others[1].event = "red";
    others[2].id = "e2";
    others[3].kind = "gate";
    for (size_t i = 0; i < ALEN(others); i++) {
        assert_true(notice_claim(s.st, &others[i], &is_mine, &s.e));
        assert_true(is_mine);
    }
    end(&s);
}

enum { CLAIMERS = 8, EVENTS = 50 };

/* In a process of its own: how many of the events it won. */
static int claim_all(const struct workspace *ws, int ready_fd)
{
    struct store *st = NULL;
    struct err e = ERR_INIT;
    char go;
    int won = 0;
    if (!store_open(ws, 0, &st, &e) || read(ready_fd, &go, 1) != 0) {
        return 255;
    }
    for (int i = 0; i < EVENTS; i++) {
        struct notice n = {.event = "ended", .kind = "execution", .id = "e1", .since_ms = i};
        bool is_mine = false;
        if (!notice_claim(st, &n, &is_mine, &e)) {
            return 255;
        }
        won += is_mine;
    }
    store_close(st);
    return won;
}

static void of_many_at_once_one_wins(void **state)
{
    (void)state;
    struct space s;
    int fds[2], sum = 0;
    begin(&s);
    store_close(s.st); /* a connection does not cross a fork */
    s.st = NULL;
    assert_int_equal(pipe(fds), 0);
    for (int i = 0; i < CLAIMERS; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            close(fds[1]);
            _exit(claim_all(&s.ws, fds[0]));
        }
    }
    close(fds[0]);
    close(fds[1]); /* all begin */
    for (int i = 0; i < CLAIMERS; i++) {
        int status = 0;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= EVENTS);
        sum += WEXITSTATUS(status);
    }
    assert_int_equal(sum, EVENTS);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_some_kinds_can_be_watched),
        cmocka_unit_test(each_state_is_told_as_what_it_is),
        cmocka_unit_test(a_claim_is_won_once),
        cmocka_unit_test(of_many_at_once_one_wins),
    };
    return RUN_TESTS(tests);
}
