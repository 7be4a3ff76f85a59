/* Reading a dataset; see dataset_scan.h. */
#include "core/hub/dataset_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/vec.h"
#include "core/data/tabular.h"

enum { BLOCK_BYTES = TABULAR_HEAD_BYTES };

struct scan_file {
    char *path, *name; /* name: below the dataset's address */
    uint64_t size;
    const char *what; /* static; NULL: not looked at yet */
    bool is_table, is_executable;
};

struct dataset_scan {
    char *uri, *digest;
    VEC(struct scan_file) files;
    bool is_folder;
    size_t at; /* file */
    int fd;    /* -1: that file was not opened yet */
    bool is_fed;
    uint64_t read, total;
    struct tabular *table;
    struct digest *file_digest, *tree_digest;
    char *block;
};

void dataset_scan_free(struct dataset_scan *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; i < s->files.n; i++) {
        free(s->files.at[i].path);
        free(s->files.at[i].name);
    }
    vec_release(&s->files);
    if (s->fd >= 0) {
        close(s->fd);
    }
    tabular_free(s->table);
    digest_free(s->file_digest);
    digest_free(s->tree_digest);
    free(s->uri);
    free(s->digest);
    free(s->block);
    free(s);
}

static bool add_file(struct dataset_scan *s, const char *path, const char *name, struct err *e)
{
    struct stat st;
    if (lstat(path, &st) != 0) {
        return err_sys(e, "could not look at %s", path);
    }
    struct scan_file file = {.path = xstrdup(path),
                             .name = xstrdup(name),
                             .size = (uint64_t)st.st_size,
                             .is_executable = st.st_mode & S_IXUSR};
    vec_push(&s->files, file);
    s->total += file.size;
    return true;
}

/* Every file below a folder, in the order in which their digest takes them. */
static bool add_folder(struct dataset_scan *s, const struct objects *o, const char *path,
                       struct err *e)
{
    struct s3_uri u;
    struct os_names keys;
    bool is_whole = s->uri[strlen(s->uri) - 1] == '/';
    CLEANUP(mem_free_ptr) char *prefix = xasprintf("%s%s", s->uri, is_whole ? "" : "/");
    if (!s3_uri_parse(sv_z(prefix), &u, e) || !objects_list(o, prefix, &keys, e)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < keys.n; i++) {
        const char *name = keys.at[i] + (u.key.n ? u.key.n + 1 : 0);
        CLEANUP(mem_free_ptr) char *file = path_join(path, name);
        ok = add_file(s, file, name, e);
    }
    os_names_release(&keys);
    return ok;
}

struct dataset_scan *dataset_scan_new(const struct objects *o, const char *uri, const char *digest,
                                      struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = objects_path(o, uri, e);
    if (!path) {
        return NULL;
    }
    if (!objects_exist(o, uri)) {
        err_set(e, ERR_NOT_FOUND, "%s is gone: there is nothing there any more", uri);
        return NULL;
    }
    struct dataset_scan *s = xcalloc(1, sizeof *s);
    s->fd = -1;
    s->uri = xstrdup(uri);
    s->digest = xstrdup(digest);
    s->is_folder = os_is_dir(path);
    s->table = tabular_new();
    s->block = xmalloc(BLOCK_BYTES);
    bool ok = s->is_folder ? add_folder(s, o, path, e) : add_file(s, path, path_base(path), e);
    if (ok && s->is_folder) {
        s->tree_digest = digest_new(e);
        ok = s->tree_digest != NULL;
    }
    if (!ok) {
        dataset_scan_free(s);
        return NULL;
    }
    return s;
}

/* --- slices --- */

static bool open_file(struct dataset_scan *s, struct err *e)
{
    const struct scan_file *f = &s->files.at[s->at];
    struct stat st;
    s->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (s->fd < 0) {
        return err_sys(e, "could not open %s", f->path);
    }
    if (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return err_set(e, ERR_INVALID, "%s is not a file", f->path);
    }
    s->file_digest = digest_new(e);
    return s->file_digest != NULL;
}

static bool was_changed(const struct dataset_scan *s, struct err *e)
{
    err_set(e, ERR_CORRUPT, "what lies at %s is not what was read: it was changed since", s->uri);
    return err_hint(e, "its digest was %.12s", s->digest);
}

