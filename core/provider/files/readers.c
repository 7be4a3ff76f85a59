/* Which reader is for which source; see reader.h. */
#include "core/provider/files/reader.h"

/* Files first, then folders by their layout; TensorBoard takes any folder with event files. */
const struct reader *const readers[] = {
    &mlruns_reader,
    &wandb_reader,
    &tensorboard_reader,
    NULL,
};

const struct reader *reader_find(const char *path)
{
    for (const struct reader *const *r = readers; *r; r++) {
        if ((*r)->is_here(path)) {
            return *r;
        }
    }
    return NULL;
}
