/* definition: every kind of problem with its exact path, then plans, files and limits. */
#include "tests/unit/test.h"

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/pipeline/check.h"
#include "core/pipeline/definition.h"
#include "tests/unit/tmp.h"

/* ' stands for ", so that documents can be read. */
static void parse(const char *text, struct definition *ret_def)
{
    char *copy = xstrdup(text);
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p == '`' ? '\'' : *p;
    }
    definition_parse(sv_z(copy), "test", false, ret_def);
    free(copy);
}

static void print_problems(const struct definition *d)
{
    for (size_t i = 0; i < d->problems.list.n; i++) {
        print_error("  %s: %s\n", d->problems.list.at[i].path, d->problems.list.at[i].reason);
    }
}

#define DOC(params, steps) "{'Version':'2020-12-01','Parameters':[" params "],'Steps':[" steps "]}"
#define STEP(name, rest)   "{'Name':'" name "','Type':'Training'" rest "}"
#define ARGS(args)         ",'Arguments':{" args "}"
#define VALUE(v)           DOC("{'Name':'p','Type':'String'}", STEP("a", ARGS("'x':" v)) "," STEP("b", ""))
#define COND(conditions)                                                                           \
    DOC("", "{'Name':'c','Type':'Condition','Arguments':{'Conditions':[" conditions                \
            "],'IfSteps':[],'ElseSteps':[]}}")
#define RETRY(policy) DOC("", STEP("a", ",'RetryPolicies':[" policy "]"))
#define CACHE(config) DOC("", STEP("a", ",'CacheConfig':" config))
#define FILES(files)                                                                               \
    DOC("", "{'Name':'a','Type':'Processing','Arguments':{'ProcessingOutputConfig':{'Outputs':"    \
            "[{'OutputName':'o'}]}},'PropertyFiles':[" files "]}")
#define EACH(args) DOC("", "{'Name':'f','Type':'ForEach','Arguments':{" args "}}")
#define BODY       "'IterableItems':['1'],'MaxConcurrency':1,'ForEachBody':[" STEP("in", "") "]"
#define JSON_GET(call)                                                                             \
    DOC("", "{'Name':'a','Type':'Processing','Arguments':{'ProcessingOutputConfig':{'Outputs':"    \
            "[{'OutputName':'o'}]}},'PropertyFiles':[{'PropertyFileName':'f','OutputName':'o',"    \
            "'FilePath':'x.json'}]}," STEP("b", ARGS("'x':{'Std:JsonGet':" call "}")))
#define FILE_F "'PropertyFile':{'Get':'Steps.a.PropertyFiles.f'}"

