/* Files, processes and fault points; see os.h. */
#include "core/base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"

#ifdef MLW_TEST_HOOKS
static const char *fault_process = "mlw";
static long fault_seen;

void os_fault_process(const char *name)
{
    fault_process = name;
    fault_seen = 0;
}

/* How many points were passed: by this process, or with MLW_FAULT_COUNT by all and by all of its
 * name. */
struct fault_count {
    long in_all, of_name;
};

/* Appends a line for this point, and counts the lines up to it. */
static struct fault_count fault_note(const char *point)
{
    struct fault_count count = {0, ++fault_seen};
    const char *path = getenv("MLW_FAULT_COUNT");
    int fd = path ? open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) {
        return count;
    }
    (void)!dprintf(fd, "%s %s\n", fault_process, point);
    off_t end = lseek(fd, 0, SEEK_CUR), at = 0; /* of our own line, whoever appends meanwhile */
    (void)lseek(fd, 0, SEEK_SET);
    FILE *file = fdopen(fd, "r");
    char *line = NULL;
    size_t capacity = 0, n = strlen(fault_process);
    ssize_t length;
    count.of_name = 0;
    while (at < end && (length = getline(&line, &capacity, file)) > 0) {
        at += length;
        count.in_all++;
        count.of_name += strncmp(line, fault_process, n) == 0 && line[n] == ' ';
    }
    free(line);
    fclose(file);
    return count;
}

/* "PROC:N" or "PROC:N:stop" of MLW_FAULT: the signal for this point, 0 for none. */
static int fault_signal(struct sv spec, const struct fault_count *passed)
{
    struct sv name = {0}, number = {0};
    bool has_number = sv_split(&spec, ':', &name) && sv_split(&spec, ':', &number);
    long now = sv_eqz(name, fault_process) ? passed->of_name
               : sv_eqz(name, "all")       ? passed->in_all
                                           : 0;
    if (!has_number || now == 0 || strtol(number.p, NULL, 10) != now) {
        return 0;
    }
    return sv_eqz(spec, "stop") ? SIGSTOP : SIGKILL;
}

void os_fault_point(const char *point)
{
    struct fault_count passed = fault_note(point);
    struct sv rest = sv_z(getenv("MLW_FAULT")), spec;
    while (sv_split(&rest, ',', &spec)) {
        int sig = fault_signal(spec, &passed);
        if (sig) {
            (void)raise(sig); /* to this thread: it does not go on before it is met */
        }
    }
}
#endif

void os_standard_fds(void)
{
    /* a file gets the lowest free number: that of the closed one, for those below are open */
    for (int fd = STDIN_FILENO; fd >= 0 && fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            fd = open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
        }
    }
}

bool os_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

bool os_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool read_fd(int fd, const char *path, size_t max_bytes, struct str *out, struct err *e)
{
    for (;;) {
        str_reserve(out, 64 * 1024);
        ssize_t n = read(fd, out->p + out->n, 64 * 1024);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_sys(e, "could not read %s", path);
        }
        out->n += (size_t)n;
        out->p[out->n] = 0;
        if (out->n > max_bytes) {
            return err_set(e, ERR_LIMIT, "%s is larger than %zu bytes", path, max_bytes);
        }
        if (n == 0) {
            return true;
        }
    }
}

bool os_read_file(const char *path, size_t max_bytes, struct str *out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return err_sys(e, "could not open %s", path);
    }
    struct stat st;
    bool ok;
    if (fstat(fd, &st) != 0) {
        ok = err_sys(e, "could not look at %s", path);
    } else if (S_ISDIR(st.st_mode)) {
        ok = err_set(e, ERR_IO, "could not read %s: it is a folder", path);
    } else if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max_bytes) {
        ok = err_set(e, ERR_LIMIT, "%s has %lld bytes; at most %zu are read", path,
                     (long long)st.st_size, max_bytes);
    } else {
        ok = read_fd(fd, path, max_bytes, out, e);
    }
    close(fd);
    return ok;
}

bool os_write_all(int fd, struct sv bytes, const char *path, struct err *e)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_sys(e, "could not write %s", path);
        }
        bytes = (struct sv){bytes.p + n, bytes.n - (size_t)n};
    }
    return true;
}

