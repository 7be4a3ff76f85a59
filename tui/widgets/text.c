/* Documents and logs: scrolling, following, searching, drawing. */
#include "tui/widgets/text.h"

#include <stdlib.h>

#include "core/base/mem.h"

void text_init(struct text *t, text_line_fn line, const void *arg)
{
    *t = (struct text){.line = line, .arg = arg, .needle = STR_INIT};
}

void text_release(struct text *t)
{
    str_release(&t->needle);
    *t = (struct text){.needle = STR_INIT};
}

/* --- words --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool has_upper(struct sv v)
{
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] >= 'A' && v.p[i] <= 'Z') {
            return true;
        }
    }
    return false;
}

/* Position of needle at or after `from`, smart case; SIZE_MAX: none. */
static size_t find_in(struct sv line, struct sv needle, size_t from)
{
    bool is_exact = has_upper(needle);
    for (size_t i = from; needle.n && i + needle.n <= line.n; i++) {
        size_t k = 0;
        while (k < needle.n && (is_exact ? line.p[i + k] : lower(line.p[i + k])) == needle.p[k]) {
            k++;
        }
        if (k == needle.n) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool text_is_alarming(struct sv line)
{
    static const char *const words[] = {"error",     "warning",   "warn",   "fatal",
                                        "traceback", "exception", "failed", "panic"};
    for (size_t i = 0; i < ALEN(words); i++) {
        struct sv word = sv_z(words[i]);
        size_t at = find_in(line, word, 0);
        if (at == SIZE_MAX) {
            continue;
        }
        /* "ValueError" counts, "errors=0" and "terror" do not */
        bool is_end = at + word.n == line.n || !is_letter(line.p[at + word.n]);
        bool is_start =
            at == 0 || !is_letter(line.p[at - 1]) || (line.p[at] >= 'A' && line.p[at] <= 'Z');
        if (is_end && is_start) {
            return true;
        }
    }
    return false;
}

static struct sv raw_line(const struct text *t, size_t i)
{
    return i < t->count ? t->line(t->arg, i) : (struct sv){"", 0};
}

bool text_matches(const struct text *t, struct sv line)
{
    return find_in(line, sv_of(&t->needle), 0) != SIZE_MAX;
}

static bool is_match(const struct text *t, size_t i)
{
    return text_matches(t, raw_line(t, i));
}

static bool is_shown(const struct text *t, size_t i)
{
    return !t->only_matches || t->needle.n == 0 || is_match(t, i);
}

/* The next shown line from i on in direction dir, i itself included; SIZE_MAX: none. */
static size_t shown_from(const struct text *t, size_t i, int dir)
{
    while (i < t->count && !is_shown(t, i)) {
        i = dir > 0 ? i + 1 : i - 1; /* below 0 wraps to beyond the end */
    }
    return i < t->count ? i : SIZE_MAX;
}

/* The part of v that fits into w cells. */
static struct sv fit_cells(struct sv v, int w)
{
    struct sv rest = v;
    size_t n = 0;
    while (rest.n > 0) {
        int width = 0;
        (void)utf8_cluster(&rest, &width);
        if (width > w) {
            break;
        }
        w -= width;
        n = v.n - rest.n;
    }
    return (struct sv){v.p, n};
}

/* What of the rest of a line stands on its next row. */
static struct sv part_of(const struct text *t, struct sv rest, int w, bool is_first)
{
    struct sv part = fit_cells(rest, is_first || t->hang * 2 > w ? w : w - t->hang);
    size_t n = part.n;
    while (t->by_words && part.n < rest.n && n > 0 && part.p[n - 1] != ' ') {
        n--;
    }
    bool has_words = n > 0 && sv_trim((struct sv){part.p, n}).n > 0;
    part.n = has_words ? n : part.n;
    return part;
}

static size_t rows_of(const struct text *t, size_t i)
{
    if (!t->is_wrapped || t->area.w <= 0) {
        return 1;
    }
    CLEANUP(str_release) struct str plain = STR_INIT;
    utf8_strip_ansi(&plain, raw_line(t, i));
    size_t rows = 0;
    struct sv rest = sv_of(&plain), part = rest;
    for (; rest.n && part.n; rest = (struct sv){rest.p + part.n, rest.n - part.n}) {
        part = part_of(t, rest, t->area.w, rows++ == 0);
    }
    return rows ? rows : 1;
}

/* --- scrolling --- */

static size_t page_rows(const struct text *t)
{
    return t->area.h > 0 ? (size_t)t->area.h : 1;
}

/* The first line so that `last` is the last one in sight. */
static size_t top_for(const struct text *t, size_t last)
{
    size_t rows = rows_of(t, last), top = last;
    while (top > 0) {
        size_t before = shown_from(t, top - 1, -1);
        if (before == SIZE_MAX) {
            break;
        }
        rows += rows_of(t, before);
        if (rows > page_rows(t)) {
            break;
        }
        top = before;
    }
    return top;
}

static void keep_in_sight(struct text *t)
{
    if (t->count == 0) {
        t->top = t->cursor = 0;
        return;
    }
    t->cursor = t->cursor < t->count ? t->cursor : t->count - 1;
    size_t lowest = top_for(t, t->cursor);
    size_t last = shown_from(t, t->count - 1, -1);
    size_t max_top = last == SIZE_MAX ? 0 : top_for(t, last);
    t->top = t->top > t->cursor ? t->cursor : t->top < lowest ? lowest : t->top;
    t->top = t->top > max_top ? max_top : t->top;
}

/* Matches are counted once a line, when it comes. */
static void count_matches(struct text *t)
{
    for (; t->needle.n && t->counted < t->count; t->counted++) {
        t->match_count += is_match(t, t->counted);
    }
}

void text_update(struct text *t, size_t count)
{
    bool is_new_text = count < t->count;
    t->count = count;
    if (is_new_text) {
        t->counted = t->match_count = 0;
    }
    count_matches(t);
    if (t->is_following && count) {
        t->cursor = count - 1;
    }
    if (is_new_text) {
        t->count_at_pause = count;
    }
    keep_in_sight(t);
}

void text_layout(struct text *t, struct rect area)
{
    t->area = area;
    keep_in_sight(t);
}

static void pause_following(struct text *t)
{
    if (t->is_following) {
        t->is_following = false;
        t->count_at_pause = t->count;
        t->can_follow = true;
    }
}

static void move_by(struct text *t, long lines)
{
    for (long left = lines < 0 ? -lines : lines; left > 0; left--) {
        if (lines < 0 && t->cursor == 0) {
            break;
        }
        size_t next = shown_from(t, lines < 0 ? t->cursor - 1 : t->cursor + 1, lines < 0 ? -1 : 1);
        if (next == SIZE_MAX) {
            break;
        }
        t->cursor = next;
    }
    if (lines < 0) {
        pause_following(t);
    }
    keep_in_sight(t);
}

static void go_to(struct text *t, size_t line)
{
    if (line + 1 < t->count) {
        pause_following(t);
    }
    size_t shown = shown_from(t, line, 1);
    shown = shown == SIZE_MAX ? shown_from(t, line, -1) : shown;
    t->cursor = shown == SIZE_MAX ? 0 : shown;
    keep_in_sight(t);
}

/* --- searching --- */

/* The next line in direction dir for which fn holds, around the end; SIZE_MAX: none. */
static size_t find_line(const struct text *t, int dir, size_t from,
                        bool (*fn)(const struct text *, size_t))
{
    for (size_t i = 0; i < t->count; i++) {
        size_t line = dir > 0 ? (from + i) % t->count : (from + t->count - i) % t->count;
        if (fn(t, line)) {
            return line;
        }
    }
    return SIZE_MAX;
}

static bool is_alarming_line(const struct text *t, size_t i)
{
    return text_is_alarming(raw_line(t, i));
}

bool text_search(struct text *t, struct sv needle)
{
    CLEANUP(str_release) struct str copy = STR_INIT;
    str_addsv(&copy, needle);
    str_clear(&t->needle);
    str_addsv(&t->needle, sv_of(&copy));
    t->counted = t->match_count = 0;
    count_matches(t);
    if (copy.n == 0) {
        keep_in_sight(t);
        return true;
    }
    size_t line = find_line(t, 1, t->cursor, is_match);
    if (line == SIZE_MAX) {
        return false;
    }
    go_to(t, line);
    return true;
}

static void search_step(struct text *t, int dir, bool (*fn)(const struct text *, size_t))
{
    if (t->count == 0) {
        return;
    }
    size_t from = dir > 0 ? t->cursor + 1 : t->cursor + t->count - 1;
    size_t line = find_line(t, dir, from % t->count, fn);
    if (line != SIZE_MAX) {
        go_to(t, line);
    }
}

/* --- commands --- */

static long step_of(const struct text *t, enum cmd cmd)
{
    long page = (long)page_rows(t);
    const struct {
        enum cmd cmd;
        long step;
    } steps[] = {{CMD_UP, -1},
                 {CMD_DOWN, 1},
                 {CMD_PAGE_UP, -page},
                 {CMD_PAGE_DOWN, page},
                 {CMD_HALF_UP, -(page + 1) / 2},
                 {CMD_HALF_DOWN, (page + 1) / 2}};
    for (size_t i = 0; i < ALEN(steps); i++) {
        if (steps[i].cmd == cmd) {
            return steps[i].step;
        }
    }
    return 0;
}

static void set_following(struct text *t, bool is_following)
{
    t->can_follow = true;
    if (!is_following) {
        pause_following(t);
        return;
    }
    t->is_following = true;
    t->cursor = t->count ? t->count - 1 : 0;
    keep_in_sight(t);
}

static enum handled view_command(struct text *t, enum cmd cmd)
{
    int half = t->area.w > 1 ? t->area.w / 2 : 1;
    if (cmd == CMD_LEFT) {
        t->x = t->x > half ? t->x - half : 0;
    } else if (cmd == CMD_RIGHT) {
        t->x = t->is_wrapped || t->x > 100000 ? t->x : t->x + half;
    } else if (cmd == CMD_WRAP) {
        t->is_wrapped = !t->is_wrapped;
        t->x = 0;
    } else if (cmd == CMD_ONLY_MATCHES) {
        t->only_matches = !t->only_matches;
    } else if (cmd == CMD_FOLLOW && t->can_follow) {
        set_following(t, !t->is_following);
    } else {
        return PASS;
    }
    keep_in_sight(t);
    return HANDLED;
}

static bool search_command(struct text *t, enum cmd cmd, const struct cmd_arg *arg)
{
    if (cmd == CMD_SEARCH_NEXT || cmd == CMD_SEARCH_PREV) {
        search_step(t, cmd == CMD_SEARCH_NEXT ? 1 : -1, is_match);
    } else if (cmd == CMD_NEXT_ERROR || cmd == CMD_PREV_ERROR) {
        search_step(t, cmd == CMD_NEXT_ERROR ? 1 : -1, is_alarming_line);
    } else if (cmd == CMD_SEARCH && arg && arg->text.n) {
        (void)text_search(t, arg->text);
    } else {
        return false;
    }
    return true;
}

enum handled text_command(struct text *t, enum cmd cmd, const struct cmd_arg *arg)
{
    long step = step_of(t, cmd);
    if (step) {
        move_by(t, step);
    } else if (cmd == CMD_TOP) {
        go_to(t, 0);
    } else if (cmd == CMD_BOTTOM) {
        go_to(t, t->count ? t->count - 1 : 0);
    } else if (cmd == CMD_LINE) {
        go_to(t, arg && arg->n > 0 ? (size_t)arg->n - 1 : 0);
    } else if (!search_command(t, cmd, arg)) {
        return view_command(t, cmd);
    }
    return HANDLED;
}

void text_words(const struct text *t, struct str *out)
{
    str_addf(out, "%zu line%s", t->count, t->count == 1 ? "" : "s");
    if (t->is_following) {
        str_addz(out, ", following");
    } else if (t->can_follow && t->count > t->count_at_pause) {
        str_addf(out, ", paused, %zu new", t->count - t->count_at_pause);
    } else if (t->can_follow) {
        str_addz(out, ", paused");
    }
}

void text_status(const struct text *t, struct status *st)
{
    if (t->needle.n == 0) {
        return;
    }
    st->is_filtered = true;
    str_clear(&st->filter);
    str_addsv(&st->filter, sv_of(&t->needle));
    st->matched = t->match_count;
    st->total = t->count;
}

/* --- drawing --- */

/* Cut `skip` cells off the front. */
static struct sv skip_cells(struct sv v, int skip)
{
    while (skip > 0 && v.n > 0) {
        int width = 0;
        (void)utf8_cluster(&v, &width);
        skip -= width;
    }
    return v;
}

static void draw_part(const struct text *t, struct canvas *c, struct rect row, unsigned style,
                      struct sv part)
{
    canvas_text(c, row.x, row.y, style, part);
    for (size_t at = 0; t->needle.n; at += t->needle.n) {
        at = find_in(part, sv_of(&t->needle), at);
        if (at == SIZE_MAX) {
            break;
        }
        int x = row.x + (int)utf8_width((struct sv){part.p, at});
        int w = (int)utf8_width((struct sv){part.p + at, t->needle.n});
        canvas_role(c, rect_meet((struct rect){x, row.y, w, 1}, row), ROLE_MATCH);
    }
}

static unsigned style_of(const struct text *t, size_t i, struct sv line)
{
    if (t->style) {
        return t->style(t->arg, i, line);
    }
    return text_is_alarming(line) ? ROLE_NORMAL | STYLE_BOLD : ROLE_NORMAL;
}

/* Draws line i from row y on; returns the row after it. */
static int draw_line(const struct text *t, size_t i, struct canvas *c, struct rect area, int y)
{
    CLEANUP(str_release) struct str plain = STR_INIT;
    utf8_strip_ansi(&plain, raw_line(t, i));
    unsigned style = style_of(t, i, sv_of(&plain));
    struct sv rest = skip_cells(sv_of(&plain), t->is_wrapped ? 0 : t->x);
    int first = y;
    do {
        struct rect row = rect_row(area, y);
        struct sv part = t->is_wrapped ? part_of(t, rest, area.w, y == first) : rest;
        if (y++ > first && t->hang * 2 <= area.w) {
            rect_cut_left(&row, t->hang);
        }
        draw_part(t, c, row, style, part);
        rest = (struct sv){rest.p + part.n, rest.n - part.n};
        if (part.n == 0) {
            break;
        }
    } while (t->is_wrapped && rest.n && y < area.h);
    if (i == t->cursor && !t->has_no_cursor) {
        for (int row = first; row < y; row++) {
            canvas_flags(c, rect_row(area, row), STYLE_REVERSE);
        }
        canvas_cursor(c, area.x, area.y + first, false);
    }
    return y;
}

void text_draw(const struct text *t, struct canvas *c, struct rect area)
{
    area = rect_meet(area, c->clips[c->clip_depth]);
    if (rect_is_empty(area)) {
        return;
    }
    if (t->count == 0 && t->empty) {
        canvas_z(c, area.x, area.y, ROLE_DIM, t->empty);
    }
    size_t i = shown_from(t, t->top, 1);
    for (int y = 0; y < area.h && i != SIZE_MAX;) {
        y = draw_line(t, i, c, area, y);
        i = shown_from(t, i + 1, 1);
    }
}
