/* env: what every view is given by whoever made the app: app_config.world points to one.
 *
 *     struct hub *hub = view_hub(v);
 *     s->sub = hub_subscribe(hub, &(struct query){QUERY_ROWS, KIND_STEP, .id = id});
 *
 * Owned by the root, outlives the app; UI thread. */
#ifndef MLW_VIEWS_ENV_H
#define MLW_VIEWS_ENV_H

#include "core/mlw.h"
#include "core/model/goal.h"
#include "tui/app.h"

struct view_env {
    struct hub *hub;
    struct goals goals; /* what is better of which metric; borrowed */
};

static inline struct hub *view_hub(const struct view *v)
{
    return ((const struct view_env *)app_world(v->app))->hub;
}
static inline const struct goals *view_goals(const struct view *v)
{
    return &((const struct view_env *)app_world(v->app))->goals;
}

#endif
