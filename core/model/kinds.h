/* kinds: the tables made from kinds.def. Constant data; any thread. */
#ifndef MLW_MODEL_KINDS_H
#define MLW_MODEL_KINDS_H

#include "core/base/str.h"
#include "core/model/value.h"

enum kind {
#define KIND(K, singular, plural, text) KIND_##K,
#define FIELD(...)
#include "core/model/kinds.def"
    KIND_COUNT
};

enum field_type {
    FIELD_TEXT,
    FIELD_STATE,
    FIELD_NUM,
    FIELD_INT,
    FIELD_TIME,
    FIELD_DURATION,
    FIELD_BYTES
};

enum field_flags {
    F_TABLE = 1 << 0,
    F_RIGHT = 1 << 1,
    F_MIDDLE = 1 << 2,
    F_AGE = 1 << 3,
    F_HIDDEN = 1 << 4,
    F_LIVE = 1 << 5
};

struct field {
    const char *id; /* snake_case: the name in filters, JSON and CSV */
    enum field_type type;
    const char *title;
    int width, priority;
    unsigned flags;
    const char *help;
};

struct kind_info {
    const char *singular, *plural, *help;
    const struct field *fields;
    size_t field_count;
};

extern const struct kind_info kinds[KIND_COUNT];

/* Index of a field within its kind, so that no code counts columns: FIELD_RUN_status. */
enum field_index {
#define KIND(K, singular, plural, text)                         FIELD_RESET_##K = -1,
#define FIELD(K, id, type, title, width, priority, flags, help) FIELD_##K##_##id,
#include "core/model/kinds.def"
};
/* Number of fields of a kind, as a constant for arrays. */
enum { FIELD_MAX = 24 };

/* Which runs of a source: what lies in its bin is deleted. */
enum run_view { RUNS_ACTIVE, RUNS_DELETED, RUNS_ALL };

/* By singular, plural or alias ("versions" for packages, "groups" for models, "attempts" for
 * jobs); KIND_COUNT when unknown. */
enum kind kind_find(struct sv name);
/* Its rows are about one thing (evidence, timeline, lineage): the parent is KIND:ID, and each row
 * names by `target`, KIND:ID too, what it opens. */
bool kind_is_about(enum kind kind);
/* Index of a field in its kind, or SIZE_MAX. */
size_t kind_field(enum kind kind, struct sv id);

#endif
