/* holders: the processes that have one file open, ended for certain.
 *
 * A process is held by a pidfd from before the look at its files until the signal, so that a number
 * that is given anew meanwhile is never hit. What may not be looked into (another user's, a setuid
 * bubblewrap's) is left alone, as is everything where there is no /proc or no pidfd. Owns nothing;
 * any thread; costs a look at every open file of this user's processes. */
#ifndef MLW_EXECUTOR_HOLDERS_H
#define MLW_EXECUTOR_HOLDERS_H

#include <stddef.h>

/* SIGKILL to every process but this one that has `path` open; returns to how many. They end soon
 * after, not before. */
size_t holders_kill(const char *path);

#endif
