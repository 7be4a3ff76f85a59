/* fake_text: the snapshots of fake_hub, made of text (fake_hub.h says how it is written).
 *
 * Snapshots are the caller's. What is not of that form ends the test. One thread. */
#ifndef MLW_TESTS_VIEWS_FAKE_TEXT_H
#define MLW_TESTS_VIEWS_FAKE_TEXT_H

#include "core/mlw.h"

/* A log: its lines, or so many that are made. */
struct fake_log {
    const char *lines, *attempt;
    size_t made;
    bool is_ended;
};

struct snapshot *fake_rows_parse(enum kind kind, struct sv table);
void fake_series_parse(struct snapshot *s, struct sv line, const char *run, struct series *ret);
/* The lines that a query asks for. */
struct snapshot *fake_log_cut(const struct fake_log *l, const struct query *q);

#endif
