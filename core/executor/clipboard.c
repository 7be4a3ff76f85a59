/* The desktop's clipboard by its own tools; see clipboard.h. */
#include "core/executor/clipboard.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/executor/hook.h"

/* In this order; the variable says that it can work here (NULL: whenever it is installed). */
static const struct {
    const char *variable, *program;
    const char *words[4];
} tools[] = {
    {"WAYLAND_DISPLAY", "wl-copy", {NULL}},
    {"DISPLAY", "xclip", {"-selection", "clipboard", "-in", NULL}},
    {"DISPLAY", "xsel", {"--clipboard", "--input", NULL}},
    {"TMUX", "tmux", {"load-buffer", "-", NULL}},
    {NULL, "pbcopy", {NULL}},
};
enum { WORDS = 9 };

/* A shell starts the tool in the background and ends: so nobody must wait for the tool. */
static const char launch[] = "\"$@\" <&3 3<&- &";

static bool spawn(char *const *words, int text_fd, struct err *e)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    }
    posix_spawn_file_actions_adddup2(&files, text_fd, 3);
    int rc = posix_spawn(&pid, "/bin/sh", &files, &how, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (rc != 0) {
        errno = rc;
        return err_sys(e, "could not start %s to copy", words[4]);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return true;
}

/* The text as a file from its beginning, which is gone when nobody has it open. */
static int text_file(struct sv text)
{
    int fd = memfd_create("clipboard", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    if (fd >= 0) {
        (void)lseek(fd, 0, SEEK_SET);
    }
    return fd;
}

bool clipboard_put(struct sv text, const char **ret_tool, struct err *e)
{
    *ret_tool = NULL;
    for (size_t i = 0; i < ALEN(tools); i++) {
        struct err ignored;
        const char *value = tools[i].variable ? getenv(tools[i].variable) : "1";
        CLEANUP(mem_free_ptr)
        char *path = value && *value ? hook_find(tools[i].program, &ignored) : NULL;
        if (!path) {
            continue;
        }
        const char *words[WORDS] = {"sh", "-c", launch, "sh", path};
        for (size_t k = 0; tools[i].words[k]; k++) {
            words[5 + k] = tools[i].words[k];
        }
        int fd = text_file(text);
        bool ok = fd >= 0 ? spawn((char *const *)(uintptr_t)words, fd, e)
                          : err_sys(e, "could not hold the text to copy");
        if (fd >= 0) {
            close(fd);
        }
        *ret_tool = ok ? tools[i].program : NULL;
        return ok;
    }
    return true;
}
