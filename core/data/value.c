/* Reading cells; see value.h. */
#include "core/data/value.h"

#include <math.h>

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"

enum { MAX_NUMBER = 64 };

const char *const cell_class_words[CELL_CLASS_COUNT] = {
    [CELL_MISSING] = "missing", [CELL_INTEGER] = "integer",   [CELL_NUMBER] = "number",
    [CELL_BOOLEAN] = "boolean", [CELL_INFINITE] = "infinite", [CELL_TIME] = "time",
    [CELL_TEXT] = "text"};

static bool is_one_of(struct sv v, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (sv_eqz(v, words[i])) {
            return true;
        }
    }
    return false;
}

/* Cells are many, and few of them are such words: most are told by how they begin. */
static bool is_missing(struct sv v)
{
    enum { LONGEST = 9 };
    bool is_signed = v.n > 2 && (*v.p == '-' || *v.p == '1');
    if (v.n > LONGEST || !(memchr("Nn#<", *v.p, 4) || (is_signed && memchr("Nn1.", v.p[1], 4)))) {
        return false;
    }
    static const char *const words[] = {
        "NA",   "N/A",  "n/a",  "<NA>", "#N/A",     "#NA",    "NaN",     "nan",     "-NaN",
        "-nan", "NULL", "null", "None", "#N/A N/A", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"};
    return is_one_of(v, words, ALEN(words));
}

static bool is_boolean(struct sv v)
{
    if (!memchr("tfTF", *v.p, 4)) {
        return false;
    }
    static const char *const words[] = {"true", "false", "True", "False", "TRUE", "FALSE"};
    return is_one_of(v, words, ALEN(words));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum cell_class read_number(struct sv v, double *ret_num, int64_t *ret_int)
{
    if (fmt_parse_i64(v, ret_int)) {
        *ret_num = (double)*ret_int;
        return CELL_INTEGER;
    }
    *ret_int = 0;
    if (v.n > MAX_NUMBER || !fmt_parse_double(v, ret_num) || isnan(*ret_num)) {
        *ret_num = 0;
        return CELL_TEXT;
    }
    return isinf(*ret_num) ? CELL_INFINITE : CELL_NUMBER;
}

enum cell_class cell_read(struct sv text, double *ret_num, int64_t *ret_int)
{
    struct sv v = sv_trim(text);
    int64_t ms;
    *ret_num = 0;
    *ret_int = 0;
    if (v.n == 0 || is_missing(v)) {
        return CELL_MISSING;
    }
    bool is_like_number = is_digit(*v.p) || memchr("+-.iI", *v.p, 5);
    enum cell_class class = is_like_number ? read_number(v, ret_num, ret_int) : CELL_TEXT;
    if (class == CELL_TEXT && is_boolean(v)) {
        return CELL_BOOLEAN;
    }
    if (class == CELL_TEXT && is_digit(*v.p) && clock_parse(v, &ms)) {
        *ret_num = (double)ms;
        return CELL_TIME;
    }
    return class;
}
