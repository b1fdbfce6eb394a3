/*
 * observation_bench.c - observations of an index of 16 indicators, timed: observation_bench FOLDER; prints a line of JSON.
 *
 * 62,500 rows (12,500 areas over five years) are stored in a new store in FOLDER, stored again (nothing changes), then 2,500
 * rows of another index (500 areas over five years) are stored and read as a table, the median of several rounds.
 * Microseconds of the wall clock, and of the processor in *_cpu. Figures are made from a seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "indicator/index_rows.h"
#include "indicator/observation.h"

enum { AREAS = 12500, FEW = 500, YEARS = 5, INDICATORS = 16, ROUNDS = 9 };

static int64_t cpu_us(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at); /* cannot fail for this clock */
    return (int64_t)at.tv_sec * XT_SECOND + at.tv_nsec / 1000;
}

static void give_up(const struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};

    xt_text_init(&text, 4 * XT_KIB);
    xt_error_say(err, XT_EN, &text);
    (void)fprintf(stderr, "observation_bench: %s\n", text.s);
    exit(1);
}

static struct xt_index_file *make_index(const char *name)
{
    XT_AUTO(xt_text_done) struct xt_text json = {0};
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_index_file *file = NULL;
    struct xt_error err;
    int i;

    xt_problems_init(&problems);
    xt_text_init(&json, 64 * XT_KIB);
    xt_text_add_z(&json, "{\"nodes\":[{\"code\":\"I\"}");
    for (i = 0; i < INDICATORS; i++)
        xt_text_addf(&json, ",{\"code\":\"A%02d\",\"parent\":\"I\",\"unit\":\"%s\"}", i, "\u4e07\u5143");
    xt_text_add_z(&json, "],\"recipe\":{\"steps\":[{\"step\":\"normalise\"},{\"step\":\"aggregate\"}]}}");
    if (xt_index_file_load(name, xt_text_view(&json), NULL, &file, &problems, &err) != XT_OK)
        give_up(&err);
    return file;
}

static struct xt_index_data *make_data(const struct xt_index_file *file, int areas)
{
    struct xt_index_data *data = xt_index_data_new();
    struct xt_index_rows rows;
    uint64_t seed = 1;
    int area, year;
    size_t place;

    xt_index_rows_init(&rows, file, data);
    rows.any_period = true;
    for (area = 0; area < areas; area++)
        for (year = 0; year < YEARS; year++) {
            char code[16];
            size_t row;

            (void)snprintf(code, sizeof code, "u%05d", area);
            row = xt_index_rows_add(&rows, xt_str(code), XT_STR(""), 2019 + year);
            for (place = 0; place < INDICATORS; place++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                xt_index_rows_value(&rows, row, place, (double)(seed >> 40) / 100);
            }
        }
    xt_index_rows_end(&rows);
    xt_index_rows_done(&rows);
    data->seen = (int64_t)areas * YEARS * INDICATORS;
    return data;
}

static void store_timed(struct xt_store *store, const struct xt_index_file *file, const struct xt_index_data *data,
                        const char *name)
{
    const struct xt_observation_import options = {.actor = XT_STR("bench"), .source = "bench"};
    struct xt_observation_counts counts = {0};
    int64_t began = xt_monotonic_us(), cpu = cpu_us();
    struct xt_error err;

    if (xt_observation_store(store, file, data, &options, &counts, &err) != XT_OK)
        give_up(&err);
    printf("\"%s\":%lld,\"%s_cpu\":%lld,\"%s_rows\":%lld,", name, (long long)(xt_monotonic_us() - began), name,
           (long long)(cpu_us() - cpu), name, (long long)(counts.stored + counts.unchanged));
}

static int by_size(const void *a, const void *b)
{
    int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;

    return (p > q) - (p < q);
}

static void read_timed(struct xt_store *store, const struct xt_index_file *file)
{
    int64_t wall[ROUNDS], cpu[ROUNDS];
    int i;

    for (i = 0; i < ROUNDS; i++) {
        XT_AUTO(xt_read_end) struct xt_read *read = NULL;
        XT_AUTO(xt_index_data_free) struct xt_index_data *data = NULL;
        XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
        struct xt_error err;

        xt_problems_init(&problems);
        wall[i] = xt_monotonic_us();
        cpu[i] = cpu_us();
        if (xt_read_begin(store, 1000, &read, &err) != XT_OK ||
            xt_observation_table(xt_read_conn(read), file, 0, NULL, &data, &problems, NULL, &err) != XT_OK)
            give_up(&err);
        wall[i] = xt_monotonic_us() - wall[i];
        cpu[i] = cpu_us() - cpu[i];
    }
    qsort(wall, ROUNDS, sizeof *wall, by_size);
    qsort(cpu, ROUNDS, sizeof *cpu, by_size);
    printf("\"read\":%lld,\"read_cpu\":%lld}\n", (long long)wall[ROUNDS / 2], (long long)cpu[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
    struct xt_index_file *many = make_index("many"), *few = make_index("few");
    struct xt_index_data *large = make_data(many, AREAS), *small = make_data(few, FEW);
    char path[4096];
    const struct xt_store_options options = {.url = path, .create = true};
    struct xt_store *store = NULL;
    struct xt_error err;

    if (argc != 2)
        return 2;
    (void)snprintf(path, sizeof path, "%s/store.db", argv[1]);
    if (xt_store_open(&options, &store, &err) != XT_OK || xt_store_migrate(store, "indicator", &err) != XT_OK)
        give_up(&err);
    printf("{");
    store_timed(store, many, large, "store");
    store_timed(store, many, large, "again");
    store_timed(store, few, small, "few");
    read_timed(store, few);
    xt_store_close(&store);
    xt_index_data_free(&large);
    xt_index_data_free(&small);
    xt_index_file_free(&many);
    xt_index_file_free(&few);
    return 0;
}
