/* filter: what is refused and where, and what each form matches. */
#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/query/filter.h"

enum { HOUR_MS = 3600 * 1000 };

/* 2026-09-01T12:00:00Z, in a zone that is UTC (see main). */
static const int64_t now_ms = 1788264000000;

static const char *const param_keys[] = {"batch size", "lr", "opt"};
static const char *const metric_keys[] = {"auc", "loss", "lr", "val/loss"};
static const char *const tag_keys[] = {"team"};
static const struct filter_keys keys = {{
    [FAMILY_PARAMS] = {param_keys, ALEN(param_keys)},
    [FAMILY_METRICS] = {metric_keys, ALEN(metric_keys)},
    [FAMILY_TAGS] = {tag_keys, ALEN(tag_keys)},
}};

static struct filter *parsed(const char *text, enum kind kind)
{
    struct err e = ERR_INIT;
    struct filter *f = filter_parse(sv_z(text), kind, &keys, &e);
    if (!f) {
        fail_msg("\"%s\": %s", text, e.msg);
    }
    return f;
}

static const struct {
    const char *text;
    size_t column;
    const char *part; /* of the message */
} bad_filters[] = {
    {"(", 2, "expected"},
    {")", 1, "expected"},
    {"a)", 2, "closes nothing"},
    {"(a", 1, "not closed"},
    {"a | ", 5, "expected"},
    {"| a", 1, "expected"},
    {"a OR", 5, "expected"},
    {"AND a", 1, "expected"},
    {"a AND AND b", 7, "expected"},
    {"a AND", 6, "expected"},
    {"NOT", 4, "expected"},
    {"a -", 3, "right after -"},
    {"a - b", 3, "right after -"},
    {"! a", 1, "right after !"},
    {"-)", 2, "expected"},
    {"()", 2, "expected"},
    {"\"a", 1, "quote"},
    {"x \"a", 3, "quote"},
    {"\"\"", 1, "nothing between"},
    {"=3", 1, "a field is expected before ="},
    {"a !~ b", 1, "no field a"},
    {"~x", 1, "field is expected before ~"},
    {"name:", 6, "a value is expected after :"},
    {"name = ", 8, "a value is expected after ="},
    {"name:=x", 6, "quote what begins"},
    {"name==x", 6, "quote what begins"},
    {"name:(x)", 6, "quote what begins"},
    {"name:a(b", 7, "not closed"},
    {"name:\"a\"b", 9, "space is missing"},
    {"\"a\"b", 4, "space is missing"},
    {"a\"b\"", 2, "space is missing"},
    {"mine(loss)", 5, "space is missing before ("},
    {"nme:x", 1, "no field nme"},
    {"é nme:x", 3, "no field nme"},
    {"has:nme", 5, "no field nme"},
    {"has:", 5, "expected"},
    {"has:auc>3", 8, "alone"},
    {"params.=x", 8, "key is expected"},
    {"params.\"\"=x", 8, "nothing between"},
    {"params.\"a b\"", 13, "operator is expected"},
    {"metrics.a@b<1", 1, "stands in quotes"},
    {"metrics.loss<x", 14, "x is not a number"},
    {"metrics.loss<\"1\"", 14, "in quotes is not a number"},
    {"metrics.loss<15m", 14, "not a number"},
    {"metrics.loss<1.2.3", 14, "not a number"},
    {"metrics.loss=nan", 14, "not a number"},
    {"metrics.loss~1", 13, "~ is for texts"},
    {"duration~1", 9, "~ is for texts"},
    {"duration<2x", 10, "not a duration"},
    {"created<2", 9, "not a time"},
    {"created>2026-13-01", 9, "not a time"},
    {"created>2026-02-30", 9, "not a time"},
    {"created>2026-09-01T25:00", 9, "not a time"},
    {"created>nowish", 9, "not a time"},
    {"created>now-3", 9, "not a time"},
    {"created>now3d", 9, "not a time"},
    {"status<x", 7, "no order"},
    {"name~[", 6, "pattern"},
    {"IN (a)", 1, "reserved"},
    {"NULL", 1, "reserved"},
    /* lists */
    {"name IN a", 9, "list in parentheses"},
    {"name IN", 8, "list in parentheses"},
    {"name IN ()", 10, "a value is expected"},
    {"name IN (a", 9, "not closed"},
    {"name IN (a,", 12, "a value is expected"},
    {"name IN (a b)", 12, "comma or a parenthesis"},
    {"name IN (\"a\"b)", 13, "space is missing"},
    {"auc IN (1, x)", 12, "x is not a number"},
    {"auc NOT IN (1, 'x')", 16, "x in quotes is not a number"},
    /* BETWEEN */
    {"auc BETWEEN 1", 14, "AND and a second"},
    {"auc BETWEEN 1 OR 2", 15, "AND and a second"},
    {"auc BETWEEN 1 AND", 18, "a value is expected"},
    {"auc BETWEEN a AND 2", 13, "a is not a number"},
    {"status BETWEEN a AND b", 8, "no order"},
    /* IS, LIKE and others */
    {"name IS", 6, "reserved"},
    {"name IS NOT", 6, "reserved"},
    {"name IS x", 6, "reserved"},
    {"a LIKE b", 1, "no field a"},
    {"name LIKE", 10, "a value is expected"},
    {"é auc LIKE b", 7, "LIKE is for texts"},
    {"auc CONTAINS b", 5, "CONTAINS is for texts"},
    {"auc !~ b", 5, "!~ is for texts"},
    {"created RLIKE b", 9, "RLIKE is for texts"},
    {"name RLIKE (", 12, "not closed"},
    {"name !~ [", 9, "pattern"},
    /* two fields */
    {"auc>name", 5, "name is not a number"},
    {"auc>created", 5, "created is not a number"},
    {"auc>metrics.", 13, "name of a key"},
    {"name=metrics.auc", 6, "a text cannot be compared with a number"},
    {"created>metrics.auc", 9, "a time cannot be compared with a number"},
    {"duration>params.lr", 10, "a duration cannot be compared with a param"},
    /* curves */
    {"min(loss)", 10, "operator is expected"},
    {"min(loss)>", 11, "a value is expected"},
    {"min(loss", 4, "not closed"},
    {"min()>1", 5, "name of a field"},
    {"min(loss,3)>1", 9, "parenthesis is expected"},
    {"min(opt)>1", 5, "min is for metrics"},
    {"max(params.lr)>1", 5, "max is for metrics"},
    {"best(created)>1", 6, "best is for metrics"},
    {"slope(loss)>0", 11, "how many points"},
    {"slope(loss,)>0", 12, "2 or more"},
    {"slope(loss,1)>0", 12, "2 or more"},
    {"slope(loss,x)>0", 12, "2 or more"},
    {"opt@3=1", 1, "@ is for metrics"},
    {"metrics.\"loss\"@x<1", 16, "step is expected"},
    /* relatives */
    {"parent:(", 9, "expected"},
    {"parent:(a", 8, "not closed"},
    {"child:(nme:x)", 8, "no field nme"},
    {"has:parent=1", 11, "alone"},
    {"has:child=1", 10, "alone"},
};

