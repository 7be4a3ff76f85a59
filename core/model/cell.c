/* Values as text and JSON; see cell.h. */
#include "core/model/cell.h"

#include "core/base/clock.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"

static void time_text(struct str *out, struct value v, const struct field *field,
                      enum cell_style style, int64_t now_ms)
{
    int64_t ms = v.i;
    bool is_duration = field && field->type == FIELD_DURATION;
    if (style == CELL_MACHINE) {
        if (is_duration) {
            fmt_double(out, (double)ms / 1000);
        } else {
            clock_rfc3339_us(out, ms, v.us);
        }
    } else if (is_duration) {
        fmt_duration(out, ms);
    } else if (field && field->flags & F_AGE) {
        fmt_age(out, now_ms - ms);
    } else {
        clock_local(out, ms, now_ms);
    }
}

void cell_text(struct str *out, struct value v, const struct field *field, enum cell_style style,
               int64_t now_ms)
{
    switch (v.type) {
    case VALUE_MISSING:
        str_addz(out, style == CELL_HUMAN ? "\xe2\x80\x93" : "");
        return;
    case VALUE_TEXT:
        str_addz(out, v.text);
        return;
    case VALUE_NUM:
        fmt_double(out, v.num);
        return;
    case VALUE_INT:
        if (field && field->type == FIELD_BYTES && style == CELL_HUMAN) {
            fmt_bytes(out, (uint64_t)v.i);
        } else {
            fmt_i64(out, v.i);
        }
        return;
    case VALUE_TIME:
        time_text(out, v, field, style, now_ms);
        return;
    }
}

struct json *cell_json(struct value v, const struct field *field)
{
    switch (v.type) {
    case VALUE_TEXT:
        return json_new_str(v.text);
    case VALUE_NUM:
        return json_new_num(v.num);
    case VALUE_INT:
        return json_new_i64(v.i);
    case VALUE_TIME:
        if (field && field->type == FIELD_DURATION) {
            return json_new_num((double)v.i / 1000);
        } else {
            CLEANUP(str_release) struct str s = STR_INIT;
            clock_rfc3339_us(&s, v.i, v.us);
            return json_new_str(s.p);
        }
    case VALUE_MISSING:
        break;
    }
    return json_new_null();
}

void cell_json_out(struct json_out *o, struct value v, const struct field *field)
{
    switch (v.type) {
    case VALUE_TEXT:
        json_quote(sv_z(v.text), o->out);
        return;
    case VALUE_NUM:
        json_out_num(o, v.num);
        return;
    case VALUE_INT:
        fmt_i64(o->out, v.i);
        return;
    case VALUE_TIME:
        if (field && field->type == FIELD_DURATION) {
            json_out_num(o, (double)v.i / 1000);
        } else {
            str_addc(o->out, '"');
            clock_rfc3339_us(o->out, v.i, v.us);
            str_addc(o->out, '"');
        }
        return;
    case VALUE_MISSING:
        break;
    }
    str_addz(o->out, "null");
}
