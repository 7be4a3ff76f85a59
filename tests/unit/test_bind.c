/* bind: what is missing fails by name, then every form of a value. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/bind.h"

/* ' stands for ", ` for '. */
static struct json *json_of(const char *text)
{
    char *copy = xstrdup(text);
    struct json *j = NULL;
    struct err e = ERR_INIT;
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p == '`' ? '\'' : *p;
    }
    if (!json_parse(sv_z(copy), &j, &e)) {
        fail_msg("%s: %s", text, e.msg);
    }
    free(copy);
    return j;
}

static const char documents[] =
    "{'train':{'ModelArtifacts':{'S3ModelArtifacts':'s3://b/m.tar.gz','None':null},'N':3,"
    "'FinalMetricDataList':[{'MetricName':'acc','Value':0.5,'Timestamp':1}],"
    "'Twice':[{'AName':'k','BName':'k'},{'CName':'z'},{'CName':'z'}]},"
    "'prep':{'ProcessingOutputConfig':{'Outputs':[{'OutputName':'train','S3Output':{'S3Uri':"
    "'s3://b/train'}},{'OutputName':'test','S3Output':{'S3Uri':'s3://b/test'}}]},"
    "'ProcessingInputs':[{'InputName':'x','S3Input':{'S3Uri':'s3://b/x'}}]},"
    "'ask':{'OutputParameters':[{'Name':'o','Value':'yes'}]},'ask2':{'OutputParameters':{'o':2}},"
    "'gate':{'Outcome':'True'}}";
static const char files[] = "{'report':{'m':{'mse':{'value':4.25}},'list':[[1],{'a b':true}],"
                            "'gone':null,'big':9007199254740993}}";

struct world {
    struct json *documents, *files;
};

static const struct json *step_document(void *arg, const char *step)
{
    const struct world *w = arg;
    return json_get(w->documents, step);
}

static bool property_file(void *arg, const char *step, const char *file, struct json **ret_file,
                          struct err *e)
{
    const struct world *w = arg;
    const struct json *found = json_get(w->files, file);
    if (!found || !z_eq(step, "eval")) {
        return err_set(e, ERR_NOT_FOUND, "no file %s of %s", file, step);
    }
    *ret_file = json_clone(found);
    return true;
}

static bool read_uri(void *arg, const char *uri, struct str *out, struct err *e)
{
    (void)arg;
    if (!z_eq(uri, "s3://b/r.json")) {
        return err_set(e, ERR_NOT_FOUND, "there is no %s", uri);
    }
    str_addz(out, "{\"Result\":[\"r\"]}");
    return true;
}

static void bind_all(void (*look)(const struct bind_scope *))
{
    struct world w = {json_of(documents), json_of(files)};
    CLEANUP(json_free_ptr)
    struct json *parameters =
        json_of("{'s':'text','i':7,'f':0.1,'b':true,'big':9007199254740993,'empty':''}");
    CLEANUP(json_free_ptr) struct json *execution = json_of("{'PipelineName':'pipe'}");
    CLEANUP(json_free_ptr) struct json *experiment = json_of("{'ExperimentName':'exp'}");
    struct bind_scope scope = {parameters,    execution,     experiment, &w,
                               step_document, property_file, read_uri};
    look(&scope);
    json_free(w.documents);
    json_free(w.files);
}

static void look_at_failures(const struct bind_scope *scope)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"{'Get':'Steps.train.ModelArtifacts.Foo'}", "Steps.train.ModelArtifacts.Foo is undefined"},
        {"{'x':[{'Get':'Steps.train.ModelArtifacts.None'}]}",
         "Steps.train.ModelArtifacts.None is undefined"},
        {"{'Get':'Steps.no'}", "Steps.no is undefined"},
        {"{'Get':'Steps.prep.ProcessingOutputConfig.Outputs[`no`].S3Output.S3Uri'}",
         "Outputs['no'].S3Output.S3Uri is undefined"},
        {"{'Get':'Steps.prep.ProcessingOutputConfig.Outputs[2]'}", "is undefined"},
        {"{'Get':'Steps.prep.ProcessingOutputConfig.Outputs.train'}", "is undefined"},
        {"{'Get':'Steps.train.Twice[`k`]'}", "is undefined"},
        {"{'Get':'Steps.train.Twice[`z`]'}", "is undefined"},
        {"{'Get':'Steps.train.N.x'}", "is undefined"},
        {"{'Get':'Steps.train.N[0]'}", "is undefined"},
        {"{'Get':'Steps.train..N'}", "is undefined"},
        {"{'Get':'Parameters.no'}", "Parameters.no is undefined"},
        {"{'Get':'Execution.TrainingJobName'}", "Execution.TrainingJobName is undefined"},
        {"{'Get':'PipelineExperimentConfig.TrialName'}", "is undefined"},
        {"{'Get':'ForEach.CurrentItem'}", "is undefined"},
        {"{'Get':1}", "must be a string"},
        {"{'Std:Join':{'On':'/'}}", "without Values"},
        {"{'Std:Join':{'On':'/','Values':['a',{'Get':'Steps.train.ModelArtifacts'}]}}",
         "cannot join an object"},
        {"{'Std:Join':{'On':'/','Values':['a',{'Get':'Steps.train.Foo'}]}}",
         "Steps.train.Foo is undefined"},
        {"{'Std:JsonGet':{'PropertyFile':{'Get':'Steps.eval.PropertyFiles.report'},"
         "'Path':'m.mae.value'}}",
         "m.mae.value is undefined in property file report of step eval"},
        {"{'Std:JsonGet':{'PropertyFile':{'Get':'Steps.eval.PropertyFiles.report'},"
         "'Path':'gone'}}",
         "gone is undefined"},
        {"{'Std:JsonGet':{'PropertyFile':{'Get':'Steps.eval.PropertyFiles.no'},'Path':'a'}}",
         "no file no of eval"},
        {"{'Std:JsonGet':{'S3Uri':'s3://b/no','Path':'a'}}", "there is no s3://b/no"},
        {"{'Std:JsonGet':{'S3Uri':{'Get':'Steps.train.N'},'Path':'a'}}", "a number, not a string"},
        {"{'Std:JsonGet':{'Path':'a'}}", "malformed"},
        {"{'Std:JsonGet':1}", "malformed"},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(json_free_ptr) struct json *value = json_of(cases[i].text);
        struct json *bound = NULL;
        struct err e = ERR_INIT;
        if (bind_value(value, scope, &bound, &e) || bound || !strstr(e.msg, cases[i].part)) {
            fail_msg("%s: \"%s\"", cases[i].text, bound ? "bound" : e.msg);
        }
    }
}

