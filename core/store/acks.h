/* acks: what a person put aside, with the reason: hidden from what needs a person until its state
 * is another. `kind` is "execution" or "gate". Call from the store's thread; writes run in a
 * transaction. */
#ifndef MLW_STORE_ACKS_H
#define MLW_STORE_ACKS_H

#include "core/store/store.h"

/* An execution that Failed or a gate that waits. ERR_NOT_FOUND; ERR_REFUSED where nothing is to
 * hide. */
MUST_USE bool ack_set(struct store *st, const char *kind, const char *id, const char *reason,
                      const char *actor, struct err *e);
/* As if it had never been put aside; an object that was not is none the worse. */
MUST_USE bool ack_take_back(struct store *st, const char *kind, const char *id, struct err *e);

#endif
