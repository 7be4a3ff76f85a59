/* Records of wandb_internal.proto; see wandb_run.h. */
#include "core/provider/files/wandb_run.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/pbwire.h"
#include "core/base/utf8.h"
#include "core/provider/files/flat.h"

void wandb_run_init(struct wandb_run *w)
{
    *w = (struct wandb_run){
        .started_us = READER_NO_TIME, .last_us = READER_NO_TIME, .ended_us = READER_NO_TIME};
    pending_init(&w->points);
}

static void release_values(struct map *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->at[i].value);
    }
    map_release(m);
}

void wandb_run_release(struct wandb_run *w)
{
    free(w->id);
    free(w->name);
    free(w->project);
    release_values(&w->params);
    release_values(&w->tags);
    release_values(&w->summary);
    map_release(&w->history);
    pending_release(&w->points);
}

static bool damaged(struct wandb_run *w, const char *why)
{
    w->why = why;
    return false;
}

static bool is_field(const struct pb_field *f, uint32_t number, enum pb_wire wire)
{
    return f->number == number && f->wire == wire;
}

/* --- texts --- */

static bool set_text(struct wandb_run *w, struct map *m, struct sv key, struct sv text)
{
    struct str k = STR_INIT, v = STR_INIT;
    utf8_make_valid(&k, key);
    bool ok = m->n < WANDB_RUN_MAX_PARAMS || map_has(m, sv_of(&k));
    if (ok) {
        utf8_make_valid(&v, text);
        free(map_set(m, sv_of(&k), str_detach(&v)));
        w->is_dirty = true;
    }
    str_release(&k);
    str_release(&v);
    return ok || damaged(w, "more params than can be shown");
}

static void set_z(struct wandb_run *w, char **at, struct sv text)
{
    struct str v = STR_INIT;
    utf8_make_valid(&v, text);
    if (text.n && text.n <= READER_KEY_MAX && !sv_eqz(sv_of(&v), *at ? *at : "")) {
        free(*at);
        *at = xstrdup(v.p);
        w->is_dirty = true;
    }
    str_release(&v);
}

/* --- numbers --- */

static bool is_own(struct sv path) /* W&B's, not the person's */
{
    return sv_starts(path, "_");
}

