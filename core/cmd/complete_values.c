/* What each placeholder of the table of commands stands for; see complete.h. */
#include <stdlib.h>

#include "core/base/embed.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"
#include "core/cmd/act.h"
#include "core/cmd/complete.h"
#include "core/config/config.h"
#include "core/pipeline/control.h"
#include "core/store/lists.h"
#include "core/store/runs.h"

enum { MAX_OFFERED = 200 };

/* --- rows of the store --- */

static struct store *store_of(struct completion *c)
{
    struct cmd_line line = {.globals = {.is_read_only = true}};
    struct err ignored;
    if (!c->st && !cmd_store(&line, &c->st, &ignored)) {
        c->st = NULL;
    }
    return c->st;
}

struct rows {
    struct completion *c;
    enum kind kind;
    int what[2];        /* fields that say what it is */
    const char *only;   /* state; NULL: any */
    const char *before; /* "execution:" */
};

static const char *text_of(const struct list_row *row, int field)
{
    struct value v = row->cells[field];
    return v.type == VALUE_TEXT ? v.text : "";
}

static bool offer_row(void *arg, const struct list_row *row)
{
    struct rows *r = arg;
    const char *a = text_of(row, r->what[0]), *b = text_of(row, r->what[1]);
    if (!r->only || strcmp(r->only, text_of(row, FIELD_RUN_status)) == 0) {
        CLEANUP(mem_free_ptr) char *what = xasprintf("%s%s%s", a, *a && *b ? " " : "", b);
        CLEANUP(mem_free_ptr) char *id = xasprintf("%s%s", r->before, text_of(row, FIELD_RUN_id));
        complete_offer(r->c, id, what);
    }
    return r->c->offered < MAX_OFFERED;
}

static void offer_rows_as(struct completion *c, enum kind kind, const char *parent,
                          const char *only, const char *before)
{
    struct err ignored;
    struct rows r = {c, kind, {FIELD_RUN_name, FIELD_RUN_status}, only, before};
    if (kind == KIND_EXECUTION) {
        r.what[0] = FIELD_EXECUTION_pipeline; /* its name is its id */
    }
    if (store_of(c)) {
        (void)!list_rows(c->st, kind, parent, 0, offer_row, &r, &ignored);
    }
}

static void offer_rows(struct completion *c, enum kind kind, const char *parent, const char *only)
{
    offer_rows_as(c, kind, parent, only, "");
}

/* --- by placeholder --- */

/* The kind that stands before; KIND_COUNT without one. */
static enum kind kind_before(const struct completion *c)
{
    return c->args.n ? kind_find(sv_z(c->args.at[0])) : KIND_COUNT;
}

static void offer_commands(struct completion *c)
{
    for (const struct cmd_info *info = cmd_table; info->name; info++) {
        if (!info->is_hidden) {
            complete_offer(c, info->name, info->help);
        }
    }
}

static bool is_ack(const struct completion *c)
{
    return c->command && c->command->run == cmd_ack;
}

/* Many of a kind are listed, one is shown. */
static void offer_kinds(struct completion *c)
{
    bool is_one = c->command && strstr(c->command->args, "KIND ID");
    for (enum kind k = 0; k < KIND_COUNT; k++) {
        if (!is_ack(c) || cmd_ack_state(k)) {
            complete_offer(c, is_one ? kinds[k].singular : kinds[k].plural, kinds[k].help);
        }
    }
}

static void offer_to_ack(struct completion *c, enum kind kind)
{
    if (cmd_ack_state(kind)) {
        offer_rows(c, kind, NULL, cmd_ack_state(kind));
    }
}

static void offer_ids(struct completion *c)
{
    enum kind kind = kind_before(c);
    bool is_parent = c->command && strcmp(c->command->args, "KIND") == 0;
    if (kind == KIND_COUNT) {
        offer_rows(c, KIND_RUN, NULL, NULL);
        offer_rows(c, KIND_PACKAGE, NULL, NULL);
    } else if (is_ack(c)) {
        offer_to_ack(c, kind);
    } else if (!is_parent) {
        offer_rows(c, kind, NULL, NULL);
    } else if (cmd_parent_kind(kind) != KIND_COUNT) {
        offer_rows(c, cmd_parent_kind(kind), NULL, NULL);
    } else if (kind == KIND_EVIDENCE || kind == KIND_TIMELINE || kind == KIND_LINEAGE) {
        offer_rows_as(c, KIND_EXECUTION, NULL, NULL, "execution:");
        offer_rows_as(c, KIND_RUN, NULL, NULL, "run:");
    }
}