bool os_fsync_dir(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return err_sys(e, "could not open folder %s", path);
    }
    os_fault_point("fsync");
    /* some network file systems refuse fsync on folders: they order renames themselves */
    bool ok = fsync(fd) == 0 || errno == EINVAL || err_sys(e, "could not flush folder %s", path);
    close(fd);
    return ok;
}

static bool fsync_parent(const char *path, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = path_dir(path);
    return os_fsync_dir(dir, e);
}

bool os_write_file(const char *path, struct sv bytes, struct err *e)
{
    char id[9];
    os_random_id(id, 8, false);
    CLEANUP(mem_free_ptr) char *tmp = xasprintf("%s.%s.tmp", path, id);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_sys(e, "could not create %s", tmp);
    }
    bool ok = os_write_all(fd, bytes, tmp, e);
    os_fault_point("fsync");
    if (ok && fsync(fd) != 0) {
        ok = err_sys(e, "could not flush %s", tmp);
    }
    if (close(fd) != 0 && ok) {
        ok = err_sys(e, "could not close %s", tmp);
    }
    os_fault_point("rename");
    if (ok && rename(tmp, path) != 0) {
        ok = err_sys(e, "could not rename %s to %s", tmp, path);
    }
    if (!ok) {
        unlink(tmp);
        return false;
    }
    return fsync_parent(path, e);
}

bool os_rename(const char *from, const char *to, struct err *e)
{
    os_fault_point("rename");
    if (rename(from, to) != 0) {
        return err_sys(e, "could not rename %s to %s", from, to);
    }
    return fsync_parent(to, e);
}

bool os_mkdirs(const char *path, struct err *e)
{
    if (!path[0]) {
        return err_set(e, ERR_INVALID, "could not create a folder: its name is empty");
    }
    CLEANUP(mem_free_ptr) char *p = xstrdup(path);
    for (char *slash = p + 1; *slash; slash++) {
        if (*slash == '/') {
            *slash = 0;
            if (mkdir(p, 0700) != 0 && errno != EEXIST) {
                return err_sys(e, "could not create folder %s", p);
            }
            *slash = '/';
        }
    }
    if (mkdir(p, 0700) != 0 && (errno != EEXIST || !os_is_dir(p))) {
        return err_sys(e, "could not create folder %s", p);
    }
    return true;
}

static bool remove_at(int dir, const char *name, const char *path, struct err *e)
{
    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
        return true;
    }
    if (errno != EISDIR && errno != EPERM) {
        return err_sys(e, "could not remove %s", path);
    }
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        if (fd >= 0) {
            close(fd);
        }
        return err_sys(e, "could not remove %s", path);
    }
    bool ok = true;
    for (struct dirent *ent; ok && (ent = readdir(d));) {
        if (strcmp(ent->d_name, ".") != 0 && strcmp(ent->d_name, "..") != 0) {
            CLEANUP(mem_free_ptr) char *sub = path_join(path, ent->d_name);
            ok = remove_at(dirfd(d), ent->d_name, sub, e);
        }
    }
    closedir(d);
    return ok &&
           (unlinkat(dir, name, AT_REMOVEDIR) == 0 || err_sys(e, "could not remove %s", path));
}

bool os_remove_tree(const char *path, struct err *e)
{
    return remove_at(AT_FDCWD, path, path, e);
}

static bool copy_bytes(int in, int out, const char *from, const char *to, struct err *e)
{
    for (;;) {
        ssize_t n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0);
        if (n == 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            break;
        }
    }
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
        return err_sys(e, "could not copy %s to %s", from, to);
    }
    char buf[64 * 1024];
    for (ssize_t n; (n = read(in, buf, sizeof buf)) != 0;) {
        if (n < 0 && errno != EINTR) {
            return err_sys(e, "could not read %s", from);
        }
        if (n > 0 && !os_write_all(out, (struct sv){buf, (size_t)n}, to, e)) {
            return false;
        }
    }
    return true;
}

/* Empty what is copied to, unless it is what is copied from. */
static bool prepare_target(int out, const struct stat *from, const char *to, struct err *e)
{
    struct stat st;
    if (fstat(out, &st) != 0) {
        return err_sys(e, "could not look at %s", to);
    }
    if (st.st_dev == from->st_dev && st.st_ino == from->st_ino) {
        return err_set(e, ERR_INVALID, "could not copy %s onto itself", to);
    }
    bool is_emptied = !S_ISREG(st.st_mode) || ftruncate(out, 0) == 0;
    return is_emptied || err_sys(e, "could not empty %s", to);
}