/* documents with exactly one problem */
static const struct {
    const char *text, *path, *part;
} problem_cases[] = {
    /* the document */
    {"", "$", "no JSON"},
    {"{'Version':", "$", "no JSON"},
    {"[]", "$", "must be an object"},
    {"{'Steps':[]}", "$.Version", "missing"},
    {"{'Version':'2021-01-01','Steps':[]}", "$.Version", "2020-12-01"},
    {"{'Version':1,'Steps':[]}", "$.Version", "must be a string"},
    {"{'Version':'2020-12-01'}", "$.Steps", "missing"},
    {"{'Version':'2020-12-01','Steps':{}}", "$.Steps", "must be an array"},
    {"{'Version':'2020-12-01','Steps':[],'Metadata':[]}", "$.Metadata", "must be an object"},
    {"{'Version':'2020-12-01','Steps':[],'Parameters':{}}", "$.Parameters", "must be an array"},
    {"{'PipelineDefinition':{}}", "$.PipelineDefinition", "must be a string"},
    {"{'PipelineDefinition':'{'}", "$.PipelineDefinition", "no JSON"},
    /* parameters */
    {DOC("1", ""), "$.Parameters[0]", "must be an object"},
    {DOC("{'Type':'String'}", ""), "$.Parameters[0].Name", "missing"},
    {DOC("{'Name':'a b','Type':'String'}", ""), "$.Parameters[0].Name", "\"a b\""},
    {DOC("{'Name':1,'Type':'String'}", ""), "$.Parameters[0].Name", "must be a string"},
    {DOC("{'Name':'a'}", ""), "$.Parameters[0].Type", "missing"},
    {DOC("{'Name':'a','Type':'Number'}", ""), "$.Parameters[0].Type", "\"Number\""},
    {DOC("{'Name':'a','Type':'String'},{'Name':'a','Type':'Float'}", ""), "$.Parameters[1].Name",
     "\"a\" is declared before"},
    {DOC("{'Name':'a','Type':'String','DefaultValue':1}", ""), "$.Parameters[0].DefaultValue",
     "String cannot be a number"},
    {DOC("{'Name':'a','Type':'Integer','DefaultValue':'1'}", ""), "$.Parameters[0].DefaultValue",
     "Integer cannot be a string"},
    {DOC("{'Name':'a','Type':'Integer','DefaultValue':1.5}", ""), "$.Parameters[0].DefaultValue",
     "fraction"},
    {DOC("{'Name':'a','Type':'Integer','DefaultValue':true}", ""), "$.Parameters[0].DefaultValue",
     "a boolean"},
    {DOC("{'Name':'a','Type':'Float','DefaultValue':'1.0'}", ""), "$.Parameters[0].DefaultValue",
     "a string"},
    {DOC("{'Name':'a','Type':'Boolean','DefaultValue':'true'}", ""), "$.Parameters[0].DefaultValue",
     "a string"},
    {DOC("{'Name':'a','Type':'String','EnumValues':'x'}", ""), "$.Parameters[0].EnumValues",
     "must be an array"},
    {DOC("{'Name':'a','Type':'String','EnumValues':[]}", ""), "$.Parameters[0].EnumValues",
     "empty"},
    {DOC("{'Name':'a','Type':'String','EnumValues':['x',2]}", ""), "$.Parameters[0].EnumValues[1]",
     "cannot be a number"},
    {DOC("{'Name':'a','Type':'String','DefaultValue':'z','EnumValues':['x','y']}", ""),
     "$.Parameters[0].DefaultValue", "EnumValues"},
    /* the experiment */
    {"{'Version':'2020-12-01','Steps':[],'PipelineExperimentConfig':1}",
     "$.PipelineExperimentConfig", "must be an object"},
    {"{'Version':'2020-12-01','Steps':[],'PipelineExperimentConfig':{'TrialName':1}}",
     "$.PipelineExperimentConfig.TrialName", "must be a string"},
    {"{'Version':'2020-12-01','Steps':[],'PipelineExperimentConfig':{'ExperimentName':"
     "{'Get':'Parameters.no'}}}",
     "$.PipelineExperimentConfig.ExperimentName.Get", "\"no\""},
    {"{'Version':'2020-12-01','Steps':[" STEP(
         "a", "") "],'PipelineExperimentConfig':{'ExperimentName':{'Get':'Steps.a.x'}}}",
     "$.PipelineExperimentConfig.ExperimentName.Get", "before any step"},
    /* steps */
    {DOC("", "1"), "$.Steps[0]", "must be an object"},
    {DOC("", "{'Type':'Training'}"), "$.Steps[0].Name", "missing"},
    {DOC("", "{'Name':'a'}"), "$.Steps[0].Type", "missing"},
    {DOC("", "{'Name':'a.b','Type':'Training'}"), "$.Steps[0].Name", "\"a.b\" is no name"},
    {DOC("", "{'Name':'','Type':'Training'}"), "$.Steps[0].Name", "is no name"},
    {DOC("", "{'Name':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',"
             "'Type':'Training'}"),
     "$.Steps[0].Name", "1 to 64"},
    {DOC("", "{'Name':'a','Type':'CreateModel'}"), "$.Steps[0].Type", "\"CreateModel\""},
    {DOC("", STEP("a", "") "," STEP("a", "")), "$.Steps[1].Name", "at $.Steps[0]"},
    {DOC("", STEP("a", ",'Arguments':[]")), "$.Steps[0].Arguments", "must be an object"},
    {DOC("", STEP("a", ",'DisplayName':1")), "$.Steps[0].DisplayName", "must be a string"},
    {DOC("", STEP("a", ",'DependsOn':'b'") "," STEP("b", "")), "$.Steps[0].DependsOn",
     "must be an array"},
    {DOC("", STEP("a", ",'DependsOn':['no']")), "$.Steps[0].DependsOn[0]", "\"no\""},
    {DOC("", STEP("a", ",'DependsOn':[1]")), "$.Steps[0].DependsOn[0]", "not a number"},
    {DOC("", STEP("a", ",'DependsOn':[{'Step':'no'}]")), "$.Steps[0].DependsOn[0].Step", "\"no\""},
    {DOC("", STEP("a", ",'DependsOn':[{'Trigger':'Any'}]")), "$.Steps[0].DependsOn[0].Step",
     "missing"},
    {DOC("", STEP("a", ",'DependsOn':[{'Step':'b','Trigger':'Never'}]") "," STEP("b", "")),
     "$.Steps[0].DependsOn[0].Trigger", "\"Never\""},
    {DOC("", STEP("a", "") ",{'Name':'c','Type':'Condition','Arguments':{'Conditions':[],"
                           "'IfSteps':[" STEP("x", ",'DependsOn':['no']") "],'ElseSteps':[]}}"),
     "$.Steps[1].Arguments.IfSteps[0].DependsOn[0]", "\"no\""},
    {DOC("", "{'Name':'c','Type':'Condition','Arguments':{'Conditions':[],'IfSteps':[" STEP(
                 "x", "") "],'ElseSteps':[" STEP("x", "") "]}}"),
     "$.Steps[0].Arguments.ElseSteps[0].Name", "at $.Steps[0].Arguments.IfSteps[0]"},
    {DOC("", STEP("a", ",'OutputParameters':{}")), "$.Steps[0].OutputParameters",
     "must be an array"},
    {DOC("", STEP("a", ",'OutputParameters':[{'OutputName':'o','OutputType':'Text'}]")),
     "$.Steps[0].OutputParameters[0].OutputType", "\"Text\""},
    /* Get */
    {VALUE("{'Get':1}"), "$.Steps[0].Arguments.x.Get", "must be a string"},
    {VALUE("{'Get':'Parameters.p','y':1}"), "$.Steps[0].Arguments.x", "no other members"},
    {VALUE("{'Get':'Parameters.no'}"), "$.Steps[0].Arguments.x.Get", "\"no\""},
    {VALUE("[0,{'y z':{'Get':'Parameters.no'}}]"), "$.Steps[0].Arguments.x[1]['y z'].Get",
     "\"no\""},
    {VALUE("{'Get':'Parameters'}"), "$.Steps[0].Arguments.x.Get", "no known root"},
    {VALUE("{'Get':'Step.b'}"), "$.Steps[0].Arguments.x.Get", "\"Step.b\""},
    {VALUE("{'Get':'Steps.no.x'}"), "$.Steps[0].Arguments.x.Get", "\"no\""},
    {VALUE("{'Get':'Steps.'}"), "$.Steps[0].Arguments.x.Get", "is no path"},
    {VALUE("{'Get':'Steps.b.'}"), "$.Steps[0].Arguments.x.Get", "is no path"},
    {VALUE("{'Get':'Steps.b..x'}"), "$.Steps[0].Arguments.x.Get", "is no path"},
    {VALUE("{'Get':'Steps.b.x[*]'}"), "$.Steps[0].Arguments.x.Get", "is no path"},
    {VALUE("{'Get':'Steps.b.x[`k]'}"), "$.Steps[0].Arguments.x.Get", "is no path"},
    {VALUE("{'Get':'Steps.b.PropertyFiles.f'}"), "$.Steps[0].Arguments.x.Get",
     "declares no property file \"f\""},
    {VALUE("{'Get':'Steps.b.PropertyFiles'}"), "$.Steps[0].Arguments.x.Get", "PropertyFiles.NAME"},
    {VALUE("{'Get':'Execution.Foo'}"), "$.Steps[0].Arguments.x.Get", "\"Foo\""},
    {VALUE("{'Get':'PipelineExperimentConfig.Foo'}"), "$.Steps[0].Arguments.x.Get", "\"Foo\""},
    {VALUE("{'Get':'ForEach.CurrentItem'}"), "$.Steps[0].Arguments.x.Get", "only inside the body"},
    {VALUE("{'Get':'ForEach.Index'}"), "$.Steps[0].Arguments.x.Get", "\"ForEach.Index\""},
    {VALUE("{'Get':'IterationOutput.b.x'}"), "$.Steps[0].Arguments.x.Get", "Selector.Field"},
    /* Std:Join */
    {VALUE("{'Std:Join':1}"), "$.Steps[0].Arguments.x['Std:Join']", "must be an object"},
    {VALUE("{'Std:Join':{'On':'/'}}"), "$.Steps[0].Arguments.x['Std:Join'].Values",
     "must be an array"},
    {VALUE("{'Std:Join':{'Values':[]}}"), "$.Steps[0].Arguments.x['Std:Join'].On", "missing"},
    {VALUE("{'Std:Join':{'On':1,'Values':[]}}"), "$.Steps[0].Arguments.x['Std:Join'].On",
     "must be a string"},
    {VALUE("{'Std:Join':{'On':'','Values':[]},'y':1}"), "$.Steps[0].Arguments.x",
     "no other members"},
    {VALUE("{'Std:Join':{'On':'','Values':[[]]}}"), "$.Steps[0].Arguments.x['Std:Join'].Values[0]",
     "not an array"},
    {VALUE("{'Std:Join':{'On':'','Values':['a',null]}}"),
     "$.Steps[0].Arguments.x['Std:Join'].Values[1]", "not null"},
    {VALUE("{'Std:Join':{'On':'','Values':[{'Std:Join':{'On':'','Values':[{'Get':"
           "'Parameters.no'}]}}]}}"),
     "$.Steps[0].Arguments.x['Std:Join'].Values[0]['Std:Join'].Values[0].Get", "\"no\""},
    {VALUE("{'Std:Split':{}}"), "$.Steps[0].Arguments.x", "no such function"},
    /* Std:JsonGet and property files */
    {JSON_GET("1"), "$.Steps[1].Arguments.x['Std:JsonGet']", "must be an object"},
    {JSON_GET("{'Path':'a'}"), "$.Steps[1].Arguments.x['Std:JsonGet']", "one of PropertyFile"},
    {JSON_GET("{'Path':'a','S3Uri':'s3://b/k'," FILE_F "}"),
     "$.Steps[1].Arguments.x['Std:JsonGet']", "one of PropertyFile"},
    {JSON_GET("{" FILE_F "}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path", "missing"},
    {JSON_GET("{" FILE_F ",'Path':''}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{" FILE_F ",'Path':'$.a'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{" FILE_F ",'Path':'a..b'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{" FILE_F ",'Path':'a.*'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{" FILE_F ",'Path':'a[-1]'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{" FILE_F ",'Path':'a[1:2]'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{" FILE_F ",'Path':'a.b[0'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].Path",
     "is no path"},
    {JSON_GET("{'PropertyFile':{'Get':'Steps.a.PropertyFiles.no'},'Path':'x'}"),
     "$.Steps[1].Arguments.x['Std:JsonGet'].PropertyFile.Get", "\"no\""},
    {JSON_GET("{'PropertyFile':{'Get':'Steps.no.PropertyFiles.f'},'Path':'x'}"),
     "$.Steps[1].Arguments.x['Std:JsonGet'].PropertyFile.Get", "no step \"no\""},
    {JSON_GET("{'PropertyFile':'f','Path':'x'}"),
     "$.Steps[1].Arguments.x['Std:JsonGet'].PropertyFile", "Steps.STEP.PropertyFiles.NAME"},
    {JSON_GET("{'S3Uri':5,'Path':'x'}"), "$.Steps[1].Arguments.x['Std:JsonGet'].S3Uri",
     "must be a string"},
    {FILES("1"), "$.Steps[0].PropertyFiles[0]", "must be an object"},
    {FILES("{'OutputName':'o','FilePath':'x'}"), "$.Steps[0].PropertyFiles[0].PropertyFileName",
     "missing"},
    {FILES("{'PropertyFileName':'f','OutputName':'o'}"), "$.Steps[0].PropertyFiles[0].FilePath",
     "missing"},
    {FILES("{'PropertyFileName':'f','OutputName':'no','FilePath':'x'}"),
     "$.Steps[0].PropertyFiles[0].OutputName", "no output \"no\""},
    {FILES("{'PropertyFileName':'f','OutputName':'o','FilePath':'x'},"
           "{'PropertyFileName':'f','OutputName':'o','FilePath':'y'}"),
     "$.Steps[0].PropertyFiles[1].PropertyFileName", "declared before"},
    /* conditions */
    {DOC("", "{'Name':'c','Type':'Condition'}"), "$.Steps[0].Arguments", "missing"},
    {DOC("", "{'Name':'c','Type':'Condition','Arguments':{}}"), "$.Steps[0].Arguments.Conditions",
     "missing"},
    {DOC("", "{'Name':'c','Type':'Condition','Arguments':{'Conditions':[],'IfSteps':{}}}"),
     "$.Steps[0].Arguments.IfSteps", "must be an array"},
    {COND("1"), "$.Steps[0].Arguments.Conditions[0]", "must be an object"},
    {COND("{'LeftValue':1,'RightValue':1}"), "$.Steps[0].Arguments.Conditions[0].Type", "missing"},
    {COND("{'Type':'NotEquals','LeftValue':1,'RightValue':1}"),
     "$.Steps[0].Arguments.Conditions[0].Type", "\"NotEquals\""},
    {COND("{'Type':'Equals','RightValue':1}"), "$.Steps[0].Arguments.Conditions[0].LeftValue",
     "missing"},
    {COND("{'Type':'Equals','LeftValue':1}"), "$.Steps[0].Arguments.Conditions[0].RightValue",
     "missing"},
    {COND("{'Type':'LessThan','LeftValue':[],'RightValue':1}"),
     "$.Steps[0].Arguments.Conditions[0].LeftValue", "not an array"},
    {COND("{'Type':'Equals','LeftValue':null,'RightValue':1}"),
     "$.Steps[0].Arguments.Conditions[0].LeftValue", "not null"},
    {COND("{'Type':'Equals','LeftValue':1,'RightValue':{'Get':'Parameters.no'}}"),
     "$.Steps[0].Arguments.Conditions[0].RightValue.Get", "\"no\""},
    {COND("{'Type':'In','QueryValue':1}"), "$.Steps[0].Arguments.Conditions[0].Values",
     "must be an array"},
    {COND("{'Type':'In','Values':[1]}"), "$.Steps[0].Arguments.Conditions[0].QueryValue",
     "missing"},
    {COND("{'Type':'In','QueryValue':1,'Values':[1,[]]}"),
     "$.Steps[0].Arguments.Conditions[0].Values[1]", "an array"},
    {COND("{'Type':'Not'}"), "$.Steps[0].Arguments.Conditions[0]", "one of Condition and"},
    {COND("{'Type':'Not','Condition':{'Type':'Equals','LeftValue':1}}"),
     "$.Steps[0].Arguments.Conditions[0].Condition.RightValue", "missing"},
    {COND("{'Type':'Not','Expression':5}"), "$.Steps[0].Arguments.Conditions[0].Expression",
     "must be an object"},
    {COND("{'Type':'Or'}"), "$.Steps[0].Arguments.Conditions[0].Conditions", "missing"},
    {COND("{'Type':'Or','Conditions':[{'Type':'X'}]}"),
     "$.Steps[0].Arguments.Conditions[0].Conditions[0].Type", "\"X\""},
    /* Fail */
    {DOC("", "{'Name':'f','Type':'Fail','Arguments':{'ErrorMessage':{'a':1}}}"),
     "$.Steps[0].Arguments.ErrorMessage", "must be a string, Get, Std:Join or Std:JsonGet, not"},
    {DOC("", "{'Name':'f','Type':'Fail','Arguments':{'ErrorMessage':['a']}}"),
     "$.Steps[0].Arguments.ErrorMessage", "not an array"},
    {DOC("", "{'Name':'f','Type':'Fail','Arguments':{'ErrorMessage':7}}"),
     "$.Steps[0].Arguments.ErrorMessage", "not a number"},
    {DOC("", "{'Name':'f','Type':'Fail','Arguments':{'ErrorMessage':null}}"),
     "$.Steps[0].Arguments.ErrorMessage", "not null"},
    {DOC("", "{'Name':'f','Type':'Fail','Arguments':{'ErrorMessage':{'Std:Odd':1}}}"),
     "$.Steps[0].Arguments.ErrorMessage", "no such function"},
    /* cache and retry */
    {CACHE("true"), "$.Steps[0].CacheConfig", "must be an object"},
    {CACHE("{'Enabled':'yes'}"), "$.Steps[0].CacheConfig.Enabled", "must be a boolean"},
    {CACHE("{'Enabled':true,'ExpireAfter':30}"), "$.Steps[0].CacheConfig.ExpireAfter",
     "must be a string"},
    {CACHE("{'Enabled':true,'ExpireAfter':'soon'}"), "$.Steps[0].CacheConfig.ExpireAfter",
     "\"soon\""},
    {RETRY("1"), "$.Steps[0].RetryPolicies[0]", "must be an object"},
    {RETRY("{'MaxAttempts':1}"), "$.Steps[0].RetryPolicies[0].ExceptionType", "at least one"},
    {RETRY("{'ExceptionType':'Step.THROTTLING'}"), "$.Steps[0].RetryPolicies[0].ExceptionType",
     "must be an array"},
    {RETRY("{'ExceptionType':['Step.THROTTLING','Other']}"),
     "$.Steps[0].RetryPolicies[0].ExceptionType[1]", "\"Other\""},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'MaxAttempts':21}"),
     "$.Steps[0].RetryPolicies[0].MaxAttempts", "1 to 20"},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'MaxAttempts':0}"),
     "$.Steps[0].RetryPolicies[0].MaxAttempts", "1 to 20"},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'IntervalSeconds':43201}"),
     "$.Steps[0].RetryPolicies[0].IntervalSeconds", "43200"},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'IntervalSeconds':1.5}"),
     "$.Steps[0].RetryPolicies[0].IntervalSeconds", "whole number"},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'ExpireAfterMin':14401}"),
     "$.Steps[0].RetryPolicies[0].ExpireAfterMin", "14400"},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'BackoffRate':-1}"),
     "$.Steps[0].RetryPolicies[0].BackoffRate", "from 0"},
    {RETRY("{'ExceptionType':['Step.THROTTLING'],'MaxAttempts':1,'ExpireAfterMin':1}"),
     "$.Steps[0].RetryPolicies[0]", "one of MaxAttempts and ExpireAfterMin"},
    {DOC("", STEP("a", ",'RetryPolicies':{}")), "$.Steps[0].RetryPolicies", "must be an array"},
    /* ForEach */
    {EACH("'IterableItems':['1'],'MaxConcurrency':1"), "$.Steps[0].Arguments.ForEachBody",
     "at least one step"},
    {EACH("'IterableItems':[],'MaxConcurrency':1,'ForEachBody':[" STEP("in", "") "]"),
     "$.Steps[0].Arguments.IterableItems", "1 to 100"},
    {EACH("'IterableItems':['1'],'MaxConcurrency':51,'ForEachBody':[" STEP("in", "") "]"),
     "$.Steps[0].Arguments.MaxConcurrency", "1 to 50"},
    {EACH("'IterableItems':['1'],'ForEachBody':[{'Name':'in','Type':'Fail'}]"),
     "$.Steps[0].Arguments.ForEachBody[0].Type", "Fail cannot stand"},
    {EACH(BODY ",'Selector':{'Pick':'Best','Field':{'Get':'IterationOutput.in.x'}}"),
     "$.Steps[0].Arguments.Selector.Pick", "MaxBy or MinBy"},
    {EACH(BODY ",'Selector':{'Pick':'MaxBy','Field':{'Get':'IterationOutput.no.x'}}"),
     "$.Steps[0].Arguments.Selector.Field.Get", "no output"},
    {DOC("", STEP("a", ARGS("'x':{'Get':'Steps.in.x'}")) ",{'Name':'f','Type':'ForEach',"
                                                         "'Arguments':{" BODY "}}"),
     "$.Steps[0].Arguments.x.Get", "Steps.f.IterationOutputs[N].in"},
    {DOC("", STEP("a", ARGS("'x':{'Get':'Steps.f.IterationOutputs[0].no.x'}")) ",{'Name':'f',"
                                                                               "'Type':'ForEach','"
                                                                               "Arguments':{" BODY
                                                                               "}}"),
     "$.Steps[0].Arguments.x.Get", "no step \"no\" in the body"},
    /* cycles */
    {DOC("", STEP("a", ",'DependsOn':['a']")), "$.Steps[0].DependsOn[0]", "cycle: a -> a"},
    {DOC("", STEP("a", ARGS("'x':{'Get':'Steps.a.x'}"))), "$.Steps[0].Arguments.x.Get",
     "cycle: a -> a"},
    {DOC("", STEP("z", "") "," STEP("a", ",'DependsOn':['z','b']") "," STEP(
                 "b", ARGS("'x':[{'Get':'Steps.a.x'}]"))),
     "$.Steps[1].DependsOn[1]", "cycle: a -> b -> a"},
    {DOC("", "{'Name':'c','Type':'Condition','DependsOn':['x'],'Arguments':{'Conditions':[],"
             "'IfSteps':[" STEP("x", "") "],'ElseSteps':[]}}"),
     "$.Steps[0].DependsOn[0]", "cycle: c -> x -> c"},
    {DOC("", "{'Name':'c','Type':'Condition','Arguments':{'Conditions':[{'Type':'Equals',"
             "'LeftValue':{'Get':'Steps.x.y'},'RightValue':1}],'IfSteps':[],'ElseSteps':[" STEP(
                 "x", "") "]}}"),
     "$.Steps[0].Arguments.Conditions[0].LeftValue.Get", "cycle: c -> x -> c"},
};

