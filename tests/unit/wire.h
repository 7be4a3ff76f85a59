/* wire: makes protobuf messages, TFRecord files and W&B logs byte by byte, for tests of what reads
 * them. Each appends to its text. */
#ifndef MLW_TESTS_UNIT_WIRE_H
#define MLW_TESTS_UNIT_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

/* --- fields of a message --- */
void wire_varint(struct str *out, uint32_t number, uint64_t x);
void wire_double(struct str *out, uint32_t number, double x);
void wire_float(struct str *out, uint32_t number, double x);
void wire_bytes(struct str *out, uint32_t number, struct sv bytes);
void wire_z(struct str *out, uint32_t number, const char *z);
void wire_le(struct str *out, uint64_t x, size_t n_bytes);

/* --- event files --- */
void wire_tfrecord(struct str *out, struct sv record);
/* An event of one value, as simple_value. */
void wire_scalar(struct str *out, const char *tag, int64_t step, double wall_s, double value);
void wire_start(struct str *out, int64_t step); /* SessionLog START */

/* --- W&B logs --- */
void wire_wandb_begin(struct str *out);
/* `out` is the whole file so far: blocks are counted from its beginning. */
void wire_wandb(struct str *out, struct sv record);

#endif
