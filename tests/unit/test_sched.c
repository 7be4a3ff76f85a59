/* sched: what may start when, as scripts over small definitions.
 *
 * A script is words: `=a,b` all that starts now, in order · `a+` `a-` `a!` a ended Succeeded,
 * Failed, Stopped · `c?t` `c?f` a condition took its If, Else branch · `~a,b` what is skipped now ·
 * `.` it is over · `..` it is not · `stop` nothing new starts. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/pipeline/sched.h"

/* ' stands for ". */
static void load(const char *steps, struct definition *ret)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    str_setf(&text, "{'Version':'2020-12-01','Steps':[%s]}", steps);
    for (size_t i = 0; i < text.n; i++) {
        text.p[i] = text.p[i] == '\'' ? '"' : text.p[i];
    }
    definition_parse(sv_of(&text), "p", false, ret);
    if (!definition_is_valid(ret)) {
        fail_msg("%s: %s", text.p, ret->problems.list.at[0].reason);
    }
}

#define STEP(name, more) "{'Name':'" name "','Type':'Processing','Arguments':{}" more "}"
#define AFTER(names)     ",'DependsOn':[" names "]"
#define ON(name, when)   AFTER("{'Step':'" name "','Trigger':'" when "'}")
#define CONDITION(name, yes, no, more)                                                             \
    "{'Name':'" name "','Type':'Condition','Arguments':{'Conditions':[{'Type':'Equals',"           \
    "'LeftValue':1,'RightValue':1}],'IfSteps':[" yes "],'ElseSteps':[" no "]}" more "}"

static void add_name(const struct sched *s, size_t index, struct str *out)
{
    str_addf(out, "%s%s", out->n ? "," : "", s->def->steps.at[index].name);
}

static void start_all(struct sched *s, struct str *out)
{
    size_t index;
    while ((index = sched_next(s)) != DEFINITION_NONE) {
        s->steps[index].state = SCHED_RUNNING;
        add_name(s, index, out);
    }
}

static void skip_all(struct sched *s, struct str *out)
{
    size_t *indices, n;
    (void)sched_skip(s, &indices, &n);
    for (size_t i = 0; i < n; i++) {
        add_name(s, indices[i], out);
    }
    free(indices);
}

static bool end_step(struct sched *s, struct sv word)
{
    static const enum sched_state states[] = {
        ['+'] = SCHED_SUCCEEDED, ['-'] = SCHED_FAILED, ['!'] = SCHED_STOPPED};
    bool is_condition = word.n > 2 && word.p[word.n - 2] == '?';
    size_t tail = is_condition ? 2 : 1;
    char *name = xstrndup(word.p, word.n - tail);
    size_t index = definition_find_step(s->def, name);
    unsigned char last = (unsigned char)word.p[word.n - 1];
    free(name);
    if (index == DEFINITION_NONE || s->steps[index].state != SCHED_RUNNING) {
        return false;
    }
    s->steps[index].state = is_condition ? SCHED_SUCCEEDED : states[last];
    s->steps[index].took_if = last == 't';
    return true;
}

static bool do_word(struct sched *s, struct sv word, struct str *got)
{
    if (word.p[0] == '=' || word.p[0] == '~') {
        (word.p[0] == '=' ? start_all : skip_all)(s, got);
        return sv_eq(sv_of(got), (struct sv){word.p + 1, word.n - 1});
    }
    if (sv_eqz(word, ".") || sv_eqz(word, "..")) {
        return sched_is_over(s) == (word.n == 1);
    }
    if (sv_eqz(word, "stop")) {
        s->is_stopping = true;
        return true;
    }
    return end_step(s, word);
}

static void play(struct sched *s, const char *script)
{
    struct sv rest = sv_z(script), word;
    while (sv_split(&rest, ' ', &word)) {
        CLEANUP(str_release) struct str got = STR_INIT;
        if (!do_word(s, word, &got)) {
            fail_msg("\"%s\": at \"%.*s\" it is \"%s\"", script, (int)word.n, word.p,
                     got.n ? got.p : "");
        }
    }
}

