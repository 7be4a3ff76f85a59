/* REMEMBER: the last lines of the palette, for the next screen, in a file of the person's own. */
#include <stdlib.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/path.h"
#include "core/hub/hub.h"

enum { LINES_MAX = 100, LINE_BYTES_MAX = 1000, FILE_BYTES_MAX = LINES_MAX * (LINE_BYTES_MAX + 1) };

static bool holds(struct sv text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (strncasecmp(text.p + i, word, n) == 0) {
            return true;
        }
    }
    return false;
}

/* `KEY=VALUE` whose name says that the value is nobody's business. */
static bool is_secret(struct sv line)
{
    static const char *const names[] = {"pass", "secret", "token", "key", "credential", "auth"};
    struct sv rest = line, word, name;
    while (rest.n && sv_split(&rest, ' ', &word)) {
        struct sv value = word;
        if (sv_find(word, SV("=")) == SIZE_MAX || !sv_split(&value, '=', &name)) {
            continue;
        }
        for (size_t i = 0; i < ALEN(names); i++) {
            if (holds(name, names[i])) {
                return true;
            }
        }
    }
    return false;
}

/* The file's lines and this one at the end, where an equal one stood before: the last of them. */
static void with_line(struct sv old, struct sv line, struct str *out)
{
    struct sv rest = old, one;
    VEC(struct sv) lines = {0};
    while (rest.n && sv_split(&rest, '\n', &one)) {
        if (one.n && !sv_eq(one, line)) {
            vec_push(&lines, one);
        }
    }
    vec_push(&lines, line);
    for (size_t i = lines.n > LINES_MAX ? lines.n - LINES_MAX : 0; i < lines.n; i++) {
        str_addsv(out, lines.at[i]);
        str_addc(out, '\n');
    }
    vec_release(&lines);
}

static bool keep(const char *file, struct sv line, struct err *e)
{
    CLEANUP(mem_free_ptr) char *dir = path_dir(file);
    CLEANUP(str_release) struct str old = STR_INIT;
    CLEANUP(str_release) struct str text = STR_INIT;
    struct err ignored; /* one that cannot be read is made anew */
    if (!os_mkdirs(dir, e)) {
        return false;
    }
    if (os_exists(file) && !os_read_file(file, FILE_BYTES_MAX, &old, &ignored)) {
        str_clear(&old);
    }
    with_line(sv_of(&old), line, &text);
    return os_write_file(file, sv_of(&text), e);
}

void remember_line(struct hub *hub, uint64_t id, struct req *req)
{
    struct err e = ERR_INIT;
    struct sv line = sv_trim(sv_z(req->text ? req->text : ""));
    bool is_kept = req->id && line.n && line.n <= LINE_BYTES_MAX &&
                   sv_find(line, SV("\n")) == SIZE_MAX && !is_secret(line);
    bool ok = !is_kept || keep(req->id, line, &e);
    hub_reply(hub, id, ok ? NULL : &e, NULL, NULL);
}
