/* rails: a graph drawn beside rows: one node a row, lanes for edges (screens.md 3).
 *
 *     ●─╮    preprocess        nodes 0..n-1 are in topological order: every edge goes down.
 *     │ ●    profile           Edges that follow from others are left out. The successor with the
 *     ● │    train             longest way to go stays on the lane of its node.
 *
 * rails_build: O(n + edges · lanes), and O(n · edges / 64) for the reduction (up to 4,096 nodes).
 * Lanes beyond RAILS_MAX_LANES are not drawn. Owned by the caller; one thread. */
#ifndef MLW_TUI_WIDGETS_RAILS_H
#define MLW_TUI_WIDGETS_RAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"

enum { RAILS_MAX_LANES = 16 };

struct rail_edge {
    uint32_t from, to; /* from < to; others are ignored */
};

struct rails {
    size_t n;
    int lanes;      /* in use at most */
    uint8_t *lane;  /* of each node */
    uint8_t *links; /* n * RAILS_MAX_LANES: bits up, down, left, right */
};

void rails_init(struct rails *r);
void rails_release(struct rails *r);
void rails_build(struct rails *r, size_t n, const struct rail_edge *edges, size_t edge_count);
int rails_width(const struct rails *r); /* cells: 2 · lanes - 1 */
/* Row of node `row` at x, y in at most w cells: ● when it has started, ○ when not. */
void rails_draw(const struct rails *r, size_t row, bool is_started, struct canvas *c, int x, int y,
                int w, unsigned line_style, unsigned node_style);

#endif
