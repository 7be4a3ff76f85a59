/* mlw doctor: what works on this machine, what does not, and what that means. */
#include "core/base/digest.h"
#include "core/base/mem.h"
#include "core/cmd/act.h"
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

static void add_damage(void *arg, const struct damage *d)
{
    struct json *j = json_push(arg, json_new_object());
    json_set_str(j, "file", d->file);
    json_set_i64(j, "offset", d->offset);
    json_set_str(j, "reason", d->reason);
}

static void say_damage(const struct json *list, const char *path, struct str *out)
{
    str_addf(out, "%s  %s: %zu damaged %s\n", json_size(list) ? "LACKS" : "ok   ", path,
             json_size(list), json_size(list) == 1 ? "piece" : "pieces");
    json_each (d, list) {
        str_addf(out, "  %s at %lld: %s\n", json_get_str(d, "file"),
                 (long long)json_get_i64(d, "offset", 0), json_get_str(d, "reason"));
    }
}

/* What of tracking data on disk could not be read. */
static int examine(const struct cmd_line *line, const char *path, enum cmd_format format)
{
    struct err e = ERR_INIT;
    struct store *st;
    struct source *source;
    if (!cmd_source(path, &st, &source, &e)) {
        return cmd_fail(line, &e);
    }
    CLEANUP(json_free_ptr) struct json *list = json_new_array();
    CLEANUP(str_release) struct str out = STR_INIT;
    bool ok = source_damages(st, source_id(source), add_damage, list, &e);
    if (ok && format == FORMAT_JSON) {
        cmd_out_json(list);
    } else if (ok) {
        say_damage(list, source_path(source), &out);
        cmd_out(sv_of(&out));
    }
    source_close(source);
    store_close(st);
    return ok ? 0 : cmd_fail(line, &e);
}

int cmd_doctor(const struct cmd_line *line)
{
    static const enum cmd_format formats[] = {FORMAT_TEXT, FORMAT_JSON};
    struct err e = ERR_INIT;
    enum cmd_format format;
    const char *path = cmd_text(line, "source");
    if (!cmd_format(line, formats, ALEN(formats), &format, &e)) {
        return cmd_fail(line, &e);
    }
    if (path || format == FORMAT_JSON) {
        err_set(&e, ERR_USAGE, "-o json is what --source has");
        return path ? examine(line, path, format) : cmd_fail(line, &e);
    }
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
