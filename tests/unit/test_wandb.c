/* The reader of W&B's run folders: records, runs, damage, growth. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/provider/files/flat.h"
#include "core/provider/files/reader.h"
#include "tests/unit/sink.h"
#include "tests/unit/tmp.h"
#include "tests/unit/wire.h"

#define DIR_A "wandb/run-20260101_000000-abc"
#define LOG_A DIR_A "/run-abc.wandb"
#define DIR_B "wandb/offline-run-20260102_000000-abc"
#define LOG_B DIR_B "/run-abc.wandb"

enum { HISTORY = 2, SUMMARY = 3, CONFIG = 5, METRIC = 12, RUN = 17, EXIT = 18 };
enum { BLOCK = 32768 };

struct fixture {
    char *tmp;
    struct sink sink;
    struct str bytes, text;
};

static int set_up(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->tmp = tmp_new();
    sink_init(&f->sink);
    str_init(&f->bytes);
    str_init(&f->text);
    wire_wandb_begin(&f->bytes);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    sink_release(&f->sink);
    str_release(&f->bytes);
    str_release(&f->text);
    tmp_free(&f->tmp);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *rel)
{
    tmp_file(f->tmp, rel, sv_of(&f->bytes));
}

static void read_new(struct fixture *f)
{
    sink_read(&f->sink, &wandb_reader, f->tmp);
}

static void expect(struct fixture *f, const char *run, const char *key, const char *points)
{
    sink_series(&f->sink, run, key, &f->text);
    assert_string_equal(f->text.p, points);
}

static void expect_params(struct fixture *f, const char *run, const char *json)
{
    str_clear(&f->text);
    json_print(json_get(sink_run(&f->sink, run), "params"), JSON_COMPACT, &f->text);
    assert_string_equal(f->text.p, json);
}

static void add_record(struct str *out, uint32_t kind, struct sv body)
{
    struct str record = STR_INIT;
    wire_bytes(&record, kind, body);
    wire_wandb(out, sv_of(&record));
    str_release(&record);
}

/* An item {key, value_json}; a key with "/" at its front is nested: "/a/b". */
static void add_item(struct str *out, uint32_t number, const char *key, const char *json)
{
    struct str item = STR_INIT;
    struct sv rest = sv_z(key), part;
    if (*key == '/') {
        rest = (struct sv){rest.p + 1, rest.n - 1};
        while (sv_split(&rest, '/', &part)) {
            wire_bytes(&item, 2, part);
        }
    } else {
        wire_z(&item, 1, key);
    }
    wire_z(&item, 16, json);
    wire_bytes(out, number, sv_of(&item));
    str_release(&item);
}

/* A row of history with one metric. */
static void add_row(struct str *out, int64_t step, const char *key, const char *json)
{
    struct str row = STR_INIT, num = STR_INIT;
    CLEANUP(mem_free_ptr) char *time = xasprintf("%lld.25", 1700000000 + (long long)step);
    add_item(&row, 1, key, json);
    add_item(&row, 1, "_timestamp", time);
    wire_varint(&num, 1, (uint64_t)step);
    wire_bytes(&row, 2, sv_of(&num));
    add_record(out, HISTORY, sv_of(&row));
    str_release(&row);
    str_release(&num);
}

static void add_run(struct str *out, const char *id, const char *name)
{
    struct str run = STR_INIT, config = STR_INIT, start = STR_INIT;
    add_item(&config, 1, "_wandb", "{\"t\":{\"1\":2}}");
    add_item(&config, 1, "lr", "0.00001");
    add_item(&config, 1, "name", "\"ad\\u00e4m\"");
    add_item(&config, 1, "nest", "{\"a\": 1.0, \"b\": {\"c\": [1, 2.5]}, \"e\": {}, \"n\": null}");
    wire_varint(&start, 1, 1700000000);
    wire_varint(&start, 2, 123456789);
    wire_z(&run, 1, id);
    wire_z(&run, 3, "proj \xc3\xa9");
    wire_bytes(&run, 4, sv_of(&config));
    wire_z(&run, 6, "g1");
    wire_z(&run, 8, name);
    wire_z(&run, 10, "fast");
    wire_z(&run, 10, "slow");
    wire_bytes(&run, 17, sv_of(&start));
    add_record(out, RUN, sv_of(&run));
    str_release(&run);
    str_release(&config);
    str_release(&start);
}

