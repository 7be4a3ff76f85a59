/* action: what a person asks the hub to do, and what comes back. Plain data, moved between the
 * threads: the sender forgets a request, the receiver releases a reply. */
#ifndef MLW_MODEL_ACTION_H
#define MLW_MODEL_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "core/model/snapshot.h"

enum req_type {
#define REQ(R, word, is_shared) REQ_##R,
#include "core/model/requests.def"
#undef REQ
    REQ_COUNT
};
extern const struct req_info {
    const char *word;
    bool is_shared; /* journalled; refused with --read-only */
} req_infos[REQ_COUNT];

enum { MATCHED_MAX = 10000 }; /* ids that MATCHED gives */

struct pair {
    char *key, *value;
};

struct req {
    enum req_type type;
    char *id;   /* what it is about: execution, token, package, attempt */
    char *text; /* reason, pattern, file name */
    char *name; /* START: pipeline name or NULL */
    VEC(struct pair) params;
    int parallel;          /* START: 0 = the number of cores */
    int retry_on_exit;     /* START */
    uint64_t subscription; /* COPY_OUT, MATCHED */
    uint64_t at;           /* LOG_FIND: first line looked at */
    bool is_backward;
};
void req_release(struct req *r);
void req_pair(struct req *r, const char *key, const char *value); /* copies */

enum query_type {
    QUERY_ROWS,  /* rows of `kind`, of what `id` names (an execution for steps, jobs, events; a
                    model for packages; an experiment for runs) or all when NULL */
    QUERY_DOC,   /* the document of `kind` and `id` */
    QUERY_LOG,   /* lines of attempt `id` (EXEC/STEP/N; EXEC/STEP is its newest attempt) */
    QUERY_SERIES /* every metric of run `id`, or `key` alone, in `pixels` buckets */
};

struct query {
    enum query_type type;
    enum kind kind;
    const char *id, *filter, *sort; /* copied by hub_subscribe */
    /* QUERY_ROWS: these alone and in this order, an id (or a unique prefix of four) a line. The
     * snapshot's err says which of them is not there or fits several, once all were read. */
    const char *ids;
    const char *key;
    const char *select; /* id whose place in the order is wanted */
    size_t first, n;    /* window of rows or lines; n 0 = all (one-shot commands); 500
                         * rows and more come once, when everything is read */
    unsigned omit;      /* QUERY_ROWS: families (1 << FAMILY_…) that nobody will look at */
    bool is_tail;       /* QUERY_LOG: the window is the last n lines, and follows */
    int64_t since_ms;   /* QUERY_LOG: tell the first line written then or after it; 0: all */
    int pixels;
};

enum ev_type {
    EV_SNAPSHOT, /* of a subscription */
    EV_REPLY,    /* to a request */
    EV_NOTICE,   /* something worth a line: migration, read-only store, lost driver */
    EV_CALL      /* what REQ_NOTIFY watches ended, waits or (ok false) turned red: text says so */
};

struct ev {
    enum ev_type type;
    uint64_t id;               /* of the subscription or the request */
    struct snapshot *snapshot; /* EV_SNAPSHOT: a reference that the receiver owns */
    bool ok;                   /* EV_REPLY */
    struct err err;            /* EV_REPLY when not ok; EV_NOTICE: the text */
    char *reply_id;            /* EV_REPLY: what was made */
    char *text;                /* EV_REPLY: a sentence about what was done; EV_CALL */
    int64_t at;                /* EV_REPLY to LOG_FIND: the line, -1: none; to MATCHED: how many */
    struct json *doc;          /* EV_REPLY: plan */
};
void ev_release(struct ev *ev);

#endif
