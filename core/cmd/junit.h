/* junit: what an execution's steps came to, as a JUnit report for CI.
 *
 * One testsuite an execution, one testcase a step: a failure has the step's reason and the end of
 * its log, one that was stopped (or had not ended when its watcher left) is an error, one that did
 * not run is skipped. The text is XML 1.0 whatever jobs printed: terminal sequences are removed,
 * characters that XML has no place for become U+FFFD, and everything is bounded: of a log at most
 * JUNIT_LOG_BYTES are read and of a line JUNIT_LINE_BYTES are kept. Call from the store's thread.
 */
#ifndef MLW_CMD_JUNIT_H
#define MLW_CMD_JUNIT_H

#include "core/base/str.h"
#include "core/store/execution.h"

enum { JUNIT_LOG_BYTES = 16 * 1024, JUNIT_LINE_BYTES = 1000, JUNIT_REASON_BYTES = 4096 };

struct junit_step {
    const struct step_row *row;
    const char *log; /* the end of its log; NULL: none is told */
};

/* The report as text. `now_ms` (wall) is what ends a time that has not ended. */
void junit_print(struct str *out, const struct execution_row *x, const struct junit_step *steps,
                 size_t n, int64_t now_ms);

/* Can `file` be written? Then its whole name, links followed, which the caller frees. ERR_IO for a
 * folder that is not there or not writable, and for what is not a regular file. */
MUST_USE bool junit_probe(const char *file, char **ret_path, struct err *e);
/* Write the report of an execution as it is now: whole or not at all. */
MUST_USE bool junit_write(struct store *st, const char *execution, const char *path, struct err *e);

#endif
