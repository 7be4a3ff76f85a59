/* ini: mlw.conf, keys, themes and templates, by inih.
 *
 *   # a comment            a whole line that begins with # or ; (after spaces): there are no
 *   ; a comment            comments behind a value, so values may hold both, as commands do
 *   [section]              nothing may follow
 *   key = value            only = parts them, the first one: keys may hold spaces, colons, globs
 *   "key" = value          for keys that begin with [ # ; or " or that hold =
 *
 * Section, key and value are trimmed and otherwise as they stand (a quoted key without its
 * quotes; a value's quotes stay). Keys may repeat and come in order; a key before any section has
 * section "". A value may be empty. Lines are not continued. What is none of these is an error
 * with its number; so is a control character other than a tab, invalid UTF-8, a line over
 * INI_MAX_LINE_BYTES, a section over INI_MAX_SECTION_BYTES and a text over INI_MAX_BYTES. (An
 * inih built without options of its own takes lines of 198 bytes; a longer one is an error too.)
 * Any thread. */
#ifndef MLW_BASE_INI_H
#define MLW_BASE_INI_H

#include "core/base/err.h"
#include "core/base/str.h"

enum { INI_MAX_BYTES = 1 << 20, INI_MAX_LINE_BYTES = 32 * 1024, INI_MAX_SECTION_BYTES = 48 };

/* Called for every key in order; false ends the reading with the error it set (file:line is put
 * before it). The texts are borrowed for the call. */
typedef bool (*ini_fn)(void *arg, const char *section, const char *key, const char *value, int line,
                       struct err *e);

/* `name` stands for the text in messages. */
MUST_USE bool ini_read(struct sv text, const char *name, ini_fn fn, void *arg, struct err *e);
MUST_USE bool ini_read_file(const char *path, ini_fn fn, void *arg, struct err *e);

#endif
