/* path: file names as text. Pure; nothing touches the disk. */
#ifndef MLW_BASE_PATH_H
#define MLW_BASE_PATH_H

#include <stdbool.h>

#include "core/base/str.h"

/* "a/b" of a and b (one slash between); b alone when b is absolute or a is empty. Caller frees. */
char *path_join(const char *a, const char *b);
char *path_join3(const char *a, const char *b, const char *c);
char *path_dir(const char *path);        /* "a" of "a/b", "." of "b", "/" of "/b"; caller frees */
const char *path_base(const char *path); /* the part after the last slash; borrowed */
char *path_stem(const char *path);       /* base without its last extension; caller frees */
/* True when `rel` stays below where it starts: relative, no "..", not empty, no NUL. */
bool path_is_below(struct sv rel);

#endif
