/* Any bytes as a table: rows within their bounds, and a profile that adds up. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/mem.h"
#include "core/data/csv.h"
#include "core/data/tabular.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check_row(void *arg, const struct csv_row *row)
{
    uint64_t *line = arg;
    xassert(row->line > *line && row->n <= row->fields && row->n <= CSV_MAX_FIELDS && row->n > 0);
    *line = row->line;
    return true;
}

static void check_profile(const struct json *j)
{
    int64_t rows = json_get_i64(j, "rows", -1);
    json_each (c, json_get(j, "columns")) {
        int64_t count = json_get_i64(c, "count", -1), sum = 0;
        xassert(count + json_get_i64(c, "missing", -1) == rows);
        xassert(json_get_i64(c, "distinct", -1) <= count);
        const struct json *hist = json_get(json_get(c, "histogram"), "hist");
        json_each (bin, hist) {
            sum += (int64_t)json_num(bin);
        }
        xassert(!hist || sum == count - json_get_i64(c, "infinite", 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x.csv", "x.jsonl", "x"};
    struct sv bytes = {(const char *)data, size};
    size_t piece = size ? 1 + data[0] % 32u : 1;
    uint64_t line = 0;
    struct csv c;
    csv_init(&c, csv_separator(bytes), check_row, &line);
    for (size_t i = 0; i < size; i += piece) {
        xassert(csv_feed(&c, (struct sv){bytes.p + i, size - i < piece ? size - i : piece}));
    }
    xassert(csv_end(&c));
    csv_release(&c);
    for (size_t i = 0; i < ALEN(names); i++) {
        struct tabular *t = tabular_new();
        const char *what;
        for (int file = 0; file < 2; file++) {
            if (tabular_begin(t, sv_z(names[i]), bytes, &what)) {
                (void)tabular_feed(t, bytes);
                (void)tabular_end(t, &what);
            }
        }
        struct json *j = tabular_json(t);
        check_profile(j);
        json_free(j);
        tabular_free(t);
    }
    return 0;
}
