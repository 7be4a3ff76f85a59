/* Files compiled into the program: what `mlw new` and `mlw demo` lay down, the default themes,
 * the database's schema, the shells' completion.
 *
 * Made by tests/tools/embed at build time. Constant data, never freed, safe from every thread.
 * Each array ends with an entry whose name is NULL. Names are relative paths with '/'; an empty
 * file has size 0 and data that must not be read. Looking a name up is a walk: O(files). */
#ifndef MLW_BASE_EMBED_H
#define MLW_BASE_EMBED_H

#include <stddef.h>

struct embed_file {
    const char *name;
    const unsigned char *data;
    size_t size;
};

extern const struct embed_file templates_files[];
extern const struct embed_file themes_files[];
extern const struct embed_file sql_files[];
extern const struct embed_file shells_files[];

#endif
