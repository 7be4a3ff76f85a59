/* SHA-256 by libcrypto, opened at first use; see digest.h. */
#include "core/base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
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

static bool add_fd(struct digest *d, int fd, const char *path, struct err *e)
{
    char buf[64 * 1024];
    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n == 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            return err_sys(e, "could not read %s", path);
        }
        if (n > 0) {
            digest_add(d, (struct sv){buf, (size_t)n});
        }
    }
}

static bool file_digest(const char *path, int open_flags, char *ret_hex, bool *ret_is_executable,
                        struct err *e)
{
    /* O_NONBLOCK: a fifo must not hold us before it is known to be one */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | open_flags);
    if (fd < 0) {
        return err_sys(e, "could not open %s", path);
    }
    struct stat st;
    bool ok = fstat(fd, &st) == 0 || err_sys(e, "could not look at %s", path);
    if (ok && !S_ISREG(st.st_mode)) {
        ok = err_set(e, ERR_INVALID, "could not take the digest of %s: it is not a regular file",
                     path);
    }
    struct digest *d = ok ? digest_new(e) : NULL;
    ok = d && add_fd(d, fd, path, e);
    if (ok) {
        *ret_is_executable = st.st_mode & 0100;
        digest_finish(d, ret_hex);
    } else {
        digest_free(d);
    }
    close(fd);
    return ok;
}

bool digest_file(const char *path, char *ret_hex, struct err *e)
{
    bool is_executable;
    return file_digest(path, 0, ret_hex, &is_executable, e);
}

/* --- trees --- */

struct tree {
    VEC(char *) files; /* relative to the root */
};

static void tree_release(struct tree *t)
{
    for (size_t i = 0; i < t->files.n; i++) {
        free(t->files.at[i]);
    }
    vec_release(&t->files);
}

static bool collect(struct tree *t, const char *root, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(root, rel);
    CLEANUP(os_names_release) struct os_names names = {0};
    if (!os_list(path, &names, e)) {
        return false;
    }
    for (size_t i = 0; i < names.n; i++) {
        CLEANUP(mem_free_ptr) char *sub = *rel ? path_join(rel, names.at[i]) : xstrdup(names.at[i]);
        CLEANUP(mem_free_ptr) char *full = path_join(root, sub);
        struct stat st;
        if (lstat(full, &st) != 0) {
            return err_sys(e, "could not look at %s", full);
        }
        if (S_ISLNK(st.st_mode)) {
            return err_set(e, ERR_INVALID,
                           "could not take the digest of the folder %s: %s is a link", root, full);
        }
        if (S_ISDIR(st.st_mode)) {
            if (!collect(t, root, sub, e)) {
                return false;
            }
        } else {
            vec_push(&t->files, sub);
            sub = NULL;
        }
    }
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_file(struct digest *d, const char *root, const char *rel, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = path_join(root, rel);
    char hex[DIGEST_HEX + 1];
    bool is_executable;
    if (!file_digest(path, O_NOFOLLOW, hex, &is_executable, e)) {
        return false;
    }
    digest_add(d, (struct sv){rel, strlen(rel) + 1});
    digest_add(d, (struct sv){is_executable ? "1" : "0", 2});
    digest_add(d, sv_z(hex));
    digest_add(d, SV("\n"));
    return true;
}

bool digest_tree(const char *path, char *ret_hex, struct err *e)
{
    if (!os_is_dir(path)) {
        bool is_executable;
        return file_digest(path, 0, ret_hex, &is_executable, e);
    }
    CLEANUP(tree_release) struct tree tree = {0};
    if (!collect(&tree, path, "", e)) {
        return false;
    }
    if (tree.files.n) {
        qsort(tree.files.at, tree.files.n, sizeof *tree.files.at, by_bytes);
    }
    struct digest *d = digest_new(e);
    for (size_t i = 0; d && i < tree.files.n; i++) {
        if (!add_file(d, path, tree.files.at[i], e)) {
            digest_free(d);
            return false;
        }
    }
    if (d) {
        digest_finish(d, ret_hex);
    }
    return d;
}
