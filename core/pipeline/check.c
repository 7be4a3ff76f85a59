/* Problems, trails and members; see check.h. */
#include "core/pipeline/check.h"

#include <stdarg.h>

#include "core/base/utf8.h"

enum { QUOTE_CELLS = 300 };

static bool is_plain_key(const char *key)
{
    if (!*key || (*key >= '0' && *key <= '9')) {
        return false;
    }
    for (const char *p = key; *p; p++) {
        bool is_word = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') ||
                       (*p >= '0' && *p <= '9') || *p == '_';
        if (!is_word) {
            return false;
        }
    }
    return true;
}

static void print_key(const char *key, struct str *out)
{
    if (is_plain_key(key)) {
        str_addf(out, ".%s", key);
        return;
    }
    CLEANUP(mem_free_ptr) char *quoted = check_quote(sv_z(key));
    str_addz(out, "['");
    for (const char *p = quoted; *p; p++) {
        if (*p == '\'' || *p == '\\') {
            str_addc(out, '\\');
        }
        str_addc(out, *p);
    }
    str_addz(out, "']");
}

void trail_print(const struct trail *t, struct str *out)
{
    VEC(const struct trail *) chain = {0};
    for (; t->up; t = t->up) {
        vec_push(&chain, t);
    }
    str_addc(out, '$');
    for (size_t i = chain.n; i-- > 0;) {
        if (chain.at[i]->key) {
            print_key(chain.at[i]->key, out);
        } else {
            str_addf(out, "[%zu]", chain.at[i]->index);
        }
    }
    vec_release(&chain);
}

char *check_quote(struct sv text)
{
    CLEANUP(str_release) struct str clean = STR_INIT;
    struct str cut = STR_INIT;
    /* a cell takes a byte at least: what lies far beyond the cut need not be looked at */
    struct sv head = {text.p, text.n < QUOTE_CELLS * 16 ? text.n : QUOTE_CELLS * 16};
    utf8_sanitize(&clean, head);
    utf8_fit(&cut, sv_of(&clean), QUOTE_CELLS, UTF8_CUT_END);
    return str_detach(&cut);
}

void problems_add(struct definition_problems *p, enum problem_kind kind, const char *path,
                  const char *reason)
{
    if (p->list.n > DEFINITION_MAX_PROBLEMS) {
        return;
    }
    if (p->list.n == DEFINITION_MAX_PROBLEMS) {
        path = "$";
        reason = "there are more problems; these are the first ones";
    }
    vec_push(&p->list, (struct definition_problem){xstrdup(path), xstrdup(reason), kind});
}

void check_problem(struct checker *c, const struct trail *at, const char *fmt, ...)
{
    CLEANUP(str_release) struct str path = STR_INIT;
    CLEANUP(str_release) struct str reason = STR_INIT;
    CLEANUP(str_release) struct str clean = STR_INIT;
    if (c->problems->list.n <= DEFINITION_MAX_PROBLEMS) {
        va_list ap;
        va_start(ap, fmt);
        str_vaddf(&reason, fmt, ap);
        va_end(ap);
        trail_print(at, &path);
        utf8_sanitize(&clean, sv_of(&reason));
        problems_add(c->problems, PROBLEM_DOCUMENT, path.p, clean.p);
    }
}

void definition_problems_release(struct definition_problems *p)
{
    for (size_t i = 0; i < p->list.n; i++) {
        free(p->list.at[i].path);
        free(p->list.at[i].reason);
    }
    vec_release(&p->list);
}

const struct json *check_member(struct checker *c, const struct trail *of,
                                const struct json *object, const char *key, enum json_type t,
                                bool *ret_is_wrong)
{
    const struct json *v = json_get(object, key);
    if (!v || json_is(v, JSON_NULL) || json_is(v, t)) {
        return v && json_is(v, t) ? v : NULL;
    }
    struct trail at = trail_key(of, key);
    check_problem(c, &at, "%s must be %s, not %s", key, json_type_name(t),
                  json_type_name(json_type(v)));
    if (ret_is_wrong) {
        *ret_is_wrong = true;
    }
    return NULL;
}

const char *check_required_text(struct checker *c, const struct trail *of,
                                const struct json *object, const char *key)
{
    bool is_wrong = false;
    const struct json *v = check_member(c, of, object, key, JSON_STRING, &is_wrong);
    if (!v && !is_wrong) {
        struct trail at = trail_key(of, key);
        check_problem(c, &at, "%s is missing; it must be a string", key);
    }
    return json_str(v);
}

bool check_is_name(const char *name, size_t max)
{
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return n >= 1 && n <= max && !name[n];
}
