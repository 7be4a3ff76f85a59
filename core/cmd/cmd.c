/* Parsing the command line, output and failure; see cmd.h. */
#include "core/cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fmt.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/utf8.h"
#include "core/cmd/rows.h"
#include "core/cmd/version.h"

const struct cmd_info *cmd_find(const char *name)
{
    for (const struct cmd_info *c = cmd_table; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

const struct cmd_option *cmd_option_find(const struct cmd_option *options, struct sv name,
                                         char short_name)
{
    for (const struct cmd_option *o = options; o && o->long_name; o++) {
        if (short_name ? o->short_name == short_name : sv_eqz(name, o->long_name)) {
            return o;
        }
    }
    return NULL;
}

/* As git does: what is named after it, files too, is looked for from there. */
static bool go_to(const char *dir, struct err *e)
{
    return !dir[0] || chdir(dir) == 0 ||
           (errno == ENOENT ? err_set(e, ERR_IO, "there is no folder %s", dir)
                            : err_sys(e, "cannot work in %s", dir));
}

static void set_global(struct cmd_globals *g, const char *name, const char *text)
{
    const struct {
        const char *name;
        const char **text;
        bool *flag;
    } table[] = {
        {"context", &g->context, NULL},
        {"open", &g->open, NULL},
        {"shot", &g->shot, NULL},
        {"theme", &g->theme, NULL},
        {"size", &g->size, NULL},
        {"plain", NULL, &g->is_plain},
        {"read-only", NULL, &g->is_read_only},
        {"no-color", NULL, &g->no_color},
    };
    for (size_t i = 0; i < ALEN(table); i++) {
        if (strcmp(table[i].name, name) == 0) {
            if (table[i].flag) {
                *table[i].flag = true;
            } else {
                *table[i].text = text;
            }
        }
    }
}

struct parser {
    int argc, at;
    char **argv;
    struct cmd_line *line;
    bool wants_help, wants_version, has_ended;
    struct err *e;
};

/* The value of an option: what follows "=", what follows a short letter, or the next word. */
static bool take_value(struct parser *p, const struct cmd_option *o, const char *attached,
                       const char **ret)
{
    if (o->type == OPTION_FLAG) {
        *ret = NULL;
        return !attached || err_set(p->e, ERR_USAGE, "--%s takes no value", o->long_name);
    }
    if (!attached && p->at + 1 >= p->argc) {
        return err_set(p->e, ERR_USAGE, "--%s needs %s", o->long_name, o->value);
    }
    *ret = attached ? attached : p->argv[++p->at];
    return true;
}

static bool apply(struct parser *p, const struct cmd_option *o, bool is_global, const char *text)
{
    if (strcmp(o->long_name, "help") == 0) {
        p->wants_help = true;
    } else if (strcmp(o->long_name, "version") == 0) {
        p->wants_version = true;
    } else if (is_global && strcmp(o->long_name, "directory") == 0) {
        return go_to(text, p->e);
    } else if (is_global) {
        set_global(&p->line->globals, o->long_name, text);
    } else {
        struct cmd_value v = {o, text};
        vec_push(&p->line->values, v);
    }
    return true;
}

static bool parse_option(struct parser *p, const char *word)
{
    bool is_long = word[1] == '-';
    const char *equals = is_long ? strchr(word, '=') : NULL;
    struct sv name =
        is_long ? (struct sv){word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2)}
                : (struct sv){NULL, 0};
    char letter = is_long ? 0 : word[1];
    const struct cmd_option *own = p->line->info ? p->line->info->options : NULL;
    const struct cmd_option *o = cmd_option_find(own, name, letter);
    bool is_global = !o;
    if (!o) {
        o = cmd_option_find(cmd_global_options, name, letter);
    }
    if (!o) {
        return err_set(p->e, ERR_USAGE, "unknown option %s", word);
    }
    const char *attached = is_long ? (equals ? equals + 1 : NULL) : (word[2] ? word + 2 : NULL);
    const char *text = NULL;
    return take_value(p, o, attached, &text) && apply(p, o, is_global, text);
}

static bool parse_word(struct parser *p, const char *word)
{
    if (!p->line->info) {
        p->line->info = cmd_find(word);
        if (!p->line->info) {
            err_set(p->e, ERR_USAGE, "unknown command \"%s\"", word);
            return err_hint(p->e, "mlw help lists the commands");
        }
        return true;
    }
    vec_push(&p->line->args, word);
    return true;
}

static bool parse(struct parser *p)
{
    for (p->at = 1; p->at < p->argc; p->at++) {
        const char *word = p->argv[p->at];
        if (!p->has_ended && strcmp(word, "--") == 0) {
            p->has_ended = true;
        } else if (!p->has_ended && word[0] == '-' && word[1]) {
            if (!parse_option(p, word)) {
                return false;
            }
        } else if (!parse_word(p, word)) {
            return false;
        }
    }
    const struct cmd_info *info = p->line->info;
    if (info && !p->wants_help &&
        (p->line->args.n < info->min_args || p->line->args.n > info->max_args)) {
        return err_set(p->e, ERR_USAGE, "usage: mlw %s%s%s", info->name, info->args[0] ? " " : "",
                       info->args);
    }
    return true;
}

static void print_options(const struct cmd_option *options, struct str *out)
{
    for (const struct cmd_option *o = options; o && o->long_name; o++) {
        CLEANUP(str_release) struct str left = STR_INIT;
        if (o->short_name) {
            str_addf(&left, "-%c, ", o->short_name);
        }
        str_addf(&left, "--%s%s%s", o->long_name, o->value ? " " : "", o->value ? o->value : "");
        str_addf(out, "  %-34s %s\n", left.p, o->help);
    }
}

static void print_usage(const struct cmd_info *info, struct str *out)
{
    if (info) {
        str_addf(out, "mlw %s %s\n  %s\n", info->name, info->args, info->help);
        print_options(info->options, out);
        return;
    }
    str_addz(out, "mlw, the machine-learning workbench: the screen, or one command\n\n");
    for (const struct cmd_info *c = cmd_table; c->name; c++) {
        if (!c->is_hidden) {
            CLEANUP(str_release) struct str left = STR_INIT;
            str_addf(&left, "%s %s", c->name, c->args);
            str_addf(out, "  mlw %-30s %s\n", left.p, c->help);
        }
    }
    str_addz(out, "\nOptions:\n");
    print_options(cmd_global_options, out);
}

/* The fields of a kind: what --filter, --sort and --columns take. */
static void print_kind(enum kind kind, struct str *out)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "text",   [FIELD_STATE] = "state", [FIELD_NUM] = "number",
        [FIELD_INT] = "number",  [FIELD_TIME] = "time",   [FIELD_DURATION] = "duration",
        [FIELD_BYTES] = "number"};
    const struct kind_info *info = &kinds[kind];
    str_addf(out, "%s: %s\n", info->plural, info->help);
    for (size_t i = 0; i < info->field_count; i++) {
        const struct field *f = &info->fields[i];
        str_addf(out, "  %-16s %-9s %s\n", f->id, types[f->type], f->help);
    }
    for (enum family f = 0; f < FAMILY_COUNT; f++) {
        if (kind_has_family(kind, f)) {
            str_addf(out, "  %s.K%*s %-9s %s\n", family_names[f],
                     (int)(14 - strlen(family_names[f])), "",
                     f == FAMILY_METRICS ? "number" : "text",
                     f == FAMILY_METRICS ? "the last value of a metric"
                                         : "a number where it looks like one");
        }
    }
    str_addz(out, "Filters are explained in mlw-filter(7).\n");
}

