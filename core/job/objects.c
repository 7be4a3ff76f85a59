/* The local object store; see objects.h. */
#include "core/job/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/vec.h"

enum { MAX_BUCKET = 63, MAX_SEGMENT = 255, MAX_DEPTH = 200, STAGE_ID = 12 };

/* --- names --- */
bool s3_uri_is(struct sv text)
{
    return sv_starts(text, "s3://");
}

static bool is_bucket(struct sv b)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (!b.n || b.n > MAX_BUCKET || !memchr(allowed, b.p[0], sizeof allowed - 1)) {
        return false;
    }
    for (size_t i = 0; i < b.n; i++) {
        if (!memchr(allowed, b.p[i], sizeof allowed - 1) && !strchr(".-_", b.p[i])) {
            return false;
        }
    }
    return true;
}

static const char *key_problem(struct sv key)
{
    struct sv rest = key, part;
    if (key.n > OBJECTS_MAX_KEY) {
        return "its key has more than 1024 bytes";
    }
    if (key.n && memchr(key.p, 0, key.n)) {
        return "its key holds a NUL";
    }
    while (key.n && sv_split(&rest, '/', &part)) {
        if (!part.n) {
            return "its key holds an empty part (\"//\")";
        }
        if (sv_eqz(part, ".") || sv_eqz(part, "..")) {
            return "its key holds \".\" or \"..\"";
        }
        if (part.n > MAX_SEGMENT) {
            return "a part of its key has more than 255 bytes";
        }
    }
    return NULL;
}

bool s3_uri_parse(struct sv text, struct s3_uri *ret_uri, struct err *e)
{
    if (!s3_uri_is(text)) {
        return err_set(e, ERR_INVALID, "%.*s is no s3:// uri", (int)text.n, text.p);
    }
    struct sv rest = {text.p + 5, text.n - 5}, bucket;
    (void)sv_split(&rest, '/', &bucket);
    if (!is_bucket(bucket)) {
        return err_set(e, ERR_INVALID, "%.*s names no bucket (1 to 63 letters, digits, . - _)",
                       (int)text.n, text.p);
    }
    struct s3_uri uri = {.bucket = bucket, .key = {rest.p ? rest.p : "", rest.n}};
    if (uri.key.n && uri.key.p[uri.key.n - 1] == '/') {
        uri.key.n--;
        uri.is_prefix = true;
    }
    const char *problem = key_problem(uri.key);
    if (problem || (uri.is_prefix && !uri.key.n)) {
        return err_set(e, ERR_INVALID, "%.*s cannot be stored: %s", (int)text.n, text.p,
                       problem ? problem : "its key holds an empty part (\"//\")");
    }
    *ret_uri = uri;
    return true;
}

char *objects_path(const struct objects *o, const char *uri, struct err *e)
{
    struct s3_uri u;
    if (!s3_uri_parse(sv_z(uri), &u, e)) {
        return NULL;
    }
    return xasprintf("%s/%.*s%s%.*s", o->root, (int)u.bucket.n, u.bucket.p, u.key.n ? "/" : "",
                     (int)u.key.n, u.key.p);
}