static void one_problem_with_its_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(problem_cases); i++) {
        struct definition d;
        parse(problem_cases[i].text, &d);
        if (d.problems.list.n != 1 || !z_eq(d.problems.list.at[0].path, problem_cases[i].path) ||
            !strstr(d.problems.list.at[0].reason, problem_cases[i].part)) {
            print_error("%s\nwanted %s: %s\n", problem_cases[i].text, problem_cases[i].path,
                        problem_cases[i].part);
            print_problems(&d);
            fail();
        }
        definition_release(&d);
    }
}

static void all_problems_at_once(void **state)
{
    (void)state;
    struct definition d;
    parse("{'Version':'1','Parameters':[{'Name':'a','Type':'X'}],'Steps':["
          "{'Name':'a','Type':'Training','DependsOn':['b','no'],'Arguments':{'x':{'Get':'Y.z'}}},"
          "{'Name':'b','Type':'Lambda','DependsOn':['a']}]}",
          &d);
    static const char *const paths[] = {
        "$.Version",
        "$.Parameters[0].Type",
        "$.Steps[0].DependsOn[1]",
        "$.Steps[0].Arguments.x.Get",
        "$.Steps[0].DependsOn[0]",
    };
    assert_int_equal(d.problems.list.n, ALEN(paths));
    for (size_t i = 0; i < ALEN(paths); i++) {
        assert_string_equal(d.problems.list.at[i].path, paths[i]);
    }
    CLEANUP(json_free_ptr) struct json *j = definition_check_json(&d);
    assert_false(json_get_bool(j, "valid", true));
    assert_int_equal(json_size(json_get(j, "problems")), ALEN(paths));
    assert_int_equal(json_size(json_get(j, "steps")), 2);
    definition_release(&d);
}

