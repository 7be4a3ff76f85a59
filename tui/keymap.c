/* Reading of keys files and lookup. */
#include "tui/keymap.h"

#include <stdlib.h>

#include "core/base/embed.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

static const struct {
    const char *name, *title;
} contexts[] = {
#define KEYCTX(id, name, title) [KEYCTX_##id] = {name, title},
#include "tui/contexts.def"
#undef KEYCTX
};
_Static_assert(ALEN(contexts) == KEYCTX_COUNT, "every context has a row");

const char *keyctx_name(enum keyctx ctx)
{
    return contexts[ctx].name;
}

const char *keyctx_title(enum keyctx ctx)
{
    return contexts[ctx].title;
}

void keymap_init(struct keymap *m)
{
    *m = (struct keymap){0};
}

void keymap_release(struct keymap *m)
{
    free(m->at);
    keymap_init(m);
}

static bool context_find(struct sv name, enum keyctx *ret)
{
    for (int i = 0; i < KEYCTX_COUNT; i++) {
        if (sv_eqz(name, contexts[i].name)) {
            *ret = (enum keyctx)i;
            return true;
        }
    }
    return false;
}

static struct key_binding *find_in(const struct keymap *m, enum keyctx ctx, struct key key)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->at[i].ctx == ctx && key_eq(m->at[i].key, key)) {
            return &m->at[i];
        }
    }
    return NULL;
}

/* "command [N]" or "-" */
static bool target_parse(struct sv value, struct key_binding *b, struct err *e)
{
    struct sv rest = value, name;
    int64_t n = 0;
    if (sv_eqz(value, "-")) {
        b->cmd = CMD_NONE;
        return true;
    }
    sv_split(&rest, ' ', &name);
    b->cmd = cmd_by_name(name);
    if (b->cmd == CMD_NONE) {
        return err_set(e, ERR_INVALID, "there is no command \"%.*s\"", (int)name.n, name.p);
    }
    if (name.n < value.n && (!fmt_parse_i64(sv_trim(rest), &n) || n < 0 || n > 1000)) {
        return err_set(e, ERR_INVALID, "after %.*s only a number may stand", (int)name.n, name.p);
    }
    b->n = (long)n;
    return true;
}

static bool binding_add(struct keymap *m, struct key_binding b, struct err *e)
{
    struct key_binding *old = find_in(m, b.ctx, b.key);
    if (old && old->source == b.source) {
        return err_set(e, ERR_INVALID, "this key is already \"%s\" in [%s]",
                       old->cmd == CMD_NONE ? "-" : cmd_info(old->cmd)->name, contexts[b.ctx].name);
    }
    if (old) {
        *old = b;
    } else {
        vec_push(m, b);
    }
    return true;
}

/* KEY = TARGET; the key itself may be "=" only as <eq>, so the first " =" parts them. */
static bool line_parse(struct keymap *m, struct sv line, enum keyctx ctx, struct err *e)
{
    struct key_binding b = {.ctx = ctx, .source = m->sources};
    struct sv rest = line, name;
    sv_split(&rest, '=', &name);
    if (name.n == line.n) {
        return err_set(e, ERR_INVALID, "expected KEY = COMMAND");
    }
    name = sv_trim(name);
    if (!key_parse(name, &b.key)) {
        return err_set(e, ERR_INVALID, "\"%.*s\" is no key", (int)name.n, name.p);
    }
    size_t comment = sv_find(rest, SV(" #"));
    rest.n = comment < rest.n ? comment : rest.n;
    return target_parse(sv_trim(rest), &b, e) && binding_add(m, b, e);
}

static bool text_parse(struct keymap *m, struct sv text, const char *file, struct err *e)
{
    enum keyctx ctx = KEYCTX_GLOBAL;
    struct sv line;
    for (int number = 1; sv_split(&text, '\n', &line); number++) {
        line = sv_trim(line);
        if (line.n == 0 || (line.p[0] == '#')) {
            continue;
        }
        bool is_section = line.p[0] == '[' && line.p[line.n - 1] == ']';
        if (is_section && !context_find((struct sv){line.p + 1, line.n - 2}, &ctx)) {
            return err_set(e, ERR_INVALID, "%s:%d: there is no context %.*s", file, number,
                           (int)line.n, line.p);
        }
        if (!is_section && !line_parse(m, line, ctx, e)) {
            return err_wrap(e, "%s:%d", file, number);
        }
    }
    return true;
}

bool keymap_add(struct keymap *m, struct sv text, const char *file, struct err *e)
{
    struct keymap next = {.sources = m->sources + 1};
    for (size_t i = 0; i < m->n; i++) {
        vec_push(&next, m->at[i]);
    }
    if (!text_parse(&next, text, file, e)) {
        keymap_release(&next);
        return false;
    }
    free(m->at);
    *m = next;
    return true;
}

bool keymap_add_default(struct keymap *m, struct err *e)
{
    for (const struct embed_file *f = themes_files; f->name; f++) {
        if (strcmp(f->name, "default.keys") == 0) {
            return keymap_add(m, (struct sv){(const char *)f->data, f->size}, f->name, e);
        }
    }
    return err_set(e, ERR_NOT_FOUND, "default.keys is not built in");
}

const struct key_binding *keymap_find(const struct keymap *m, unsigned mask, struct key key)
{
    mask |= KEYCTX_BIT(GLOBAL);
    for (int ctx = KEYCTX_COUNT - 1; ctx >= 0; ctx--) {
        const struct key_binding *b = mask & 1u << ctx ? find_in(m, (enum keyctx)ctx, key) : NULL;
        if (b) {
            return b->cmd == CMD_NONE ? NULL : b;
        }
    }
    return NULL;
}

/* Whether nothing in force hides b. */
static bool is_in_force(const struct keymap *m, unsigned mask, const struct key_binding *b)
{
    return (mask | KEYCTX_BIT(GLOBAL)) & 1u << b->ctx && keymap_find(m, mask, b->key) == b;
}

bool keymap_key_of(const struct keymap *m, unsigned mask, enum cmd cmd, struct key *ret)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->at[i].cmd == cmd && is_in_force(m, mask, &m->at[i])) {
            *ret = m->at[i].key;
            return true;
        }
    }
    return false;
}

void keymap_labels(const struct keymap *m, unsigned mask, enum cmd cmd, bool is_ascii,
                   struct str *out)
{
    size_t before = out->n;
    for (size_t i = 0; i < m->n; i++) {
        if (m->at[i].cmd == cmd && is_in_force(m, mask, &m->at[i])) {
            str_addz(out, out->n > before ? " " : "");
            key_label(m->at[i].key, is_ascii, out);
        }
    }
}