bool objects_exist(const struct objects *o, const char *uri)
{
    struct err e;
    struct stat st;
    CLEANUP(mem_free_ptr) char *path = objects_path(o, uri, &e);
    return path && lstat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* --- walking trees: regular files and folders alone --- */
struct walk {
    bool (*each)(struct walk *w, const char *path, const char *rel, struct err *e);
    const char *to;     /* copying: the folder that becomes the copy */
    const char *prefix; /* listing: what keys begin with */
    bool is_synced;     /* copying: flush each file */
    int64_t bytes;      /* measuring */
    VEC(char *) keys;
};

static bool walk_tree(struct walk *w, const char *dir, const char *rel, int depth, struct err *e)
{
    struct os_names names;
    bool ok = true;
    if (depth > MAX_DEPTH) {
        return err_set(e, ERR_LIMIT, "%s lies more than %d folders deep", dir, MAX_DEPTH);
    }
    if (!os_list(dir, &names, e)) {
        return false;
    }
    for (size_t i = 0; ok && i < names.n; i++) {
        CLEANUP(mem_free_ptr) char *path = path_join(dir, names.at[i]);
        CLEANUP(mem_free_ptr) char *below = path_join(rel, names.at[i]);
        struct stat st;
        if (lstat(path, &st) != 0) {
            ok = err_sys(e, "could not look at %s", path);
        } else if (S_ISDIR(st.st_mode)) {
            ok = walk_tree(w, path, below, depth + 1, e);
        } else if (S_ISREG(st.st_mode)) {
            ok = w->each(w, path, below, e);
        } else {
            ok = err_set(e, ERR_INVALID, "%s is no file or folder (a link or a device)", path);
        }
    }
    os_names_release(&names);
    return ok;
}

static bool make_parent(const char *path, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = path_dir(path);
    return os_mkdirs(dir, e);
}

static bool flush_file(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return err_sys(e, "could not open %s", path);
    }
    os_fault_point("fsync");
    bool ok = fsync(fd) == 0 || err_sys(e, "could not flush %s", path);
    close(fd);
    return ok;
}

static bool copy_each(struct walk *w, const char *path, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *to = path_join(w->to, rel);
    return make_parent(to, e) && os_copy_file(path, to, e) && (!w->is_synced || flush_file(to, e));
}

/* A file becomes the file `to`, a folder the folder `to`. */
static bool copy(const char *from, const char *to, bool is_synced, struct err *e)
{
    struct stat st;
    struct walk w = {.each = copy_each, .to = to, .is_synced = is_synced};
    if (lstat(from, &st) != 0) {
        return err_sys(e, "could not look at %s", from);
    }
    if (S_ISDIR(st.st_mode)) {
        return os_mkdirs(to, e) && walk_tree(&w, from, "", 0, e);
    }
    if (!S_ISREG(st.st_mode)) {
        return err_set(e, ERR_INVALID, "%s is no file or folder (a link or a device)", from);
    }
    return make_parent(to, e) && os_copy_file(from, to, e) && (!is_synced || flush_file(to, e));
}

/* --- putting --- */

/* A name in the staging folder, which is no bucket. Caller frees. */
static char *stage(const struct objects *o, struct err *e)
{
    char id[STAGE_ID + 1];
    CLEANUP(mem_free_ptr) char *dir = path_join(o->root, ".staging");
    if (!os_mkdirs(dir, e)) {
        return NULL;
    }
    os_random_id(id, STAGE_ID, false);
    return path_join(dir, id);
}

static bool move_each(struct walk *w, const char *path, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *to = path_join(w->to, rel);
    return make_parent(to, e) && os_rename(path, to, e);
}

/* What is staged becomes what `path` names. Into a folder that is there, object by object. */
static bool settle(const char *staged, const char *path, struct err *e)
{
    struct walk w = {.each = move_each, .to = path};
    if (!make_parent(path, e)) {
        return false;
    }
    return os_is_dir(staged) && os_exists(path) ? walk_tree(&w, staged, "", 0, e)
                                                : os_rename(staged, path, e);
}

/* The uri of something that is put names more than a bucket, unless a whole folder goes there. */
static char *target(const struct objects *o, const char *uri, bool is_folder, struct err *e)
{
    struct s3_uri u;
    if (!s3_uri_parse(sv_z(uri), &u, e)) {
        return NULL;
    }
    if (!is_folder && (!u.key.n || u.is_prefix)) {
        err_set(e, ERR_INVALID, "%s names no object: the name is missing at its end", uri);
        return NULL;
    }
    return objects_path(o, uri, e);
}

bool objects_put(const struct objects *o, const char *from, const char *uri, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = target(o, uri, os_is_dir(from), e);
    CLEANUP(mem_free_ptr) char *staged = path ? stage(o, e) : NULL;
    struct err ignored;
    if (!staged) {
        return false;
    }
    bool ok = (copy(from, staged, true, e) && settle(staged, path, e)) ||
              err_wrap(e, "could not store %s as %s", from, uri);
    return os_remove_tree(staged, &ignored) && ok;
}

