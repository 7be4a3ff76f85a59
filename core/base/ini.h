/* ini: mlw.conf, keys and templates, by inih. Sections and keys as they stand; a line that is
 * neither is an error with its number. Keys may hold spaces and globs. At most 1 MiB. */
#ifndef MLW_BASE_INI_H
#define MLW_BASE_INI_H

#include "core/base/err.h"
#include "core/base/str.h"

/* Called for every key in order; false ends the reading with the error it set (file:line is put
 * before it). */
typedef bool (*ini_fn)(void *arg, const char *section, const char *key, const char *value, int line,
                       struct err *e);

MUST_USE bool ini_read(struct sv text, const char *name, ini_fn fn, void *arg, struct err *e);
MUST_USE bool ini_read_file(const char *path, ini_fn fn, void *arg, struct err *e);

#endif