static void add_exit(struct str *out, int code, int runtime_s)
{
    struct str end = STR_INIT;
    wire_varint(&end, 1, (uint64_t)code);
    if (runtime_s) {
        wire_varint(&end, 2, (uint64_t)runtime_s);
    }
    add_record(out, EXIT, sv_of(&end));
    str_release(&end);
}

static void a_log_is_a_run(void **state)
{
    struct fixture *f = *state;
    add_run(&f->bytes, "abc", "nice run");
    add_row(&f->bytes, 0, "loss", "1");
    add_row(&f->bytes, 5, "loss", "0.5");
    add_exit(&f->bytes, 0, 0);
    put(f, LOG_A);
    read_new(f);
    const struct json *run = sink_run(&f->sink, "abc");
    assert_non_null(run);
    assert_string_equal(json_get_str(run, "name"), "nice run");
    assert_string_equal(json_get_str(run, "experiment"), "proj \xc3\xa9");
    assert_string_equal(json_get_str(run, "status"), "finished");
    assert_int_equal(json_get_i64(run, "started", 0), 1700000000123456);
    assert_int_equal(json_get_i64(run, "ended", 0), 1700000005250000); /* its last sign */
    expect_params(f, "abc",
                  "{\"lr\":\"0.00001\",\"name\":\"ad\xc3\xa4m\",\"nest.a\":\"1.0\","
                  "\"nest.b.c\":\"[1, 2.5]\",\"nest.e\":\"{}\",\"nest.n\":\"null\"}");
    str_clear(&f->text);
    json_print(json_get(run, "tags"), JSON_COMPACT, &f->text);
    assert_string_equal(f->text.p, "{\"group\":\"g1\",\"tags\":\"fast, slow\"}");
    expect(f, "abc", "loss", "0=1 5=0.5");
    sink_dump(&f->sink, &f->text);
    assert_non_null(strstr(f->text.p, "loss 0.5: 0@1700000000250=1 5@1700000005250=0.5"));
    assert_int_equal(f->sink.damages.n, 0);
}

static void history_is_numbers(void **state)
{
    static const struct {
        const char *json, *points;
    } cases[] = {
        {"1e-320", "1=1e-320"},
        {"9007199254740993", "1=9007199254740992"},
        {"NaN", "1=NaN"},
        {"\"NaN\"", "1=NaN"},
        {"-Infinity", "1=-Infinity"},
        {"\"Infinity\"", "1=Infinity"},
        {"\"1\"", ""},
        {"true", ""},
        {"null", ""},
        {"[1]", ""},
        {"\"nan\"", ""},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *key = xasprintf("k%zu", i);
        add_row(&f->bytes, 1, key, cases[i].json);
    }
    add_row(&f->bytes, 1, "/d/y/z", "3");
    add_row(&f->bytes, 1, "d", "{\"x\": 1, \"y\": {\"w\": NaN, \"t\": \"no\"}}");
    add_row(&f->bytes, 1, "_runtime", "3");
    add_row(&f->bytes, 1, "acc/v l-\xc3\xa9", "3");
    put(f, LOG_A);
    read_new(f);
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *key = xasprintf("k%zu", i);
        expect(f, "abc", key, cases[i].points);
    }
    expect(f, "abc", "d.y.z", "1=3");
    expect(f, "abc", "d.x", "1=1");
    expect(f, "abc", "d.y.w", "1=NaN");
    expect(f, "abc", "_runtime", "");
    expect(f, "abc", "acc/v l-\xc3\xa9", "1=3");
    assert_int_equal(f->sink.damages.n, 0);
}