bool objects_move(const struct objects *o, const char *from, const char *uri, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = target(o, uri, false, e);
    return path && ((flush_file(from, e) && settle(from, path, e)) ||
                    err_wrap(e, "could not store %s", uri));
}

bool objects_put_bytes(const struct objects *o, struct sv bytes, const char *uri, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = target(o, uri, false, e);
    CLEANUP(mem_free_ptr) char *staged = path ? stage(o, e) : NULL;
    struct err ignored;
    if (!staged) {
        return false;
    }
    bool ok = (os_write_file(staged, bytes, e) && settle(staged, path, e)) ||
              err_wrap(e, "could not store %s", uri);
    return os_remove_tree(staged, &ignored) && ok;
}

/* --- getting --- */
static char *existing(const struct objects *o, const char *uri, struct err *e)
{
    char *path = objects_path(o, uri, e);
    if (path && !objects_exist(o, uri)) {
        free(path);
        err_set(e, ERR_NOT_FOUND, "there is no object %s in this workspace", uri);
        err_hint(e, "put it there: mlw cp FILE %s", uri);
        return NULL;
    }
    return path;
}

bool objects_get(const struct objects *o, const char *uri, const char *to, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = existing(o, uri, e);
    return path && (copy(path, to, false, e) || err_wrap(e, "could not fetch %s", uri));
}

bool objects_get_into(const struct objects *o, const char *uri, const char *dir, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = existing(o, uri, e);
    if (!path) {
        return false;
    }
    CLEANUP(mem_free_ptr) char *to = path_join(dir, os_is_dir(path) ? "" : path_base(path));
    return os_mkdirs(dir, e) &&
           (copy(path, to, false, e) || err_wrap(e, "could not fetch %s", uri));
}

static bool size_each(struct walk *w, const char *path, const char *rel, struct err *e)
{
    (void)rel;
    struct stat st;
    if (lstat(path, &st) != 0) {
        return err_sys(e, "could not look at %s", path);
    }
    w->bytes += st.st_size;
    return true;
}

bool objects_size(const struct objects *o, const char *uri, int64_t *ret_bytes, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = existing(o, uri, e);
    struct walk w = {.each = size_each};
    if (!path || !(os_is_dir(path) ? walk_tree(&w, path, "", 0, e) : size_each(&w, path, "", e))) {
        return false;
    }
    *ret_bytes = w.bytes;
    return true;
}

static bool list_each(struct walk *w, const char *path, const char *rel, struct err *e)
{
    (void)path;
    if (w->keys.n >= OBJECTS_MAX_LISTED) {
        return err_set(e, ERR_LIMIT, "there are more than %d objects", OBJECTS_MAX_LISTED);
    }
    if (sv_starts(sv_z(rel), w->prefix)) {
        vec_push(&w->keys, xstrdup(rel));
    }
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool objects_list(const struct objects *o, const char *uri, struct os_names *ret_keys,
                  struct err *e)
{
    struct s3_uri u;
    if (!s3_uri_parse(sv_z(uri), &u, e)) {
        return false;
    }
    CLEANUP(mem_free_ptr) char *dir = xasprintf("%s/%.*s", o->root, (int)u.bucket.n, u.bucket.p);
    CLEANUP(mem_free_ptr)
    char *prefix = xasprintf("%.*s%s", (int)u.key.n, u.key.p, u.is_prefix ? "/" : "");
    struct walk w = {.each = list_each, .prefix = prefix};
    bool ok = !os_exists(dir) || walk_tree(&w, dir, "", 0, e);
    struct os_names names = {w.keys.at, w.keys.n};
    if (!ok) {
        os_names_release(&names);
        return false;
    }
    if (names.n) {
        qsort(names.at, names.n, sizeof *names.at, by_bytes);
    }
    *ret_keys = names;
    return true;
}

/* --- importing --- */
static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

/* The path of file:///…, with %XX decoded; NULL when it is no absolute local path. */
static char *file_path(const char *uri)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    const char *p = uri + strlen("file://");
    p = sv_starts(sv_z(p), "localhost/") ? p + strlen("localhost") : p;
    if (*p != '/') {
        return NULL;
    }
    for (; *p; p++) {
        int high = *p == '%' ? hex(p[1]) : -1, low = high >= 0 ? hex(p[2]) : -1;
        int c = low >= 0 ? high * 16 + low : (unsigned char)*p;
        if (!c) {
            return NULL;
        }
        str_addc(&out, (char)c);
        p += low >= 0 ? 2 : 0;
    }
    return str_detach(&out);
}

