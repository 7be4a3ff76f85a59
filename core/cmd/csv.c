/* The header of a CSV file; see csv.h. */
#include "core/cmd/csv.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

static const size_t HEAD_MAX = 1 << 20;

static bool read_head(const char *path, struct str *out, struct err *e)
{
    FILE *f = fopen(path, "re");
    if (!f) {
        return err_sys(e, "cannot open %s", path);
    }
    str_reserve(out, HEAD_MAX);
    char part[4096];
    size_t n;
    errno = 0;
    while (out->n < HEAD_MAX && (n = fread(part, 1, sizeof(part), f)) > 0) {
        str_add(out, part, n);
    }
    bool ok = !ferror(f) || err_sys(e, "cannot read %s", path);
    fclose(f);
    return ok;
}

static char separator_of(struct sv text)
{
    static const char candidates[] = ",;\t|";
    char best = ',';
    size_t most = 0;
    for (const char *c = candidates; *c; c++) {
        size_t count = 0;
        for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++) {
            count += text.p[i] == *c;
        }
        if (count > most) {
            most = count;
            best = *c;
        }
    }
    return best;
}

/* Cut one field off `*rest`; true while it is followed by another of the same line. */
static bool next_field(struct sv *rest, char separator, struct str *field)
{
    str_clear(field);
    size_t i;
    bool is_quoted = rest->n > 0 && rest->p[0] == '"';
    bool is_inside = is_quoted;
    for (i = is_quoted ? 1 : 0; i < rest->n; i++) {
        char c = rest->p[i];
        if (is_inside && c == '"') {
            bool is_doubled = i + 1 < rest->n && rest->p[i + 1] == '"';
            is_inside = is_doubled;
            i += is_doubled;
            if (!is_doubled) {
                continue;
            }
        } else if (!is_inside && (c == separator || c == '\n' || c == '\r')) {
            break;
        }
        str_addc(field, c);
    }
    bool is_followed = i < rest->n && rest->p[i] == separator;
    size_t skip = i < rest->n ? i + 1 : i;
    *rest = (struct sv){rest->p + skip, rest->n - skip};
    return is_followed;
}

static void name_of(struct str *field, size_t number, struct str *ret_name)
{
    struct sv name = sv_trim(sv_of(field));
    str_clear(ret_name);
    if (name.n) {
        str_addsv(ret_name, name);
    } else {
        str_addf(ret_name, "column_%zu", number);
    }
}

bool csv_has_column(const char *path, const char *column, struct err *e)
{
    CLEANUP(str_release) struct str head = STR_INIT;
    CLEANUP(str_release) struct str field = STR_INIT;
    CLEANUP(str_release) struct str name = STR_INIT;
    CLEANUP(str_release) struct str all = STR_INIT;
    if (!read_head(path, &head, e)) {
        return false;
    }
    struct sv rest = sv_of(&head);
    if (sv_starts(rest, "\xef\xbb\xbf")) {
        rest = (struct sv){rest.p + 3, rest.n - 3};
    }
    if (!sv_trim(rest).n) {
        err_set(e, ERR_USAGE, "%s has no header", path);
        return err_hint(e, "its first line names the columns");
    }
    char separator = separator_of(rest);
    bool is_followed = true;
    for (size_t number = 1; is_followed; number++) {
        is_followed = next_field(&rest, separator, &field);
        name_of(&field, number, &name);
        if (sv_eqz(sv_of(&name), column)) {
            return true;
        }
        str_addz(&all, number == 1 ? "" : ", ");
        utf8_sanitize(&all, sv_of(&name));
    }
    err_set(e, ERR_USAGE, "%s has no column \"%s\"", path, column);
    return err_hint(e, "its columns are %s", all.p);
}