static void look_at_values(const struct bind_scope *scope)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"{'a':[1,null,{'b':'c'}],'d':{}}", "{'a':[1,null,{'b':'c'}],'d':{}}"},
        {"[{'Get':'Parameters.s'},{'Get':'Parameters.i'},{'Get':'Parameters.f'},"
         "{'Get':'Parameters.b'},{'Get':'Parameters.big'},{'Get':'Parameters.empty'}]",
         "['text',7,0.1,true,9007199254740993,'']"},
        {"{'Get':'Execution.PipelineName'}", "'pipe'"},
        {"{'Get':'PipelineExperimentConfig.ExperimentName'}", "'exp'"},
        {"{'Get':'Steps.train.ModelArtifacts.S3ModelArtifacts'}", "'s3://b/m.tar.gz'"},
        {"{'Get':'Steps.prep.ProcessingOutputConfig.Outputs[`test`].S3Output.S3Uri'}",
         "'s3://b/test'"},
        {"{'Get':'Steps.prep.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri'}", "'s3://b/train'"},
        {"{'Get':'Steps.prep[`ProcessingInputs`][`x`].S3Input.S3Uri'}", "'s3://b/x'"},
        {"{'Get':'Steps.train.FinalMetricDataList[`acc`].Value'}", "0.5"},
        {"{'Get':'Steps.ask.OutputParameters[`o`]'}", "'yes'"},
        {"{'Get':'Steps.ask2.OutputParameters[`o`]'}", "2"},
        {"{'Get':'Steps.gate.Outcome'}", "'True'"},
        {"{'Get':'Steps.gate'}", "{'Outcome':'True'}"},
        {"{'Std:Join':{'On':'/','Values':['s3:/',{'Get':'Parameters.s'},1,1.5,true,"
         "{'Std:Join':{'On':'-','Values':['x',{'Get':'Parameters.big'}]}}]}}",
         "'s3://text/1/1.5/true/x-9007199254740993'"},
        {"{'Std:Join':{'Values':[]}}", "''"},
        {"{'Std:Join':{'Values':['a','','b']}}", "'ab'"},
        {"{'Std:JsonGet':{'PropertyFile':{'Get':'Steps.eval.PropertyFiles.report'},"
         "'Path':'m.mse.value'}}",
         "4.25"},
        {"{'Std:JsonGet':{'PropertyFile':{'Get':'Steps.eval.PropertyFiles.report'},"
         "'Path':'list[1][`a b`]'}}",
         "true"},
        {"{'Std:JsonGet':{'PropertyFile':{'Get':'Steps.eval.PropertyFiles.report'},"
         "'Path':'big'}}",
         "9007199254740993"},
        {"{'Std:JsonGet':{'S3Uri':{'Std:Join':{'On':'/','Values':['s3://b','r.json']}},"
         "'Path':'Result[0]'}}",
         "'r'"},
    };
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(json_free_ptr) struct json *value = json_of(cases[i].text);
        CLEANUP(json_free_ptr) struct json *wanted = json_of(cases[i].wanted);
        CLEANUP(json_free_ptr) struct json *bound = NULL;
        CLEANUP(str_release) struct str got = STR_INIT;
        CLEANUP(str_release) struct str right = STR_INIT;
        struct err e = ERR_INIT;
        if (!bind_value(value, scope, &bound, &e)) {
            fail_msg("%s: %s", cases[i].text, e.msg);
        }
        json_print(bound, JSON_COMPACT, &got);
        json_print(wanted, JSON_COMPACT, &right);
        assert_string_equal(got.p, right.p);
    }
}

static void what_is_missing_fails_by_name(void **state)
{
    (void)state;
    bind_all(look_at_failures);
}

static void values_are_bound(void **state)
{
    (void)state;
    bind_all(look_at_values);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_fails_by_name),
        cmocka_unit_test(values_are_bound),
    };
    return RUN_TESTS(tests);
}
