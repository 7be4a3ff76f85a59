/* Help from the tables; see help.h. */
#include "views/help.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "views/cells.h"

enum { KEYS_SHOWN = 20 };

static const struct {
    const char *left, *right;
} language[] = {
    {"word", "in the id, name or another text of the row"},
    {"field:value", "contains; of states and numbers: is. Also = != > >= < <= ~ (a pattern)"},
    {"a b, a AND b", "both"},
    {"a OR b, a | b", "one of them"},
    {"NOT a, -a, !a", "not"},
    {"( ) \"…\"", "group; a text with signs or spaces in it"},
    {"has:field", "there is a value"},
    {"500M 1Gi 80%", "numbers with units"},
    {"15m 2h 3d", "durations; of a time: how long ago (age<2h)"},
};

void help_kind(struct help *h, enum kind kind, const struct snapshot *rows)
{
    const struct kind_info *info = &kinds[kind];
    CLEANUP(mem_free_ptr) char *title = xasprintf("Filter %s by: /", info->plural);
    help_section(h, title);
    for (size_t i = 0; i < info->field_count; i++) {
        if (!(info->fields[i].flags & F_HIDDEN)) {
            help_line(h, info->fields[i].id, info->fields[i].help);
        }
    }
    for (int f = 0; rows && f < FAMILY_COUNT; f++) {
        for (size_t i = 0; i < rows->keys[f].n && i < KEYS_SHOWN; i++) {
            help_line(h, rows->keys[f].at[i], family_names[f]);
        }
    }
    help_section(h, "The filter language");
    for (size_t i = 0; i < ALEN(language); i++) {
        help_line(h, language[i].left, language[i].right);
    }
    help_signs(h);
}

void help_signs(struct help *h)
{
    static const struct {
        enum glyph glyph;
        const char *text;
    } signs[] = {
        {GLYPH_OK, "good"},
        {GLYPH_RUNNING, "it runs"},
        {GLYPH_WAITING, "it waits, for another step or for a person"},
        {GLYPH_FAILED, "failed"},
        {GLYPH_WARNING, "needs a look"},
        {GLYPH_SKIPPED, "not taken, or stopped"},
        {GLYPH_MARK, "a marked row"},
        {GLYPH_MISSING, "there is no value; NaN: it is not a number; blank: not yet"},
    };
    help_section(h, "Signs");
    for (size_t i = 0; i < ALEN(signs); i++) {
        help_line(h, glyph_text(signs[i].glyph, false), signs[i].text);
    }
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm tm;
    CLEANUP(mem_free_ptr) char *zone = NULL;
    if (localtime_r(&now, &tm)) {
        zone = xasprintf("times of day are local: %s", tm.tm_zone);
    }
    help_line(h, "14:02", zone ? zone : "times of day are local");
}
