/* mlruns: what the files of the FileStore reader share: one run's folder, read in slices.
 *
 *     EXPERIMENT/RUN/meta.yaml                     run_id, run_name, status (1 to 5), times in ms …
 *     EXPERIMENT/RUN/{params,tags}/KEY             a file's bytes are the value; KEY may have "/"
 *     EXPERIMENT/RUN/metrics/KEY                   lines "ms value [step [dataset digest]]"
 *     EXPERIMENT/RUN/inputs/X/meta.yaml            a dataset of EXPERIMENT/datasets/ID/meta.yaml
 *
 * Of a run is kept: what its small files looked like (names, sizes, times: they are read again only
 * when that differs) and of each metric how far it was read and which point was the last. */
#ifndef MLW_PROVIDER_FILES_MLRUNS_H
#define MLW_PROVIDER_FILES_MLRUNS_H

#include "core/base/vec.h"
#include "core/provider/files/reader.h"

enum { MLRUNS_META_MAX = 1 << 20, MLRUNS_DEPTH = 32 };

/* A regular file of a run: `key` is its path below the folder that was walked, valid UTF-8. */
struct mlruns_file {
    char *path, *key; /* path below the source */
    int64_t size, mtime_ns, inode;
};
struct mlruns_files {
    VEC(struct mlruns_file) list;
};
/* Every regular file below root/rel, by key; links are not followed. Nothing where there is no such
 * folder. */
void mlruns_walk(const char *root, const char *rel, struct mlruns_files *ret);
void mlruns_files_release(struct mlruns_files *files);

/* A small file of YAML as an object of texts; NULL with the reason in *e. The caller frees. */
struct json *mlruns_meta(const char *root, const char *rel, struct err *e);
/* Regular files alone, at most `max` bytes. */
bool mlruns_read(const char *root, const char *rel, size_t max, struct str *out, struct err *e);

struct mlruns_run;
/* root, the experiment's folder and its name are borrowed. */
struct mlruns_run *mlruns_run_begin(const char *root, const char *dir, const char *experiment_dir,
                                    const char *experiment, bool is_deleted);
/* The next piece; *ret_more: there is one more. */
MUST_USE bool mlruns_run_step(struct mlruns_run *r, const struct reader_sink *to, bool *ret_more,
                              struct err *e);
/* What was read so far is kept, for a commit in between. */
MUST_USE bool mlruns_run_keep(struct mlruns_run *r, const struct reader_sink *to, struct err *e);
/* After the first step; NULL: it is no run, or was never one that could be read. */
const char *mlruns_run_id(const struct mlruns_run *r);
void mlruns_run_free(struct mlruns_run *r);

#endif
