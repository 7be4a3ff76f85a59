/* Theme files and what styles look like; the tables of roles and glyphs. */
#include "tui/theme.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "core/base/embed.h"
#include "core/base/fmt.h"
#include "core/base/mem.h"

static const char *const roles[] = {
#define ROLE(id, name) [ROLE_##id] = name,
#include "tui/roles.def"
#undef ROLE
};
_Static_assert(ALEN(roles) == ROLE_COUNT, "every role has a row");

static const char *const glyphs[][2] = {
#define GLYPH(id, unicode, ascii) [GLYPH_##id] = {unicode, ascii},
#include "tui/glyphs.def"
#undef GLYPH
};
_Static_assert(ALEN(glyphs) == GLYPH_COUNT, "every glyph has a row");

/* the 16 colours, as xterm shows them */
static const struct {
    const char *name;
    uint32_t rgb;
} colours[16] = {
    {"black", 0x000000},       {"red", 0xcd0000},           {"green", 0x00cd00},
    {"yellow", 0xcdcd00},      {"blue", 0x0000ee},          {"magenta", 0xcd00cd},
    {"cyan", 0x00cdcd},        {"white", 0xe5e5e5},         {"brightblack", 0x7f7f7f},
    {"brightred", 0xff0000},   {"brightgreen", 0x00ff00},   {"brightyellow", 0xffff00},
    {"brightblue", 0x5c5cff},  {"brightmagenta", 0xff00ff}, {"brightcyan", 0x00ffff},
    {"brightwhite", 0xffffff},
};

static const struct {
    const char *name;
    unsigned flag;
} attributes[] = {
    {"bold", STYLE_BOLD},
    {"dim", STYLE_DIM},
    {"underline", STYLE_UNDERLINE},
    {"reverse", STYLE_REVERSE},
};

const char *role_name(enum role role)
{
    return roles[role];
}

const char *glyph_text(enum glyph glyph, bool is_ascii)
{
    return glyphs[glyph][is_ascii];
}

uint32_t theme_rgb(int colour)
{
    static const uint32_t steps[6] = {0, 95, 135, 175, 215, 255};
    if (colour < 0 || colour > 255) {
        return 0;
    }
    if (colour < 16) {
        return colours[colour].rgb;
    }
    if (colour < 232) {
        int c = colour - 16;
        return steps[c / 36] << 16 | steps[c / 6 % 6] << 8 | steps[c % 6];
    }
    uint32_t grey = (uint32_t)(8 + 10 * (colour - 232));
    return grey << 16 | grey << 8 | grey;
}

/* Of the colours from first to end - 1. */
static int nearest(uint32_t want, int first, int end)
{
    int best = first;
    long best_distance = LONG_MAX;
    for (int i = first; i < end; i++) {
        long distance = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            long d = (long)(want >> shift & 0xff) - (long)(theme_rgb(i) >> shift & 0xff);
            distance += d * d;
        }
        if (distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

static bool rgb_parse(struct sv value, uint32_t *ret)
{
    uint32_t rgb = 0;
    if (value.n != 7 || value.p[0] != '#') {
        return false;
    }
    for (size_t i = 1; i < 7; i++) {
        char c = value.p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) {
            return false;
        }
        rgb = rgb << 4 | (uint32_t)digit;
    }
    *ret = rgb;
    return true;
}

static bool colour_parse(struct sv word, int16_t *ret)
{
    int64_t number;
    uint32_t rgb;
    if (rgb_parse(word, &rgb)) { /* those below 16 are the terminal's to choose */
        *ret = (int16_t)nearest(rgb, 16, 256);
        return true;
    }
    if (sv_eqz(word, "default")) {
        *ret = -1;
        return true;
    }
    for (int i = 0; i < 16; i++) {
        if (sv_eqz(word, colours[i].name)) {
            *ret = (int16_t)i;
            return true;
        }
    }
    if (!fmt_parse_i64(word, &number) || number < 0 || number > 255) {
        return false;
    }
    *ret = (int16_t)number;
    return true;
}

/* COLOUR[:COLOUR16] */
static bool colour_pair_parse(struct sv word, int16_t *ret_256, int16_t *ret_16)
{
    struct sv rest = word, first;
    int16_t full, low;
    if (!sv_split(&rest, ':', &first) || !colour_parse(first, &full)) {
        return false;
    }
    if (first.n == word.n) {
        low = (int16_t)(full < 16 ? full : nearest(theme_rgb(full), 0, 16));
    } else if (!colour_parse(rest, &low) || low > 15) {
        return false;
    }
    *ret_256 = full;
    *ret_16 = low;
    return true;
}

static unsigned attribute_parse(struct sv word)
{
    for (size_t i = 0; i < ALEN(attributes); i++) {
        if (sv_eqz(word, attributes[i].name)) {
            return attributes[i].flag;
        }
    }
    return 0;
}

struct look_words {
    struct look full, low;
    bool has_foreground;
};

/* The right side of a role: words in order. False names the bad word in e. */
static bool look_parse(struct sv value, struct look_words *ret, struct err *e)
{
    struct look_words l = {.full = {-1, -1, 0}, .low = {-1, -1, 0}};
    struct sv word;
    bool is_background = false;
    while (sv_split(&value, ' ', &word)) {
        word = sv_trim(word);
        unsigned flag = attribute_parse(word);
        if (word.n == 0) {
            continue;
        }
        if (flag) {
            l.full.flags |= flag;
            l.low.flags |= flag;
        } else if (sv_eqz(word, "on") && !is_background) {
            is_background = true;
        } else if (is_background ? colour_pair_parse(word, &l.full.bg, &l.low.bg)
                                 : colour_pair_parse(word, &l.full.fg, &l.low.fg)) {
            l.has_foreground = true;
        } else {
            return err_set(e, ERR_INVALID, "\"%.*s\" is no colour and no attribute", (int)word.n,
                           word.p);
        }
    }
    *ret = l;
    return true;
}

static bool role_find(struct sv name, enum role *ret)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (sv_eqz(name, roles[i])) {
            *ret = (enum role)i;
            return true;
        }
    }
    return false;
}

