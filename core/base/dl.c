/* Libraries opened at first use; see dl.h. */
#include "core/base/dl.h"

#include <dlfcn.h>
#include <string.h>

bool dl_load(const struct dl_library *library, void *table, struct err *e)
{
    void *handle = NULL;
    for (const char *const *name = library->sonames; *name && !handle; name++) {
        handle = dlopen(*name, RTLD_NOW | RTLD_LOCAL);
    }
    if (!handle) {
        err_set(e, ERR_FAILED, "could not open %s: no such library, or it does not load",
                library->sonames[0]);
        return err_hint(e, "install %s", library->package);
    }
    for (size_t i = 0; i < library->symbol_count; i++) {
        void *symbol = dlsym(handle, library->symbols[i].name);
        if (!symbol) {
            err_set(e, ERR_FAILED, "could not find %s in %s", library->symbols[i].name,
                    library->sonames[0]);
            dlclose(handle);
            return err_hint(e, "install a newer %s", library->package);
        }
        /* ISO C has no conversion from an object to a function pointer; POSIX says the bytes are
         * the same */
        memcpy((char *)table + library->symbols[i].offset, &symbol, sizeof symbol);
    }
    return true;
}
