/* The tables and plain values everything hangs on: kinds, states, order of cells, their text. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/cell.h"
#include "core/model/kinds.h"
#include "core/model/state.h"
#include "core/model/value.h"

/* --- kinds --- */

static void unknown_kinds_and_fields_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {"", "runz", "run ", "RUN", "params.lr"};
    for (size_t i = 0; i < ALEN(names); i++) {
        assert_int_equal(kind_find(sv_z(names[i])), KIND_COUNT);
        assert_true(kind_field(KIND_RUN, sv_z(names[i])) == SIZE_MAX);
    }
}

static void every_kind_is_found_by_its_words(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        assert_int_equal(kind_find(sv_z(kinds[k].singular)), k);
        assert_int_equal(kind_find(sv_z(kinds[k].plural)), k);
        assert_true(kinds[k].field_count <= FIELD_MAX);
    }
    assert_int_equal(kind_find(SV("versions")), KIND_PACKAGE);
    assert_int_equal(kind_find(SV("groups")), KIND_MODEL);
    assert_int_equal(kind_find(SV("attempts")), KIND_JOB);
}

/* What views and the store count on: the common fields in their places, ids used once. */
static void every_kind_has_the_common_fields(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        const struct kind_info *info = &kinds[k];
        assert_string_equal(info->fields[0].id, "id");
        assert_string_equal(info->fields[1].id, "name");
        assert_string_equal(info->fields[2].id, "status");
        assert_string_equal(info->fields[info->field_count - 2].id, "created");
        assert_string_equal(info->fields[info->field_count - 1].id, "context");
        for (size_t i = 0; i < info->field_count; i++) {
            assert_int_equal(kind_field((enum kind)k, sv_z(info->fields[i].id)), i);
            assert_true(strlen(info->fields[i].help) > 0);
        }
    }
}

/* --- states --- */

static void unknown_states_are_neutral_and_may_change(void **state)
{
    (void)state;
    assert_int_equal(state_class(NULL), STATE_NEUTRAL);
    assert_int_equal(state_class("failed "), STATE_NEUTRAL);
    assert_int_equal(state_class("succeeded"), STATE_NEUTRAL); /* the backend's spelling alone */
    assert_false(state_is_final("Whatever"));
    assert_false(state_is_final(NULL));
}

static void states_are_what_they_mean(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        enum state_class class;
        bool is_final;
    } rows[] = {
        {"Failed", STATE_BAD, true},         {"Succeeded", STATE_GOOD, true},
        {"Executing", STATE_RUNNING, false}, {"PendingManualApproval", STATE_WAITING, false},
        {"Stopped", STATE_STOPPED, true},    {"skipped", STATE_STOPPED, true},
        {"RUNNING", STATE_RUNNING, false},   {"KILLED", STATE_BAD, true},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        assert_int_equal(state_class(rows[i].word), rows[i].class);
        assert_int_equal(state_is_final(rows[i].word), rows[i].is_final);
    }
}

/* --- order --- */

/* In this order, ascending; descending turns all but the last two round. */
static void cells_have_one_order(void **state)
{
    (void)state;
    const struct value rows[] = {
        value_num(-INFINITY), value_num(-1),         value_int(0),        value_num(0.5),
        value_time(3),        value_num(INFINITY),   value_text(""),      value_text("run-9"),
        value_text("run-10"), value_text("run-10x"), value_text("zebra"), value_num(NAN),
        value_text(NULL),
    };
    const size_t placed = ALEN(rows) - 2;
    for (size_t i = 0; i < ALEN(rows); i++) {
        for (size_t k = 0; k < ALEN(rows); k++) {
            int want = (i > k) - (i < k);
            assert_int_equal(value_compare(rows[i], rows[k], false), want);
            bool is_last = i >= placed || k >= placed;
            assert_int_equal(value_compare(rows[i], rows[k], true), is_last ? want : -want);
        }
    }
    assert_int_equal(value_compare(value_int(INT64_MAX), value_int(INT64_MAX - 1), false), 1);
    const int64_t most = 1ll << 53; /* from here on a double has no odd numbers */
    assert_int_equal(value_compare(value_int(most + 1), value_num((double)most), false), 1);
    assert_int_equal(value_compare(value_num((double)most), value_int(most + 1), false), -1);
    assert_int_equal(value_compare(value_int(most), value_num((double)most), false), 0);
    assert_int_equal(value_compare(value_int(INT64_MAX), value_num(INFINITY), false), -1);
    assert_int_equal(value_compare(value_int(-1), value_num(-1.5), false), 1);
}

/* --- text --- */

static const struct field *field_of(enum kind kind, const char *id)
{
    return &kinds[kind].fields[kind_field(kind, sv_z(id))];
}

static void values_are_told_as_they_were_logged(void **state)
{
    (void)state;
    static const int64_t now_ms = 1764000000000;
    const struct field *created = field_of(KIND_RUN, "created");
    const struct field *duration = field_of(KIND_RUN, "duration");
    const struct {
        struct value value;
        const struct field *field;
        const char *human, *machine, *json;
    } rows[] = {
        {value_text(NULL), NULL, "–", "", "null"},
        {value_num(NAN), NULL, "NaN", "NaN", "null"},
        {value_num(0.1), NULL, "0.1", "0.1", "0.1"},
        {value_num(1e-5), NULL, "1e-05", "1e-05", "1e-05"},
        {value_num(0.30000000000000004), NULL, "0.30000000000000004", "0.30000000000000004",
         "0.30000000000000004"},
        {value_int(INT64_MAX), NULL, "9223372036854775807", "9223372036854775807",
         "9223372036854775807"},
        {value_time(now_ms - 7200000), created, "2h", "2025-11-24T14:00:00.000Z",
         "\"2025-11-24T14:00:00.000Z\""},
        {value_time(90000), duration, "1m30s", "90", "90"},
        {value_text("a,b\"c"), NULL, "a,b\"c", "a,b\"c", "\"a,b\\\"c\""},
    };
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(str_release) struct str human = STR_INIT;
        CLEANUP(str_release) struct str machine = STR_INIT;
        CLEANUP(str_release) struct str json = STR_INIT;
        cell_text(&human, rows[i].value, rows[i].field, CELL_HUMAN, now_ms);
        cell_text(&machine, rows[i].value, rows[i].field, CELL_MACHINE, now_ms);
        struct json *j = cell_json(rows[i].value, rows[i].field);
        json_print(j, false, &json);
        assert_string_equal(human.p, rows[i].human);
        assert_string_equal(machine.n ? machine.p : "", rows[i].machine);
        assert_string_equal(json.p, rows[i].json);
        json_free(j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_kinds_and_fields_are_none),
        cmocka_unit_test(every_kind_is_found_by_its_words),
        cmocka_unit_test(every_kind_has_the_common_fields),
        cmocka_unit_test(unknown_states_are_neutral_and_may_change),
        cmocka_unit_test(states_are_what_they_mean),
        cmocka_unit_test(cells_have_one_order),
        cmocka_unit_test(values_are_told_as_they_were_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
