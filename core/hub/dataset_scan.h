/* dataset_scan: the bytes of a dataset read once, in slices: its profile, and whether they are
 * still the bytes that its digest was taken of.
 *
 * The caller steps it until it says SCAN_DONE or SCAN_FAILED, then takes the profile. Links and
 * devices are not followed. The hub's thread. */
#ifndef MLW_HUB_DATASET_SCAN_H
#define MLW_HUB_DATASET_SCAN_H

#include "core/base/json.h"
#include "core/job/objects.h"

enum { DATASET_PROFILE_VERSION = 1, DATASET_FILES_NAMED = 100 };

enum scan_state {
    SCAN_MORE,
    SCAN_DONE,   /* dataset_scan_profile has it */
    SCAN_FAILED, /* the error says why: gone, changed since, unreadable */
};

struct dataset_scan;
/* NULL with an error: there is nothing at that address. */
struct dataset_scan *dataset_scan_new(const struct objects *o, const char *uri, const char *digest,
                                      struct err *e);
void dataset_scan_free(struct dataset_scan *s); /* NULL is fine */
/* Go on until deadline_us of clock_mono_us. */
enum scan_state dataset_scan_step(struct dataset_scan *s, int64_t deadline_us, struct err *e);
uint64_t dataset_scan_read(const struct dataset_scan *s);  /* bytes so far */
uint64_t dataset_scan_total(const struct dataset_scan *s); /* bytes there are */
/* {version, what, bytes, files, format, rows, columns, head, …}; *ret_rows -1: it is no table.
 * Caller frees. */
struct json *dataset_scan_profile(const struct dataset_scan *s, int64_t *ret_rows);

#endif
