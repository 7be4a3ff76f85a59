/* HParamsPluginData of tensorboard/plugins/hparams/plugin_data.proto, its parameters values of
 * google.protobuf.Value; see hparams.h. */
#include "core/provider/files/hparams.h"

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/pbwire.h"
#include "core/provider/files/reader.h"

enum { DATA_START = 3, DATA_END = 4 };
enum { START_HPARAMS = 1, START_MODEL = 2, START_MONITOR = 3, START_GROUP = 4, START_TIME = 5 };
enum { END_STATUS = 1, END_TIME = 2 };
enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };
enum { VALUE_NUMBER = 2, VALUE_STRING = 3, VALUE_BOOL = 4 };

static const char *const statuses[] = {NULL, "SUCCESS", "FAILURE", "RUNNING"};

static void set_text(struct json *object, struct sv key, struct sv text)
{
    CLEANUP(mem_free_ptr) char *key_z = sv_dup(key);
    json_set(object, key_z, json_new_sv(text));
}

/* A Value as text: strings as they are, others as JSON. Lists and structs are none of the plugin's
 * own; they count as null. */
static bool text_of_value(struct sv value, struct str *out)
{
    struct pb c = pb_of(value);
    struct pb_field f;
    str_clear(out);
    str_addz(out, "null");
    while (pb_next(&c, &f)) {
        if (f.number == VALUE_NUMBER && f.wire == PB_FIXED64) {
            str_clear(out);
            fmt_double(out, pb_double(f.bits));
        } else if (f.number == VALUE_STRING && f.wire == PB_BYTES) {
            str_clear(out);
            str_addsv(out, f.bytes);
        } else if (f.number == VALUE_BOOL && f.wire == PB_VARINT) {
            str_setf(out, "%s", f.bits ? "true" : "false");
        }
    }
    return !c.is_bad && out->n <= READER_TEXT_MAX;
}

static bool read_entry(struct sv entry, struct json *params)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct pb c = pb_of(entry);
    struct pb_field f;
    struct sv key = {0}, value = {0};
    while (pb_next(&c, &f)) {
        if (f.number == ENTRY_KEY) {
            key = f.bytes;
        } else if (f.number == ENTRY_VALUE) {
            value = f.bytes;
        }
    }
    if (c.is_bad || key.n > READER_KEY_MAX || !text_of_value(value, &text)) {
        return false;
    }
    set_text(params, key, sv_of(&text));
    return true;
}

static bool read_start(struct sv start, struct hparams *ret)
{
    static const char *const words[] = {
        [START_MODEL] = "model_uri", [START_MONITOR] = "monitor_url", [START_GROUP] = "group_name"};
    struct pb c = pb_of(start);
    struct pb_field f;
    bool ok = true;
    if (!ret->params) {
        ret->params = json_new_object();
        ret->tags = json_new_object();
    }
    while (pb_next(&c, &f)) {
        if (f.number == START_HPARAMS && f.wire == PB_BYTES) {
            ok = read_entry(f.bytes, ret->params) && ok;
        } else if (f.number == START_TIME && f.wire == PB_FIXED64) {
            ret->started_s = pb_double(f.bits);
        } else if (f.number < ALEN(words) && words[f.number] && f.bytes.n &&
                   f.bytes.n <= READER_TEXT_MAX) {
            set_text(ret->tags, sv_z(words[f.number]), f.bytes);
        }
    }
    return ok && !c.is_bad;
}

static bool read_end(struct sv end, struct hparams *ret)
{
    struct pb c = pb_of(end);
    struct pb_field f;
    while (pb_next(&c, &f)) {
        if (f.number == END_STATUS && f.wire == PB_VARINT && f.bits < ALEN(statuses)) {
            ret->status = statuses[f.bits];
        } else if (f.number == END_TIME && f.wire == PB_FIXED64) {
            ret->ended_s = pb_double(f.bits);
        }
    }
    return !c.is_bad;
}

bool hparams_read(struct sv content, struct hparams *ret)
{
    struct pb c = pb_of(content);
    struct pb_field f;
    bool ok = true;
    *ret = (struct hparams){0};
    while (pb_next(&c, &f)) {
        if (f.number == DATA_START && f.wire == PB_BYTES) {
            ok = read_start(f.bytes, ret) && ok;
        } else if (f.number == DATA_END && f.wire == PB_BYTES) {
            ok = read_end(f.bytes, ret) && ok;
        }
    }
    return ok && !c.is_bad;
}
