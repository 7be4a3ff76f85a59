#include "tests/views/golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    CONTEXT_LINES = 2,
};

struct text {
    const char *at;
    size_t n;
};

static struct text take_line(struct text *rest)
{
    const char *end = rest->n ? memchr(rest->at, '\n', rest->n) : NULL;
    struct text line = {rest->at, end ? (size_t)(end - rest->at) : rest->n};
    size_t taken = line.n + (end ? 1 : 0);
    rest->at += taken;
    rest->n -= taken;
    return line;
}

static bool is_same(struct text a, struct text b)
{
    return a.n == b.n && !memcmp(a.at, b.at, a.n);
}

static size_t count_lines(struct text text)
{
    size_t lines = 0;
    while (text.n) {
        take_line(&text);
        lines++;
    }
    return lines;
}

static void print_lines(char mark, struct text text, size_t from, size_t to)
{
    for (size_t i = 0; i < to && text.n; i++) {
        struct text line = take_line(&text);
        if (i >= from) {
            fprintf(stderr, "%c%4zu|%.*s\n", mark, i + 1, (int)line.n, line.at);
        }
    }
}

/* Line number from the end: lines that both texts share there, at most most. */
static size_t shared_at_end(struct text a, struct text b, size_t most)
{
    size_t shared = 0, na = a.n, nb = b.n;
    while (shared < most) {
        size_t sa = na ? na - 1 : 0, sb = nb ? nb - 1 : 0;
        while (sa && a.at[sa - 1] != '\n') {
            sa--;
        }
        while (sb && b.at[sb - 1] != '\n') {
            sb--;
        }
        struct text la = {a.at + sa, na - sa}, lb = {b.at + sb, nb - sb};
        if (!is_same(la, lb)) {
            break;
        }
        shared++;
        na = sa;
        nb = sb;
    }
    return shared;
}

/* What differs between the equal lines at the start and those at the end. */
static void print_difference(struct text want, struct text got)
{
    struct text a = want, b = got;
    size_t first = 0, lines_a = count_lines(want), lines_b = count_lines(got);
    while (a.n && b.n && is_same(take_line(&a), take_line(&b))) {
        first++;
    }
    size_t most = (lines_a < lines_b ? lines_a : lines_b) - first;
    size_t tail = shared_at_end(want, got, most);
    size_t before = first > CONTEXT_LINES ? first - CONTEXT_LINES : 0;
    print_lines(' ', want, before, first);
    print_lines('-', want, first, lines_a - tail);
    print_lines('+', got, first, lines_b - tail);
    print_lines(' ', want, lines_a - tail, lines_a - tail + CONTEXT_LINES);
    if (is_same(a, b) && first == lines_a && first == lines_b) {
        fprintf(stderr, "they differ in the newline at the end\n");
    }
}

static bool read_all(const char *path, struct text *ret_text, char **ret_memory)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        return false;
    }
    size_t n = 0, cap = 1 << 16;
    char *memory = malloc(cap);
    while (memory) {
        size_t got = fread(memory + n, 1, cap - n, f);
        n += got;
        if (!got) {
            break;
        }
        if (n == cap) {
            char *more = realloc(memory, cap *= 2);
            if (!more) {
                free(memory);
            }
            memory = more;
        }
    }
    fclose(f);
    *ret_memory = memory;
    *ret_text = (struct text){memory, n};
    return memory != NULL;
}

static bool rewrite(const char *path, struct text text)
{
    FILE *f = fopen(path, "wb");
    bool is_written = f && fwrite(text.at, 1, text.n, f) == text.n;
    if (!f || fclose(f) || !is_written) {
        fprintf(stderr, "golden: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

bool golden_matches(const char *name, const char *text, size_t n)
{
    const char *dir = getenv("GOLDEN_DIR"), *update = getenv("UPDATE_GOLDENS");
    dir = dir ? dir : "tests/views/golden";
    char *path = NULL, *memory = NULL;
    struct text want = {NULL, 0}, got = {text, n};
    if (asprintf(&path, "%s/%s.txt", dir, name) < 0) {
        abort();
    }
    bool is_there = read_all(path, &want, &memory);
    bool is_equal = is_there && is_same(want, got);
    if (!is_equal && update && !strcmp(update, "1")) {
        mkdir(dir, 0777);
        is_equal = rewrite(path, got);
    } else if (!is_there) {
        fprintf(stderr, "golden: %s: %s. What was drawn:\n%.*s\n`make goldens` writes it.\n", path,
                strerror(errno), (int)n, text);
    } else if (!is_equal) {
        fprintf(stderr, "golden: %s (-) is not what was drawn (+):\n", path);
        print_difference(want, got);
        fprintf(stderr, "If the new one is right: make goldens, and read it before the commit.\n");
    }
    free(memory);
    free(path);
    return is_equal;
}