/* The values that 0.31 has beside value_json. */
static void typed_values_are_numbers_too(void **state)
{
    struct fixture *f = *state;
    static const char *const keys[] = {"int", "num", "text", "inf", "bool", "json"};
    struct str row = STR_INIT;
    for (size_t i = 0; i < ALEN(keys); i++) {
        struct str item = STR_INIT;
        wire_z(&item, 2, keys[i]);
        switch (i) {
        case 0:
            wire_varint(&item, 5, 5); /* zigzag: -3 */
            break;
        case 1:
            wire_double(&item, 6, 0.1);
            break;
        case 4:
            wire_varint(&item, 4, 1);
            break;
        default:
            wire_z(&item, i == 5 ? 8 : 7, i == 5 ? "{\"a\":2}" : i == 3 ? "Infinity" : "7");
        }
        wire_bytes(&row, 1, sv_of(&item));
        str_release(&item);
    }
    add_record(&f->bytes, HISTORY, sv_of(&row));
    put(f, LOG_A);
    read_new(f);
    expect(f, "abc", "int", "0=-3");
    expect(f, "abc", "num", "0=0.1");
    expect(f, "abc", "text", "");
    expect(f, "abc", "inf", "0=Infinity");
    expect(f, "abc", "bool", "");
    expect(f, "abc", "json.a", "0=2");
    str_release(&row);
}

static void a_summary_counts_where_there_is_no_history(void **state)
{
    struct fixture *f = *state;
    struct str summary = STR_INIT;
    add_item(&summary, 1, "loss", "{\"min\":0.25}");
    add_item(&summary, 1, "acc", "7");
    add_item(&summary, 1, "best", "0.5");
    add_item(&summary, 1, "_step", "9");
    add_row(&f->bytes, 1, "acc", "1");
    add_record(&f->bytes, SUMMARY, sv_of(&summary));
    put(f, LOG_A);
    read_new(f);
    sink_dump(&f->sink, &f->text);
    assert_non_null(strstr(f->text.p, "  acc 1: 1@"));
    assert_non_null(strstr(f->text.p, "  best 0.5:\n"));
    assert_non_null(strstr(f->text.p, "  loss.min 0.25:\n"));
    assert_null(strstr(f->text.p, "_step"));
    str_release(&summary);
}

static void the_file_beside_counts_where_the_log_says_nothing(void **state)
{
    struct fixture *f = *state;
    tmp_file(f->tmp, DIR_A "/files/wandb-summary.json",
             SV("{\"best\": 0.5, \"d\": {\"x\": 1}, \"_step\": 3, \"t\": \"no\"}"));
    tmp_file(f->tmp, DIR_B "/files/wandb-summary.json", SV("{\"best\": 0.5"));
    put(f, LOG_A);
    put(f, LOG_B);
    read_new(f);
    sink_dump(&f->sink, &f->text);
    assert_non_null(strstr(f->text.p, "  best 0.5:\n  d.x 1:\n"));
    assert_non_null(sink_damage(&f->sink, DIR_B "/files/wandb-summary.json", 0));
    add_row(&f->bytes, 1, "best", "1");
    put(f, LOG_A);
    read_new(f);
    tmp_file(f->tmp, DIR_A "/files/wandb-summary.json", SV("{\"best\": 0.75}"));
    read_new(f);
    str_clear(&f->text);
    sink_dump(&f->sink, &f->text);
    assert_non_null(strstr(f->text.p, "  best 1: 1@"));
}

static void config_changes_while_it_runs(void **state)
{
    struct fixture *f = *state;
    struct str config = STR_INIT;
    add_run(&f->bytes, "abc", "");
    put(f, LOG_A);
    read_new(f);
    assert_string_equal(json_get_str(sink_run(&f->sink, "abc"), "name"), "abc");
    add_item(&config, 1, "/nest/a", "2");
    add_item(&config, 1, "late", "\"\"");
    add_item(&config, 2, "/nest/b", "");
    add_item(&config, 2, "lr", "");
    add_record(&f->bytes, CONFIG, sv_of(&config));
    put(f, LOG_A);
    read_new(f);
    expect_params(f, "abc",
                  "{\"name\":\"ad\xc3\xa4m\",\"nest.a\":\"2\",\"nest.e\":\"{}\","
                  "\"nest.n\":\"null\",\"late\":\"\"}");
    str_release(&config);
}

static void goals_are_tags(void **state)
{
    struct fixture *f = *state;
    struct str metric = STR_INIT;
    wire_z(&metric, 1, "loss");
    wire_varint(&metric, 8, 1);
    add_record(&f->bytes, METRIC, sv_of(&metric));
    put(f, LOG_A);
    read_new(f);
    assert_string_equal(json_get_str(json_get(sink_run(&f->sink, "abc"), "tags"), "goal.loss"),
                        "min");
    str_release(&metric);
}

