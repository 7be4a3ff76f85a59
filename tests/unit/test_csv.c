/* CSV out of pieces: what it says does not depend on how it comes, and nothing breaks it. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/data/csv.h"
#include "core/data/tabular.h"

/* Rows as text: fields in [], the line before, "!" for a cut row. */
static bool print_row(void *arg, const struct csv_row *row)
{
    struct str *out = arg;
    str_addf(out, "%llu%s:", (unsigned long long)row->line, row->is_cut ? "!" : "");
    for (size_t i = 0; i < row->n; i++) {
        str_addf(out, "[%.*s]", (int)row->at[i].n, row->at[i].p);
    }
    str_addc(out, '\n');
    return true;
}

static void parse(const char *text, size_t n, size_t piece, struct str *out, uint64_t *ret_open)
{
    struct csv c;
    str_clear(out);
    csv_init(&c, ',', print_row, out);
    for (size_t i = 0; i < n; i += piece) {
        /* a copy, so that a byte too many is seen */
        size_t take = n - i < piece ? n - i : piece;
        char *copy = xstrndup(text + i, take);
        assert_true(csv_feed(&c, (struct sv){copy, take}));
        free(copy);
    }
    assert_true(csv_end(&c));
    *ret_open = c.open_line;
    csv_release(&c);
}

static const struct {
    const char *text, *want;
    uint64_t open_line;
} cases[] = {
    {"", "", 0},
    {"\n\r\n\r", "", 0},
    {"\xEF\xBB\xBF", "", 0},
    {"\xEF\xBB", "1:[\xEF\xBB]\n", 0},
    {"\xEF\xBB\xBF\"a\",b\n", "1:[a][b]\n", 0},
    {"\xEFz", "1:[\xEFz]\n", 0},
    {"a", "1:[a]\n", 0},
    {"a,b\nc,d", "1:[a][b]\n2:[c][d]\n", 0},
    {"a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n", 0},
    {"a\rb\r\rc", "1:[a]\n2:[b]\n4:[c]\n", 0},
    {",\n,,\n", "1:[][]\n2:[][][]\n", 0},
    {"\"\"\n\"\",\"\"\n", "1:[]\n2:[][]\n", 0},
    {"\"a,b\",\"c\"\"d\"\n", "1:[a,b][c\"d]\n", 0},
    {"\"a\nb\r\nc\",d\ne\n", "1:[a\nb\r\nc][d]\n4:[e]\n", 0},
    {"a\"b,c\"\n", "1:[a\"b][c\"]\n", 0},
    {"\"a\"b\"c,d\n", "1:[ab\"c][d]\n", 0},
    {"x\n\"a\nb,c\n", "1:[x]\n2:[a\nb,c\n]\n", 2},
    {"\"", "1:[]\n", 1},
};

static void pieces_of_any_size_give_the_same_rows(void **state)
{
    (void)state;
    CLEANUP(str_release) struct str out = STR_INIT;
    for (size_t i = 0; i < ALEN(cases); i++) {
        for (size_t piece = 1; piece < 16; piece++) {
            uint64_t open;
            parse(cases[i].text, strlen(cases[i].text), piece, &out, &open);
            assert_string_equal(out.p, cases[i].want);
            assert_int_equal(open, cases[i].open_line);
        }
    }
}

struct sizes {
    size_t rows, bytes, n, fields;
    bool is_cut;
};

static bool measure(void *arg, const struct csv_row *row)
{
    struct sizes *s = arg;
    s->rows++;
    s->n = row->n;
    s->fields = row->fields;
    s->is_cut = row->is_cut;
    s->bytes = 0;
    for (size_t i = 0; i < row->n; i++) {
        s->bytes += row->at[i].n;
    }
    return s->rows < 3;
}

