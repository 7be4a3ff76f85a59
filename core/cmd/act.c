/* Inline hubs for one-shot commands; see act.h. */
#include "core/cmd/act.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/store/lists.h"
#include "core/store/sources.h"

static struct hub *source_hub(const struct cmd_line *line, const char *path, struct err *e)
{
    static const char *const words[] = {
        [RUNS_ACTIVE] = "active", [RUNS_DELETED] = "deleted", [RUNS_ALL] = "all"};
    /* one that is named by its id may lie in the bin */
    const char *word = cmd_text(line, "view");
    struct hub_options options = {.source = path, .is_inline = true, .view = RUNS_ALL};
    if (line->info->run == cmd_ls) {
        options.view = RUNS_ACTIVE;
    }
    bool is_known = !word;
    for (size_t i = 0; word && i < ALEN(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            options.view = (enum run_view)i;
            is_known = true;
        }
    }
    int wake_fd;
    if (!is_known) {
        err_set(e, ERR_USAGE, "--view is active, deleted or all, not \"%s\"", word);
        return NULL;
    }
    return hub_new(&options, &wake_fd, e);
}

static struct hub *open_hub(const struct cmd_line *line, bool may_create, bool is_brief,
                            struct err *e)
{
    struct workspace ws;
    int wake_fd;
    const char *path = cmd_text(line, "source");
    if (path) {
        return source_hub(line, path, e);
    }
    if (!cmd_workspace(line, may_create, &ws, e)) {
        return NULL;
    }
    struct hub_options options = {.dir = ws.dir,
                                  .is_read_only = line->globals.is_read_only,
                                  .is_inline = true,
                                  .is_brief = is_brief};
    struct hub *hub = hub_new(&options, &wake_fd, e);
    workspace_release(&ws);
    return hub;
}

struct hub *cmd_hub(const struct cmd_line *line, bool may_create, struct err *e)
{
    return open_hub(line, may_create, line->info->run != cmd_watch, e);
}

bool cmd_store(const struct cmd_line *line, struct store **ret_store, struct err *e)
{
    struct workspace ws;
    if (!cmd_workspace(line, false, &ws, e)) {
        return false;
    }
    unsigned flags = line->globals.is_read_only ? STORE_READ_ONLY : 0;
    bool ok = store_open(&ws, flags | STORE_BRIEF, ret_store, e);
    workspace_release(&ws);
    return ok;
}

char *cmd_resolve(const struct cmd_line *line, enum kind kind, const char *id, struct err *e)
{
    struct store *st;
    if (!cmd_store(line, &st, e)) {
        return NULL;
    }
    char *whole = list_resolve(st, kind, id, e);
    store_close(st);
    return whole;
}

/* What is called a kind elsewhere, and where it is found. */
static const struct {
    const char *word, *where;
} no_kinds[] = {
    {"message", "messages are what a screen has said since it was opened: :messages there"},
    {"messages", "messages are what a screen has said since it was opened: :messages there"},
    {"project", "a project is a folder with a workspace in it: mlw -C DIR ls contexts"},
    {"projects", "a project is a folder with a workspace in it: mlw -C DIR ls contexts"},
};

bool cmd_source(const char *path, struct store **ret_store, struct source **ret_source,
                struct err *e)
{
    struct store *st = NULL;
    struct source *source = NULL;
    if (store_open_cache(&st, e) && source_open(path, st, &source, e) && source_read(source, e)) {
        *ret_store = st;
        *ret_source = source;
        return true;
    }
    source_close(source);
    store_close(st);
    return false;
}

bool cmd_of_source(const struct cmd_line *line, enum kind kind, struct err *e)
{
    bool is_there = kind == KIND_RUN || kind == KIND_EXPERIMENT;
    if (cmd_text(line, "view") && !cmd_text(line, "source")) {
        return err_set(e, ERR_USAGE, "--view is of the runs of a --source");
    }
    return is_there || !cmd_text(line, "source") ||
           err_set(e, ERR_USAGE, "tracking data on disk has runs and experiments, no %s",
                   kinds[kind].plural);
}

enum kind cmd_kind(const char *name, struct err *e)
{
    enum kind kind = kind_find(sv_z(name));
    for (size_t i = 0; kind == KIND_COUNT && i < ALEN(no_kinds); i++) {
        if (strcmp(name, no_kinds[i].word) == 0) {
            err_set(e, ERR_USAGE, "no %s are kept to be listed", no_kinds[i].word);
            err_hint(e, "%s", no_kinds[i].where);
            return kind;
        }
    }
    if (kind == KIND_COUNT) {
        CLEANUP(str_release) struct str all = STR_INIT;
        for (enum kind k = 0; k < KIND_COUNT; k++) {
            str_addf(&all, "%s%s", k ? ", " : "", kinds[k].plural);
        }
        err_set(e, ERR_USAGE, "there are no \"%s\"; kinds are %s", name, all.p);
    }
    return kind;
}

