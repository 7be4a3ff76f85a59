/* dl: libraries that are opened at first use, since linking them would cost every start.
 *
 * A door describes its library once: the names to try, the functions it wants and where their
 * pointers go in a table of its own. dl_load is called by pthread_once or the like of the door;
 * what was opened stays open until the process ends. */
#ifndef MLW_BASE_DL_H
#define MLW_BASE_DL_H

#include <stddef.h>

#include "core/base/err.h"

struct dl_symbol {
    const char *name;
    size_t offset; /* of the function pointer in the table */
};

struct dl_library {
    const char *package;        /* what to install, for the hint */
    const char *const *sonames; /* tried in order; ends with NULL */
    const struct dl_symbol *symbols;
    size_t symbol_count;
};

/* Fill `table`. On failure (ERR_FAILED names library and symbol) it is part-filled: not to be
 * used. */
MUST_USE bool dl_load(const struct dl_library *library, void *table, struct err *e);

#endif
