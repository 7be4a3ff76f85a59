/* The one door to inih; see ini.h.
 *
 * inih splits lines, sections, keys and values; it also knows comments behind values, continued
 * lines and ':' as a second '='. Its line reader is ours, so each line is checked and bytes that
 * would mean more to inih than to us pass through it in disguise: as control characters, which
 * no text may hold. */
#include "core/base/ini.h"

#include <ini.h>
#include <pthread.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/base/utf8.h"

/* Only some builds of inih have these. */
extern __typeof__(ini_use_stack) ini_use_stack __attribute__((weak));
extern __typeof__(ini_max_line) ini_max_line __attribute__((weak));
extern __typeof__(ini_initial_alloc) ini_initial_alloc __attribute__((weak));

enum { DISGUISED_COLON = 1, DISGUISED_SEMICOLON = 2, DISGUISED_EQUALS = 3 };

static pthread_once_t options_once = PTHREAD_ONCE_INIT;

static void set_options(void)
{
    if (&ini_use_stack && &ini_max_line && &ini_initial_alloc) {
        ini_use_stack = false;
        ini_max_line = ini_initial_alloc = INI_MAX_LINE_BYTES + 4;
    }
}

struct reader {
    struct sv rest;
    const char *name;
    int line;
    ini_fn fn;
    void *arg;
    struct str key, value; /* of the call under way */
    bool failed;
    struct err *e;
};

static bool line_error(struct reader *r, const char *why)
{
    r->failed = true;
    return err_set(r->e, ERR_INVALID, "%s:%d: %s", r->name, r->line, why);
}

/* Every byte that must not be there. */
static bool check_bytes(struct reader *r, struct sv line)
{
    for (size_t i = 0; i < line.n;) {
        size_t n = utf8_valid_bytes(line.p + i, line.n - i);
        if (!n) {
            return line_error(r, "the line is not UTF-8");
        }
        unsigned char c = (unsigned char)line.p[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return line_error(r, "the line holds a control character");
        }
        i += n;
    }
    return true;
}

static bool check_section(struct reader *r, struct sv line)
{
    const char *end = memchr(line.p, ']', line.n);
    if (!end) {
        return line_error(r, "the section has no ]");
    }
    if (end != line.p + line.n - 1) {
        return line_error(r, "something follows the section's ] (a key that begins with [ is "
                             "written in double quotes)");
    }
    if (line.n - 2 > INI_MAX_SECTION_BYTES) {
        return line_error(r, "the section's name is too long");
    }
    return sv_trim((struct sv){line.p + 1, line.n - 2}).n ||
           line_error(r, "the section has no name");
}

/* Length of the key's text up to its '=', or SIZE_MAX. */
static size_t key_length(struct sv line)
{
    if (line.p[0] != '"') {
        const char *equals = memchr(line.p, '=', line.n);
        return equals ? (size_t)(equals - line.p) : SIZE_MAX;
    }
    for (size_t i = 1; i < line.n; i++) {
        size_t after = i + 1;
        while (after < line.n && (line.p[after] == ' ' || line.p[after] == '\t')) {
            after++;
        }
        if (line.p[i] == '"' && after < line.n && line.p[after] == '=') {
            return after;
        }
    }
    return SIZE_MAX;
}

static void disguise(char *p, size_t n, size_t key_n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == ';') {
            p[i] = DISGUISED_SEMICOLON;
        } else if (i < key_n && p[i] == ':') {
            p[i] = DISGUISED_COLON;
        } else if (i < key_n && p[i] == '=') {
            p[i] = DISGUISED_EQUALS;
        }
    }
}

static void reveal(struct str *out, const char *z)
{
    static const char plain[] = {
        [DISGUISED_COLON] = ':', [DISGUISED_SEMICOLON] = ';', [DISGUISED_EQUALS] = '='};
    str_clear(out);
    str_addz(out, z);
    for (size_t i = 0; i < out->n; i++) {
        unsigned char c = (unsigned char)out->p[i];
        out->p[i] = c && c < sizeof plain ? plain[c] : out->p[i];
    }
}

/* The line as inih is to see it, in `buf` with its line end. */
static bool prepare(struct reader *r, struct sv line, char *buf, size_t size)
{
    bool is_ignored = !line.n || line.p[0] == '#' || line.p[0] == ';';
    if (!check_bytes(r, line)) {
        return false;
    }
    if (is_ignored) {
        line.n = 0;
    } else if (line.n + 2 > size) {
        return line_error(r, "the line is too long");
    }
    size_t key_n = 0;
    if (line.n && line.p[0] == '[') {
        if (!check_section(r, line)) {
            return false;
        }
    } else if (line.n) {
        key_n = key_length(line);
        if (key_n == SIZE_MAX) {
            return line_error(r, "the line is neither \"[section]\" nor \"key = value\"");
        }
        if (!sv_trim((struct sv){line.p, key_n}).n) {
            return line_error(r, "there is no key before the =");
        }
    }
    if (line.n) {
        memcpy(buf, line.p, line.n);
    }
    disguise(buf, line.n, key_n);
    memcpy(buf + line.n, "\n", 2);
    return true;
}

/* ini_reader: as fgets. */
static char *read_line(char *buf, int size, void *stream)
{
    struct reader *r = stream;
    struct sv line;
    if (r->failed || !sv_split(&r->rest, '\n', &line) || (!line.n && !r->rest.p)) {
        return NULL;
    }
    r->line++;
    return prepare(r, sv_trim(line), buf, (size_t)size) ? buf : NULL;
}

/* ini_handler */
static int take_key(void *user, const char *section, const char *key, const char *value)
{
    struct reader *r = user;
    if (r->failed) {
        return 0;
    }
    reveal(&r->key, key);
    reveal(&r->value, value);
    char *text = r->key.p;
    if (text[0] == '"' && r->key.n > 1) {
        text[r->key.n - 1] = 0;
        text++;
    }
    if (!text[0]) {
        line_error(r, "the key is empty");
    } else if (!r->fn(r->arg, section, text, r->value.p, r->line, r->e)) {
        r->failed = true;
        err_wrap(r->e, "%s:%d", r->name, r->line);
    }
    return !r->failed;
}

bool ini_read(struct sv text, const char *name, ini_fn fn, void *arg, struct err *e)
{
    if (text.n > INI_MAX_BYTES) {
        return err_set(e, ERR_LIMIT, "%s has %zu bytes; at most %d are read", name, text.n,
                       INI_MAX_BYTES);
    }
    if (sv_starts(text, "\xEF\xBB\xBF")) {
        text = (struct sv){text.p + 3, text.n - 3};
    }
    pthread_once(&options_once, set_options);
    struct reader r = {.rest = text, .name = name, .fn = fn, .arg = arg, .e = e};
    str_init(&r.key);
    str_init(&r.value);
    int bad_line = ini_parse_stream(read_line, &r, take_key, &r);
    str_release(&r.key);
    str_release(&r.value);
    if (!r.failed && bad_line != 0) {
        return err_set(e, ERR_INVALID, "%s:%d: the line is not understood", name, bad_line);
    }
    return !r.failed;
}

bool ini_read_file(const char *path, ini_fn fn, void *arg, struct err *e)
{
    CLEANUP(str_release) struct str text = STR_INIT;
    return os_read_file(path, INI_MAX_BYTES, &text, e) && ini_read(sv_of(&text), path, fn, arg, e);
}
