/* test_observation.c - observations: what is compared, what is kept, and that faults in what is kept are found. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <ftw.h>

#include "catalog/region.h"
#include "indicator/index_rows.h"
#include "indicator/observation.h"

#define INDEX                                                                                                        \
    "{\"nodes\":[{\"code\":\"I\"},{\"code\":\"a\",\"parent\":\"I\",\"unit\":\"万元\"},{\"code\":\"b\",\"parent\":" \
    "\"I\"}],\"columns\":[{\"code\":\"kind\",\"group\":true}],\"recipe\":{\"steps\":[{\"step\":\"normalise\"},"      \
    "{\"step\":\"aggregate\"}]}}"

struct fixture {
    char folder[64];
    struct xt_store *store;
    struct xt_index_file *file;
    struct xt_arena arena;
};

static int set_up(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof *f);
    char path[128];
    const struct xt_store_options options = {.url = path, .create = true};
    struct xt_problems problems;
    struct xt_error err;

    xt_problems_init(&problems);
    xt_arena_init(&f->arena);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/xt-observation-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(path, sizeof path, "%s/node.db", f->folder);
    assert_int_equal(xt_store_open(&options, &f->store, &err), XT_OK);
    assert_int_equal(xt_store_migrate(f->store, "indicator", &err), XT_OK);
    assert_int_equal(xt_index_file_load("small", XT_STR(INDEX), NULL, &f->file, &problems, &err), XT_OK);
    xt_problems_done(&problems);
    *state = f;
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    xt_store_close(&f->store);
    xt_index_file_free(&f->file);
    xt_arena_done(&f->arena);
    assert_int_equal(nftw(f->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
    free(f);
    return 0;
}

/* ---- a few words for what is said and what is read ---- */

struct said {
    const char *unit;
    int32_t period;
    const char *a, *b, *kind; /* NULL = nothing is said, "" = it is missing */
};

static void put(struct xt_index_rows *rows, size_t row, size_t place, const char *text)
{
    if (!text)
        return;
    if (rows->cells[place].text)
        xt_index_rows_words(rows, row, place, xt_str(text));
    else
        xt_index_rows_value(rows, row, place, text[0] ? strtod(text, NULL) : NAN);
}

/* "stored unchanged deleted" of what is said. */
static const char *store(struct fixture *f, const struct said *list, size_t count, enum xt_observed status)
{
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = xt_index_data_new();
    struct xt_observation_import options = {.actor = XT_STR("test"), .source = "s", .status = status};
    struct xt_observation_counts counts = {0};
    struct xt_index_rows rows;
    struct xt_error err;
    size_t i;

    xt_index_rows_init(&rows, f->file, data);
    rows.any_period = true;
    for (i = 0; i < count; i++) {
        size_t row = xt_index_rows_find_or_add(&rows, xt_str(list[i].unit), XT_STR(""), list[i].period);

        put(&rows, row, 0, list[i].a);
        put(&rows, row, 1, list[i].b);
        put(&rows, row, 2, list[i].kind);
        data->seen += (list[i].a != NULL) + (list[i].b != NULL) + (list[i].kind != NULL);
    }
    xt_index_rows_end(&rows);
    xt_index_rows_done(&rows);
    assert_int_equal(xt_observation_store(f->store, f->file, data, &options, &counts, &err), XT_OK);
    assert_int_equal(counts.seen, counts.stored + counts.unchanged + counts.deleted);
    return xt_arena_printf(&f->arena, "%lld %lld %lld", (long long)counts.stored, (long long)counts.unchanged,
                           (long long)counts.deleted);
}

#define STORE(f, status, ...) \
    store(f, (const struct said[]){__VA_ARGS__}, XT_COUNT(((const struct said[]){__VA_ARGS__})), status)

