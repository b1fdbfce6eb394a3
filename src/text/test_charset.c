#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/charset.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static void charsets_are_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        bool truncated;
        enum xt_charset charset;
        size_t bom;
    } rows[] = {
        {BYTES(""), false, XT_CHARSET_UTF8, 0},
        {BYTES("name,year\n"), false, XT_CHARSET_UTF8, 0},
        {BYTES("\xEF\xBB\xBFname"), false, XT_CHARSET_UTF8, 3},
        {BYTES("名称,年份\n"), false, XT_CHARSET_UTF8, 0},
        {BYTES("名称\xE5\xB9"), true, XT_CHARSET_UTF8, 0},
        {BYTES("\xFF\xFE"
               "a\0"),
         false, XT_CHARSET_UTF16LE, 2},
        {BYTES("\xFE\xFF\0a"), false, XT_CHARSET_UTF16BE, 2},
        {BYTES("\x0D\x54\xF0\x79,\0\x74\x5E\n\0"), false, XT_CHARSET_UTF16LE, 0},
        {BYTES("\x54\x0D\x79\xF0\0,\x5E\x74\0\n"), false, XT_CHARSET_UTF16BE, 0},
        {BYTES("\xC3\xFB\xB3\xC6,\xC4\xEA\xB7\xDD\n"), false, XT_CHARSET_GB18030, 0}, /* a 10-byte heading */
        {BYTES("\xC3\xFB\xB3\xC6,\xC4"), true, XT_CHARSET_GB18030, 0},
        {BYTES("\x84\x31\x95\x33\xC3\xFB"), false, XT_CHARSET_GB18030, 4},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        int certainty;
        size_t bom;
        enum xt_charset charset = xt_charset_guess(rows[i].bytes, rows[i].n, rows[i].truncated, &certainty, &bom);

        assert_string_equal(xt_charset_name(charset), xt_charset_name(rows[i].charset));
        assert_int_equal(bom, rows[i].bom);
        assert_in_range(certainty, 80, 100);
    }
}

static void names_are_known(void **state)
{
    (void)state;
    enum xt_charset charset;

    assert_true(xt_charset_by_name(xt_str("GBK"), &charset));
    assert_int_equal(charset, XT_CHARSET_GB18030);
    assert_true(xt_charset_by_name(xt_str("utf_16-LE"), &charset));
    assert_int_equal(charset, XT_CHARSET_UTF16LE);
    assert_false(xt_charset_by_name(xt_str("ebcdic"), &charset));
    assert_false(xt_charset_by_name(xt_str("a name that is far too long to be one"), &charset));
}

/* Decodes n bytes in steps, with the number of faults and where the first was. */
static void expect(enum xt_charset charset, const char *bytes, size_t n, const char *text, int64_t bad, int64_t first)
{
    for (size_t step = 1; step <= 5; step++) {
        struct xt_decoder *decoder = NULL;
        struct xt_text out;
        int64_t first_bad;

        assert_int_equal(xt_decoder_new(charset, &decoder, NULL), XT_OK);
        xt_text_init(&out, XT_MIB);
        for (size_t i = 0; i < n; i += step)
            xt_decoder_add(decoder, bytes + i, n - i < step ? n - i : step, i + step >= n, &out);
        assert_string_equal(out.s, text);
        assert_int_equal(xt_decoder_bad(decoder, &first_bad), bad);
        assert_int_equal(first_bad, first);
        xt_text_done(&out);
        xt_decoder_free(&decoder);
    }
}

static void bytes_are_decoded_and_faults_counted(void **state)
{
    (void)state;
    expect(XT_CHARSET_UTF8, BYTES("名a称"), "名a称", 0, -1);
    expect(XT_CHARSET_UTF8,
           BYTES("a\xFF"
                 "b\xE5\x90"
                 "c"),
           "a\uFFFD"
           "b\uFFFD"
           "c",
           2, 1);
    expect(XT_CHARSET_UTF8, BYTES("ab\xE5\x90"), "ab\uFFFD", 1, 2);
    expect(XT_CHARSET_UTF8, BYTES("\xF0\xA0\x80\x80"), "\U00020000", 0, -1);
    expect(XT_CHARSET_GB18030, BYTES("\xC3\xFB\xB3\xC6,a"), "名称,a", 0, -1);
    expect(XT_CHARSET_GB18030, BYTES("a\xFF\xC3\xFB"), "a\uFFFD名", 1, 1);
    expect(XT_CHARSET_GB18030, BYTES("\x95\x32\x82\x36"), "\U00020000", 0, -1);
    expect(XT_CHARSET_UTF16LE, BYTES("\x0D\x54\x40\xD8\x00\xDC"), "名\U00020000", 0, -1);
    expect(XT_CHARSET_UTF16BE, BYTES("\x54\x0D\0a"), "名a", 0, -1);
}

