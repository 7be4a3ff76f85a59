/* actions: what a view does to things that are shared: ask first, send, say how it ended.
 *
 * A view embeds one `struct act` and hands its reply and event slots on. One action is under way
 * at a time; before it is sent a T1 dialog names all of it (`y` is yes). A decision asks Approve
 * or Reject, then the reason (not empty to reject) and what a callback hands on; a version of a
 * model is asked about with what speaks for it (approval.h). Nothing is drawn here; outcomes are
 * toasts, refusals stay until a key. UI thread.
 *
 *     act_stop(&s->act, v, "k3v9x0m2q8ab");
 *     static void exec_reply(struct view *v, int tag, enum reply what, struct sv text) {
 *         if (act_reply(&state(v)->act, v, tag, what, text)) return; … }
 *     if (act_event(&s->act, v, ev)) return;
 *     act_release(&s->act, v);                               // close */
#ifndef MLW_VIEWS_ACTIONS_H
#define MLW_VIEWS_ACTIONS_H

#include "core/mlw.h"
#include "tui/view_ops.h"

/* views take tags below */
enum { ACT_TAG_DIALOG = 1000, ACT_TAG_REASON, ACT_TAG_CHOICE, ACT_TAG_PAIRS, ACT_TAG_END };

struct act {
    enum req_type type;
    char *id, *object; /* what it is done to, and what a person knows it by; NULL: nothing asked */
    char *reason, *pairs;
    struct req values; /* START: what it is started with, instead of pairs */
    bool is_callback;
    uint64_t proof_sub;     /* versions of the model that is decided on; 0: it is no version */
    struct snapshot *proof; /* NULL: not read yet */
    uint64_t request;       /* under way; 0: none */
    enum req_type sent;     /* which */
    char *sent_id, *sent_object;
    /* what takes the last one back: acknowledgements and forgotten bookmarks; id NULL: nothing */
    enum req_type undo;
    char *undo_id, *undo_text;
    bool is_done; /* what was asked for is done: the rows that come next show it */
};

/* What is decided on. */
struct act_gate {
    const char *token, *subject; /* subject may be NULL or "" */
    bool is_callback;            /* it takes outputs */
};

/* Of a row of gates; all NULL when it is NULL. Borrowed. */
struct act_gate act_gate_of(const struct row *gate);

void act_release(struct act *a, struct view *v);
/* Executions by id. */
void act_stop(struct act *a, struct view *v, const char *execution);
void act_retry(struct act *a, struct view *v, const char *execution);
/* Approve or Reject. */
void act_decide(struct act *a, struct view *v, const struct act_gate *gate);
/* No; asks for the reason unless `reason` has one. */
void act_reject(struct act *a, struct view *v, const struct act_gate *gate, struct sv reason);
/* A new execution of a pipeline, which is opened when it has started; `pairs` is K=V K=V, asked for
 * when it is empty. */
void act_start(struct act *a, struct view *v, const char *pipeline, struct sv pairs);
/* The same with the params of `values`, which are taken over: nothing is asked but yes. */
void act_start_with(struct act *a, struct view *v, const char *pipeline, struct req *values);
/* Hide what is red until its state changes, by its name if it has one; asks for the reason unless
 * there is one. */
void act_ack(struct act *a, struct view *v, const char *attention, const char *name,
             struct sv reason);
/* Call when an execution, a run or a gate ends, waits or turns red; asked again: no more. */
void act_notify(struct act *a, struct view *v, enum kind kind, const char *id, const char *name);
/* Forget a kept view; `line` is what it was, to take that back. No question: z undoes it. */
void act_forget_bookmark(struct act *a, struct view *v, const char *name, const char *line);
/* CAN_OFF with why when nothing done here can be taken back. */
enum can act_can_undo(const struct act *a, struct str *why);
void act_undo(struct act *a, struct view *v);
/* Whether something was done since the last call: its outcome is shown at once, and not held back
 * because a key was pressed. */
bool act_take_done(struct act *a);
/* All rows of a subscription into a CSV file. */
void act_export(struct act *a, struct view *v, uint64_t subscription, struct sv file);
/* true: it was for this. */
bool act_reply(struct act *a, struct view *v, int tag, enum reply what, struct sv text);
bool act_event(struct act *a, struct view *v, const struct ev *ev);

#endif
