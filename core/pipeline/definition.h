/* definition: a SageMaker pipeline definition (2020-12-01), parsed, checked and planned.
 *
 * A struct definition owns its JSON tree and everything in it; steps, parameters and names are
 * borrowed from it until definition_release. Loading collects every problem instead of stopping
 * at the first; only a definition without problems may be run. What could not be read (a step
 * without a name, an unknown type) is still listed, with NULL or *_COUNT in its place.
 *
 * Documents are hostile: at most 32 MiB, 1,000 levels, DEFINITION_MAX_PROBLEMS problems. Time is
 * O(n log n) in the size of the document. No thread affinity; one thread at a time. */
#ifndef MLW_PIPELINE_DEFINITION_H
#define MLW_PIPELINE_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/str.h"
#include "core/base/vec.h"

enum { DEFINITION_MAX_BYTES = 32 * 1024 * 1024, DEFINITION_MAX_PROBLEMS = 10000 };
#define DEFINITION_VERSION "2020-12-01"
#define DEFINITION_NONE    SIZE_MAX /* no such step */

enum step_type {
#define STEP_TYPE(id, word, needs, here) id,
#include "core/pipeline/steptypes.def"
#undef STEP_TYPE
    STEP_TYPE_COUNT /* also: not a known type */
};
enum step_needs { NEEDS_LOCAL, NEEDS_AWS };

const char *step_type_word(enum step_type t); /* NULL for STEP_TYPE_COUNT */
enum step_needs step_type_needs(enum step_type t);
bool step_type_runs_here(enum step_type t);

/* --- parameters --- */
enum parameter_type {
    PARAMETER_STRING,
    PARAMETER_INTEGER,
    PARAMETER_FLOAT,
    PARAMETER_BOOLEAN,
    PARAMETER_TYPE_COUNT /* also: not a known type */
};
const char *parameter_type_word(enum parameter_type t);  /* NULL for PARAMETER_TYPE_COUNT */
enum parameter_type parameter_type_of(const char *word); /* PARAMETER_TYPE_COUNT: none of them */
/* Is `value` one of this type? An integer is a float too. */
bool parameter_type_fits(enum parameter_type t, const struct json *value);

struct definition_parameter {
    const char *name; /* NULL when the document has none */
    enum parameter_type type;
    const struct json *default_value; /* NULL: must be given at start */
    const struct json *enum_values;   /* an array, or NULL: any value */
};

/* --- steps --- */
enum step_branch { BRANCH_NONE, BRANCH_IF, BRANCH_ELSE, BRANCH_BODY /* of a ForEach */ };

/* Upon what end of the other step an edge lets its step start. A plain name is SUCCEEDED. */
enum step_trigger {
    TRIGGER_SUCCEEDED,
    TRIGGER_FAILED,
    TRIGGER_STOPPED,
    TRIGGER_ANY,
    TRIGGER_COUNT
};
const char *step_trigger_word(enum step_trigger t);

enum edge_kind {
    EDGE_DEPENDS_ON, /* a DependsOn entry */
    EDGE_REFERENCE,  /* a value of the step refers to the other */
    EDGE_PARENT,     /* the step stands in a branch of the other (or in its ForEach body) */
    EDGE_KIND_COUNT
};
struct definition_edge {
    size_t to; /* index of the step that must end first */
    enum edge_kind kind;
    enum step_trigger trigger;
    const struct json *at; /* where the document says so; NULL for EDGE_PARENT */
};

struct retry_policy {
    unsigned exceptions;      /* bits 1 << enum retry_exception */
    int64_t interval_s;       /* before the first retry */
    double backoff_rate;      /* factor from one wait to the next */
    int64_t max_attempts;     /* retries at most; -1 when expire_after_min rules */
    int64_t expire_after_min; /* -1: not limited by time */
};
enum retry_exception {
    RETRY_SERVICE_FAULT,  /* Step.SERVICE_FAULT */
    RETRY_THROTTLING,     /* Step.THROTTLING */
    RETRY_INTERNAL_ERROR, /* SageMaker.JOB_INTERNAL_ERROR */
    RETRY_CAPACITY_ERROR, /* SageMaker.CAPACITY_ERROR */
    RETRY_RESOURCE_LIMIT, /* SageMaker.RESOURCE_LIMIT */
    RETRY_EXCEPTION_COUNT
};