/* The 18 codes that GB18030-2022 moved out of private use, both ways. */
static void gb18030_is_that_of_2022(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *text;
    } rows[] = {
        {"\xA6\xD9", "\uFE10"}, {"\xA6\xDA", "\uFE12"}, {"\xA6\xDB", "\uFE11"}, {"\xA6\xDC", "\uFE13"},
        {"\xA6\xDD", "\uFE14"}, {"\xA6\xDE", "\uFE15"}, {"\xA6\xDF", "\uFE16"}, {"\xA6\xEC", "\uFE17"},
        {"\xA6\xED", "\uFE18"}, {"\xA6\xF3", "\uFE19"}, {"\xFE\x59", "\u9FB4"}, {"\xFE\x61", "\u9FB5"},
        {"\xFE\x66", "\u9FB6"}, {"\xFE\x67", "\u9FB7"}, {"\xFE\x6D", "\u9FB8"}, {"\xFE\x7E", "\u9FB9"},
        {"\xFE\x90", "\u9FBA"}, {"\xFE\xA0", "\u9FBB"},
    };

    assert_int_equal(XT_COUNT(rows), 18);
    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_text out;

        expect(XT_CHARSET_GB18030, rows[i].bytes, 2, rows[i].text, 0, -1);
        xt_text_init(&out, XT_MIB);
        xt_encode_gb18030(xt_str(rows[i].text), &out);
        assert_string_equal(out.s, rows[i].bytes);
        xt_text_done(&out);
    }
}

/* The six ideographs beyond the first plane have two codes; and 2005 moved one pair. */
static void gb18030_ideographs_beyond(void **state)
{
    (void)state;
    static const struct {
        const char *two, *four, *text;
    } rows[] = {
        {"\xFE\x51", "\x95\x32\x90\x31", "\U00020087"}, {"\xFE\x52", "\x95\x32\x90\x33", "\U00020089"},
        {"\xFE\x53", "\x95\x32\x97\x30", "\U000200CC"}, {"\xFE\x6C", "\x95\x36\xB9\x37", "\U000215D7"},
        {"\xFE\x76", "\x96\x30\xBA\x35", "\U0002298F"}, {"\xFE\x91", "\x96\x35\xB6\x30", "\U000241FE"},
    };

    for (size_t i = 0; i < XT_COUNT(rows); i++) {
        struct xt_text out;

        expect(XT_CHARSET_GB18030, rows[i].two, 2, rows[i].text, 0, -1);
        expect(XT_CHARSET_GB18030, rows[i].four, 4, rows[i].text, 0, -1);
        xt_text_init(&out, XT_MIB);
        xt_encode_gb18030(xt_str(rows[i].text), &out);
        assert_string_equal(out.s, rows[i].four);
        xt_text_done(&out);
    }
    expect(XT_CHARSET_GB18030, BYTES("\xA8\xBC"), "\u1E3F", 0, -1);
    expect(XT_CHARSET_GB18030, BYTES("\x81\x35\xF4\x37"), "\uE7C7", 0, -1);
    expect(XT_CHARSET_GB18030, BYTES("\x84\x31\x82\x36"), "\uFE10", 0, -1); /* the four bytes of 2005 still count */
    expect(XT_CHARSET_GB18030, BYTES("\x84\x31\xA4\x37"), "\uFFFD", 0, -1); /* a character as any other */
    expect(XT_CHARSET_GB18030, BYTES("\xE3\x32\x9A\x35"), "\U0010FFFF", 0, -1);
    expect(XT_CHARSET_GB18030, BYTES("\xE3\x32\x9A\x36x"), "\uFFFDx", 1, 0);
    expect(XT_CHARSET_GB18030, BYTES("\x85\x30\x81\x30x"), "\uFFFDx", 1, 0);
}

