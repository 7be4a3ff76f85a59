/* Reading mlw.conf; see config.h. */
#include "core/config/config.h"

#include <stdlib.h>

#include "core/base/fmt.h"
#include "core/base/ini.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/base/re.h"

const struct config_option config_options[] = {
#define OPT(section, key, type, otherwise, min, max, choices, text)                                \
    {#section,  #key, CONFIG_##type,                                                               \
     otherwise, min,  max,                                                                         \
     choices,   text, offsetof(struct config, section##_##key)},
#include "core/config/options.def"
#undef OPT
};
const size_t config_option_count = ALEN(config_options);

/* --- words --- */

static void words_release(char ***words, size_t *n)
{
    for (size_t i = 0; i < *n; i++) {
        free((*words)[i]);
    }
    free(*words);
    *words = NULL;
    *n = 0;
}

static void add_word(char ***words, size_t *n, const char *word)
{
    *words = xreallocarray(*words, *n + 2, sizeof **words);
    (*words)[(*n)++] = xstrdup(word);
    (*words)[*n] = NULL;
}

/* Words parted by spaces; quotes of either kind hold a word together. */
static bool split_words(const char *text, char ***words, size_t *n, struct err *e)
{
    CLEANUP(str_release) struct str word = STR_INIT;
    char quote = 0;
    bool in_word = false;
    for (const char *p = text; *p; p++) {
        bool is_space = *p == ' ' || *p == '\t';
        if (quote && *p == quote) {
            quote = 0;
        } else if (!quote && (*p == '"' || *p == '\'')) {
            quote = *p;
            in_word = true;
        } else if (quote || !is_space) {
            str_addc(&word, *p);
            in_word = true;
        } else if (in_word) {
            add_word(words, n, word.p);
            str_clear(&word);
            in_word = false;
        }
    }
    if (quote) {
        return err_set(e, ERR_INVALID, "the %c in \"%s\" is not closed", quote, text);
    }
    if (in_word) {
        add_word(words, n, word.p);
    }
    return true;
}

/* ~/ at the beginning becomes the home folder; true when the path is absolute then. */
static bool take_home(char **path)
{
    const char *home = getenv("HOME");
    if (home && strncmp(*path, "~/", 2) == 0) {
        char *full = path_join(home, *path + 2);
        free(*path);
        *path = full;
    }
    return (*path)[0] == '/';
}

/* --- single values --- */

static bool set_choice(void *at, const struct config_option *o, const char *value, struct err *e)
{
    struct sv rest = sv_z(o->choices), choice;
    for (int i = 0; sv_split(&rest, '|', &choice); i++) {
        if (sv_eqz(choice, value)) {
            *(int *)at = i;
            return true;
        }
    }
    return err_set(e, ERR_INVALID, "[%s] %s is \"%s\"; it is one of %s", o->section, o->key, value,
                   o->choices);
}

static bool set_bytes(void *at, const struct config_option *o, const char *value, struct err *e)
{
    uint64_t bytes;
    if (!fmt_parse_bytes(sv_z(value), &bytes)) {
        return err_set(e, ERR_INVALID, "[%s] %s is \"%s\"; it is a size as 512MiB or 2GiB",
                       o->section, o->key, value);
    }
    if (bytes < o->min || bytes > o->max) {
        CLEANUP(str_release) struct str min = STR_INIT, max = STR_INIT;
        fmt_bytes(&min, o->min);
        fmt_bytes(&max, o->max);
        return err_set(e, ERR_INVALID, "[%s] %s is %s; it is from %s to %s", o->section, o->key,
                       value, min.p, max.p);
    }
    *(uint64_t *)at = bytes;
    return true;
}

static bool set_command(void *at, const struct config_option *o, const char *value, struct err *e)
{
    struct config_command c = {0}, *old = at;
    bool ok = split_words(value, &c.words, &c.word_count, e) ||
              err_wrap(e, "[%s] %s", o->section, o->key);
    if (ok && c.word_count) {
        ok = take_home(&c.words[0]) || (c.words[0][0] && !strchr(c.words[0], '/')) ||
             err_set(e, ERR_INVALID,
                     "[%s] %s is \"%s\"; it is a program's name, or begins with / or ~/",
                     o->section, o->key, c.words[0]);
    }
    words_release(ok ? &old->words : &c.words, ok ? &old->word_count : &c.word_count);
    if (ok) {
        *old = c;
    }
    return ok;
}

static bool set_value(struct config *c, const struct config_option *o, const char *value,
                      struct err *e)
{
    static bool (*const setters[])(void *, const struct config_option *, const char *,
                                   struct err *) = {
        [CONFIG_CHOICE] = set_choice,
        [CONFIG_BYTES] = set_bytes,
        [CONFIG_COMMAND] = set_command,
    };
    return setters[o->type]((char *)c + o->offset, o, value, e);
}

/* --- tables --- */

static void image_release(struct config_image *image)
{
    words_release(&image->words, &image->word_count);
    free(image->pattern);
    *image = (struct config_image){0};
}

static bool take_rootfs(struct config_image *image, struct sv dir, struct err *e)
{
    CLEANUP(mem_free_ptr) char *path = sv_dup(dir);
    if (!take_home(&path)) {
        return err_set(e, ERR_INVALID, "the folder of rootfs is \"%s\"; it begins with / or ~/",
                       path);
    }
    image->kind = CONFIG_IMAGE_ROOTFS;
    add_word(&image->words, &image->word_count, path);
    return true;
}

static bool take_target(struct config_image *image, const char *value, struct err *e)
{
    size_t n = strcspn(value, " \t");
    struct sv kind = {value, n}, rest = sv_trim(sv_z(value + n));
    if (sv_eqz(kind, "host") && !rest.n) {
        image->kind = CONFIG_IMAGE_HOST;
        return true;
    }
    if (sv_eqz(kind, "rootfs") && rest.n) {
        return take_rootfs(image, rest, e);
    }
    if (sv_eqz(kind, "command") && rest.n) {
        image->kind = CONFIG_IMAGE_COMMAND;
        return split_words(rest.p, &image->words, &image->word_count, e);
    }
    return err_set(e, ERR_INVALID,
                   "the image \"%s\" is \"%s\"; it is host, rootfs DIR or command PREFIX",
                   image->pattern, value);
}

static bool add_image(struct config *c, const char *key, const char *value, struct err *e)
{
    if (strlen(key) > CONFIG_MAX_PATTERN_BYTES) {
        return err_set(e, ERR_INVALID, "the image's pattern has more than %d bytes",
                       CONFIG_MAX_PATTERN_BYTES);
    }
    if (c->images.n == CONFIG_MAX_IMAGES) {
        return err_set(e, ERR_LIMIT, "[images] holds more than %d lines", CONFIG_MAX_IMAGES);
    }
    struct config_image image = {.pattern = xstrdup(key)};
    if (!take_target(&image, value, e)) {
        image_release(&image);
        return false;
    }
    vec_push(&c->images, image);
    return true;
}

static bool add_progress(struct config *c, const char *key, const char *value, struct err *e)
{
    if (!z_eq(key, "regex")) {
        err_set(e, ERR_INVALID, "[progress] has no key \"%s\"", key);
        return err_hint(e, "it has regex, which may come several times");
    }
    if (c->progress.n == CONFIG_MAX_PROGRESS) {
        return err_set(e, ERR_LIMIT, "[progress] holds more than %d lines", CONFIG_MAX_PROGRESS);
    }
    struct re *re = re_new(sv_z(value), 0, e);
    if (!re) {
        return err_wrap(e, "[progress] regex");
    }
    size_t groups = re_group_count(re);
    if (groups < 1 || groups > 2) {
        re_free(re);
        return err_set(e, ERR_INVALID,
                       "[progress] regex has %zu groups; it has one (percent) or two (done, all)",
                       groups);
    }
    struct config_progress p = {xstrdup(value), re};
    vec_push(&c->progress, p);
    return true;
}

static bool add_metric(struct config *c, const char *key, const char *value, struct err *e)
{
    enum goal goal = z_eq(value, "min") ? GOAL_MIN : z_eq(value, "max") ? GOAL_MAX : GOAL_NONE;
    if (goal == GOAL_NONE) {
        return err_set(e, ERR_INVALID, "[metrics] %s is \"%s\"; it is one of min|max", key, value);
    }
    for (size_t i = 0; i < c->metrics.n; i++) {
        if (z_eq(c->metrics.at[i].metric, key)) {
            c->metrics.at[i].goal = goal;
            return true;
        }
    }
    if (c->metrics.n == CONFIG_MAX_METRICS) {
        return err_set(e, ERR_LIMIT, "[metrics] names more than %d metrics", CONFIG_MAX_METRICS);
    }
    struct goal_of one = {xstrdup(key), goal};
    vec_push(&c->metrics, one);
    return true;
}

/* --- a file --- */

static bool unknown(const char *section, const char *key, struct err *e)
{
    CLEANUP(str_release) struct str keys = STR_INIT;
    for (size_t i = 0; i < config_option_count; i++) {
        if (z_eq(config_options[i].section, section)) {
            str_addf(&keys, "%s%s", keys.n ? ", " : "", config_options[i].key);
        }
    }
    if (keys.n) {
        err_set(e, ERR_INVALID, "[%s] has no key \"%s\"", section, key);
        return err_hint(e, "it has %s", keys.p);
    }
    err_set(e, ERR_INVALID, "there is no section [%s] (key \"%s\")", section, key);
    return err_hint(e, "the sections are executor, images, metrics, notify, progress and ui");
}

/* A file while it is read. */
struct reading {
    struct config *c;
    bool is_workspace;
};

/* What a workspace brings along, perhaps from somebody else, does not start programs by itself. */
static bool check_trust(const struct reading *r, const struct config_option *o, struct err *e)
{
    if (o->type == CONFIG_COMMAND && r->is_workspace) {
        err_set(e, ERR_INVALID, "[%s] %s names a program, which a workspace may not", o->section,
                o->key);
        return err_hint(e, "it belongs into your own mlw.conf: see mlw.conf(5), FILES");
    }
    return true;
}

static bool take_key(void *arg, const char *section, const char *key, const char *value, int line,
                     struct err *e)
{
    const struct reading *r = arg;
    struct config *c = r->c;
    (void)line;
    if (z_eq(section, "images")) {
        return add_image(c, key, value, e);
    }
    if (z_eq(section, "progress")) {
        return add_progress(c, key, value, e);
    }
    if (z_eq(section, "metrics")) {
        return add_metric(c, key, value, e);
    }
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *o = &config_options[i];
        if (!z_eq(o->section, section) || !z_eq(o->key, key)) {
            continue;
        }
        return check_trust(r, o, e) && set_value(c, o, value, e);
    }
    return unknown(section, key, e);
}

bool config_read(struct config *c, struct sv text, const char *name, struct err *e)
{
    return ini_read(text, name, take_key, &(struct reading){c, false}, e);
}

static bool read_file(struct config *c, const char *path, bool is_workspace, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    struct reading r = {c, is_workspace};
    return !os_exists(path) || (os_read_file(path, INI_MAX_BYTES, &text, e) &&
                                ini_read(sv_of(&text), path, take_key, &r, e));
}

/* --- the whole --- */

void config_init(struct config *c)
{
    *c = (struct config){0};
    for (size_t i = 0; i < config_option_count; i++) {
        struct err e = ERR_INIT;
        if (!set_value(c, &config_options[i], config_options[i].otherwise, &e)) {
            BUG("default: %s", e.msg);
        }
    }
}

void config_release(struct config *c)
{
    for (size_t i = 0; i < c->images.n; i++) {
        image_release(&c->images.at[i]);
    }
    for (size_t i = 0; i < c->progress.n; i++) {
        free(c->progress.at[i].pattern);
        re_free(c->progress.at[i].re);
    }
    for (size_t i = 0; i < c->metrics.n; i++) {
        free((char *)(uintptr_t)c->metrics.at[i].metric);
    }
    words_release(&c->notify_command.words, &c->notify_command.word_count);
    vec_release(&c->images);
    vec_release(&c->progress);
    vec_release(&c->metrics);
    *c = (struct config){0};
}

static char *xdg_dir(const char *variable, const char *below_home)
{
    const char *named = getenv(variable), *home = getenv("HOME");
    if (named && named[0] == '/') { /* the XDG rules: a relative one is to be ignored */
        return path_join(named, "mlw");
    }
    return home && *home ? path_join3(home, below_home, "mlw") : NULL;
}

char *config_user_dir(void)
{
    return xdg_dir("XDG_CONFIG_HOME", ".config");
}

char *config_state_dir(void)
{
    return xdg_dir("XDG_STATE_HOME", ".local/state");
}

/* Move the entries from `split` on before those that were there first. */
static void put_first(void *at, size_t n, size_t split, size_t size)
{
    if (split == 0 || split == n) {
        return;
    }
    char *first = xmalloc(split * size);
    memcpy(first, at, split * size);
    memmove(at, (char *)at + split * size, (n - split) * size);
    memcpy((char *)at + (n - split) * size, first, split * size);
    free(first);
}

bool config_load(const char *workspace_dir, struct config *ret_config, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = config_user_dir();
    CLEANUP(mem_free_ptr) char *user = dir ? path_join(dir, "mlw.conf") : NULL;
    CLEANUP(mem_free_ptr)
    char *own = workspace_dir ? path_join3(workspace_dir, ".mlw", "mlw.conf") : NULL;
    struct config c;
    config_init(&c);
    bool ok = !user || read_file(&c, user, false, e);
    size_t images = c.images.n, progress = c.progress.n;
    ok = ok && (!own || read_file(&c, own, true, e));
    if (!ok) {
        config_release(&c);
        return false;
    }
    put_first(c.images.at, c.images.n, images, sizeof *c.images.at);
    put_first(c.progress.at, c.progress.n, progress, sizeof *c.progress.at);
    *ret_config = c;
    return true;
}

bool config_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL; /* the last *, and where its rest was tried */
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return !*pattern;
}

const struct config_image *config_image_for(const struct config *c, const char *image)
{
    for (size_t i = 0; i < c->images.n; i++) {
        if (config_glob(c->images.at[i].pattern, image)) {
            return &c->images.at[i];
        }
    }
    return NULL;
}
