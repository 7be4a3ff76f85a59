/* digest: SHA-256 by libcrypto, which is opened (dlopen) at first use. Any thread. */
#ifndef MLW_BASE_DIGEST_H
#define MLW_BASE_DIGEST_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

enum { DIGEST_HEX = 64 };
struct digest; /* a running digest */

/* NULL with an error when libcrypto cannot be opened. */
struct digest *digest_new(struct err *e);
void digest_add(struct digest *d, struct sv bytes);
/* Lower-case hex, DIGEST_HEX + 1 bytes; frees d. */
void digest_finish(struct digest *d, char *ret_hex);
void digest_free(struct digest *d); /* without the result; NULL is fine */

MUST_USE bool digest_bytes(struct sv bytes, char *ret_hex, struct err *e);
MUST_USE bool digest_file(const char *path, char *ret_hex, struct err *e);
/* A file, or a folder as a tree: the digest of its sorted "path NUL x-bit NUL digest LF" lines;
 * links are refused (ERR_INVALID names the path), names are compared as bytes. */
MUST_USE bool digest_tree(const char *path, char *ret_hex, struct err *e);

/* Digests of files that were read, by what they are (device, inode, size, times of change): such a
 * file is not read again. What changed within the last two seconds is not remembered: it may change
 * once more without a sign. Bounded; one thread. */
struct digest_memo;
struct digest_memo *digest_memo_new(void);
void digest_memo_free(struct digest_memo *m); /* NULL is fine */

/* The same in pieces, so that whoever has other things to do is not held: nothing is read before
 * the first step, each goes on until deadline_us of clock_mono_us (one block or one listed folder
 * at least). After *ret_is_done, and after a failure, it is only freed. */
struct digest_job;
struct digest_job *digest_job_new(const char *path, struct digest_memo *memo); /* memo: or NULL */
MUST_USE bool digest_job_step(struct digest_job *j, int64_t deadline_us, bool *ret_is_done,
                              char *ret_hex, struct err *e);
void digest_job_free(struct digest_job *j); /* NULL is fine */

#endif
