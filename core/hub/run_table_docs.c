/* Params and tags of runs in slices: what was asked for, and, where there is nothing else to do,
 * what will be; see run_table.h. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/hub/run_table.h"

enum { DOC_SLICE = 256, DOC_SPAN = 4 * DOC_SLICE, NO_ROW = UINT32_MAX };

/* --- wants --- */

void run_table_want_param(struct run_table *t, const char *key)
{
    (void)doc_columns_want(&t->params, key);
    t->is_asked = true;
}

void run_table_want_tags(struct run_table *t)
{
    t->tags.is_wanted = true;
    t->is_asked = true;
}

void run_table_read_ahead(struct run_table *t)
{
    t->is_ahead = true;
}

/* When the keys are known. */
static void want_ahead(struct run_table *t)
{
    const struct key_set *keys = &t->keys[FAMILY_PARAMS];
    size_t most = t->rows.n ? RUN_AHEAD_CELLS / t->rows.n : 0;
    for (size_t i = 0; i < keys->at.n && keys->at.n <= most && keys->at.n <= RUN_ALL_COLUMNS; i++) {
        (void)doc_columns_want(&t->params, keys->at.at[i]);
    }
    t->tags.is_wanted |= most > 0;
    t->is_ahead = false;
}

/* --- what is known --- */

size_t run_table_tags_read(const struct run_table *t)
{
    return t->tags.first.n ? t->tags.first.n - 1 : 0;
}

size_t run_table_param_read(const struct run_table *t, const char *key)
{
    const struct doc_column *column = run_table_param(t, key);
    return column ? column->n : 0;
}

const struct doc_column *run_table_param(const struct run_table *t, const char *key)
{
    return doc_columns_find(&t->params, key);
}

size_t run_table_row_tags(const struct run_table *t, uint32_t row, struct named_value *ret,
                          size_t max)
{
    if (row >= run_table_tags_read(t)) {
        return 0;
    }
    size_t n = t->tags.first.at[row + 1] - t->tags.first.at[row];
    n = n < max ? n : max;
    for (size_t i = 0; i < n; i++) {
        struct run_tag tag = t->tags.at.at[t->tags.first.at[row] + i];
        ret[i] = (struct named_value){intern_value(&t->words, tag.key).text,
                                      intern_value(&t->words, tag.value)};
    }
    return n;
}

struct value run_table_tag(const struct run_table *t, uint32_t row, const char *key)
{
    if (row < run_table_tags_read(t)) {
        for (size_t i = t->tags.first.at[row]; i < t->tags.first.at[row + 1]; i++) {
            if (strcmp(intern_value(&t->words, t->tags.at.at[i].key).text, key) == 0) {
                return intern_value(&t->words, t->tags.at.at[i].value);
            }
        }
    }
    return (struct value){.type = VALUE_MISSING};
}

/* The first row whose docs lack something that is wanted. */
static size_t docs_read(const struct run_table *t)
{
    size_t n = doc_columns_read(&t->params, t->rows.n);
    return t->tags.is_wanted && run_table_tags_read(t) < n ? run_table_tags_read(t) : n;
}

bool run_table_has_docs_to_read(const struct run_table *t)
{
    return t->is_read && (t->is_ahead || docs_read(t) < t->rows.n);
}

/* --- a slice --- */

/* Texts of the documents that came, in the order of the rows. */
struct doc {
    size_t params, params_n, tags, tags_n; /* in texts */
};
struct slice {
    struct run_table *t;
    size_t begin, end; /* rows */
    int64_t lowest;    /* id */
    size_t span;
    uint32_t *row_of; /* by id - lowest, from begin on; NO_ROW: another's */
    struct str texts;
    struct doc *docs;
};

static void keep(void *arg, int64_t run, struct sv params, struct sv tags)
{
    struct slice *s = arg;
    uint32_t row = s->row_of[run - s->lowest];
    if (row != NO_ROW) {
        struct doc *d = &s->docs[row];
        *d = (struct doc){s->texts.n, params.n, s->texts.n + params.n, tags.n};
        str_add(&s->texts, params.p, params.n);
        str_add(&s->texts, tags.p, tags.n);
    }
}

/* Ids of neighbours lie close together: one statement for all. Where they do not, fewer rows. */
static void choose_rows(struct slice *s)
{
    const struct run_table *t = s->t;
    int64_t highest = t->rows.at[s->begin].id;
    s->lowest = highest;
    for (s->end = s->begin; s->end < t->rows.n && s->end - s->begin < DOC_SLICE; s->end++) {
        int64_t id = t->rows.at[s->end].id;
        int64_t lowest = id < s->lowest ? id : s->lowest;
        int64_t top = id > highest ? id : highest;
        if (top - lowest >= DOC_SPAN) {
            break;
        }
        s->lowest = lowest;
        highest = top;
    }
    s->span = (size_t)(highest - s->lowest) + 1;
}