int cmd_help(const struct cmd_line *line)
{
    CLEANUP(str_release) struct str out = STR_INIT;
    const char *word = line->args.n ? line->args.at[0] : NULL;
    const struct cmd_info *info = word ? cmd_find(word) : NULL;
    enum kind kind = word && !info ? kind_find(sv_z(word)) : KIND_COUNT;
    if (word && !info && kind == KIND_COUNT) {
        struct err e;
        err_set(&e, ERR_USAGE, "there is no command and no kind \"%s\"", word);
        return cmd_fail(line, &e);
    }
    if (kind != KIND_COUNT) {
        print_kind(kind, &out);
    } else {
        print_usage(info, &out);
    }
    cmd_out(sv_of(&out));
    return 0;
}

static int run(struct parser *p, bool *ret_is_screen)
{
    struct cmd_line *line = p->line;
    if (!parse(p)) {
        return cmd_fail(line, p->e);
    }
    if (p->wants_version) {
        cmd_outz("mlw " MLW_VERSION "\n");
        return 0;
    }
    if (p->wants_help) {
        CLEANUP(str_release) struct str out = STR_INIT;
        print_usage(line->info, &out);
        cmd_out(sv_of(&out));
        return 0;
    }
    const char *context = line->globals.context;
    if (context && strcmp(context, "local") != 0) {
        err_set(p->e, ERR_NOT_FOUND, "there is no context \"%s\"; there is: local", context);
        return cmd_fail(line, p->e);
    }
    if (!line->info) {
        *ret_is_screen = true;
        return 0;
    }
    line->is_utf8 = utf8_init_locale();
    int status = line->info->run(line);
    *ret_is_screen = status == CMD_SCREEN;
    return status;
}

int cmd_main(int argc, char **argv, bool *ret_is_screen, struct cmd_globals *ret_globals)
{
    struct cmd_line line = {0};
    struct err e = ERR_INIT;
    struct parser p = {.argc = argc, .argv = argv, .line = &line, .e = &e};
    *ret_is_screen = false;
    line.screen = ret_globals;
    *ret_globals = (struct cmd_globals){0};
    int status = run(&p, ret_is_screen);
    if (status != CMD_SCREEN) {
        *ret_globals = line.globals;
    }
    vec_release(&line.args);
    vec_release(&line.values);
    return status;
}

