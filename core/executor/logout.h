/* logout: what becomes of a driver when its person logs out, and the scope that outlives it.
 *
 * Where logind has KillUserProcesses=yes, everything that was started in a login session ends with
 * it, detached or not. A scope of the user's own manager (systemd-run --user --scope) does not
 * belong to the session; it lasts as long as that manager, which without lingering is until the
 * person's last session ends. */
#ifndef MLW_EXECUTOR_LOGOUT_H
#define MLW_EXECUTOR_LOGOUT_H

#include "core/executor/spec.h"

struct logout_verdict {
    char *systemd_run; /* its path where a driver must be started by it, and can be; else NULL */
    char *warning;     /* for a person: what ends, why, what to do; NULL: executions go on */
};

/* Asked once (logind only when this process is in a login session; 3 s at most) and remembered for
 * this process; borrowed for its life. Not from several threads at once. */
const struct logout_verdict *logout_probe(void);

/* Add the words that start outside the session what comes after them; none where none are needed
 * or can be had. */
void logout_wrap(struct words *argv);

#endif
