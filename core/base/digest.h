/* digest: SHA-256 by libcrypto, which is opened (dlopen) at first use. Any thread. */
#ifndef MLW_BASE_DIGEST_H
#define MLW_BASE_DIGEST_H

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

#endif