bool cmd_has(const struct cmd_line *line, const char *long_name)
{
    for (size_t i = 0; i < line->values.n; i++) {
        if (strcmp(line->values.at[i].option->long_name, long_name) == 0) {
            return true;
        }
    }
    return false;
}

const char *cmd_text(const struct cmd_line *line, const char *long_name)
{
    const char *text = NULL;
    for (size_t i = 0; i < line->values.n; i++) {
        if (strcmp(line->values.at[i].option->long_name, long_name) == 0) {
            text = line->values.at[i].text;
        }
    }
    return text;
}

size_t cmd_list(const struct cmd_line *line, const char *long_name, const char ***ret_texts)
{
    VEC(const char *) texts = {0};
    for (size_t i = 0; i < line->values.n; i++) {
        if (strcmp(line->values.at[i].option->long_name, long_name) == 0) {
            vec_push(&texts, line->values.at[i].text);
        }
    }
    *ret_texts = texts.at;
    return texts.n;
}

bool cmd_int(const struct cmd_line *line, const char *long_name, int64_t min, int64_t max,
             int64_t otherwise, int64_t *ret, struct err *e)
{
    const char *text = cmd_text(line, long_name);
    int64_t x = otherwise;
    if (text && (!fmt_parse_i64(sv_z(text), &x) || x < min || x > max)) {
        return err_set(e, ERR_USAGE, "--%s is a whole number from %lld to %lld, not \"%s\"",
                       long_name, (long long)min, (long long)max, text);
    }
    *ret = x;
    return true;
}

bool cmd_may_write(const struct cmd_line *line, struct err *e)
{
    return !line->globals.is_read_only ||
           err_set(e, ERR_REFUSED, "it is refused: this mlw was started with --read-only");
}

bool cmd_check_name(const struct cmd_line *line, struct err *e)
{
    const char *name = cmd_text(line, "name");
    return !name || sv_trim(sv_z(name)).n ||
           err_set(e, ERR_USAGE, "--name is the pipeline's name: it cannot be empty");
}

int cmd_fail(const struct cmd_line *line, const struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    utf8_sanitize(&text, sv_z(e->msg));
    fprintf(stderr, "mlw%s%s: %s\n", line->info ? " " : "", line->info ? line->info->name : "",
            text.p);
    if (e->hint[0]) {
        str_clear(&text);
        utf8_sanitize(&text, sv_z(e->hint));
        fprintf(stderr, "  %s\n", text.p);
    }
    return err_exit_status(e->code);
}

static const char *const format_words[] = {
    [FORMAT_TABLE] = "table", [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json",
    [FORMAT_JSONL] = "jsonl", [FORMAT_CSV] = "csv",   [FORMAT_TSV] = "tsv",
    [FORMAT_LINE] = "line",
};

bool cmd_format(const struct cmd_line *line, const enum cmd_format *allowed, size_t n,
                enum cmd_format *ret, struct err *e)
{
    const char *word = cmd_text(line, cmd_has(line, "format") ? "format" : "output");
    CLEANUP(str_release) struct str words = STR_INIT;
    if (!word) {
        *ret = allowed[0];
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, format_words[allowed[i]]) == 0) {
            *ret = allowed[i];
            return true;
        }
        str_addf(&words, "%s%s", i ? ", " : "", format_words[allowed[i]]);
    }
    return err_set(e, ERR_USAGE, "-o is one of %s, not \"%s\"", words.p, word);
}

bool cmd_is_terminal(void)
{
    return isatty(STDOUT_FILENO) == 1;
}

void cmd_out(struct sv bytes)
{
    if (!cmd_is_terminal()) {
        cmd_out_raw(bytes);
        return;
    }
    CLEANUP(str_release) struct str clean = STR_INIT;
    size_t begin = 0;
    for (size_t i = 0; i <= bytes.n; i++) {
        if (i == bytes.n || bytes.p[i] == '\n' || bytes.p[i] == '\t') {
            utf8_sanitize(&clean, (struct sv){bytes.p + begin, i - begin});
            str_add(&clean, bytes.p + i, i < bytes.n);
            begin = i + 1;
        }
    }
    cmd_out_raw(sv_of(&clean));
}

void cmd_out_raw(struct sv bytes)
{
    struct err e = ERR_INIT;
    if (!os_write_all(STDOUT_FILENO, bytes, "standard output", &e)) {
        if (e.sys != EPIPE) {
            fprintf(stderr, "mlw: %s\n", e.msg);
        }
        exit(e.sys == EPIPE ? 141 : err_exit_status(e.code));
    }
}

void cmd_outz(const char *z)
{
    cmd_out(sv_z(z));
}

void cmd_out_json(const struct json *j)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    json_print(j, JSON_PRETTY, &text);
    str_addc(&text, '\n');
    cmd_out(sv_of(&text));
}

bool cmd_workspace(const struct cmd_line *line, bool may_create, struct workspace *ret_ws,
                   struct err *e)
{
    return workspace_find(line->globals.dir, may_create, ret_ws, e);
}
