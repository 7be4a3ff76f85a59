/* Marks of a table: all that match, and what is said about it. See browse.h. */
#include "views/browse.h"

/* All that match are marked, in sight or not: the hub knows their ids. */
bool browse_mark_all(struct view *v, enum cmd cmd)
{
    struct browse *b = browse_of(v);
    bool is_part = b->rows && b->rows->n < b->rows->matched;
    if (cmd == CMD_MARK_ALL && is_part) {
        struct req req = {.type = REQ_MATCHED, .subscription = b->sub};
        b->marking = hub_request(view_hub(v), &req);
    }
    return cmd == CMD_MARK_ALL && is_part;
}

void browse_say_marks(struct view *v, enum cmd cmd, size_t before)
{
    bool marks = cmd == CMD_MARK_ALL || cmd == CMD_MARK_RANGE;
    if (marks && before == browse_of(v)->table.mark_count) {
        app_toast(v->app, TOAST_INFO, "all of these are marked already");
    }
}

bool browse_marks_event(struct view *v, const struct ev *ev)
{
    struct browse *b = browse_of(v);
    if (ev->type != EV_REPLY || !b->marking || ev->id != b->marking) {
        return false;
    }
    b->marking = 0;
    if (!ev->ok) {
        app_error(v->app, &ev->err);
        return true;
    }
    struct sv rest = sv_z(ev->text ? ev->text : ""), id;
    size_t before = b->table.mark_count, n = 0;
    while (rest.n && sv_split(&rest, '\n', &id)) {
        table_mark(&b->table, id, true);
        n++;
    }
    if (n < (size_t)ev->at) {
        app_toast(v->app, TOAST_WARN, "marked the first %zu of %lld: / narrows the list", n,
                  (long long)ev->at);
    } else if (before == b->table.mark_count) {
        app_toast(v->app, TOAST_INFO, "all of these are marked already");
    } else {
        app_toast(v->app, TOAST_INFO, "marked all %zu, also those out of sight", n);
    }
    return true;
}
