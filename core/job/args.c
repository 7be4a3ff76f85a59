/* Paths into Arguments; see args.h. */
#include "core/job/args.h"

#include "core/base/mem.h"
#include "core/base/path.h"

const struct json *args_get(const struct json *j, const char *path)
{
    struct sv rest = sv_z(path), part;
    while (j && sv_split(&rest, '.', &part)) {
        j = json_get_sv(j, part);
    }
    return j;
}

const char *args_str(const struct json *j, const char *path)
{
    return json_str(args_get(j, path));
}

const char *args_below_ml(const char *local_path)
{
    const char *root = "/opt/ml/";
    if (!local_path || !sv_starts(sv_z(local_path), root)) {
        return NULL;
    }
    struct sv rel = sv_z(local_path + strlen(root));
    while (rel.n && rel.p[rel.n - 1] == '/') {
        rel.n--;
    }
    return path_is_below(rel) ? local_path + strlen(root) : NULL;
}

char *args_ml_path(const struct contract *c, const char *rel)
{
    return rel[0] ? path_join3(c->attempt_dir, "ml", rel) : path_join(c->attempt_dir, "ml");
}

enum sandbox_kind args_sandbox(const struct contract *c)
{
    return c->image && c->image->kind == CONFIG_IMAGE_COMMAND ? SANDBOX_NONE : c->sandbox;
}

char *args_base_dir(const struct contract *c)
{
    return args_sandbox(c) == SANDBOX_BWRAP ? xstrdup("/opt/ml") : args_ml_path(c, "");
}

char *args_training_output(const struct contract *c, const char *name)
{
    const char *out = args_str(c->arguments, "OutputDataConfig.S3OutputPath");
    size_t n = out ? strlen(out) : 0;
    while (n && out[n - 1] == '/') {
        n--;
    }
    return out ? xasprintf("%.*s/%s/output/%s", (int)n, out, c->job_name, name) : NULL;
}

bool args_is_model_packed(const struct contract *c)
{
    return !z_eq(args_str(c->arguments, "OutputDataConfig.CompressionType"), "NONE");
}
