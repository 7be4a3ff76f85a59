/* Lanes of a graph: which lane each node has, and what is linked in each row. */
#include "tui/widgets/rails.h"

#include <stdlib.h>

#include "core/base/mem.h"

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8, FREE = 0, REDUCE_MAX = 4096 };

/* what a lane waits for: the node its edge leads to, + 1; FREE: nothing */
struct build {
    struct rails *r;
    size_t n;
    size_t *first; /* first[i]..first[i + 1]: successors of i in to[] */
    uint32_t *to;
    uint32_t *depth; /* longest way from a node to an end */
    uint32_t lanes[RAILS_MAX_LANES];
};

void rails_init(struct rails *r)
{
    *r = (struct rails){0};
}

void rails_release(struct rails *r)
{
    free(r->lane);
    free(r->links);
    rails_init(r);
}

/* --- the graph: successors in order, without edges that follow from others --- */

static void successors(struct build *b, const struct rail_edge *edges, size_t count)
{
    size_t *at = xcalloc(b->n + 1, sizeof *at);
    for (size_t i = 0; i < count; i++) {
        if (edges[i].from < edges[i].to && edges[i].to < b->n) {
            b->first[edges[i].from + 1]++;
        }
    }
    for (size_t i = 0; i < b->n; i++) {
        b->first[i + 1] += b->first[i];
        at[i] = b->first[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (edges[i].from < edges[i].to && edges[i].to < b->n) {
            b->to[at[edges[i].from]++] = edges[i].to;
        }
    }
    free(at);
}

static int u32_cmp(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Keep of i's successors (ascending) those that no other successor of i reaches. */
static void reduce_node(struct build *b, size_t i, uint64_t *reach, size_t words, size_t *kept)
{
    uint64_t *own = reach + i * words;
    size_t start = *kept;
    size_t from = b->first[i], end = b->first[i + 1];
    qsort(b->to + from, end - from, sizeof *b->to, u32_cmp);
    for (size_t k = from; k < end; k++) {
        uint32_t v = b->to[k];
        if (own[v / 64] >> v % 64 & 1) {
            continue;
        }
        own[v / 64] |= (uint64_t)1 << v % 64;
        for (size_t w = 0; w < words; w++) {
            own[w] |= reach[v * words + w];
        }
        b->to[(*kept)++] = v;
    }
    /* to[] is packed from the end node backwards: remembered by the caller */
    b->depth[i] = (uint32_t)(*kept - start);
}

/* Nodes from the last to the first, so that what a successor reaches is known. */
static void reduce(struct build *b)
{
    size_t words = (b->n + 63) / 64;
    uint64_t *reach = xcalloc(b->n * words + 1, sizeof *reach);
    for (size_t i = b->n; i-- > 0;) {
        size_t kept = b->first[i];
        reduce_node(b, i, reach, words, &kept);
    }
    free(reach);
    /* depth[] holds the counts that are left: close the gaps */
    size_t at = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t from = b->first[i], count = b->depth[i];
        memmove(b->to + at, b->to + from, count * sizeof *b->to);
        b->first[i] = at;
        at += count;
    }
    b->first[b->n] = at;
}

static void depths(struct build *b)
{
    for (size_t i = b->n; i-- > 0;) {
        b->depth[i] = 0;
        for (size_t k = b->first[i]; k < b->first[i + 1]; k++) {
            uint32_t d = b->depth[b->to[k]] + 1;
            b->depth[i] = d > b->depth[i] ? d : b->depth[i];
        }
    }
}

/* --- lanes --- */

static uint8_t *link_at(struct build *b, size_t row, int lane)
{
    return &b->r->links[row * RAILS_MAX_LANES + (size_t)lane];
}

static int lane_waiting_for(const struct build *b, size_t node)
{
    for (int i = 0; i < RAILS_MAX_LANES; i++) {
        if (b->lanes[i] == node + 1) {
            return i;
        }
    }
    return -1;
}

/* The first free lane right of `after`, else any; the last one when all are taken. */
static int free_lane(const struct build *b, int after)
{
    for (int i = 0; i < RAILS_MAX_LANES; i++) {
        int lane = (after + 1 + i) % RAILS_MAX_LANES;
        if (b->lanes[lane] == FREE) {
            return lane;
        }
    }
    return RAILS_MAX_LANES - 1;
}

/* A line in row between two lanes: what lies between is crossed. */
static void join_lanes(struct build *b, size_t row, int a, int c)
{
    int from = a < c ? a : c, to = a < c ? c : a;
    *link_at(b, row, from) |= RIGHT;
    *link_at(b, row, to) |= LEFT;
    for (int i = from + 1; i < to; i++) {
        *link_at(b, row, i) |= LEFT | RIGHT;
    }
}

/* The successor that stays on the node's lane: the longest way to go, of equals the first. */
static size_t main_successor(const struct build *b, size_t node)
{
    size_t best = b->first[node];
    for (size_t k = best + 1; k < b->first[node + 1]; k++) {
        if (b->depth[b->to[k]] > b->depth[b->to[best]]) {
            best = k;
        }
    }
    return best;
}

static void node_ends(struct build *b, size_t node, int own)
{
    for (int i = 0; i < RAILS_MAX_LANES; i++) {
        if (b->lanes[i]) {
            *link_at(b, node, i) |= UP;
        }
        if (b->lanes[i] == node + 1 && i != own) {
            join_lanes(b, node, own, i);
            b->lanes[i] = FREE;
        }
    }
    b->lanes[own] = FREE;
}

static void node_starts(struct build *b, size_t node, int own)
{
    size_t from = b->first[node], end = b->first[node + 1];
    size_t main = from < end ? main_successor(b, node) : end;
    if (from < end) {
        b->lanes[own] = b->to[main] + 1;
    }
    for (size_t k = from; k < end; k++) {
        if (k == main) {
            continue;
        }
        int lane = lane_waiting_for(b, b->to[k]);
        if (lane < 0) {
            lane = free_lane(b, own);
            b->lanes[lane] = b->to[k] + 1;
        }
        if (lane != own) {
            join_lanes(b, node, own, lane);
        }
    }
    for (int i = 0; i < RAILS_MAX_LANES; i++) {
        if (b->lanes[i]) {
            *link_at(b, node, i) |= DOWN;
            b->r->lanes = b->r->lanes > i ? b->r->lanes : i + 1;
        }
    }
}

static void walk(struct build *b)
{
    for (size_t node = 0; node < b->n; node++) {
        int own = lane_waiting_for(b, node);
        own = own < 0 ? free_lane(b, -1) : own;
        b->r->lane[node] = (uint8_t)own;
        b->r->lanes = b->r->lanes > own ? b->r->lanes : own + 1;
        node_ends(b, node, own);
        node_starts(b, node, own);
    }
}

void rails_build(struct rails *r, size_t n, const struct rail_edge *edges, size_t edge_count)
{
    struct build b = {.r = r, .n = n};
    rails_release(r);
    if (n == 0) {
        return;
    }
    r->n = n;
    r->lane = xcalloc(n, sizeof *r->lane);
    r->links = xcalloc(n, RAILS_MAX_LANES);
    b.first = xcalloc(n + 1, sizeof *b.first);
    b.depth = xcalloc(n, sizeof *b.depth);
    b.to = xcalloc(edge_count + 1, sizeof *b.to);
    successors(&b, edges, edge_count);
    if (n <= REDUCE_MAX) {
        reduce(&b);
    }
    depths(&b);
    walk(&b);
    free(b.first);
    free(b.depth);
    free(b.to);
}

/* --- drawing --- */

int rails_width(const struct rails *r)
{
    return r->lanes > 0 ? 2 * r->lanes - 1 : 0;
}

static enum glyph glyph_of(unsigned links)
{
    static const enum glyph glyphs[16] = {
        [UP] = GLYPH_RAIL_V,
        [DOWN] = GLYPH_RAIL_V,
        [UP | DOWN] = GLYPH_RAIL_V,
        [LEFT] = GLYPH_RAIL_H,
        [RIGHT] = GLYPH_RAIL_H,
        [LEFT | RIGHT] = GLYPH_RAIL_H,
        [LEFT | DOWN] = GLYPH_RAIL_OPEN,
        [LEFT | UP] = GLYPH_RAIL_JOIN,
        [RIGHT | DOWN] = GLYPH_RAIL_OPEN_LEFT,
        [RIGHT | UP] = GLYPH_RAIL_JOIN_LEFT,
        [LEFT | RIGHT | DOWN] = GLYPH_RAIL_TEE_DOWN,
        [LEFT | RIGHT | UP] = GLYPH_RAIL_TEE_UP,
        [RIGHT | UP | DOWN] = GLYPH_RAIL_TEE_RIGHT,
        [LEFT | UP | DOWN] = GLYPH_RAIL_TEE_LEFT,
        [LEFT | RIGHT | UP | DOWN] = GLYPH_RAIL_CROSS,
    };
    return glyphs[links];
}

void rails_draw(const struct rails *r, size_t row, bool is_started, struct canvas *c, int x, int y,
                int w, unsigned line_style, unsigned node_style)
{
    if (row >= r->n) {
        return;
    }
    const uint8_t *links = r->links + row * RAILS_MAX_LANES;
    for (int lane = 0; lane < r->lanes && 2 * lane < w; lane++) {
        int at = x + 2 * lane;
        if (lane == r->lane[row]) {
            canvas_glyph(c, at, y, node_style, is_started ? GLYPH_STARTED : GLYPH_NOT_STARTED);
        } else if (links[lane]) {
            canvas_glyph(c, at, y, line_style, glyph_of(links[lane]));
        }
        if (links[lane] & RIGHT && 2 * lane + 1 < w) {
            canvas_glyph(c, at + 1, y, line_style, GLYPH_RAIL_H);
        }
    }
}