static void bad_filters_name_the_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(bad_filters); i++) {
        struct err e = ERR_INIT;
        struct filter *f = filter_parse(sv_z(bad_filters[i].text), KIND_RUN, &keys, &e);
        if (f) {
            fail_msg("\"%s\" is accepted", bad_filters[i].text);
        }
        assert_int_equal(e.code, ERR_USAGE);
        if (filter_error_column(&e) != bad_filters[i].column ||
            !strstr(e.msg, bad_filters[i].part)) {
            fail_msg("\"%s\": %s (expected column %zu, %s)", bad_filters[i].text, e.msg,
                     bad_filters[i].column, bad_filters[i].part);
        }
    }
}

static void families_belong_to_runs_and_packages(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_null(filter_parse(SV("a metrics.loss<1"), KIND_STEP, &keys, &e));
    assert_int_equal(filter_error_column(&e), 3);
    assert_non_null(strstr(e.msg, "steps have no metrics"));
    assert_null(filter_parse(SV("loss<1"), KIND_STEP, &keys, &e));
    assert_non_null(strstr(e.hint, "depends_on"));
    assert_null(filter_parse(SV("loss<1"), KIND_RUN, NULL, &e));
    filter_free(parsed("metrics.loss<1", KIND_PACKAGE));
    filter_free(NULL);
}

static void repeat(struct str *out, const char *text, size_t n)
{
    str_clear(out);
    for (size_t i = 0; i < n; i++) {
        str_addz(out, text);
    }
}

