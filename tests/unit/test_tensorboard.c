/* The reader of TensorBoard's event files: values, runs, damage, growth. */
#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/provider/files/reader.h"
#include "tests/unit/sink.h"
#include "tests/unit/tmp.h"
#include "tests/unit/wire.h"

#define FILE_1 "events.out.tfevents.1700000001.host"
#define FILE_2 "events.out.tfevents.1700000002.host"

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

/* f->bytes as the file, and what is new read from the folder. */
static void put(struct fixture *f, const char *rel)
{
    tmp_file(f->tmp, rel, sv_of(&f->bytes));
}

static void read_new(struct fixture *f)
{
    sink_read(&f->sink, &tensorboard_reader, f->tmp);
}

static void expect(struct fixture *f, const char *run, const char *key, const char *points)
{
    sink_series(&f->sink, run, key, &f->text);
    assert_string_equal(f->text.p, points);
}

/* An event at step 1 whose one value has `tag`, the tensor and the metadata (empty: none). */
static void add_value(struct str *out, const char *tag, struct sv tensor, struct sv metadata)
{
    struct str v = STR_INIT, s = STR_INIT, event = STR_INIT;
    wire_z(&v, 1, tag);
    if (metadata.n) {
        wire_bytes(&v, 9, metadata);
    }
    wire_bytes(&v, 8, tensor);
    wire_bytes(&s, 1, sv_of(&v));
    wire_double(&event, 1, 1.7e9);
    wire_varint(&event, 2, 1);
    wire_bytes(&event, 5, sv_of(&s));
    wire_tfrecord(out, sv_of(&event));
    str_release(&v);
    str_release(&s);
    str_release(&event);
}

static void folders_are_runs(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "loss", 1, 1700000000.123456, 0.5);
    wire_scalar(&f->bytes, "loss", 2, 1700000001.5, 0.25);
    put(f, FILE_1);
    put(f, "a/b/" FILE_1);
    tmp_file(f->tmp, "a/notes.txt", SV("no events"));
    read_new(f);
    expect(f, ".", "loss", "1=0.5 2=0.25");
    expect(f, "a/b", "loss", "1=0.5 2=0.25");
    assert_null(sink_run(&f->sink, "a"));
    assert_string_equal(json_get_str(sink_run(&f->sink, "a/b"), "name"), "a/b");
    assert_string_equal(json_get_str(sink_run(&f->sink, "."), "name"), path_base(f->tmp));
    assert_int_equal(json_get_i64(sink_run(&f->sink, "."), "started", 0), 1700000000123456);
    sink_dump(&f->sink, &f->text);
    assert_non_null(strstr(f->text.p, "loss 0.25: 1@1700000000123.456=0.5 2@1700000001500=0.25"));
    assert_int_equal(f->sink.damages.n, 0);
}

static void files_of_a_run_follow_each_other_by_name(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "x", 5, 2, 5);
    put(f, FILE_2);
    str_clear(&f->bytes);
    wire_scalar(&f->bytes, "x", 7, 3, 7);
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "x", "7=7 5=5"); /* the files' order, not the steps' */
}

static void a_start_forgets_its_step_and_later_ones(void **state)
{
    struct fixture *f = *state;
    for (int i = 1; i <= 4; i++) {
        wire_scalar(&f->bytes, "x", i, 1, i);
        wire_scalar(&f->bytes, "y", i, 1, i);
    }
    put(f, FILE_1);
    str_clear(&f->bytes);
    wire_start(&f->bytes, 3);
    wire_scalar(&f->bytes, "x", 3, 2, 30);
    put(f, FILE_2);
    read_new(f);
    expect(f, ".", "x", "1=1 2=2 3=30");
    expect(f, ".", "y", "1=1 2=2");
}

struct tensor_case {
    int dtype;
    int field; /* 4: tensor_content */
    const char *bytes;
    size_t n;
    double value;
};

