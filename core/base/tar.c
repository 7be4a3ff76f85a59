/* Archives by libarchive, opened at first use; see tar.h. */
#include "core/base/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/dl.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/vec.h"

#define FUNCTIONS(X)                                                                               \
    X(archive_error_string)                                                                        \
    X(archive_read_new)                                                                            \
    X(archive_read_free)                                                                           \
    X(archive_read_support_filter_gzip)                                                            \
    X(archive_read_support_filter_bzip2)                                                           \
    X(archive_read_support_filter_xz)                                                              \
    X(archive_read_support_format_tar)                                                             \
    X(archive_read_support_format_zip)                                                             \
    X(archive_read_open_fd)                                                                        \
    X(archive_read_next_header)                                                                    \
    X(archive_read_data)                                                                           \
    X(archive_write_new)                                                                           \
    X(archive_write_free)                                                                          \
    X(archive_write_add_filter_gzip)                                                               \
    X(archive_write_set_format_pax_restricted)                                                     \
    X(archive_write_set_options)                                                                   \
    X(archive_write_set_bytes_in_last_block)                                                       \
    X(archive_write_open_fd)                                                                       \
    X(archive_write_header)                                                                        \
    X(archive_write_data)                                                                          \
    X(archive_write_close)                                                                         \
    X(archive_entry_new)                                                                           \
    X(archive_entry_free)                                                                          \
    X(archive_entry_pathname)                                                                      \
    X(archive_entry_pathname_utf8)                                                                 \
    X(archive_entry_hardlink)                                                                      \
    X(archive_entry_hardlink_utf8)                                                                 \
    X(archive_entry_filetype)                                                                      \
    X(archive_entry_perm)                                                                          \
    X(archive_entry_set_pathname)                                                                  \
    X(archive_entry_set_symlink)                                                                   \
    X(archive_entry_set_filetype)                                                                  \
    X(archive_entry_set_perm)                                                                      \
    X(archive_entry_set_size)                                                                      \
    X(archive_entry_set_mtime)

struct libarchive {
#define X(name) __typeof__(name) *name;
    FUNCTIONS(X)
#undef X
};

static const struct dl_symbol symbols[] = {
#define X(name) {#name, offsetof(struct libarchive, name)},
    FUNCTIONS(X)
#undef X
};
static const char *const sonames[] = {"libarchive.so.13", NULL};
static const struct dl_library library = {"libarchive13", sonames, symbols, ALEN(symbols)};

/* The door's state: written once under `once`, read-only from then on. */
static struct {
    pthread_once_t once;
    bool is_open;
    struct err why_not;
    struct libarchive fn;
} door = {.once = PTHREAD_ONCE_INIT};

static void open_door(void)
{
    door.is_open = dl_load(&library, &door.fn, &door.why_not);
}

static const struct libarchive *libarchive(struct err *e)
{
    pthread_once(&door.once, open_door);
    if (!door.is_open) {
        *e = door.why_not;
        return NULL;
    }
    return &door.fn;
}

static const char *why(const struct libarchive *lib, struct archive *a)
{
    const char *text = lib->archive_error_string(a);
    return text ? text : "the bytes are no archive that is known here";
}

/* --- packing --- */

struct packing {
    const struct libarchive *lib;
    struct archive *out;
    const char *dir, *to;
    VEC(char *) names; /* relative, sorted, folders before what they hold */
};

static void packing_release(struct packing *p)
{
    for (size_t i = 0; i < p->names.n; i++) {
        free(p->names.at[i]);
    }
    vec_release(&p->names);
    if (p->out) {
        p->lib->archive_write_free(p->out);
    }
}

static bool collect(struct packing *p, const char *rel, size_t depth, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(p->dir, rel);
    if (depth > TAR_MAX_DEPTH) {
        return err_set(e, ERR_LIMIT, "could not pack %s: it lies more than %d folders deep", path,
                       TAR_MAX_DEPTH);
    }
    CLEANUP(os_names_release) struct os_names names = {0};
    if (!os_list(path, &names, e)) {
        return false;
    }
    for (size_t i = 0; i < names.n; i++) {
        char *sub = *rel ? path_join(rel, names.at[i]) : xstrdup(names.at[i]);
        vec_push(&p->names, sub);
        if (p->names.n > TAR_MAX_ENTRIES) {
            return err_set(e, ERR_LIMIT, "could not pack %s: it holds more than %d entries", p->dir,
                           TAR_MAX_ENTRIES);
        }
        CLEANUP(mem_free_ptr) char *full = path_join(p->dir, sub);
        struct stat st;
        if (lstat(full, &st) != 0) {
            return err_sys(e, "could not look at %s", full);
        }
        if (S_ISDIR(st.st_mode) && !collect(p, sub, depth + 1, e)) {
            return false;
        }
    }
    return true;
}

