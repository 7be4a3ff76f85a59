/* Matching of rows, what a match reads, and what words hit; see filter.h. */
#include "core/base/mem.h"
#include "core/query/filter.h"
#include "core/query/node.h"

/* Where a value is kept, by its number or by where its text stands. */
static size_t memo_place(struct value v, uint64_t *ret_key)
{
    uint64_t key = v.type == VALUE_TEXT ? (uintptr_t)v.text : (uint64_t)v.i;
    *ret_key = key;
    return (size_t)((key + v.type) * UINT64_C(0x9E3779B97F4A7C15) >> 32) % MEMO_PLACES;
}

static bool find_in_value(const struct node *node, struct value v)
{
    if (v.type == VALUE_TEXT) {
        return needle_is_in(&node->needle, v.text);
    }
    if (v.type == VALUE_MISSING || !node->may_be_number) {
        return false;
    }
    CLEANUP(str_release) struct str s = STR_INIT;
    return needle_is_in(&node->needle, match_text(v, &s));
}

static bool match_value(const struct node *node, struct value v)
{
    if (!node->memo || v.type == VALUE_MISSING) {
        return find_in_value(node, v);
    }
    uint64_t key;
    size_t place = memo_place(v, &key);
    uint8_t miss = (uint8_t)(v.type * 2 + 1), *found = &node->memo->found[place];
    if (node->memo->keys[place] != key || (*found != miss && *found != miss + 1)) {
        node->memo->keys[place] = key;
        *found = (uint8_t)(miss + find_in_value(node, v));
    }
    return *found != miss;
}

void filter_remember(struct filter *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct node *node = &f->nodes[i];
        if (node->type == NODE_WORD) {
            node->memo = node->memo ? node->memo : xcalloc(1, sizeof *node->memo);
            memset(node->memo->found, 0, sizeof node->memo->found);
        }
    }
}

/* What MLflow says of a run in tags of its own was not said by a person. */
static bool is_of_mlflow(enum family family, const char *key)
{
    return family == FAMILY_TAGS && sv_starts(sv_z(key), "mlflow.");
}

static bool match_word(const struct filter *f, const struct node *node, const struct row *row)
{
    const char *before = NULL; /* a run's name may be its id */
    for (size_t i = 0; i < f->word_field_count; i++) {
        struct value v = row->cells[f->words_in[i]];
        if (v.type != VALUE_TEXT || v.text == before) {
            continue;
        }
        if (needle_is_in(&node->needle, v.text)) {
            return true;
        }
        before = v.text;
    }
    for (enum family family = 0; family < FAMILY_COUNT; family++) {
        const struct named_list *list = &row->families[family];
        for (size_t i = 0; f->word_families & 1u << family && i < list->n; i++) {
            if (match_value(node, list->at[i].value) && !is_of_mlflow(family, list->at[i].key)) {
                return true;
            }
        }
    }
    return false;
}

static bool match_node(const struct match *m, uint16_t at, const struct row *row);

struct related {
    const struct match *m;
    uint16_t node; /* NODE_NONE: any row will do */
};

static bool related_holds(void *arg, const struct row *row)
{
    const struct related *r = arg;
    return r->node == NODE_NONE || match_node(r->m, r->node, row);
}

static bool match_related(const struct match *m, const struct node *node, const struct row *row)
{
    const struct filter_world *w = m->world;
    bool has_filter = node->type == NODE_RELATED;
    struct related r = {m, has_filter ? node->first : NODE_NONE};
    return w && w->any &&
           w->any(w->arg, row, has_filter ? node->relation : RELATED_CHILD, related_holds, &r);
}

static bool match_node(const struct match *m, uint16_t at, const struct row *row)
{
    const struct filter *f = m->f;
    const struct node *node = &f->nodes[at];
    switch (node->type) {
    case NODE_AND:
    case NODE_OR:
        for (uint16_t i = node->first; i != NODE_NONE; i = f->nodes[i].next) {
            if (match_node(m, i, row) == (node->type == NODE_OR)) {
                return node->type == NODE_OR;
            }
        }
        return node->type == NODE_AND;
    case NODE_NOT:
        return !match_node(m, node->first, row);
    case NODE_WORD:
        return match_word(f, node, row);
    case NODE_HAS:
        return match_operand(m, &node->left, row).type != VALUE_MISSING;
    case NODE_TEST:
        return match_test(m, node, row);
    case NODE_RELATED:
    case NODE_HAS_CHILD:
        return match_related(m, node, row);
    }
    return false;
}

