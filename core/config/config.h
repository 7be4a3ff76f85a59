/* config: what mlw.conf says: the person's file, then the workspace's; the later one wins.
 *
 * Single values are in options.def and become members named SECTION_KEY. Three sections are
 * tables; of the last two the keys come in order, the workspace's before the person's own:
 *   [metrics]   NAME = min | max                                what is better of a metric
 *   [images]    PATTERN = host | rootfs DIR | command WORD…     the first pattern that fits wins
 *   [progress]  regex = PATTERN                                 may come several times
 * A pattern of an image knows * (any characters, also /) and ? (one character).
 * A struct config owns all it points to; it is made by config_load or config_init and released
 * with config_release. Read-only after loading: any thread may read it. */
#ifndef MLW_CONFIG_CONFIG_H
#define MLW_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/model/goal.h"

struct re;

enum {
    CONFIG_MAX_IMAGES = 1000,
    CONFIG_MAX_PROGRESS = 32,
    CONFIG_MAX_METRICS = 1000,
    CONFIG_MAX_PATTERN_BYTES = 512,
};

/* Values of the choices, in the order of options.def. */
enum config_sandbox { CONFIG_SANDBOX_AUTO, CONFIG_SANDBOX_BWRAP, CONFIG_SANDBOX_NONE };
enum config_theme {
    CONFIG_THEME_AUTO,
    CONFIG_THEME_DARK,
    CONFIG_THEME_LIGHT,
    CONFIG_THEME_HIGH_CONTRAST,
    CONFIG_THEME_COLOUR_BLIND,
    CONFIG_THEME_COLOUR_BLIND_LIGHT,
    CONFIG_THEME_MONO
};
enum config_glyphs { CONFIG_GLYPHS_AUTO, CONFIG_GLYPHS_UNICODE, CONFIG_GLYPHS_ASCII };
enum config_color { CONFIG_COLOR_AUTO, CONFIG_COLOR_NEVER };

enum config_terminal { CONFIG_TERMINAL_AUTO, CONFIG_TERMINAL_BELL, CONFIG_TERMINAL_NEVER };

enum config_image_kind { CONFIG_IMAGE_HOST, CONFIG_IMAGE_ROOTFS, CONFIG_IMAGE_COMMAND };

struct config_image {
    char *pattern;
    enum config_image_kind kind;
    char **words; /* rootfs: the folder; command: the prefix; ends with NULL */
    size_t word_count;
};

/* A program and its words; none: no words. The first begins with / or holds no slash. */
struct config_command {
    char **words; /* ends with NULL */
    size_t word_count;
};

struct config_progress {
    char *pattern;
    struct re *re; /* group 1 is what is done, group 2 (may be absent) the whole; else percent */
};

struct config {
    VEC(struct config_image) images;
    VEC(struct config_progress) progress;
    VEC(struct goal_of) metrics; /* their names are owned */
#define CONFIG_C_CHOICE              int
#define CONFIG_C_BYTES               uint64_t
#define CONFIG_C_COMMAND             struct config_command
#define OPT(section, key, type, ...) CONFIG_C_##type section##_##key;
#include "core/config/options.def"
#undef OPT
};

/* --- the table behind it --- */
enum config_type { CONFIG_CHOICE, CONFIG_BYTES, CONFIG_COMMAND };

struct config_option {
    const char *section, *key;
    enum config_type type;
    const char *otherwise; /* the default */
    uint64_t min, max;
    const char *choices;
    const char *text;
    size_t offset; /* in struct config */
};
extern const struct config_option config_options[];
extern const size_t config_option_count;

/* The defaults. */
void config_init(struct config *c);
void config_release(struct config *c);

/* $XDG_CONFIG_HOME/mlw, else ~/.config/mlw; NULL when neither is known. Caller frees. */
char *config_user_dir(void);

/* $XDG_STATE_HOME/mlw, else ~/.local/state/mlw: what the screen remembers; as above. */
char *config_state_dir(void);

/* Read both files, an absent one being empty; workspace_dir may be NULL. A wrong line is an error
 * (ERR_INVALID) that begins with file:line, and nothing of either file is taken. */
MUST_USE bool config_load(const char *workspace_dir, struct config *ret_config, struct err *e);

/* One text, as of the person's own file, over what `c` holds; half-read on failure. */
MUST_USE bool config_read(struct config *c, struct sv text, const char *name, struct err *e);

/* What is better of which metric; borrowed from `c`. */
static inline struct goals config_goals(const struct config *c)
{
    return (struct goals){c->metrics.at, c->metrics.n};
}
/* The first entry whose pattern fits; NULL: the host. O(patterns). */
const struct config_image *config_image_for(const struct config *c, const char *image);
/* Does `text` fit a pattern of * and ?; O(pattern * text). */
bool config_glob(const char *pattern, const char *text);

#endif