static const struct {
    const char *word;
    double value;
} number_words[] = {{"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};

static bool is_number_word(struct sv word)
{
    bool is = false;
    for (size_t i = 0; i < ALEN(number_words); i++) {
        is = is || sv_eqz(word, number_words[i].word);
    }
    return is;
}

enum leaf { LEAF_OTHER, LEAF_NUMBER, LEAF_BAD };

/* A leaf as a number: also NaN and the infinities, bare or as texts. */
static enum leaf leaf_of(struct sv leaf, double *ret)
{
    static const char *const others[] = {"true", "false", "null"};
    bool is_text = leaf.n >= 2 && *leaf.p == '"';
    struct sv word = is_text ? (struct sv){leaf.p + 1, leaf.n - 2} : leaf;
    for (size_t i = 0; i < ALEN(number_words); i++) {
        if (sv_eqz(word, number_words[i].word)) {
            *ret = number_words[i].value;
            return LEAF_NUMBER;
        }
        if (sv_eqz(leaf, others[i])) {
            return LEAF_OTHER;
        }
    }
    if (is_text || (leaf.n && (*leaf.p == '{' || *leaf.p == '['))) {
        return LEAF_OTHER;
    }
    bool is_number = leaf.n && *leaf.p && strchr("-0123456789", *leaf.p);
    return is_number && fmt_parse_double(leaf, ret) ? LEAF_NUMBER : LEAF_BAD;
}

/* --- items: {key = 1, nested_key = 2 (repeated), a value} --- */

enum { ITEM_KEY = 1, ITEM_NESTED = 2, ITEM_JSON = 16 };
/* of history alone, since 0.31 */
enum { ITEM_INTEGER = 5, ITEM_NUMBER = 6, ITEM_TEXT = 7, ITEM_JSON_TEXT = 8 };

struct item {
    struct str path;   /* joined by "." */
    struct str number; /* what `value` points to, of one that is no JSON in the log */
    struct sv value;   /* as JSON; p NULL: it has none that could be a number or a param */
};

static void item_release(struct item *it)
{
    str_release(&it->path);
    str_release(&it->number);
}

static void add_to_path(struct str *path, struct sv key, bool is_first)
{
    if (!is_first) {
        str_addc(path, '.');
    }
    utf8_make_valid(path, key);
}

static int64_t unzigzag(uint64_t bits)
{
    return pb_i64(bits >> 1 ^ (0 - (bits & 1)));
}

static void take_value(struct item *it, const struct pb_field *f)
{
    if (is_field(f, ITEM_JSON, PB_BYTES) || is_field(f, ITEM_JSON_TEXT, PB_BYTES)) {
        it->value = f->bytes;
    } else if (is_field(f, ITEM_TEXT, PB_BYTES) && is_number_word(f->bytes)) {
        it->value = f->bytes;
    } else if (is_field(f, ITEM_NUMBER, PB_FIXED64)) {
        fmt_double(&it->number, pb_double(f->bits));
        it->value = sv_of(&it->number);
    } else if (is_field(f, ITEM_INTEGER, PB_VARINT)) {
        str_addf(&it->number, "%lld", (long long)unzigzag(f->bits));
        it->value = sv_of(&it->number);
    }
}

static bool read_item(struct wandb_run *w, struct sv bytes, struct item *it)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct sv key = {0};
    size_t nested = 0;
    str_clear(&it->path);
    str_clear(&it->number);
    it->value = (struct sv){0};
    while (pb_next(&c, &f)) {
        if (is_field(&f, ITEM_KEY, PB_BYTES)) {
            key = f.bytes;
        } else if (is_field(&f, ITEM_NESTED, PB_BYTES)) {
            add_to_path(&it->path, f.bytes, !nested++);
        } else {
            take_value(it, &f);
        }
    }
    if (!nested) {
        add_to_path(&it->path, key, true);
    }
    if (c.is_bad || !it->path.n) {
        return damaged(w, "an item that is no message");
    }
    return it->path.n <= READER_KEY_MAX || damaged(w, "a key of more than 64 KiB");
}

/* --- config --- */

enum { CONFIG_UPDATE = 1, CONFIG_REMOVE = 2 };

static bool is_json(struct sv leaf)
{
    struct err why = ERR_INIT;
    double x;
    return leaf_of(leaf, &x) == LEAF_NUMBER || json_scan(leaf, &why);
}

static bool take_param(void *arg, struct sv path, struct sv leaf)
{
    struct wandb_run *w = arg;
    struct str text = STR_INIT;
    bool ok = true;
    if (leaf.n && *leaf.p == '"') {
        ok = flat_string(leaf, &text);
    } else {
        ok = is_json(leaf);
        str_addsv(&text, leaf);
    }
    ok = ok ? set_text(w, &w->params, path, sv_of(&text)) : damaged(w, "a param that is no JSON");
    str_release(&text);
    return ok;
}

/* The param, or what is below it. */
static void remove_params(struct wandb_run *w, struct sv path)
{
    for (size_t i = 0; i < w->params.n; i++) {
        struct sv key = sv_z(w->params.at[i].key);
        if (key.n >= path.n && memcmp(key.p, path.p, path.n) == 0 &&
            (key.n == path.n || key.p[path.n] == '.')) {
            free(w->params.at[i].value);
            w->params.at[i].value = NULL;
            w->is_dirty = true;
        }
    }
}

static bool take_config(struct wandb_run *w, struct sv bytes)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct item it = {STR_INIT, STR_INIT, {0}};
    bool ok = true;
    while (pb_next(&c, &f)) {
        if (f.wire != PB_BYTES || f.number > CONFIG_REMOVE) {
            continue;
        }
        if (!read_item(w, f.bytes, &it)) {
            ok = false;
        } else if (sv_eqz(sv_of(&it.path), "_wandb") || sv_starts(sv_of(&it.path), "_wandb.")) {
            continue;
        } else if (f.number == CONFIG_REMOVE) {
            remove_params(w, sv_of(&it.path));
        } else if (!flat_json(it.value, sv_of(&it.path), take_param, w)) {
            ok = damaged(w, w->why ? w->why : "a param that is no JSON");
        }
    }
    item_release(&it);
    return ok && (!c.is_bad || damaged(w, "a configuration that is no message"));
}

/* --- history --- */

enum { HISTORY_ITEM = 1, HISTORY_STEP = 2, STEP_NUM = 1 };

struct row {
    struct wandb_run *w;
    struct point point;
    bool has_step;
};

static int64_t us_of(double wall_s)
{
    return isfinite(wall_s) && fabs(wall_s) < 1e11 ? llround(wall_s * 1e6) : READER_NO_TIME;
}

static bool note_own(void *arg, struct sv path, struct sv leaf)
{
    struct row *row = arg;
    double x;
    int64_t step;
    if (sv_eqz(path, "_step") && fmt_parse_i64(leaf, &step)) {
        row->point.step = step;
        row->has_step = true;
    } else if (sv_eqz(path, "_timestamp") && leaf_of(leaf, &x) == LEAF_NUMBER &&
               us_of(x) != READER_NO_TIME) {
        row->w->last_us = us_of(x);
        row->point.time_ms = (double)us_of(x) / 1e3;
    }
    return true;
}