struct property_file {
    const char *name, *output, *file_path; /* path below the output's folder */
};

struct definition_step {
    const char *name; /* NULL when the document has none */
    enum step_type type;
    size_t index;            /* its place in definition.steps: pre-order (Condition, If, Else) */
    const struct json *json; /* the step's object */
    const struct json *arguments; /* its Arguments; NULL when absent */
    size_t position;              /* among its siblings */
    size_t parent;                /* the Condition or ForEach that holds it, or DEFINITION_NONE */
    enum step_branch branch;
    VEC(struct definition_edge) edges; /* each (to, kind, trigger) once */
    bool is_cached;                    /* CacheConfig.Enabled */
    int64_t cache_expire_ms;           /* -1: never */
    VEC(struct retry_policy) retries;
    VEC(struct property_file) property_files;
};

/* --- problems --- */
enum problem_kind {
    PROBLEM_DOCUMENT,   /* the document breaks a rule of the format */
    PROBLEM_INCOMPLETE, /* valid, but `run` needs more */
    PROBLEM_NOT_HERE    /* valid, but this program does not run it (exit status 4) */
};
struct definition_problem {
    char *path;   /* $.Steps[1].Arguments.IfSteps[0].DependsOn[0] */
    char *reason; /* one sentence, safe to print */
    enum problem_kind kind;
};
struct definition_problems {
    VEC(struct definition_problem) list;
};
void definition_problems_release(struct definition_problems *p);

struct definition {
    char *name;        /* --name, PipelineName or the file's stem */
    struct json *root; /* NULL when the text is no JSON (that is then a problem) */
    VEC(struct definition_parameter) parameters;
    VEC(struct definition_step) steps;
    VEC(size_t) order; /* indices: Kahn, smallest index first; steps in a cycle last */
    struct definition_problems problems;
    struct map step_names, parameter_names; /* name → index + 1 */
};

/* Read FILE: a definition, or DescribePipeline's output. Fails (ERR_IO …) only when the file
 * cannot be read; a document that is too big, too deep or no JSON has one problem at "$".
 * `name` overrides the pipeline's name and may be NULL. */
MUST_USE bool definition_load(const char *path, const char *name, struct definition *ret_def,
                              struct err *e);
/* The same from text; `name` is the name unless the text brings a PipelineName and
 * `is_name_forced` is false. */
void definition_parse(struct sv text, const char *name, bool is_name_forced,
                      struct definition *ret_def);
/* Take over a parsed tree (a definition or DescribePipeline's output). */
void definition_from_json(struct json *root, const char *name, bool is_name_forced,
                          struct definition *ret_def);
void definition_release(struct definition *d); /* zeroed or released ones are fine */

static inline bool definition_is_valid(const struct definition *d)
{
    return d->problems.list.n == 0;
}
/* Index of a step or parameter by name, or DEFINITION_NONE. */
size_t definition_find_step(const struct definition *d, const char *name);
size_t definition_find_parameter(const struct definition *d, const char *name);

/* Where it stands, appended: $.Steps[1].Arguments.IfSteps[0] */
void definition_step_path(const struct definition *d, size_t index, struct str *out);

/* What `run` needs beyond a valid document: step types that run here, complete job arguments,
 * one instance. `parameters` (name → value, may be NULL) resolves what is a plain parameter.
 * Problems are appended with kind INCOMPLETE or NOT_HERE. */
void definition_check_runnable(const struct definition *d, const struct json *parameters,
                               struct definition_problems *problems);

/* The document of `check -o json`; caller frees. */
struct json *definition_check_json(const struct definition *d);
/* The same for a person: problems, or the plan as a table. */
void definition_check_print(const struct definition *d, struct str *out);

#endif
