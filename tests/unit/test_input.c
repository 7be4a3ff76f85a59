/* Bytes of a terminal: broken ones first. */
#include "test.h"

#include "core/base/mem.h"
#include "tui/input.h"

/* Everything that comes out of bytes, by name; pastes as {text}. */
static void decode(struct input *in, const char *bytes, size_t n, bool is_final, struct str *out)
{
    input_feed(in, bytes, n);
    for (int round = 0; round < (is_final ? 2 : 1); round++) {
        struct input_event ev;
        while ((ev = input_next(in)).kind != INPUT_NONE) {
            if (ev.kind == INPUT_PASTE) {
                str_addf(out, "{%.*s}", (int)ev.paste.n, ev.paste.p);
            } else {
                key_print(ev.key, out);
            }
        }
        input_flush(in);
    }
}

static const struct {
    const char *bytes, *want;
} rows[] = {
    {"\033[999;999;999X", ""},
    {"\xff\xfe"
     "a",
     "a"},
    {"\xc3", ""},
    {"\033[1;2", ""},
    {"\033[<0;1;1M", "<Enter>"},
    {"\033", "<Esc>"},
    {"\033\033[A", "<Esc><Up>"},
    {"\033x", "<M-x>"},
    {"j", "j"},
    {"\xc3\xa9\xe6\x97\xa5", "é日"},
    {"\r\n\t\x7f\x08", "<Enter><Enter><Tab><BS><BS>"},
    {"\x0c\x1a\x03", "<C-l><C-z><C-c>"},
    {"\033[A\033OB\033[5~\033[3~", "<Up><Down><PgUp><Del>"},
    {"\033[1;5C\033[Z\033[H\033OF", "<C-Right><S-Tab><Home><End>"},
    {"\033[15~\033OP\033[24~", "<F5><F1><F12>"},
    {"\033[[E", "<F5>"},
    {"\033[200~q\ne\033[201~x", "{q\ne}x"},
    {" <", "<Space><lt>"},
};

static void the_ground_is_heard(void **state)
{
    static const struct {
        const char *bytes;
        bool has;
        uint32_t rgb;
    } grounds[] = {
        {"\033]11;rgb:zz/00/00\a", false, 0},
        {"\033]11;rgb:00/00\a", false, 0},
        {"\033]11;rgb:00000/00/00\a", false, 0},
        {"\033]11;rgb:\033\\", false, 0},
        {"\033]11;rgb:fdfd/f6f6/E3E3\033\\", true, 0xfdf6e3},
        {"\033]11;rgb:1e/1e/2e\a", true, 0x1e1e2e},
        {"\033]11;rgb:f/0/8\a", true, 0xff0088},
        {"\033]11;rgba:ffff/0000/0000/8000\a", true, 0xff0000},
    };
    (void)state;
    for (size_t i = 0; i < ALEN(grounds); i++) {
        CLEANUP(str_release) struct str out = STR_INIT;
        struct input in;
        input_init(&in);
        in.is_ground_awaited = true;
        /* byte by byte, and each time nothing more comes for a while */
        for (const char *p = grounds[i].bytes; *p; p++) {
            decode(&in, p, 1, p > grounds[i].bytes, &out);
        }
        decode(&in, "j", 1, true, &out);
        assert_string_equal(out.p, "j"); /* nothing of the answer is a key */
        assert_int_equal(in.has_background, grounds[i].has);
        assert_int_equal(in.background, grounds[i].rgb);
        input_release(&in);
    }
}

static void bytes_to_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        CLEANUP(str_release) struct str out = STR_INIT;
        struct input in;
        input_init(&in);
        input_define(&in, "\033[[E", (struct key){KEYCODE_F5, 0});
        decode(&in, rows[i].bytes, strlen(rows[i].bytes), true, &out);
        assert_string_equal(out.p, rows[i].want);
        assert_int_equal(in.consumed, strlen(rows[i].bytes));
        assert_false(input_is_pending(&in));
        input_release(&in);
    }
}

static void cut_anywhere_means_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALEN(rows); i++) {
        size_t n = strlen(rows[i].bytes);
        for (size_t cut = 0; cut <= n; cut++) {
            CLEANUP(str_release) struct str out = STR_INIT;
            struct input in;
            input_init(&in);
            input_define(&in, "\033[[E", (struct key){KEYCODE_F5, 0});
            decode(&in, rows[i].bytes, cut, false, &out);
            in.is_final = false;
            decode(&in, rows[i].bytes + cut, n - cut, true, &out);
            assert_string_equal(out.p, rows[i].want);
            input_release(&in);
        }
    }
}

static void an_escape_waits_to_be_decided(void **state)
{
    (void)state;
    struct input in;
    input_init(&in);
    input_feed(&in, "j\033", 2);
    assert_int_equal(input_next(&in).key.code, 'j');
    assert_int_equal(input_next(&in).kind, INPUT_NONE);
    assert_true(input_is_pending(&in));
    assert_int_equal(in.consumed, 1);
    input_flush(&in);
    assert_int_equal(input_next(&in).key.code, KEYCODE_ESC);
    assert_int_equal(in.consumed, 2);
    input_release(&in);
}

static void a_paste_has_an_end(void **state)
{
    (void)state;
    struct input in;
    CLEANUP(str_release) struct str big = STR_INIT;
    input_init(&in);
    str_addz(&big, "\033[200~");
    str_addn(&big, 'x', INPUT_PASTE_MAX + 10);
    str_addz(&big, "\033[201~");
    input_feed(&in, big.p, big.n);
    struct input_event ev = input_next(&in);
    assert_int_equal(ev.kind, INPUT_PASTE);
    assert_int_equal(ev.paste.n, INPUT_PASTE_MAX);
    assert_true(ev.is_cut);
    input_release(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_to_keys),
        cmocka_unit_test(the_ground_is_heard),
        cmocka_unit_test(cut_anywhere_means_the_same),
        cmocka_unit_test(an_escape_waits_to_be_decided),
        cmocka_unit_test(a_paste_has_an_end),
    };
    return RUN_TESTS(tests);
}