static void memory_has_a_bound(void **state)
{
    (void)state;
    struct sizes s = {0};
    struct csv c;
    CLEANUP(str_release) struct str block = STR_INIT;
    /* a quote that nothing closes, then 16 MiB */
    csv_init(&c, ',', measure, &s);
    str_addn(&block, 'x', 1024 * 1024);
    assert_true(csv_feed(&c, SV("\"")));
    for (int i = 0; i < 16; i++) {
        assert_true(csv_feed(&c, sv_of(&block)));
    }
    assert_true(csv_end(&c));
    assert_int_equal(s.bytes, CSV_MAX_FIELD_BYTES);
    assert_true(s.is_cut);
    assert_int_equal(c.open_line, 1);
    csv_release(&c);
    /* a row of a million fields, and one of 200 long ones */
    csv_init(&c, ',', measure, &s);
    str_clear(&block);
    str_addn(&block, ',', 999999);
    str_addc(&block, '\n');
    for (int i = 0; i < 200; i++) {
        str_addn(&block, 'y', CSV_MAX_FIELD_BYTES);
        str_addc(&block, i < 199 ? ',' : '\n');
    }
    assert_false(csv_feed(&c, sv_of(&block))); /* it had enough after its third row */
    assert_int_equal(s.n, 200);
    assert_true(s.bytes <= CSV_MAX_ROW_BYTES);
    assert_true(s.is_cut);
    csv_release(&c);
    s.rows = 0;
    csv_init(&c, ',', measure, &s);
    assert_true(csv_feed(&c, (struct sv){block.p, 1000000}));
    assert_int_equal(s.n, CSV_MAX_FIELDS);
    assert_int_equal(s.fields, 1000000);
    csv_release(&c);
}

static void separators_are_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        char want;
    } heads[] = {{"", ','},           {"one", ','},     {"a,b;c\n;;;;;", ','},
                 {"a;b;c,d\n", ';'},  {"a\tb\n", '\t'}, {"\"a;b;c\",d\n", ','},
                 {"a|b|c\r,,,,", '|'}};
    for (size_t i = 0; i < ALEN(heads); i++) {
        assert_int_equal(csv_separator(sv_z(heads[i].head)), heads[i].want);
    }
}

static void files_are_told_by_their_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct sv head;
        enum data_format format;
        const char *what;
    } files[] = {
        {"x.csv", {"", 0}, DATA_NO_TABLE, "an empty file"},
        {"x.csv", {"\x1F\x8B\x08zzz", 6}, DATA_NO_TABLE, "a gzip archive"},
        {"x.csv", {"a,b\n1\0,2\n", 9}, DATA_NO_TABLE, "binary data"},
        {"x.parquet", {"PAR1....", 8}, DATA_NO_TABLE, "a Parquet file"},
        {"x",
         {"\xFF\xFE"
          "a\0",
          4},
         DATA_NO_TABLE,
         "text in UTF-16, which is not read as a table"},
        {"x.CSV", {"one\n", 4}, DATA_CSV, "CSV"},
        {"x.tsv", {"one\n", 4}, DATA_CSV, "TSV"},
        {"part-0000", {"a,b\n1,2\n", 8}, DATA_CSV, "CSV"},
        {"part-0000", {"a;b\n1;2\n", 8}, DATA_CSV, "CSV"},
        {"README", {"Hello, you\nThis is a text\n", 26}, DATA_NO_TABLE, "a text"},
        {"x.json", {"{\"a\":1}\n{\"a\":2}\n", 16}, DATA_JSON_LINES, "JSON lines"},
        {"x.json", {"{\n\"a\":1}\n", 9}, DATA_NO_TABLE, "a JSON document"},
        {"x.json", {"[1]\n", 4}, DATA_NO_TABLE, "a JSON document"},
    };
    for (size_t i = 0; i < ALEN(files); i++) {
        const char *what = NULL;
        assert_int_equal(tabular_sniff(sv_z(files[i].name), files[i].head, &what), files[i].format);
        assert_string_equal(what, files[i].what);
    }
}