static void offer_executions(struct completion *c)
{
    offer_rows(c, KIND_EXECUTION, NULL, NULL);
}

/* An execution; after its slash its steps, after theirs the attempts. */
static void offer_attempts(struct completion *c)
{
    size_t slashes = 0;
    for (size_t i = 0; i < c->word.n; i++) {
        slashes += c->word.p[i] == '/';
    }
    CLEANUP(mem_free_ptr) char *execution = xstrndup(c->word.p, strcspn(c->word.p, "/"));
    offer_rows(c,
               slashes == 0   ? KIND_EXECUTION
               : slashes == 1 ? KIND_STEP
                              : KIND_JOB,
               slashes ? execution : NULL, NULL);
}

static void offer_runs(struct completion *c)
{
    offer_rows(c, KIND_RUN, NULL, NULL);
}

static void offer_pipelines(struct completion *c)
{
    offer_rows(c, KIND_PIPELINE, NULL, NULL);
}

static void offer_gates(struct completion *c)
{
    offer_rows(c, KIND_GATE, NULL, "Waiting");
}

static void offer_contexts(struct completion *c)
{
    offer_rows(c, KIND_CONTEXT, NULL, NULL);
}

/* Of the run that stands before. */
static void offer_metrics(struct completion *c)
{
    struct arena a;
    struct err ignored;
    struct run_row run;
    struct series_keys keys;
    arena_init(&a, 0);
    CLEANUP(mem_free_ptr)
    char *uid = c->args.n && store_of(c) ? run_resolve(c->st, c->args.at[0], &ignored) : NULL;
    if (uid && run_get(c->st, uid, &a, &run, &ignored) &&
        run_series_keys(c->st, run.id, &a, &keys, &ignored)) {
        for (size_t i = 0; i < keys.n; i++) {
            complete_offer(c, keys.at[i].key, "metric");
        }
    }
    arena_release(&a);
}

static void offer_field(struct completion *c, const char *name, const char *help,
                        const char *const *ends)
{
    for (size_t i = 0; ends[i]; i++) {
        CLEANUP(mem_free_ptr) char *text = xasprintf("%s%s", name, ends[i]);
        complete_offer(c, text, help);
    }
}

/* Fields of the kind that stands before, and metrics that were ever logged. */
static void offer_fields(struct completion *c, const char *const *ends)
{
    enum kind kind = kind_before(c);
    struct arena a;
    struct err ignored;
    struct metric_keys keys;
    for (size_t i = 0; kind != KIND_COUNT && i < kinds[kind].field_count; i++) {
        offer_field(c, kinds[kind].fields[i].id, kinds[kind].fields[i].help, ends);
    }
    arena_init(&a, 0);
    if (kind == KIND_RUN && store_of(c) && run_metric_keys(c->st, &a, &keys, &ignored)) {
        for (size_t i = 0; i < keys.n; i++) {
            CLEANUP(mem_free_ptr) char *name = xasprintf("metrics.%s", keys.at[i].key);
            offer_field(c, name, "metric", ends);
        }
    }
    arena_release(&a);
}

/* The last of several with commas between. */
static void to_last_of_list(struct completion *c)
{
    size_t n = c->word.n;
    while (n && c->word.p[n - 1] != ',') {
        n--;
    }
    c->prefix_n += n;
    c->word = (struct sv){c->word.p + n, c->word.n - n};
}

static void offer_columns(struct completion *c)
{
    static const char *const ends[] = {"", NULL};
    to_last_of_list(c);
    offer_fields(c, ends);
}

static void offer_sort_keys(struct completion *c)
{
    static const char *const ends[] = {"", ":desc", NULL};
    to_last_of_list(c);
    offer_fields(c, ends);
}

static void offer_filter_fields(struct completion *c)
{
    static const char *const ends[] = {"", NULL};
    offer_fields(c, ends);
}

/* NAME= of the pipeline or file that stands before. */
static void offer_parameters(struct completion *c)
{
    struct definition def = {0};
    struct err ignored;
    CLEANUP(mem_free_ptr) char *file = NULL;
    bool is_run = c->command && strstr(c->command->args, "PIPELINE") && c->args.n;
    if (!is_run || !control_load(store_of(c), c->args.at[0], NULL, &def, &file, &ignored)) {
        return;
    }
    for (size_t i = 0; i < def.parameters.n; i++) {
        const struct definition_parameter *p = &def.parameters.at[i];
        if (p->name) {
            CLEANUP(mem_free_ptr) char *text = xasprintf("%s=", p->name);
            complete_offer(c, text, parameter_type_word(p->type));
        }
    }
    definition_release(&def);
}

