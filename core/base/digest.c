/* SHA-256 by libcrypto, opened at first use; see digest.h. */
#include "core/base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/dl.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/vec.h"

#define FUNCTIONS(X)                                                                               \
    X(EVP_MD_CTX_new)                                                                              \
    X(EVP_MD_CTX_free)                                                                             \
    X(EVP_sha256)                                                                                  \
    X(EVP_DigestInit_ex)                                                                           \
    X(EVP_DigestUpdate)                                                                            \
    X(EVP_DigestFinal_ex)

struct libcrypto {
#define X(name) __typeof__(name) *name;
    FUNCTIONS(X)
#undef X
};

static const struct dl_symbol symbols[] = {
#define X(name) {#name, offsetof(struct libcrypto, name)},
    FUNCTIONS(X)
#undef X
};
static const char *const sonames[] = {"libcrypto.so.3", "libcrypto.so.1.1", NULL};
static const struct dl_library library = {"libssl3", sonames, symbols, ALEN(symbols)};

/* The door's state: written once under `once`, read-only from then on. */
static struct {
    pthread_once_t once;
    bool is_open;
    struct err why_not;
    struct libcrypto fn;
} crypto = {.once = PTHREAD_ONCE_INIT};

static void open_crypto(void)
{
    crypto.is_open = dl_load(&library, &crypto.fn, &crypto.why_not);
}

struct digest {
    EVP_MD_CTX *context;
};

struct digest *digest_new(struct err *e)
{
    pthread_once(&crypto.once, open_crypto);
    if (!crypto.is_open) {
        *e = crypto.why_not;
        return NULL;
    }
    struct digest *d = xcalloc(1, sizeof *d);
    d->context = crypto.fn.EVP_MD_CTX_new();
    if (!d->context || crypto.fn.EVP_DigestInit_ex(d->context, crypto.fn.EVP_sha256(), NULL) != 1) {
        digest_free(d);
        err_set(e, ERR_FAILED, "could not start a SHA-256 digest: libcrypto refuses it");
        return NULL;
    }
    return d;
}

void digest_free(struct digest *d)
{
    if (d) {
        crypto.fn.EVP_MD_CTX_free(d->context);
        free(d);
    }
}

void digest_add(struct digest *d, struct sv bytes)
{
    if (bytes.n && crypto.fn.EVP_DigestUpdate(d->context, bytes.p, bytes.n) != 1) {
        BUG("libcrypto does not take %zu bytes", bytes.n);
    }
}

void digest_finish(struct digest *d, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    if (crypto.fn.EVP_DigestFinal_ex(d->context, raw, NULL) != 1) {
        BUG("libcrypto does not end a digest");
    }
    for (size_t i = 0; i < DIGEST_HEX / 2; i++) {
        ret_hex[2 * i] = digits[raw[i] >> 4];
        ret_hex[2 * i + 1] = digits[raw[i] & 15];
    }
    ret_hex[DIGEST_HEX] = 0;
    digest_free(d);
}

bool digest_bytes(struct sv bytes, char *ret_hex, struct err *e)
{
    struct digest *d = digest_new(e);
    if (!d) {
        return false;
    }
    digest_add(d, bytes);
    digest_finish(d, ret_hex);
    return true;
}

/* --- files that were read --- */
enum { MEMO_MAX = 100000, MEMO_SETTLED_MS = 2000 };

struct digest_memo {
    struct map files; /* identity → digest in hex, owned */
};

struct digest_memo *digest_memo_new(void)
{
    return xcalloc(1, sizeof(struct digest_memo));
}

static void memo_clear(struct digest_memo *m)
{
    for (size_t i = 0; i < m->files.n; i++) {
        free(m->files.at[i].value);
    }
    map_release(&m->files);
}

void digest_memo_free(struct digest_memo *m)
{
    if (m) {
        memo_clear(m);
        free(m);
    }
}

static int64_t ms_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What a file is, as a key; caller frees. NULL: it changed just now. */
static char *identity(const struct stat *st)
{
    int64_t settled_ms = clock_wall_ms() - MEMO_SETTLED_MS;
    if (ms_of(st->st_mtim) > settled_ms || ms_of(st->st_ctim) > settled_ms) {
        return NULL;
    }
    return xasprintf("%llx.%llx.%llx.%llx.%lx.%llx.%lx", (unsigned long long)st->st_dev,
                     (unsigned long long)st->st_ino, (unsigned long long)st->st_size,
                     (unsigned long long)st->st_mtim.tv_sec, (unsigned long)st->st_mtim.tv_nsec,
                     (unsigned long long)st->st_ctim.tv_sec, (unsigned long)st->st_ctim.tv_nsec);
}

