/* actions: what changes something shared: start, stop, retry, approve, reject, acknowledge.
 *
 * Each goes plan → journal `intent` → effect → journal outcome (DESIGN.md 8): the intent is
 * committed before anything happens, the preconditions are checked again by the effect itself
 * (compare-and-set, state in a transaction). Runs on the hub's thread; starting copies inputs and
 * may take as long as that. */
#ifndef MLW_HUB_ACTIONS_H
#define MLW_HUB_ACTIONS_H

#include "core/model/action.h"
#include "core/store/store.h"
#include "core/store/workspace.h"

struct actions {
    const struct workspace *ws;
    struct store *st;
    bool is_read_only; /* --read-only */
};

/* Do `req` (one of the shared types or ACK) and fill ok, err, reply_id and text of *ret_reply. */
void actions_do(const struct actions *a, const struct req *req, struct ev *ret_reply);

#endif
