/* mlw doctor: what works on this machine, what does not, and what that means. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/cmd/cmd.h"
#include "core/config/config.h"
#include "core/executor/executor.h"
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

static bool is_on_path(const char *program)
{
    struct sv rest = sv_z(getenv("PATH")), dir;
    while (sv_split(&rest, ':', &dir)) {
        CLEANUP(mem_free_ptr) char *d = sv_dup(dir);
        CLEANUP(mem_free_ptr) char *path = path_join(d, program);
        if (access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

/* logind.conf(5): KillUserProcesses=yes ends what a person leaves behind at log-out. */
static void say_logout(struct str *out)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err ignored;
    bool kills = os_read_file("/etc/systemd/logind.conf", 65536, &text, &ignored) &&
                 strstr(text.p, "\nKillUserProcesses=yes");
    say(out, !kills, "log-out",
        kills ? "KillUserProcesses=yes: executions end when you log out; loginctl enable-linger"
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
    say(&out, is_on_path("python3"), "python3",
        is_on_path("python3") ? "is on PATH" : "is not on PATH: the demo's scripts need it");
    say_libraries(&out);
    say_logout(&out);
    say_workspace(line, &out);
    cmd_out(sv_of(&out));
    return 0;
}