static void status_is_told_by_the_exit_or_its_absence(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_free_ptr) char *path = path_join(f->tmp, LOG_A);
    const struct timespec old[2] = {{1700000000, 0}, {1700000000, 0}};
    add_run(&f->bytes, "abc", "x");
    put(f, LOG_A);
    read_new(f);
    assert_string_equal(json_get_str(sink_run(&f->sink, "abc"), "status"), "running");
    assert_null(json_get(sink_run(&f->sink, "abc"), "ended"));
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    read_new(f);
    assert_string_equal(json_get_str(sink_run(&f->sink, "abc"), "status"), "crashed");
    add_exit(&f->bytes, 3, 60);
    put(f, LOG_A);
    read_new(f);
    assert_string_equal(json_get_str(sink_run(&f->sink, "abc"), "status"), "failed");
    assert_int_equal(json_get_i64(sink_run(&f->sink, "abc"), "ended", 0), 1700000060123456);
}

static void ids_are_unique_and_stay(void **state)
{
    struct fixture *f = *state;
    add_run(&f->bytes, "zz", "first");
    put(f, "wandb/run-2-a/run-abc.wandb");
    read_new(f);
    assert_non_null(sink_run(&f->sink, "zz"));
    put(f, "wandb/run-1-b/run-abc.wandb"); /* sorted before, but later */
    put(f, "wandb/run-3-c/run-abc.wandb");
    put(f, "wandb/latest-run/run-abc.wandb");
    read_new(f);
    assert_int_equal(f->sink.runs.n, 3);
    assert_non_null(sink_run(&f->sink, "zz"));
    assert_non_null(sink_run(&f->sink, "abc"));
    assert_non_null(sink_run(&f->sink, "wandb/run-3-c"));
}

/* --- damage --- */

static void a_wrong_sum_costs_its_block(void **state)
{
    struct fixture *f = *state;
    int64_t damaged_at = 0, last = 0;
    for (int64_t i = 0; f->bytes.n < 3 * BLOCK; i++) {
        if (f->bytes.n > BLOCK + 100 && !damaged_at) {
            damaged_at = (int64_t)f->bytes.n;
        }
        add_row(&f->bytes, i, "x", "1");
        last = i;
    }
    f->bytes.p[damaged_at + 20] ^= 1;
    put(f, LOG_A);
    read_new(f);
    sink_series(&f->sink, "abc", "x", &f->text);
    CLEANUP(mem_free_ptr) char *end = xasprintf(" %lld=1", (long long)last);
    assert_true(sv_ends(sv_of(&f->text), end));
    assert_true(sv_starts(sv_of(&f->text), "0=1 1=1 "));
    assert_int_equal(f->sink.damages.n, 1);
    assert_string_equal(sink_damage(&f->sink, LOG_A, damaged_at),
                        "the checksum of a chunk is wrong");
}

static void a_record_over_blocks_is_one(void **state)
{
    struct fixture *f = *state;
    struct str json = STR_INIT;
    str_addc(&json, '"');
    str_addn(&json, 'p', 100000);
    str_addc(&json, '"');
    struct str config = STR_INIT;
    add_item(&config, 1, "long", json.p);
    add_record(&f->bytes, CONFIG, sv_of(&config));
    size_t second = f->bytes.n;
    add_record(&f->bytes, CONFIG, sv_of(&config));
    add_row(&f->bytes, 1, "x", "1");
    f->bytes.p[second + 40000] ^= 1; /* in its middle */
    put(f, LOG_A);
    read_new(f);
    const char *long_param = json_get_str(json_get(sink_run(&f->sink, "abc"), "params"), "long");
    assert_non_null(long_param);
    assert_int_equal(strlen(long_param), 100000);
    assert_int_equal(f->sink.damages.n, 1);
    assert_non_null(sink_damage(&f->sink, LOG_A, (int64_t)second));
    expect(f, "abc", "x", "1=1");
    str_release(&json);
    str_release(&config);
}