/* Does a link at `rel` that says `target` stay below the root, as the names read? */
static bool link_stays_below(const char *rel, const char *target)
{
    if (target[0] == '/' || !target[0]) {
        return false;
    }
    long depth = 0;
    for (const char *slash = strchr(rel, '/'); slash; slash = strchr(slash + 1, '/')) {
        depth++;
    }
    struct sv rest = sv_z(target), part;
    while (sv_split(&rest, '/', &part)) {
        if (sv_eqz(part, "..")) {
            depth--;
        } else if (part.n && !sv_eqz(part, ".")) {
            depth++;
        }
        if (depth < 0) {
            return false;
        }
    }
    return true;
}

static bool write_bytes(struct packing *p, int fd, const char *path, int64_t size, struct err *e)
{
    char buf[64 * 1024];
    while (size > 0) {
        ssize_t n = read(fd, buf, size < (int64_t)sizeof buf ? (size_t)size : sizeof buf);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_sys(e, "could not read %s", path);
        }
        if (n == 0) {
            return err_set(e, ERR_IO, "could not pack %s: it became shorter meanwhile", path);
        }
        if (p->lib->archive_write_data(p->out, buf, (size_t)n) != n) {
            return err_set(e, ERR_IO, "could not write %s: %s", p->to, why(p->lib, p->out));
        }
        size -= n;
    }
    return true;
}

static bool write_header(struct packing *p, struct archive_entry *entry, struct err *e)
{
    if (p->lib->archive_write_header(p->out, entry) < ARCHIVE_WARN) {
        return err_set(e, ERR_IO, "could not write %s: %s", p->to, why(p->lib, p->out));
    }
    return true;
}

static bool pack_file(struct packing *p, struct archive_entry *entry, const char *path,
                      struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return err_sys(e, "could not open %s", path);
    }
    struct stat st;
    bool ok = fstat(fd, &st) == 0 || err_sys(e, "could not look at %s", path);
    if (ok && !S_ISREG(st.st_mode)) {
        ok = err_set(e, ERR_INVALID, "could not pack %s: it is no file, folder or link", path);
    }
    if (ok) {
        p->lib->archive_entry_set_filetype(entry, S_IFREG);
        p->lib->archive_entry_set_perm(entry, st.st_mode & 0100 ? 0755 : 0644);
        p->lib->archive_entry_set_size(entry, st.st_size);
        ok = write_header(p, entry, e) && write_bytes(p, fd, path, st.st_size, e);
    }
    close(fd);
    return ok;
}

static bool pack_link(struct packing *p, struct archive_entry *entry, const char *rel,
                      const char *path, struct err *e)
{
    char target[4096];
    ssize_t n = readlink(path, target, sizeof target);
    if (n < 0 || n == (ssize_t)sizeof target) {
        return err_sys(e, "could not read the link %s", path);
    }
    target[n] = 0;
    if (!link_stays_below(rel, target)) {
        err_set(e, ERR_INVALID, "could not pack %s: it is a link to %s, outside the folder", path,
                target);
        return err_hint(e, "put the file itself there");
    }
    p->lib->archive_entry_set_filetype(entry, S_IFLNK);
    p->lib->archive_entry_set_perm(entry, 0777);
    p->lib->archive_entry_set_symlink(entry, target);
    return write_header(p, entry, e);
}

static bool pack_entry(struct packing *p, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(p->dir, rel);
    struct stat st;
    if (lstat(path, &st) != 0) {
        return err_sys(e, "could not look at %s", path);
    }
    struct archive_entry *entry = p->lib->archive_entry_new();
    if (!entry) {
        BUG("out of memory");
    }
    p->lib->archive_entry_set_pathname(entry, rel);
    p->lib->archive_entry_set_mtime(entry, 0, 0);
    bool ok;
    if (S_ISDIR(st.st_mode)) {
        p->lib->archive_entry_set_filetype(entry, S_IFDIR);
        p->lib->archive_entry_set_perm(entry, 0755);
        ok = write_header(p, entry, e);
    } else if (S_ISLNK(st.st_mode)) {
        ok = pack_link(p, entry, rel, path, e);
    } else {
        ok = pack_file(p, entry, path, e);
    }
    p->lib->archive_entry_free(entry);
    return ok;
}