static void read_step(struct row *row, struct sv step)
{
    struct pb c = pb_of(step);
    struct pb_field f;
    int64_t num = 0;
    while (pb_next(&c, &f)) {
        num = is_field(&f, STEP_NUM, PB_VARINT) ? pb_i64(f.bits) : num;
    }
    if (!c.is_bad && !row->has_step) {
        row->point.step = num;
    }
}

static bool add_point(struct row *row, struct sv path, double value)
{
    struct wandb_run *w = row->w;
    if (!map_has(&w->history, path)) {
        if (w->history.n >= WANDB_RUN_MAX_METRICS) {
            return damaged(w, "more metrics than can be shown");
        }
        map_set(&w->history, path, w);
    }
    row->point.value = value;
    pending_add(&w->points, path, &row->point);
    return true;
}

static bool note_metric(void *arg, struct sv path, struct sv leaf)
{
    struct row *row = arg;
    double x;
    enum leaf is = leaf_of(leaf, &x);
    if (is_own(path) || is == LEAF_OTHER) {
        return true;
    }
    return is == LEAF_NUMBER ? add_point(row, path, x) : damaged(row->w, "a value that is no JSON");
}

/* The row's own keys (step and time), or the metrics. */
static bool take_items(struct row *row, struct sv bytes, bool is_own_turn)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct item it = {STR_INIT, STR_INIT, {0}};
    bool ok = true;
    while (pb_next(&c, &f)) {
        if (is_field(&f, HISTORY_STEP, PB_BYTES)) {
            read_step(row, f.bytes);
        } else if (!is_field(&f, HISTORY_ITEM, PB_BYTES)) {
            continue;
        } else if (!read_item(row->w, f.bytes, &it)) {
            ok = false;
        } else if (it.value.p && is_own(sv_of(&it.path)) == is_own_turn &&
                   !flat_json(it.value, sv_of(&it.path), is_own_turn ? note_own : note_metric,
                              row)) {
            ok = damaged(row->w, row->w->why ? row->w->why : "a value that is no JSON");
        }
    }
    item_release(&it);
    return ok && (!c.is_bad || damaged(row->w, "a history that is no message"));
}

static bool take_history(struct wandb_run *w, struct sv bytes)
{
    struct row row = {.w = w, .point = {.step = w->rows++, .time_ms = (double)NAN}};
    bool ok = take_items(&row, bytes, true);
    return take_items(&row, bytes, false) && ok;
}

/* --- summary --- */

enum { SUMMARY_UPDATE = 1 };

static bool note_summary(void *arg, struct sv path, struct sv leaf)
{
    struct wandb_run *w = arg;
    double x;
    enum leaf is = leaf_of(leaf, &x);
    if (is_own(path) || is == LEAF_OTHER) {
        return true;
    }
    if (is == LEAF_BAD || w->summary.n >= WANDB_RUN_MAX_METRICS) {
        return damaged(w, is == LEAF_BAD ? "a value that is no JSON"
                                         : "more metrics than can be shown");
    }
    double *value = xmalloc(sizeof *value);
    *value = x;
    free(map_set(&w->summary, path, value));
    return true;
}

static bool take_summary(struct wandb_run *w, struct sv bytes)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct item it = {STR_INIT, STR_INIT, {0}};
    bool ok = true;
    while (pb_next(&c, &f)) {
        if (!is_field(&f, SUMMARY_UPDATE, PB_BYTES)) {
            continue;
        }
        if (!read_item(w, f.bytes, &it)) {
            ok = false;
            continue;
        }
        w->has_summary = w->has_summary || !is_own(sv_of(&it.path));
        if (!flat_json(it.value, sv_of(&it.path), note_summary, w)) {
            ok = damaged(w, w->why ? w->why : "a value that is no JSON");
        }
    }
    item_release(&it);
    return ok && (!c.is_bad || damaged(w, "a summary that is no message"));
}

bool wandb_run_take_summary(struct wandb_run *w, struct sv json)
{
    w->why = NULL;
    return flat_json(json, SV(""), note_summary, w) ||
           damaged(w, w->why ? w->why : "a summary that is no JSON");
}

/* --- the run --- */

