/* records: a workspace of a test's own with its store open, and what is written into it. Each call
 * ends the test when it fails. */
#ifndef MLW_TESTS_UNIT_RECORDS_H
#define MLW_TESTS_UNIT_RECORDS_H

#include "core/store/runs.h"
#include "core/store/store.h"

struct records {
    char *dir;
    struct workspace ws;
    struct store *st;
};

void records_open(struct records *r);
void records_close(struct records *r); /* removes the workspace */

/* An event with that JSON text, in a transaction of its own. */
void records_event(struct store *st, const char *execution, enum event_type type, const char *json);
/* A run of experiment "e" that began at started_ms, in the transaction that is open; params and
 * tags are JSON texts or NULL. */
void records_run(struct store *st, const char *uid, int64_t started_ms, const char *params,
                 const char *tags);

#endif