/* "unit period a b kind; ..." of the table as of an instant, "-" for what is missing; "none". */
static const char *table(struct fixture *f, xt_instant as_of, const struct xt_areas *areas)
{
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = NULL;
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_error err;
    size_t row, c;
    enum xt_code rc;

    xt_problems_init(&problems);
    xt_text_init(&out, 4096);
    assert_int_equal(xt_read_begin(f->store, 1000, &read, &err), XT_OK);
    rc = xt_observation_table(xt_read_conn(read), f->file, as_of, areas, &data, &problems, NULL, &err);
    if (rc == XT_E_NOT_FOUND)
        return "none";
    assert_int_equal(rc, XT_OK);
    for (row = 0; row < data->table.rows; row++) {
        xt_text_addf(&out, "%s%s %d", row > 0 ? "; " : "", data->table.unit[row], data->table.period[row]);
        for (c = 0; c < 2; c++)
            isnan(data->table.values[c][row]) ? xt_text_addf(&out, " -")
                                              : xt_text_addf(&out, " %g", data->table.values[c][row]);
        xt_text_addf(&out, " %s", data->table.group && data->table.group[row] ? data->table.group[row] : "-");
    }
    return xt_arena_strdup(&f->arena, out.s);
}

static bool add_revision(void *context, const struct xt_observation *o)
{
    struct xt_text *out = context;

    xt_text_addf(out, "%s%.*s %lld r%lld ", out->n > 0 ? "; " : "", (int)o->area.n, o->area.s, (long long)o->period,
                 (long long)o->revision);
    if (o->has_value)
        xt_text_addf(out, "%g", o->value);
    else
        xt_text_add_z(out, "-");
    xt_text_addf(out, " %.*s", (int)o->status.n, o->status.s);
    return true;
}

static const char *revisions(struct fixture *f, const char *indicator, int64_t limit, int64_t after_series)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_observation_ask ask = {.indicator = xt_str(indicator),
                                     .revisions = true,
                                     .limit = limit,
                                     .after_series = after_series,
                                     .after_period = INT32_MAX};
    struct xt_error err;

    if (after_series == 0)
        ask.after_period = 0;
    xt_text_init(&out, 4096);
    assert_int_equal(xt_read_begin(f->store, 1000, &read, &err), XT_OK);
    assert_int_equal(xt_observation_each(xt_read_conn(read), &ask, add_revision, &out, &err), XT_OK);
    return xt_arena_strdup(&f->arena, out.s);
}

static size_t faults(struct fixture *f)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_error err;

    xt_problems_init(&problems);
    assert_int_equal(xt_observation_check(f->store, &problems, &err), XT_OK);
    return problems.seen;
}

static void run_sql(struct fixture *f, const struct xt_stmt_def *def)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    struct xt_stmt *stmt = NULL;
    int64_t changed = 0;

    assert_int_equal(xt_tx_begin(f->store, &tx, NULL), XT_OK);
    assert_int_equal(xt_stmt_take(xt_tx_conn(tx), def, &stmt, NULL), XT_OK);
    assert_int_equal(xt_stmt_run(stmt, &changed, NULL), XT_OK);
    xt_stmt_done(&stmt);
    assert_true(changed > 0);
    assert_int_equal(xt_tx_commit(&tx, NULL), XT_OK);
}

/* ---- tests ---- */

static void nothing_is_overwritten(void **state)
{
    struct fixture *f = *state;
    xt_instant then;

    assert_string_equal(table(f, 0, NULL), "none");
    assert_string_equal(STORE(f, XT_OBSERVED_PROVISIONAL, {"t", 2020, "1", "2", "x"}, {"u", 2020, "3", "", "y"}),
                        "6 0 0");
    assert_string_equal(STORE(f, XT_OBSERVED_PROVISIONAL, {"t", 2020, "1", "2", "x"}, {"u", 2020, "3", "", "y"}),
                        "0 6 0");
    then = xt_now();
    while (xt_now() == then) {
    }
    assert_string_equal(STORE(f, XT_OBSERVED_PROVISIONAL, {"t", 2020, "1.5", NULL, NULL}, {"u", 2020, "", NULL, NULL}),
                        "1 0 1");
    assert_string_equal(STORE(f, XT_OBSERVED_FINAL, {"t", 2020, "1.5", NULL, NULL}), "1 0 0"); /* its status is news */
    assert_string_equal(STORE(f, XT_OBSERVED_FINAL, {"u", 2020, "", NULL, NULL}), "0 1 0");    /* missing is missing */
    assert_string_equal(table(f, then, NULL), "t 2020 1 2 x; u 2020 3 - y");
    assert_string_equal(table(f, 0, NULL), "t 2020 1.5 2 x; u 2020 - - y");
    assert_string_equal(revisions(f, "a", 10, 0),
                        "t 2020 r1 1 provisional; t 2020 r2 1.5 provisional; t 2020 r3 1.5 final; "
                        "u 2020 r1 3 provisional; u 2020 r2 - missing");
    assert_string_equal(revisions(f, "a", 10, 1), "u 2020 r1 3 provisional; u 2020 r2 - missing");
    assert_string_equal(revisions(f, "a", 1, 0), "t 2020 r1 1 provisional");
    assert_string_equal(table(f, 1, NULL), "none");
    assert_int_equal(faults(f), 0);
}

