/* fuzz_index_release.c - any bytes as a release: read, asked, split against itself, and run again where that is little work. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "indicator/index_export.h"

#define WORK_MAX 20000 /* draws times rows times nodes */

static bool is_small(const struct xt_index_release *release)
{
    const json_t *uncertainty = json_object_get(release->json, "uncertainty");
    int64_t draws = xt_json_int(uncertainty, "draws", 0);

    if (strcmp(xt_json_z(uncertainty, "design", ""), "exact") == 0)
        return false;
    draws = draws > 0 ? draws : (int64_t)release->file->draws;
    return draws > XT_DRAWS_MAX || /* refused */
           (uint64_t)draws * release->data->table.rows * release->file->tree.count < WORK_MAX;
}

/* Laid open and written out: what a release says need not be true. */
static void write_out(const struct xt_index_release *release)
{
    struct xt_index_book book;
    struct xt_problems problems;
    struct xt_text text;
    struct xt_error err;

    xt_problems_init(&problems);
    xt_text_init(&text, 64 * XT_MIB);
    if (xt_index_book_open(release, "fuzz", &book, &problems, &err) == XT_OK) {
        json_t *json = NULL;

        xt_index_export_json(&book, &text);
        if (!xt_text_overflowed(&text) && xt_json_parse(xt_text_view(&text), &json, &err) != XT_OK)
            abort();
        json_decref(json);
        xt_index_book_done(&book);
    }
    xt_text_done(&text);
    xt_problems_done(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct xt_str bytes = {(const char *)data, size};
    struct xt_index_release release;
    struct xt_problems problems;
    struct xt_index_split split;
    struct xt_error err;
    size_t node, row;
    bool small;

    xt_problems_init(&problems);
    if (xt_index_release_read(bytes, &release, &problems, &err) == XT_OK) {
        for (node = 0; node < release.file->tree.count; node++)
            for (row = 0; row < release.data->table.rows; row++) {
                (void)xt_index_release_score(&release, node, row);
                (void)xt_index_release_rank(&release, node, row);
            }
        (void)xt_index_release_row(&release, "u", xt_index_release_last(&release));
        if (xt_index_release_split(&release, &release, &split, &err) == XT_OK) {
            free(split.change);
            free(split.own);
            free(split.yardstick);
        }
        small = is_small(&release);
        if (small)
            write_out(&release);
        xt_index_release_done(&release);
        if (small && xt_index_release_verify(bytes, &problems, &err) == XT_E_INTERNAL)
            abort();
    }
    xt_problems_done(&problems);
    return 0;
}
