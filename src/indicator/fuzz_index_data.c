/* fuzz_index_data.c - any bytes as a table of figures of an index, and as a metadata table; what is taken is run. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "indicator/index_data.h"

static const char INDEX[] =
    "{\"nodes\":[{\"code\":\"I\",\"label\":{\"zh\":\"总\"}},{\"code\":\"a\",\"parent\":\"I\",\"label\":{\"zh\":\"产值\"}},"
    "{\"code\":\"b\",\"parent\":\"I\",\"denominator\":\"base\"},{\"code\":\"c\",\"parent\":\"I\",\"direction\":-1}],"
    "\"columns\":[{\"code\":\"kind\",\"group\":true},{\"code\":\"x\"},{\"code\":\"y\"},"
    "{\"code\":\"base\",\"by\":\"kind\",\"take\":{\"g\":\"x\",\"h\":\"y\"}}],"
    "\"recipe\":{\"steps\":[{\"step\":\"screen\",\"present\":0.3},{\"step\":\"denominate\"},{\"step\":\"impute\","
    "\"method\":\"linear\"},{\"step\":\"impute\",\"method\":\"group-median\"},{\"step\":\"treat\",\"points\":2},"
    "{\"step\":\"normalise\",\"lo\":1},{\"step\":\"aggregate\",\"by_level\":[\"geometric\",\"copeland\"]}]}}";

/* Tables are read by path: a file that is nowhere but in memory has one. */
static bool path_of(const uint8_t *data, size_t size, int *fd, char path[64])
{
    *fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (*fd < 0)
        return false;
    if (write(*fd, data, size) != (ssize_t)size) {
        (void)close(*fd); /* nothing of it is wanted */
        return false;
    }
    (void)snprintf(path, 64, "/proc/self/fd/%d", *fd);
    return true;
}

static void count_faults(void *context, const char *path, const struct xt_table *table, const struct xt_row *row,
                         const struct xt_problems *faults)
{
    (void)path;
    (void)table;
    (void)row;
    if (faults->seen == 0)
        abort(); /* refused without a word */
    *(int64_t *)context += (int64_t)faults->seen;
}

/* Read so that faulty rows go back, what is left is a table, and each figure is counted once. */
static void read_what_is_well(const struct xt_index_file *file, const char *const *paths)
{
    struct xt_index_data *table = NULL;
    struct xt_problems problems;
    struct xt_error err;
    int64_t faults = 0;
    const struct xt_index_data_options options = {.refused = count_faults, .context = &faults};

    xt_problems_init(&problems);
    if (xt_index_data_read(file, paths, &options, &table, &problems, &err) == XT_OK &&
        (table->refused < faults || table->seen < table->refused || problems.seen > 0))
        abort();
    xt_index_data_free(&table);
    xt_problems_done(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xt_index_file *file = NULL;
    struct xt_index_data *table = NULL;
    struct xt_index_result result;
    struct xt_problems problems;
    struct xt_arena arena;
    struct xt_error err;
    struct xt_text meta;
    char path[64];
    const char *const paths[] = {path, NULL};
    int fd;

    if (!path_of(data, size, &fd, path))
        return 0;
    xt_problems_init(&problems);
    xt_arena_init(&arena);
    if (xt_index_file_load("fuzz", XT_STR(INDEX), NULL, &file, &problems, &err) != XT_OK)
        abort();
    if (xt_index_data_read(file, paths, NULL, &table, &problems, &err) == XT_OK) {
        if (table->table.rows == 0 || table->table.rows > XT_INDEX_ROWS_MAX)
            abort();
        if (xt_index_run(&file->tree, &table->table, &file->recipe, &arena, &result, &problems, NULL, &err) != XT_OK &&
            problems.seen == 0)
            abort(); /* refused without a word */
    } else if (xt_msg_name(err.msg)[0] == '\0') {
        abort();
    }
    xt_index_data_free(&table);
    read_what_is_well(file, paths);
    xt_index_file_free(&file);
    xt_problems_clear(&problems);
    xt_text_init(&meta, XT_INDEX_FILE_BYTES_MAX);
    if (xt_index_meta_read(path, &meta, &err) == XT_OK &&
        xt_index_file_load("meta", xt_text_view(&meta), NULL, &file, &problems, &err) == XT_OK &&
        file->tree.indicator_count == 0)
        abort();
    xt_index_file_free(&file);
    xt_text_done(&meta);
    xt_arena_done(&arena);
    xt_problems_done(&problems);
    (void)close(fd); /* nothing of it is wanted */
    return 0;
}