static void what_is_wrong_in_a_record_costs_itself(void **state)
{
    static const struct {
        const char *key, *json, *why;
    } cases[] = {
        {"k", "1.2.3", "a value that is no JSON"}, {"k", "{\"a\":1", "a value that is no JSON"},
        {"k", "", "a value that is no JSON"},      {"k", "{\"a\" 1}", "a value that is no JSON"},
        {"k", "word", "a value that is no JSON"},  {"k", "[1", "a value that is no JSON"},
        {"k", "\"a", "a value that is no JSON"},   {"", "1", "an item that is no message"},
    };
    struct fixture *f = *state;
    VEC(int64_t) at = {0};
    for (size_t i = 0; i < ALEN(cases); i++) {
        vec_push(&at, (int64_t)f->bytes.n);
        add_row(&f->bytes, 1, cases[i].key, cases[i].json);
    }
    CLEANUP(mem_free_ptr) char *key = xcalloc(10 << 20, 1);
    memset(key, 'k', (10 << 20) - 1);
    vec_push(&at, (int64_t)f->bytes.n);
    add_row(&f->bytes, 1, key, "1");
    vec_push(&at, (int64_t)f->bytes.n);
    wire_wandb(&f->bytes, SV("\x12\x7f"));
    add_row(&f->bytes, 2, "x", "1");
    put(f, LOG_A);
    read_new(f);
    expect(f, "abc", "x", "2=1");
    assert_int_equal(f->sink.damages.n, ALEN(cases) + 2);
    for (size_t i = 0; i < ALEN(cases); i++) {
        assert_string_equal(sink_damage(&f->sink, LOG_A, at.at[i]), cases[i].why);
    }
    assert_string_equal(sink_damage(&f->sink, LOG_A, at.at[ALEN(cases)]),
                        "a key of more than 64 KiB");
    assert_string_equal(sink_damage(&f->sink, LOG_A, at.at[ALEN(cases) + 1]),
                        "a record that is no message");
    vec_release(&at);
}

static void a_wrong_header_costs_itself(void **state)
{
    struct fixture *f = *state;
    add_row(&f->bytes, 1, "x", "1");
    f->bytes.p[1] = 'X';
    put(f, LOG_A);
    read_new(f);
    expect(f, "abc", "x", "1=1");
    assert_string_equal(sink_damage(&f->sink, LOG_A, 0), "no header of a W&B log");
    tmp_file(f->tmp, LOG_B, SV("not at all what it should be"));
    read_new(f);
    assert_non_null(sink_damage(&f->sink, LOG_B, 7));
}

/* --- growth --- */

/* A log of everything, over a few blocks, with damage in the second. */
static void make_all(struct str *out)
{
    struct str config = STR_INIT, json = STR_INIT, summary = STR_INIT;
    add_run(out, "abc", "all");
    add_row(out, 1, "x", "1");
    str_addc(&json, '"');
    str_addn(&json, 'p', 33000);
    str_addc(&json, '"');
    add_item(&config, 1, "long", json.p);
    add_record(out, CONFIG, sv_of(&config));
    add_row(out, 2, "x", "2");
    size_t bad = out->n;
    add_row(out, 3, "x", "3");
    out->p[bad + 12] ^= 1;
    while (out->n % BLOCK < BLOCK - 5) { /* up to a block's end without room for a head */
        size_t room = BLOCK - out->n % BLOCK;
        struct str pad = STR_INIT;
        str_addn(&pad, 'x', room > 1200 ? 1000 : room - 7 - 3 - 5);
        add_record(out, 8, sv_of(&pad));
        str_release(&pad);
        if (room <= 1200) {
            break;
        }
    }
    add_row(out, 4, "x", "4");
    add_item(&summary, 1, "best", "4");
    add_record(out, SUMMARY, sv_of(&summary));
    add_exit(out, 0, 9);
    str_release(&config);
    str_release(&json);
    str_release(&summary);
}

/* The next place to cut at: each byte about the edge of a block, and one in so many elsewhere. */
static size_t next_cut(size_t cut)
{
    size_t at = cut % BLOCK;
    bool is_at_edge = at < 40 || at >= BLOCK - 40;
    return cut + (is_at_edge ? 1 : at < 600 ? 11 : 193);
}

