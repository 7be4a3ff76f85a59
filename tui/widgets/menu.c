/* Fuzzy choosing. */
#include "tui/widgets/menu.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/vec.h"

enum {
    SCORE_EXACT = 100000,
    SCORE_PREFIX = 50000,
    SCORE_START = 60,
    SCORE_NEXT = 30,
    SCORE_LETTER = 10
};

enum { NARROW_W = 60, NAME_MAX_W = 30, SAID_MIN_W = 12 };

void menu_init(struct menu *m)
{
    *m = (struct menu){.needle = STR_INIT};
    arena_init(&m->arena, 0);
}

void menu_release(struct menu *m)
{
    arena_release(&m->arena);
    free(m->items);
    free(m->shown);
    str_release(&m->needle);
    *m = (struct menu){.needle = STR_INIT};
}

void menu_clear(struct menu *m)
{
    arena_release(&m->arena);
    arena_init(&m->arena, 0);
    m->n = m->shown_count = m->selected = 0;
    m->text_w = m->key_w = 0;
    m->is_cut = false;
}

static int wider(int w, const char *text)
{
    int own = (int)utf8_width(sv_z(text));
    return own > w ? own : w;
}

void menu_add(struct menu *m, const struct menu_item *item)
{
    if (m->n == MENU_MAX_ITEMS) {
        m->is_cut = true;
        return;
    }
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 64;
        m->items = xreallocarray(m->items, m->cap, sizeof *m->items);
        m->shown = xreallocarray(m->shown, m->cap, sizeof *m->shown);
    }
    m->text_w = wider(m->text_w, item->text ? item->text : item->id);
    m->key_w = wider(m->key_w, item->key);
    m->items[m->n++] = (struct menu_item){
        .id = arena_z(&m->arena, item->id),
        .text = arena_z(&m->arena, item->text ? item->text : item->id),
        .describe = arena_z(&m->arena, item->describe),
        .key = arena_z(&m->arena, item->key),
        .off = arena_z(&m->arena, item->off),
    };
}

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

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c < 0;
}

int menu_score(struct sv text, struct sv needle)
{
    bool is_exact_case = has_upper(needle);
    int score = 1;
    size_t at = 0, last = SIZE_MAX, first = 0;
    for (size_t k = 0; k < needle.n; k++) {
        while (at < text.n && (is_exact_case ? text.p[at] : lower(text.p[at])) != needle.p[k]) {
            at++;
        }
        if (at == text.n) {
            return 0;
        }
        first = k == 0 ? at : first;
        bool is_start = at == 0 || !is_word(text.p[at - 1]);
        score += is_start ? SCORE_START : k > 0 && at == last + 1 ? SCORE_NEXT : SCORE_LETTER;
        last = at++;
    }
    if (needle.n && first == 0 && last == needle.n - 1) {
        score += text.n == needle.n ? SCORE_EXACT : SCORE_PREFIX;
    }
    return score;
}

static int item_score(const struct menu_item *item, struct sv needle)
{
    int by_id = menu_score(sv_z(item->id), needle);
    int by_text = menu_score(sv_z(item->text), needle);
    int best = by_id > by_text ? by_id : by_text;
    /* what it says is worth less than what it is called, and must hold the letters together */
    bool is_said =
        needle.n > 2 && item->describe && sv_find(sv_z(item->describe), needle) != SIZE_MAX;
    return best ? best + 1 : is_said ? 1 : 0;
}

static int shown_cmp(const void *a, const void *b)
{
    const struct menu_shown *x = a, *y = b;
    if (x->score != y->score) {
        return x->score > y->score ? -1 : 1;
    }
    return x->item < y->item ? -1 : x->item > y->item;
}

void menu_filter(struct menu *m, struct sv needle)
{
    CLEANUP(str_release) struct str copy = STR_INIT;
    str_addsv(&copy, sv_trim(needle));
    m->shown_count = 0;
    for (size_t i = 0; i < m->n; i++) {
        int score = item_score(&m->items[i], sv_of(&copy));
        if (score > 0) {
            m->shown[m->shown_count++] = (struct menu_shown){i, copy.n ? score : 1};
        }
    }
    if (m->shown_count) {
        qsort(m->shown, m->shown_count, sizeof *m->shown, shown_cmp);
    }
    m->selected = 0;
    str_clear(&m->needle);
    str_addsv(&m->needle, sv_of(&copy));
}

