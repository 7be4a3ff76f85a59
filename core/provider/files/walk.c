/* A stack of folders, one entry a turn; see walk.h. */
#include "core/provider/files/walk.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"

enum { ENTRIES_A_LOOK = 32 }; /* at the clock */

static const char *const passed_over[] = {".git", ".hg",          ".svn",
                                          ".mlw", "node_modules", "__pycache__"};

void walk_start(struct walk *w, const char *root, unsigned max_depth,
                bool (*wants)(const char *dir, const char *name))
{
    *w = (struct walk){.root = root, .wants = wants, .max_depth = max_depth, .is_whole = true};
    vec_push(&w->dirs, xstrdup("."));
}

void walk_release(struct walk *w)
{
    for (size_t i = 0; i < w->dirs.n; i++) {
        free(w->dirs.at[i]);
    }
    for (size_t i = 0; i < w->found.n; i++) {
        free(w->found.at[i].dir);
        free(w->found.at[i].name);
    }
    vec_release(&w->dirs);
    vec_release(&w->found);
    os_names_release(&w->names);
    map_release(&w->entered);
    free(w->dir);
    *w = (struct walk){0};
}

static char *below(const char *dir, const char *name)
{
    return strcmp(dir, ".") == 0 ? xstrdup(name) : path_join(dir, name);
}

static unsigned depth_of(const char *dir)
{
    unsigned n = strcmp(dir, ".") != 0;
    for (; *dir; dir++) {
        n += *dir == '/';
    }
    return n;
}

static bool is_passed_over(const char *name)
{
    for (size_t i = 0; i < ALEN(passed_over); i++) {
        if (strcmp(name, passed_over[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The first time at this folder? */
static bool enter(struct walk *w, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        return false;
    }
    CLEANUP(mem_free_ptr)
    char *key =
        xasprintf("%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    return !map_set(&w->entered, sv_z(key), w);
}

static void look_at_entry(struct walk *w, const char *name)
{
    if (w->wants(w->dir, name)) {
        vec_push(&w->found, (struct walk_found){xstrdup(w->dir), xstrdup(name)});
        return;
    }
    CLEANUP(mem_free_ptr) char *rel = below(w->dir, name);
    CLEANUP(mem_free_ptr) char *path = path_join(w->root, rel);
    if (is_passed_over(name) || !os_is_dir(path)) {
        return;
    }
    if (depth_of(rel) > w->max_depth || w->entered.n + w->dirs.n >= WALK_MAX_FOLDERS) {
        w->is_whole = w->is_whole && depth_of(rel) > w->max_depth && w->max_depth < WALK_MAX_DEPTH;
        return;
    }
    vec_push(&w->dirs, rel);
    rel = NULL;
}

static void next_folder(struct walk *w)
{
    struct err why = ERR_INIT;
    os_names_release(&w->names);
    free(w->dir);
    w->dir = w->dirs.at[--w->dirs.n];
    w->at = 0;
    CLEANUP(mem_free_ptr) char *path = path_join(w->root, w->dir);
    if (enter(w, path) && !os_list(path, &w->names, &why)) {
        w->is_whole = false;
    }
}

static int by_folder_and_name(const void *a, const void *b)
{
    const struct walk_found *x = a, *y = b;
    int order = strcmp(x->dir, y->dir);
    return order ? order : strcmp(x->name, y->name);
}

bool walk_step(struct walk *w, int64_t deadline_us)
{
    for (size_t n = 1; w->at < w->names.n || w->dirs.n; n++) {
        if (w->at < w->names.n) {
            look_at_entry(w, w->names.at[w->at++]);
        } else {
            next_folder(w);
        }
        if (n % ENTRIES_A_LOOK == 0 && clock_mono_us() >= deadline_us) {
            return false;
        }
    }
    if (w->found.n) {
        qsort(w->found.at, w->found.n, sizeof *w->found.at, by_folder_and_name);
    }
    return true;
}