bool os_copy_file(const char *from, const char *to, struct err *e)
{
    /* O_NONBLOCK: a fifo must not hold us before it is known to be one */
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (in < 0) {
        return err_sys(e, "could not open %s", from);
    }
    struct stat st;
    bool ok = fstat(in, &st) == 0 || err_sys(e, "could not look at %s", from);
    if (ok && !S_ISREG(st.st_mode)) {
        ok = err_set(e, ERR_INVALID, "could not copy %s: it is not a regular file", from);
    }
    int out = -1;
    if (ok) {
        out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, st.st_mode & 0100 ? 0700 : 0600);
        ok = out >= 0 ? prepare_target(out, &st, to, e) : err_sys(e, "could not create %s", to);
    }
    ok = ok && copy_bytes(in, out, from, to, e);
    close(in);
    if (out >= 0 && close(out) != 0 && ok) {
        ok = err_sys(e, "could not close %s", to);
    }
    return ok;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool os_list(const char *path, struct os_names *ret_names, struct err *e)
{
    DIR *d = opendir(path);
    if (!d) {
        return err_sys(e, "could not list %s", path);
    }
    struct os_names names = {0};
    size_t cap = 0;
    for (struct dirent *ent; (ent = readdir(d));) {
        if (strcmp(ent->d_name, ".") == 0 || strcmp(ent->d_name, "..") == 0) {
            continue;
        }
        if (names.n == cap) {
            cap = cap ? cap * 2 : 16;
            names.at = xreallocarray(names.at, cap, sizeof *names.at);
        }
        names.at[names.n++] = xstrdup(ent->d_name);
    }
    closedir(d);
    if (names.n) {
        qsort(names.at, names.n, sizeof *names.at, by_bytes);
    }
    *ret_names = names;
    return true;
}

void os_names_release(struct os_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        free(names->at[i]);
    }
    free(names->at);
    *names = (struct os_names){0};
}

static pthread_once_t self_exe_once = PTHREAD_ONCE_INIT;
static char self_exe[PATH_MAX];

static void read_self_exe(void)
{
    ssize_t n = readlink("/proc/self/exe", self_exe, sizeof self_exe - 1);
    self_exe[n > 0 ? n : 0] = 0;
}

char *os_home_dir(void)
{
    const char *home = getenv("HOME");
    return home && home[0] == '/' ? xstrdup(home) : NULL;
}

const char *os_self_exe(void)
{
    pthread_once(&self_exe_once, read_self_exe);
    return self_exe;
}

char *os_real_path(const char *path, struct err *e)
{
    char *real = realpath(path, NULL);
    if (!real) {
        err_sys(e, "could not find %s", path);
    }
    return real;
}

void os_random_id(char *out, size_t n, bool mixed_case)
{
    static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    unsigned limit = mixed_case ? 62 : 36;
    for (size_t i = 0; i < n;) {
        unsigned char byte;
        if (getrandom(&byte, 1, 0) != 1) {
            BUG("the kernel gives no random bytes");
        }
        if (byte < 256 / limit * limit) { /* no modulo bias */
            out[i++] = chars[byte % limit];
        }
    }
    out[n] = 0;
}

uint64_t os_process_start(pid_t pid)
{
    CLEANUP(mem_free_ptr) char *path = xasprintf("/proc/%ld/stat", (long)pid);
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err e;
    if (!os_read_file(path, 64 * 1024, &text, &e)) {
        return 0;
    }
    /* the command's name may hold anything: fields are counted after its closing parenthesis */
    char *p = strrchr(text.p, ')');
    for (int field = 2; p && field < 22; field++) {
        p = strchr(p + 1, ' ');
    }
    return p ? strtoull(p + 1, NULL, 10) : 0;
}

bool os_disk_is_full(const char *path)
{
    enum { LEAST = 64 * 1024 };
    struct statvfs fs;
    return statvfs(path, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < LEAST;
}

bool os_is_network_fs(const char *path)
{
    /* magic numbers: linux/magic.h and statfs(2) */
    static const unsigned long magics[] = {0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                           0x0BD00BD0, 0x65735546, 0x00C36400, 0x01021997};
    struct statfs fs;
    if (statfs(path, &fs) != 0) {
        return false;
    }
    for (size_t i = 0; i < ALEN(magics); i++) {
        if ((unsigned long)fs.f_type == magics[i]) {
            return true;
        }
    }
    return false;
}