enum {
    RUN_ID = 1,
    RUN_ENTITY = 2,
    RUN_PROJECT = 3,
    RUN_CONFIG = 4,
    RUN_SUMMARY = 5,
    RUN_GROUP = 6,
    RUN_JOB_TYPE = 7,
    RUN_NAME = 8,
    RUN_NOTES = 9,
    RUN_TAGS = 10,
    RUN_SWEEP = 12,
    RUN_HOST = 13,
    RUN_START = 17
};
enum { TIME_SECONDS = 1, TIME_NANOS = 2 };

static int64_t time_of(struct sv timestamp)
{
    struct pb c = pb_of(timestamp);
    struct pb_field f;
    int64_t s = 0, ns = 0;
    while (pb_next(&c, &f)) {
        if (is_field(&f, TIME_SECONDS, PB_VARINT)) {
            s = pb_i64(f.bits);
        } else if (is_field(&f, TIME_NANOS, PB_VARINT)) {
            ns = pb_i64(f.bits);
        }
    }
    bool is_one = !c.is_bad && s > 0 && s < 100000000000 && ns >= 0 && ns < 1000000000;
    return is_one ? s * 1000000 + ns / 1000 : READER_NO_TIME;
}

static bool take_run_text(struct wandb_run *w, const struct pb_field *f, struct str *words)
{
    static const char *const tags[] = {
        [RUN_ENTITY] = "entity", [RUN_GROUP] = "group",    [RUN_JOB_TYPE] = "job_type",
        [RUN_NOTES] = "notes",   [RUN_SWEEP] = "sweep_id", [RUN_HOST] = "host"};
    if (f->number == RUN_ID) {
        set_z(w, &w->id, f->bytes);
    } else if (f->number == RUN_NAME) {
        set_z(w, &w->name, f->bytes);
    } else if (f->number == RUN_PROJECT) {
        set_z(w, &w->project, f->bytes);
    } else if (f->number == RUN_TAGS) {
        str_addf(words, "%s%.*s", words->n ? ", " : "", (int)(f->bytes.n & INT32_MAX), f->bytes.p);
    } else if (f->number == RUN_START) {
        w->started_us = time_of(f->bytes);
        w->is_dirty = true;
    } else if (f->number < ALEN(tags) && tags[f->number] && f->bytes.n &&
               f->bytes.n <= READER_TEXT_MAX) {
        return set_text(w, &w->tags, sv_z(tags[f->number]), f->bytes);
    }
    return true;
}

static bool take_run(struct wandb_run *w, struct sv bytes)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct str words = STR_INIT;
    bool ok = true;
    while (pb_next(&c, &f)) {
        if (f.wire != PB_BYTES) {
            continue;
        }
        if (f.number == RUN_CONFIG) {
            ok = take_config(w, f.bytes) && ok;
        } else if (f.number == RUN_SUMMARY) {
            ok = take_summary(w, f.bytes) && ok;
        } else {
            ok = take_run_text(w, &f, &words) && ok;
        }
    }
    ok = (!words.n || set_text(w, &w->tags, SV("tags"), sv_of(&words))) && ok;
    str_release(&words);
    return ok && (!c.is_bad || damaged(w, "a run that is no message"));
}

enum { EXIT_CODE = 1, EXIT_RUNTIME = 2 };

static bool take_exit(struct wandb_run *w, struct sv bytes)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    int64_t runtime_s = 0;
    w->exit_code = 0;
    while (pb_next(&c, &f)) {
        if (is_field(&f, EXIT_CODE, PB_VARINT)) {
            w->exit_code = pb_i64(f.bits);
        } else if (is_field(&f, EXIT_RUNTIME, PB_VARINT)) {
            runtime_s = pb_i64(f.bits);
        }
    }
    w->has_exit = w->is_dirty = true;
    w->ended_us = w->last_us; /* an offline run's record has no other time */
    if (runtime_s > 0 && runtime_s < INT32_MAX && w->started_us != READER_NO_TIME) {
        w->ended_us = w->started_us + runtime_s * 1000000;
    }
    return !c.is_bad || damaged(w, "an exit that is no message");
}

enum { METRIC_NAME = 1, METRIC_GOAL = 8 };

/* define_metric's goal: the tag goal.NAME. */
static bool take_metric(struct wandb_run *w, struct sv bytes)
{
    static const struct sv goals[] = {{0}, {"min", 3}, {"max", 3}};
    struct pb c = pb_of(bytes);
    struct pb_field f;
    struct sv name = {0};
    uint64_t goal = 0;
    while (pb_next(&c, &f)) {
        if (is_field(&f, METRIC_NAME, PB_BYTES)) {
            name = f.bytes;
        } else if (is_field(&f, METRIC_GOAL, PB_VARINT)) {
            goal = f.bits;
        }
    }
    if (c.is_bad || name.n > READER_KEY_MAX) {
        return damaged(w, "a metric's definition that is no message");
    }
    if (!goal || goal >= ALEN(goals)) {
        return true;
    }
    CLEANUP(str_release) struct str key = STR_INIT;
    str_addz(&key, "goal.");
    str_addsv(&key, name);
    return set_text(w, &w->tags, sv_of(&key), goals[goal]);
}