static void limits_are_refused(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    struct err e = ERR_INIT;
    repeat(&s, "x", FILTER_MAX_BYTES);
    filter_free(parsed(s.p, KIND_RUN));
    repeat(&s, "x", FILTER_MAX_BYTES + 1);
    assert_null(filter_parse(sv_of(&s), KIND_RUN, NULL, &e));
    repeat(&s, "(", 3000);
    assert_null(filter_parse(sv_of(&s), KIND_RUN, NULL, &e));
    assert_non_null(strstr(e.msg, "deep"));
    repeat(&s, "-", 3000);
    assert_null(filter_parse(sv_of(&s), KIND_RUN, NULL, &e));
    assert_non_null(strstr(e.msg, "deep"));
    repeat(&s, "x ", FILTER_MAX_NODES - 1);
    filter_free(parsed(s.p, KIND_RUN));
    repeat(&s, "x ", FILTER_MAX_NODES + 1);
    assert_null(filter_parse(sv_of(&s), KIND_RUN, NULL, &e));
    assert_non_null(strstr(e.msg, "parts"));
    assert_null(filter_parse((struct sv){"a\0b", 3}, KIND_RUN, NULL, &e));
    assert_int_equal(filter_error_column(&e), 2);
}

/* --- matching --- */

struct sample {
    struct value cells[FIELD_MAX];
    struct named_value params[4], metrics[5], tags[2];
    struct row row;
};

static void make_sample(struct sample *s)
{
    *s = (struct sample){
        .params = {{"batch size", value_text("64")},
                   {"lr", value_text("0.01")},
                   {"opt", value_text("Adam")},
                   {"size", value_int(7)}},
        .metrics = {{"auc", value_num(0.91)},
                    {"big", value_int(INT64_C(9007199254740993))},
                    {"loss", value_num(NAN)},
                    {"lr", value_num(INFINITY)},
                    {"val/loss", value_num(-2e6)}},
        .tags = {{"mlflow.note", value_text("secret")}, {"team", value_text("Großmann")}},
    };
    s->cells[FIELD_RUN_id] = value_text("r7f3k2");
    s->cells[FIELD_RUN_name] = value_text("run-Alpha 9");
    s->cells[FIELD_RUN_status] = value_text("Failed");
    s->cells[FIELD_RUN_experiment] = value_text("churn");
    s->cells[FIELD_RUN_duration] = value_time(15 * 60 * 1000 + 30 * 1000);
    s->cells[FIELD_RUN_created] = value_time(now_ms - 2 * HOUR_MS - HOUR_MS / 2);
    s->cells[FIELD_RUN_start_time] = s->cells[FIELD_RUN_created];
    s->cells[FIELD_RUN_start_time].us = 500;
    s->cells[FIELD_RUN_source] = value_text("hidden");
    s->row = (struct row){
        .id = "r7f3k2",
        .cells = s->cells,
        .families = {{s->params, ALEN(s->params)},
                     {s->metrics, ALEN(s->metrics)},
                     {s->tags, ALEN(s->tags)}},
    };
}

static void check_matches(const char *const *texts, size_t n, bool is_expected)
{
    struct sample s;
    make_sample(&s);
    for (size_t i = 0; i < n; i++) {
        struct filter *f = parsed(texts[i], KIND_RUN);
        if (filter_match(f, &s.row, now_ms, NULL) != is_expected) {
            fail_msg("\"%s\": %s", texts[i], is_expected ? "does not match" : "matches");
        }
        filter_free(f);
    }
}

