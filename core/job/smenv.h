/* smenv: what the sagemaker-training toolkit derives from a job's configuration: user arguments
 * and the SM_* variables of script mode. Pure; follows release 5.1.4 to the letter, which
 * tests/peers/test_smtoolkit.c compares. Any thread. */
#ifndef MLW_JOB_SMENV_H
#define MLW_JOB_SMENV_H

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/executor/spec.h"

struct smenv {
    const struct json *hyperparameters; /* as in the file: values are strings; may be NULL */
    const struct json *resourceconfig, *inputdataconfig;
    const char *base_dir; /* /opt/ml, or the attempt's ml/ */
    const char *job_name, *region;
    const char *program; /* SAGEMAKER_PROGRAM of the environment, or NULL */
    int cpus, gpus;
};

enum smenv_entry {
    SMENV_SCRIPT,  /* NAME.py: python3 -- NAME.py … */
    SMENV_PACKAGE, /* beside a setup.py: python3 -m NAME … */
    SMENV_COMMAND  /* anything else: /bin/sh -c "./NAME …" */
};

/* sagemaker_program (the environment's comes first) and sagemaker_submit_directory, decoded.
 * Caller frees; NULL when there is none. */
char *smenv_program(const struct smenv *s);
char *smenv_submit_directory(const struct smenv *s);
/* A plain relative path of letters, digits and . _ + - /, as the toolkit demands. */
MUST_USE bool smenv_check_program(const char *program, struct err *e);
enum smenv_entry smenv_entry_of(const char *program, bool has_setup_py);

/* The arguments of the script: sorted `--key value`. */
void smenv_user_args(const struct smenv *s, struct words *out);
/* Set every SM_* variable, CURRENT_HOST, SAGEMAKER_JOB_NAME and SAGEMAKER_REGION in `env`. */
void smenv_fill(const struct smenv *s, struct words *env);
/* The whole command line. */
void smenv_command(const struct smenv *s, enum smenv_entry entry, struct words *argv);

#endif