static void tensors_of_every_type_are_numbers(void **state)
{
    static const struct tensor_case cases[] = {
        {1, 4, "\x00\x00\x20\x40", 4, 2.5},
        {1, 5, "\x00\x00\x20\x40", 4, 2.5},
        {2, 4, "\x00\x00\x00\x00\x00\x00\x04\xc0", 8, -2.5},
        {2, 6, "\x9a\x99\x99\x99\x99\x99\xb9\x3f", 8, 0.1},
        {3, 4, "\xfe\xff\xff\xff", 4, -2},
        {3, 7, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, -2},
        {4, 4, "\xff", 1, 255},
        {4, 7, "\xff\x01", 2, 255},
        {5, 4, "\xfe\xff", 2, -2},
        {6, 4, "\xfe", 1, -2},
        {9, 4, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8, 9223372036854775807.0},
        {9, 10, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9, 9223372036854775807.0},
        {14, 4, "\x20\xc0", 2, -2.5},
        {14, 13, "\xa0\x80\x03", 3, -2.5},
        {17, 4, "\xff\xff", 2, 65535},
        {19, 4, "\x00\x41", 2, 2.5},
        {19, 13, "\x80\x82\x01", 3, 2.5},
        {19, 4, "\x01\x00", 2, 5.960464477539063e-08},
        {19, 4, "\x00\xfc", 2, -INFINITY},
        {22, 4, "\xff\xff\xff\xff", 4, 4294967295.0},
        {22, 16, "\xff\xff\xff\xff\x0f", 5, 4294967295.0},
        {23, 4, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, 18446744073709551616.0},
        {23, 17, "\x05", 1, 5},
        {24, 4, "\x41", 1, 2.5},
        {24, 18, "\xc1", 1, -2.5},
        {25, 4, "\x42", 1, 2.5},
        {25, 4, "\x7e", 1, 448},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *tag = xasprintf("t%02zu", i);
        struct str tensor = STR_INIT;
        wire_varint(&tensor, 1, (uint64_t)cases[i].dtype);
        wire_bytes(&tensor, 2, SV(""));
        wire_bytes(&tensor, (uint32_t)cases[i].field, (struct sv){cases[i].bytes, cases[i].n});
        add_value(&f->bytes, tag, sv_of(&tensor), SV(""));
        str_release(&tensor);
    }
    put(f, FILE_1);
    read_new(f);
    for (size_t i = 0; i < ALEN(cases); i++) {
        CLEANUP(mem_free_ptr) char *tag = xasprintf("t%02zu", i);
        struct str want = STR_INIT;
        str_addz(&want, "1=");
        fmt_double(&want, cases[i].value);
        expect(f, ".", tag, want.p);
        str_release(&want);
    }
    assert_int_equal(f->sink.damages.n, 0);
}

static void what_is_no_scalar_is_no_metric(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        bool is_damage;
    } cases[] = {
        {"\x08\x01\x12\x04\x12\x02\x08\x01\x22\x04\0\0\0\0", 14, false}, /* of shape [1] */
        {"\x08\x01\x12\x02\x18\x01\x22\x04\0\0\0\0", 12, false},         /* of unknown rank */
        {"\x08\x07\x12\0\x42\x01x", 7, false},                           /* a string */
        {"\x08\x0a\x12\0\x22\x01\x01", 7, false},                        /* a bool */
        {"\x08\x63\x12\0\x22\x01\x01", 7, false},                        /* no type that there is */
        {"\x08\x01\x12\0", 4, true},                                     /* no number */
        {"\x08\x01\x12\0\x22\x03\0\0\0", 9, true},                       /* too few bytes */
        {"\x08\x01\x12\0\x2a\x08\0\0\0\0\0\0\0\0", 14, true},            /* two numbers */
        {"\x08\x01\x12\0\x22\x7f", 6, true},                             /* cut */
    };
    struct fixture *f = *state;
    VEC(int64_t) at = {0};
    for (size_t i = 0; i < ALEN(cases); i++) {
        vec_push(&at, (int64_t)f->bytes.n);
        add_value(&f->bytes, "t", (struct sv){cases[i].bytes, cases[i].n}, SV(""));
    }
    wire_scalar(&f->bytes, "after", 1, 1, 1);
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "t", "");
    expect(f, ".", "after", "1=1");
    for (size_t i = 0; i < ALEN(cases); i++) {
        if (cases[i].is_damage != !!sink_damage(&f->sink, FILE_1, at.at[i])) {
            fail_msg("case %zu", i);
        }
    }
    vec_release(&at);
}

static void add_hparam(struct str *start, const char *key, uint32_t field, struct sv bytes,
                       double number)
{
    struct str value = STR_INIT, entry = STR_INIT;
    if (field == 2) {
        wire_double(&value, 2, number);
    } else if (field == 4) {
        wire_varint(&value, 4, number != 0);
    } else {
        wire_bytes(&value, 3, bytes);
    }
    wire_z(&entry, 1, key);
    wire_bytes(&entry, 2, sv_of(&value));
    wire_bytes(start, 1, sv_of(&entry));
    str_release(&value);
    str_release(&entry);
}

