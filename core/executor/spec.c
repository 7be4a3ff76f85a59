/* attempt.spec as fields of a table, and lists of words; see spec.h. */
#include "core/executor/spec.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"

static void words_take(struct words *w, char *z)
{
    vec_reserve(w, w->n + 2 < 8 ? 8 : w->n + 2);
    w->at[w->n++] = z;
    w->at[w->n] = NULL;
}

void words_add(struct words *w, const char *z)
{
    words_take(w, xstrdup(z));
}

void words_add_sv(struct words *w, struct sv v)
{
    words_take(w, sv_dup(v));
}

void words_addf(struct words *w, const char *fmt, ...)
{
    struct str s = STR_INIT;
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(&s, fmt, ap);
    va_end(ap);
    words_take(w, str_detach(&s));
}

void words_release(struct words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->at[i]);
    }
    vec_release(w);
}

static size_t find_env(const struct words *w, const char *name)
{
    size_t n = strlen(name), i = 0;
    while (i < w->n && (strncmp(w->at[i], name, n) != 0 || w->at[i][n] != '=')) {
        i++;
    }
    return i;
}

void words_set_env(struct words *w, const char *name, const char *value)
{
    char *word = xasprintf("%s=%s", name, value);
    size_t i = find_env(w, name);
    if (i == w->n) {
        words_take(w, word);
    } else {
        free(w->at[i]);
        w->at[i] = word;
    }
}

const char *words_get_env(const struct words *w, const char *name)
{
    size_t i = find_env(w, name);
    return i < w->n ? w->at[i] + strlen(name) + 1 : NULL;
}

/* --- the fields --- */
enum field_type { FIELD_TEXT, FIELD_WORDS, FIELD_NUMBER, FIELD_FLAG, FIELD_SANDBOX, FIELD_BIND };

struct field {
    const char *key;
    enum field_type type;
    size_t offset;
    bool is_writable; /* FIELD_BIND */
};

#define AT(member) offsetof(struct attempt_spec, member)
static const struct field fields[] = {
    {.key = "dir", .type = FIELD_TEXT, .offset = AT(dir)},
    {.key = "token", .type = FIELD_TEXT, .offset = AT(token)},
    {.key = "arg", .type = FIELD_WORDS, .offset = AT(argv)},
    {.key = "env", .type = FIELD_WORDS, .offset = AT(env)},
    {.key = "cwd", .type = FIELD_TEXT, .offset = AT(cwd)},
    {.key = "sandbox", .type = FIELD_SANDBOX, .offset = AT(sandbox)},
    {.key = "bwrap", .type = FIELD_TEXT, .offset = AT(bwrap)},
    {.key = "rootfs", .type = FIELD_TEXT, .offset = AT(rootfs)},
    {.key = "prefix", .type = FIELD_WORDS, .offset = AT(prefix)},
    {.key = "isolate_network", .type = FIELD_FLAG, .offset = AT(is_network_isolated)},
    {.key = "max_runtime_s", .type = FIELD_NUMBER, .offset = AT(max_runtime_s)},
    {.key = "grace_s", .type = FIELD_NUMBER, .offset = AT(grace_s)},
    {.key = "log_limit_bytes", .type = FIELD_NUMBER, .offset = AT(log_limit_bytes)},
    {.key = "nofile", .type = FIELD_NUMBER, .offset = AT(limits.nofile)},
    {.key = "nproc", .type = FIELD_NUMBER, .offset = AT(limits.nproc)},
    {.key = "fsize_bytes", .type = FIELD_NUMBER, .offset = AT(limits.fsize_bytes)},
    {.key = "address_bytes", .type = FIELD_NUMBER, .offset = AT(limits.address_bytes)},
    {.key = "bind", .type = FIELD_BIND, .is_writable = false},
    {.key = "bind_rw", .type = FIELD_BIND, .is_writable = true},
    {.key = "hidden", .type = FIELD_WORDS, .offset = AT(hidden)},
    {.key = "revive", .type = FIELD_WORDS, .offset = AT(revive)},
    {.key = "driver_lock", .type = FIELD_TEXT, .offset = AT(driver_lock)},
};
static const char *const sandbox_words[] = {[SANDBOX_NONE] = "none", [SANDBOX_BWRAP] = "bwrap"};
_Static_assert(ALEN(sandbox_words) == SANDBOX_KIND_COUNT, "a word each");

/* Members are reached by offset: void keeps the alignment the struct gave them. */
static void *member(struct attempt_spec *s, const struct field *f)
{
    return (unsigned char *)s + f->offset;
}

static const void *member_of(const struct attempt_spec *s, const struct field *f)
{
    return (const unsigned char *)s + f->offset;
}

