/* config: wrong lines name file and line, the workspace wins, the manual says what the table says.
 */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/re.h"
#include "core/config/config.h"
#include "tests/unit/tmp.h"

static void wrong_lines_name_file_and_line(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"sandbox = none\n", "conf:1: there is no section [] (key \"sandbox\")"},
        {"\n[executer]\nsandbox = none\n", "conf:3: there is no section [executer]"},
        {"[executor]\nsandbx = none\n", "conf:2: [executor] has no key \"sandbx\""},
        {"[executor]\nsandbox = docker\n", "one of auto|bwrap|none"},
        {"[executor]\nsandbox =\n", "one of auto|bwrap|none"},
        {"[executor]\nSandbox = none\n", "no key \"Sandbox\""},
        {"[executor]\nlog_limit = much\n", "it is a size"},
        {"[executor]\nlog_limit = -1\n", "it is a size"},
        {"[executor]\nlog_limit = 1\n", "conf:2: [executor] log_limit is 1; it is from"},
        {"[executor]\nlog_limit = 2TiB\n", "to 1.0 TiB"},
        {"[ui]\ntheme =\n",
         "one of auto|dark|light|high-contrast|colour-blind|colour-blind-light|mono"},
        {"[ui]\ntheme = pink\n",
         "one of auto|dark|light|high-contrast|colour-blind|colour-blind-light|mono"},
        {"[images]\n* = docker\n", "host, rootfs DIR or command PREFIX"},
        {"[images]\n* = host now\n", "host, rootfs DIR or command PREFIX"},
        {"[images]\n* = rootfs\n", "host, rootfs DIR or command PREFIX"},
        {"[images]\n* = rootfs images/x\n", "begins with / or ~/"},
        {"[images]\n* = command\n", "host, rootfs DIR or command PREFIX"},
        {"[images]\n* = command 'a b\n", "is not closed"},
        {"[notify]\ncommand = ./hook\n", "conf:2: [notify] command is \"./hook\""},
        {"[notify]\ncommand = bin/hook x\n", "it is a program's name, or begins with / or ~/"},
        {"[notify]\ncommand = ''\n", "it is a program's name"},
        {"[notify]\ncommand = '/hook\n", "[notify] command: the ' in"},
        {"[notify]\nterminal = loud\n", "one of auto|bell|never"},
        {"[notify]\nprogram = /hook\n", "[notify] has no key \"program\""},
        {"[progress]\npattern = (a)\n", "[progress] has no key"},
        {"[progress]\nregex = (\n", "conf:2: [progress] regex: could not read"},
        {"[progress]\nregex = a\n", "has 0 groups"},
        {"[metrics]\nloss = less\n", "conf:2: [metrics] loss is \"less\"; it is one of min|max"},
        {"[metrics]\nloss = MIN\n", "it is one of min|max"},
        {"[progress]\nregex = (a)(b)(c)\n", "has 3 groups"},
        {"word\n", "conf:1: the line is neither"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct config c;
        config_init(&c);
        struct err e = ERR_INIT;
        bool ok = config_read(&c, sv_z(cases[i].text), "conf", &e);
        if (ok || e.code != ERR_INVALID || !strstr(e.msg, cases[i].part)) {
            fail_msg("\"%s\": %s", cases[i].text, ok ? "taken" : e.msg);
        }
        config_release(&c);
    }
}

static void a_workspace_names_no_program_to_run(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct config c;
    setenv("XDG_CONFIG_HOME", tmp, 1);
    setenv("HOME", "/home/ada", 1);
    CLEANUP(mem_free_ptr) char *work = path_join(tmp, "work");
    tmp_file(tmp, "work/.mlw/mlw.conf", SV("[notify]\nterminal = bell\ncommand = /tmp/hook\n"));
    assert_false(config_load(work, &c, &e));
    assert_int_equal(e.code, ERR_INVALID);
    assert_non_null(strstr(e.msg, ".mlw/mlw.conf:3: [notify] command names a program"));
    tmp_file(tmp, "work/.mlw/mlw.conf", SV("[notify]\nterminal = bell\n"));
    tmp_file(tmp, "mlw/mlw.conf", SV("[notify]\ncommand = ~/bin/tell me 'and you'\n"));
    assert_true(config_load(work, &c, &e));
    assert_int_equal(c.notify_terminal, CONFIG_TERMINAL_BELL);
    assert_int_equal(c.notify_command.word_count, 3);
    assert_string_equal(c.notify_command.words[0], "/home/ada/bin/tell");
    assert_string_equal(c.notify_command.words[2], "and you");
    /* the last line holds, an empty one takes it back */
    assert_true(config_read(&c, SV("[notify]\ncommand = a\ncommand =\n"), "conf", &e));
    assert_int_equal(c.notify_command.word_count, 0);
    config_release(&c);
}