static void rows_keep_their_first_order(void **state)
{
    struct fixture *f = *state;

    (void)STORE(f, XT_OBSERVED_FINAL, {"z", 2021, "1", NULL, NULL}, {"a", 2020, "2", NULL, NULL});
    (void)STORE(f, XT_OBSERVED_FINAL, {"a", 2019, "3", NULL, NULL}, {"z", 2021, "9", "8", NULL});
    assert_string_equal(table(f, 0, NULL), "z 2021 9 8 -; a 2020 2 - -; a 2019 3 - -");
}

static void renamed_areas_are_one(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_areas areas;
    struct xt_error err;

    xt_problems_init(&problems);
    assert_int_equal(
        xt_areas_load(XT_STR("h\nold\tmid\t2001\trenamed\tO\tn\nmid\tnew\t2010\trenamed\tM\tn\nwhole\tpart\t2005\t"
                             "split\tW\tn\n"),
                      &f->arena, &areas, &problems, &err),
        XT_OK);
    (void)STORE(f, XT_OBSERVED_FINAL, {"new", 2012, "1", "1", NULL}, {"old", 2000, "2", NULL, NULL},
                {"mid", 2012, "3", NULL, "g"}, {"whole", 2000, "4", NULL, NULL}, {"part", 2006, "5", NULL, NULL});
    assert_string_equal(table(f, 0, &areas), "new 2012 1 1 g; new 2000 2 - -; whole 2000 4 - -; part 2006 5 - -");
}

static void what_was_tampered_with_is_found(void **state)
{
    static const struct xt_stmt_def change = {"test_change", "UPDATE observation SET value = 7 WHERE id = 1"};
    static const struct xt_stmt_def restore = {"test_restore", "UPDATE observation SET value = 1 WHERE id = 1"};
    static const struct xt_stmt_def area = {"test_area", "UPDATE observation_series SET area = 'v' WHERE area = 't'"};
    static const struct xt_stmt_def drop = {"test_drop",
                                            "DELETE FROM observation WHERE revision = 1 AND period = 2020"};
    struct fixture *f = *state;

    (void)STORE(f, XT_OBSERVED_FINAL, {"t", 2020, "1", "2", NULL}, {"u", 2021, "1", "2", NULL});
    (void)STORE(f, XT_OBSERVED_FINAL, {"t", 2020, "5", NULL, NULL});
    assert_int_equal(faults(f), 0);
    run_sql(f, &change);
    assert_int_equal(faults(f), 1);
    run_sql(f, &restore);
    assert_int_equal(faults(f), 0);
    run_sql(f, &area);
    assert_int_equal(faults(f), 2); /* both batches name it */
    run_sql(f, &drop);
    assert_true(faults(f) >= 3); /* a gap, and the batches */
}

/* So many rows, each a change of its own; of one area where `to` is given. */
static const char *area_rows(struct fixture *f, size_t count, const char *to)
{
    struct xt_text text;
    const char *rows;
    size_t i;

    xt_text_init(&text, XT_MIB);
    for (i = 0; i < count; i++)
        xt_text_addf(&text, to ? "%sa%zu\t%s\t2001\trenamed\tn\tm" : "%sa%zu\tb%s\t2001\tsplit\tn\tm",
                     i > 0 ? "\n" : "", i, to ? to : "");
    rows = xt_arena_strndup(&f->arena, text.s, text.n);
    xt_text_done(&text);
    return rows;
}

