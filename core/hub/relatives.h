/* relatives: what the filter of runs asks for beyond a row: the curve of a metric, from the store,
 * and the parent and the children, among the rows of the same table.
 *
 * Who is whose child is told by id and source, looked up once for as many rows as there are; rows
 * that are not read yet are nobody's. Borrows the reader and the store until the next begin; one
 * thread. */
#ifndef MLW_HUB_RELATIVES_H
#define MLW_HUB_RELATIVES_H

#include "core/config/config.h"
#include "core/hub/rowset.h"

struct run_links { /* rows: its parent, its first child, the next child of the same parent */
    uint32_t parent, child, next;
};

struct relatives {
    struct filter_world world; /* for filter_match, with rows of the reader */
    struct store *st;
    const char *dir; /* of the workspace; NULL: none */
    const struct row_reader *reader;
    struct config config; /* for the goals of metrics; read when the first curve is */
    bool has_config;
    VEC(struct row_reader *)
    others; /* one for each step away from a row; `made` are of this pass */
    size_t depth, made;
    VEC(struct run_links) links; /* by row */
    bool is_linked;
    uint64_t epoch;                  /* of the set */
    VEC(struct filter_point) points; /* the curve asked for last */
};

/* The reader is filled for the pass that begins; it stays where it is. */
void relatives_begin(struct relatives *r, struct store *st, const char *dir,
                     const struct row_reader *reader);
void relatives_release(struct relatives *r);

#endif
