/* fuzz_mapping.c - a mapping and a row: the input is a mapping's JSON, a zero byte, then cells or a JSON row. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "exchange/gather.h"
#include "exchange/mapping_priv.h"
#include "table/table_yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xt_region *region;

static void load_region(void)
{
    struct xt_problems problems;
    struct xt_error err;

    xt_problems_init(&problems);
    if (xt_region_load(NULL, NULL, &region, &problems, &err) != XT_OK)
        abort();
    xt_problems_done(&problems);
}

/* The row as two of one, and once more with its cells moved by one. */
static void run_gathered(const struct xt_mapping *mapping, const struct xt_str *heads, const struct xt_row *row)
{
    struct xt_gather *gather = xt_gather_new(mapping);
    struct xt_row moved = *row, gathered;
    struct xt_plan *plan = NULL;
    struct xt_mapped mapped;
    const struct xt_str *columns;
    struct xt_error err;
    bool more = true;
    size_t count;

    if (!gather)
        return;
    moved.cells++;
    moved.count--;
    if (xt_gather_part(gather, heads, row->count, &err) == XT_OK && xt_gather_add(gather, row, &err) == XT_OK &&
        xt_gather_add(gather, row, &err) == XT_OK && xt_gather_add(gather, &moved, &err) == XT_OK) {
        count = xt_gather_columns(gather, &columns);
        if (xt_plan_new(mapping, columns, count, &plan, &err) == XT_OK) {
            while (more) {
                if (xt_gather_next(gather, &gathered, &more, &err) == XT_OK && more)
                    xt_plan_row(plan, &gathered, &mapped);
            }
        }
    }
    xt_plan_free(&plan);
    xt_gather_free(&gather);
}

static void run_row(const struct xt_mapping *mapping, struct xt_str rest)
{
    struct xt_str heads[8] = {XT_STR("a"),    XT_STR("b"),    XT_STR("c"),    XT_STR("d"),
                              XT_STR("名称"), XT_STR("日期"), XT_STR("金额"), XT_STR("单位")};
    struct xt_str cells[8] = {{"", 0}};
    struct xt_row row = {.number = 1, .cells = cells, .count = 8};
    struct xt_plan *plan = NULL;
    struct xt_mapped mapped;
    struct xt_error err;
    size_t i, n;

    if (xt_json_parse(rest, &row.json, &err) == XT_OK && json_is_object(row.json)) {
        row.count = 0;
        row.cells = NULL;
    } else {
        json_decref(row.json);
        row.json = NULL;
        for (i = 0; i < 8; i++) {
            for (n = 0; n < rest.n && rest.s[n] != '\n'; n++)
                ;
            if (xt_utf8_valid(rest.s, n))
                cells[i] = (struct xt_str){rest.s, n};
            n += n < rest.n;
            rest.s += n;
            rest.n -= n;
        }
    }
    if (xt_plan_new(mapping, heads, row.json ? 0 : 8, &plan, &err) == XT_OK) {
        xt_plan_row(plan, &row, &mapped);
        xt_plan_row(plan, &row, &mapped);
    }
    xt_plan_free(&plan);
    if (!row.json)
        run_gathered(mapping, heads, &row);
    json_decref(row.json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_mapping *mapping = NULL;
    struct xt_problems problems;
    struct xt_error err;
    struct xt_text json;
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t n = zero ? (size_t)(zero - data) : size;

    if (!region)
        load_region();
    xt_problems_init(&problems);
    if (xt_mapping_load(region, XT_STR("fuzz"), (struct xt_str){(const char *)data, n}, &mapping, &problems, &err) ==
        XT_OK)
        run_row(mapping, n < size ? (struct xt_str){(const char *)data + n + 1, size - n - 1} : (struct xt_str){"", 0});
    xt_mapping_free(&mapping);
    xt_problems_done(&problems);
    xt_text_init(&json, XT_MIB);
    if (xt_yaml_to_json((struct xt_str){(const char *)data, size}, &json, &err) == XT_OK) {
        json_t *tree = NULL;

        (void)!xt_json_parse(xt_text_view(&json), &tree, &err); /* doubled keys are refused here */
        json_decref(tree);
    }
    xt_text_done(&json);
    return 0;
}