bool filter_match(const struct filter *f, const struct row *row, int64_t now_ms,
                  const struct filter_world *world)
{
    struct match m = {f, now_ms, world};
    return f->root == NODE_NONE || match_node(&m, f->root, row);
}

unsigned filter_needs(const struct filter *f)
{
    return f->needs;
}

unsigned filter_needs_all(const struct filter *f)
{
    return f->has_words ? f->word_families : 0;
}

bool filter_has_curves(const struct filter *f)
{
    return f->has_curves;
}

static uint64_t field_bit(const struct operand *o)
{
    return o->field.field >= 0 ? 1ull << o->field.field : 0;
}

uint64_t filter_fields(const struct filter *f)
{
    _Static_assert(FIELD_MAX <= 64, "a bit a field");
    uint64_t fields = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct node *node = &f->nodes[i];
        bool is_about_one = node->type == NODE_HAS || node->type == NODE_TEST;
        if (is_about_one) {
            fields |= field_bit(&node->left);
        }
        for (size_t k = 0; k < node->side_count; k++) {
            fields |= node->sides[k].is_field ? field_bit(&node->sides[k].operand) : 0;
        }
        for (size_t k = 0; node->type == NODE_WORD && k < f->word_field_count; k++) {
            fields |= 1ull << f->words_in[k];
        }
    }
    return fields;
}

const char *filter_key(const struct filter *f, enum family family, size_t i)
{
    return i < f->key_count[family] ? f->keys[family][i] : NULL;
}

/* --- words that get longer --- */

/* The words of a filter of nothing but words, all of which must be there: the first, and the next
 * by their `next`; NULL when it is another filter. */
static const struct node *only_words(const struct filter *f)
{
    const struct node *top = f && f->root != NODE_NONE ? &f->nodes[f->root] : NULL;
    const struct node *first = top && top->type == NODE_AND ? &f->nodes[top->first] : top;
    for (const struct node *n = first; n; n = n->next == NODE_NONE ? NULL : &f->nodes[n->next]) {
        if (n->type != NODE_WORD) {
            return NULL;
        }
    }
    return first;
}

static bool holds_word(const struct filter *f, const struct node *words, const struct node *word)
{
    for (const struct node *n = words; n; n = n->next == NODE_NONE ? NULL : &f->nodes[n->next]) {
        if (needle_is_in(&word->needle, n->needle.text.p)) {
            return true;
        }
    }
    return false;
}

bool filter_narrows(const struct filter *narrow, const struct filter *wide)
{
    const struct node *words = only_words(narrow), *old = only_words(wide);
    bool is_narrower = words && old && narrow->kind == wide->kind;
    for (const struct node *n = old; is_narrower && n;
         n = n->next == NODE_NONE ? NULL : &wide->nodes[n->next]) {
        is_narrower = holds_word(narrow, words, n);
    }
    return is_narrower;
}

/* --- what words hit --- */

struct hits {
    const struct filter *f;
    struct sv text;
    size_t from;
    struct filter_span best; /* the first hit, the longest of those; n 0 = none */
};

static void look(struct hits *h, uint16_t at)
{
    const struct node *node = &h->f->nodes[at];
    if (node->type == NODE_WORD) {
        struct filter_span hit;
        hit.at = needle_find(&node->needle, h->text, h->from, &hit.n);
        bool is_hit = hit.at != SIZE_MAX;
        if (is_hit &&
            (!h->best.n || hit.at < h->best.at || (hit.at == h->best.at && hit.n > h->best.n))) {
            h->best = hit;
        }
    } else if (node->type == NODE_AND || node->type == NODE_OR) {
        for (uint16_t i = node->first; i != NODE_NONE; i = h->f->nodes[i].next) {
            look(h, i);
        }
    }
}

size_t filter_matches_words(const struct filter *f, struct sv text, struct filter_span *ret_spans,
                            size_t max)
{
    struct hits h = {.f = f, .text = text};
    size_t n = 0;
    while (n < max && f->root != NODE_NONE) {
        h.best.n = 0;
        look(&h, f->root);
        if (!h.best.n) {
            break;
        }
        ret_spans[n++] = h.best;
        h.from = h.best.at + h.best.n;
    }
    return n;
}