enum kind cmd_parent_kind(enum kind kind)
{
    /* a context, which is 0, stands above none */
    static const enum kind parents[KIND_COUNT] = {
        [KIND_STEP] = KIND_EXECUTION,     [KIND_JOB] = KIND_EXECUTION,
        [KIND_EVENT] = KIND_EXECUTION,    [KIND_GATE] = KIND_EXECUTION,
        [KIND_EXECUTION] = KIND_PIPELINE, [KIND_PACKAGE] = KIND_MODEL,
        [KIND_RUN] = KIND_EXPERIMENT,
    };
    return parents[kind] ? parents[kind] : KIND_COUNT;
}

/* KIND:ID, with the kind as it is called and the id whole. */
static char *resolve_about(const struct cmd_line *line, const char *id, struct err *e)
{
    size_t n = strcspn(id, ":");
    enum kind kind = kind_find((struct sv){id, n});
    if (!id[n] || kind == KIND_COUNT) {
        err_set(e, ERR_USAGE, "--parent %s: what it is about is named by KIND:ID", id);
        return NULL;
    }
    CLEANUP(mem_free_ptr) char *whole = cmd_resolve(line, kind, id + n + 1, e);
    return whole ? xasprintf("%s:%s", kinds[kind].singular, whole) : NULL;
}

char *cmd_resolve_parent(const struct cmd_line *line, enum kind kind, const char *id, struct err *e)
{
    enum kind parent = cmd_parent_kind(kind);
    if (cmd_text(line, "source")) {
        return xstrdup(id); /* as it is called there */
    }
    if (kind_is_about(kind)) {
        return resolve_about(line, id, e);
    }
    if (parent == KIND_COUNT && kind != KIND_DATASET && kind != KIND_ATTENTION) {
        err_set(e, ERR_USAGE, "%s are listed below nothing: leave --parent out",
                kinds[kind].plural);
        return NULL;
    }
    return parent == KIND_COUNT ? xstrdup(id) : cmd_resolve(line, parent, id, e);
}

/* Which of the two would be meant? */
static bool is_among(const char **texts, size_t n, struct sv key)
{
    for (size_t i = 0; i < n; i++) {
        if (strncmp(texts[i], key.p, key.n) == 0 && texts[i][key.n] == '=') {
            return true;
        }
    }
    return false;
}

bool cmd_pairs(const struct cmd_line *line, const char *long_name, struct req *req, struct err *e)
{
    const char **texts;
    size_t n = cmd_list(line, long_name, &texts);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        const char *equals = strchr(texts[i], '=');
        if (!equals || equals == texts[i]) {
            ok = err_set(e, ERR_USAGE, "--%s takes NAME=VALUE, not \"%s\"", long_name, texts[i]);
            break;
        }
        if (is_among(texts, i, (struct sv){texts[i], (size_t)(equals - texts[i])})) {
            ok = err_set(e, ERR_USAGE, "--%s: %.*s is given twice", long_name,
                         (int)(equals - texts[i]), texts[i]);
            break;
        }
        char *key = xstrndup(texts[i], (size_t)(equals - texts[i]));
        req_pair(req, key, equals + 1);
        free(key);
    }
    free(texts);
    return ok;
}

bool cmd_act(const struct cmd_line *line, bool may_create, struct req *req, struct ev *ret_reply,
             struct err *e)
{
    struct hub *hub = open_hub(line, may_create, false, e);
    if (!hub) {
        req_release(req);
        return false;
    }
    uint64_t id = hub_request(hub, req);
    for (;;) {
        struct ev ev;
        while (hub_next_event(hub, &ev)) {
            if (ev.type == EV_REPLY && ev.id == id) {
                bool ok = ev.ok;
                if (ok) {
                    *ret_reply = ev;
                } else {
                    *e = ev.err;
                    ev_release(&ev);
                }
                hub_free(hub);
                return ok;
            }
            ev_release(&ev);
        }
        hub_step(hub, -1);
    }
}

/* Nothing more will come of this snapshot unless the world changes. */
static bool is_complete(const struct snapshot *s)
{
    switch (s->type) {
    case SNAPSHOT_ROWS:
        return s->err.code != ERR_NONE || s->loaded == s->total;
    case SNAPSHOT_LOG:
        return s->log->is_counted;
    case SNAPSHOT_DOC:
        return s->loaded == s->total;
    case SNAPSHOT_SERIES:
    case SNAPSHOT_ERROR:
        break;
    }
    return true;
}

struct snapshot *cmd_ask(struct hub *hub, const struct query *query, struct err *e)
{
    uint64_t sub = hub_subscribe(hub, query);
    struct snapshot *answer = NULL;
    while (!answer) {
        struct ev ev;
        while (!answer && hub_next_event(hub, &ev)) {
            if (ev.type == EV_SNAPSHOT && ev.id == sub && is_complete(ev.snapshot)) {
                answer = snapshot_ref(ev.snapshot);
            }
            ev_release(&ev);
        }
        if (!answer) {
            hub_step(hub, -1);
        }
    }
    hub_unsubscribe(hub, sub);
    if (answer->type == SNAPSHOT_ERROR || answer->err.code != ERR_NONE) {
        *e = answer->err;
        snapshot_unref(answer);
        return NULL;
    }
    return answer;
}
