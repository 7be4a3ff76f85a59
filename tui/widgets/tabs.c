/* A row of tabs. */
#include "tui/widgets/tabs.h"

#include "core/base/mem.h"

static int tab_width(const char *name)
{
    return (int)utf8_width(sv_z(name)) + 4; /* "1 " before, two cells after */
}

void tabs_draw(struct canvas *c, struct rect row, const char *const *names, size_t n, size_t active)
{
    size_t first = 0;
    int to_active = 0;
    for (size_t i = 0; i <= active && i < n; i++) {
        to_active += tab_width(names[i]);
    }
    while (first < active && to_active > row.w) {
        to_active -= tab_width(names[first++]);
    }
    int x = row.x;
    for (size_t i = first; i < n && x < row.x + row.w; i++) {
        unsigned style = i == active ? ROLE_TITLE : ROLE_DIM;
        (void)canvas_textf(c, x, row.y, style, "%zu %s", i + 1, names[i]);
        x += tab_width(names[i]);
    }
}
