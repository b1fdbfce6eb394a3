/* fuzz_index_file.c - any bytes as the JSON of an index, and as a recipe in the place of another's; what is taken is run. */
#include <stdlib.h>
#include <string.h>

#include "indicator/index_file.h"

#define ROWS 3u

static const char BASE[] =
    "{\"nodes\":[{\"code\":\"I\"},{\"code\":\"a\",\"parent\":\"I\",\"target\":4},{\"code\":\"b\","
    "\"parent\":\"I\",\"direction\":-1,\"denominator\":\"d\"}],\"columns\":[{\"code\":\"d\"}],"
    "\"recipe\":{\"steps\":[{\"step\":\"normalise\"},{\"step\":\"aggregate\"}]}}";

/* Whatever tree it is, over three units in two periods. */
static void run(const struct xt_index_file *file)
{
    static const char *const units[2 * ROWS] = {"x", "y", "z", "x", "y", "z"};
    static const char *const groups[2 * ROWS] = {"g", NULL, "g", "h", "g", "h"};
    static const int32_t periods[2 * ROWS] = {2020, 2020, 2020, 2021, 2021, 2021};
    static const double values[2 * ROWS] = {1, 5, 2, 4, 4, 9};
    struct xt_sensitivity_plan plan = {.factors = file->factors,
                                       .factor_count = file->factor_count,
                                       .draws = 8,
                                       .seed = 1,
                                       .period = 2021,
                                       .threads = 1};
    struct xt_problems problems;
    struct xt_sensitivity sensitivity;
    struct xt_index_result result;
    struct xt_arena arena;
    struct xt_error err;
    size_t i;

    xt_arena_init(&arena);
    xt_problems_init(&problems);
    const double **columns = xt_arena_alloc(&arena, (file->tree.indicator_count + 1) * sizeof *columns);
    struct xt_index_extra *extras = xt_arena_alloc(&arena, (file->column_count + 1) * sizeof *extras);

    for (i = 0; i < file->tree.indicator_count; i++)
        columns[i] = values;
    for (i = 0; i < file->column_count; i++) {
        memcpy(extras[i].code, file->columns[i].code, sizeof extras[i].code);
        extras[i].values = values;
    }
    const struct xt_index_table table = {.rows = XT_COUNT(values),
                                         .unit = units,
                                         .period = periods,
                                         .group = groups,
                                         .values = columns,
                                         .extras = extras,
                                         .extra_count = file->column_count};

    if (xt_index_run(&file->tree, &table, &file->recipe, &arena, &result, &problems, NULL, &err) == XT_OK &&
        result.rank[file->tree.top][0] > (int32_t)XT_COUNT(values))
        abort();
    if (file->factor_count > 0 &&
        xt_sensitivity_draw(&file->tree, &table, &file->recipe, &plan, &sensitivity, &problems, &err) == XT_OK)
        xt_sensitivity_done(&sensitivity);
    xt_problems_done(&problems);
    xt_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct xt_str bytes = {(const char *)data, size};
    struct xt_index_file *file = NULL;
    struct xt_problems problems;
    struct xt_error err;

    xt_problems_init(&problems);
    if (xt_index_file_load("fuzz", bytes, NULL, &file, &problems, &err) == XT_OK)
        run(file);
    xt_index_file_free(&file);
    xt_problems_clear(&problems);
    if (xt_index_file_load("fuzz", XT_STR(BASE), NULL, &file, &problems, &err) != XT_OK)
        abort();
    if (xt_index_file_recipe(file, bytes, &problems, &err) == XT_OK)
        run(file);
    xt_index_file_free(&file);
    xt_problems_done(&problems);
    return 0;
}