static char *local_path(const char *what, const char *base_dir, struct err *e)
{
    if (!sv_starts(sv_z(what), "file:")) {
        return path_join(base_dir, what);
    }
    char *path = sv_starts(sv_z(what), "file://") ? file_path(what) : NULL;
    if (!path) {
        err_set(e, ERR_INVALID, "%s is no file on this machine: write file:///PATH", what);
    }
    return path;
}

char *objects_source(const char *what, const char *base_dir, struct err *e)
{
    CLEANUP(mem_free_ptr) char *named = local_path(what, base_dir, e);
    return named ? os_real_path(named, e) : NULL;
}

/* Copy first, then digest the copy: what is named is what is kept. */
static char *import_path(const struct objects *o, const char *path, struct err *e)
{
    char id[DIGEST_HEX + 1];
    CLEANUP(mem_free_ptr) char *staged = NULL;
    struct err ignored;
    if (!digest_tree(path, id, e)) {
        return NULL;
    }
    char *uri = xasprintf("s3://%s/%s/%s", OBJECTS_IMPORTS, id, path_base(path));
    if (objects_exist(o, uri)) {
        return uri;
    }
    free(uri);
    uri = NULL;
    staged = stage(o, e);
    if (staged && copy(path, staged, true, e) && digest_tree(staged, id, e)) {
        uri = xasprintf("s3://%s/%s/%s", OBJECTS_IMPORTS, id, path_base(path));
        CLEANUP(mem_free_ptr) char *to = objects_path(o, uri, e);
        if (!to || (!objects_exist(o, uri) && !settle(staged, to, e))) {
            free(uri);
            uri = NULL;
        }
    }
    if (staged && !os_remove_tree(staged, &ignored)) {
        return uri; /* rubbish in the staging folder harms nobody */
    }
    return uri;
}

char *objects_import(const struct objects *o, const char *what, const char *base_dir, struct err *e)
{
    if (s3_uri_is(sv_z(what))) {
        struct s3_uri u;
        return s3_uri_parse(sv_z(what), &u, e) ? xstrdup(what) : NULL;
    }
    CLEANUP(mem_free_ptr) char *path = objects_source(what, base_dir, e);
    char *uri = path ? import_path(o, path, e) : NULL;
    if (!uri) {
        err_wrap(e, "could not take %s into the workspace", what);
    }
    return uri;
}

bool objects_content(const struct objects *o, const char *uri, char *ret_hex, char **ret_path,
                     struct err *e)
{
    struct s3_uri u;
    char *path = existing(o, uri, e);
    if (!path || !s3_uri_parse(sv_z(uri), &u, e)) {
        free(path);
        return false;
    }
    /* an import carries its digest in its name */
    struct sv rest = u.key, id;
    if (sv_eqz(u.bucket, OBJECTS_IMPORTS) && sv_split(&rest, '/', &id) && id.n == DIGEST_HEX &&
        rest.p && !memchr(rest.p, '/', rest.n)) {
        memcpy(ret_hex, id.p, DIGEST_HEX);
        ret_hex[DIGEST_HEX] = 0;
        free(path);
        path = NULL;
    }
    *ret_path = path;
    return true;
}

bool objects_digest(const struct objects *o, const char *uri, char *ret_hex, struct err *e)
{
    char *path = NULL;
    bool ok =
        objects_content(o, uri, ret_hex, &path, e) && (!path || digest_tree(path, ret_hex, e));
    free(path);
    return ok;
}
