/* Completion: what the words before say about the last one; see complete.h. */
#include "core/cmd/complete.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/embed.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/utf8.h"

void complete_offer(struct completion *c, const char *text, const char *what)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    utf8_sanitize(&clean, sv_z(text));
    bool is_on = strncmp(text, c->word.p, c->word.n) == 0;
    if (!is_on || !sv_eqz(sv_of(&clean), text)) {
        return;
    }
    str_add(&c->out, c->prefix, c->prefix_n);
    str_addsv(&c->out, sv_of(&clean));
    str_addc(&c->out, '\t');
    str_clear(&clean);
    utf8_sanitize(&clean, sv_z(what ? what : ""));
    str_addsv(&c->out, sv_of(&clean));
    str_addc(&c->out, '\n');
    c->offered++;
}

/* --- what the words before say --- */

struct scan {
    struct completion *c;
    const struct cmd_option *pending; /* takes the next word */
    VEC(const struct cmd_option *) used;
    bool has_ended; /* "--" */
    bool is_lost;   /* there is no such command, or folder */
};

static const struct cmd_option *option_of(const struct scan *s, struct sv name, char letter)
{
    const struct cmd_info *info = s->c->command;
    const struct cmd_option *o = info ? cmd_option_find(info->options, name, letter) : NULL;
    return o ? o : cmd_option_find(cmd_global_options, name, letter);
}

/* The option of "--name", "--name=value", "-o", "-ovalue"; *ret_n bytes come before the value. */
static const struct cmd_option *split_option(const struct scan *s, const char *word, size_t *ret_n,
                                             bool *ret_has_value)
{
    bool is_long = word[1] == '-';
    size_t n = is_long ? strcspn(word, "=") : 2;
    *ret_has_value = word[n] != 0;
    *ret_n = n + (is_long && *ret_has_value);
    return is_long ? option_of(s, (struct sv){word + 2, n - 2}, 0)
                   : option_of(s, (struct sv){NULL, 0}, word[1]);
}

/* Where the command would work; a shell has not opened "~/" yet. */
static void go_to(struct scan *s, const char *word)
{
    CLEANUP(mem_free_ptr) char *home = NULL;
    CLEANUP(mem_free_ptr) char *dir = NULL;
    struct err ignored;
    if (strncmp(word, "~/", 2) == 0) {
        home = os_home_dir();
        dir = path_join(home, word + 2);
    }
    if (*word && chdir(dir ? dir : word) != 0) {
        s->is_lost = true;
        return;
    }
    free(s->c->dir);
    s->c->dir = os_real_path(".", &ignored);
}

static void read_option(struct scan *s, const char *word)
{
    size_t n;
    bool has_value;
    const struct cmd_option *o = split_option(s, word, &n, &has_value);
    if (!o) {
        return;
    }
    vec_push(&s->used, o);
    if (o->type != OPTION_FLAG && !has_value) {
        s->pending = o;
    } else if (strcmp(o->long_name, "directory") == 0) {
        go_to(s, word + n);
    }
}

static void read_word(struct scan *s, const char *word)
{
    if (s->pending) {
        if (strcmp(s->pending->long_name, "directory") == 0) {
            go_to(s, word);
        }
        s->pending = NULL;
    } else if (!s->has_ended && strcmp(word, "--") == 0) {
        s->has_ended = true;
    } else if (!s->has_ended && word[0] == '-' && word[1]) {
        read_option(s, word);
    } else if (!s->c->command) {
        s->c->command = cmd_find(word);
        s->is_lost |= !s->c->command;
    } else {
        vec_push(&s->c->args, word);
    }
}

/* --- what is offered --- */

static void offer_options(struct scan *s, const struct cmd_option *options)
{
    for (const struct cmd_option *o = options; o && o->long_name; o++) {
        bool is_used = false;
        for (size_t i = 0; i < s->used.n; i++) {
            is_used |= s->used.at[i] == o && o->type != OPTION_LIST;
        }
        if (!is_used) {
            CLEANUP(mem_free_ptr) char *text = xasprintf("--%s", o->long_name);
            complete_offer(s->c, text, o->help);
        }
    }
}

static void set_value(struct completion *c, const char *word, size_t n)
{
    c->prefix = word;
    c->prefix_n = n;
    c->word = sv_z(word + n);
}

/* The i-th token of one form of the arguments; the last one goes on with "...". */
static struct sv token_of(struct sv form, size_t i)
{
    struct sv token = {NULL, 0}, next;
    while (sv_split(&form, ' ', &next)) {
        bool goes_on = next.n > 3 && strncmp(next.p + next.n - 3, "...", 3) == 0;
        token = goes_on ? (struct sv){next.p, next.n - 3} : next;
        if (goes_on || i-- == 0) {
            return token;
        }
    }
    return (struct sv){NULL, 0};
}

/* "EXEC | KIND ID" has two forms. */
static void offer_argument(struct completion *c)
{
    const char *rest = c->command->args;
    while (rest) {
        const char *bar = strstr(rest, " | ");
        struct sv form = {rest, bar ? (size_t)(bar - rest) : strlen(rest)};
        struct sv token = token_of(form, c->args.n);
        if (token.n) {
            complete_placeholder(c, token);
        }
        rest = bar ? bar + 3 : NULL;
    }
}

static void offer(struct scan *s, const char *word)
{
    struct completion *c = s->c;
    size_t n;
    bool has_value, is_option = !s->has_ended && word[0] == '-';
    const struct cmd_option *o =
        is_option && word[1] ? split_option(s, word, &n, &has_value) : NULL;
    set_value(c, word, 0);
    if (s->pending) {
        complete_placeholder(c, sv_z(s->pending->value));
    } else if (o && has_value && o->type != OPTION_FLAG) {
        set_value(c, word, n);
        complete_placeholder(c, sv_z(o->value));
    } else if (is_option) {
        offer_options(s, c->command ? c->command->options : NULL);
        offer_options(s, cmd_global_options);
    } else if (c->command) {
        offer_argument(c);
    } else {
        complete_placeholder(c, SV("COMMAND"));
    }
}

int cmd_complete(const struct cmd_line *line)
{
    struct completion c = {.line = line, .out = STR_INIT};
    struct scan s = {.c = &c};
    size_t n = line->args.n;
    for (size_t i = 0; i + 1 < n; i++) {
        read_word(&s, line->args.at[i]);
    }
    if (n && !s.is_lost) {
        offer(&s, line->args.at[n - 1]);
    }
    cmd_out(sv_of(&c.out));
    free(c.dir);
    store_close(c.st);
    str_release(&c.out);
    vec_release(&c.args);
    vec_release(&s.used);
    return 0;
}

int cmd_completion(const struct cmd_line *line)
{
    const char *shell = line->args.at[0];
    for (const struct embed_file *f = shells_files; f->name; f++) {
        const char *dot = strrchr(f->name, '.');
        if (dot && strcmp(dot + 1, shell) == 0) {
            cmd_out((struct sv){(const char *)f->data, f->size});
            return 0;
        }
    }
    struct err e;
    err_set(&e, ERR_USAGE, "completion is there for %s, not for \"%s\"", line->info->args, shell);
    return cmd_fail(line, &e);
}
