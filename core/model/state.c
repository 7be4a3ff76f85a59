/* Words of states; see state.h. */
#include "core/model/state.h"

#include <string.h>

#include "core/base/mem.h"

static const struct {
    const char *word;
    enum state_class class;
    bool can_change;
} states[] = {
#define S(word, class, can_change) {word, class, can_change},
    STATES(S)
#undef S
};

enum state_class state_class(const char *word)
{
    for (size_t i = 0; word && i < ALEN(states); i++) {
        if (strcmp(states[i].word, word) == 0) {
            return states[i].class;
        }
    }
    return STATE_NEUTRAL;
}

bool state_is_final(const char *word)
{
    for (size_t i = 0; word && i < ALEN(states); i++) {
        if (strcmp(states[i].word, word) == 0) {
            return !states[i].can_change;
        }
    }
    return false;
}
