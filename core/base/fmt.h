/* fmt: numbers, sizes, ages and durations as people read them; locale-independent. */
#ifndef MLW_BASE_FMT_H
#define MLW_BASE_FMT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

/* Shortest text that reads back as the same double ("0.1", "1e-05", "3", "NaN", "Infinity"). */
void fmt_double(struct str *out, double x);
void fmt_i64(struct str *out, int64_t x);
/* In decimal with zeros in front up to `width` digits, at most 20. */
void fmt_padded(struct str *out, uint64_t x, size_t width);
/* Age by unit: <1m, 6m, 3h, 2d (screens.md); negative counts as 0. */
void fmt_age(struct str *out, int64_t age_ms);
/* Duration of work: 4s, 1m05s, 2h03m, 3d04h; "0s" below a second. */
void fmt_duration(struct str *out, int64_t ms);
/* 512 B, 1.5 KiB, 20 MiB, … at most three significant digits. */
void fmt_bytes(struct str *out, uint64_t bytes);
/* Parse a double strictly: the whole text, "." as point, NaN/Inf/Infinity in any case, no hex. */
bool fmt_parse_double(struct sv v, double *ret);
/* Parse a decimal integer strictly, whole text, within range. */
bool fmt_parse_i64(struct sv v, int64_t *ret);
/* Parse a duration: 90, 90s, 15m, 2h, 3d, 500ms; seconds without a unit. */
bool fmt_parse_duration_ms(struct sv v, int64_t *ret_ms);
/* Parse a size: 512, 64KiB, 1.5MiB, 2GiB, 10k, 5M, 1G (k M G T are powers of 1000). */
bool fmt_parse_bytes(struct sv v, uint64_t *ret_bytes);

#endif