static bool theme_set(struct theme *t, struct sv key, struct sv value, struct err *e)
{
    struct look_words words = {.has_foreground = false};
    enum role role;
    bool is_mono = sv_starts(key, "mono.");
    if (sv_eqz(key, "foreground") || sv_eqz(key, "background")) {
        uint32_t *rgb = sv_eqz(key, "foreground") ? &t->foreground : &t->background;
        return rgb_parse(value, rgb) ||
               err_set(e, ERR_INVALID, "%.*s must be #rrggbb in lower case", (int)key.n, key.p);
    }
    struct sv name = is_mono ? (struct sv){key.p + 5, key.n - 5} : key;
    if (!role_find(name, &role)) {
        return err_set(e, ERR_INVALID, "there is no role \"%.*s\"", (int)name.n, name.p);
    }
    if (!look_parse(value, &words, e)) {
        return false;
    }
    if (is_mono && words.has_foreground) {
        return err_set(e, ERR_INVALID, "mono.%s takes attributes only", roles[role]);
    }
    if (is_mono) {
        t->look[COLOUR_MONO][role] = words.full;
        return true;
    }
    t->look[COLOUR_256][role] = words.full;
    t->look[COLOUR_16][role] = words.low;
    return true;
}

bool theme_parse(struct sv text, const char *file, struct theme *ret, struct err *e)
{
    struct theme t = {.foreground = 0xd0d0d0, .background = 0x101010};
    for (int level = 0; level <= COLOUR_256; level++) {
        for (int role = 0; role < ROLE_COUNT; role++) {
            t.look[level][role] = (struct look){-1, -1, 0};
        }
    }
    struct sv line;
    for (int number = 1; sv_split(&text, '\n', &line); number++) {
        struct sv key, rest = sv_trim(line);
        if (rest.n == 0 || (rest.p[0] == '#')) {
            continue;
        }
        size_t before = rest.n;
        if (!sv_split(&rest, '=', &key) || key.n == before) {
            return err_set(e, ERR_INVALID, "%s:%d: expected ROLE = COLOURS", file, number);
        }
        if (!theme_set(&t, sv_trim(key), sv_trim(rest), e)) {
            return err_wrap(e, "%s:%d", file, number);
        }
    }
    *ret = t;
    return true;
}

static const struct embed_file *bundled(size_t i)
{
    for (const struct embed_file *f = themes_files; f->name; f++) {
        if (sv_ends(sv_z(f->name), ".theme") && i-- == 0) {
            return f;
        }
    }
    return NULL;
}

char *theme_bundled_text(size_t i)
{
    const struct embed_file *f = bundled(i);
    struct sv rest = {f ? (const char *)f->data : "", f ? f->size : 0}, line = {"", 0};
    (void)sv_split(&rest, '\n', &line);
    return f ? sv_dup(sv_trim((struct sv){line.p + 1, line.n - 1})) : NULL;
}

char *theme_bundled_name(size_t i)
{
    const struct embed_file *f = bundled(i);
    return f ? xstrndup(f->name, strlen(f->name) - strlen(".theme")) : NULL;
}

bool theme_load(const char *name, struct theme *ret, struct err *e)
{
    const struct embed_file *f;
    for (size_t i = 0; (f = bundled(i)); i++) {
        size_t n = strlen(f->name) - strlen(".theme");
        if (sv_eqz((struct sv){f->name, n}, name)) {
            return theme_parse((struct sv){(const char *)f->data, f->size}, f->name, ret, e);
        }
    }
    CLEANUP(str_release) struct str names = STR_INIT;
    for (size_t i = 0; (f = bundled(i)); i++) {
        str_addz(&names, i ? ", " : "");
        str_add(&names, f->name, strlen(f->name) - strlen(".theme"));
    }
    err_set(e, ERR_NOT_FOUND, "there is no theme \"%s\"", name);
    return err_hint(e, "built in: %s", names.p);
}

const char *theme_guess(const char *colorfgbg)
{
    struct sv rest = sv_z(colorfgbg), part = {"", 0};
    int64_t background;
    while (sv_split(&rest, ';', &part)) {
    }
    bool is_light = fmt_parse_i64(part, &background) && (background == 7 || background == 15);
    return is_light ? "light" : "dark";
}

/* WCAG 2.1, relative luminance. */
double theme_luminance(uint32_t rgb)
{
    static const double weights[] = {0.0722, 0.7152, 0.2126}; /* blue, green, red */
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (double)(rgb >> (8 * i) & 0xff) / 255;
        sum += weights[i] * (v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

const char *theme_for_background(uint32_t rgb)
{
    /* where black and white letters are equally far from it */
    return theme_luminance(rgb) > 0.179 ? "light" : "dark";
}

struct look theme_look(const struct theme *t, unsigned style, enum colour_level level)
{
    struct look look = t->look[level][style & STYLE_ROLE_MASK];
    look.flags |= style & ~(unsigned)STYLE_ROLE_MASK;
    if (style & STYLE_REVERSE) {
        /* coloured letters become coloured blocks: the selected row is of one piece, and cheap */
        look.fg = t->look[level][ROLE_NORMAL].fg;
        look.bg = t->look[level][ROLE_NORMAL].bg;
        look.flags &= STYLE_REVERSE | STYLE_BOLD;
    }
    return look;
}
