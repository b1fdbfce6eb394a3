/*
 * test_table_real.c - the real files, where they are: the quick ways give the same cells as the plain ones, and the guesses
 * are right. Prints what it counted.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "table/table_priv.h"

static const char *data_folder(void)
{
    const char *folder = getenv("XIETONG_DATA");

    if (!folder)
        folder = "../shared/data";
    if (access(folder, R_OK) != 0) {
        print_message("skipped: no data in %s (XIETONG_DATA)\n", folder);
        skip();
    }
    return folder;
}

/* ---- workbooks, by the quick scanner and by libxml2 alone ---- */

static struct xt_table *open_workbook(const char *file, bool plain, struct xt_error *err)
{
    static struct xt_table_limits limits; /* the package's */
    struct xt_table_options options = {.sheet = "*"};
    struct xt_package *package;
    struct xt_table *table = NULL;
    int fault;
    zip_t *zip = zip_open(file, ZIP_RDONLY, &fault);

    if (!zip)
        return NULL; /* locks and other files of that name */
    xt_table_set_limits(&limits);
    package = xt_package_zip(&zip, &limits, file, 0);
    package->plain = plain;
    return xt_table_open_package(&package, &options, &table, err) == XT_OK ? table : NULL;
}

static int workbooks;
static int64_t workbook_rows, workbook_cells;

static int compare_workbook(const char *file, const struct stat *facts, int kind, struct FTW *place)
{
    struct xt_error quick_err, plain_err;
    struct xt_table *quick, *plain;
    bool more = true;

    (void)facts;
    (void)place;
    if (kind != FTW_F || !xt_str_ends(xt_str(file), ".xlsx"))
        return 0;
    quick = open_workbook(file, false, &quick_err);
    plain = open_workbook(file, true, &plain_err);
    assert_int_equal(quick != NULL, plain != NULL);
    while (quick && more) {
        struct xt_row a, b;
        bool plain_more;
        enum xt_code rc = xt_table_next(quick, &a, &more, &quick_err);

        assert_int_equal(rc, xt_table_next(plain, &b, &plain_more, &plain_err));
        assert_int_equal(more, plain_more);
        assert_int_equal(a.number, b.number);
        assert_int_equal(a.count, b.count);
        for (size_t i = 0; i < a.count; i++)
            if (!xt_str_eq(a.cells[i], b.cells[i]))
                fail_msg("%s, row %lld, column %zu", file, (long long)a.number, i + 1);
        workbook_rows += more;
        workbook_cells += (int64_t)a.count;
    }
    workbooks += quick != NULL;
    xt_table_close(&quick);
    xt_table_close(&plain);
    return 0;
}

static void workbooks_read_quickly_and_plainly(void **state)
{
    (void)state;
    assert_int_equal(nftw(data_folder(), compare_workbook, 16, FTW_PHYS), 0);
    print_message("%d workbooks, %lld rows, %lld cells the same by both ways\n", workbooks, (long long)workbook_rows,
                  (long long)workbook_cells);
    assert_true(workbooks > 0);
}

/* ---- the guess of the character set, from the first bytes ---- */

static const size_t PIECES[] = {20, 40, 80, 160, 1000, 8000};
enum { LENGTHS = XT_COUNT(PIECES), SPOILT_UTF8 = XT_CHARSETS, SPOILT_GB18030, WAYS };

static struct {
    int64_t asked, right;
} guessed[WAYS][LENGTHS];
static int texts;

static bool is_text_name(struct xt_str name)
{
    static const char *const endings[] = {".csv",    ".tsv",    ".txt",    ".json",    ".jsonl",
                                          ".csv.gz", ".tsv.gz", ".txt.gz", ".json.gz", ".jsonl.gz"};
    size_t i;

    for (i = 0; i < XT_COUNT(endings); i++)
        if (xt_str_ends(name, endings[i]))
            return true;
    return false;
}

/* The beginning of a text file as UTF-8 without its mark; false where it is none. */
static bool text_head(const char *file, struct xt_text *out)
{
    XT_AUTO(xt_source_close) struct xt_source *source = NULL;
    XT_AUTO(xt_decoder_free) struct xt_decoder *decoder = NULL;
    static struct xt_table_limits limits;
    struct xt_error err;
    struct xt_str head;
    int64_t total;
    size_t n;
    enum xt_charset charset;

    xt_table_set_limits(&limits);
    if (xt_source_file(file, &source, &total, &err) != XT_OK)
        return false;
    if (xt_str_ends(xt_str(file), ".gz"))
        source = xt_source_gzip(&source, &limits, file);
    if (xt_source_peek(source, 64 * XT_KIB, &head, &err) != XT_OK)
        return false;
    if (head.n > 3 && memcmp(head.s, "\xEF\xBB\xBF", 3) == 0) {
        head.s += 3;
        head.n -= 3;
    }
    for (n = head.n; n > 0 && n + 4 > head.n && !xt_utf8_valid(head.s, n);) /* a character may be cut */
        n--;
    charset = xt_utf8_valid(head.s, n) ? XT_CHARSET_UTF8 : XT_CHARSET_GB18030;
    assert_int_equal(xt_decoder_new(charset, &decoder, &err), XT_OK);
    xt_decoder_add(decoder, head.s, head.n, false, out);
    return xt_utf8_valid(out->s, out->n);
}

