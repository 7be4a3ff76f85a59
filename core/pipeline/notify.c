/* Looking, claiming and calling; see notify.h. */
#include "core/pipeline/notify.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/config/config.h"
#include "core/executor/hook.h"

enum { MAX_NAME_BYTES = 200, MAX_WHY_BYTES = 1000 }; /* in JSON at most twice as long */

void notify_init(struct notify_watch *w, enum kind kind, const char *id)
{
    *w = (struct notify_watch){.kind = kind, .id = xstrdup(id)};
}

void notify_release(struct notify_watch *w)
{
    for (size_t i = 0; i < w->seen.n; i++) {
        free(w->seen.at[i]);
    }
    vec_release(&w->seen);
    free(w->id);
    *w = (struct notify_watch){0};
}

/* Of the watched thing itself, not of a gate of it. */
static bool is_end(const struct notify_watch *w, const struct notice *n)
{
    return z_eq(n->kind, kinds[w->kind].singular) && !z_eq(n->event, "waiting");
}

/* Whether it is new to this watcher, who knows it from now on. */
static bool is_new(struct notify_watch *w, const struct notice *n)
{
    char *key = xasprintf("%s %s %s %lld", n->kind, n->id, n->event, (long long)n->since_ms);
    for (size_t i = 0; i < w->seen.n; i++) {
        if (z_eq(w->seen.at[i], key)) {
            free(key);
            return false;
        }
    }
    vec_push(&w->seen, key);
    return true;
}

/* Harmless and at most max bytes, by characters. */
static void add_member(struct json *j, const char *key, const char *text, size_t max)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, sv_z(text));
    struct sv rest = sv_of(&clean);
    if (clean.n > max) {
        while (clean.n - rest.n < max - 4) {
            (void)utf8_next(&rest);
        }
        str_truncate(&clean, clean.n - rest.n);
        str_addz(&clean, "…");
    }
    json_set_str(j, key, clean.p ? clean.p : "");
}

static void print(const struct notice *n, struct str *out)
{
    struct json *j = json_new_object();
    CLEANUP(str_release) struct str since = STR_INIT;
    clock_rfc3339(&since, n->since_ms);
    add_member(j, "event", n->event, MAX_NAME_BYTES);
    add_member(j, "kind", n->kind, MAX_NAME_BYTES);
    add_member(j, "id", n->id, MAX_NAME_BYTES);
    add_member(j, "name", n->name, MAX_NAME_BYTES);
    add_member(j, "context", n->context, MAX_NAME_BYTES);
    add_member(j, "state", n->state, MAX_NAME_BYTES);
    add_member(j, "why", n->why, MAX_WHY_BYTES);
    add_member(j, "since", since.p, MAX_NAME_BYTES);
    json_print(j, JSON_COMPACT, out);
    str_addc(out, '\n');
    json_free(j);
}

/* Only what can be called is claimed: another watcher may know a better PATH. */
static bool call_claimed(const struct config_command *command, const struct workspace *ws,
                         struct store *st, const struct notice *n, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = hook_find(command->words[0], e);
    CLEANUP(str_release) struct str text = STR_INIT;
    bool is_mine = false;
    if (!path || !notice_claim(st, n, &is_mine, e)) {
        return false;
    }
    print(n, &text);
    return !is_mine || hook_start(path, command->words, ws->dir, sv_of(&text), e);
}

static bool call(const struct workspace *ws, struct store *st, const struct notice *n,
                 struct err *e)
{
    struct config config;
    if (!config_load(NULL, &config, e)) { /* the person's own: see config.h */
        return false;
    }
    bool ok = !config.notify_command.word_count || store_is_read_only(st) ||
              call_claimed(&config.notify_command, ws, st, n, e) ||
              err_wrap(e, "[notify] command was not called for %s %s", n->kind, n->id);
    config_release(&config);
    return ok;
}

bool notify_skip(struct notify_watch *w, struct store *st, struct err *e)
{
    struct arena a;
    struct notice_rows rows;
    arena_init(&a, 0);
    bool ok = notices_of(st, w->kind, w->id, &a, &rows, e);
    w->is_over = false;
    for (size_t i = 0; ok && i < rows.n; i++) {
        w->is_over |= is_end(w, &rows.at[i]);
        (void)is_new(w, &rows.at[i]);
    }
    arena_release(&a);
    return ok;
}

bool notify_look(struct notify_watch *w, const struct workspace *ws, struct store *st,
                 void (*fn)(void *arg, const struct notice *n), void *arg, struct err *e)
{
    struct arena a;
    struct notice_rows rows = {0};
    arena_init(&a, 0);
    bool ok = notices_of(st, w->kind, w->id, &a, &rows, e);
    w->is_over = false;
    for (size_t i = 0; i < rows.n; i++) {
        const struct notice *n = &rows.at[i];
        struct err failure = ERR_INIT;
        w->is_over |= is_end(w, n);
        if (!is_new(w, n)) {
            continue;
        }
        if (!call(ws, st, n, &failure) && ok) {
            *e = failure;
            ok = false;
        }
        if (fn) {
            fn(arg, n);
        }
    }
    arena_release(&a);
    return ok;
}

void notify_line(const struct notice *n, struct str *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addf(&text, "%s %s %s%s%s", n->name ? n->name : n->kind, n->id, n->state,
             n->why ? ": " : "", n->why ? n->why : "");
    utf8_sanitize(out, sv_of(&text));
}