static void memo_put(struct digest_memo *m, const char *key, const char *hex)
{
    if (m->files.n >= MEMO_MAX) {
        memo_clear(m);
    }
    free(map_set(&m->files, sv_z(key), xstrdup(hex)));
}

/* --- one file, in pieces --- */
struct reading {
    int fd; /* -1: none */
    bool is_executable;
    struct stat st;
    struct digest *digest;
};

static void reading_close(struct reading *r)
{
    if (r->fd >= 0) {
        close(r->fd);
    }
    digest_free(r->digest);
    *r = (struct reading){.fd = -1};
}

static bool reading_open(struct reading *r, const char *path, int open_flags, struct err *e)
{
    struct stat *st = &r->st;
    /* O_NONBLOCK: a fifo must not hold us before it is known to be one */
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | open_flags);
    if (r->fd < 0) {
        return err_sys(e, "could not open %s", path);
    }
    bool ok = fstat(r->fd, st) == 0 || err_sys(e, "could not look at %s", path);
    if (ok && !S_ISREG(st->st_mode)) {
        ok = err_set(e, ERR_INVALID, "could not take the digest of %s: it is not a regular file",
                     path);
    }
    r->digest = ok ? digest_new(e) : NULL;
    if (!r->digest) {
        reading_close(r);
        return false;
    }
    r->is_executable = st->st_mode & 0100;
    return true;
}

/* One block; at the end of the file ret_hex is filled and it is closed. */
static bool reading_step(struct reading *r, const char *path, bool *ret_is_done, char *ret_hex,
                         struct err *e)
{
    char block[64 * 1024];
    ssize_t n = read(r->fd, block, sizeof block);
    *ret_is_done = n == 0;
    if (n < 0 && errno != EINTR) {
        return err_sys(e, "could not read %s", path);
    }
    if (n > 0) {
        digest_add(r->digest, (struct sv){block, (size_t)n});
    } else if (n == 0) {
        digest_finish(r->digest, ret_hex);
        r->digest = NULL;
        reading_close(r);
    }
    return true;
}

/* --- a file, or a folder as a tree --- */
struct digest_job {
    char *path;
    struct digest_memo *memo; /* borrowed; NULL: none */
    bool is_begun, is_dir;
    VEC(char *) dirs;  /* relative to path, not listed yet */
    VEC(char *) files; /* relative */
    size_t at;         /* the file that is read */
    struct digest *tree;
    struct reading file;
};

struct digest_job *digest_job_new(const char *path, struct digest_memo *memo)
{
    struct digest_job *j = xcalloc(1, sizeof *j);
    j->path = xstrdup(path);
    j->memo = memo;
    j->file.fd = -1;
    return j;
}

void digest_job_free(struct digest_job *j)
{
    if (!j) {
        return;
    }
    for (size_t i = 0; i < j->dirs.n; i++) {
        free(j->dirs.at[i]);
    }
    for (size_t i = 0; i < j->files.n; i++) {
        free(j->files.at[i]);
    }
    vec_release(&j->dirs);
    vec_release(&j->files);
    digest_free(j->tree);
    reading_close(&j->file);
    free(j->path);
    free(j);
}

