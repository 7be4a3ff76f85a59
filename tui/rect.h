/* rect: a place on the screen in cells, and ways to split it. Pure values; never negative sizes.
 * Every split is disjoint and inside its source; what does not fit becomes empty (w or h 0).
 *
 *     struct rect body = area, foot = rect_cut_bottom(&body, 8);   // body is what remains
 *     struct rect left = rect_cut_left(&body, 20); */
#ifndef MLW_TUI_RECT_H
#define MLW_TUI_RECT_H

#include <stdbool.h>
#include <stddef.h>

struct rect {
    int x, y, w, h;
};

static inline bool rect_is_empty(struct rect r)
{
    return r.w <= 0 || r.h <= 0;
}
static inline bool rect_has(struct rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x - r.x < r.w && y - r.y < r.h;
}
struct rect rect_meet(struct rect a, struct rect b); /* what lies in both */
/* Cut a strip off *r (at most what there is) and return it; *r is the rest. */
struct rect rect_cut_top(struct rect *r, int h);
struct rect rect_cut_bottom(struct rect *r, int h);
struct rect rect_cut_left(struct rect *r, int w);
struct rect rect_cut_right(struct rect *r, int w);
/* Row i of r as a rect of height 1; empty when outside. */
struct rect rect_row(struct rect r, int i);
/* Split `total` cells among n parts by {min, weight}: each part gets its min while there is room
 * (in order), the rest goes by weight. Writes n sizes that sum to at most total. */
struct share {
    int min, weight;
};
void rect_shares(int total, const struct share *shares, size_t n, int *ret_sizes);

#endif
