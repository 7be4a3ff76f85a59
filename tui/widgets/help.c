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

/* Whether the first key in force for cmd belongs to ctx. */
static bool belongs(const struct keymap *m, unsigned contexts, enum cmd cmd, enum keyctx ctx)
{
    struct key key;
    return keymap_key_of(m, contexts, cmd, &key) && keymap_find(m, contexts, key)->ctx == ctx;
}

static void context_keys(struct help *h, const struct keymap *m, unsigned contexts, int ctx,
                         bool is_ascii)
{
    const char *group = "";
    for (int cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++) {
        if (!belongs(m, contexts, (enum cmd)cmd, (enum keyctx)ctx)) {
            continue;
        }
        CLEANUP(str_release) struct str keys = STR_INIT;
        const char *own =
            ctx == KEYCTX_GLOBAL ? cmd_group((enum cmd)cmd) : keyctx_title((enum keyctx)ctx);
        if (strcmp(own, group) != 0) {
            help_section(h, own);
            group = own;
        }
        keymap_labels(m, contexts, (enum cmd)cmd, is_ascii, &keys);
        help_line(h, keys.p, cmd_info((enum cmd)cmd)->text);
    }
}

void help_keys(struct help *h, const struct keymap *m, unsigned contexts, bool is_ascii)
{
    contexts |= KEYCTX_BIT(GLOBAL);
    for (int ctx = KEYCTX_COUNT - 1; ctx >= 0; ctx--) {
        if (contexts & 1u << ctx) {
            context_keys(h, m, contexts, ctx, is_ascii);
        }
    }
}
