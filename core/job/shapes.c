/* The types of a job's Arguments; see args.h. */
#include "core/base/mem.h"
#include "core/base/re.h"
#include "core/job/args.h"

enum shape {
    SHAPE_OBJECT,
    SHAPE_OBJECTS, /* a list of them */
    SHAPE_TEXT,
    SHAPE_TEXTS,
    SHAPE_MAP,         /* an object of texts */
    SHAPE_ENVIRONMENT, /* the same, and each name can be one of a variable */
    SHAPE_FLAG,
    SHAPE_SECONDS,
    SHAPE_COUNT
};
static const char *const shape_words[] = {
    [SHAPE_OBJECT] = "an object",
    [SHAPE_OBJECTS] = "a list of objects",
    [SHAPE_TEXT] = "a string",
    [SHAPE_TEXTS] = "a list of strings",
    [SHAPE_MAP] = "an object of strings",
    [SHAPE_ENVIRONMENT] = "an object of strings, whose names are not empty and hold no =",
    [SHAPE_FLAG] = "true or false",
    [SHAPE_SECONDS] = "a whole number from 1",
};
_Static_assert(ALEN(shape_words) == SHAPE_COUNT, "words for each");

struct argument {
    const char *path;
    enum shape shape;
};
static const struct argument processing[] = {
    {"AppSpecification", SHAPE_OBJECT},
    {"AppSpecification.ImageUri", SHAPE_TEXT},
    {"AppSpecification.ContainerEntrypoint", SHAPE_TEXTS},
    {"AppSpecification.ContainerArguments", SHAPE_TEXTS},
    {"ProcessingResources.ClusterConfig", SHAPE_OBJECT},
    {"ProcessingResources.ClusterConfig.InstanceType", SHAPE_TEXT},
    {"ProcessingInputs", SHAPE_OBJECTS},
    {"ProcessingOutputConfig", SHAPE_OBJECT},
    {"ProcessingOutputConfig.Outputs", SHAPE_OBJECTS},
    {"Environment", SHAPE_ENVIRONMENT},
    {"NetworkConfig", SHAPE_OBJECT},
    {"NetworkConfig.EnableNetworkIsolation", SHAPE_FLAG},
    {"StoppingCondition", SHAPE_OBJECT},
    {"StoppingCondition.MaxRuntimeInSeconds", SHAPE_SECONDS},
};
static const struct argument training[] = {
    {"AlgorithmSpecification", SHAPE_OBJECT},
    {"AlgorithmSpecification.TrainingImage", SHAPE_TEXT},
    {"AlgorithmSpecification.ContainerEntrypoint", SHAPE_TEXTS},
    {"AlgorithmSpecification.ContainerArguments", SHAPE_TEXTS},
    {"AlgorithmSpecification.MetricDefinitions", SHAPE_OBJECTS},
    {"ResourceConfig", SHAPE_OBJECT},
    {"ResourceConfig.InstanceType", SHAPE_TEXT},
    {"InputDataConfig", SHAPE_OBJECTS},
    {"OutputDataConfig", SHAPE_OBJECT},
    {"OutputDataConfig.S3OutputPath", SHAPE_TEXT},
    {"HyperParameters", SHAPE_MAP},
    {"Environment", SHAPE_ENVIRONMENT},
    {"EnableNetworkIsolation", SHAPE_FLAG},
    {"StoppingCondition", SHAPE_OBJECT},
    {"StoppingCondition.MaxRuntimeInSeconds", SHAPE_SECONDS},
};
static const struct {
    const struct argument *at;
    size_t n;
} arguments_of[] = {
    [JOB_PROCESSING] = {processing, ALEN(processing)},
    [JOB_TRAINING] = {training, ALEN(training)},
};
_Static_assert(ALEN(arguments_of) == JOB_KIND_COUNT, "a table for each");

bool args_is_known(const struct json *v)
{
    return !json_get(v, "Get") && !json_get(v, "Std:Join") && !json_get(v, "Std:JsonGet");
}

static bool is_object(const struct json *v)
{
    return json_is(v, JSON_OBJECT);
}

static bool is_text(const struct json *v)
{
    return !json_is(v, JSON_OBJECT) && !json_is(v, JSON_ARRAY);
}

static bool is_all(const struct json *list, bool (*is)(const struct json *v))
{
    json_each (v, list) {
        if (args_is_known(v) && !is(v)) {
            return false;
        }
    }
    return true;
}

static bool is_environment(const struct json *v)
{
    json_each (one, v) {
        if (!json_key(one) || !json_key(one)[0] || strchr(json_key(one), '=')) {
            return false;
        }
    }
    return true;
}

static bool has_shape(const struct json *v, enum shape shape)
{
    int64_t n;
    switch (shape) {
    case SHAPE_OBJECT:
        return is_object(v);
    case SHAPE_OBJECTS:
        return json_is(v, JSON_ARRAY) && is_all(v, is_object);
    case SHAPE_TEXT:
        return is_text(v);
    case SHAPE_TEXTS:
        return json_is(v, JSON_ARRAY) && is_all(v, is_text);
    case SHAPE_ENVIRONMENT:
    case SHAPE_MAP:
        return is_object(v) && is_all(v, is_text) && (shape == SHAPE_MAP || is_environment(v));
    case SHAPE_FLAG:
        return json_is(v, JSON_BOOL);
    case SHAPE_SECONDS:
        return json_i64(v, &n) && n >= 1;
    case SHAPE_COUNT:
        break;
    }
    return true;
}

bool args_check_shapes(enum job_kind kind, const struct json *arguments, struct err *e)
{
    for (size_t i = 0; i < arguments_of[kind].n; i++) {
        const struct argument *a = &arguments_of[kind].at[i];
        const struct json *v = args_get(arguments, a->path);
        if (v && !json_is(v, JSON_NULL) && args_is_known(v) && !has_shape(v, a->shape)) {
            return err_set(e, ERR_INVALID, "%s must be %s", a->path, shape_words[a->shape]);
        }
    }
    return true;
}

bool args_check_metrics(const struct json *arguments, struct err *e)
{
    json_each (def, args_get(arguments, "AlgorithmSpecification.MetricDefinitions")) {
        const struct json *name = json_get(def, "Name"), *regex = json_get(def, "Regex");
        if (!name || !regex) {
            return err_set(e, ERR_INVALID, "an entry of MetricDefinitions needs Name and Regex");
        }
        struct re *re = json_str(regex) ? re_new(sv_z(json_str(regex)), 0, e) : NULL;
        if (json_str(regex) && !re) {
            return err_wrap(e, "metric %s", json_str(name) ? json_str(name) : "?");
        }
        re_free(re);
    }
    return true;
}
