/* goal: whether more or less of a metric is better, as somebody said it: a tuning job's objective,
 * else `[metrics] NAME = min|max` of mlw.conf. What nobody said has no goal and is never guessed.
 * A list is borrowed by whoever asks; pure, any thread. */
#ifndef MLW_MODEL_GOAL_H
#define MLW_MODEL_GOAL_H

#include <stddef.h>

enum goal { GOAL_NONE, GOAL_MIN, GOAL_MAX };

struct goal_of {
    const char *metric;
    enum goal goal;
};

/* The first that names a metric wins: objectives stand before what a file says. */
struct goals {
    const struct goal_of *at;
    size_t n;
};

/* O(n); goals may be NULL. */
enum goal goals_find(const struct goals *goals, const char *metric);

#endif