void attempt_spec_init(struct attempt_spec *s)
{
    *s = (struct attempt_spec){.grace_s = 120, .log_limit_bytes = UINT64_C(2) << 30};
}

void attempt_spec_release(struct attempt_spec *s)
{
    for (size_t i = 0; i < ALEN(fields); i++) {
        if (fields[i].type == FIELD_TEXT) {
            free(*(char **)member(s, &fields[i]));
        } else if (fields[i].type == FIELD_WORDS) {
            words_release(member(s, &fields[i]));
        }
    }
    for (size_t i = 0; i < s->binds.n; i++) {
        free(s->binds.at[i].from);
        free(s->binds.at[i].to);
    }
    vec_release(&s->binds);
    attempt_spec_init(s);
}

void attempt_spec_add_bind(struct attempt_spec *s, const char *from, const char *to, bool writable)
{
    vec_push(&s->binds, (struct attempt_bind){xstrdup(from), xstrdup(to), writable});
}

/* --- writing --- */
static void add_field(struct str *out, const char *key, const char *value)
{
    str_addf(out, "%s=%s", key, value);
    str_addc(out, 0);
}

static void add_number(struct str *out, const char *key, uint64_t x)
{
    str_addf(out, "%s=%llu", key, (unsigned long long)x);
    str_addc(out, 0);
}

static void write_field(const struct attempt_spec *s, const struct field *f, struct str *out)
{
    const void *at = f->type == FIELD_BIND ? NULL : member_of(s, f);
    switch (f->type) {
    case FIELD_TEXT:
        if (*(char *const *)at) {
            add_field(out, f->key, *(char *const *)at);
        }
        break;
    case FIELD_WORDS: {
        const struct words *w = at;
        for (size_t i = 0; i < w->n; i++) {
            add_field(out, f->key, w->at[i]);
        }
        break;
    }
    case FIELD_NUMBER:
        add_number(out, f->key, *(const uint64_t *)at);
        break;
    case FIELD_FLAG:
        add_number(out, f->key, *(const bool *)at);
        break;
    case FIELD_SANDBOX:
        add_field(out, f->key, sandbox_words[s->sandbox]);
        break;
    case FIELD_BIND:
        for (size_t i = 0; i < s->binds.n; i++) {
            if (s->binds.at[i].is_writable == f->is_writable) {
                add_field(out, f->key, s->binds.at[i].from);
                add_field(out, "to", s->binds.at[i].to);
            }
        }
        break;
    }
}

void attempt_spec_write(const struct attempt_spec *s, struct str *out)
{
    add_number(out, "format", SPEC_FORMAT);
    for (size_t i = 0; i < ALEN(fields); i++) {
        write_field(s, &fields[i], out);
    }
}

/* --- reading --- */
static bool read_number(const char *key, struct sv v, uint64_t *ret, struct err *e)
{
    int64_t x;
    if (!fmt_parse_i64(v, &x) || x < 0) {
        return err_set(e, ERR_CORRUPT, "attempt.spec: %s is no number", key);
    }
    *ret = (uint64_t)x;
    return true;
}

static bool read_text(char **at, const char *key, struct sv v, struct err *e)
{
    if (*at) {
        return err_set(e, ERR_CORRUPT, "attempt.spec: %s is there twice", key);
    }
    *at = sv_dup(v);
    return true;
}

static bool read_sandbox(struct sv v, enum sandbox_kind *ret, struct err *e)
{
    for (size_t i = 0; i < ALEN(sandbox_words); i++) {
        if (sv_eqz(v, sandbox_words[i])) {
            *ret = (enum sandbox_kind)i;
            return true;
        }
    }
    return err_set(e, ERR_CORRUPT, "attempt.spec: an unknown sandbox");
}

static bool read_field(struct attempt_spec *s, const struct field *f, struct sv v, struct err *e)
{
    void *at = f->type == FIELD_BIND ? NULL : member(s, f);
    uint64_t flag = 0;
    switch (f->type) {
    case FIELD_TEXT:
        return read_text(at, f->key, v, e);
    case FIELD_WORDS:
        words_add_sv(at, v);
        return true;
    case FIELD_NUMBER:
        return read_number(f->key, v, at, e);
    case FIELD_FLAG:
        if (!read_number(f->key, v, &flag, e)) {
            return false;
        }
        *(bool *)at = flag != 0;
        return true;
    case FIELD_SANDBOX:
        return read_sandbox(v, &s->sandbox, e);
    case FIELD_BIND:
        vec_push(&s->binds, (struct attempt_bind){sv_dup(v), NULL, f->is_writable});
        return true;
    }
    return false;
}

