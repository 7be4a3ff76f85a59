/* The dataset view: its four tabs, what is said while and because there is no table, where it
 * leads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/views/fake_hub.h"
#include "views/dataset_state.h"
#include "views/run_state.h"
#include "views/views.h"

#define ID     "penguins.csv@f204db2c"
#define DIGEST "f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93"
#define EXEC   "k3v9x0m2q8ab"
#define RUN    "5f0c9a27d1e84b6c9a3f0e7d2b1c4a58"

#define FACTS                                                                                      \
    "\"id\":\"" ID "\",\"name\":\"penguins.csv\",\"status\":\"ready\",\"digest\":\"" DIGEST "\","  \
    "\"rows\":344,\"size\":15241,\"uses\":2,\"packages\":[\"churn/7\"],\"versions\":["             \
    "{\"id\":\"" ID "\",\"digest\":\"" DIGEST "\",\"rows\":344,\"size\":15241,\"uses\":2,"         \
    "\"created\":\"2025-11-24T13:58:55.000Z\"},{\"id\":\"penguins.csv@0badcafe\",\"digest\":"      \
    "\"0badcafe\",\"rows\":null,\"size\":null,\"uses\":1,"                                         \
    "\"created\":\"2025-11-14T15:58:55.000Z\"}],\"used_by\":[{\"execution\":\"" EXEC "\","         \
    "\"pipeline\":\"churn\",\"step\":\"train\",\"input\":\"train\",\"run\":\"" RUN                 \
    "\",\"time\":\"2025-11-24T15:58:55.000Z\"},{\"execution\":\"b7qp02mz5kd1\",\"pipeline\":"      \
    "\"churn\",\"step\":\"preprocess\",\"input\":\"data\",\"run\":null,"                           \
    "\"time\":\"2025-11-24T13:58:55.000Z\"}]"

#define FILES                                                                                      \
    "\"files\":[{\"name\":\"penguins.csv\",\"size\":15241,\"what\":\"CSV\",\"is_read\":true}]"

#define NUMBER(name, type, count, missing, distinct, exact, min, max, mean, hist)                  \
    "{\"name\":\"" name "\",\"type\":\"" type "\",\"count\":" count ",\"missing\":" missing        \
    ",\"distinct\":" distinct ",\"is_distinct_exact\":" exact ",\"min\":" min ",\"max\":" max      \
    ",\"mean\":" mean ",\"std\":5.459584,\"quantiles\":{\"p5\":35.7,\"p25\":39.2,\"p50\":44.45,"   \
    "\"p75\":48.5,\"p95\":52},\"histogram\":{\"hist\":" hist ",\"bin_edges\":[32.1,34.85,37.6,"    \
    "40.35,43.1,45.85,48.6,51.35,54.1,56.85,59.6]},\"is_distribution_exact\":" exact               \
    ",\"frequent\":[],\"is_frequent_exact\":" exact "}"

#define COLUMNS                                                                                    \
    "\"columns\":[{\"name\":\"species\",\"type\":\"text\",\"count\":344,\"missing\":0,"            \
    "\"distinct\":3,\"is_distinct_exact\":true,\"min\":null,\"max\":null,\"mean\":null,"           \
    "\"frequent\":[{\"value\":\"Adelie\",\"count\":152},{\"value\":\"Gentoo\",\"count\":124},"     \
    "{\"value\":\"Chin\\u001b[31mstrap\",\"count\":68}],\"is_frequent_exact\":true,"               \
    "\"length\":{\"min\":6,\"max\":9,\"mean\":6.59},\"values\":{\"text\":344}}," NUMBER(           \
        "bill_length_mm", "number", "342", "2", "164", "true", "32.1", "59.6", "43.9219298245614", \
        "[9,50,62,47,54,76,38,3,2,1]") "," NUMBER("body_mass_g", "integer", "342", "2", "100003",  \
                                                  "false", "2700", "9007199254740993", "4201.754", \
                                                  "[1,0,0,0,0,0,0,0,0,341]") ","                   \
                                                                             "{\"name\":\"seen\"," \
                                                                             "\"type\":\"time\","  \
                                                                             "\"count\":3,"        \
                                                                             "\"missing\":341,"    \
                                                                             "\"distinct\":2,"     \
                                                                             "\"is_distinct_"      \
                                                                             "exact\":true,"       \
                                                                             "\"min\":\"2007-11-"  \
                                                                             "11T00:00:00.000Z\"," \
                                                                             "\"max\":\"2009-12-"  \
                                                                             "01T10:20:30.000Z\"," \
                                                                             "\"mean\":\"2008-06-" \
                                                                             "01T12:00:00.000Z\"," \
                                                                             "\"frequent\":[],"    \
                                                                             "\"is_frequent_"      \
                                                                             "exact\":true},{"     \
                                                                             "\"name\":\"notes\"," \
                                                                             "\"type\":\"empty\"," \
                                                                             "\"count\":0,"        \
                                                                             "\"missing\":344,"    \
                                                                             "\"distinct\":0,"     \
                                                                             "\"is_distinct_"      \
                                                                             "exact\":true,"       \
                                                                             "\"min\":null,"       \
                                                                             "\"max\":null,"       \
                                                                             "\"mean\":null,"      \
                                                                             "\"frequent\":[],"    \
                                                                             "\"is_frequent_"      \
                                                                             "exact\":true}]"

#define HEAD                                                                                       \
    "\"head\":[[\"Adelie\",\"39.1\",\"3750\",\"2007-11-11\",\"\"],[\"Gentoo\",\"46\",\"12500\"],"  \
    "[\"a\\u001b]0;x\\u0007b\\nc\",\"NA\",\"3800\",\"\",\"x\"]]"

#define DOC                                                                                        \
    "{" FACTS ",\"problem\":null,\"profile\":{\"version\":1,\"what\":\"CSV\",\"bytes\":15241,"     \
    "\"files_count\":1," FILES ",\"format\":\"csv\",\"rows\":344,\"ragged\":{\"rows\":2,"          \
    "\"lines\":[3,118]}," COLUMNS "," HEAD "}}"
#define NOTHING_YET "{" FACTS ",\"problem\":null,\"profile\":null}"
#define EMPTY                                                                                      \
    "{" FACTS ",\"problem\":null,\"profile\":{\"what\":\"CSV\",\"bytes\":8," FILES                 \
    ",\"rows\":0,\"ragged\":{\"rows\":0,\"lines\":[]},\"columns\":[],\"head\":[]}}"
#define GONE                                                                                       \
    "{" FACTS ",\"problem\":\"s3://b/penguins.csv is gone: there is nothing there any "            \
    "more\",\"profile\":null}"
#define NO_TABLE                                                                                   \
    "{" FACTS ",\"problem\":null,\"profile\":{\"what\":\"a gzip archive\",\"bytes\":15241,"        \
    "\"files_count\":1,\"files\":[{\"name\":\"penguins.csv\",\"size\":15241,\"what\":"             \
    "\"a gzip archive\",\"is_read\":false}]}}"

static struct fake *opened(int w, int h, const char *doc)
{
    struct fake *f = fake_new(w, h, false);
    fake_doc(f, KIND_DATASET, ID, doc);
    fake_open(f, &home_view, NULL);
    fake_open(f, &dataset_view, ID);
    return f;
}

static struct dataset *top(struct fake *f)
{
    return dataset_of(app_top(f->app));
}

static void it_needs_an_id(void **state)
{
    (void)state;
    static const char *const bad[] = {NULL, ""};
    struct fake *f = fake_new(80, 24, false);
    for (size_t i = 0; i < ALEN(bad); i++) {
        struct err e = ERR_INIT;
        assert_null(app_open(f->app, &dataset_view, &(struct route){.id = bad[i]}, &e));
        assert_int_equal(e.code, ERR_USAGE);
    }
    fake_free(f);
}

static void looks_the_same_in_every_state(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {132, 43}, {40, 8}};
    for (size_t i = 0; i < ALEN(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        struct fake *f = fake_new(w, h, false);
        fake_open(f, &dataset_view, ID);
        fake_golden_sized(f, "dataset-loading");
        fake_failure(f, QUERY_DOC, KIND_DATASET, ID, ERR_NOT_FOUND, "no dataset \"" ID "\"");
        fake_golden_sized(f, "dataset-error");
        fake_doc_progress(f, KIND_DATASET, ID, NOTHING_YET, 12 << 20, 100 << 20);
        fake_golden_sized(f, "dataset-reading");
        fake_doc(f, KIND_DATASET, ID, EMPTY);
        fake_golden_sized(f, "dataset-empty");
        fake_doc(f, KIND_DATASET, ID, DOC);
        fake_settle(f);
        fake_keys(f, "j");
        fake_golden_sized(f, "dataset-data");
        fake_failure(f, QUERY_DOC, KIND_DATASET, ID, ERR_IO, "could not read .mlw/local.db");
        fake_golden_sized(f, "dataset-stale");
        fake_free(f);
    }
    struct fake *f = fake_new(80, 24, true);
    fake_doc(f, KIND_DATASET, ID, DOC);
    fake_open(f, &dataset_view, ID);
    fake_golden(f, "dataset-ascii-80x24");
    fake_free(f);
}

static void tabs_are_gone_through(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, DOC);
    fake_keys(f, "<Tab>");
    fake_golden(f, "dataset-rows-80x24");
    fake_keys(f, "<Tab>");
    fake_golden(f, "dataset-uses-80x24");
    fake_keys(f, "<Tab>");
    fake_golden(f, "dataset-versions-80x24");
    fake_keys(f, "<Tab>");
    assert_int_equal(top(f)->pane, DATASET_COLUMNS);
    fake_keys(f, "<S-Tab>");
    assert_int_equal(top(f)->pane, DATASET_VERSIONS);
    fake_keys(f, "2");
    assert_int_equal(top(f)->pane, DATASET_ROWS);
    fake_keys(f, "9");
    assert_int_equal(top(f)->pane, DATASET_ROWS);
    assert_true(fake_shows(f, "tabs 1 to 4"));
    fake_keys(f, "x");
    assert_int_equal(top(f)->pane, DATASET_USES);
    fake_free(f);
}

static void what_is_no_table_is_said(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, NO_TABLE);
    assert_true(fake_shows(f, "This is no table: it is a gzip archive of 15 KiB"));
    fake_golden(f, "dataset-no-table-80x24");
    fake_free(f);
    f = opened(80, 24, GONE);
    assert_true(fake_shows(f, "is gone"));
    fake_keys(f, "3");
    assert_true(fake_shows(f, EXEC));
    fake_free(f);
}

static void a_column_is_shown_large_and_whole(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, DOC);
    fake_keys(f, "j+");
    assert_true(fake_shows(f, "56.85"));
    fake_golden(f, "dataset-large-80x24");
    fake_keys(f, "<Esc>");
    assert_false(top(f)->is_zoomed);
    assert_ptr_equal(app_top(f->app)->ops, &dataset_view);
    fake_keys(f, "<Enter>");
    assert_true(fake_shows(f, "\"name\": \"bill_length_mm\""));
    fake_keys(f, "q2<Enter>");
    assert_true(fake_shows(f, "bill_length_mm: 39.1"));
    fake_free(f);
}

static void enter_leads_to_what_read_it(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *shows;
    } ways[] = {{"3<Enter>", "packages ▸ churn/7"},
                {"3j<Enter>", "executions ▸ " EXEC},
                {"3jj<Enter>", "runs ▸ " RUN},
                {"4j<Enter>", "datasets ▸ penguins.csv@0badcafe"}};
    for (size_t i = 0; i < ALEN(ways); i++) {
        struct fake *f = opened(132, 24, DOC);
        fake_keys(f, ways[i].keys);
        if (!fake_shows(f, ways[i].shows)) {
            fail_msg("%s does not lead to %s", ways[i].keys, ways[i].shows);
        }
        fake_free(f);
    }
}

static void a_run_leads_to_its_data(void **state)
{
    (void)state;
    struct fake *f = fake_new(80, 24, false);
    fake_doc(f, KIND_RUN, RUN,
             "{\"id\":\"" RUN "\",\"status\":\"FINISHED\",\"inputs\":[{\"name\":\"train\",\"uri\":"
             "\"s3://b/x/penguins.csv/\",\"digest\":\"sha256:" DIGEST "\"}]}");
    fake_doc(f, KIND_DATASET, ID, DOC);
    fake_open(f, &run_view, RUN);
    table_select_id(&run_of(app_top(f->app))->table, SV("2/train"));
    fake_keys(f, "<Enter>");
    assert_true(fake_shows(f, "datasets ▸ penguins.csv ▸ f204db2c"));
    assert_true(fake_shows(f, "344 rows"));
    fake_free(f);
}

static void the_tab_in_front_is_saved(void **state)
{
    (void)state;
    static const char *const begins[DATASET_PANE_COUNT] = {
        "name,type,count,missing,distinct,is_distinct_exact,min,max,mean,std\r\n"
        "species,text,344,0,3,true,,,,\r\nbill_length_mm,number,342,2,164,true,32.1,59.6,",
        "species,bill_length_mm,body_mass_g,seen,notes\r\nAdelie,39.1,3750,2007-11-11,\r\n"
        "Gentoo,46,12500,,\r\n\"a\x1b]0;x\x07"
        "b\nc\",NA,3800,,x\r\n",
        "kind,id,what\r\npackage,churn/7,",
        "id,digest,rows,size,uses,created\r\n" ID "," DIGEST ",344,15241,2,"};
    struct fake *f = opened(80, 24, DOC);
    struct err e = ERR_INIT;
    CLEANUP(str_release) struct str csv = STR_INIT;
    assert_false(dataset_view.export(app_top(f->app), SV("pdf"), &csv, &e));
    for (size_t i = 0; i < DATASET_PANE_COUNT; i++) {
        str_clear(&csv);
        assert_true(dataset_view.export(app_top(f->app), SV("csv"), &csv, &e));
        assert_memory_equal(csv.p, begins[i], strlen(begins[i]));
        fake_keys(f, "<Tab>");
    }
    fake_free(f);
    f = opened(80, 24, GONE);
    assert_false(dataset_view.export(app_top(f->app), SV("csv"), &csv, &e));
    assert_int_equal(e.code, ERR_REFUSED);
    fake_free(f);
}

static void a_new_document_moves_nothing(void **state)
{
    (void)state;
    struct fake *f = opened(80, 24, DOC);
    fake_keys(f, "jj");
    int y = app_canvas(f->app)->cursor_y;
    fake_doc(f, KIND_DATASET, ID, DOC);
    fake_settle(f);
    assert_int_equal(app_canvas(f->app)->cursor_y, y);
    assert_int_equal(top(f)->tables[DATASET_COLUMNS].selected, 2);
    fake_free(f);
}

static void a_monkey_breaks_nothing(void **state)
{
    (void)state;
    static const char *const docs[] = {DOC, NOTHING_YET, EMPTY, GONE, NO_TABLE, "{}"};
    for (size_t i = 0; i < ALEN(docs); i++) {
        struct fake *f = opened(80, 24, docs[i]);
        fake_monkey(f, &dataset_view, ID, 4711 + (unsigned)i, i ? 2000 : 10000);
        fake_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_needs_an_id),
        cmocka_unit_test(looks_the_same_in_every_state),
        cmocka_unit_test(tabs_are_gone_through),
        cmocka_unit_test(what_is_no_table_is_said),
        cmocka_unit_test(a_column_is_shown_large_and_whole),
        cmocka_unit_test(enter_leads_to_what_read_it),
        cmocka_unit_test(a_run_leads_to_its_data),
        cmocka_unit_test(the_tab_in_front_is_saved),
        cmocka_unit_test(a_new_document_moves_nothing),
        cmocka_unit_test(a_monkey_breaks_nothing),
    };
    (void)utf8_init_locale();
    (void)setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