static void add_hparams(struct str *out, uint32_t field, struct sv info)
{
    struct str data = STR_INIT, plugin = STR_INIT, metadata = STR_INIT;
    wire_bytes(&data, field, info);
    wire_z(&plugin, 1, "hparams");
    wire_bytes(&plugin, 2, sv_of(&data));
    wire_bytes(&metadata, 1, sv_of(&plugin));
    add_value(out, "_hparams_/session", SV("\x08\x01\x12\x02\x08\x00"), sv_of(&metadata));
    str_release(&data);
    str_release(&plugin);
    str_release(&metadata);
}

static void hyperparameters_are_params(void **state)
{
    struct fixture *f = *state;
    struct str info = STR_INIT;
    add_hparam(&info, "lr", 2, SV(""), 1e-3);
    add_hparam(&info, "units", 2, SV(""), 64);
    add_hparam(&info, "opt \xc3\xa9", 3, SV("adam"), 0);
    add_hparam(&info, "empty", 3, SV(""), 0);
    add_hparam(&info, "nesterov", 4, SV(""), 1);
    wire_z(&info, 4, "group 1");
    wire_double(&info, 5, 1600000000.25);
    add_hparams(&f->bytes, 3, sv_of(&info));
    str_clear(&info);
    wire_varint(&info, 1, 1);
    wire_double(&info, 2, 1600000009);
    add_hparams(&f->bytes, 4, sv_of(&info));
    put(f, FILE_1);
    read_new(f);
    const struct json *run = sink_run(&f->sink, ".");
    json_print(json_get(run, "params"), JSON_COMPACT, &f->text);
    assert_string_equal(f->text.p, "{\"lr\":\"0.001\",\"units\":\"64\",\"opt \xc3\xa9\":\"adam\","
                                   "\"empty\":\"\",\"nesterov\":\"true\"}");
    assert_string_equal(json_get_str(json_get(run, "tags"), "group_name"), "group 1");
    assert_string_equal(json_get_str(run, "status"), "SUCCESS");
    assert_int_equal(json_get_i64(run, "started", 0), 1600000000250000);
    assert_int_equal(json_get_i64(run, "ended", 0), 1600000009000000);
    expect(f, ".", "_hparams_/session", "");
    assert_int_equal(f->sink.damages.n, 0);
    str_release(&info);
}

static void values_that_are_not_finite_stay(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "x", 1, 1, NAN);
    wire_scalar(&f->bytes, "x", 2, 1, INFINITY);
    wire_scalar(&f->bytes, "x", 3, NAN, -INFINITY);
    wire_scalar(&f->bytes, "lr \xc3\xa9/a-b", INT64_MAX, 1e300, 1e-40);
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "x", "1=NaN 2=Infinity 3=-Infinity");
    expect(f, ".", "lr \xc3\xa9/a-b", "9223372036854775807=9.99994610111476e-41");
}

static void a_wrong_sum_costs_its_record(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    size_t second = f->bytes.n;
    wire_scalar(&f->bytes, "x", 2, 1, 2);
    size_t third = f->bytes.n;
    wire_scalar(&f->bytes, "x", 3, 1, 3);
    f->bytes.p[third - 6] ^= 1;
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "x", "1=1 3=3");
    assert_int_equal(f->sink.damages.n, 1);
    assert_string_equal(sink_damage(&f->sink, FILE_1, (int64_t)second),
                        "the checksum of a record is wrong");
}

static void a_wrong_length_ends_the_file(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    size_t second = f->bytes.n;
    wire_scalar(&f->bytes, "x", 2, 1, 2);
    f->bytes.p[second] ^= 1;
    put(f, FILE_1);
    str_clear(&f->bytes);
    wire_scalar(&f->bytes, "x", 3, 1, 3);
    put(f, FILE_2);
    read_new(f);
    expect(f, ".", "x", "1=1 3=3");
    assert_int_equal(f->sink.damages.n, 1);
    assert_non_null(sink_damage(&f->sink, FILE_1, (int64_t)second));
    read_new(f);
    assert_int_equal(f->sink.damages.n, 1);
}