static void any_split_gives_the_same(void **state)
{
    struct fixture *f = *state;
    struct str whole = STR_INIT;
    make_all(&f->bytes);
    put(f, LOG_A);
    read_new(f);
    sink_dump(&f->sink, &whole);
    assert_non_null(strstr(whole.p, "4@1700000004250=4"));
    for (size_t cut = 0; cut < f->bytes.n; cut = next_cut(cut)) {
        struct sink s;
        sink_init(&s);
        tmp_file(f->tmp, LOG_A, (struct sv){f->bytes.p, cut});
        sink_read(&s, &wandb_reader, f->tmp);
        tmp_file(f->tmp, LOG_A, sv_of(&f->bytes));
        sink_read(&s, &wandb_reader, f->tmp);
        str_clear(&f->text);
        sink_dump(&s, &f->text);
        if (strcmp(f->text.p, whole.p) != 0) {
            fail_msg("cut at %zu:\n%.3000s\nnot\n%.3000s", cut, f->text.p, whole.p);
        }
        sink_release(&s);
    }
    str_release(&whole);
}

static void a_log_that_grows_is_followed(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    struct str whole = STR_INIT, grown = STR_INIT;
    wire_wandb_begin(&whole);
    make_all(&whole);
    tmp_file(f->tmp, LOG_A, SV(""));
    void *r = wandb_reader.open(f->tmp, NULL, &e);
    assert_non_null(r);
    for (size_t n = 0; n <= whole.n; n += n + 61 > whole.n && n < whole.n ? whole.n - n : 61) {
        tmp_file(f->tmp, LOG_A, (struct sv){whole.p, n});
        sink_steps(&f->sink, &wandb_reader, r);
    }
    wandb_reader.close(r);
    sink_dump(&f->sink, &grown);
    sink_release(&f->sink);
    sink_init(&f->sink);
    read_new(f);
    sink_dump(&f->sink, &f->text);
    assert_string_equal(grown.p, f->text.p);
    str_release(&whole);
    str_release(&grown);
}

static void a_torn_end_is_told_until_its_rest_comes(void **state)
{
    struct fixture *f = *state;
    add_row(&f->bytes, 1, "x", "1");
    int64_t second = (int64_t)f->bytes.n;
    add_row(&f->bytes, 2, "x", "2");
    tmp_file(f->tmp, LOG_A, (struct sv){f->bytes.p, f->bytes.n - 3});
    read_new(f);
    expect(f, "abc", "x", "1=1");
    assert_string_equal(sink_damage(&f->sink, LOG_A, second), "the file ends within a record");
    put(f, LOG_A);
    read_new(f);
    expect(f, "abc", "x", "1=1 2=2");
    assert_null(sink_damage(&f->sink, LOG_A, second));
}

/* What was read is not read again: the old bytes are made bad where they lie. */
static void only_new_bytes_are_read(void **state)
{
    struct fixture *f = *state;
    for (int64_t i = 0; i < 100; i++) {
        add_row(&f->bytes, i, "x", "1");
    }
    put(f, LOG_A);
    read_new(f);
    size_t calls = f->sink.calls;
    read_new(f);
    assert_int_equal(f->sink.calls, calls);
    memset(f->bytes.p + 64, 0xff, f->bytes.n - 64);
    add_row(&f->bytes, 100, "x", "2");
    put(f, LOG_A);
    read_new(f);
    assert_int_equal(f->sink.calls, calls + 1);
    assert_int_equal(f->sink.damages.n, 0);
    sink_series(&f->sink, "abc", "x", &f->text);
    assert_non_null(strstr(f->text.p, "99=1 100=2"));
}

static void a_log_written_anew_is_read_anew(void **state)
{
    struct fixture *f = *state;
    add_run(&f->bytes, "abc", "old");
    add_row(&f->bytes, 1, "x", "1");
    put(f, LOG_A);
    read_new(f);
    str_clear(&f->bytes);
    wire_wandb_begin(&f->bytes);
    add_row(&f->bytes, 7, "y", "7");
    put(f, LOG_A);
    read_new(f);
    expect(f, "abc", "x", "");
    expect(f, "abc", "y", "7=7");
    assert_string_equal(json_get_str(sink_run(&f->sink, "abc"), "name"), "abc");
}

