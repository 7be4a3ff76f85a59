/* COPY_OUT: every row of a subscription as CSV, written beside the file and renamed into place. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/delimited.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/hub/hub.h"
#include "core/hub/row_copy.h"
#include "core/model/cell.h"

enum { FLUSH_BYTES = 256 * 1024, BATCH_ROWS = 128 };

struct export
{
    char *path, *part; /* part: while it is written */
    int fd;
    uint64_t sub;
    struct str out;
    VEC(char *) keys[FAMILY_COUNT];
    VEC(uint32_t) order;
    uint64_t epoch;
    size_t at;
};

static void export_free(void *state)
{
    struct export *x = state;
    if (x->fd >= 0) {
        close(x->fd);
        unlink(x->part);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < x->keys[f].n; i++) {
            free(x->keys[f].at[i]);
        }
        vec_release(&x->keys[f]);
    }
    vec_release(&x->order);
    str_release(&x->out);
    free(x->path);
    free(x->part);
    free(x);
}

static void add_cell(struct str *out, const char *text, bool is_first)
{
    if (!is_first) {
        str_addc(out, ',');
    }
    delimited_csv(out, sv_z(text));
}

static void add_header(struct export *x, enum kind kind)
{
    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        add_cell(&x->out, kinds[kind].fields[i].id, i == 0);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < x->keys[f].n; i++) {
            CLEANUP(mem_free_ptr)
            char *name = xasprintf("%s.%s", family_names[f], x->keys[f].at[i]);
            add_cell(&x->out, name, false);
        }
    }
    str_addz(&x->out, "\r\n");
}

static void add_row(struct export *x, enum kind kind, const struct row *row, int64_t now_ms)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        str_clear(&text);
        cell_text(&text, row->cells[i], &kinds[kind].fields[i], CELL_MACHINE, now_ms);
        add_cell(&x->out, text.p, i == 0);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < x->keys[f].n; i++) {
            str_clear(&text);
            cell_text(&text, row_named(row, (enum family)f, x->keys[f].at[i]), NULL, CELL_MACHINE,
                      now_ms);
            add_cell(&x->out, text.p, false);
        }
    }
    str_addz(&x->out, "\r\n");
}

static bool flush(struct export *x, struct err *e)
{
    bool ok = os_write_all(x->fd, sv_of(&x->out), x->path, e);
    str_clear(&x->out);
    return ok;
}

static bool finish(struct hub *hub, struct export *x, uint64_t request, struct err *e)
{
    if (!flush(x, e)) {
        return false;
    }
    if (fsync(x->fd) != 0) {
        return err_sys(e, "could not write %s", x->path);
    }
    if (!os_rename(x->part, x->path, e)) {
        return false;
    }
    close(x->fd);
    x->fd = -1;
    hub_reply(hub, request, NULL, xstrdup(x->path),
              xasprintf("%zu rows are in %s", x->order.n, x->path));
    return true;
}

static bool write_rows(struct hub *hub, struct export *x, struct rowset *set, int64_t deadline_us,
                       struct err *e)
{
    int64_t now_ms = clock_wall_ms();
    while (x->at < x->order.n && clock_mono_us() < deadline_us) {
        struct arena a;
        struct row rows[BATCH_ROWS];
        size_t left = x->order.n - x->at, n = left < BATCH_ROWS ? left : BATCH_ROWS;
        arena_init(&a, 0);
        bool ok = rows_copy(set, hub->st, x->order.at + x->at, n, now_ms, 0, &a, rows, e);
        x->at += n;
        for (size_t i = 0; ok && i < n; i++) {
            add_row(x, set->kind, &rows[i], now_ms);
        }
        arena_release(&a);
        if (!ok || (x->out.n > FLUSH_BYTES && !flush(x, e))) {
            return false;
        }
    }
    return true;
}

static bool export_step(struct hub *hub, struct task *task, int64_t deadline_us)
{
    struct export *x = task->state;
    struct sub *sub = hub_sub(hub, x->sub);
    struct rowset *set = NULL;
    size_t n;
    struct err e;
    bool ok = true;
    if (sub) {
        rows_order(sub, &set, &n);
    }
    if (!set || set->epoch != x->epoch) {
        ok = err_set(&e, ERR_CANCELLED, "the list that was to be written to %s has changed",
                     x->path);
        err_hint(&e, "ask again");
    }
    ok = ok && write_rows(hub, x, set, deadline_us, &e);
    if (ok && x->at < x->order.n) {
        return true;
    }
    ok = ok && finish(hub, x, task->request, &e);
    if (!ok) {
        hub_reply(hub, task->request, &e, NULL, NULL);
    }
    return false;
}

static bool begin(struct export *x, const struct sub *sub, struct err *e)
{
    struct rowset *set;
    size_t n;
    const uint32_t *order = rows_order(sub, &set, &n);
    x->epoch = set->epoch;
    for (size_t i = 0; i < n; i++) {
        vec_push(&x->order, order[i]);
    }
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct key_set *keys = rowset_keys(set, (enum family)f);
        for (size_t i = 0; i < keys->at.n; i++) {
            vec_push(&x->keys[f], xstrdup(keys->at.at[i]));
        }
    }
    x->fd = open(x->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (x->fd < 0) {
        return err_sys(e, "could not write %s", x->path);
    }
    add_header(x, set->kind);
    return true;
}

void export_rows(struct hub *hub, uint64_t id, struct req *req)
{
    struct err e;
    struct sub *sub = hub_sub(hub, req->subscription);
    if (!sub || sub->type != &rows_type || !req->text || !req->text[0]) {
        err_set(&e, ERR_USAGE, "an export needs a list and the name of a file");
        hub_reply(hub, id, &e, NULL, NULL);
        return;
    }
    struct export *x = xcalloc(1, sizeof *x);
    str_init(&x->out);
    x->path = xstrdup(req->text);
    x->part = xasprintf("%s.part", req->text);
    x->sub = sub->id;
    if (!begin(x, sub, &e)) {
        hub_reply(hub, id, &e, NULL, NULL);
        export_free(x);
        return;
    }
    struct task *task = xcalloc(1, sizeof *task);
    *task = (struct task){id, x, export_step, export_free};
    hub_task(hub, task);
}
