/* Runs that are gone; see gone.h. */
#include "core/provider/files/gone.h"

#include <stdlib.h>

#include "core/base/vec.h"

struct sweep {
    const struct map *seen;
    VEC(char *) gone;
};

static void note(void *arg, const char *run)
{
    struct sweep *s = arg;
    if (!map_has(s->seen, sv_z(run))) {
        vec_push(&s->gone, xstrdup(run));
    }
}

bool gone_sweep(const struct map *seen, const struct reader_sink *to,
                const char *(*forget)(void *arg, const char *run), void *arg, struct err *e)
{
    struct sweep s = {.seen = seen};
    bool ok = to->each_run(to->arg, note, &s, e);
    for (size_t i = 0; i < s.gone.n; i++) {
        const char *run = s.gone.at[i];
        if (ok) {
            const char *piece = forget(arg, run);
            ok = to->purge(to->arg, run, NULL, INT64_MIN, e) && to->gone(to->arg, run, e) &&
                 (!piece || to->keep(to->arg, piece, NULL, e));
        }
        free(s.gone.at[i]);
    }
    vec_release(&s.gone);
    return ok;
}
