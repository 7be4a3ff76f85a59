/* mlw cp: files into the workspace's object store and back. */
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/cmd/cmd.h"
#include "core/job/objects.h"

static bool copy_out(const struct objects *o, const char *uri, const char *to, struct err *e)
{
    if (os_is_dir(to)) {
        CLEANUP(mem_free_ptr) char *path = path_join(to, path_base(uri));
        return objects_get(o, uri, path, e);
    }
    return objects_get(o, uri, to, e);
}

static bool copy(const struct cmd_line *line, const struct objects *o, const char *from,
                 const char *to, struct err *e)
{
    bool from_store = s3_uri_is(sv_z(from)), to_store = s3_uri_is(sv_z(to));
    if (to_store && !from_store) {
        return cmd_may_write(line, e) && objects_put(o, from, to, e);
    }
    if (from_store && !to_store) {
        return copy_out(o, from, to, e);
    }
    return err_set(e, ERR_USAGE, "one of the two is s3://BUCKET/KEY, the other a file");
}

int cmd_cp(const struct cmd_line *line)
{
    struct err e = ERR_INIT;
    struct workspace ws;
    if (!cmd_workspace(line, !line->globals.is_read_only, &ws, &e)) {
        return cmd_fail(line, &e);
    }
    struct objects o = {ws.objects};
    bool ok = copy(line, &o, line->args.at[0], line->args.at[1], &e);
    workspace_release(&ws);
    return ok ? 0 : cmd_fail(line, &e);
}