static const char *const not_matching[] = {
    "zeta",
    "7f3",
    "churn",
    "fail",
    "secret",
    "hidden",
    "grossmann",
    "-alpha",
    "!alpha",
    "NOT alpha",
    "alpha zeta",
    "alpha AND zeta",
    "zeta | gamma",
    "-(alpha | zeta)",
    "--zeta",
    /* text */
    "name=alpha",
    "name:ALPHA",
    "name:alpha",
    "name=run-Alpha",
    "name!=\"run-Alpha 9\"",
    "name~^Alpha",
    "name~alpha",
    "name<\"run-Alpha 8\"",
    "name>\"run-Alpha 10\"",
    /* states */
    "status:fail",
    "status=FAILED",
    "status='failed'",
    "status!=failed",
    "status!=\"Failed\"",
    "state!=Failed",
    "status:succeeded",
    /* missing and NaN */
    "loss<1",
    "loss>1",
    "loss=1",
    "metrics.none=1",
    "metrics.none!=1",
    "ended<2h",
    "ended!=2026-09-01",
    "params.none!=x",
    "tags.none:x",
    "params.none NOT IN (x)",
    "params.none NOT LIKE 'a'",
    "params.none NOT BETWEEN a AND b",
    "params.none !~ x",
    "params.none NOT CONTAINS x",
    "context!=x",
    "has:ended",
    "has:params.none",
    "-has:loss",
    "params.none~.",
    "ended>now-300d",
    /* numbers */
    "auc<0.91",
    "auc>91%",
    "auc!=0.91",
    "auc:0.9",
    "metrics.big=9007199254740992",
    "metrics.\"val/loss\"<-2M",
    "metrics.lr<inf",
    "params.lr!=1e-2",
    "params.lr<0.01",
    "params.opt<3",
    "params.opt>3",
    "params.opt=adam",
    "opt:adam",
    "params.lr=\"0.010\"",
    "params.size>7",
    "params.size=x",
    "params.size~8",
    "params.\"batch size\"=\"64.0\"",
    /* times */
    "age<2h",
    "age<150m",
    "age:1h",
    "age:3h",
    "created<now-3h",
    "start_time<=1788255000000",
    "start_time=created",
    "created>now-2h",
    "created:2026-08-31",
    "created!=2026-09-01",
    "created<2026-09-01",
    "created>2026-09-01T09:30",
    "created>2026-09-01T11:30+02:00",
    "duration<15m",
    "duration:14m",
    "duration!=15m",
    "duration=31s",
};

static void what_does_not_match(void **state)
{
    (void)state;
    check_matches(not_matching, ALEN(not_matching), false);
}

static const char *const matching[] = {
    "",
    "  ",
    "alpha",
    "Alpha",
    "run-alpha",
    "\"alpha 9\"",
    "'Alpha 9'",
    "`9`",
    "groß",
    "ALPHA",
    "adam",
    "0.01",
    "-secret",
    "user@home | alpha",
    "GROß zeta | alpha",
    "großmann",
    "Groß",
    "-zeta",
    "!zeta",
    "NOT zeta",
    "--alpha",
    "NOT NOT alpha",
    "alpha adam",
    "alpha AND adam",
    "zeta|alpha",
    "zeta OR alpha",
    "zeta alpha | adam",
    "-(zeta | gamma)",
    "(((alpha)))",
    "-(alpha zeta)",
    "alpha -zeta -(gamma|delta)",
    "9 | -5",
    "and | alpha",
    /* text */
    "name:\"run-Alpha 9\"",
    "name : 'run-Alpha 9'",
    "name=\"run-Alpha 9\"",
    "name!=x",
    "name~^run",
    "name ~ (?i)ALPHA",
    "name~^(run|x)-.*[0-9]$",
    "name~\"\\d$\"",
    "name>\"run-Alpha 8\"",
    "name<\"run-Alpha 10\"",
    "name<=\"run-Alpha 9\"",
    "source:hidden",
    "experiment:churn",
    "tag.team:Großmann",
    "tags.team=Großmann",
    "\"name\"~Alpha",
    "run_name~Alpha",
    "attributes.name~Alpha",
    /* states */
    "status:failed",
    "status:Failed",
    "state=failed",
    "state = Failed",
    "status!=succeeded",
    "status~^F",
    /* missing and NaN */
    "-has:ended",
    "loss!=1",
    "loss NOT IN (1)",
    "loss NOT BETWEEN 1 AND 2",
    "loss IS NOT NULL",
    "-(loss IS NULL)",
    "has:loss",
    "has:metrics.loss",
    "has:params.\"batch size\"",
    "-(loss<1)",
    "NOT loss=1",
    "-(metrics.none!=1)",
    "has:name",
    "has:age (alpha)",
    /* numbers */
    "auc=0.91",
    "auc:91%",
    "auc<=0.91",
    "auc>0.9",
    "metrics.auc>9e-1",
    "metric.auc<1",
    "metrics.big=9007199254740993",
    "metrics.big>9P",
    "\"val/loss\"=-2M",
    "val/loss<0",
    "metrics.`val/loss`=-2e6",
    "metrics.lr=inf",
    "metrics.lr>1Gi",
    "params.lr=1e-2",
    "param.lr:0.01",
    "params.lr<0.1",
    "params.lr=\"0.01\"",
    "params.opt!=3",
    "opt:Adam",
    "opt=Adam",
    "params.\"batch size\">6",
    "\"batch size\"=64",
    "params.size=7",
    "params.size~7",
    "lr>1",
    "parameters.lr<1",
    "params.size:\"7\"",
    "params.lr~^0",
    /* times */
    "age<3h",
    "age>2h",
    "age:2h",
    "age=2h",
    "age>=150m",
    "created<1d",
    "created>now-3h",
    "created<now",
    "start_time<1788264000000",
    "start_time>1788250000000",
    "start_time>1788255000000",
    "start_time=1788255000000",
    "start_time>created",
    "created:2026-09-01",
    "created>2026-09-01",
    "created>=2026-09-01T09:30",
    "created:2026-09-01T09:30",
    "created=\"2026-09-01 09:30\"",
    "created<2026-09-01T11:30:00.001+02:00",
    "duration:15m",
    "duration>15m",
    "duration=930",
    "duration=930s",
    "duration<0.5h",
    "duration>900000ms",
};

