/* images and instance types: tables. */
#include "tests/unit/test.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/job/images.h"
#include "core/job/instances.h"

static void bad_rules_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "docker x", "host x", "rootfs", "rootfs relative/dir", "command", "hosts"};
    for (size_t i = 0; i < ALEN(bad); i++) {
        struct image_rule r;
        struct err e;
        assert_false(image_rule_parse("*", bad[i], &r, &e));
        assert_int_equal(e.code, ERR_INVALID);
    }
}

static void the_first_rule_that_fits(void **state)
{
    (void)state;
    struct image_rule rules[3];
    struct err e;
    assert_true(image_rule_parse("*/xgboost:1.?-*", "rootfs /img/xgb", &rules[0], &e));
    assert_true(image_rule_parse("*/xgboost*", "command  conda run -n x", &rules[1], &e));
    assert_true(image_rule_parse("*", "host", &rules[2], &e));
    const char *base = "683313688378.dkr.ecr.us-east-1.amazonaws.com/";
    CLEANUP(mem_free_ptr) char *one = xasprintf("%sxgboost:1.7-1", base);
    CLEANUP(mem_free_ptr) char *two = xasprintf("%sxgboost:latest", base);
    assert_string_equal(images_resolve(rules, 3, one)->value, "/img/xgb");
    assert_string_equal(images_resolve(rules, 3, two)->value, "conda run -n x");
    assert_int_equal(images_resolve(rules, 3, "x")->kind, IMAGE_HOST);
    assert_int_equal(images_resolve(NULL, 0, one)->kind, IMAGE_HOST);
    assert_int_equal(images_resolve(rules, 3, NULL)->kind, IMAGE_HOST);
}

static void instance_types_are_sane(void **state)
{
    (void)state;
    assert_null(instance_find("ml.nothing"));
    assert_int_equal(instance_find(NULL)->cpus, 0);
    assert_int_equal(instance_find("ml.m5.xlarge")->memory_mib, 16384);
    assert_int_equal(instance_find("ml.g4dn.xlarge")->gpus, 1);
    for (size_t i = 0; i < instance_count(); i++) {
        const struct instance_type *t = instance_at(i);
        assert_ptr_equal(instance_find(t->name), t); /* no name twice */
        assert_true(t->cpus == 0 || (t->memory_mib >= 512 * t->cpus && t->cpus >= t->gpus));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_rules_are_refused),
        cmocka_unit_test(the_first_rule_that_fits),
        cmocka_unit_test(instance_types_are_sane),
    };
    return RUN_TESTS(tests);
}
