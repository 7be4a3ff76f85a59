/* cachekey: the identity of a job's inputs, and what made it differ from last time.
 *
 * The key is the SHA-256 of the step's type and of its key attributes (SageMaker Developer Guide,
 * "Caching Pipeline Steps": Processing AppSpecification, Environment, ProcessingInputs; Training
 * AlgorithmSpecification, CheckpointConfig, DebugHookConfig, DebugRuleConfigurations, Environment,
 * HyperParameters, InputDataConfig) as canonical JSON, in which every address of an input is
 * replaced by the digest of what lies there. So the same bytes at another address are a hit, and
 * where outputs go, the role and the instance type do not count. Pure but for the digests. */
#ifndef MLW_PIPELINE_CACHEKEY_H
#define MLW_PIPELINE_CACHEKEY_H

#include "core/base/digest.h"
#include "core/job/objects.h"
#include "core/pipeline/definition.h"

/* Is this a type whose results are kept? */
bool cachekey_applies(enum step_type type);
/* *ret_attributes: attribute → value with digests, for the next comparison; caller frees.
 * ret_key holds DIGEST_HEX + 1 bytes. ERR_NOT_FOUND when an input is absent. */
MUST_USE bool cachekey_of(enum step_type type, const struct json *arguments,
                          const struct objects *objects, struct json **ret_attributes,
                          char *ret_key, struct err *e);

/* --- the same for who knows only a part: a plan --- */
/* What stands for an address: its digest (cachekey_content), cachekey_unknown(), or NULL with an
 * error. The caller owns what it returns. */
struct cachekey_source {
    struct json *(*content)(void *arg, const char *uri, struct err *e);
    void *arg;
};
struct json *cachekey_attributes(enum step_type type, const struct json *arguments,
                                 const struct cachekey_source *source, struct err *e);
/* The key of attributes in which nothing is unknown. */
MUST_USE bool cachekey_digest(enum step_type type, const struct json *attributes, char *ret_key,
                              struct err *e);
struct json *cachekey_content(const char *hex);
struct json *cachekey_unknown(void);
bool cachekey_is_known(const struct json *j); /* nothing in it is unknown */
/* May `now` turn out to be `before`: are they equal but for what is unknown in `now`? */
bool cachekey_agrees(const struct json *before, const struct json *now);

/* What differs between two attribute objects (what is unknown does not): the attribute's name in
 * *ret_attribute (borrowed from `now` or `before`), and "HyperParameters.max_depth 4 → 6" appended.
 * False: nothing. */
bool cachekey_difference(const struct json *before, const struct json *now,
                         const char **ret_attribute, struct str *out);

#endif
