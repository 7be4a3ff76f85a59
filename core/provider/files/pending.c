/* Bundles of points; see pending.h. */
#include "core/provider/files/pending.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

/* Above so many metrics the empty bundles are given back. */
enum { KEEP_SERIES = 4096 };

struct series {
    VEC(struct point) points;
};

void pending_init(struct pending *p)
{
    *p = (struct pending){.key = STR_INIT};
}

static void drop_series(struct pending *p)
{
    for (size_t i = 0; i < p->series.n; i++) {
        struct series *s = p->series.at[i].value;
        vec_release(&s->points);
        free(s);
    }
    map_release(&p->series);
}

void pending_release(struct pending *p)
{
    drop_series(p);
    str_release(&p->key);
    p->n = 0;
}

void pending_add(struct pending *p, struct sv key, const struct point *point)
{
    str_clear(&p->key);
    utf8_make_valid(&p->key, key);
    struct series *s = map_get(&p->series, sv_of(&p->key));
    if (!s) {
        s = xcalloc(1, sizeof *s);
        map_set(&p->series, sv_of(&p->key), s);
    }
    vec_push(&s->points, *point);
    p->n++;
}

bool pending_flush(struct pending *p, const char *run, const struct reader_sink *to, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && p->n && i < p->series.n; i++) {
        struct series *s = p->series.at[i].value;
        const char *key = p->series.at[i].key;
        if (s->points.n) {
            ok = to->points(to->arg, run, key, s->points.at, s->points.n, e) &&
                 to->latest(to->arg, run, key, s->points.at[s->points.n - 1].value, e);
            vec_clear(&s->points);
        }
    }
    p->n = 0;
    if (p->series.n > KEEP_SERIES) {
        drop_series(p);
    }
    return ok;
}