static void long_tables_are_refused(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err e = ERR_INIT;
    struct config c;
    config_init(&c);
    str_addz(&text, "[images]\n");
    for (size_t i = 0; i < CONFIG_MAX_IMAGES; i++) {
        str_addz(&text, "a = host\n");
    }
    assert_true(config_read(&c, sv_of(&text), "conf", &e));
    assert_false(config_read(&c, SV("[images]\nb = host\n"), "conf", &e));
    assert_int_equal(e.code, ERR_LIMIT);
    config_release(&c);
}

static void defaults_hold_without_files(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct config c;
    setenv("XDG_CONFIG_HOME", tmp, 1);
    assert_true(config_load(NULL, &c, &e));
    assert_int_equal(c.executor_sandbox, CONFIG_SANDBOX_AUTO);
    assert_true(c.executor_log_limit == (uint64_t)2 << 30);
    assert_int_equal(c.ui_theme, CONFIG_THEME_AUTO);
    assert_null(config_image_for(&c, "any"));
    assert_int_equal(c.progress.n, 0);
    config_release(&c);
}

static void the_workspace_wins(void **state)
{
    (void)state;
    CLEANUP(tmp_free) char *tmp = tmp_new();
    struct err e = ERR_INIT;
    struct config c;
    setenv("XDG_CONFIG_HOME", tmp, 1);
    tmp_file(tmp, "mlw/mlw.conf",
             SV("[executor]\nsandbox = bwrap\nlog_limit = 1MiB\n[ui]\ntheme = mono\n"
                "[images]\na* = host\n* = rootfs /user\n[progress]\nregex = u(1)\n"
                "[metrics]\nloss = max\nauc = max\n"));
    tmp_file(tmp, "work/.mlw/mlw.conf",
             SV("[executor]\nsandbox = none\n[images]\nab = rootfs ~/own\n[progress]\n"
                "regex = w(1)\nregex = v(1)(2)\n[metrics]\nval/loss 2 = min\nloss = min\n"));
    CLEANUP(mem_free_ptr) char *work = path_join(tmp, "work");
    setenv("HOME", "/home/ada", 1);
    assert_true(config_load(work, &c, &e));
    assert_int_equal(c.executor_sandbox, CONFIG_SANDBOX_NONE);
    assert_true(c.executor_log_limit == 1 << 20);
    assert_int_equal(c.ui_theme, CONFIG_THEME_MONO);
    assert_string_equal(config_image_for(&c, "ab")->words[0], "/home/ada/own");
    assert_int_equal(config_image_for(&c, "ac")->kind, CONFIG_IMAGE_HOST);
    assert_string_equal(config_image_for(&c, "b")->words[0], "/user");
    assert_int_equal(c.progress.n, 3);
    assert_string_equal(c.progress.at[0].pattern, "w(1)");
    assert_string_equal(c.progress.at[1].pattern, "v(1)(2)");
    assert_string_equal(c.progress.at[2].pattern, "u(1)");
    struct goals goals = config_goals(&c);
    assert_int_equal(goals_find(&goals, "loss"), GOAL_MIN);
    assert_int_equal(goals_find(&goals, "auc"), GOAL_MAX);
    assert_int_equal(goals_find(&goals, "val/loss 2"), GOAL_MIN);
    assert_int_equal(goals_find(&goals, "val_loss"), GOAL_NONE); /* not guessed */
    config_release(&c);
    /* a wrong line leaves the result untouched and names its file */
    tmp_file(tmp, "work/.mlw/mlw.conf", SV("[ui]\ntheme = light\nthem = light\n"));
    struct config before = c;
    assert_false(config_load(work, &c, &e));
    assert_memory_equal(&before, &c, sizeof c);
    assert_non_null(strstr(e.msg, "work/.mlw/mlw.conf:3: "));
}