static void what_matches(void **state)
{
    (void)state;
    check_matches(matching, ALEN(matching), true);
}

static void hostile_times_do_not_overflow(void **state)
{
    (void)state;
    struct sample s;
    make_sample(&s);
    static const char *const texts[] = {"age<1w", "created>now-9000w", "duration:1w",
                                        "created:2026-09-01", "duration!=1w"};
    static const int64_t times[] = {INT64_MIN, INT64_MAX, 0, -1};
    for (size_t i = 0; i < ALEN(texts); i++) {
        struct filter *f = parsed(texts[i], KIND_RUN);
        for (size_t j = 0; j < ALEN(times); j++) {
            s.cells[FIELD_RUN_created] = s.cells[FIELD_RUN_duration] = value_time(times[j]);
            (void)filter_match(f, &s.row, now_ms, NULL);
            (void)filter_match(f, &s.row, INT64_MIN, NULL);
            (void)filter_match(f, &s.row, INT64_MAX, NULL);
        }
        filter_free(f);
    }
}

static void a_kinds_own_state_is_no_alias(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str s = STR_INIT;
    struct filter *f = parsed("state:waiting", KIND_GATE);
    filter_print(&s, f);
    assert_string_equal(s.p, "state:waiting");
    filter_free(f);
}

/* --- what is read --- */

static void needs_and_keys(void **state)
{
    static const struct {
        const char *text;
        unsigned needs;
        size_t metrics;
    } cases[] = {
        {"", 0, 0},
        {"status:failed age<2h", 0, 0},
        {"word", 1 << FAMILY_TAGS | 1 << FAMILY_PARAMS, 0},
        {"auc>1 | -(metrics.auc<0 has:metrics.loss)", 1 << FAMILY_METRICS, 2},
        {"has:opt", 1 << FAMILY_PARAMS, 0},
        {"opt:x team:y loss>1", 7, 1},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct filter *f = parsed(cases[i].text, KIND_RUN);
        assert_int_equal(filter_needs(f), cases[i].needs);
        size_t n = 0;
        while (filter_key(f, FAMILY_METRICS, n)) {
            n++;
        }
        assert_int_equal(n, cases[i].metrics);
        filter_free(f);
    }
    struct filter *f = parsed("word", KIND_STEP);
    assert_int_equal(filter_needs(f), 0);
    filter_free(f);
}

static void canonical_text(void **state)
{
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"", ""},
        {"a b", "a b"},
        {"a AND b OR c", "a b OR c"},
        {"(a AND (b)) (c | (d | e))", "a b (c OR d OR e)"},
        {"NOT (a b)", "-(a b)"},
        {"!!a", "--a"},
        {"-5", "\"-5\""},
        {"NOT 5", "-\"5\""},
        {"state = failed", "status=failed"},
        {"age<2h", "created<2h"},
        {"auc > 0.9", "metrics.auc>0.9"},
        {"name IS NULL", "-has:name"},
        {"NOT name IS NOT NULL", "-has:name"},
        {"name NOT   IN ('a',b, \"c d\")", "name NOT IN (a, b, \"c d\")"},
        {"auc BETWEEN 1 AND metrics.loss", "metrics.auc BETWEEN 1 AND metrics.loss"},
        {"auc BETWEEN 1 AND 2 AND a", "metrics.auc BETWEEN 1 AND 2 a"},
        {"opt LIKE 'A%'", "params.opt LIKE A%"},
        {"status='Failed'", "status=\"Failed\""},
        {"loss>auc", "metrics.loss>metrics.auc"},
        {"opt=loss", "params.opt=loss"},
        {"min( loss )<slope(val/loss, 20)", "min(metrics.loss)<slope(metrics.\"val/loss\",20)"},
        {"loss@100<metrics.'val/loss'@-1", "metrics.loss@100<metrics.\"val/loss\"@-1"},
        {"has:parent -child:(a | b)", "has:parent -child:(a OR b)"},
        {"has:max(loss)", "has:max(metrics.loss)"},
        {"metric.\"val/loss\"<-1", "metrics.\"val/loss\"<-1"},
        {"opt='a \"b\\\\'", "params.opt=\"a \\\"b\\\\\""},
        {"params.lr=\"0.1\" params.lr=0.1", "params.lr=\"0.1\" params.lr=0.1"},
        {"\"OR\" \"IN\" \"a=b\"", "\"OR\" \"IN\" \"a=b\""},
        {"\"params.x\" name:\"tags.y\"", "\"params.x\" name:\"tags.y\""},
        {"has:opt", "has:params.opt"},
        {"name~^a(b|c)", "name~\"^a(b|c)\""},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        struct filter *f = parsed(cases[i].text, KIND_RUN);
        filter_print(&s, f);
        assert_string_equal(s.p, cases[i].printed);
        filter_free(f);
    }
}