static struct sv saw_param(void *arg, struct sv key)
{
    CLEANUP(mem_free_ptr) char *z = xstrndup(key.p, key.n);
    return sv_z(run_table_saw_key(arg, FAMILY_PARAMS, z));
}

static void put_tag(struct run_table *t, struct run_tag tag)
{
    const struct intern *words = &t->words;
    size_t at = t->tags.at.n, first = t->tags.first.at[t->tags.first.n - 1];
    const char *key = intern_value(words, tag.key).text;
    vec_push(&t->tags.at, tag);
    for (; at > first && strcmp(intern_value(words, t->tags.at.at[at - 1].key).text, key) > 0;
         at--) {
        t->tags.at.at[at] = t->tags.at.at[at - 1];
    }
    t->tags.at.at[at] = tag;
}

static void add_tag(void *arg, const struct doc_member *m)
{
    struct run_table *t = arg;
    if (!m) {
        t->tags.at.n = t->tags.first.at[t->tags.first.n - 1];
        return;
    }
    struct run_tag tag = {.key = intern_add_text(&t->words, m->key)};
    uint32_t *guess = &t->tags.guesses[m->place % DOC_GUESSES];
    if (*guess != tag.key) {
        *guess = tag.key;
        (void)run_table_saw_key(t, FAMILY_TAGS, intern_value(&t->words, tag.key).text);
    }
    if (m->type == VALUE_TEXT) {
        tag.value = intern_add_text(&t->words, m->text);
    } else if (m->type != VALUE_MISSING) {
        struct value v = m->type == VALUE_NUM ? value_num(m->num) : value_int(m->i);
        tag.value = intern_add(&t->words, v);
    }
    if (tag.value) {
        put_tag(t, tag);
    }
}

static struct sv params_of(const struct slice *s, size_t i)
{
    return (struct sv){s->texts.p + s->docs[i].params, s->docs[i].params_n};
}

static void take(struct slice *s)
{
    struct run_table *t = s->t;
    bool has_params = doc_columns_read(&t->params, s->end) == s->begin;
    bool has_tags = t->tags.is_wanted && run_table_tags_read(t) == s->begin;
    for (size_t i = 0; i < s->end - s->begin; i++) {
        if (has_params) {
            doc_columns_add(&t->params, s->begin + i, params_of(s, i), saw_param, t);
        }
        if (has_tags) {
            doc_each((struct sv){s->texts.p + s->docs[i].tags, s->docs[i].tags_n}, add_tag, t);
            vec_push(&t->tags.first, (uint32_t)t->tags.at.n);
        }
    }
    doc_columns_end(&t->params, s->begin, s->end);
    t->version += t->is_asked;
}

static void learn_key(void *arg, const struct doc_member *m)
{
    if (m) {
        (void)saw_param(arg, m->key);
    }
}

/* The newest runs tell which params there are. */
static void look_ahead(struct slice *s)
{
    for (size_t i = 0; i < s->end - s->begin; i++) {
        doc_each(params_of(s, i), learn_key, s->t);
    }
    want_ahead(s->t);
}

bool run_table_read_docs(struct run_table *t, struct store *st, struct err *e)
{
    if (t->tags.first.n == 0) {
        vec_push(&t->tags.first, 0);
    }
    struct slice s = {.t = t, .begin = t->is_ahead ? 0 : docs_read(t), .texts = STR_INIT};
    if (s.begin == t->rows.n) {
        t->is_ahead = false;
        return true;
    }
    choose_rows(&s);
    s.row_of = xreallocarray(NULL, s.span, sizeof *s.row_of);
    memset(s.row_of, 0xFF, s.span * sizeof *s.row_of);
    s.docs = xcalloc(s.end - s.begin, sizeof *s.docs);
    for (size_t row = s.begin; row < s.end; row++) {
        s.row_of[t->rows.at[row].id - s.lowest] = (uint32_t)(row - s.begin);
    }
    t->statements++;
    bool ok = run_docs_each(st, s.lowest, s.lowest + (int64_t)s.span, keep, &s, e);
    if (ok) {
        (t->is_ahead ? look_ahead : take)(&s);
    }
    str_release(&s.texts);
    free(s.row_of);
    free(s.docs);
    return ok;
}
