/* Requests and events as data; see action.h. */
#include "core/model/action.h"

#include "core/base/mem.h"

const struct req_info req_infos[REQ_COUNT] = {
#define REQ(R, word, is_shared) [REQ_##R] = {word, is_shared},
#include "core/model/requests.def"
#undef REQ
};

void req_release(struct req *r)
{
    for (size_t i = 0; i < r->params.n; i++) {
        free(r->params.at[i].key);
        free(r->params.at[i].value);
    }
    vec_release(&r->params);
    free(r->id);
    free(r->text);
    free(r->name);
    *r = (struct req){0};
}

void req_pair(struct req *r, const char *key, const char *value)
{
    struct pair p = {xstrdup(key), xstrdup(value)};
    vec_push(&r->params, p);
}

void ev_release(struct ev *ev)
{
    snapshot_unref(ev->snapshot);
    json_free(ev->doc);
    free(ev->reply_id);
    free(ev->text);
    *ev = (struct ev){0};
}
