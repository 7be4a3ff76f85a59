/* imports: what cannot be taken is named with its step, what is an output is left alone. */
#include "tests/unit/test.h"

#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/pipeline/imports.h"
#include "tests/unit/tmp.h"

struct world {
    char *base, *root;
    struct objects objects;
    struct json *parameters;
    struct definition def;
};

static const struct json *no_document(void *arg, const char *step)
{
    (void)arg, (void)step;
    return NULL;
}

/* ' stands for ", @ for the base folder. */
static void world_open(struct world *w, const char *arguments)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err e = ERR_INIT;
    *w = (struct world){.base = tmp_new(), .root = tmp_new()};
    w->objects.root = w->root;
    tmp_file(w->base, "data/a.csv", SV("rows"));
    tmp_file(w->base, "data/sub/b.csv", SV("more"));
    tmp_file(w->base, "code.tar.gz", SV("code"));
    str_addz(&text, "{'Version':'2020-12-01','Parameters':[{'Name':'P','Type':'String'}],'Steps':"
                    "[{'Name':'make','Type':'Processing','Arguments':{}},"
                    "{'Name':'one','Type':'Training','Arguments':");
    for (const char *p = arguments; *p; p++) {
        if (*p == '@') {
            str_addz(&text, w->base);
        } else {
            str_addc(&text, *p);
        }
    }
    str_addz(&text, "}]}");
    for (size_t i = 0; i < text.n; i++) {
        text.p[i] = text.p[i] == '\'' ? '"' : text.p[i];
    }
    definition_parse(sv_of(&text), "p", false, &w->def);
    if (!definition_is_valid(&w->def)) {
        fail_msg("%s: %s", text.p, w->def.problems.list.at[0].reason);
    }
    assert_true(json_parse(SV("{\"P\":\"data/a.csv\"}"), &w->parameters, &e));
}

static void world_close(struct world *w)
{
    definition_release(&w->def);
    json_free(w->parameters);
    tmp_free(&w->base);
    tmp_free(&w->root);
}

static bool take(struct world *w, struct json **ret_table, struct err *e)
{
    struct bind_scope scope = {.parameters = w->parameters, .step_document = no_document};
    return imports_take(&w->def, &scope, &w->objects, w->base, ret_table, e);
}

#define INPUT(uri) "{'InputDataConfig':[{'DataSource':{'S3DataSource':{'S3Uri':" uri "}}}]}"

