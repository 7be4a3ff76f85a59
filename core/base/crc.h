/* crc: the two checksums that logs of other programs carry. Eight bytes a turn by tables that are
 * made at first use. Pure; any thread. */
#ifndef MLW_BASE_CRC_H
#define MLW_BASE_CRC_H

#include <stdint.h>

#include "core/base/str.h"

uint32_t crc32_ieee(struct sv bytes);       /* zlib's */
uint32_t crc32_castagnoli(struct sv bytes); /* iSCSI's, CRC-32C */
/* The rest of one over two pieces: `before` is the sum of the first. */
uint32_t crc32_ieee_more(uint32_t before, struct sv bytes);
/* CRC-32C as TFRecord stores it: turned by 15 bits, with a constant added. */
uint32_t crc32_masked(struct sv bytes);

#endif
