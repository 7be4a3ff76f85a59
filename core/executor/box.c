/* The sandbox as words for bubblewrap; see box.h. */
#include "core/executor/box.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"

static void add3(struct words *out, const char *option, const char *a, const char *b)
{
    words_add(out, option);
    words_add(out, a);
    words_add(out, b);
}

static void add2(struct words *out, const char *option, const char *a)
{
    words_add(out, option);
    words_add(out, a);
}

/* Links are made anew: a bind would follow them out of the image. */
static void add_entry(struct words *out, const char *from, const char *to)
{
    char target[PATH_MAX];
    ssize_t n = readlink(from, target, sizeof target - 1);
    if (n > 0) {
        target[n] = 0;
        add3(out, "--symlink", target, to);
    } else {
        add3(out, "--ro-bind", from, to);
    }
}

/* Everything in ROOT/rel but the names in `leave_out`, one by one, below /rel. */
static void add_entries(struct words *out, const char *root, const char *rel,
                        const char *const *leave_out)
{
    CLEANUP(mem_free_ptr) char *dir = path_join(root, rel);
    DIR *d = opendir(dir);
    for (struct dirent *ent; d && (ent = readdir(d));) {
        bool is_left_out = z_eq(ent->d_name, ".") || z_eq(ent->d_name, "..");
        for (size_t i = 0; leave_out[i]; i++) {
            is_left_out = is_left_out || z_eq(ent->d_name, leave_out[i]);
        }
        if (!is_left_out) {
            CLEANUP(mem_free_ptr) char *from = path_join(dir, ent->d_name);
            CLEANUP(mem_free_ptr) char *to = path_join3("/", rel, ent->d_name);
            add_entry(out, from, to);
        }
    }
    if (d) {
        closedir(d);
    }
}

/* A plain folder: a mount point inside a link would land elsewhere. */
static bool is_folder(const char *root, const char *name)
{
    CLEANUP(mem_free_ptr) char *path = path_join(root, name);
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* One read-only bind where the root has every mount point that is needed; where it lacks one
 * (nothing can be made in a read-only root), an empty root and its entries one by one. */
static void add_root(struct words *out, const char *root)
{
    static const char *const points[] = {"opt", "tmp", "dev", "proc", NULL};
    bool is_whole = true;
    for (size_t i = 0; points[i]; i++) {
        is_whole = is_whole && is_folder(root, points[i]);
    }
    if (is_whole) {
        add3(out, "--ro-bind", root, "/");
    } else {
        add_entries(out, root, "", points);
    }
    add2(out, "--dev", "/dev");
    add2(out, "--proc", "/proc");
    add2(out, "--tmpfs", "/opt");
    add_entries(out, root, "opt", (const char *const[]){"ml", NULL});
}

/* An empty folder or file in its place. What lies below /tmp is out of sight already, and would be
 * made anew in the job's own; what is not there needs no hiding. */
static void add_hidden(struct words *out, const char *path)
{
    if (sv_starts(sv_z(path), "/tmp/") || !os_exists(path)) {
        return;
    }
    if (os_is_dir(path)) {
        add2(out, "--tmpfs", path);
    } else {
        add3(out, "--ro-bind", "/dev/null", path);
    }
}

void box_command(const struct attempt_spec *s, struct words *out)
{
    CLEANUP(mem_free_ptr) char *ml = path_join(s->dir, "ml");
    CLEANUP(mem_free_ptr) char *tmp = path_join(s->dir, "tmp");
    words_add(out, s->bwrap);
    words_add(out, "--die-with-parent");
    words_add(out, "--as-pid-1");
    words_add(out, "--unshare-pid");
    words_add(out, "--unshare-ipc");
    words_add(out, "--unshare-uts");
    add2(out, "--hostname", "algo-1");
    if (s->is_network_isolated) {
        words_add(out, "--unshare-net");
    }
    add_root(out, s->rootfs ? s->rootfs : "/");
    for (size_t i = 0; !s->rootfs && i < s->hidden.n; i++) {
        add_hidden(out, s->hidden.at[i]);
    }
    add3(out, "--bind", tmp, "/tmp");
    add3(out, "--bind", ml, "/opt/ml");
    for (size_t i = 0; i < s->binds.n; i++) {
        const struct attempt_bind *b = &s->binds.at[i];
        add3(out, b->is_writable ? "--bind" : "--ro-bind", b->from, b->to);
    }
    add2(out, "--chdir", "/");
    words_add(out, "--");
}
