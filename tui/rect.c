/* Splitting of rectangles: pure, saturating. */
#include "tui/rect.h"

static int clamp(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

struct rect rect_meet(struct rect a, struct rect b)
{
    int x0 = a.x > b.x ? a.x : b.x;
    int y0 = a.y > b.y ? a.y : b.y;
    int x1 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int y1 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct rect){x0, y0, x1 > x0 ? x1 - x0 : 0, y1 > y0 ? y1 - y0 : 0};
}

struct rect rect_cut_top(struct rect *r, int h)
{
    h = clamp(h, 0, r->h);
    struct rect cut = {r->x, r->y, r->w, h};
    r->y += h;
    r->h -= h;
    return cut;
}

struct rect rect_cut_bottom(struct rect *r, int h)
{
    h = clamp(h, 0, r->h);
    r->h -= h;
    return (struct rect){r->x, r->y + r->h, r->w, h};
}

struct rect rect_cut_left(struct rect *r, int w)
{
    w = clamp(w, 0, r->w);
    struct rect cut = {r->x, r->y, w, r->h};
    r->x += w;
    r->w -= w;
    return cut;
}

struct rect rect_cut_right(struct rect *r, int w)
{
    w = clamp(w, 0, r->w);
    r->w -= w;
    return (struct rect){r->x + r->w, r->y, w, r->h};
}

struct rect rect_row(struct rect r, int i)
{
    if (i < 0 || i >= r.h) {
        return (struct rect){r.x, r.y, 0, 0};
    }
    return (struct rect){r.x, r.y + i, r.w, 1};
}

void rect_shares(int total, const struct share *shares, size_t n, int *ret_sizes)
{
    int left = total > 0 ? total : 0;
    long weight = 0;
    for (size_t i = 0; i < n; i++) {
        ret_sizes[i] = clamp(shares[i].min, 0, left);
        left -= ret_sizes[i];
        weight += shares[i].weight > 0 ? shares[i].weight : 0;
    }
    long spare = left;
    for (size_t i = 0; i < n && weight > 0; i++) {
        long w = shares[i].weight > 0 ? shares[i].weight : 0;
        long part = spare * w / weight; /* the last one with a weight takes all that is left */
        ret_sizes[i] += (int)part;
        spare -= part;
        weight -= w;
    }
}