enum { STAMP_TIME_STATS = 1, STAMP_TIME_OUTPUT = 2 };

/* Of records that say when they were written, that alone. */
static bool take_stamp(struct wandb_run *w, struct sv bytes, uint32_t number)
{
    struct pb c = pb_of(bytes);
    struct pb_field f;
    while (pb_next(&c, &f)) {
        if (is_field(&f, number, PB_BYTES) && time_of(f.bytes) != READER_NO_TIME) {
            w->last_us = time_of(f.bytes);
        }
    }
    return !c.is_bad || damaged(w, "a record that is no message");
}

static bool take_stats(struct wandb_run *w, struct sv bytes)
{
    return take_stamp(w, bytes, STAMP_TIME_STATS);
}

static bool take_output(struct wandb_run *w, struct sv bytes)
{
    return take_stamp(w, bytes, STAMP_TIME_OUTPUT);
}

/* By the number of the record's kind; the others say nothing of a run. */
static bool (*const takers[])(struct wandb_run *w, struct sv bytes) = {
    [2] = take_history, [3] = take_summary, [4] = take_output, [5] = take_config, [7] = take_stats,
    [12] = take_metric, [13] = take_output, [17] = take_run,   [18] = take_exit,
};

bool wandb_run_take(struct wandb_run *w, struct sv record)
{
    struct pb c = pb_of(record);
    struct pb_field f;
    bool ok = true;
    w->why = NULL;
    while (pb_next(&c, &f)) {
        if (f.wire == PB_BYTES && f.number < ALEN(takers) && takers[f.number]) {
            ok = takers[f.number](w, f.bytes) && ok;
        }
    }
    return ok && (!c.is_bad || damaged(w, "a record that is no message"));
}

/* --- between two readings --- */

struct json *wandb_run_object(const struct map *texts)
{
    struct json *object = json_new_object();
    for (size_t i = 0; i < texts->n; i++) {
        if (texts->at[i].value) {
            json_set_str(object, texts->at[i].key, texts->at[i].value);
        }
    }
    return object;
}

static void load_texts(struct map *m, const struct json *object)
{
    json_each (text, object) {
        if (json_str(text)) {
            free(map_set(m, sv_z(json_key(text)), xstrdup(json_str(text))));
        }
    }
}

void wandb_run_load(struct wandb_run *w, const struct json *state)
{
    w->id = xstrdup(json_get_str(state, "run"));
    w->name = xstrdup(json_get_str(state, "name"));
    w->project = xstrdup(json_get_str(state, "project"));
    load_texts(&w->params, json_get(state, "params"));
    load_texts(&w->tags, json_get(state, "tags"));
    json_each (key, json_get(state, "history")) {
        map_set(&w->history, sv_z(json_str(key)), w);
    }
    w->started_us = json_get_i64(state, "started", READER_NO_TIME);
    w->last_us = json_get_i64(state, "last", READER_NO_TIME);
    w->ended_us = json_get_i64(state, "ended", READER_NO_TIME);
    w->rows = json_get_i64(state, "rows", 0);
    w->exit_code = json_get_i64(state, "exit", 0);
    w->has_exit = json_get(state, "exit") != NULL;
    w->has_summary = json_get_bool(state, "summary", false);
    w->is_dirty = false;
}

struct json *wandb_run_save(const struct wandb_run *w)
{
    struct json *state = json_new_object();
    json_set(state, "run", json_new_str(w->id));
    json_set(state, "name", json_new_str(w->name));
    json_set(state, "project", json_new_str(w->project));
    json_set(state, "params", wandb_run_object(&w->params));
    json_set(state, "tags", wandb_run_object(&w->tags));
    struct json *history = json_set(state, "history", json_new_array());
    for (size_t i = 0; i < w->history.n; i++) {
        json_push(history, json_new_str(w->history.at[i].key));
    }
    json_set_i64(state, "started", w->started_us);
    json_set_i64(state, "last", w->last_us);
    json_set_i64(state, "ended", w->ended_us);
    json_set_i64(state, "rows", w->rows);
    if (w->has_exit) {
        json_set_i64(state, "exit", w->exit_code);
    }
    json_set_bool(state, "summary", w->has_summary);
    return state;
}