static void to_utf16(struct xt_str s, bool big, struct xt_text *out)
{
    size_t i = 0;

    while (i < s.n) {
        uint32_t c;
        uint16_t units[2];
        int count = 1, k;

        i += xt_utf8_decode(s.s + i, s.n - i, &c);
        units[0] = (uint16_t)c;
        if (c > 0xFFFF) {
            units[0] = (uint16_t)(0xD7C0 + (c >> 10));
            units[1] = (uint16_t)(0xDC00 | (c & 0x3FF));
            count = 2;
        }
        for (k = 0; k < count; k++) {
            xt_text_add_char(out, (char)(big ? units[k] >> 8 : units[k] & 0xFF));
            xt_text_add_char(out, (char)(big ? units[k] & 0xFF : units[k] >> 8));
        }
    }
}

#define SPOILER 0xFF /* stands in neither UTF-8 nor GB18030 */

static void spoil(struct xt_text *bytes)
{
    size_t i;

    for (i = 15; i < bytes->n; i += 300)
        bytes->s[i] = (char)SPOILER;
}

static bool ascii_only(const char *s, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80 && (unsigned char)s[i] != SPOILER)
            return false;
    return true;
}

static void ask(const struct xt_text *bytes, enum xt_charset truth, int way)
{
    size_t i;

    for (i = 0; i < LENGTHS && PIECES[i] <= bytes->n; i++) {
        int certainty;
        size_t bom;
        enum xt_charset charset = xt_charset_guess(bytes->s, PIECES[i], PIECES[i] < bytes->n, &certainty, &bom);

        if (truth <= XT_CHARSET_GB18030 && ascii_only(bytes->s, PIECES[i]))
            continue; /* the same in both */
        guessed[way][i].asked++;
        guessed[way][i].right += charset == truth;
    }
}

static int guess_text(const char *file, const struct stat *facts, int kind, struct FTW *place)
{
    struct xt_text text, bytes;

    (void)facts;
    (void)place;
    if (kind != FTW_F || !is_text_name(xt_str(file)))
        return 0;
    xt_text_init(&text, XT_MIB);
    xt_text_init(&bytes, XT_MIB);
    if (text_head(file, &text)) {
        struct xt_str all = xt_text_view(&text);

        texts++;
        ask(&text, XT_CHARSET_UTF8, XT_CHARSET_UTF8);
        to_utf16(all, false, &bytes);
        ask(&bytes, XT_CHARSET_UTF16LE, XT_CHARSET_UTF16LE);
        xt_text_clear(&bytes);
        to_utf16(all, true, &bytes);
        ask(&bytes, XT_CHARSET_UTF16BE, XT_CHARSET_UTF16BE);
        xt_text_clear(&bytes);
        xt_encode_gb18030(all, &bytes);
        ask(&bytes, XT_CHARSET_GB18030, XT_CHARSET_GB18030);
        spoil(&bytes);
        ask(&bytes, XT_CHARSET_GB18030, SPOILT_GB18030);
        spoil(&text);
        ask(&text, XT_CHARSET_UTF8, SPOILT_UTF8);
    }
    xt_text_done(&text);
    xt_text_done(&bytes);
    return 0;
}

static void character_sets_are_guessed_from_pieces(void **state)
{
    static const char *const names[WAYS] = {
        "UTF-8", "GB18030", "UTF-16LE", "UTF-16BE", "UTF-8 with bad bytes", "GB18030 with bad bytes"};
    size_t way, i;

    (void)state;
    assert_int_equal(nftw(data_folder(), guess_text, 16, FTW_PHYS), 0);
    for (way = 0; way < WAYS; way++) {
        int64_t asked = 0, right = 0;

        print_message("%-24s", names[way]);
        for (i = 0; i < LENGTHS; i++) {
            print_message("  %zu bytes: %lld of %lld", PIECES[i], (long long)guessed[way][i].right,
                          (long long)guessed[way][i].asked);
            asked += guessed[way][i].asked;
            right += guessed[way][i].right;
        }
        print_message("\n");
        assert_true(asked > 0 && 100 * right >= 95 * asked);
    }
    print_message("%d texts\n", texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workbooks_read_quickly_and_plainly),
        cmocka_unit_test(character_sets_are_guessed_from_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