static bool pack_into(struct packing *p, int fd, struct err *e)
{
    p->out = p->lib->archive_write_new();
    if (!p->out) {
        BUG("out of memory");
    }
    /* BINARY: names are bytes, the same in every locale; no time in gzip's own header */
    bool ok = p->lib->archive_write_set_format_pax_restricted(p->out) == ARCHIVE_OK &&
              p->lib->archive_write_add_filter_gzip(p->out) == ARCHIVE_OK &&
              p->lib->archive_write_set_options(p->out, "hdrcharset=BINARY,gzip:!timestamp") ==
                  ARCHIVE_OK &&
              p->lib->archive_write_set_bytes_in_last_block(p->out, 1) == ARCHIVE_OK &&
              p->lib->archive_write_open_fd(p->out, fd) == ARCHIVE_OK;
    if (!ok) {
        return err_set(e, ERR_IO, "could not start %s: %s", p->to, why(p->lib, p->out));
    }
    for (size_t i = 0; i < p->names.n; i++) {
        if (!pack_entry(p, p->names.at[i], e)) {
            return false;
        }
    }
    if (p->lib->archive_write_close(p->out) != ARCHIVE_OK) {
        return err_set(e, ERR_IO, "could not write %s: %s", p->to, why(p->lib, p->out));
    }
    return true;
}

bool tar_pack(const char *dir, const char *to, struct err *e)
{
    CLEANUP(packing_release) struct packing p = {.lib = libarchive(e), .dir = dir, .to = to};
    if (!p.lib || !collect(&p, "", 0, e)) {
        return false;
    }
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(e, "could not create %s", to);
    }
    bool ok = pack_into(&p, fd, e);
    if (close(fd) != 0 && ok) {
        ok = err_sys(e, "could not close %s", to);
    }
    if (!ok) {
        unlink(to);
    }
    return ok;
}

/* --- unpacking --- */

struct unpacking {
    const struct libarchive *lib;
    struct archive *in;
    const char *archive;
    int root;
    uint64_t bytes_left, max_bytes;
};

static bool refuse(const struct unpacking *u, const char *name, const char *reason, struct err *e)
{
    return err_set(e, ERR_INVALID, "could not unpack %s: \"%s\" %s", u->archive, name, reason);
}

