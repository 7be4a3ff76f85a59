/* keymap: which key means which command, in which context; read from text.
 *
 * Syntax, the bundled default (themes/default.keys) and a person's file alike:
 *     [table]
 *     <Space> = mark
 *     d = -            # unbound (in a person's file)
 * A key twice in one section of one file, an unknown section, key or command are errors with
 * file:line; a later file replaces keys of an earlier one. Lookup goes from the last context of
 * the mask to `global`. Copy nothing: pointers stay good while the keymap lives. One thread. */
#ifndef MLW_TUI_KEYMAP_H
#define MLW_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "tui/command.h"
#include "tui/key.h"

enum keyctx {
#define KEYCTX(id, name, title) KEYCTX_##id,
#include "tui/contexts.def"
#undef KEYCTX
    KEYCTX_COUNT
};
#define KEYCTX_BIT(id) (1u << KEYCTX_##id)

struct key_binding {
    struct key key;
    enum keyctx ctx;
    enum cmd cmd; /* CMD_NONE: unbound on purpose */
    long n;       /* argument: `1 = tab 1` */
    int source;   /* which file it came from */
};

struct keymap {
    struct key_binding *at;
    size_t n, cap;
    int sources;
};

void keymap_init(struct keymap *m);
void keymap_release(struct keymap *m);
/* Add a file's text; on an error nothing of it is kept. */
MUST_USE bool keymap_add(struct keymap *m, struct sv text, const char *file, struct err *e);
/* The bundled default. */
MUST_USE bool keymap_add_default(struct keymap *m, struct err *e);

/* What `key` means in the contexts of `mask` (KEYCTX_BIT); NULL when nothing. */
const struct key_binding *keymap_find(const struct keymap *m, unsigned mask, struct key key);
/* The key to show for a command: the first bound one that is in force there. */
bool keymap_key_of(const struct keymap *m, unsigned mask, enum cmd cmd, struct key *ret);
/* All keys of a command in force there, as labels joined by a space. */
void keymap_labels(const struct keymap *m, unsigned mask, enum cmd cmd, bool is_ascii,
                   struct str *out);

const char *keyctx_name(enum keyctx ctx);
const char *keyctx_title(enum keyctx ctx);

#endif