/* The second half of a bind. */
static bool read_to(struct attempt_spec *s, struct sv v, struct err *e)
{
    struct attempt_bind *b = s->binds.n ? &s->binds.at[s->binds.n - 1] : NULL;
    if (!b || b->to) {
        return err_set(e, ERR_CORRUPT, "attempt.spec: a bind's end without its beginning");
    }
    b->to = sv_dup(v);
    return true;
}

static bool read_one(struct attempt_spec *s, struct sv field, struct err *e)
{
    struct sv key;
    if (!sv_split(&field, '=', &key) || !field.p) {
        return err_set(e, ERR_CORRUPT, "attempt.spec: a field without \"=\"");
    }
    if (sv_eqz(key, "to")) {
        return read_to(s, field, e);
    }
    for (size_t i = 0; i < ALEN(fields); i++) {
        if (sv_eqz(key, fields[i].key)) {
            return read_field(s, &fields[i], field, e);
        }
    }
    return err_set(e, ERR_CORRUPT, "attempt.spec: an unknown field");
}

bool attempt_spec_read(struct sv bytes, struct attempt_spec *s, struct err *e)
{
    if (bytes.n > SPEC_MAX_BYTES || !bytes.n || bytes.p[bytes.n - 1] != 0) {
        return err_set(e, ERR_CORRUPT, "attempt.spec is cut short or too large");
    }
    bytes.n--;
    struct sv field;
    uint64_t format = 0;
    if (!sv_split(&bytes, 0, &field) || !sv_starts(field, "format=") ||
        !read_number("format", (struct sv){field.p + 7, field.n - 7}, &format, e)) {
        return err_set(e, ERR_CORRUPT, "attempt.spec does not begin with its format");
    }
    if (format != SPEC_FORMAT) {
        return err_set(e, ERR_INVALID,
                       "attempt.spec has format %llu and this mlw-shim reads %d: "
                       "mlw and mlw-shim are of different versions",
                       (unsigned long long)format, SPEC_FORMAT);
    }
    while (sv_split(&bytes, 0, &field)) {
        if (!read_one(s, field, e)) {
            return false;
        }
    }
    return attempt_spec_check(s, e);
}

/* --- sense --- */
static bool check_path(const char *what, const char *path, bool is_needed, struct err *e)
{
    if ((is_needed && !path) || (path && path[0] != '/')) {
        return err_set(e, ERR_INVALID, "attempt.spec: %s is %s", what,
                       path ? "not an absolute path" : "missing");
    }
    return true;
}

static bool check_paths(const struct attempt_spec *s, struct err *e)
{
    const struct {
        const char *what, *path;
        bool is_needed;
    } cases[] = {
        {"dir", s->dir, true},
        {"cwd", s->cwd, false},
        {"rootfs", s->rootfs, false},
        {"bwrap", s->bwrap, s->sandbox == SANDBOX_BWRAP},
        {"driver_lock", s->driver_lock, s->revive.n > 0},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        if (!check_path(cases[i].what, cases[i].path, cases[i].is_needed, e)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->hidden.n; i++) {
        if (!check_path("hidden", s->hidden.at[i], true, e)) {
            return false;
        }
    }
    for (size_t i = 0; i < s->binds.n; i++) {
        if (!check_path("a bind", s->binds.at[i].from, true, e) ||
            !check_path("a bind's place", s->binds.at[i].to, true, e)) {
            return false;
        }
    }
    return true;
}

static bool check_env(const struct words *env, struct err *e)
{
    for (size_t i = 0; i < env->n; i++) {
        const char *eq = strchr(env->at[i], '=');
        if (!eq || eq == env->at[i]) {
            return err_set(e, ERR_INVALID, "attempt.spec: environment without a name or value: %s",
                           env->at[i]);
        }
    }
    return true;
}

bool attempt_spec_check(const struct attempt_spec *s, struct err *e)
{
    if (!check_paths(s, e) || !check_env(&s->env, e)) {
        return false;
    }
    if (!s->token || !s->token[0]) {
        return err_set(e, ERR_INVALID, "attempt.spec: the token is missing");
    }
    if (!s->argv.n || !s->argv.at[0][0]) {
        return err_set(e, ERR_INVALID, "attempt.spec: there is no program to run");
    }
    if (s->rootfs && s->sandbox != SANDBOX_BWRAP) {
        return err_set(e, ERR_INVALID, "an image's root folder (%s) needs the sandbox", s->rootfs);
    }
    return (s->max_runtime_s >= 0 && s->grace_s >= 0) ||
           err_set(e, ERR_INVALID, "attempt.spec: a time below zero");
}
