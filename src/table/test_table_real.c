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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workbooks_read_quickly_and_plainly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
