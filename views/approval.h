/* approval: what speaks for a version of a model, beside the last approved one: its metrics and how
 * far each is from the other's, who had it made, which conditions and gates it passed, and the
 * digests of the data and the code it came from.
 *
 * Made from the versions of its group as the hub has them; borrows nothing of them. Pure, UI
 * thread, O(versions + metrics + digests).
 *
 *     struct approval a;
 *     approval_init(&a, rows, "churn/7", view_goals(v), now_ms);
 *     … a.lines.at[i].name, value, other, change …
 *     approval_release(&a); */
#ifndef MLW_VIEWS_APPROVAL_H
#define MLW_VIEWS_APPROVAL_H

#include "core/base/vec.h"
#include "core/mlw.h"
#include "core/model/goal.h"

enum approval_part {
    APPROVAL_METRIC,
    APPROVAL_GATE, /* what it passed, by step: "easier" where less is asked for than of the other */
    APPROVAL_MADE, /* who had it made */
    APPROVAL_DATA,
    APPROVAL_CODE
};

struct approval_line {
    enum approval_part part;
    const char *name; /* in `names` of its approval, or static */
    char *value;      /* "penguins.csv@f204db2c"; NULL: the other has it, this one has not */
    char *other;      /* the other's; NULL: it has none */
    char *change;     /* "+0.004 better", "same", "easier"; NULL: nothing to say */
    unsigned style;   /* of the value */
    bool is_worse, is_same;
};

struct approval {
    VEC(struct approval_line) lines; /* by part */
    VEC(char *) names;
    char *beside; /* id of the approved version; NULL: none was approved before */
};

/* NULL: it is not among them. */
const struct row *approval_row(const struct snapshot *rows, const char *id);
/* Without lines when `id` is not among them. */
void approval_init(struct approval *a, const struct snapshot *rows, const char *id,
                   const struct goals *goals, int64_t now_ms);
void approval_release(struct approval *a);
/* The same in a few lines, for a question: at most eight. */
void approval_text(struct str *out, const struct snapshot *rows, const char *id,
                   const struct goals *goals, int64_t now_ms);

#endif
