/* contract: the container contract of Processing and Training jobs: what /opt/ml and the
 * environment hold, what becomes of the outputs, and what Describe* says afterwards.
 *
 * A `struct contract` is the caller's: resolved Arguments (no Get, no Join), names, folders; all
 * borrowed for the call. prepare fills an attempt's ml/ and its spec, publish moves outputs into
 * the object store after exit 0, describe makes the documents that Steps.X.<path> resolves in.
 * Only prepare and publish touch files; both may run for as long as data takes to copy. ENOSPC
 * and EIO come back as ERR_NO_SPACE and ERR_IO; an absent input is ERR_NOT_FOUND and names the
 * object. Any thread. */
#ifndef MLW_JOB_CONTRACT_H
#define MLW_JOB_CONTRACT_H

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/config/config.h"
#include "core/executor/executor.h"
#include "core/job/objects.h"

enum job_kind { JOB_PROCESSING, JOB_TRAINING, JOB_KIND_COUNT };

struct contract {
    enum job_kind kind;
    const struct json *arguments; /* CreateTrainingJob / CreateProcessingJob, resolved */
    const char *job_name, *arn;   /* TrainingJobName / …Arn */
    const char *region;           /* "local" where there is none */
    const char *attempt_dir;      /* absolute; exists, locked */
    const struct objects *objects;
    const struct config_image *image; /* from config_image_for; NULL: the host */
    enum sandbox_kind sandbox;        /* what is in force; from sandbox_choose */
    int cpus, gpus;                   /* what the job was given: SM_NUM_CPUS, SM_NUM_GPUS */
};

/* What is asked for that is not done here, before anything starts: Pipe mode, InstanceCount > 1,
 * a LocalPath outside /opt/ml (ERR_REFUSED), and what is wrong: missing parts, wrong types, an
 * output that is no s3:// uri, a regex that cannot be read (ERR_INVALID). Arguments may still hold
 * Get and Std:Join. One problem an err: the first. */
MUST_USE bool contract_check(const struct contract *c, struct err *e);
/* The container's image uri (borrowed from arguments; NULL: none) and its instance type. */
const char *contract_image_uri(enum job_kind kind, const struct json *arguments);
const char *contract_instance_type(enum job_kind kind, const struct json *arguments);

/* Lay out ml/ and fill argv, env, cwd, sandbox, binds, max_runtime_s and grace_s of an
 * initialised spec (dir is set; token, revive, driver_lock, limits are the caller's). The folder
 * may hold what an earlier, interrupted prepare left: it is cleared first, and after a failure. */
MUST_USE bool contract_prepare(const struct contract *c, struct attempt_spec *spec, struct err *e);

/* After exit 0. Training: model.tar.gz, and output.tar.gz unless output/data is empty.
 * Processing: each declared output; one that is missing is ERR_FAILED and named. */
MUST_USE bool contract_publish(const struct contract *c, struct err *e);

/* Why the job failed: the first 1,024 characters of output/failure or output/message, then exit
 * code, signal, MaxRuntimeExceeded or the launch error. Never empty for a job that failed. */
void contract_failure_reason(const struct contract *c, const struct attempt_exit *x,
                             struct str *out);
/* output/message of a processing job: false (ERR_FAILED) when it is not UTF-8, which fails the
 * job; else its first 1,024 characters are added to `out` (nothing when there is none). */
MUST_USE bool contract_exit_message(const struct contract *c, struct str *out, struct err *e);

/* DescribeTrainingJob / DescribeProcessingJob. `status` is the API's word (InProgress Completed
 * Failed Stopping Stopped); x may be NULL while it runs, reason may be NULL. Lists that are
 * addressed by name stay lists here: the resolver re-keys them. Caller frees. */
struct json *contract_describe(const struct contract *c, const char *status,
                               const struct attempt_exit *x, const char *reason);
/* Where the outputs go: s3 uris, in document order; for the cache and for lineage. */
void contract_output_uris(const struct contract *c, struct words *out);
/* What goes in: "channel or input name" → s3 uri, in document order. */
struct contract_input {
    const char *name, *uri; /* borrowed from arguments */
};
size_t contract_inputs(const struct contract *c, struct contract_input *ret, size_t cap);

#endif
