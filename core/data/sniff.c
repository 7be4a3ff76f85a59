/* What a file is, by its first bytes; see tabular.h. */
#include "core/base/mem.h"
#include "core/data/csv.h"
#include "core/data/tabular.h"

static const struct {
    size_t at, n;
    const char *bytes, *what;
} magics[] = {
    {0, 4, "PAR1", "a Parquet file"},
    {0, 6, "ARROW1", "an Arrow file"},
    {0, 2, "\x1F\x8B", "a gzip archive"},
    {0, 4, "PK\x03\x04", "a zip archive"},
    {0, 4, "\x28\xB5\x2F\xFD", "a Zstandard archive"},
    {0, 6,
     "\xFD"
     "7zXZ\0",
     "an xz archive"},
    {0, 3, "BZh", "a bzip2 archive"},
    {257, 5, "ustar", "a tar archive"},
    {0, 4, "\x89HDF", "an HDF5 file"},
    {0, 6, "\x93NUMPY", "a NumPy array"},
    {0, 15, "SQLite format 3", "a SQLite database"},
    {0, 4, "\x89PNG", "a PNG picture"},
    {0, 3, "\xFF\xD8\xFF", "a JPEG picture"},
    {0, 4, "GIF8", "a GIF picture"},
    {0, 4, "RIFF", "a RIFF file (sound or film)"},
    {0, 4, "%PDF", "a PDF document"},
    {0, 4,
     "\x7F"
     "ELF",
     "a program"},
    {0, 2, "\x80\x04", "a Python pickle"},
    {0, 2, "\x80\x05", "a Python pickle"},
    {0, 2, "\xFF\xFE", "text in UTF-16, which is not read as a table"},
    {0, 2, "\xFE\xFF", "text in UTF-16, which is not read as a table"},
};

static const struct {
    const char *ending;
    enum data_format format;
    const char *what;
} endings[] = {
    {".csv", DATA_CSV, "CSV"},
    {".tsv", DATA_CSV, "TSV"},
    {".tab", DATA_CSV, "TSV"},
    {".jsonl", DATA_JSON_LINES, "JSON lines"},
    {".ndjson", DATA_JSON_LINES, "JSON lines"},
};

static bool ends_in(struct sv name, const char *ending)
{
    size_t n = strlen(ending);
    for (size_t i = 0; i < n; i++) {
        char c = name.n >= n ? name.p[name.n - n + i] : 0;
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != ending[i]) {
            return false;
        }
    }
    return true;
}

/* Fields of the first two rows. */
struct two_rows {
    size_t fields[2], n;
};

static bool count_fields(void *arg, const struct csv_row *row)
{
    struct two_rows *t = arg;
    t->fields[t->n++] = row->fields;
    return t->n < 2;
}

/* Do the first two rows have the same number of fields, more than one? */
static bool is_csv(struct sv head)
{
    struct two_rows t = {.n = 0};
    struct csv c;
    csv_init(&c, csv_separator(head), count_fields, &t);
    if (csv_feed(&c, head)) {
        csv_end(&c);
    }
    csv_release(&c);
    return t.n == 2 && t.fields[0] > 1 && t.fields[0] == t.fields[1];
}

/* Is the first line an object, whole, and does another begin after it? */
static bool is_json_lines(struct sv head)
{
    struct sv rest = head, line;
    struct err ignored;
    return sv_split(&rest, '\n', &line) && json_scan(sv_trim(line), &ignored) &&
           sv_starts(sv_trim(rest), "{");
}

static enum data_format sniff_text(struct sv head, const char **ret_what)
{
    struct sv text = sv_trim(head);
    bool is_object = sv_starts(text, "{");
    if (is_object && is_json_lines(text)) {
        *ret_what = "JSON lines";
        return DATA_JSON_LINES;
    }
    if (is_object || sv_starts(text, "[")) {
        *ret_what = "a JSON document";
        return DATA_NO_TABLE;
    }
    bool is_table = is_csv(head);
    *ret_what = is_table ? "CSV" : "a text";
    return is_table ? DATA_CSV : DATA_NO_TABLE;
}

enum data_format tabular_sniff(struct sv name, struct sv head, const char **ret_what)
{
    if (head.n == 0) {
        *ret_what = "an empty file";
        return DATA_NO_TABLE;
    }
    for (size_t i = 0; i < ALEN(magics); i++) {
        if (head.n >= magics[i].at + magics[i].n &&
            memcmp(head.p + magics[i].at, magics[i].bytes, magics[i].n) == 0) {
            *ret_what = magics[i].what;
            return DATA_NO_TABLE;
        }
    }
    if (memchr(head.p, 0, head.n)) {
        *ret_what = "binary data";
        return DATA_NO_TABLE;
    }
    for (size_t i = 0; i < ALEN(endings); i++) {
        if (ends_in(name, endings[i].ending)) {
            *ret_what = endings[i].what;
            return endings[i].format;
        }
    }
    return sniff_text(head, ret_what);
}
