/* tar: model.tar.gz and its kin by libarchive, which is opened (dlopen) at first use.
 *
 * Unpacking is hostile input: no links, devices or sockets, nothing outside the folder (no
 * absolute names, no ".."), a cap on entries, depth and bytes; what breaks a rule ends the whole
 * unpacking with its name in the error, and what was written until then stays for the caller to
 * remove. Links that lie in the folder are not followed; an entry that comes twice replaces the
 * first. Packing is reproducible: sorted names, time 0, owner 0, modes by the x bit alone, so the
 * same tree gives the same bytes. Any thread. */
#ifndef MLW_BASE_TAR_H
#define MLW_BASE_TAR_H

#include <stdint.h>

#include "core/base/err.h"

enum { TAR_MAX_ENTRIES = 1000000, TAR_MAX_DEPTH = 200 };

/* Pack the contents of `dir` (not its name) as gzip'd pax tar into the new file `to` (removed
 * again on failure, not flushed to disk); links are stored as links when relative and below the
 * folder, else refused, as are devices, fifos and sockets. An empty folder is fine. */
MUST_USE bool tar_pack(const char *dir, const char *to, struct err *e);
/* Unpack tar, tar.gz, tar.bz2, tar.xz or zip into an existing folder; max_bytes bounds the sum of
 * the files' bytes. ERR_INVALID: an entry breaks a rule; ERR_LIMIT: a cap; ERR_CORRUPT: no such
 * archive, or a torn one. */
MUST_USE bool tar_unpack(const char *archive, const char *dir, uint64_t max_bytes, struct err *e);

#endif