static void faulty_areas_are_named(void **state)
{
    struct fixture *f = *state;
    const char *many_codes = area_rows(f, XT_AREA_CODES_MAX, "z");
    const char *many_rows = area_rows(f, XT_AREA_CHANGES_MAX + 1, NULL);
    const struct {
        const char *row, *path;
        enum xt_msg msg;
    } cases[] = {
        {"a\tb\t2001\trenamed\tn", "row 2", XT_MSG_AREA_CHANGE_ROW},
        {"a\ta\t2001\trenamed\tn\tm", "row 2", XT_MSG_AREA_CHANGE_ROW},
        {"a\tb\tsoon\trenamed\tn\tm", "row 2", XT_MSG_INDEX_PERIOD},
        {"a\tb\t2001\tgone\tn\tm", "row 2", XT_MSG_INDEX_WORD},
        {"a\tb\t2001\trenamed\tn\tm\nb\ta\t2002\trenamed\tn\tm", "a", XT_MSG_INDEX_CIRCLE},
        {"a\tb\t2001\trenamed\tn\tm\na\tc\t2002\trenamed\tn\tm", "a", XT_MSG_INDEX_TWICE},
        {many_codes, "z", XT_MSG_INDEX_TOO_MANY},
        {many_rows, "row 10002", XT_MSG_INDEX_TOO_MANY},
    };
    size_t i;

    for (i = 0; i < XT_COUNT(cases); i++) {
        XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
        struct xt_areas areas;
        struct xt_error err;
        const char *text = xt_arena_printf(&f->arena, "head\n%s\n", cases[i].row);

        xt_problems_init(&problems);
        assert_int_equal(xt_areas_load(xt_str(text), &f->arena, &areas, &problems, &err), XT_E_INPUT);
        assert_string_equal(problems.list[0].path, cases[i].path);
        assert_int_equal(problems.list[0].msg, cases[i].msg);
    }
}

static void the_areas_of_the_region_are_well(void **state)
{
    struct fixture *f = *state;
    XT_AUTO(xt_region_free) struct xt_region *region = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_str codes[XT_OBSERVATION_AREAS_MAX];
    const struct xt_codes *list;
    struct xt_areas areas;
    struct xt_error err;
    size_t i;

    xt_problems_init(&problems);
    assert_int_equal(xt_region_load(NULL, NULL, &region, &problems, &err), XT_OK);
    assert_int_equal(xt_areas_of(region, &f->arena, &areas, &problems, &err), XT_OK);
    assert_true(areas.count > 30);
    assert_true(xt_str_is(xt_area_now(&areas, XT_STR("440183")), "440118"));
    assert_int_equal(xt_area_codes(&areas, XT_STR("440118"), codes), 2);
    list = xt_region_codes(region, XT_STR("area"));
    for (i = 0; i < areas.count; i++) /* what they became is an area of today */
        assert_true(list && xt_codes_find(list, xt_area_now(&areas, areas.changes[i].after)));
}

static void dates_are_ends_of_days(void **state)
{
    static const char *const early[] = {"1949-10-01", "1949-10-01T00:00:00Z", "1970-01-01T00:00:00Z"};
    xt_instant at, noon;
    size_t i;

    (void)state;
    assert_true(xt_instant_parse(XT_STR("2026-03-05T15:59:59.999999Z"), &noon));
    assert_true(xt_as_of_parse(XT_STR("2026-03-05"), 480, &at));
    assert_int_equal(at, noon);
    assert_true(xt_as_of_parse(XT_STR("2026-03-05T15:59:59.999999Z"), 480, &at));
    assert_int_equal(at, noon);
    assert_false(xt_as_of_parse(XT_STR("2026-13-05"), 480, &at));
    assert_false(xt_as_of_parse(XT_STR("2026-03"), 480, &at));
    assert_false(xt_as_of_parse(XT_STR("soon"), 480, &at));
    for (i = 0; i < XT_COUNT(early); i++) { /* 0 would be now */
        assert_true(xt_as_of_parse(xt_str(early[i]), 480, &at));
        assert_int_equal(at, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_keep_their_first_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(renamed_areas_are_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_tampered_with_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faulty_areas_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_areas_of_the_region_are_well, set_up, tear_down),
        cmocka_unit_test(dates_are_ends_of_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