static void valid_documents(void **state)
{
    static const char *const texts[] = {
        DOC("", ""),
        "{'Version':'2020-12-01','Metadata':{},'Parameters':[],'PipelineExperimentConfig':null,"
        "'MlflowConfig':null,'Steps':[],'Other':{'Get':'whatever'}}",
        DOC("{'Name':'a','Type':'Float','DefaultValue':1},{'Name':'b','Type':'Boolean',"
            "'DefaultValue':false},{'Name':'c-_1','Type':'Integer','DefaultValue':9007199254740993}"
            ","
            "{'Name':'d','Type':'String','DefaultValue':'','EnumValues':['','x']}",
            STEP("a", ",'DependsOn':null,'CacheConfig':{'Enabled':true},'Arguments':{},'New':1")),
        VALUE("{'Get':'Steps.b'}"),
        VALUE("{'Get':'Steps.b.ProcessingOutputConfig.Outputs[`train`].S3Output.S3Uri'}"),
        VALUE("{'Get':'Steps.b.Containers[0].Image'}"),
        VALUE("{'Get':'PipelineExperimentConfig.TrialName'}"),
        VALUE("{'Get':'Execution.TrainingJobName'}"),
        VALUE("{'Std:Join':{'On':'','Values':['a',1,true,{'Get':'Parameters.p'}]}}"),
        JSON_GET("{" FILE_F ",'Path':'a.b-c[0][`d e`].f'}"),
        JSON_GET("{" FILE_F ",'Path':'[`k`][1]'}"),
        JSON_GET("{'S3Uri':{'Std:Join':{'On':'/','Values':['s3:/','b']}},'Path':'Result'}"),
        COND("{'Type':'Not','Expression':{'Type':'Or','Conditions':[{'Type':'In','QueryValue':'a',"
             "'Values':['a','b']},{'Type':'Equals','LeftValue':1,'RightValue':'a'}]}}"),
        CACHE("{'Enabled':true,'ExpireAfter':'PT1H'}"),
        RETRY("{'ExceptionType':['Step.THROTTLING'],'BackoffRate':1.5,'IntervalSeconds':43200,"
              "'MaxAttempts':20},{'ExceptionType':['SageMaker.RESOURCE_LIMIT'],"
              "'ExpireAfterMin':14400}"),
        DOC("",
            "{'Name':'f','Type':'ForEach','Arguments':{'IterableItems':{'Get':'Steps.a.x'},"
            "'MaxConcurrency':5,'Selector':{'Pick':'MaxBy','Field':{'Get':"
            "'IterationOutput.in.x'}},'ForEachBody':[" STEP(
                "in",
                ARGS("'y':{'Get':'ForEach.CurrentItem.z'}")) "]}}," STEP("a",
                                                                         "") "," STEP("o",
                                                                                      ARGS(
                                                                                          "'p':{'"
                                                                                          "Get':'"
                                                                                          "Steps.f."
                                                                                          "Iteratio"
                                                                                          "nOutputs"
                                                                                          "[0].in."
                                                                                          "x'},"
                                                                                          "'q':{'"
                                                                                          "Get':'"
                                                                                          "Steps.f."
                                                                                          "Selected"
                                                                                          ".x'}"))),
    };
    (void)state;
    for (size_t i = 0; i < ALEN(texts); i++) {
        struct definition d;
        parse(texts[i], &d);
        if (!definition_is_valid(&d)) {
            print_error("%s\n", texts[i]);
            print_problems(&d);
            fail();
        }
        definition_release(&d);
    }
}

