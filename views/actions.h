/* actions: what a view does to things that are shared: ask first, send, say how it ended.
 *
 * A view embeds one `struct act` and hands its reply and event slots on. One action is under way
 * at a time; its dialog is T1 (`y` is yes). Nothing is drawn here; outcomes are toasts. UI thread.
 *
 *     act_stop(&s->act, v, "k3v9x0m2q8ab");
 *     static void exec_reply(struct view *v, int tag, enum reply what, struct sv text) {
 *         if (act_reply(&state(v)->act, v, tag, what, text)) return; … }
 *     if (act_event(&s->act, v, ev)) return;
 *     act_release(&s->act);                                  // close */
#ifndef MLW_VIEWS_ACTIONS_H
#define MLW_VIEWS_ACTIONS_H

#include "core/mlw.h"
#include "tui/view_ops.h"

enum { ACT_TAG_DIALOG = 1000, ACT_TAG_REASON = 1001 }; /* views take tags below */

struct act {
    enum req_type type;
    char *id, *reason; /* what it is done to; NULL: nothing is asked */
    uint64_t request;  /* under way; 0: none */
};

void act_release(struct act *a);
/* Executions by id. */
void act_stop(struct act *a, struct view *v, const char *execution);
void act_retry(struct act *a, struct view *v, const char *execution);
/* Gates: `token` is what is decided on, `subject` what the person knows it by. */
void act_approve(struct act *a, struct view *v, const char *token, const char *subject);
/* Asks for the reason first, unless `reason` has one. */
void act_reject(struct act *a, struct view *v, const char *token, const char *subject,
                struct sv reason);
/* true: it was for this. */
bool act_reply(struct act *a, struct view *v, int tag, enum reply what, struct sv text);
bool act_event(struct act *a, struct view *v, const struct ev *ev);

#endif
