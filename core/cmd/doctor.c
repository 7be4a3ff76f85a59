/* mlw doctor: what works on this machine, what does not, and what that means. */
#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/cmd/cmd.h"
#include "core/config/config.h"
#include "core/executor/executor.h"
#include "core/executor/logout.h"
#include "core/executor/probe.h"
#include "core/pipeline/sched.h"

static void say(struct str *out, bool is_good, const char *what, const char *text)
{
    str_addf(out, "%s  %-12s %s\n", is_good ? "ok   " : "LACKS", what, text);
}

static void say_sandbox(struct str *out)
{
    const struct sandbox_verdict *v = sandbox_probe();
    CLEANUP(mem_free_ptr)
    char *text = v->reason
                     ? xasprintf("%s; jobs run as plain processes, and a literal /opt/ml path in a "
                                 "script will not work",
                                 v->reason)
                     : xasprintf("bubblewrap works (%s)", v->bwrap);
    say(out, !v->reason, "sandbox", text);
}

static void say_libraries(struct str *out)
{
    char hex[DIGEST_HEX + 1];
    struct err e = ERR_INIT;
    bool ok = digest_bytes(SV(""), hex, &e);
    say(out, ok, "libcrypto", ok ? "can be opened" : e.msg);
}

static void say_workspace(const struct cmd_line *line, struct str *out)
{
    struct workspace ws;
    struct err e = ERR_INIT;
    if (!cmd_workspace(line, false, &ws, &e)) {
        say(out, false, "workspace", e.msg);
        return;
    }
    say(out, true, "workspace", ws.dir);
    say(out, !ws.is_network_fs, "file system",
        ws.is_network_fs ? "a network file system: locks are not trusted, keep runs on a local disk"
                         : "local");
    struct config config;
    bool ok = config_load(ws.dir, &config, &e);
    say(out, ok, "mlw.conf", ok ? "is read" : e.msg);
    if (ok) {
        config_release(&config);
    }
    workspace_release(&ws);
}

static void say_python(struct str *out)
{
    CLEANUP(mem_free_ptr) char *path = probe_find("python3");
    say(out, path, "python3", path ? path : "is not on PATH: the demo's scripts need it");
}

static void say_logout(struct str *out)
{
    const struct logout_verdict *v = logout_probe();
    say(out, !v->warning, "log-out",
        v->warning       ? v->warning
        : v->systemd_run ? "executions go on after you log out: each in a scope of your own"
                         : "executions go on after you log out");
}

int cmd_doctor(const struct cmd_line *line)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    struct sched_tokens m = sched_machine();
    CLEANUP(mem_free_ptr)
    char *machine = xasprintf("%d cores, %d MiB of memory, %d GPUs", m.cpus, m.memory_mib, m.gpus);
    say(&out, true, "machine", machine);
    say_sandbox(&out);
    say_python(&out);
    say_libraries(&out);
    say_logout(&out);
    say_workspace(line, &out);
    cmd_out(sv_of(&out));
    return 0;
}