static void what_is_too_large_costs_itself(void **state)
{
    struct fixture *f = *state;
    CLEANUP(mem_free_ptr) char *key = xcalloc(10 << 20, 1);
    memset(key, 'k', (10 << 20) - 1);
    wire_scalar(&f->bytes, key, 1, 1, 1);
    size_t second = f->bytes.n;
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    size_t third = f->bytes.n;
    wire_scalar(&f->bytes, "", 1, 1, 1);
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "x", "1=1");
    assert_string_equal(sink_damage(&f->sink, FILE_1, 0), "a tag of more than 64 KiB");
    assert_null(sink_damage(&f->sink, FILE_1, (int64_t)second));
    assert_string_equal(sink_damage(&f->sink, FILE_1, (int64_t)third), "a value without a tag");
}

/* A record of 65 MiB that is not there: a hole in the file, and a good record behind it. */
static void a_giant_record_is_passed_over(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *path = path_join(f->tmp, FILE_1);
    struct str good = STR_INIT;
    wire_scalar(&good, "x", 1, 1, 1);
    CLEANUP(mem_free_ptr) char *zeros = xcalloc(65 << 20, 1);
    wire_tfrecord(&f->bytes, (struct sv){zeros, 65 << 20});
    str_addsv(&f->bytes, sv_of(&good));
    assert_true(os_write_file(path, sv_of(&f->bytes), &e));
    read_new(f);
    expect(f, ".", "x", "1=1");
    assert_string_equal(sink_damage(&f->sink, FILE_1, 0), "a record of more than 64 MiB");
    str_release(&good);
}

/* The bytes of a run with everything in it. */
static void make_all(struct str *out)
{
    struct str info = STR_INIT;
    add_hparam(&info, "lr", 2, SV(""), 0.5);
    wire_scalar(out, "x", 1, 1, 1);
    add_hparams(out, 3, sv_of(&info));
    wire_scalar(out, "y", 1, 1, NAN);
    wire_scalar(out, "x", 2, 2, 2);
    wire_start(out, 2);
    wire_scalar(out, "x", 2, 3, 20);
    size_t bad = out->n;
    wire_scalar(out, "x", 3, 3, 3);
    out->p[bad + 20] ^= 1;
    wire_scalar(out, "z", 4, 4, 4);
    str_release(&info);
}

static void any_split_gives_the_same(void **state)
{
    struct fixture *f = *state;
    struct str whole = STR_INIT;
    make_all(&f->bytes);
    put(f, FILE_1);
    read_new(f);
    sink_dump(&f->sink, &whole);
    for (size_t cut = 0; cut < f->bytes.n; cut++) {
        struct sink s;
        sink_init(&s);
        tmp_file(f->tmp, FILE_1, (struct sv){f->bytes.p, cut});
        sink_read(&s, &tensorboard_reader, f->tmp);
        tmp_file(f->tmp, FILE_1, sv_of(&f->bytes));
        sink_read(&s, &tensorboard_reader, f->tmp);
        str_clear(&f->text);
        sink_dump(&s, &f->text);
        assert_string_equal(f->text.p, whole.p);
        sink_release(&s);
    }
    str_release(&whole);
}

/* A byte more a look, the reader left open. */
static void a_file_that_grows_is_followed(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    struct str whole = STR_INIT, grown = STR_INIT;
    make_all(&whole);
    void *r = tensorboard_reader.open(f->tmp, NULL, &e);
    assert_non_null(r);
    for (size_t n = 0; n <= whole.n; n++) {
        tmp_file(f->tmp, FILE_1, (struct sv){whole.p, n});
        sink_steps(&f->sink, &tensorboard_reader, r);
    }
    tensorboard_reader.close(r);
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
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    size_t second = f->bytes.n;
    wire_scalar(&f->bytes, "x", 2, 1, 2);
    tmp_file(f->tmp, FILE_1, (struct sv){f->bytes.p, f->bytes.n - 3});
    read_new(f);
    expect(f, ".", "x", "1=1");
    assert_string_equal(sink_damage(&f->sink, FILE_1, (int64_t)second),
                        "the file ends within a record");
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "x", "1=1 2=2");
    assert_null(sink_damage(&f->sink, FILE_1, (int64_t)second));
}

