/* hub: what the files of core/hub share: the hub's own side of the facade.
 *
 * struct hub is made by the UI thread; from hub_new on everything below `hub side` belongs to the
 * hub's thread (or to hub_step, where there is none). Messages cross by two queues and own what
 * they carry. */
#ifndef MLW_HUB_HUB_H
#define MLW_HUB_HUB_H

#include <pthread.h>

#include "core/base/digest.h"
#include "core/hub/rowset.h"
#include "core/loop/loop.h"
#include "core/loop/queue.h"
#include "core/mlw.h"
#include "core/provider/files/source.h"
#include "core/query/sort.h"
#include "core/store/store.h"

enum {
    SLICE_US = 4000, /* of work, before keys are looked at */
    SLICE_LEAST_US = 500,
    CHANGE_MS = 50,     /* between two looks at what was committed */
    NET_MS = 500,       /* between looks where no bell was heard */
    PROGRESS_MS = 100,  /* between snapshots of what is still being read */
    FULL_RETRY_MS = 10, /* the UI's queue was full */
    GUARD_MS = 2000,    /* how often it is looked whether what runs is driven */
    QUEUE_CAPACITY = 1024
};

/* --- what crosses --- */
enum msg_type { MSG_REQUEST, MSG_CANCEL, MSG_SUBSCRIBE, MSG_WINDOW, MSG_UNSUBSCRIBE, MSG_END };
struct msg {
    enum msg_type type;
    uint64_t id;
    struct req req;
    struct query query; /* its texts are owned */
};
void query_copy(struct query *to, const struct query *from);
void query_release(struct query *q);

/* --- hub side --- */
struct hub;
struct sub;
struct notify_watch;

/* What each type of query does. */
struct sub_type {
    void (*begin)(struct hub *hub, struct sub *sub);
    void (*changed)(struct hub *hub, struct sub *sub); /* something was committed; may be NULL */
    void (*window)(struct hub *hub, struct sub *sub, const struct query *before);
    /* A slice until deadline_us of clock_mono_us; false when there is nothing to do now. */
    bool (*work)(struct hub *hub, struct sub *sub, int64_t deadline_us);
    void (*end)(struct hub *hub, struct sub *sub);
};
extern const struct sub_type rows_type, doc_type, dataset_type, log_type, series_type;

struct sub {
    uint64_t id, generation;
    struct query query;
    const struct sub_type *type;
    bool needs_work;
    int64_t not_before_ms; /* of clock_mono_ms; 0: now */
    bool has_sent;
    uint64_t sent_hash;
    void *state; /* of the type */
};

/* A request that is done in slices. */
struct task {
    uint64_t request;
    void *state;
    bool (*step)(struct hub *hub, struct task *task, int64_t deadline_us); /* false: done */
    void (*free)(void *state);
};

struct hub {
    /* UI side */
    bool is_inline, is_read_only;
    uint64_t last_id;
    VEC(struct msg *) backlog; /* the queue was full */
    /* both */
    struct queue *to_hub, *to_ui;
    int wake_fd;
    pthread_t thread;
    /* hub side */
    struct workspace ws;
    struct store *st;
    struct source *source; /* NULL: a workspace */
    bool is_source_read;
    struct loop *loop;
    struct loop_watch *watch;
    struct loop_timer *net, *change, *retry, *later, *guard;
    VEC(struct sub *) subs;
    VEC(struct rowset *) sets;
    VEC(struct task *) tasks;
    VEC(struct notify_watch *) watched; /* for whom this screen calls: notify.c */
    struct digest_memo *digests;        /* of inputs that were planned with; NULL: none yet */
    VEC(struct ev *) outbox;
    int64_t data_version, looked_ms;
    bool is_working, is_ending;
    bool has_guarded, is_logout_told;
    size_t looks, sent; /* for tests */
};

/* hub.c */
/* An inline hub that goes on looking makes sure that what runs is driven, as the screen does. Its
 * loop, for timers and signals of the command that turns it. */
struct loop *hub_stay(struct hub *hub);
void hub_work_soon(struct hub *hub);           /* the idle callback is armed */
void hub_changed(struct hub *hub);             /* something was committed, perhaps by us */
void hub_send(struct hub *hub, struct ev *ev); /* takes *ev over */
/* Send unless it is what was sent last; takes the snapshot over. */
void hub_send_snapshot(struct hub *hub, struct sub *sub, struct snapshot *s, uint64_t hash);
void hub_send_error(struct hub *hub, struct sub *sub, const struct err *e);
struct sub *hub_sub(const struct hub *hub, uint64_t id);
void hub_task(struct hub *hub, struct task *task); /* takes it over */
/* work.c */
void hub_work(void *arg);                           /* arg: the hub, as in the two below */
void hub_receive(struct hub *hub, struct msg *msg); /* takes it over */
void hub_look(void *arg);                           /* has something been committed? */
void hub_bell(void *arg);                           /* the same, but not too often */
struct rowset *hub_set(struct hub *hub, enum kind kind, const char *id); /* counted */
void hub_set_unref(struct hub *hub, struct rowset *set);
/* rows.c: the set of a subscription; every row of a subscription in its order, for exports. */
struct rowset *rows_set(const struct sub *sub);
bool rows_is_ordered(const struct sub *sub); /* by what was asked for last, or it never will be */
const uint32_t *rows_order(const struct sub *sub, struct rowset **ret_set, size_t *ret_n);
void hub_listen(struct hub *hub); /* somebody wants to know what is committed */
/* bookmarks.c */
void keep_view(struct hub *hub, uint64_t id, struct req *req);
/* notify.c: what is watched is asked for, looked at after a change, and forgotten. */
void notify_ask(struct hub *hub, uint64_t id, struct req *req);
void notify_watched(struct hub *hub);
void notify_end(struct hub *hub);
/* log.c, export.c, matched.c, plan.c: requests done in slices. */
void matched_ids(struct hub *hub, uint64_t id, struct req *req);
void remember_line(struct hub *hub, uint64_t id, struct req *req);
void log_find(struct hub *hub, uint64_t id, struct req *req);
void export_rows(struct hub *hub, uint64_t id, struct req *req);
void plan_start(struct hub *hub, uint64_t id, struct req *req);
/* requests.c */
void hub_do(struct hub *hub, uint64_t id, struct req *req);
/* The answer to a request; e NULL when it went well. Takes reply_id and text over. */
void hub_reply(struct hub *hub, uint64_t request, const struct err *e, char *reply_id, char *text);

#endif
