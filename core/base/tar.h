/* tar: model.tar.gz and its kin by libarchive, which is opened (dlopen) at first use.
 *
 * Unpacking is hostile input: no links, devices or sockets, nothing outside the folder (no
 * absolute names, no ".."), a cap on entries and on bytes; what breaks a rule ends the whole
 * unpacking with its name in the error. Packing is reproducible: sorted names, time 0, owner 0,
 * so the same tree gives the same bytes. Any thread. */
#ifndef MLW_BASE_TAR_H
#define MLW_BASE_TAR_H

#include "core/base/err.h"

enum { TAR_MAX_ENTRIES = 1000000 };

/* Pack the contents of `dir` (not its name) as gzip'd pax tar into the new file `to`; links are
 * stored as links when relative and below the folder, else refused. An empty folder is fine. */
MUST_USE bool tar_pack(const char *dir, const char *to, struct err *e);
/* Unpack tar, tar.gz, tar.bz2, tar.xz or zip into an existing folder. */
MUST_USE bool tar_unpack(const char *archive, const char *dir, uint64_t max_bytes, struct err *e);

#endif
