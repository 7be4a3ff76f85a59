/* Help made from the tables of keys and commands. */
#include "tui/widgets/help.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"

void help_init(struct help *h)
{
    *h = (struct help){0};
}

void help_release(struct help *h)
{
    for (size_t i = 0; i < h->n; i++) {
        free(h->at[i].left);
        free(h->at[i].right);
    }
    free(h->at);
    help_init(h);
}

void help_section(struct help *h, const char *title)
{
    if (h->n) {
        vec_push(h, (struct help_row){NULL, NULL});
    }
    vec_push(h, (struct help_row){xstrdup(title), NULL});
}

void help_line(struct help *h, const char *left, const char *right)
{
    vec_push(h, (struct help_row){xstrdup(left), xstrdup(right)});
}

struct keys_from {
    const struct keymap *map;
    unsigned contexts;
    bool is_ascii;
    help_filter_fn is_shown;
    const void *arg;
};

/* Whether cmd is to be shown under ctx: the first key in force for it belongs there. */
static bool belongs(const struct keys_from *k, enum cmd cmd, enum keyctx ctx)
{
    struct key key;
    return keymap_key_of(k->map, k->contexts, cmd, &key) &&
           keymap_find(k->map, k->contexts, key)->ctx == ctx &&
           (!k->is_shown || k->is_shown(k->arg, cmd));
}

static void context_keys(struct help *h, const struct keys_from *k, enum keyctx ctx)
{
    const char *group = "";
    for (int i = CMD_NONE + 1; i < CMD_COUNT; i++) {
        enum cmd cmd = (enum cmd)i;
        if (!belongs(k, cmd, ctx)) {
            continue;
        }
        CLEANUP(str_release) struct str keys = STR_INIT;
        const char *own = ctx == KEYCTX_GLOBAL ? cmd_group(cmd) : keyctx_title(ctx);
        if (strcmp(own, group) != 0) {
            help_section(h, own);
            group = own;
        }
        keymap_labels(k->map, k->contexts, cmd, k->is_ascii, &keys);
        help_line(h, keys.p, cmd_info(cmd)->text);
    }
}

void help_keys(struct help *h, const struct keymap *m, unsigned contexts, bool is_ascii,
               help_filter_fn is_shown, const void *arg)
{
    const struct keys_from k = {m, contexts | KEYCTX_BIT(GLOBAL), is_ascii, is_shown, arg};
    for (int ctx = KEYCTX_COUNT - 1; ctx >= 0; ctx--) {
        if (k.contexts & 1u << ctx) {
            context_keys(h, &k, (enum keyctx)ctx);
        }
    }
}