static void the_users_folder_follows_xdg(void **state)
{
    static const struct {
        const char *xdg, *home, *want;
    } cases[] = {
        {"/x", "/h", "/x/mlw"},
        {"x", "/h", "/h/.config/mlw"},
        {"", "/h", "/h/.config/mlw"},
        {"", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        setenv("XDG_CONFIG_HOME", cases[i].xdg, 1);
        setenv("HOME", cases[i].home, 1);
        CLEANUP(mem_free_ptr) char *dir = config_user_dir();
        assert_true(z_eq(dir, cases[i].want));
    }
}

static void commands_are_split_into_words(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct config c;
    config_init(&c);
    assert_true(config_read(
        &c, SV("[images]\n1.dkr.ecr.*/x:1.0-* = command  pod 'a  b' \"it's\"x '' \n"), "conf", &e));
    const struct config_image *image = config_image_for(&c, "1.dkr.ecr.eu/x:1.0-cpu");
    static const char *const words[] = {"pod", "a  b", "it'sx", ""};
    assert_non_null(image);
    assert_int_equal(image->word_count, ALEN(words));
    for (size_t i = 0; i < ALEN(words); i++) {
        assert_string_equal(image->words[i], words[i]);
    }
    assert_null(image->words[ALEN(words)]);
    config_release(&c);
}

static void globs(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } cases[] = {
        {"", "a", false},       {"a", "", false},          {"?", "", false},
        {"a*b", "abc", false},  {"*a?", "ba", false},      {"a", "aa", false},
        {"", "", true},         {"*", "", true},           {"**", "a/b", true},
        {"a*c", "a/b/c", true}, {"*b*", "abc", true},      {"?b", "ab", true},
        {"*ab", "aab", true},   {"a*b*c", "abbcbc", true}, {"[a]", "[a]", true},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        if (config_glob(cases[i].pattern, cases[i].text) != cases[i].fits) {
            fail_msg("\"%s\" \"%s\"", cases[i].pattern, cases[i].text);
        }
    }
}

/* --- mlw.conf(5) --- */

/* The part of the manual from ".Ss Section NAME" to the next heading. */
static struct sv manual_section(struct sv manual, const char *section)
{
    CLEANUP(mem_free_ptr) char *head = xasprintf("\n.Ss Section %s\n", section);
    size_t at = sv_find(manual, sv_z(head));
    assert_int_not_equal(at, SIZE_MAX);
    struct sv rest = {manual.p + at + 1, manual.n - at - 1};
    size_t next = sv_find(rest, SV("\n.S"));
    return (struct sv){rest.p, next == SIZE_MAX ? rest.n : next + 1};
}

static void the_manual_lists_each_option_with_its_default(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    struct err e = ERR_INIT;
    if (!os_read_file("man/mlw.conf.5", 1 << 20, &manual, &e)) {
        fail_msg("%s", e.msg);
    }
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *o = &config_options[i];
        CLEANUP(str_release) struct str want = STR_INIT;
        struct sv part = manual_section(sv_of(&manual), o->section);
        str_addf(&want, "\n.It Ic %s No = ", o->key);
        size_t at = sv_find(part, sv_of(&want));
        if (at == SIZE_MAX) {
            fail_msg("mlw.conf(5) lacks [%s] %s", o->section, o->key);
        }
        struct sv line = {part.p + at + 1, part.n - at - 1};
        line.n = (size_t)((char *)memchr(line.p, '\n', line.n) - line.p);
        str_clear(&want);
        if (o->otherwise[0]) {
            str_addf(&want, "Pq default Cm %s", o->otherwise);
        } else {
            str_addz(&want, "Pq no default");
        }
        if (!sv_ends(line, want.p)) {
            fail_msg("mlw.conf(5), [%s] %s: %s is expected", o->section, o->key, want.p);
        }
        CLEANUP(str_release) struct str choices = STR_INIT;
        struct sv rest = sv_z(o->choices), choice;
        while (o->choices[0] && sv_split(&rest, '|', &choice)) {
            str_addf(&choices, "%s%.*s", choices.n ? " | " : "Cm ", (int)choice.n, choice.p);
        }
        assert_int_not_equal(sv_find(line, sv_of(&choices)), SIZE_MAX);
    }
}

static void the_manual_lists_nothing_else(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str manual = STR_INIT;
    struct err e = ERR_INIT;
    assert_true(os_read_file("man/mlw.conf.5", 1 << 20, &manual, &e));
    size_t listed = 0;
    struct sv rest = sv_of(&manual), line;
    while (sv_split(&rest, '\n', &line)) {
        listed += sv_starts(line, ".It Ic ");
    }
    assert_int_equal(listed, config_option_count + 1); /* [progress] regex */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines_name_file_and_line),
        cmocka_unit_test(a_workspace_names_no_program_to_run),
        cmocka_unit_test(long_tables_are_refused),
        cmocka_unit_test(globs),
        cmocka_unit_test(defaults_hold_without_files),
        cmocka_unit_test(the_workspace_wins),
        cmocka_unit_test(the_users_folder_follows_xdg),
        cmocka_unit_test(commands_are_split_into_words),
        cmocka_unit_test(the_manual_lists_each_option_with_its_default),
        cmocka_unit_test(the_manual_lists_nothing_else),
    };
    return RUN_TESTS(tests);
}