static void set_jobs(struct sched *s)
{
    for (size_t i = 0; i < s->def->steps.n; i++) {
        s->steps[i].is_job = s->def->steps.at[i].type == STEP_PROCESSING;
    }
}

static const struct {
    const char *steps, *script;
} scripts[] = {
    /* order: topological, then as in the document */
    {STEP("b", AFTER("'a'")) "," STEP("a", "") "," STEP("c", ""), "=a,c .. a+ =b c+ b+ . ="},
    {STEP("c", "") "," STEP("b", "") "," STEP("a", ""), "=c,b,a"},
    {STEP("a", "") "," STEP("b", "") "," STEP("c", AFTER("'a','b'")), "=a,b a+ = b+ =c c+ ."},
    /* a failure: what runs goes on, nothing new starts, what comes after waits for ever */
    {STEP("a", "") "," STEP("b", "") "," STEP("c", AFTER("'a'")) "," STEP("d", AFTER("'b'")),
     "=a,b a- = .. b+ = . ~"},
    {STEP("a", "") "," STEP("b", AFTER("'a'")), "=a a! = . ~"},
    /* triggers */
    {STEP("a", "") "," STEP("b", ON("a", "Failed")), "=a a- =b b+ ."},
    {STEP("a", "") "," STEP("b", ON("a", "Failed")) "," STEP("c", AFTER("'b'")), "=a a+ = ~b,c ."},
    {STEP("a", "") "," STEP("b", ON("a", "Stopped")), "=a a! =b b+ ."},
    {STEP("a", "") "," STEP("b", ON("a", "Stopped")), "=a a- = ."},
    {STEP("a", "") "," STEP("b", ON("a", "Any")), "=a a- =b b+ ."},
    {STEP("a", "") "," STEP("b", ON("a", "Any")), "=a a! =b b- ."},
    {STEP("a", "") "," STEP("b", ON("a", "Any")), "=a a+ =b ~ b+ ."},
    {STEP("a", "") "," STEP("b", ON("a", "Succeeded")), "=a a- = ."},
    /* a rescue rescues only what waited for the failure */
    {STEP("a", "") "," STEP("b", ON("a", "Failed")) "," STEP("c", AFTER("'b'")) "," STEP("d", ""),
     "=a,d a- =b b+ = d+ ."},
    /* branches */
    {CONDITION("c", STEP("y", ""), STEP("n", ""), ""), "=c .. c?t =y ~n y+ ."},
    {CONDITION("c", STEP("y", ""), STEP("n", ""), ""), "=c c?f =n ~y n+ ."},
    {CONDITION("c", STEP("y", "") "," STEP("y2", AFTER("'y'")), "", "") "," STEP("z",
                                                                                 AFTER("'y2'")),
     "=c c?f = ~y,y2,z ."},
    {CONDITION("c", STEP("y", ""), "", "") "," STEP("z", AFTER("'y'")) "," STEP("w", ""),
     "=c,w c?f ~y,z w+ ."},
    {CONDITION("c", CONDITION("i", STEP("y", ""), STEP("n", ""), ""), STEP("e", ""), ""),
     "=c c?f =e ~i,y,n e+ ."},
    {CONDITION("c", CONDITION("i", STEP("y", ""), STEP("n", ""), ""), STEP("e", ""), ""),
     "=c c?t =i ~e i?f =n ~y n+ ."},
    {CONDITION("c", STEP("y", ""), STEP("n", ""), ""), "=c c- = ~ ."},
    {STEP("a", "") "," CONDITION("c", STEP("y", ""), STEP("n", ""), AFTER("'a'")), "=a a- = ~ ."},
    /* downstream of both branches is skipped with the one that was not taken */
    {CONDITION("c", STEP("y", ""), STEP("n", ""), "") "," STEP("z", AFTER("'y','n'")),
     "=c c?t =y ~n,z y+ = ."},
    /* stop */
    {STEP("a", "") "," STEP("b", AFTER("'a'")), "=a stop .. a! = ."},
    {STEP("a", "") "," STEP("b", AFTER("'a'")), "stop = ."},
};

