/* test_asem.c - reads the reference's files. */
#include "indicator/test_asem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "table/table.h"

/* ---- reading the reference: $XIETONG_DATA/index/coinr-asem ---- */

static bool folder(char *out, size_t size)
{
    const char *sets = getenv("XIETONG_DATA"), *source = getenv("XIETONG_SOURCE");
    char fallback[3000];
    FILE *file;

    (void)snprintf(fallback, sizeof fallback, "%s/../shared/data", source ? source : ".");
    (void)snprintf(out, size, "%s/index/coinr-asem/ASEM_iMeta.csv", sets ? sets : fallback);
    file = fopen(out, "r");
    if (!file)
        return false;
    (void)fclose(file);
    *strrchr(out, '/') = '\0';
    return true;
}

void read_csv(const char *name, struct csv *csv)
{
    char path[4096], base[4000];
    struct xt_table *table = NULL;
    const struct xt_str *heads;
    struct xt_error err;
    size_t capacity = 0, i;

    assert_true(folder(base, sizeof base));
    (void)snprintf(path, sizeof path, "%s/%s", base, name);
    memset(csv, 0, sizeof *csv);
    xt_arena_init(&csv->arena);
    assert_int_equal(xt_table_open(path, &(struct xt_table_options){.head_row = 1}, &table, &err), XT_OK);
    csv->columns = xt_table_columns(table, &heads);
    csv->heads = xt_arena_alloc(&csv->arena, csv->columns * sizeof *csv->heads);
    for (i = 0; i < csv->columns; i++)
        csv->heads[i] = (struct xt_str){xt_arena_strndup(&csv->arena, heads[i].s, heads[i].n), heads[i].n};
    for (;;) {
        struct xt_row row;
        bool more;

        assert_int_equal(xt_table_next(table, &row, &more, &err), XT_OK);
        if (!more)
            break;
        xt_grow(&csv->cells, &capacity, (csv->rows + 1) * csv->columns, sizeof *csv->cells);
        for (i = 0; i < csv->columns; i++)
            csv->cells[csv->rows * csv->columns + i] =
                (struct xt_str){xt_arena_strndup(&csv->arena, row.cells[i].s, row.cells[i].n), row.cells[i].n};
        csv->rows++;
    }
    xt_table_close(&table);
}

void csv_done(struct csv *csv)
{
    free(csv->cells);
    xt_arena_done(&csv->arena);
}

size_t column(const struct csv *csv, const char *name)
{
    size_t i;

    for (i = 0; i < csv->columns; i++)
        if (xt_str_is(csv->heads[i], name))
            return i;
    fail_msg("no column %s", name);
    return 0;
}

const char *cell(const struct csv *csv, size_t row, size_t at)
{
    return csv->cells[row * csv->columns + at].s;
}

double number(const char *s)
{
    return s[0] == '\0' || strcmp(s, "NA") == 0 ? NAN : strtod(s, NULL);
}

/* ---- ASEM as a tree and a table ---- */

static void copy_code(char *out, const char *s)
{
    assert_true(strlen(s) < XT_INDEX_CODE_SIZE);
    (void)snprintf(out, XT_INDEX_CODE_SIZE, "%s", s);
}

static const double *values_of(struct asem *a, const char *code)
{
    double *values = xt_arena_alloc(&a->arena, a->data.rows * sizeof *values);
    size_t at = column(&a->data, code), row;

    for (row = 0; row < a->data.rows; row++)
        values[row] = number(cell(&a->data, row, at));
    return values;
}

void make_asem(struct asem *a)
{
    struct xt_index_node *nodes;
    struct xt_index_extra *extras;
    const double **values;
    const char **units, **groups;
    struct xt_problems problems;
    struct xt_error err;
    size_t row, n = 0, i;

    memset(a, 0, sizeof *a);
    xt_arena_init(&a->arena);
    xt_problems_init(&problems);
    read_csv("ASEM_iMeta.csv", &a->meta);
    read_csv("ASEM_iData.csv", &a->data);
    nodes = xt_arena_alloc(&a->arena, a->meta.rows * sizeof *nodes);
    extras = xt_arena_alloc(&a->arena, a->meta.rows * sizeof *extras);
    for (row = 0; row < a->meta.rows; row++) {
        const char *type = cell(&a->meta, row, column(&a->meta, "Type"));
        const char *code = cell(&a->meta, row, column(&a->meta, "iCode"));

        if (strcmp(type, "Denominator") == 0) {
            copy_code(extras[a->table.extra_count].code, code);
            extras[a->table.extra_count++].values = values_of(a, code);
        }
        if (strcmp(type, "Indicator") != 0 && strcmp(type, "Aggregate") != 0)
            continue;
        copy_code(nodes[n].code, code);
        copy_code(nodes[n].parent, cell(&a->meta, row, column(&a->meta, "Parent")));
        copy_code(nodes[n].denominator, cell(&a->meta, row, column(&a->meta, "Denominator")));
        nodes[n].indicator = strcmp(type, "Indicator") == 0;
        nodes[n].weight = number(cell(&a->meta, row, column(&a->meta, "Weight")));
        nodes[n].direction = (int)number(cell(&a->meta, row, column(&a->meta, "Direction")));
        nodes[n].target = number(cell(&a->meta, row, column(&a->meta, "Target")));
        n++;
    }
    assert_int_equal(xt_index_tree_make(nodes, n, &a->arena, &a->tree, &problems, &err), XT_OK);
    assert_int_equal(a->tree.indicator_count, 49);
    assert_int_equal(a->tree.levels, 4);
    values = xt_arena_alloc(&a->arena, a->tree.indicator_count * sizeof *values);
    for (i = 0; i < a->tree.indicator_count; i++)
        values[i] = values_of(a, nodes[a->tree.indicators[i]].code);
    units = xt_arena_alloc(&a->arena, a->data.rows * sizeof *units);
    groups = xt_arena_alloc(&a->arena, a->data.rows * sizeof *groups);
    for (row = 0; row < a->data.rows; row++) {
        units[row] = cell(&a->data, row, column(&a->data, "uCode"));
        groups[row] = cell(&a->data, row, column(&a->data, "EurAsia_group"));
    }
    a->table.rows = a->data.rows;
    a->table.unit = units;
    a->table.group = groups;
    a->table.values = values;
    a->table.extras = extras;
    assert_int_equal(xt_index_table_check(&a->tree, &a->table, &problems, &err), XT_OK);
    xt_problems_done(&problems);
}

void asem_done(struct asem *a)
{
    csv_done(&a->meta);
    csv_done(&a->data);
    xt_arena_done(&a->arena);
}

void asem_run(struct asem *a, const struct xt_index_recipe *recipe, struct xt_index_result *result)
{
    struct xt_problems problems;
    struct xt_error err;

    xt_problems_init(&problems);
    if (xt_index_run(&a->tree, &a->table, recipe, &a->arena, result, &problems, NULL, &err) != XT_OK) {
        struct xt_text text;

        xt_text_init(&text, XT_MIB);
        xt_problems_say(&problems, XT_EN, &text);
        fail_msg("%s", text.s);
    }
    xt_problems_done(&problems);
}

bool has_asem(void)
{
    char where[4000];

    return folder(where, sizeof where);
}

const struct xt_index_recipe WORKED = {{{.kind = XT_STEP_DENOMINATE},
                                        {.kind = XT_STEP_IMPUTE, .impute = {.method = XT_IMPUTE_GROUP_MEAN}},
                                        {.kind = XT_STEP_SCREEN, .screen = {.present = 0.9}},
                                        TREAT(5),
                                        MINMAX(0, 100),
                                        MEANS},
                                       6};