/* All that ICU knows is the same here but for what this file says, and what can be written comes back. */
static void every_character_comes_back(void **state)
{
    struct xt_text bytes, out;
    struct xt_decoder *decoder = NULL;

    (void)state;
    xt_text_init(&bytes, 16);
    xt_text_init(&out, 16);
    assert_int_equal(xt_decoder_new(XT_CHARSET_GB18030, &decoder, NULL), XT_OK);
    for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x20000 ? 1 : 97) {
        char text[5] = "";

        /* Private use of 2005, which is written as the codes that mean something else now. */
        if ((c >= 0xD800 && c <= 0xDFFF) || (c >= 0xE78D && c <= 0xE796) || (c >= 0xE816 && c <= 0xE864))
            continue;
        text[xt_utf8_encode(c, text)] = '\0';
        xt_text_clear(&bytes);
        xt_text_clear(&out);
        xt_encode_gb18030(xt_str(text), &bytes);
        xt_decoder_add(decoder, bytes.s, bytes.n, true, &out);
        if (strcmp(out.s, text) != 0)
            fail_msg("U+%04X does not come back", c);
    }
    xt_decoder_free(&decoder);
    xt_text_done(&bytes);
    xt_text_done(&out);
}

static void faults_have_places(void **state)
{
    static const char bytes[] = "a\xFF\xC3\xFB\n\x81,\xC3\xFB\x85\x30\x81\x30";
    struct xt_decoder *decoder = NULL;
    struct xt_decoder_fault fault;
    struct xt_text out;

    (void)state;
    xt_text_init(&out, XT_KIB);
    assert_int_equal(xt_decoder_new(XT_CHARSET_GB18030, &decoder, NULL), XT_OK);
    for (size_t i = 0; i < sizeof bytes - 1; i += 3) {
        xt_text_clear(&out); /* places count on all the same */
        xt_decoder_add(decoder, bytes + i, sizeof bytes - 1 - i < 3 ? sizeof bytes - 1 - i : 3, false, &out);
    }
    assert_false(xt_decoder_take_fault(decoder, 1, &fault));
    assert_true(xt_decoder_take_fault(decoder, 2, &fault));
    assert_int_equal(fault.offset, 1);
    assert_int_equal(fault.place, 1);
    assert_int_equal(fault.n, 1);
    assert_int_equal(fault.bytes[0], 0xFF);
    assert_false(xt_decoder_take_fault(decoder, 8, &fault));
    assert_true(xt_decoder_take_fault(decoder, INT64_MAX, &fault));
    assert_int_equal(fault.offset, 5);
    assert_int_equal(fault.place, 8); /* a, U+FFFD, 3 bytes of a character, line break */
    assert_true(xt_decoder_take_fault(decoder, INT64_MAX, &fault));
    assert_int_equal(fault.n, 4);
    assert_int_equal(fault.bytes[0], 0x85);
    assert_false(xt_decoder_take_fault(decoder, INT64_MAX, &fault));
    xt_decoder_free(&decoder);
    xt_text_done(&out);
}

static void encoding_round_trips(void **state)
{
    (void)state;
    const char *text = "名称,abc\n广东省①㈱🚗\U00020000€";
    struct xt_text bytes;

    xt_text_init(&bytes, XT_MIB);
    xt_encode_gb18030(xt_str(text), &bytes);
    expect(XT_CHARSET_GB18030, bytes.s, bytes.n, text, 0, -1);
    xt_text_clear(&bytes);
    xt_encode_gb18030(XT_STR("a\xFF"
                             "b"),
                      &bytes);
    assert_string_equal(bytes.s, "a?b");
    xt_text_done(&bytes);
}

/* Longer than the inner buffer, with characters of four bytes across its border. */
static void long_input_is_whole(void **state)
{
    (void)state;
    struct xt_text text, bytes;

    xt_text_init(&text, XT_MIB);
    xt_text_init(&bytes, XT_MIB);
    xt_text_add_char(&text, 'x');
    for (int i = 0; i < 9000; i++)
        xt_text_add_utf8(&text, 0x20000 + (uint32_t)i);
    xt_encode_gb18030(xt_text_view(&text), &bytes);

    struct xt_decoder *decoder = NULL;
    struct xt_text out;
    assert_int_equal(xt_decoder_new(XT_CHARSET_GB18030, &decoder, NULL), XT_OK);
    xt_text_init(&out, XT_MIB);
    xt_decoder_add(decoder, bytes.s, bytes.n, true, &out);
    assert_string_equal(out.s, text.s);
    xt_decoder_free(&decoder);
    xt_text_done(&out);
    xt_text_done(&text);
    xt_text_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charsets_are_guessed),
        cmocka_unit_test(names_are_known),
        cmocka_unit_test(bytes_are_decoded_and_faults_counted),
        cmocka_unit_test(gb18030_is_that_of_2022),
        cmocka_unit_test(gb18030_ideographs_beyond),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(faults_have_places),
        cmocka_unit_test(encoding_round_trips),
        cmocka_unit_test(long_input_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