static void every_type_and_what_it_needs(void **state)
{
    static const char *const aws[] = {"ClarifyCheck", "EMR", "EMRServerless", "AutoML"};
    (void)state;
    for (size_t t = 0; t < STEP_TYPE_COUNT; t++) {
        bool needs_aws = false;
        for (size_t i = 0; i < ALEN(aws); i++) {
            needs_aws = needs_aws || z_eq(aws[i], step_type_word((enum step_type)t));
        }
        assert_int_equal(step_type_needs((enum step_type)t) == NEEDS_AWS, needs_aws);
    }
    assert_null(step_type_word(STEP_TYPE_COUNT));
}

static void durations(void **state)
{
    static const struct {
        const char *text;
        int64_t s; /* -1: malformed */
    } cases[] = {
        {"", -1},
        {"P", -1},
        {"PT", -1},
        {"T", -1},
        {"30", -1},
        {"5h", -1},
        {"P1H", -1},
        {"PT1D", -1},
        {"P1D2D", -1},
        {"P1DT", -1},
        {"PT1S1M", -1},
        {"P-1D", -1},
        {"P1.5D", -1},
        {"P1D ", -1},
        {" P1D", -1},
        {"PP1D", -1},
        {"P99999999D", -1},
        {"P30D", 30 * 86400},
        {"p30d", 30 * 86400},
        {"30d", 30 * 86400},
        {"T16m", 960},
        {"30dT5h", 30 * 86400 + 18000},
        {"PT1H", 3600},
        {"P4DT12H", 388800},
        {"P1Y", 31536000},
        {"P1M", 2592000},
        {"P2W", 1209600},
        {"pt1h30m5s", 5405},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        int64_t ms = -1000;
        bool ok = check_expire_after(cases[i].text, &ms);
        if (ok != (cases[i].s >= 0) || ms != cases[i].s * 1000) {
            fail_msg("\"%s\": %lld", cases[i].text, (long long)ms);
        }
    }
}