/* What was read is not read again: the old bytes are made bad where they lie. */
static void only_new_bytes_are_read(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++) {
        wire_scalar(&f->bytes, "x", i, 1, 1);
    }
    put(f, FILE_1);
    read_new(f);
    size_t calls = f->sink.calls;
    read_new(f);
    assert_int_equal(f->sink.calls, calls);
    memset(f->bytes.p + 64, 0xff, f->bytes.n - 64);
    wire_scalar(&f->bytes, "x", 100, 1, 2);
    put(f, FILE_1);
    read_new(f);
    assert_int_equal(f->sink.calls, calls + 1);
    assert_int_equal(f->sink.damages.n, 0);
    sink_series(&f->sink, ".", "x", &f->text);
    assert_non_null(strstr(f->text.p, "99=1 100=2"));
}

static void a_file_written_anew_is_read_anew(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    wire_scalar(&f->bytes, "x", 2, 1, 2);
    put(f, FILE_1);
    str_clear(&f->bytes);
    wire_scalar(&f->bytes, "x", 3, 1, 3);
    put(f, FILE_2);
    read_new(f);
    str_clear(&f->bytes);
    wire_scalar(&f->bytes, "x", 1, 9, 10);
    str_addz(&f->bytes, "torn");
    put(f, FILE_1);
    read_new(f);
    expect(f, ".", "x", "1=10 3=3");
    CLEANUP(mem_free_ptr) char *path = path_join(f->tmp, FILE_1);
    assert_int_equal(unlink(path), 0);
    read_new(f);
    expect(f, ".", "x", "3=3");
    assert_null(sink_damage(&f->sink, FILE_1, (int64_t)f->bytes.n - 4));
}

static void a_folder_that_goes_is_said(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    put(f, "a/" FILE_1);
    put(f, "b/" FILE_1);
    read_new(f);
    CLEANUP(mem_free_ptr) char *a = path_join(f->tmp, "a");
    assert_true(os_remove_tree(a, &e));
    read_new(f);
    assert_null(sink_run(&f->sink, "a"));
    assert_non_null(sink_run(&f->sink, "b"));
    put(f, "a/" FILE_1);
    read_new(f);
    expect(f, "a", "x", "1=1");
}

static void links_do_not_lead_round(void **state)
{
    struct fixture *f = *state;
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    put(f, "a/" FILE_1);
    CLEANUP(mem_free_ptr) char *loop = path_join(f->tmp, "a/up");
    assert_int_equal(symlink("..", loop), 0);
    CLEANUP(mem_free_ptr) char *fifo = path_join(f->tmp, "a/tfevents.fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    read_new(f);
    assert_int_equal(f->sink.runs.n, 1);
    expect(f, "a", "x", "1=1");
    assert_non_null(sink_damage(&f->sink, "a/tfevents.fifo", 0));
}

static void it_knows_its_own(void **state)
{
    struct fixture *f = *state;
    struct err e = ERR_INIT;
    CLEANUP(mem_free_ptr) char *file = path_join(f->tmp, "a/" FILE_1);
    assert_false(tensorboard_reader.is_here(f->tmp));
    assert_false(tensorboard_reader.is_here(file));
    assert_null(tensorboard_reader.open(file, NULL, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    wire_scalar(&f->bytes, "x", 1, 1, 1);
    put(f, "a/" FILE_1);
    assert_true(tensorboard_reader.is_here(f->tmp));
    assert_true(tensorboard_reader.is_here(file));
    sink_read(&f->sink, &tensorboard_reader, file); /* one file is a source too */
    expect(f, ".", "x", "1=1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(folders_are_runs),
        TEST(files_of_a_run_follow_each_other_by_name),
        TEST(a_start_forgets_its_step_and_later_ones),
        TEST(tensors_of_every_type_are_numbers),
        TEST(what_is_no_scalar_is_no_metric),
        TEST(hyperparameters_are_params),
        TEST(values_that_are_not_finite_stay),
        TEST(a_wrong_sum_costs_its_record),
        TEST(a_wrong_length_ends_the_file),
        TEST(what_is_too_large_costs_itself),
        TEST(a_giant_record_is_passed_over),
        TEST(any_split_gives_the_same),
        TEST(a_file_that_grows_is_followed),
        TEST(a_torn_end_is_told_until_its_rest_comes),
        TEST(only_new_bytes_are_read),
        TEST(a_file_written_anew_is_read_anew),
        TEST(a_folder_that_goes_is_said),
        TEST(links_do_not_lead_round),
        TEST(it_knows_its_own),
    };
    return RUN_TESTS(tests);
}
