/* walk: the files of a source, found in slices.
 *
 * Links are followed, a folder is entered once. Folders that hold no runs (.git, node_modules …)
 * are passed over. What was found is in the order of (folder, name), by bytes. One thread; the
 * caller releases. */
#ifndef MLW_PROVIDER_FILES_WALK_H
#define MLW_PROVIDER_FILES_WALK_H

#include "core/base/map.h"
#include "core/base/os.h"
#include "core/base/vec.h"

enum { WALK_MAX_FOLDERS = 200000, WALK_MAX_DEPTH = 32 };

struct walk_found {
    char *dir; /* below the root; "." is the root itself */
    char *name;
};

struct walk {
    const char *root;
    bool (*wants)(const char *dir, const char *name);
    unsigned max_depth;
    VEC(char *) dirs; /* still to be listed */
    char *dir;        /* being looked through, from names.at[at] on */
    struct os_names names;
    size_t at;
    struct map entered;
    VEC(struct walk_found) found;
    bool is_whole; /* nothing was left out */
};

/* root is borrowed while it goes on; max_depth 0: the root alone. */
void walk_start(struct walk *w, const char *root, unsigned max_depth,
                bool (*wants)(const char *dir, const char *name));
/* Until the deadline; true when all is found. */
bool walk_step(struct walk *w, int64_t deadline_us);
void walk_release(struct walk *w);

#endif
