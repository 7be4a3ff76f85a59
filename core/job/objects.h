/* objects: s3:// of the local context as files: ROOT/BUCKET/KEY.
 *
 * A name is hostile: a bucket is 1 to 63 of [A-Za-z0-9._-] and begins with a letter or digit, a
 * key holds no empty segment, no "." or "..", no NUL, at most 1024 bytes; what breaks this is
 * ERR_INVALID before any file is touched. Everything is staged in ROOT/.staging (no bucket can be
 * called that), flushed and renamed into place: a reader sees whole objects only. Links and
 * devices are neither stored nor fetched: they are an error that names them. What a person names by
 * file:// or a relative path is taken into the bucket mlw-imports under its digest, so that editing
 * it disturbs nothing. Any thread; blocks. */
#ifndef MLW_JOB_OBJECTS_H
#define MLW_JOB_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/os.h"
#include "core/base/str.h"

#define OBJECTS_IMPORTS "mlw-imports"
enum { OBJECTS_MAX_KEY = 1024, OBJECTS_MAX_LISTED = 1000000 };

struct objects {
    const char *root; /* WORKSPACE/.mlw/objects, absolute; borrowed */
};

struct s3_uri {
    struct sv bucket, key; /* borrowed from the text; key may be empty (the bucket) */
    bool is_prefix;        /* the text ended in "/", which is not part of key */
};
MUST_USE bool s3_uri_parse(struct sv text, struct s3_uri *ret_uri, struct err *e);
bool s3_uri_is(struct sv text); /* begins with s3:// */

/* Where an object or prefix lies. Caller frees; NULL with an error for a bad uri. */
char *objects_path(const struct objects *o, const char *uri, struct err *e);
/* True for an object, and for a prefix ("folder") that holds one. */
bool objects_exist(const struct objects *o, const char *uri);

/* Bytes of an object, or of all objects under a prefix. */
MUST_USE bool objects_size(const struct objects *o, const char *uri, int64_t *ret_bytes,
                           struct err *e);

/* A file becomes the object `uri`; a folder becomes the objects below it. An object that is there
 * is replaced by rename, one at a time; objects below a prefix that are not in the folder stay. */
MUST_USE bool objects_put(const struct objects *o, const char *from, const char *uri,
                          struct err *e);
/* A file by moving: `from` is on the store's file system and is gone on success. */
MUST_USE bool objects_move(const struct objects *o, const char *from, const char *uri,
                           struct err *e);
MUST_USE bool objects_put_bytes(const struct objects *o, struct sv bytes, const char *uri,
                                struct err *e);
/* Copy an object to the file `to`, or everything under a prefix below the folder `to` (made).
 * ERR_NOT_FOUND names the uri. For a channel: an object goes into the folder by its own name. */
MUST_USE bool objects_get(const struct objects *o, const char *uri, const char *to, struct err *e);
MUST_USE bool objects_get_into(const struct objects *o, const char *uri, const char *dir,
                               struct err *e);
/* Keys of a bucket that begin with the uri's key (as S3: a plain text prefix), sorted. */
MUST_USE bool objects_list(const struct objects *o, const char *uri, struct os_names *ret_keys,
                           struct err *e);

/* Take file:///…, a relative path (below or beside base_dir) or an absolute one into the store;
 * an s3:// uri comes back as it is. The uri's last segment is the file's or folder's name; equal
 * bytes give an equal uri. Caller frees; NULL with an error. */
char *objects_import(const struct objects *o, const char *what, const char *base_dir,
                     struct err *e);
/* Where what objects_import takes lies now; nothing is read or copied. Caller frees; NULL with an
 * error. */
char *objects_source(const char *what, const char *base_dir, struct err *e);
/* Digest of an object's bytes or of the tree under a prefix (64 hex digits and NUL). Of an
 * import it is the one in its name; else the bytes are read. */
MUST_USE bool objects_digest(const struct objects *o, const char *uri, char *ret_hex,
                             struct err *e);
/* The same without reading: either ret_hex is known and *ret_path NULL, or *ret_path (caller frees)
 * is what digest_job has to read. */
MUST_USE bool objects_content(const struct objects *o, const char *uri, char *ret_hex,
                              char **ret_path, struct err *e);

#endif
