/* probe: short questions to programs of this machine, with an end in any case.
 *
 * Programs are found by PATH. Calls block for at most their limit; any thread. */
#ifndef MLW_EXECUTOR_PROBE_H
#define MLW_EXECUTOR_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

/* The first executable of that name in an absolute folder of PATH; caller frees; NULL: none. */
char *probe_find(const char *program);

/* Run argv[0] (a path) without input; what it says on both outputs is appended to `said`, 4 KiB at
 * most. True when it ended with 0 within the limit; after that it is killed. env NULL: our own. */
MUST_USE bool probe_run(char *const *argv, char *const *env, int64_t limit_ms, struct str *said);

#endif
