/* The list of what was said. */
#include "tui/widgets/messages.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"

void messages_init(struct messages *m)
{
    *m = (struct messages){0};
}

static void message_release(struct message *msg)
{
    free(msg->text);
    free(msg->hint);
}

void messages_release(struct messages *m)
{
    for (size_t i = 0; m->at && i < m->n; i++) {
        message_release(&m->at[i]);
    }
    free(m->at);
    messages_init(m);
}

void messages_add(struct messages *m, enum toast kind, struct sv text, const char *hint,
                  int64_t now_ms)
{
    if (m->n > 0 && m->at[m->n - 1].kind == kind && sv_eqz(text, m->at[m->n - 1].text)) {
        m->at[m->n - 1].times++;
        m->at[m->n - 1].time_ms = now_ms;
        return;
    }
    if (m->n >= MESSAGES_MAX && m->at) {
        message_release(&m->at[0]);
        vec_remove(m, 0);
    }
    struct message next = {kind, sv_dup(text), xstrdup(hint), now_ms, 1};
    vec_push(m, next);
}

const struct message *messages_last_error(const struct messages *m)
{
    for (size_t i = m->n; i-- > 0;) {
        if (m->at[i].kind == TOAST_ERROR) {
            return &m->at[i];
        }
    }
    return NULL;
}