static void policies_are_read(void **state)
{
    (void)state;
    struct definition d;
    parse(DOC("", STEP("a", ",'CacheConfig':{'Enabled':true,'ExpireAfter':'T16m'},'RetryPolicies':["
                            "{'ExceptionType':['Step.THROTTLING','SageMaker.RESOURCE_LIMIT']},"
                            "{'ExceptionType':['Step.SERVICE_FAULT'],'ExpireAfterMin':5,"
                            "'BackoffRate':1,'IntervalSeconds':3}]") "," STEP("b", "")),
          &d);
    assert_true(definition_is_valid(&d));
    const struct definition_step *a = &d.steps.at[0];
    assert_true(a->is_cached);
    assert_int_equal(a->cache_expire_ms, 960000);
    assert_int_equal(a->retries.n, 2);
    assert_int_equal(a->retries.at[0].exceptions,
                     1 << RETRY_THROTTLING | 1 << RETRY_RESOURCE_LIMIT);
    assert_int_equal(a->retries.at[0].max_attempts, 5);
    assert_int_equal(a->retries.at[0].interval_s, 1);
    assert_true(a->retries.at[0].backoff_rate == 2.0);
    assert_int_equal(a->retries.at[0].expire_after_min, -1);
    assert_int_equal(a->retries.at[1].max_attempts, -1);
    assert_int_equal(a->retries.at[1].expire_after_min, 5);
    assert_false(d.steps.at[1].is_cached);
    assert_int_equal(d.steps.at[1].cache_expire_ms, -1);
    definition_release(&d);
}