static void words_are_shown(void **state)
{
    static const struct {
        const char *filter, *text, *marked;
    } cases[] = {
        {"x", "alpha", "alpha"},
        {"-alpha", "alpha", "alpha"},
        {"name:alpha", "alpha", "alpha"},
        {"", "alpha", "alpha"},
        {"a", "alpha", "[a]lph[a]"},
        {"al | alph", "Alpha ALPHA", "[Alph]a [ALPH]A"},
        {"ph lp", "alpha", "a[lp]ha"},
        {"Al", "Alpha alpha", "[Al]pha [al]pha"},
        {"É é", "éÉ", "[é][É]"},
        {"aa", "aaaaa", "[aa][aa]a"},
        {"прогон", "run Прогон-1 ПРОГОН прого", "run [Прогон]-1 [ПРОГОН] прого"},
        {"nö", "NÖ no nö n", "[NÖ] no [nö] n"},
        {"é", "all of it is ASCII", "all of it is ASCII"},
        {"é", "an e, and behind it \xc3É", "an e, and behind it \xc3[É]"},
        {"名", "run-1 名前 名", "run-1 [名]前 [名]"},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(str_release) struct str s = STR_INIT;
        struct filter *f = parsed(cases[i].filter, KIND_RUN);
        struct filter_span spans[8];
        size_t n = filter_matches_words(f, sv_z(cases[i].text), spans, ALEN(spans)), at = 0;
        for (size_t j = 0; j < n; j++) {
            str_add(&s, cases[i].text + at, spans[j].at - at);
            str_addf(&s, "[%.*s]", (int)spans[j].n, cases[i].text + spans[j].at);
            at = spans[j].at + spans[j].n;
        }
        str_addz(&s, cases[i].text + at);
        assert_string_equal(s.p, cases[i].marked);
        filter_free(f);
    }
    struct filter *f = parsed("a", KIND_RUN);
    struct filter_span one;
    assert_int_equal(filter_matches_words(f, SV("aaa"), &one, 1), 1);
    assert_int_equal(filter_matches_words(f, SV("aaa"), NULL, 0), 0);
    filter_free(f);
}

static void dates_are_local(void **state)
{
    (void)state;
    struct sample s;
    make_sample(&s);
    s.cells[FIELD_RUN_created] = value_time(1788213600000); /* 2026-08-31T22:00Z */
    setenv("TZ", "UTC-3", 1);
    tzset();
    struct filter *f =
        parsed("created:2026-09-01 created>2026-09-01T00:30 -created:2026-08-31", KIND_RUN);
    assert_true(filter_match(f, &s.row, now_ms, NULL));
    filter_free(f);
    setenv("TZ", "UTC", 1);
    tzset();
    f = parsed("created:2026-08-31", KIND_RUN);
    assert_true(filter_match(f, &s.row, now_ms, NULL));
    filter_free(f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_filters_name_the_column),
        cmocka_unit_test(families_belong_to_runs_and_packages),
        cmocka_unit_test(limits_are_refused),
        cmocka_unit_test(what_does_not_match),
        cmocka_unit_test(what_matches),
        cmocka_unit_test(hostile_times_do_not_overflow),
        cmocka_unit_test(a_kinds_own_state_is_no_alias),
        cmocka_unit_test(needs_and_keys),
        cmocka_unit_test(canonical_text),
        cmocka_unit_test(words_are_shown),
        cmocka_unit_test(dates_are_local),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
