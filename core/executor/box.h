/* box: bubblewrap's command line for an attempt. Used by the shim, and by the probe, so that what
 * is probed is what runs. Reads the names in /opt; nothing else touches the disk. */
#ifndef MLW_EXECUTOR_BOX_H
#define MLW_EXECUTOR_BOX_H

#include "core/executor/spec.h"

/* All words up to the program (ending in "--"). The root is read-only; /opt holds what the root's
 * /opt holds, and ml; /tmp is the attempt's own; the host's /opt/ml is never touched. */
void box_command(const struct attempt_spec *s, struct words *out);

#endif