static void the_pinned_answer(void **state)
{
    (void)state;
    struct definition d;
    parse("{'Version':'2020-12-01','Parameters':[{'Name':'n','Type':'Integer','DefaultValue':3},"
          "{'Name':'s','Type':'String'}],'Steps':["
          "{'Name':'reg','Type':'RegisterModel','Arguments':{'x':{'Get':'Steps.train.A'}}},"
          "{'Name':'gate','Type':'Condition','Arguments':{'Conditions':[{'Type':'Equals',"
          "'LeftValue':{'Get':'Steps.eval.x'},'RightValue':{'Get':'Steps.reg.x'}}],"
          "'IfSteps':[{'Name':'if','Type':'EMR','DependsOn':['train'],'Arguments':{'y':{'Get':"
          "'Steps.train'}}}],'ElseSteps':[{'Name':'else','Type':'Fail'}]}},"
          "{'Name':'eval','Type':'Processing','DependsOn':[{'Step':'train','Trigger':'Any'}]},"
          "{'Name':'train','Type':'Training'},"
          "{'Name':'q','Type':'QualityCheck','SuppliedBaselineStatistics':{'Get':'Steps.reg.x'}}]}",
          &d);
    print_problems(&d);
    CLEANUP(json_free_ptr) struct json *j = definition_check_json(&d);
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(j, JSON_COMPACT, &text);
    assert_string_equal(
        text.p,
        "{\"valid\":true,\"problems\":[],\"parameters\":[{\"name\":\"n\",\"type\":\"Integer\","
        "\"default\":3},{\"name\":\"s\",\"type\":\"String\",\"default\":null}],\"steps\":["
        "{\"name\":\"train\",\"type\":\"Training\",\"depends_on\":[],\"needs\":\"local\"},"
        "{\"name\":\"reg\",\"type\":\"RegisterModel\",\"depends_on\":[\"train\"],\"needs\":"
        "\"local\"},"
        "{\"name\":\"eval\",\"type\":\"Processing\",\"depends_on\":[\"train\"],\"needs\":"
        "\"local\"},"
        "{\"name\":\"gate\",\"type\":\"Condition\",\"depends_on\":[\"eval\",\"reg\"],\"needs\":"
        "\"local\"},"
        "{\"name\":\"if\",\"type\":\"EMR\",\"depends_on\":[\"gate\",\"train\"],\"needs\":\"aws\"},"
        "{\"name\":\"else\",\"type\":\"Fail\",\"depends_on\":[\"gate\"],\"needs\":\"local\"},"
        "{\"name\":\"q\",\"type\":\"QualityCheck\",\"depends_on\":[\"reg\"],\"needs\":\"local\"}"
        "]}");
    CLEANUP(str_release) struct str path = STR_INIT;
    definition_step_path(&d, definition_find_step(&d, "else"), &path);
    assert_string_equal(path.p, "$.Steps[1].Arguments.ElseSteps[0]");
    const struct definition_step *eval = &d.steps.at[definition_find_step(&d, "eval")];
    assert_int_equal(eval->edges.n, 1);
    assert_int_equal(eval->edges.at[0].trigger, TRIGGER_ANY);
    definition_release(&d);
}

static void what_run_needs(void **state)
{
    static const struct {
        const char *steps, *path, *part;
        enum problem_kind kind;
    } cases[] = {
        {"{'Name':'l','Type':'Lambda'}", "$.Steps[0].Type", "step l is of type Lambda",
         PROBLEM_NOT_HERE},
        {"{'Name':'e','Type':'EMR'}", "$.Steps[0].Type", "needs AWS", PROBLEM_NOT_HERE},
        {"{'Name':'p','Type':'Processing','Arguments':{'ProcessingResources':{'ClusterConfig':{}}}"
         "}",
         "$.Steps[0].Arguments.AppSpecification.ImageUri", "step p", PROBLEM_INCOMPLETE},
        {"{'Name':'p','Type':'Processing','Arguments':{'AppSpecification':{'ImageUri':'x'}}}",
         "$.Steps[0].Arguments.ProcessingResources.ClusterConfig", "step p", PROBLEM_INCOMPLETE},
        {"{'Name':'p','Type':'Processing','Arguments':{'AppSpecification':{'ImageUri':'x'},"
         "'ProcessingResources':{'ClusterConfig':{'InstanceCount':{'Get':'Parameters.n'}}}}}",
         "$.Steps[0].Arguments.ProcessingResources.ClusterConfig.InstanceCount",
         "step p asks for InstanceCount 2", PROBLEM_NOT_HERE},
        {"{'Name':'t','Type':'Training','Arguments':{'AlgorithmSpecification':{'TrainingImage':"
         "'x'},'ResourceConfig':{'InstanceCount':3},'OutputDataConfig':{'S3OutputPath':'x'}}}",
         "$.Steps[0].Arguments.ResourceConfig.InstanceCount", "step t", PROBLEM_NOT_HERE},
        {"{'Name':'t','Type':'Training','Arguments':{'ResourceConfig':{},'OutputDataConfig':{"
         "'S3OutputPath':'x'}}}",
         "$.Steps[0].Arguments.AlgorithmSpecification.TrainingImage", "step t", PROBLEM_INCOMPLETE},
        {"{'Name':'t','Type':'Training','Arguments':{'AlgorithmSpecification':{'TrainingImage':"
         "{'Get':'Parameters.n'}},'ResourceConfig':{'InstanceCount':1},'OutputDataConfig':{"
         "'Get':'Steps.c.x'}}},{'Name':'c','Type':'Callback'},{'Name':'f','Type':'Fail'}",
         NULL, NULL, PROBLEM_DOCUMENT},
    };
    (void)state;
    CLEANUP(json_free_ptr) struct json *parameters = json_new_object();
    json_set_i64(parameters, "n", 2);
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str text = STR_INIT;
        struct definition_problems problems = {0};
        struct definition d;
        str_setf(&text, DOC("{'Name':'n','Type':'Integer'}", "%s"), cases[i].steps);
        parse(text.p, &d);
        print_problems(&d);
        assert_true(definition_is_valid(&d));
        definition_check_runnable(&d, parameters, &problems);
        assert_int_equal(problems.list.n, cases[i].path ? 1 : 0);
        if (cases[i].path) {
            assert_string_equal(problems.list.at[0].path, cases[i].path);
            assert_non_null(strstr(problems.list.at[0].reason, cases[i].part));
            assert_int_equal(problems.list.at[0].kind, cases[i].kind);
        }
        definition_problems_release(&problems);
        definition_release(&d);
    }
}