static void what_is_not_there_is_named_with_its_step(void **state)
{
    static const struct {
        const char *arguments, *part;
    } cases[] = {
        {INPUT("'absent.csv'"), "absent.csv"},
        {INPUT("'file://@/absent'"), "absent"},
        {INPUT("'/nowhere/at/all'"), "/nowhere/at/all"},
        {INPUT("'file://host/a'"), "file://host/a"},
        {INPUT("'http://host/a'"), "http://host/a"},
        {INPUT("{'Std:Join':{'On':'/','Values':['data','none']}}"), "data/none"},
        {"{'HyperParameters':{'sagemaker_submit_directory':'\\'none.tar.gz\\''}}", "none.tar.gz"},
        {"{'PrimaryContainer':{'ModelDataUrl':'none.tar.gz'}}", "none.tar.gz"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct world w;
        struct err e = ERR_INIT;
        struct json *table = NULL;
        world_open(&w, cases[i].arguments);
        bool ok = take(&w, &table, &e);
        if (ok || !strstr(e.msg, "step one") || !strstr(e.msg, cases[i].part) || table) {
            fail_msg("%s: \"%s\"", cases[i].arguments, e.msg);
        }
        world_close(&w);
    }
}

static void inputs_become_objects(void **state)
{
    static const struct {
        const char *arguments, *object; /* the name under which it lies in the store */
    } cases[] = {
        {INPUT("'data/a.csv'"), "a.csv"},
        {INPUT("'./data/a.csv'"), "a.csv"},
        {INPUT("'data'"), "data/sub/b.csv"},
        {INPUT("'data/'"), "data/sub/b.csv"},
        {INPUT("'file://@/data/a.csv'"), "a.csv"},
        {INPUT("'@/data/a.csv'"), "a.csv"},
        {INPUT("{'Get':'Parameters.P'}"), "a.csv"},
        {INPUT("{'Std:Join':{'On':'/','Values':['data','a.csv']}}"), "a.csv"},
        {"{'HyperParameters':{'sagemaker_submit_directory':'\\'code.tar.gz\\''}}", "code.tar.gz"},
        {"{'HyperParameters':{'sagemaker_submit_directory':'code.tar.gz'}}", "code.tar.gz"},
        {"{'PrimaryContainer':{'ModelDataUrl':'code.tar.gz'}}", "code.tar.gz"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct world w;
        struct err e = ERR_INIT;
        CLEANUP(json_free_ptr) struct json *table = NULL;
        world_open(&w, cases[i].arguments);
        if (!take(&w, &table, &e) || json_size(table) != 1) {
            fail_msg("%s: \"%s\"", cases[i].arguments, e.msg);
        }
        const char *uri = json_str(json_first(table));
        assert_true(sv_starts(sv_z(uri), "s3://" OBJECTS_IMPORTS "/"));
        assert_true(objects_exist(&w.objects, uri));
        assert_non_null(strstr(cases[i].object, strrchr(uri, '/') + 1));
        world_close(&w);
    }
}

static void what_is_no_input_is_left_alone(void **state)
{
    static const char *const cases[] = {
        INPUT("'s3://bucket/key'"),
        INPUT("{'Get':'Steps.make.ProcessingOutputConfig.Outputs.x.S3Output.S3Uri'}"),
        INPUT("''"),
        "{'OutputDataConfig':{'S3OutputPath':'out','S3Uri':'out'}}",
        "{'ProcessingOutputConfig':{'Outputs':[{'S3Output':{'S3Uri':'out'}}]}}",
        "{'CheckpointConfig':{'S3Uri':'checkpoints'}}",
        "{'TensorBoardOutputConfig':{'S3Uri':'boards'}}",
        "{'HyperParameters':{'file':'data/a.csv'}}",
        "{'Environment':{'FILE':'data/a.csv'}}",
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct world w;
        struct err e = ERR_INIT;
        CLEANUP(json_free_ptr) struct json *table = NULL;
        world_open(&w, cases[i]);
        if (!take(&w, &table, &e) || json_size(table) != 0) {
            fail_msg("%s: \"%s\"", cases[i], e.msg);
        }
        CLEANUP(json_free_ptr) struct json *copy = json_clone(w.def.steps.at[1].arguments);
        if (i != 1 && !imports_apply(copy, table, &e)) {
            fail_msg("%s: \"%s\"", cases[i], e.msg);
        }
        assert_true(json_equal(copy, w.def.steps.at[1].arguments));
        world_close(&w);
    }
}

static void applied_texts_keep_their_quotes(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *table = NULL;
    CLEANUP(json_free_ptr) struct json *j = NULL;
    assert_true(json_parse(SV("{\"a\":\"s3://mlw-imports/1/a\"}"), &table, &e));
    assert_true(json_parse(SV("{\"H\":{\"sagemaker_submit_directory\":\"\\\"a\\\"\",\"x\":\"a\"},"
                              "\"I\":[{\"S3Uri\":\"a\"}]}"),
                           &j, &e));
    assert_true(imports_apply(j, table, &e));
    const struct json *h = json_get(j, "H");
    assert_string_equal(json_get_str(h, "sagemaker_submit_directory"), "\"s3://mlw-imports/1/a\"");
    assert_string_equal(json_get_str(h, "x"), "a");
    assert_string_equal(json_get_str(json_first(json_get(j, "I")), "S3Uri"),
                        "s3://mlw-imports/1/a");
}

static void what_was_not_known_at_the_start_is_refused(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    CLEANUP(json_free_ptr) struct json *table = json_new_object();
    CLEANUP(json_free_ptr) struct json *j = NULL;
    assert_true(json_parse(SV("{\"S3Uri\":\"later.csv\"}"), &j, &e));
    assert_false(imports_apply(j, table, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_non_null(strstr(e.msg, "later.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_named_with_its_step),
        cmocka_unit_test(inputs_become_objects),
        cmocka_unit_test(what_is_no_input_is_left_alone),
        cmocka_unit_test(applied_texts_keep_their_quotes),
        cmocka_unit_test(what_was_not_known_at_the_start_is_refused),
    };
    return RUN_TESTS(tests);
}