/* The digest of a folder is made of those of its files, as digest_tree makes it. */
static bool close_file(struct dataset_scan *s, struct err *e)
{
    struct scan_file *f = &s->files.at[s->at];
    char hex[DIGEST_HEX + 1];
    const char *why;
    close(s->fd);
    s->fd = -1;
    digest_finish(s->file_digest, hex);
    s->file_digest = NULL;
    if (f->is_table && !tabular_end(s->table, &why)) {
        f->is_table = false;
        f->what = why;
    }
    if (!s->is_folder) {
        return z_eq(hex, s->digest) || was_changed(s, e);
    }
    digest_add(s->tree_digest, (struct sv){f->name, strlen(f->name) + 1});
    digest_add(s->tree_digest, (struct sv){f->is_executable ? "1" : "0", 2});
    digest_add(s->tree_digest, sv_z(hex));
    digest_add(s->tree_digest, SV("\n"));
    return true;
}

/* A block of the open file; *ret_at_end when there is none left. */
static bool read_block(struct dataset_scan *s, bool *ret_at_end, struct err *e)
{
    struct scan_file *f = &s->files.at[s->at];
    size_t n = 0;
    while (n < BLOCK_BYTES) {
        ssize_t got = read(s->fd, s->block + n, BLOCK_BYTES - n);
        if (got < 0 && errno != EINTR) {
            return err_sys(e, "could not read %s", f->path);
        }
        if (got == 0) {
            break;
        }
        n += got > 0 ? (size_t)got : 0;
    }
    struct sv bytes = {s->block, n};
    *ret_at_end = n < BLOCK_BYTES;
    digest_add(s->file_digest, bytes);
    if (!f->what) {
        f->is_table = tabular_begin(s->table, sv_z(f->name), bytes, &f->what);
        s->is_fed = f->is_table;
    }
    if (s->is_fed) {
        s->is_fed = tabular_feed(s->table, bytes);
    }
    s->read += n;
    return true;
}

static bool finish(struct dataset_scan *s, struct err *e)
{
    char hex[DIGEST_HEX + 1];
    if (!s->is_folder) {
        return true;
    }
    digest_finish(s->tree_digest, hex);
    s->tree_digest = NULL;
    return z_eq(hex, s->digest) || was_changed(s, e);
}

enum scan_state dataset_scan_step(struct dataset_scan *s, int64_t deadline_us, struct err *e)
{
    while (s->at < s->files.n) {
        bool is_at_end = false;
        if ((s->fd < 0 && !open_file(s, e)) || !read_block(s, &is_at_end, e) ||
            (is_at_end && !close_file(s, e))) {
            return SCAN_FAILED;
        }
        s->at += is_at_end;
        if (clock_mono_us() >= deadline_us && s->at < s->files.n) {
            return SCAN_MORE;
        }
    }
    return finish(s, e) ? SCAN_DONE : SCAN_FAILED;
}

uint64_t dataset_scan_read(const struct dataset_scan *s)
{
    return s->read;
}

uint64_t dataset_scan_total(const struct dataset_scan *s)
{
    return s->total > s->read ? s->total : s->read;
}

/* --- what was found --- */

static const char *what_of(const struct dataset_scan *s)
{
    for (size_t i = 0; i < s->files.n; i++) {
        if (s->files.at[i].is_table) {
            return s->files.at[i].what;
        }
    }
    return s->files.n == 1   ? s->files.at[0].what
           : s->files.n == 0 ? "an empty folder"
                             : "a folder without a table";
}

struct json *dataset_scan_profile(const struct dataset_scan *s, int64_t *ret_rows)
{
    struct json *j = json_new_object();
    bool is_table = false;
    json_set_i64(j, "version", DATASET_PROFILE_VERSION);
    json_set_str(j, "what", what_of(s));
    json_set_i64(j, "bytes", (int64_t)s->read);
    json_set_i64(j, "files_count", (int64_t)s->files.n);
    struct json *files = json_set(j, "files", json_new_array());
    for (size_t i = 0; i < s->files.n; i++) {
        const struct scan_file *f = &s->files.at[i];
        is_table |= f->is_table;
        if (i < DATASET_FILES_NAMED) {
            struct json *one = json_push(files, json_new_object());
            json_set(one, "name", json_new_sv(sv_z(f->name)));
            json_set_i64(one, "size", (int64_t)f->size);
            json_set_str(one, "what", f->what);
            json_set_bool(one, "is_read", f->is_table);
        }
    }
    *ret_rows = is_table ? (int64_t)tabular_rows(s->table) : -1;
    struct json *table = tabular_json(s->table);
    struct json *child;
    while (is_table && (child = json_first(table)) != NULL) {
        CLEANUP(mem_free_ptr) char *key = xstrdup(json_key(child));
        json_set(j, key, json_take(table, key));
    }
    json_free(table);
    return j;
}
