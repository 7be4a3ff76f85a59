/* spec: everything one attempt needs to run, and its file attempt.spec.
 *
 * A spec owns all its text; every list ends with NULL. attempt.spec is NUL-separated "key=value"
 * fields, `format` first; keys may repeat where the field is a list. Reading is hostile input:
 * bounded, an unknown format is refused with a sentence, an unknown key is an error. Pure but for
 * memory; the shim links this file and libbase alone. Any thread. */
#ifndef MLW_EXECUTOR_SPEC_H
#define MLW_EXECUTOR_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum { SPEC_FORMAT = 1, SPEC_MAX_BYTES = 32 * 1024 * 1024 };

/* A list of words as exec takes it: at[n] is NULL once something was added. */
struct words {
    char **at;
    size_t n, cap;
};
void words_add(struct words *w, const char *z);
void words_addf(struct words *w, const char *fmt, ...) PRINTF(2, 3);
void words_add_sv(struct words *w, struct sv v);
void words_release(struct words *w);
/* "K=V" for env; a later value of the same name takes the place of the earlier one. */
void words_set_env(struct words *w, const char *name, const char *value);
/* The value of NAME in "K=V" words; NULL when absent; borrowed. */
const char *words_get_env(const struct words *w, const char *name);

enum sandbox_kind {
    SANDBOX_NONE,  /* a plain process: SM_* point into the attempt */
    SANDBOX_BWRAP, /* host or rootfs read-only, ml/ at /opt/ml, own /tmp, pids and host name */
    SANDBOX_KIND_COUNT
};

/* 0 leaves what the driver has. Core files are always off. */
struct attempt_limits {
    uint64_t nofile, nproc, fsize_bytes, address_bytes;
};

struct attempt_bind {
    char *from, *to; /* absolute */
    bool is_writable;
};

struct attempt_spec {
    char *dir;                      /* .mlw/runs/EXEC/STEP/N, absolute */
    char *token;                    /* of the attempt's row */
    struct words argv;              /* argv[0] is looked for in the job's own PATH */
    struct words env;               /* complete: nothing is inherited */
    char *cwd;                      /* as the job sees it; NULL is / */
    enum sandbox_kind sandbox;      /* */
    char *bwrap;                    /* path of bubblewrap, from sandbox_probe; SANDBOX_BWRAP */
    char *rootfs;                   /* NULL: the host's files; needs SANDBOX_BWRAP */
    struct words prefix;            /* `command PREFIX`: put before argv; no sandbox of ours */
    bool is_network_isolated;       /* enforced by SANDBOX_BWRAP alone */
    int64_t max_runtime_s;          /* 0: none */
    int64_t grace_s;                /* between TERM and KILL; 120 by attempt_spec_init */
    uint64_t log_limit_bytes;       /* 2 GiB by attempt_spec_init; 0: none */
    struct attempt_limits limits;   /* */
    VEC(struct attempt_bind) binds; /* beside ml/ at /opt/ml */
    struct words hidden;            /* folders and files that are empty inside the sandbox */
    struct words revive;            /* the command that drives the execution on; may be empty */
    char *driver_lock;              /* its lock: revive runs only when nobody holds it */
};

void attempt_spec_init(struct attempt_spec *s);
void attempt_spec_release(struct attempt_spec *s);
void attempt_spec_add_bind(struct attempt_spec *s, const char *from, const char *to, bool writable);
/* What is missing or contradicts itself is ERR_INVALID: no argv, a relative folder, rootfs
 * without sandbox, an env word without "=". */
MUST_USE bool attempt_spec_check(const struct attempt_spec *s, struct err *e);
void attempt_spec_write(const struct attempt_spec *s, struct str *out);
/* Into a spec that was initialised; on failure it holds what was read and is to be released. */
MUST_USE bool attempt_spec_read(struct sv bytes, struct attempt_spec *s, struct err *e);

#endif
