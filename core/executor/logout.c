/* What logind would end, and systemd-run against it; see logout.h. */
#include "core/executor/logout.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/executor/probe.h"
#include "core/store/journal.h"

enum { ASK_MS = 1000, SCOPE_MS = 2000, CGROUP_MAX_BYTES = 65536 };

static const char *cgroup_file(void)
{
#ifdef MLW_TEST_HOOKS
    const char *file = getenv("MLW_CGROUP");
    if (file) {
        return file;
    }
#endif
    return "/proc/self/cgroup";
}

/* Only the scope of a login session is ended with it; a service or a user's own scope is not. */
static bool is_in_session(void)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err ignored;
    return os_read_file(cgroup_file(), CGROUP_MAX_BYTES, &text, &ignored) &&
           strstr(text.p, "/session-") && strstr(text.p, ".scope");
}

/* Of lines "KEY=value", for a key with its "=": the value, "" when it is not there. */
static struct sv value_of(const struct str *text, const char *key)
{
    struct sv rest = sv_of(text), line;
    size_t n = strlen(key);
    while (sv_split(&rest, '\n', &line)) {
        if (sv_starts(line, key)) {
            return sv_trim((struct sv){line.p + n, line.n - n});
        }
    }
    return SV("");
}

static bool has_name(struct sv names, struct sv name)
{
    struct sv one;
    while (sv_split(&names, ' ', &one)) {
        if (sv_eq(one, name)) {
            return true;
        }
    }
    return false;
}

/* What loginctl says to these words; false when it does not answer well. */
static bool ask(const char *loginctl, const char *const *words, size_t n, struct str *said)
{
    struct words argv = {0};
    words_add(&argv, loginctl);
    for (size_t i = 0; i < n; i++) {
        words_add(&argv, words[i]);
    }
    bool ok = probe_run(argv.at, NULL, ASK_MS, said);
    words_release(&argv);
    return ok;
}

/* KillOnlyUsers and KillExcludeUsers are those of logind.conf(5). */
static bool is_killed(const char *loginctl)
{
    static const char *const words[] = {"show-session", "--property=KillUserProcesses",
                                        "--property=KillOnlyUsers", "--property=KillExcludeUsers"};
    CLEANUP(str_release) struct str said = STR_INIT;
    struct sv name = sv_z(store_actor());
    if (!ask(loginctl, words, ALEN(words), &said) ||
        !sv_eqz(value_of(&said, "KillUserProcesses="), "yes")) {
        return false;
    }
    struct sv only = value_of(&said, "KillOnlyUsers=");
    return (only.n == 0 || has_name(only, name)) &&
           !has_name(value_of(&said, "KillExcludeUsers="), name);
}

static bool is_lingering(const char *loginctl)
{
    CLEANUP(str_release) struct str said = STR_INIT;
    CLEANUP(mem_free_ptr) char *uid = xasprintf("%lu", (unsigned long)getuid());
    const char *const words[] = {"show-user", "--property=Linger", uid};
    return ask(loginctl, words, ALEN(words), &said) && sv_eqz(value_of(&said, "Linger="), "yes");
}

static void add_scope(struct words *argv, const char *systemd_run)
{
    static const char *const options[] = {"--user", "--scope", "--quiet", "--collect", "--"};
    words_add(argv, systemd_run);
    for (size_t i = 0; i < ALEN(options); i++) {
        words_add(argv, options[i]);
    }
}

/* The path of systemd-run when it makes a scope here; else why not. */
static char *find_scope(struct str *why)
{
    char *path = probe_find("systemd-run");
    if (!path) {
        str_setf(why, "systemd-run is not installed");
        return NULL;
    }
    CLEANUP(str_release) struct str said = STR_INIT;
    struct words argv = {0};
    add_scope(&argv, path);
    words_add(&argv, "true");
    bool ok = probe_run(argv.at, NULL, SCOPE_MS, &said);
    words_release(&argv);
    if (!ok) {
        struct sv rest = sv_trim(sv_of(&said)), line = {0};
        (void)sv_split(&rest, '\n', &line);
        line = line.n ? line : SV("it did not answer");
        str_setf(why, "systemd-run cannot make a scope: %.*s", (int)line.n, line.p);
        free(path);
        return NULL;
    }
    return path;
}

static void judge(struct logout_verdict *v)
{
    CLEANUP(str_release) struct str why = STR_INIT;
    CLEANUP(mem_free_ptr) char *loginctl = is_in_session() ? probe_find("loginctl") : NULL;
    if (!loginctl || !is_killed(loginctl)) {
        return;
    }
    v->systemd_run = find_scope(&why);
    if (!v->systemd_run) {
        v->warning = xasprintf("executions end when you log out: loginctl enable-linger, then log "
                               "in again (KillUserProcesses=yes, and %s)",
                               why.p);
    } else if (!is_lingering(loginctl)) {
        v->warning = xstrdup("executions end with your last session here: loginctl enable-linger "
                             "keeps them (KillUserProcesses=yes)");
    }
}

const struct logout_verdict *logout_probe(void)
{
    static struct logout_verdict verdict;
    static bool is_known;
    if (!is_known) {
        is_known = true;
        judge(&verdict);
    }
    return &verdict;
}

void logout_wrap(struct words *argv)
{
    const struct logout_verdict *v = logout_probe();
    if (v->systemd_run) {
        add_scope(argv, v->systemd_run);
    }
}
