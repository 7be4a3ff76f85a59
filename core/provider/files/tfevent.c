/* Event, Summary and Value of TensorFlow's event.proto and summary.proto; see tfevent.h. */
#include "core/provider/files/tfevent.h"

#include "core/provider/files/reader.h"

enum { EVENT_WALL = 1, EVENT_STEP = 2, EVENT_SUMMARY = 5, EVENT_SESSION = 7 };
enum { SESSION_STATUS = 1, SESSION_START = 1 };
enum { SUMMARY_VALUE = 1 };
enum { VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_TENSOR = 8, VALUE_METADATA = 9 };
enum { METADATA_PLUGIN = 1, PLUGIN_NAME = 1, PLUGIN_CONTENT = 2 };

/* Is this field the one of that number and wire type? A known number of another type is not: as
 * protobuf has it, such a field is unknown. */
static bool is_field(const struct pb_field *f, uint32_t number, enum pb_wire wire)
{
    return f->number == number && f->wire == wire;
}

static bool is_start_of_session(struct sv session)
{
    struct pb c = pb_of(session);
    struct pb_field f;
    uint64_t status = 0;
    while (pb_next(&c, &f)) {
        if (is_field(&f, SESSION_STATUS, PB_VARINT)) {
            status = f.bits;
        }
    }
    return !c.is_bad && status == SESSION_START;
}

bool tfevent_read(struct sv record, struct tfevent *ret)
{
    struct pb c = pb_of(record);
    struct pb_field f;
    *ret = (struct tfevent){.contents = c};
    while (pb_next(&c, &f)) {
        if (is_field(&f, EVENT_WALL, PB_FIXED64)) {
            ret->wall_s = pb_double(f.bits);
        } else if (is_field(&f, EVENT_STEP, PB_VARINT)) {
            ret->step = pb_i64(f.bits);
        } else if (is_field(&f, EVENT_SESSION, PB_BYTES)) {
            ret->is_start = is_start_of_session(f.bytes);
        }
    }
    return !c.is_bad;
}

/* The content when the metadata names the HParams plugin. */
static bool is_hparams(struct sv metadata, struct sv *ret_content)
{
    struct pb c = pb_of(metadata), p = {0};
    struct pb_field f;
    struct sv name = {0}, content = {0};
    while (pb_next(&c, &f)) {
        if (is_field(&f, METADATA_PLUGIN, PB_BYTES)) {
            p = pb_of(f.bytes);
        }
    }
    while (pb_next(&p, &f)) {
        if (is_field(&f, PLUGIN_NAME, PB_BYTES)) {
            name = f.bytes;
        } else if (is_field(&f, PLUGIN_CONTENT, PB_BYTES)) {
            content = f.bytes;
        }
    }
    *ret_content = content;
    return !c.is_bad && !p.is_bad && sv_eqz(name, "hparams");
}

static void damaged(struct tfvalue *v, const char *why)
{
    v->kind = TFVALUE_DAMAGED;
    v->why = why;
}

/* A tag that cannot be the name of a metric. */
static void check_tag(struct tfvalue *v)
{
    if (v->tag.n > READER_KEY_MAX) {
        damaged(v, "a tag of more than 64 KiB");
    } else if (!v->tag.n) {
        damaged(v, "a value without a tag");
    }
}

static struct tfvalue value_of(struct sv bytes)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct tfvalue v = {0};
    while (pb_next(&c, &f)) {
        if (is_field(&f, VALUE_TAG, PB_BYTES)) {
            v.tag = f.bytes;
        } else if (is_field(&f, VALUE_SIMPLE, PB_FIXED32)) {
            v.kind = TFVALUE_SCALAR;
            v.number = pb_float(f.bits);
        } else if (is_field(&f, VALUE_TENSOR, PB_BYTES) && v.kind != TFVALUE_HPARAMS) {
            v.kind = tftensor_scalar(f.bytes, &v.number);
        } else if (is_field(&f, VALUE_METADATA, PB_BYTES) && is_hparams(f.bytes, &v.content)) {
            v.kind = TFVALUE_HPARAMS;
        }
    }
    if (c.is_bad) {
        damaged(&v, "a value that is no message");
    } else if (v.kind == TFVALUE_DAMAGED) {
        v.why = "a tensor without the number that it tells of";
    } else if (v.kind == TFVALUE_SCALAR) {
        check_tag(&v);
    }
    return v;
}

bool tfevent_value(struct tfevent *ev, struct tfvalue *ret)
{
    struct pb_field f;
    for (;;) {
        while (pb_next(&ev->summary, &f)) {
            if (is_field(&f, SUMMARY_VALUE, PB_BYTES)) {
                *ret = value_of(f.bytes);
                return true;
            }
        }
        if (ev->summary.is_bad) {
            ev->summary = pb_of((struct sv){0});
            *ret = (struct tfvalue){.kind = TFVALUE_DAMAGED, .why = "a summary that is no message"};
            return true;
        }
        do {
            if (!pb_next(&ev->contents, &f)) {
                return false;
            }
        } while (!is_field(&f, EVENT_SUMMARY, PB_BYTES));
        ev->summary = pb_of(f.bytes);
    }
}
