/* Does bubblewrap work here? Asked once, with the command line that attempts get. See executor.h.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/executor/box.h"
#include "core/executor/executor.h"
#include "core/executor/probe.h"

enum { PROBE_MS = 3000 };

/* Run `true` in a box whose files are in `dir`; what bubblewrap says goes to `said`. */
static bool try_in(const char *dir, char *bwrap, struct str *said)
{
    struct words argv = {0};
    struct attempt_spec s;
    char *no_env[] = {NULL};
    attempt_spec_init(&s);
    s.dir = xstrdup(dir);
    s.bwrap = xstrdup(bwrap);
    s.sandbox = SANDBOX_BWRAP;
    box_command(&s, &argv);
    words_add(&argv, "/bin/sh");
    words_add(&argv, "-c");
    words_add(&argv, "echo >/opt/ml/said && echo >/tmp/said");
    bool ok = probe_run(argv.at, no_env, PROBE_MS, said);
    words_release(&argv);
    attempt_spec_release(&s);
    return ok;
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
    char *bwrap = probe_find("bwrap");
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