/* Open the folder `name` below `at` (which is closed), made when it is not there. */
static int step_into(const struct unpacking *u, int at, const char *name, const char *whole,
                     struct err *e)
{
    int next = -1;
    if (mkdirat(at, name, 0700) == 0 || errno == EEXIST) {
        next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (next < 0) {
        err_sys(e, "could not unpack %s: folder of \"%s\"", u->archive, whole);
    }
    close(at);
    return next;
}

static bool copy_data(struct unpacking *u, int fd, const char *name, struct err *e)
{
    char buf[64 * 1024];
    for (;;) {
        ssize_t n = u->lib->archive_read_data(u->in, buf, sizeof buf);
        if (n == 0) {
            return true;
        }
        if (n < 0) {
            return err_set(e, ERR_CORRUPT, "could not unpack %s: \"%s\": %s", u->archive, name,
                           why(u->lib, u->in));
        }
        if ((uint64_t)n > u->bytes_left) {
            return err_set(e, ERR_LIMIT,
                           "could not unpack %s: its files have more than %llu bytes (at \"%s\")",
                           u->archive, (unsigned long long)u->max_bytes, name);
        }
        u->bytes_left -= (uint64_t)n;
        if (!os_write_all(fd, (struct sv){buf, (size_t)n}, name, e)) {
            return err_wrap(e, "could not unpack %s", u->archive);
        }
    }
}

static bool make_file(struct unpacking *u, struct archive_entry *entry, int at, const char *base,
                      const char *name, struct err *e)
{
    mode_t mode = u->lib->archive_entry_perm(entry) & 0100 ? 0700 : 0600;
    if (unlinkat(at, base, 0) != 0 && errno != ENOENT) {
        return err_sys(e, "could not unpack %s: \"%s\" is there already", u->archive, name);
    }
    int fd = openat(at, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) {
        return err_sys(e, "could not unpack %s: could not create \"%s\"", u->archive, name);
    }
    bool ok = copy_data(u, fd, name, e);
    if (close(fd) != 0 && ok) {
        ok = err_sys(e, "could not unpack %s: could not close \"%s\"", u->archive, name);
    }
    return ok;
}

/* Make one entry, walking from the root folder by descriptors so that no link is followed. */
static bool make_entry(struct unpacking *u, struct archive_entry *entry, const char *name,
                       bool is_folder, struct err *e)
{
    struct sv rest = sv_z(name), part;
    CLEANUP(mem_free_ptr) char *pending = NULL;
    int at = fcntl(u->root, F_DUPFD_CLOEXEC, 0);
    if (at < 0) {
        return err_sys(e, "could not unpack %s", u->archive);
    }
    for (size_t depth = 0; sv_split(&rest, '/', &part);) {
        if (!part.n || sv_eqz(part, ".")) {
            continue;
        }
        if (++depth > TAR_MAX_DEPTH) {
            close(at);
            return refuse(u, name, "lies too deep", e);
        }
        if (pending) {
            at = step_into(u, at, pending, name, e);
            free(pending);
            pending = NULL;
            if (at < 0) {
                return false;
            }
        }
        pending = sv_dup(part);
    }
    bool ok = true;
    if (pending && is_folder) {
        at = step_into(u, at, pending, name, e);
        ok = at >= 0;
    } else if (pending) {
        ok = make_file(u, entry, at, pending, name, e);
    } else if (!is_folder) {
        ok = refuse(u, name, "is no file name", e);
    }
    if (at >= 0) {
        close(at);
    }
    return ok;
}

static bool unpack_entry(struct unpacking *u, struct archive_entry *entry, struct err *e)
{
    /* the second form is for names that the locale cannot spell */
    const char *name = u->lib->archive_entry_pathname(entry);
    name = name ? name : u->lib->archive_entry_pathname_utf8(entry);
    if (!name) {
        return err_set(e, ERR_CORRUPT, "could not unpack %s: an entry's name cannot be read",
                       u->archive);
    }
    unsigned type = u->lib->archive_entry_filetype(entry);
    if (u->lib->archive_entry_hardlink(entry) || u->lib->archive_entry_hardlink_utf8(entry) ||
        type == S_IFLNK) {
        return refuse(u, name, "is a link; links are not unpacked", e);
    }
    if (type != S_IFREG && type != S_IFDIR) {
        return refuse(u, name, "is no file or folder", e);
    }
    if (!path_is_below(sv_z(name))) {
        return refuse(u, name, "would lie outside the folder", e);
    }
    return make_entry(u, entry, name, type == S_IFDIR, e);
}

static bool unpack_all(struct unpacking *u, struct err *e)
{
    for (size_t count = 0;; count++) {
        struct archive_entry *entry;
        int got = u->lib->archive_read_next_header(u->in, &entry);
        if (got == ARCHIVE_EOF) {
            return true;
        }
        if (got < ARCHIVE_WARN) {
            return err_set(e, ERR_CORRUPT, "could not unpack %s: %s", u->archive,
                           why(u->lib, u->in));
        }
        if (count == TAR_MAX_ENTRIES) {
            return err_set(e, ERR_LIMIT, "could not unpack %s: it has more than %d entries",
                           u->archive, TAR_MAX_ENTRIES);
        }
        if (!unpack_entry(u, entry, e)) {
            return false;
        }
    }
}

static bool unpack_fd(struct unpacking *u, int fd, struct err *e)
{
    u->in = u->lib->archive_read_new();
    if (!u->in) {
        BUG("out of memory");
    }
    /* named one by one: "all" would start programs for what libarchive cannot read itself */
    bool ok = u->lib->archive_read_support_filter_gzip(u->in) == ARCHIVE_OK &&
              u->lib->archive_read_support_filter_bzip2(u->in) == ARCHIVE_OK &&
              u->lib->archive_read_support_filter_xz(u->in) == ARCHIVE_OK &&
              u->lib->archive_read_support_format_tar(u->in) == ARCHIVE_OK &&
              u->lib->archive_read_support_format_zip(u->in) == ARCHIVE_OK &&
              u->lib->archive_read_open_fd(u->in, fd, 64 * 1024) == ARCHIVE_OK;
    if (!ok) {
        err_set(e, ERR_CORRUPT, "could not unpack %s: %s", u->archive, why(u->lib, u->in));
    }
    ok = ok && unpack_all(u, e);
    u->lib->archive_read_free(u->in);
    return ok;
}

bool tar_unpack(const char *archive, const char *dir, uint64_t max_bytes, struct err *e)
{
    struct unpacking u = {
        .lib = libarchive(e), .archive = archive, .bytes_left = max_bytes, .max_bytes = max_bytes};
    if (!u.lib) {
        return false;
    }
    u.root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (u.root < 0) {
        return err_sys(e, "could not open folder %s", dir);
    }
    int fd = open(archive, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool ok = fd >= 0 || err_sys(e, "could not open %s", archive);
    ok = ok && unpack_fd(&u, fd, e);
    if (fd >= 0) {
        close(fd);
    }
    close(u.root);
    return ok;
}
