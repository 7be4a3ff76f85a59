/* things: what can be done to one row of any kind, the same at home, in tables and on pages.
 *
 * A thing is borrowed from a row (and its snapshot). `things_can` and `things_do` fit the slots of
 * a view; commands that are not about one thing (sorting, marks) are the view's own. UI thread. */
#ifndef MLW_VIEWS_THINGS_H
#define MLW_VIEWS_THINGS_H

#include "views/actions.h"
#include "views/rawdoc.h"

struct thing {
    enum kind kind; /* KIND_COUNT: there is none */
    const char *id, *name, *status;
    const char *execution, *step; /* that it is or belongs to; "" when there is none */
    const char *run;              /* that it is or became */
    const char *why;              /* why it is as it is */
    const char *line;             /* of a bookmark: where it leads */
    const char *attention;        /* id of what needs a person; "" elsewhere */
    struct act_gate gate;         /* token NULL or "": none */
};

/* Rows of KIND_ATTENTION become what they stand for. row NULL: no thing. */
struct thing thing_of(enum kind kind, const struct row *row);
/* EXEC/STEP or EXEC/STEP/N whose log belongs to it; false: none. */
bool thing_log(const struct thing *t, struct str *out);
/* CAN_NOT: not about one thing. */
enum can things_can(const struct thing *t, enum cmd cmd, struct str *why);
enum handled things_do(struct view *v, struct act *act, struct rawdoc *raw, const struct thing *t,
                       enum cmd cmd, const struct cmd_arg *arg);
/* Everything about a row, a line a field, in groups: a text to read. */
void things_describe(struct str *out, enum kind kind, const struct row *row, int64_t now_ms);

#endif
