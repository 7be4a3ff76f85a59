/* Definitions that no one on this project wrote, as AWS's SDK and seed projects emit them: as
 * they are, parameters that are never declared are their only problems; with those declared,
 * all plan. Skipped where the files are missing. */
#include "tests/unit/test.h"

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/pipeline/definition.h"

static const char folder[] = "../shared/conformance/pipelines";

enum { FILES = 79, FILES_WITH_UNDECLARED = 43 };

/* The document, taken out of its {"test", "definition"} wrapper. */
static struct json *read_document(const char *name)
{
    CLEANUP(mem_free_ptr) char *path = path_join(folder, name);
    struct json *root = NULL;
    struct err e = ERR_INIT;
    if (!json_parse_file(path, DEFINITION_MAX_BYTES, &root, &e)) {
        fail_msg("%s", e.msg);
    }
    struct json *inner = json_take(root, "definition");
    if (inner) {
        json_free(root);
        return inner;
    }
    return root;
}

/* Declare what the problems name, as text without a default. */
static void declare(struct json *document, const struct definition *d)
{
    struct map names = MAP_INIT;
    struct json *parameters = json_get(document, "Parameters");
    for (size_t i = 0; i < d->problems.list.n; i++) {
        static const char before[] = "there is no parameter \"";
        const struct definition_problem *p = &d->problems.list.at[i];
        if (strncmp(p->reason, before, strlen(before)) != 0 || !strchr(p->path, '.')) {
            fail_msg("%s: %s: %s", d->name, p->path, p->reason);
        }
        const char *name = p->reason + strlen(before);
        struct sv key = {name, strlen(name) - 1};
        if (!map_set(&names, key, &names)) {
            struct json *parameter = json_push(parameters, json_new_object());
            json_set(parameter, "Name", json_new_sv(key));
            json_set_str(parameter, "Type", "String");
        }
    }
    map_release(&names);
}

static void only_undeclared_parameters_are_wrong(void **state)
{
    (void)state;
    struct os_names names = {0};
    struct err e = ERR_INIT;
    if (!os_is_dir(folder)) {
        printf("SKIP only_undeclared_parameters_are_wrong: %s is missing\n", folder);
        skip();
    }
    assert_true(os_list(folder, &names, &e));
    size_t files = 0, wrong = 0;
    for (size_t i = 0; i < names.n; i++) {
        if (!sv_ends(sv_z(names.at[i]), ".json")) {
            continue;
        }
        struct json *document = read_document(names.at[i]);
        struct definition as_is, declared;
        definition_from_json(json_clone(document), names.at[i], false, &as_is);
        files++;
        wrong += !definition_is_valid(&as_is);
        declare(document, &as_is);
        definition_from_json(document, names.at[i], false, &declared);
        for (size_t k = 0; k < declared.problems.list.n; k++) {
            print_error("%s: %s: %s\n", names.at[i], declared.problems.list.at[k].path,
                        declared.problems.list.at[k].reason);
        }
        assert_true(definition_is_valid(&declared));
        assert_int_equal(declared.order.n, declared.steps.n);
        definition_release(&as_is);
        definition_release(&declared);
    }
    os_names_release(&names);
    assert_int_equal(files, FILES);
    assert_int_equal(wrong, FILES_WITH_UNDECLARED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_undeclared_parameters_are_wrong),
    };
    return RUN_TESTS(tests);
}