static struct json *table_of(const char *const *names, const char *const *texts, size_t n)
{
    struct tabular *t = tabular_new();
    for (size_t i = 0; i < n; i++) {
        const char *what;
        struct sv text = sv_z(texts[i]);
        if (tabular_begin(t, sv_z(names[i]), text, &what)) {
            (void)tabular_feed(t, text);
            (void)tabular_end(t, &what);
        }
    }
    struct json *j = tabular_json(t);
    tabular_free(t);
    return j;
}

static void assert_table(const char *const *texts, size_t n, const char *want)
{
    static const char *const names[] = {"a.csv", "b.csv", "c.csv"};
    CLEANUP(str_release) struct str out = STR_INIT;
    CLEANUP(json_free_ptr) struct json *j = table_of(names, texts, n);
    str_addf(&out, "%lld rows, %lld ragged", (long long)json_get_i64(j, "rows", -1),
             (long long)json_get_i64(json_get(j, "ragged"), "rows", -1));
    json_each (line, json_get(json_get(j, "ragged"), "lines")) {
        str_addf(&out, " %g", json_num(line));
    }
    json_each (c, json_get(j, "columns")) {
        str_addf(&out, "; %s %s %lld", json_get_str(c, "name"), json_get_str(c, "type"),
                 (long long)json_get_i64(c, "missing", -1));
    }
    assert_string_equal(out.p, want);
}

static void tables_of_one_and_more_files(void **state)
{
    (void)state;
    const char *ragged[] = {"a,b\n1,x\n2\n\n3,y,z\n"};
    assert_table(ragged, 1, "3 rows, 2 ragged 3 5; a integer 0; b text 1");
    const char *bare[] = {"1,x\n2,y\n", "3,z\n", "4\n"};
    assert_table(bare, 3, "3 rows, 0 ragged; column 1 integer 0; column 2 text 0");
    const char *parts[] = {"a,b\n1,x\n", "a,b\n2,y\n", "b,a\n3,z\n"};
    assert_table(parts, 3, "2 rows, 0 ragged; a integer 0; b text 0");
    const char *header[] = {"a,,\"c\"\n"};
    assert_table(header, 1, "0 rows, 0 ragged; a empty 0; column 2 empty 0; c empty 0");
}

static void json_lines_are_tables(void **state)
{
    (void)state;
    static const char *const names[] = {"a.jsonl"};
    static const char *const texts[] = {
        "{\"a\":1,\"b\":\"x\"}\nnonsense\n\n{\"b\":null,\"c\":{\"d\":[1]}}\n[1]\n{\"a\":2.5}"};
    CLEANUP(json_free_ptr) struct json *j = table_of(names, texts, 1);
    CLEANUP(str_release) struct str out = STR_INIT;
    json_print(json_get(j, "head"), JSON_COMPACT, &out);
    assert_string_equal(out.p, "[[\"1\",\"x\"],[\"\",\"\",\"{\\\"d\\\":[1]}\"],[\"2.5\"]]");
    str_clear(&out);
    json_print(json_get(j, "ragged"), JSON_COMPACT, &out);
    assert_string_equal(out.p, "{\"rows\":2,\"lines\":[2,5]}");
    str_clear(&out);
    json_each (c, json_get(j, "columns")) {
        str_addf(&out, "%s %s %lld; ", json_get_str(c, "name"), json_get_str(c, "type"),
                 (long long)json_get_i64(c, "missing", -1));
    }
    assert_string_equal(out.p, "a number 1; b text 2; c text 2; ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_give_the_same_rows),
        cmocka_unit_test(memory_has_a_bound),
        cmocka_unit_test(separators_are_guessed),
        cmocka_unit_test(files_are_told_by_their_bytes),
        cmocka_unit_test(tables_of_one_and_more_files),
        cmocka_unit_test(json_lines_are_tables),
    };
    return RUN_TESTS(tests);
}
