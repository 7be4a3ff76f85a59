/* JSON without a tree; see json_out.h. */
#include "core/base/json_out.h"

static void newline(struct json_out *o)
{
    if (o->style == JSON_PRETTY) {
        str_addc(o->out, '\n');
        str_addn(o->out, ' ', o->depth * 2);
    }
}

void json_out_begin(struct json_out *o, char open)
{
    str_addc(o->out, open);
    o->depth++;
    o->has_some = false;
}

void json_out_item(struct json_out *o)
{
    if (o->has_some) {
        str_addc(o->out, ',');
    }
    newline(o);
    o->has_some = true;
}

void json_out_key(struct json_out *o, const char *key)
{
    json_out_item(o);
    json_quote(sv_z(key), o->out);
    str_addz(o->out, o->style == JSON_PRETTY ? ": " : ":");
}

void json_out_end(struct json_out *o, char close)
{
    o->depth--;
    if (o->has_some) {
        newline(o);
    }
    str_addc(o->out, close);
    o->has_some = true; /* itself, in what it stands in */
}

void json_out_num(struct json_out *o, double x)
{
    json_print_num(x, o->out);
}
