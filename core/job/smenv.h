/* smenv: what the sagemaker-training toolkit derives from a job's configuration: user arguments
 * and the SM_* variables of script mode. Pure; follows release 5.1.4 to the letter, which
 * tests/peers/run_smtoolkit.py compares. Any thread. */
#ifndef MLW_JOB_SMENV_H
#define MLW_JOB_SMENV_H

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/executor/spec.h"

struct smenv {
    const struct json *hyperparameters; /* the file's object: values are strings */
    const struct json *resourceconfig, *inputdataconfig;
    const char *base_dir; /* /opt/ml, or the attempt's ml/ */
    const char *job_name, *region;
    int cpus, gpus;
};

/* sagemaker_program and sagemaker_submit_directory, JSON quotes removed. Caller frees; NULL when
 * there is none. */
char *smenv_program(const struct json *hyperparameters);
char *smenv_submit_directory(const struct json *hyperparameters);
/* The arguments of the script: sorted `--key value`. */
void smenv_user_args(const struct json *hyperparameters, struct words *out);
/* Python's str() of what a hyperparameter's text decodes to, or the text itself. */
void smenv_value(struct sv text, struct str *out);
/* Set every SM_* variable (and CURRENT_HOST … beside them) in `env`. */
void smenv_fill(const struct smenv *s, struct words *env);
/* The whole command line: python3 program …, python3 -m module …, /bin/sh -c "./program …". */
void smenv_command(const struct smenv *s, bool is_package, struct words *argv);

#endif
