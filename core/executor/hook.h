/* hook: a program of the person's own is told something, and not waited for.
 *
 * It runs in a session and a process group of its own, without a terminal and without any
 * descriptor of ours: `text` is its standard input, what it prints goes nowhere, its environment
 * is PATH, HOME and LANG, its folder `dir`. It is killed with its process group after
 * HOOK_LIMIT_MS by a process that only watches it. Any thread. */
#ifndef MLW_EXECUTOR_HOOK_H
#define MLW_EXECUTOR_HOOK_H

#include "core/base/err.h"
#include "core/base/str.h"

enum { HOOK_LIMIT_MS = 10000, HOOK_TEXT_BYTES = 4096 };

/* The file of a program: itself when it begins with /, else looked for in the absolute folders of
 * PATH. NULL with ERR_IO when it is not there or cannot be run. Caller frees. */
char *hook_find(const char *program, struct err *e);
/* Start it: path of hook_find, words as argv (ends with NULL), at most HOOK_TEXT_BYTES of text.
 * ERR_IO when no process could be made; what becomes of the program is not known. */
MUST_USE bool hook_start(const char *path, char *const *words, const char *dir, struct sv text,
                         struct err *e);

#endif
