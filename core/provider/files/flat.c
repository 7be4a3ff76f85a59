/* A walk over JSON text with a stack of its own; see flat.h. */
#include "core/provider/files/flat.h"

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/provider/files/reader.h"

struct walk {
    struct sv rest;
    struct str path;
    size_t lengths[FLAT_MAX_DEPTH]; /* of the path outside each open object */
    size_t depth;
};

static void skip_space(struct sv *v)
{
    while (v->n && strchr(" \t\r\n", *v->p) && *v->p) {
        v->p++;
        v->n--;
    }
}

static bool take(struct sv *v, char c)
{
    skip_space(v);
    if (!v->n || *v->p != c) {
        return false;
    }
    v->p++;
    v->n--;
    return true;
}

static struct sv cut(struct sv *v, size_t n)
{
    struct sv part = {v->p, n};
    v->p += n;
    v->n -= n;
    return part;
}

/* Bytes of the string literal at p, or 0. */
static size_t string_bytes(struct sv v)
{
    for (size_t i = 1; v.n && *v.p == '"' && i < v.n; i++) {
        if (v.p[i] == '"') {
            return i + 1;
        }
        i += v.p[i] == '\\';
    }
    return 0;
}

/* Bytes of the array or object at p, or 0. Brackets are counted: what is between them is told as
 * it stands. */
static size_t nested_bytes(struct sv v)
{
    size_t open = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '"') {
            size_t n = string_bytes((struct sv){v.p + i, v.n - i});
            if (!n) {
                return 0;
            }
            i += n - 1;
        } else if (v.p[i] == '[' || v.p[i] == '{') {
            open++;
        } else if ((v.p[i] == ']' || v.p[i] == '}') && --open == 0) {
            return i + 1;
        }
    }
    return 0;
}

static size_t word_bytes(struct sv v)
{
    size_t n = 0;
    while (n < v.n && !(v.p[n] && strchr(" \t\r\n,]}:", v.p[n]))) {
        n++;
    }
    return n;
}

static size_t leaf_bytes(struct sv v)
{
    if (!v.n) {
        return 0;
    }
    return *v.p == '"'                  ? string_bytes(v)
           : *v.p == '[' || *v.p == '{' ? nested_bytes(v)
                                        : word_bytes(v);
}

bool flat_string(struct sv literal, struct str *out)
{
    struct err why = ERR_INIT;
    struct json *j = NULL;
    str_clear(out);
    if (literal.n >= 2 && *literal.p == '"' && literal.p[literal.n - 1] == '"' &&
        !memchr(literal.p, '\\', literal.n)) {
        str_add(out, literal.p + 1, literal.n - 2);
        return !memchr(out->p, '"', out->n);
    }
    bool ok = json_parse(literal, &j, &why) && json_is(j, JSON_STRING);
    if (ok) {
        str_addz(out, json_str(j));
    }
    json_free(j);
    return ok;
}

/* "key": of the innermost open object onto the path. */
static bool enter_member(struct walk *w)
{
    struct str key = STR_INIT;
    size_t outside = w->lengths[w->depth - 1];
    skip_space(&w->rest);
    size_t n = string_bytes(w->rest);
    bool ok = n && flat_string(cut(&w->rest, n), &key) && take(&w->rest, ':') &&
              outside + key.n + 1 <= READER_KEY_MAX;
    if (ok) {
        str_truncate(&w->path, outside);
        if (outside) {
            str_addc(&w->path, '.');
        }
        utf8_make_valid(&w->path, sv_of(&key));
    }
    str_release(&key);
    return ok;
}

/* Into the object that comes next, if it is one with members and not too deep. */
static bool open_object(struct walk *w)
{
    struct sv ahead = w->rest;
    if (w->depth == FLAT_MAX_DEPTH || !take(&ahead, '{')) {
        return false;
    }
    struct sv inside = ahead;
    if (take(&ahead, '}')) {
        return false;
    }
    w->lengths[w->depth++] = w->path.n;
    w->rest = inside;
    return true;
}

/* Out of what ends here, up to the next member; false at the end of all. */
static bool next_member(struct walk *w, bool *ret_ok)
{
    while (w->depth) {
        if (take(&w->rest, ',')) {
            return *ret_ok = enter_member(w);
        }
        if (!take(&w->rest, '}')) {
            break;
        }
        w->depth--;
    }
    skip_space(&w->rest);
    *ret_ok = !w->depth && !w->rest.n;
    return false;
}

bool flat_json(struct sv text, struct sv name,
               bool (*fn)(void *arg, struct sv path, struct sv leaf), void *arg)
{
    struct walk w = {.rest = text, .path = STR_INIT};
    bool ok = text.n <= READER_TEXT_MAX, is_wanted = true;
    str_addsv(&w.path, name);
    while (ok) {
        while (ok && open_object(&w)) {
            ok = enter_member(&w);
        }
        skip_space(&w.rest);
        size_t n = ok ? leaf_bytes(w.rest) : 0;
        if (!n) {
            ok = false;
            break;
        }
        is_wanted = fn(arg, sv_of(&w.path), cut(&w.rest, n)) && is_wanted;
        if (!next_member(&w, &ok)) {
            break;
        }
    }
    str_release(&w.path);
    return ok && is_wanted;
}
