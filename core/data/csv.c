/* A state machine over bytes; see csv.h. */
#include "core/data/csv.h"

#include "core/base/mem.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

void csv_init(struct csv *c, char separator, csv_row_fn fn, void *arg)
{
    *c = (struct csv){.fn = fn, .arg = arg, .separator = separator, .line = 1, .row_line = 1};
    str_init(&c->text);
}

void csv_release(struct csv *c)
{
    str_release(&c->text);
    vec_release(&c->ends);
    vec_release(&c->row);
}

/* Bytes of the open field; what is over a limit is left out. */
static void add_bytes(struct csv *c, const char *p, size_t n)
{
    size_t has = c->text.n - c->begins;
    size_t room = has < CSV_MAX_FIELD_BYTES ? CSV_MAX_FIELD_BYTES - has : 0;
    size_t left = c->text.n < CSV_MAX_ROW_BYTES ? CSV_MAX_ROW_BYTES - c->text.n : 0;
    room = c->fields >= CSV_MAX_FIELDS ? 0 : room < left ? room : left;
    c->has_bytes = true;
    if (n > room) {
        c->is_cut = true;
        n = room;
    }
    str_add(&c->text, p, n);
}

static void end_field(struct csv *c)
{
    if (c->fields < CSV_MAX_FIELDS) {
        vec_push(&c->ends, c->text.n);
    } else {
        c->is_cut = true;
    }
    c->fields++;
    c->begins = c->text.n;
    c->state = CSV_BEGIN;
}

/* Hand the row over and begin the next one. */
static bool end_row(struct csv *c)
{
    bool goes_on = true;
    if (c->has_bytes) {
        end_field(c);
        vec_clear(&c->row);
        for (size_t i = 0, from = 0; i < c->ends.n; i++) {
            vec_push(&c->row, ((struct sv){c->text.p + from, c->ends.at[i] - from}));
            from = c->ends.at[i];
        }
        struct csv_row row = {c->row.at, c->row.n, c->fields, c->row_line, c->is_cut};
        goes_on = c->fn(c->arg, &row);
    }
    str_clear(&c->text);
    vec_clear(&c->ends);
    c->fields = c->begins = 0;
    c->is_cut = c->has_bytes = false;
    c->state = CSV_BEGIN;
    c->row_line = c->line;
    return goes_on;
}

/* How many bytes from p on are of the open field, whatever they are. */
static size_t plain_bytes(const struct csv *c, const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && p[i] != c->separator && p[i] != '\n' && p[i] != '\r') {
        i++;
    }
    return i;
}

/* In quotes; returns how many bytes were taken. */
static size_t feed_quoted(struct csv *c, const char *p, size_t n)
{
    size_t i = 0;
    for (; i < n && p[i] != '"'; i++) {
        bool is_end = p[i] == '\r' || (p[i] == '\n' && !c->after_cr);
        c->line += is_end;
        c->after_cr = p[i] == '\r';
    }
    add_bytes(c, p, i);
    if (i < n) {
        c->state = CSV_QUOTE;
        c->after_cr = false;
        i++;
    }
    return i;
}

/* Outside of quotes; *ret_goes_on turns false when no more is wanted. */
static size_t feed_plain(struct csv *c, const char *p, size_t n, bool *ret_goes_on)
{
    if (*p == '\n' || *p == '\r') {
        bool is_second = *p == '\n' && c->after_cr; /* of CR LF */
        c->after_cr = *p == '\r';
        c->line += !is_second;
        *ret_goes_on = is_second || end_row(c);
        c->row_line = c->line;
        return 1;
    }
    c->after_cr = false;
    if (*p == c->separator) {
        c->has_bytes = true;
        end_field(c);
        return 1;
    }
    if (*p == '"' && c->state != CSV_PLAIN) {
        /* one that begins a field, or the second of two within quotes */
        if (c->state == CSV_QUOTE) {
            add_bytes(c, p, 1);
        } else {
            c->quote_line = c->line;
        }
        c->has_bytes = true;
        c->state = CSV_QUOTED;
        return 1;
    }
    size_t taken = plain_bytes(c, p, n);
    add_bytes(c, p, taken);
    c->state = CSV_PLAIN;
    return taken;
}

/* The first bytes of all: a byte order mark is none of the data. */
static size_t feed_mark(struct csv *c, const char *p)
{
    if (*p == byte_order_mark[c->mark]) {
        c->mark++;
        c->state = c->mark == sizeof byte_order_mark - 1 ? CSV_BEGIN : CSV_MARK;
        return 1;
    }
    c->state = CSV_BEGIN;
    if (c->mark) {
        add_bytes(c, byte_order_mark, c->mark);
        c->state = CSV_PLAIN;
    }
    return 0;
}

bool csv_feed(struct csv *c, struct sv bytes)
{
    bool goes_on = true;
    for (size_t i = 0; i < bytes.n && goes_on;) {
        const char *p = bytes.p + i;
        size_t n = bytes.n - i;
        i += c->state == CSV_MARK     ? feed_mark(c, p)
             : c->state == CSV_QUOTED ? feed_quoted(c, p, n)
                                      : feed_plain(c, p, n, &goes_on);
    }
    return goes_on;
}

bool csv_end(struct csv *c)
{
    if (c->state == CSV_MARK && c->mark) {
        add_bytes(c, byte_order_mark, c->mark);
    }
    if (c->state == CSV_QUOTED) {
        c->open_line = c->quote_line;
    }
    return end_row(c);
}

char csv_separator(struct sv head)
{
    static const char candidates[] = ",\t;|";
    size_t counts[sizeof candidates - 1] = {0}, best = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < head.n; i++) {
        if (head.p[i] == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (head.p[i] == '\n' || head.p[i] == '\r')) {
            break;
        }
        for (size_t k = 0; !is_quoted && k < ALEN(counts); k++) {
            counts[k] += head.p[i] == candidates[k];
        }
    }
    for (size_t k = 1; k < ALEN(counts); k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return candidates[best];
}
