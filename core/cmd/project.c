/* Templates onto the disk; see project.h. */
#include "core/cmd/project.h"

#include <stdlib.h>

#include "core/base/embed.h"
#include "core/base/ini.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/cmd/csv.h"

struct project {
    const char *template_name, *dir, *data_file;
    char *data, *target; /* what @DATA@ and @TARGET@ stand for */
    char *sample;        /* folder of the template's own data, not laid down with --data */
    struct err *e;
};

static const struct embed_file *template_file(const char *template_name, const char *name)
{
    CLEANUP(mem_free_ptr) char *full = path_join(template_name, name);
    for (const struct embed_file *f = templates_files; f->name; f++) {
        if (strcmp(f->name, full) == 0) {
            return f;
        }
    }
    return NULL;
}

static bool take_value(void *arg, const char *section, const char *key, const char *value, int line,
                       struct err *e)
{
    (void)line, (void)e;
    struct project *p = arg;
    if (strcmp(section, "values") == 0 && strcmp(key, "DATA") == 0 && !p->data) {
        p->data = xstrdup(value);
    } else if (strcmp(section, "values") == 0 && strcmp(key, "TARGET") == 0 && !p->target) {
        p->target = xstrdup(value);
    } else if (strcmp(key, "sample") == 0) {
        p->sample = xstrdup(value);
    }
    return true;
}

/* `text` with @DATA@ and @TARGET@ replaced by the insides of JSON strings. */
static void fill_in(const struct project *p, struct sv text, struct str *out)
{
    const struct {
        struct sv mark;
        const char *value;
    } marks[] = {{SV("@DATA@"), p->data}, {SV("@TARGET@"), p->target}};
    while (text.n) {
        size_t at = SIZE_MAX, which = 0;
        for (size_t i = 0; i < ALEN(marks); i++) {
            size_t here = sv_find(text, marks[i].mark);
            if (here < at) {
                at = here;
                which = i;
            }
        }
        if (at == SIZE_MAX) {
            str_addsv(out, text);
            return;
        }
        CLEANUP(str_release) struct str quoted = STR_INIT;
        json_quote(sv_z(marks[which].value), &quoted);
        str_add(out, text.p, at);
        str_add(out, quoted.p + 1, quoted.n - 2);
        size_t skip = at + marks[which].mark.n;
        text = (struct sv){text.p + skip, text.n - skip};
    }
}

static bool write_one(const struct project *p, const char *rel, struct sv bytes)
{
    CLEANUP(mem_free_ptr) char *path = path_join(p->dir, rel);
    CLEANUP(mem_free_ptr) char *folder = path_dir(path);
    CLEANUP(str_release) struct str text = STR_INIT;
    if (strcmp(rel, "pipeline.json") == 0) {
        fill_in(p, bytes, &text);
        bytes = sv_of(&text);
    }
    return os_mkdirs(folder, p->e) && os_write_file(path, bytes, p->e);
}

/* Where a file of the template goes in the project; NULL: nowhere. */
static const char *template_rel(const char *template_name, const struct embed_file *f)
{
    size_t n = strlen(template_name);
    bool is_ours = strncmp(f->name, template_name, n) == 0 && f->name[n] == '/';
    return is_ours && strcmp(f->name + n + 1, "template.ini") != 0 ? f->name + n + 1 : NULL;
}

static bool write_all(const struct project *p)
{
    size_t sample = p->data_file && p->sample ? strlen(p->sample) : 0;
    for (const struct embed_file *f = templates_files; f->name; f++) {
        const char *rel = template_rel(p->template_name, f);
        bool is_sample =
            rel && sample && strncmp(rel, p->sample, sample) == 0 && rel[sample] == '/';
        if (rel && !is_sample && !write_one(p, rel, (struct sv){(const char *)f->data, f->size})) {
            return false;
        }
    }
    return true;
}

/* The name of a file of the person's own in the project: letters, digits and . _ - alone, as it
 * becomes part of an object's key and of commands that people type. */
static char *data_name(const char *file)
{
    char *name = xasprintf("data/%s", path_base(file));
    for (char *z = name + strlen("data/"); *z; z++) {
        bool is_plain = (*z >= 'a' && *z <= 'z') || (*z >= 'A' && *z <= 'Z') ||
                        (*z >= '0' && *z <= '9') || strchr("._-", *z);
        *z = is_plain ? *z : '_';
    }
    return name;
}

/* Nothing is written beside files of the person's own; a workspace without them is fine. */
static bool check_empty(const char *dir, struct err *e)
{
    struct os_names names = {0};
    if (os_exists(dir) && !os_list(dir, &names, e)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < names.n; i++) {
        if (strcmp(names.at[i], ".mlw") != 0) {
            err_set(e, ERR_REFUSED, "%s holds %s already", dir, names.at[i]);
            ok = err_hint(e, "name an empty folder");
        }
    }
    os_names_release(&names);
    return ok;
}

static bool copy_data(const struct project *p)
{
    CLEANUP(mem_free_ptr) char *to = path_join(p->dir, p->data);
    CLEANUP(mem_free_ptr) char *folder = path_dir(to);
    return os_mkdirs(folder, p->e) && os_copy_file(p->data_file, to, p->e);
}

bool project_is_there(const char *template_name, const char *dir)
{
    bool is_there = os_exists(dir);
    for (const struct embed_file *f = templates_files; is_there && f->name; f++) {
        const char *rel = template_rel(template_name, f);
        if (rel) {
            CLEANUP(mem_free_ptr) char *path = path_join(dir, rel);
            is_there = os_exists(path);
        }
    }
    return is_there;
}

bool project_lay_down(const char *template_name, const char *dir, const char *data_file,
                      const char *target, struct err *e)
{
    const struct embed_file *settings = template_file(template_name, "template.ini");
    if (!settings) {
        return err_set(e, ERR_NOT_FOUND, "there is no template \"%s\"; there is: tabular",
                       template_name);
    }
    if (!data_file != !target) {
        return err_set(e, ERR_USAGE, "--data FILE and --target COLUMN go together");
    }
    if (data_file && !csv_has_column(data_file, target, e)) {
        return false;
    }
    struct project p = {.template_name = template_name, .dir = dir, .data_file = data_file, .e = e};
    if (data_file) {
        p.data = data_name(data_file);
        p.target = xstrdup(target);
    }
    bool ok = ini_read((struct sv){(const char *)settings->data, settings->size}, settings->name,
                       take_value, &p, e) &&
              check_empty(dir, e) && os_mkdirs(dir, e) && write_all(&p) &&
              (!data_file || copy_data(&p));
    free(p.data);
    free(p.target);
    free(p.sample);
    return ok;
}
