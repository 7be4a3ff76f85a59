/* menu: lines to choose from, narrowed by fuzzy typing: palette, pickers, action menu.
 *
 * Items are copied. Ranking: exact, prefix, start of words, subsequence; ties in order of adding.
 * At most MENU_MAX_ITEMS; more are dropped and said. Filtering is O(items · letters). */
#ifndef MLW_TUI_WIDGETS_MENU_H
#define MLW_TUI_WIDGETS_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/str.h"
#include "tui/app.h"
#include "tui/canvas.h"
#include "tui/command.h"

enum { MENU_MAX_ITEMS = 5000, MENU_ROWS = 12 };

struct menu_shown {
    size_t item;
    int score;
};

struct menu {
    struct arena arena; /* of the items' texts */
    struct menu_item *items;
    size_t n, cap;
    struct menu_shown *shown; /* in order, after menu_filter */
    size_t shown_count, selected;
    struct str needle;
    int text_w, key_w; /* of the widest of all items, whatever is shown */
    bool is_cut;
};

void menu_init(struct menu *m);
void menu_release(struct menu *m);
void menu_clear(struct menu *m);
void menu_add(struct menu *m, const struct menu_item *item);
void menu_filter(struct menu *m, struct sv needle); /* selects the best */
/* CMD_UP, DOWN, PAGE_*, TOP, BOTTOM. */
enum handled menu_command(struct menu *m, enum cmd cmd);
const struct menu_item *menu_selected(const struct menu *m); /* NULL: none */
/* An item whose id is exactly `text`; NULL: none. */
const struct menu_item *menu_exact(const struct menu *m, struct sv text);
int menu_rows(const struct menu *m); /* rows it wants */
void menu_draw(const struct menu *m, struct canvas *c, struct rect r);
/* "3 of 18" when they do not fit into `rows`, else nothing. */
void menu_place(const struct menu *m, int rows, struct str *out);

/* Score of a fuzzy match, higher is better, 0: none. Smart case; empty needle: 1. */
int menu_score(struct sv text, struct sv needle);

#endif
