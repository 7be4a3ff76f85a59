/* mlw: the facade between the screen and everything else. Views include this and tui/ alone.
 *
 * The hub owns the store, the providers and their thread; a view subscribes to what it shows and
 * gets immutable snapshots as events; an action is a request whose outcome comes back as an
 * event. Nothing here blocks. All functions belong to the one thread that made the hub. A new
 * feature is a new line in requests.def, never a new function.
 *
 *     uint64_t sub = hub_subscribe(hub, &(struct query){QUERY_ROWS, KIND_RUN, .n = 60});
 *     struct ev ev;
 *     while (hub_next_event(hub, &ev)) { ...ev.snapshot...; ev_release(&ev); }
 *     hub_unsubscribe(hub, sub);
 */
#ifndef MLW_MLW_H
#define MLW_MLW_H

#include "core/model/action.h"
#include "core/model/kinds.h"
#include "core/model/snapshot.h"

struct hub;

struct hub_options {
    const char *dir;   /* -C: where to look for the workspace; NULL = the current folder */
    bool is_read_only; /* every shared action is refused */
    bool is_inline;    /* no thread: hub_step turns the loop (one-shot commands, tests) */
    bool is_brief;     /* it answers once and goes: STORE_BRIEF */
    /* Tracking data on disk instead of a workspace: read into the cache before anything is
     * answered; runs and experiments alone, nothing can be done. */
    const char *source;
    enum run_view view;
};

/* Open the workspace's store and start the thread. NULL with an error: a store that cannot be
 * read. *ret_wake_fd becomes readable when events wait (it is drained by hub_next_event). */
struct hub *hub_new(const struct hub_options *options, int *ret_wake_fd, struct err *e);
void hub_free(struct hub *hub);
/* Ask for something; `req` is moved. Returns the id that its EV_REPLY bears. */
uint64_t hub_request(struct hub *hub, struct req *req);
/* Forget a request that was not begun yet, or stop one that is a search. */
void hub_cancel(struct hub *hub, uint64_t request);
/* Begin to get snapshots of a query: one soon, one whenever it changed. */
uint64_t hub_subscribe(struct hub *hub, const struct query *query);
/* Change the window, filter, order and selection of a subscription; type, kind, id and ids stay. */
void hub_window(struct hub *hub, uint64_t subscription, const struct query *query);
void hub_unsubscribe(struct hub *hub, uint64_t subscription);
/* The next event, which the caller releases with ev_release; false when none waits. */
bool hub_next_event(struct hub *hub, struct ev *ret_ev);
/* Inline hubs: turn the loop once, waiting at most timeout_ms for something to happen. */
void hub_step(struct hub *hub, int timeout_ms);

#endif
