/* Does bubblewrap work here? Asked once, with the command line that attempts get. See executor.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/executor/box.h"
#include "core/executor/executor.h"

enum { PROBE_MS = 3000, POLL_MS = 2, SAID_MAX_BYTES = 4096 };

static char *find_bwrap(void)
{
    struct sv rest = sv_z(getenv("PATH")), part;
    while (sv_split(&rest, ':', &part)) {
        char *path = xasprintf("%.*s/bwrap", (int)part.n, part.p);
        if (path[0] == '/' && access(path, X_OK) == 0) {
            return path;
        }
        free(path);
    }
    return NULL;
}

/* Wait at most PROBE_MS; false when it had to be killed or did not end with 0. */
static bool wait_for(pid_t pid)
{
    int status;
    int64_t until_us = clock_mono_us() + PROBE_MS * 1000;
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid || (got < 0 && errno != EINTR)) {
            return got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        if (clock_mono_us() >= until_us) {
            kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            return false;
        }
        (void)poll(NULL, 0, POLL_MS);
    }
}

/* Run `true` in a box whose files are in `dir`; what bubblewrap says goes to `said`. */
static bool try_in(const char *dir, char *bwrap, struct str *said)
{
    CLEANUP(mem_free_ptr) char *out = path_join(dir, "said");
    struct words argv = {0};
    struct attempt_spec s;
    posix_spawn_file_actions_t files;
    struct err e;
    char *no_env[] = {NULL};
    pid_t pid;
    attempt_spec_init(&s);
    s.dir = xstrdup(dir);
    s.bwrap = xstrdup(bwrap);
    s.sandbox = SANDBOX_BWRAP;
    box_command(&s, &argv);
    words_add(&argv, "/bin/sh");
    words_add(&argv, "-c");
    words_add(&argv, "echo >/opt/ml/said && echo >/tmp/said");
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, out, O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    bool ok = posix_spawn(&pid, bwrap, &files, NULL, argv.at, no_env) == 0 && wait_for(pid);
    posix_spawn_file_actions_destroy(&files);
    words_release(&argv);
    attempt_spec_release(&s);
    return os_read_file(out, SAID_MAX_BYTES, said, &e) && ok;
}

static bool try_box(char *bwrap, struct str *said)
{
    const char *base = getenv("TMPDIR");
    CLEANUP(mem_free_ptr)
    char *dir = path_join(base && base[0] == '/' ? base : "/tmp", "mlw-probe-XXXXXX");
    struct err e;
    if (!mkdtemp(dir)) {
        str_setf(said, "no temporary folder can be made");
        return false;
    }
    CLEANUP(mem_free_ptr) char *ml = path_join(dir, "ml");
    CLEANUP(mem_free_ptr) char *tmp = path_join(dir, "tmp");
    bool ok = mkdir(ml, 0700) == 0 && mkdir(tmp, 0700) == 0 && try_in(dir, bwrap, said);
    return os_remove_tree(dir, &e) && ok;
}

const struct sandbox_verdict *sandbox_probe(void)
{
    static struct sandbox_verdict verdict;
    static bool is_known;
    CLEANUP(str_release) struct str said = STR_INIT;
    if (is_known) {
        return &verdict;
    }
    is_known = true;
    char *bwrap = find_bwrap();
    if (!bwrap) {
        verdict.reason = xstrdup("bubblewrap (bwrap) is not installed");
    } else if (try_box(bwrap, &said)) {
        verdict = (struct sandbox_verdict){.kind = SANDBOX_BWRAP, .bwrap = bwrap};
    } else {
        struct sv line = sv_trim(sv_of(&said));
        verdict.reason = xasprintf("bubblewrap does not work here: %.*s", line.n ? (int)line.n : 17,
                                   line.n ? line.p : "it did not answer");
        free(bwrap);
    }
    return &verdict;
}

bool sandbox_choose(const char *word, enum sandbox_kind *ret_kind, struct err *e)
{
    if (z_eq(word, "none")) {
        *ret_kind = SANDBOX_NONE;
        return true;
    }
    if (!z_eq(word, "auto") && !z_eq(word, "bwrap")) {
        return err_set(e, ERR_INVALID,
                       "[executor] sandbox is \"%s\"; it may be auto, bwrap or none", word);
    }
    const struct sandbox_verdict *v = sandbox_probe();
    if (z_eq(word, "bwrap") && v->kind != SANDBOX_BWRAP) {
        return err_set(e, ERR_REFUSED, "[executor] sandbox = bwrap: %s", v->reason);
    }
    *ret_kind = v->kind;
    return true;
}