enum handled menu_command(struct menu *m, enum cmd cmd)
{
    size_t last = m->shown_count ? m->shown_count - 1 : 0, page = MENU_ROWS - 1;
    if (cmd == CMD_UP) {
        m->selected -= m->selected > 0;
    } else if (cmd == CMD_DOWN) {
        m->selected += m->selected < last;
    } else if (cmd == CMD_PAGE_UP) {
        m->selected = m->selected > page ? m->selected - page : 0;
    } else if (cmd == CMD_PAGE_DOWN) {
        m->selected = m->selected + page < last ? m->selected + page : last;
    } else if (cmd == CMD_TOP || cmd == CMD_BOTTOM) {
        m->selected = cmd == CMD_TOP ? 0 : last;
    } else {
        return PASS;
    }
    return HANDLED;
}

const struct menu_item *menu_selected(const struct menu *m)
{
    return m->selected < m->shown_count ? &m->items[m->shown[m->selected].item] : NULL;
}

const struct menu_item *menu_exact(const struct menu *m, struct sv text)
{
    for (size_t i = 0; i < m->n; i++) {
        if (sv_eqz(text, m->items[i].id)) {
            return &m->items[i];
        }
    }
    return NULL;
}

int menu_rows(const struct menu *m)
{
    size_t n = m->shown_count ? m->shown_count : 1;
    return n < MENU_ROWS ? (int)n : MENU_ROWS;
}

/* Bold letters where the needle's first run of them stands. */
static void draw_match(const struct menu *m, struct canvas *c, int x, int y, struct sv text)
{
    size_t at = 0;
    bool is_exact_case = has_upper(sv_of(&m->needle));
    for (size_t k = 0; k < m->needle.n; k++) {
        while (at < text.n && (is_exact_case ? text.p[at] : lower(text.p[at])) != m->needle.p[k]) {
            at++;
        }
        if (at == text.n) {
            return;
        }
        canvas_role(c, (struct rect){x + (int)utf8_width((struct sv){text.p, at}), y, 1, 1},
                    ROLE_MATCH);
        at++;
    }
}

static void draw_item(const struct menu *m, const struct menu_item *item, struct canvas *c,
                      struct rect row)
{
    int most = row.w < NARROW_W ? row.w / 2 : NAME_MAX_W;
    int name_w = m->text_w + 1 < most ? m->text_w + 1 : most;
    unsigned style = item->off ? ROLE_DIM : ROLE_NORMAL;
    int x =
        canvas_fit(c, row.x, row.y, name_w, style, sv_z(item->text), ALIGN_LEFT, UTF8_CUT_MIDDLE);
    if (!item->off && menu_score(sv_z(item->text), sv_of(&m->needle))) {
        draw_match(m, c, row.x, row.y, sv_z(item->text));
    }
    int key_w = m->key_w && row.w - name_w - m->key_w > SAID_MIN_W ? m->key_w + 1 : 0;
    const char *said = item->off ? item->off : item->describe;
    canvas_fit(c, x + 1, row.y, row.x + row.w - x - 1 - key_w, ROLE_DIM, sv_z(said), ALIGN_LEFT,
               UTF8_CUT_END);
    if (key_w && item->key) {
        canvas_fit(c, row.x + row.w - key_w, row.y, key_w, ROLE_KEY, sv_z(item->key), ALIGN_RIGHT,
                   UTF8_CUT_END);
    }
}

void menu_place(const struct menu *m, int rows, struct str *out)
{
    if (rows >= 0 && m->shown_count > (size_t)rows) {
        str_addf(out, "%zu of %zu", m->selected + 1, m->shown_count);
    }
}

void menu_draw(const struct menu *m, struct canvas *c, struct rect r)
{
    size_t rows = r.h > 0 ? (size_t)r.h : 0;
    size_t top = m->selected >= rows && rows ? m->selected - rows + 1 : 0;
    canvas_fill(c, r, ROLE_NORMAL);
    if (m->shown_count == 0 && rows) {
        canvas_z(c, r.x, r.y, ROLE_DIM, "nothing matches");
    }
    for (size_t i = 0; i < rows && top + i < m->shown_count; i++) {
        struct rect row = rect_row(r, (int)i);
        draw_item(m, &m->items[m->shown[top + i].item], c, row);
        if (top + i == m->selected) {
            canvas_select(c, row);
        }
    }
}