static void a_folder_that_goes_is_said(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    add_row(&f->bytes, 1, "x", "1");
    put(f, LOG_A);
    put(f, "wandb/run-2-b/run-b.wandb");
    read_new(f);
    CLEANUP(mem_free_ptr) char *dir = path_join(f->tmp, DIR_A);
    assert_true(os_remove_tree(dir, &e));
    read_new(f);
    assert_null(sink_run(&f->sink, "abc"));
    assert_non_null(sink_run(&f->sink, "b"));
    put(f, LOG_A);
    read_new(f);
    expect(f, "abc", "x", "1=1");
}

static void it_knows_its_own(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *log = path_join(f->tmp, LOG_A);
    CLEANUP(mem_free_ptr) char *dir = path_join(f->tmp, DIR_A);
    CLEANUP(mem_free_ptr) char *wandb = path_join(f->tmp, "wandb");
    tmp_file(f->tmp, "wandb/latest-run/run-abc.wandb", SV(""));
    assert_false(wandb_reader.is_here(f->tmp));
    assert_null(wandb_reader.open(log, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    add_row(&f->bytes, 1, "x", "1");
    put(f, LOG_A);
    const char *const sources[] = {f->tmp, wandb, dir, log};
    for (size_t i = 0; i < ALEN(sources); i++) {
        assert_true(wandb_reader.is_here(sources[i]));
        struct sink s;
        sink_init(&s);
        sink_read(&s, &wandb_reader, sources[i]);
        sink_series(&s, "abc", "x", &f->text);
        assert_string_equal(f->text.p, "1=1");
        sink_release(&s);
    }
}

/* --- leaves of nested JSON --- */

static bool add_leaf(void *arg, struct sv path, struct sv leaf)
{
    str_addf(arg, "[%.*s=%.*s]", (int)path.n, path.p, (int)leaf.n, leaf.p);
    return true;
}

static void leaves_are_told_as_they_stand(void **state)
{
    static const struct {
        const char *json, *leaves; /* NULL: no JSON */
    } cases[] = {
        {"1.0", "[n=1.0]"},
        {" { } ", "[n={ }]"},
        {"{\"a\" : {\"b\":1 ,\"c\":[{\"x\":\"]\"}]}, \"d\\u0065\":NaN}",
         "[n.a.b=1][n.a.c=[{\"x\":\"]\"}]][n.de=NaN]"},
        {"{\"a\":\"q\\\"}\"}", "[n.a=\"q\\\"}\"]"},
        {"", NULL},
        {"{", NULL},
        {"{\"a\"", NULL},
        {"{\"a\":", NULL},
        {"{\"a\":}", NULL},
        {"{\"a\":1,}", NULL},
        {"{\"a\":1}}", NULL},
        {"{a:1}", NULL},
        {"1 2", NULL},
        {"\"a", NULL},
        {"[[]", NULL},
        {"]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        struct str out = STR_INIT;
        bool ok = flat_json(sv_z(cases[i].json), SV("n"), add_leaf, &out);
        if (ok != !!cases[i].leaves || (ok && strcmp(out.p, cases[i].leaves) != 0)) {
            fail_msg("%s: %s", cases[i].json, out.p);
        }
        str_release(&out);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_log_is_a_run),
        TEST(history_is_numbers),
        TEST(typed_values_are_numbers_too),
        TEST(a_summary_counts_where_there_is_no_history),
        TEST(the_file_beside_counts_where_the_log_says_nothing),
        TEST(config_changes_while_it_runs),
        TEST(goals_are_tags),
        TEST(status_is_told_by_the_exit_or_its_absence),
        TEST(ids_are_unique_and_stay),
        TEST(a_wrong_sum_costs_its_block),
        TEST(a_record_over_blocks_is_one),
        TEST(what_is_wrong_in_a_record_costs_itself),
        TEST(a_wrong_header_costs_itself),
        TEST(any_split_gives_the_same),
        TEST(a_log_that_grows_is_followed),
        TEST(a_torn_end_is_told_until_its_rest_comes),
        TEST(only_new_bytes_are_read),
        TEST(a_log_written_anew_is_read_anew),
        TEST(a_folder_that_goes_is_said),
        TEST(it_knows_its_own),
        cmocka_unit_test(leaves_are_told_as_they_stand),
    };
    return RUN_TESTS(tests);
}
