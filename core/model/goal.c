/* What is better; see goal.h. */
#include "core/model/goal.h"

#include "core/base/str.h"

enum goal goals_find(const struct goals *goals, const char *metric)
{
    for (size_t i = 0; goals && i < goals->n; i++) {
        if (z_eq(goals->at[i].metric, metric)) {
            return goals->at[i].goal;
        }
    }
    return GOAL_NONE;
}