static void files_and_their_names(void **state)
{
    static const struct {
        const char *text, *name, *wanted;
    } cases[] = {
        {"{\"Version\":\"2020-12-01\",\"Steps\":[]}", NULL, "my.pipe"},
        {"{\"Version\":\"2020-12-01\",\"Steps\":[]}", "other", "other"},
        {"{\"PipelineName\":\"Described\",\"PipelineDefinition\":\"{\\\"Version\\\":\\\"2020-12-01"
         "\\\",\\\"Steps\\\":[{\\\"Name\\\":\\\"a\\\",\\\"Type\\\":\\\"Fail\\\"}]}\"}",
         NULL, "Described"},
        {"{\"PipelineName\":\"Described\",\"PipelineDefinition\":\"{\\\"Version\\\":\\\"2020-12-01"
         "\\\",\\\"Steps\\\":[]}\"}",
         "other", "other"},
    };
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "my.pipe.json");
    struct definition d = {0};
    struct err e = ERR_INIT;
    assert_false(definition_load(path, NULL, &d, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.msg, path));
    for (size_t i = 0; i < ALEN(cases); i++) {
        tmp_file(tmp, "my.pipe.json", sv_z(cases[i].text));
        assert_true(definition_load(path, cases[i].name, &d, &e));
        print_problems(&d);
        assert_true(definition_is_valid(&d));
        assert_string_equal(d.name, cases[i].wanted);
        definition_release(&d);
    }
}

static void too_big_and_too_deep(void **state)
{
    (void)state;
    struct definition d;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addn(&text, '[', 1001);
    definition_parse(sv_of(&text), "deep", false, &d);
    assert_int_equal(d.problems.list.n, 1);
    assert_string_equal(d.problems.list.at[0].path, "$");
    definition_release(&d);
    str_addn(&text, '[', DEFINITION_MAX_BYTES);
    definition_parse(sv_of(&text), "big", false, &d);
    assert_int_equal(d.problems.list.n, 1);
    assert_non_null(strstr(d.problems.list.at[0].reason, "33554432"));
    CLEANUP(json_free_ptr) struct json *j = definition_check_json(&d);
    assert_false(json_get_bool(j, "valid", true));
    definition_release(&d);

    /* as a file: refused by its size, and that is an answer, not a file that cannot be read */
    CLEANUP(tmp_free) char *tmp = tmp_new();
    CLEANUP(mem_free_ptr) char *path = path_join(tmp, "big.json");
    struct err e = ERR_INIT;
    tmp_file(tmp, "big.json", sv_of(&text));
    assert_true(definition_load(path, NULL, &d, &e));
    assert_int_equal(d.problems.list.n, 1);
    assert_string_equal(d.problems.list.at[0].path, "$");
    definition_release(&d);
}

static void problems_have_a_limit(void **state)
{
    (void)state;
    struct definition d;
    CLEANUP(str_release) struct str text = STR_INIT;
    str_addz(&text, "{\"Version\":\"2020-12-01\",\"Steps\":[1");
    for (size_t i = 0; i < 2 * DEFINITION_MAX_PROBLEMS; i++) {
        str_addz(&text, ",1");
    }
    str_addz(&text, "]}");
    definition_parse(sv_of(&text), "many", false, &d);
    assert_int_equal(d.problems.list.n, DEFINITION_MAX_PROBLEMS + 1);
    assert_string_equal(d.problems.list.at[DEFINITION_MAX_PROBLEMS].path, "$");
    definition_release(&d);
}

/* A chain of 2,000 in reverse, each step with a reference, an edge to all of ten others and a
 * cycle through them all in the second round. */
static void two_thousand_steps_in_a_second(void **state)
{
    enum { STEPS = 2000, LIMIT_MS = 1000 };
    (void)state;
    for (int round = 0; round < 2; round++) {
        CLEANUP(str_release) struct str text = STR_INIT;
        str_addz(&text, "{\"Version\":\"2020-12-01\",\"Steps\":[");
        for (int i = 0; i < STEPS; i++) {
            str_addf(&text, "%s{\"Name\":\"s%d\",\"Type\":\"Processing\",\"Arguments\":{\"x\":[",
                     i ? "," : "", i);
            for (int k = i + 1; k < i + 11 && k < STEPS; k++) {
                str_addf(&text, "{\"Get\":\"Steps.s%d.x.y\"},", k);
            }
            str_addf(&text, "1]},\"DependsOn\":[%s]}",
                     round == 1 && i == STEPS - 1 ? "\"s0\"" : "");
        }
        str_addz(&text, "]}");
        struct definition d;
        int64_t before = clock_mono_ms();
        definition_parse(sv_of(&text), "chain", false, &d);
        CLEANUP(json_free_ptr) struct json *j = definition_check_json(&d);
        int64_t took_ms = clock_mono_ms() - before;
        assert_int_equal(d.problems.list.n, round);
        assert_int_equal(d.order.n, STEPS);
        assert_int_equal(d.order.at[0], round == 0 ? STEPS - 1 : 0);
        if (took_ms >= LIMIT_MS) {
            fail_msg("%lld ms", (long long)took_ms);
        }
        definition_release(&d);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_problem_with_its_path),
        cmocka_unit_test(all_problems_at_once),
        cmocka_unit_test(valid_documents),
        cmocka_unit_test(every_type_and_what_it_needs),
        cmocka_unit_test(durations),
        cmocka_unit_test(policies_are_read),
        cmocka_unit_test(the_pinned_answer),
        cmocka_unit_test(what_run_needs),
        cmocka_unit_test(files_and_their_names),
        cmocka_unit_test(too_big_and_too_deep),
        cmocka_unit_test(problems_have_a_limit),
        cmocka_unit_test(two_thousand_steps_in_a_second),
    };
    return RUN_TESTS(tests);
}