static void scripts_play(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(scripts); i++) {
        struct definition def = {0};
        struct sched s;
        load(scripts[i].steps, &def);
        sched_init(&s, &def, (struct sched_tokens){100, 100, 100}, 100);
        set_jobs(&s);
        play(&s, scripts[i].script);
        sched_release(&s);
        definition_release(&def);
    }
}

/* Four steps that depend on nothing; what each wants, and how it goes. */
static void tokens_hold(void **state)
{
    static const struct {
        int max_parallel;
        struct sched_tokens wants[4];
        const char *script;
    } cases[] = {
        {100, {{1, 1, 0}, {1, 1, 0}, {1, 1, 0}, {1, 1, 0}}, "=a,b,c,d"},
        {2, {{1, 1, 0}, {1, 1, 0}, {1, 1, 0}, {1, 1, 0}}, "=a,b a+ =c b+ =d c+ d+ ."},
        {1, {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, "=a a+ =b b+ =c c+ =d d+ ."},
        {3, {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, "=a,b,c a+ =d"},
        /* the default is the number of cores */
        {0, {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, "=a,b,c,d"},
        /* one that does not fit is passed over, whatever it lacks */
        {9, {{3, 1, 0}, {2, 1, 0}, {1, 1, 0}, {1, 1, 0}}, "=a,c c+ =d a+ =b b+ d+ ."},
        {9, {{1, 7, 0}, {1, 2, 0}, {1, 1, 0}, {1, 1, 0}}, "=a,c a+ =b,d"},
        {9, {{1, 1, 1}, {1, 1, 1}, {1, 1, 0}, {1, 1, 0}}, "=a,c,d a+ =b"},
        /* one that wants more than there is runs alone, first or last */
        {9, {{5, 1, 0}, {1, 1, 0}, {1, 1, 0}, {1, 1, 0}}, "=a a+ =b,c,d"},
        {9, {{1, 1, 0}, {1, 99, 0}, {0, 0, 0}, {0, 0, 0}}, "=a,c,d a+ = c+ d+ =b b+ ."},
        {9, {{1, 1, 0}, {1, 1, 2}, {0, 0, 0}, {0, 0, 0}}, "=a,c,d a+ c+ d+ =b b+ ."},
    };
    (void)state;
    struct definition def = {0};
    load(STEP("a", "") "," STEP("b", "") "," STEP("c", "") "," STEP("d", ""), &def);
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct sched s;
        sched_init(&s, &def, (struct sched_tokens){4, 8, 1}, cases[i].max_parallel);
        set_jobs(&s);
        for (size_t k = 0; k < 4; k++) {
            s.steps[k].wants = cases[i].wants[k];
        }
        play(&s, cases[i].script);
        sched_release(&s);
    }
    definition_release(&def);
}

static void what_is_no_job_takes_nothing(void **state)
{
    (void)state;
    struct definition def = {0};
    struct sched s;
    load(STEP("a", "") "," CONDITION("c", STEP("y", ""), "", "") "," STEP("b", ""), &def);
    sched_init(&s, &def, (struct sched_tokens){1, 1, 0}, 1);
    set_jobs(&s);
    play(&s, "=a,c c?t = a+ =y y+ =b");
    sched_release(&s);
    definition_release(&def);
}

static void this_machine_has_something(void **state)
{
    (void)state;
    struct sched_tokens m = sched_machine();
    assert_true(m.cpus >= 1);
    assert_true(m.memory_mib >= 64);
    assert_true(m.gpus >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_play),
        cmocka_unit_test(tokens_hold),
        cmocka_unit_test(what_is_no_job_takes_nothing),
        cmocka_unit_test(this_machine_has_something),
    };
    return RUN_TESTS(tests);
}
