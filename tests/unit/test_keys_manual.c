/* mlw-keys(7) between its two marks is what commands.def, default.keys and contexts.def say; the
 * theme names of mlw.conf are those that are built in. UPDATE_GOLDENS=1 writes the page anew. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/os.h"
#include "core/config/config.h"
#include "test.h"
#include "tui/command.h"
#include "tui/keymap.h"
#include "tui/theme.h"

#define PAGE "man/mlw-keys.7"

static const char begin_mark[] = ".\\\" from the tables:\n",
                  end_mark[] = ".\\\" end of the tables\n";

/* A key as a file of keys spells it; what mdoc would take for punctuation is made a letter. */
static void add_key(struct str *out, struct key key)
{
    CLEANUP(str_release) struct str name = STR_INIT;
    key_print(key, &name);
    str_addz(out, name.n == 1 && strchr("?!()[].,:;|", name.p[0]) ? "\\&" : "");
    for (size_t i = 0; i < name.n; i++) {
        str_addz(out, name.p[i] == '-' ? "\\" : "");
        str_addc(out, name.p[i]);
    }
}

static void add_command(struct str *out, const struct keymap *m, enum keyctx ctx, enum cmd cmd)
{
    bool is_first = true;
    for (size_t i = 0; i < m->n; i++) {
        if (m->at[i].ctx == ctx && m->at[i].cmd == cmd) {
            str_addz(out, is_first ? ".It Ic " : " , ");
            add_key(out, m->at[i].key);
            is_first = false;
        }
    }
    if (!is_first) {
        str_addf(out, "\n.Cm %s :\n%s\n", cmd_info(cmd)->name, cmd_info(cmd)->text);
    }
}

static bool has_key(const struct keymap *m, enum cmd cmd)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->at[i].cmd == cmd) {
            return true;
        }
    }
    return false;
}

static void tables(const struct keymap *m, struct str *out)
{
    for (int ctx = 0; ctx < KEYCTX_COUNT; ctx++) {
        size_t before = out->n;
        str_addf(out, ".Ss %s\nContext\n.Ql %s .\n.Bl -tag -width Ds\n",
                 keyctx_title((enum keyctx)ctx), keyctx_name((enum keyctx)ctx));
        size_t empty = out->n;
        for (int cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++) {
            add_command(out, m, (enum keyctx)ctx, (enum cmd)cmd);
        }
        if (out->n == empty) {
            str_truncate(out, before); /* no key of its own yet */
        } else {
            str_addz(out, ".El\n");
        }
    }
    str_addz(out, ".Ss Commands without a key\n.Bl -tag -width Ds\n");
    for (int cmd = CMD_NONE + 1; cmd < CMD_COUNT; cmd++) {
        const struct cmd_info *info = cmd_info((enum cmd)cmd);
        if (!has_key(m, (enum cmd)cmd)) {
            str_addf(out, ".It Cm %s%s%s\n%s\n", info->name, *info->args ? " No " : "", info->args,
                     info->text);
        }
    }
    str_addz(out, ".El\n");
}

static void the_page_is_made_of_the_tables(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct keymap m;
    CLEANUP(str_release) struct str page = STR_INIT;
    CLEANUP(str_release) struct str want = STR_INIT;
    keymap_init(&m);
    assert_true(keymap_add_default(&m, &e));
    assert_true(os_read_file(PAGE, 1 << 20, &page, &e));
    size_t from = sv_find(sv_of(&page), sv_z(begin_mark));
    size_t to = sv_find(sv_of(&page), sv_z(end_mark));
    assert_true(from < to && to < page.n);
    str_add(&want, page.p, from + sizeof begin_mark - 1);
    tables(&m, &want);
    str_add(&want, page.p + to, page.n - to);
    keymap_release(&m);
    if (getenv("UPDATE_GOLDENS")) {
        assert_true(os_write_file(PAGE, sv_of(&want), &e));
    } else if (!sv_eq(sv_of(&want), sv_of(&page))) {
        fail_msg(PAGE " is not what the tables say: UPDATE_GOLDENS=1 writes it");
    }
}

static void the_example_is_a_keys_file(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct keymap m;
    CLEANUP(str_release) struct str page = STR_INIT;
    CLEANUP(str_release) struct str plain = STR_INIT;
    assert_true(os_read_file(PAGE, 1 << 20, &page, &e));
    size_t from = sv_find(sv_of(&page), SV(".Bd -literal -offset indent\n"));
    size_t to = sv_find(sv_of(&page), SV(".Ed\n"));
    assert_true(from < to && to < page.n);
    for (size_t i = from + strlen(".Bd -literal -offset indent\n"); i < to; i++) {
        if (page.p[i] != '\\') {
            str_addc(&plain, page.p[i]);
        }
    }
    keymap_init(&m);
    if (!keymap_add_default(&m, &e) || !keymap_add(&m, sv_of(&plain), "the example", &e)) {
        fail_msg("%s", e.msg);
    }
    keymap_release(&m);
}

static bool offers(const char *choices, const char *name)
{
    struct sv rest = sv_z(choices), word;
    while (rest.n && sv_split(&rest, '|', &word)) {
        if (sv_eqz(word, name)) {
            return true;
        }
    }
    return false;
}

static void mlw_conf_offers_every_theme(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *o = &config_options[i];
        bool is_theme = strcmp(o->section, "ui") == 0 && strcmp(o->key, "theme") == 0;
        char *name;
        size_t n = 0;
        for (; is_theme && (name = theme_bundled_name(n)); n++) {
            if (!offers(o->choices, name)) {
                fail_msg("[ui] theme does not offer %s", name);
            }
            free(name);
        }
        size_t bars = 0;
        for (const char *p = o->choices; is_theme && *p; p++) {
            bars += *p == '|';
        }
        assert_int_equal(bars, is_theme ? n : 0); /* auto, and nothing else */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_made_of_the_tables),
        cmocka_unit_test(the_example_is_a_keys_file),
        cmocka_unit_test(mlw_conf_offers_every_theme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
