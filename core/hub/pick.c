/* Rows by their ids; see pick.h. */
#include "core/hub/pick.h"

void picks_init(struct picks *p, const char *ids)
{
    struct sv rest = sv_z(ids), line;
    *p = (struct picks){0};
    while (rest.n && sv_split(&rest, '\n', &line)) {
        if (line.n && !map_has(&p->names, line)) {
            (void)map_set(&p->names, line, p);
        }
    }
    for (size_t i = 0; i < p->names.n; i++) {
        struct pick pick = {.text = p->names.at[i].key, .candidates = STR_INIT};
        vec_push(&p->at, pick);
    }
}

void picks_release(struct picks *p)
{
    for (size_t i = 0; i < p->at.n; i++) {
        str_release(&p->at.at[i].candidates);
    }
    vec_release(&p->at);
    map_release(&p->names);
}

void picks_begin(struct picks *p)
{
    for (size_t i = 0; i < p->at.n; i++) {
        p->at.at[i].hits = 0;
        p->at.at[i].is_whole = false;
        str_clear(&p->at.at[i].candidates);
    }
}

static void look_prefix(struct pick *pick, const char *id, uint32_t row)
{
    size_t n = strlen(pick->text);
    if (pick->is_whole || n < PICK_PREFIX_MIN || strncmp(pick->text, id, n) != 0) {
        return;
    }
    if (pick->hits < PICK_CANDIDATES) {
        str_addf(&pick->candidates, "%s%s", pick->hits ? ", " : "", id);
    } else if (pick->hits == PICK_CANDIDATES) {
        str_addz(&pick->candidates, ", …");
    }
    pick->hits++;
    pick->row = row;
}

void picks_look(struct picks *p, const char *id, uint32_t row)
{
    size_t at = map_index(&p->names, sv_z(id));
    if (at != SIZE_MAX) {
        p->at.at[at].is_whole = true;
        p->at.at[at].hits = 1;
        p->at.at[at].row = row;
    }
    for (size_t i = 0; i < p->at.n; i++) {
        look_prefix(&p->at.at[i], id, row);
    }
}

static bool refuse(const struct pick *pick, enum kind kind, struct err *e)
{
    if (pick->hits) {
        err_set(e, ERR_AMBIGUOUS, "\"%s\" fits several: %s", pick->text, pick->candidates.p);
        return err_hint(e, "write more of it");
    }
    bool is_short = strlen(pick->text) < PICK_PREFIX_MIN;
    return err_set(e, ERR_NOT_FOUND, "no %s \"%s\"%s", kinds[kind].singular, pick->text,
                   is_short ? " (a prefix needs four characters)" : "");
}

bool picks_end(const struct picks *p, enum kind kind, uint32_t *ret, size_t *ret_n, struct err *e)
{
    bool ok = true;
    size_t n = 0;
    for (size_t i = 0; i < p->at.n; i++) {
        const struct pick *pick = &p->at.at[i];
        size_t k = 0;
        if (pick->hits != 1) {
            ok = ok && refuse(pick, kind, e);
            continue;
        }
        while (k < n && ret[k] != pick->row) {
            k++;
        }
        ret[k] = pick->row;
        n += k == n;
    }
    *ret_n = n;
    return ok;
}