/* The shell knows files best: what stands before their name, and the folder of -C. */
static void hand_over(struct completion *c, const char *what)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, sv_z(c->dir ? c->dir : ""));
    if (!c->dir || sv_eqz(sv_of(&clean), c->dir)) {
        str_addf(&c->out, "%s\t%.*s\t%s\n", what, (int)c->prefix_n, c->prefix,
                 c->dir ? c->dir : "");
    }
}

static void offer_files(struct completion *c)
{
    hand_over(c, ":files");
}

static void offer_dirs(struct completion *c)
{
    hand_over(c, ":dirs");
}

/* What [ui] theme takes but auto, which is what holds without --theme. */
static void offer_themes(struct completion *c)
{
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *o = &config_options[i];
        struct sv rest = sv_z(o->choices), name;
        bool is_theme = strcmp(o->section, "ui") == 0 && strcmp(o->key, "theme") == 0;
        while (is_theme && sv_split(&rest, '|', &name)) {
            if (!sv_eqz(name, "auto")) {
                complete_placeholder(c, name);
            }
        }
    }
}

static void offer_templates(struct completion *c)
{
    const char *last = "";
    size_t last_n = 0;
    for (const struct embed_file *f = templates_files; f->name; f++) {
        size_t n = strcspn(f->name, "/");
        if (f->name[n] && (n != last_n || strncmp(f->name, last, n) != 0)) {
            CLEANUP(mem_free_ptr) char *name = xstrndup(f->name, n);
            complete_offer(c, name, "template");
            last = f->name;
            last_n = n;
        }
    }
}

/* NULL: free text, about which nothing is known. */
static const struct {
    const char *name;
    void (*offer)(struct completion *c);
} placeholders[] = {
    {"A", offer_files},
    {"A,B", offer_columns},
    {"B", offer_files},
    {"COLUMN", NULL},
    {"COMMAND", offer_commands},
    {"CONTEXT", offer_contexts},
    {"DIR", offer_dirs},
    {"EXEC", offer_executions},
    {"EXEC[/STEP[/N]]", offer_attempts},
    {"EXPR", offer_filter_fields},
    {"FILE", offer_files},
    {"FILTER", offer_filter_fields},
    {"ID", offer_ids},
    {"K=V", offer_parameters},
    {"KEY[:desc]", offer_sort_keys},
    {"KIND", offer_kinds},
    {"LINE", NULL},
    {"METRIC", offer_metrics},
    {"N", NULL},
    {"NAME", NULL},
    {"PATH", offer_files},
    {"PIPELINE", offer_pipelines},
    {"RUN", offer_runs},
    {"S", NULL},
    {"TEMPLATE", offer_templates},
    {"TEXT", NULL},
    {"THEME", offer_themes},
    {"TOKEN", offer_gates},
    {"WxH", NULL},
};

static size_t find(struct sv name)
{
    size_t i = 0;
    while (i < ALEN(placeholders) && !sv_eqz(name, placeholders[i].name)) {
        i++;
    }
    return i;
}

/* A word that is typed as it stands: "json". */
static bool is_literal(struct sv name)
{
    for (size_t i = 0; i < name.n; i++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyz-", name.p[i])) {
            return false;
        }
    }
    return name.n > 0;
}

/* Parts of "PIPELINE|FILE", each without the brackets of what may be left out. */
static bool next_part(struct sv *rest, struct sv *ret_part)
{
    bool is_optional = rest->n > 2 && rest->p[0] == '[' && rest->p[rest->n - 1] == ']';
    if (is_optional) {
        *rest = (struct sv){rest->p + 1, rest->n - 2};
    }
    return sv_split(rest, '|', ret_part);
}

void complete_placeholder(struct completion *c, struct sv placeholder)
{
    struct sv part;
    while (next_part(&placeholder, &part)) {
        size_t i = find(part);
        if (i < ALEN(placeholders) && placeholders[i].offer) {
            placeholders[i].offer(c);
        } else if (i == ALEN(placeholders) && is_literal(part)) {
            CLEANUP(mem_free_ptr) char *word = xstrndup(part.p, part.n);
            complete_offer(c, word, NULL);
        }
    }
}

bool complete_knows(struct sv placeholder)
{
    struct sv part;
    while (next_part(&placeholder, &part)) {
        if (find(part) == ALEN(placeholders) && !is_literal(part)) {
            return false;
        }
    }
    return true;
}