static bool list_dir(struct digest_job *j, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = path_join(j->path, rel);
    CLEANUP(os_names_release) struct os_names names = {0};
    if (!os_list(dir, &names, e)) {
        return false;
    }
    for (size_t i = 0; i < names.n; i++) {
        CLEANUP(mem_free_ptr) char *full = path_join(dir, names.at[i]);
        char *sub = *rel ? path_join(rel, names.at[i]) : xstrdup(names.at[i]);
        struct stat st;
        bool ok = lstat(full, &st) == 0 || err_sys(e, "could not look at %s", full);
        if (ok && S_ISLNK(st.st_mode)) {
            ok = err_set(e, ERR_INVALID, "could not take the digest of the folder %s: %s is a link",
                         j->path, full);
        }
        if (!ok) {
            free(sub);
            return false;
        }
        if (S_ISDIR(st.st_mode)) {
            vec_push(&j->dirs, sub);
        } else {
            vec_push(&j->files, sub);
        }
    }
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One folder more; after the last one the files are in order. */
static bool collect(struct digest_job *j, struct err *e)
{
    CLEANUP(mem_free_ptr) char *rel = j->dirs.at[--j->dirs.n];
    if (!list_dir(j, rel, e)) {
        return false;
    }
    if (!j->dirs.n && j->files.n) {
        qsort(j->files.at, j->files.n, sizeof *j->files.at, by_bytes);
    }
    return true;
}

static void add_line(struct digest *d, const char *rel, bool is_executable, const char *hex)
{
    digest_add(d, (struct sv){rel, strlen(rel) + 1});
    digest_add(d, (struct sv){is_executable ? "1" : "0", 2});
    digest_add(d, sv_z(hex));
    digest_add(d, SV("\n"));
}

/* The digest of the file that is open: remembered, or after its last block. */
static bool read_file(struct digest_job *j, const char *path, bool *ret_is_read, char *ret_hex,
                      struct err *e)
{
    CLEANUP(mem_free_ptr) char *key = j->memo ? identity(&j->file.st) : NULL;
    const char *known = key ? map_get(&j->memo->files, sv_z(key)) : NULL;
    if (known) {
        memcpy(ret_hex, known, DIGEST_HEX + 1);
        reading_close(&j->file);
        *ret_is_read = true;
        return true;
    }
    if (!reading_step(&j->file, path, ret_is_read, ret_hex, e)) {
        return false;
    }
    if (*ret_is_read && key) {
        memo_put(j->memo, key, ret_hex);
    }
    return true;
}

/* A block of the file that is read, or the next file. */
static bool read_some(struct digest_job *j, bool *ret_is_done, char *ret_hex, struct err *e)
{
    const char *rel = j->is_dir ? j->files.at[j->at] : "";
    CLEANUP(mem_free_ptr) char *path = *rel ? path_join(j->path, rel) : xstrdup(j->path);
    if (j->file.fd < 0 && !reading_open(&j->file, path, j->is_dir ? O_NOFOLLOW : 0, e)) {
        return false;
    }
    bool is_executable = j->file.is_executable, is_read;
    char hex[DIGEST_HEX + 1];
    if (!read_file(j, path, &is_read, hex, e)) {
        return false;
    }
    if (is_read && j->is_dir) {
        add_line(j->tree, rel, is_executable, hex);
        j->at++;
    } else if (is_read) {
        memcpy(ret_hex, hex, sizeof hex);
        *ret_is_done = true;
    }
    return true;
}

static bool begin(struct digest_job *j, struct err *e)
{
    j->is_begun = true;
    j->is_dir = os_is_dir(j->path);
    if (j->is_dir) {
        vec_push(&j->dirs, xstrdup(""));
        j->tree = digest_new(e);
    }
    return !j->is_dir || j->tree;
}

bool digest_job_step(struct digest_job *j, int64_t deadline_us, bool *ret_is_done, char *ret_hex,
                     struct err *e)
{
    bool ok = j->is_begun || begin(j, e);
    *ret_is_done = false;
    do {
        if (ok && j->dirs.n) {
            ok = collect(j, e);
        } else if (ok && j->is_dir && j->at == j->files.n) {
            digest_finish(j->tree, ret_hex);
            j->tree = NULL;
            *ret_is_done = true;
        } else if (ok) {
            ok = read_some(j, ret_is_done, ret_hex, e);
        }
    } while (ok && !*ret_is_done && clock_mono_us() < deadline_us);
    return ok;
}

bool digest_tree(const char *path, char *ret_hex, struct err *e)
{
    struct digest_job *j = digest_job_new(path, NULL);
    bool is_done;
    bool ok = digest_job_step(j, INT64_MAX, &is_done, ret_hex, e);
    digest_job_free(j);
    return ok;
}

bool digest_file(const char *path, char *ret_hex, struct err *e)
{
    struct reading r = {.fd = -1};
    bool is_done = false, ok = reading_open(&r, path, 0, e);
    while (ok && !is_done) {
        ok = reading_step(&r, path, &is_done, ret_hex, e);
    }
    reading_close(&r);
    return ok;
}
