/* sample.c - the figures of the sample region: stored, and a release of them published. */
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "catalog/region.h"
#include "exchange/exchange.h"
#include "indicator/indicator.h"
#include "indicator/observation.h"
#include "indicator/published.h"

#define READ_WAIT_MS 10000
#define ACTOR        XT_STR("sample")

static enum xt_code read_index(struct xt_node *node, const char *name, struct xt_index_file **out,
                               struct xt_problems *problems, struct xt_error *err)
{
    struct xt_str text;

    if (!xt_index_of_region(node->region, xt_str(name), &text))
        return xt_fail(err, XT_E_NOT_FOUND, "sample", XT_MSG_INDEX_UNKNOWN, XT_TEXT(name));
    return xt_index_file_load(name, text, NULL, out, problems, err);
}

static enum xt_code store_figures(struct xt_node *node, const json_t *item, const struct xt_index_file *file,
                                  struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = NULL;
    struct xt_observation_import options = {
        .actor = ACTOR, .source = xt_json_z(item, "source", ""), .note = xt_json_z(item, "note", "")};
    struct xt_observation_counts counts = {0};
    char path[1100];
    const char *const paths[] = {path, NULL};
    enum xt_code rc = xt_exchange_unpack_sample(node, xt_json_z(item, "file", ""), path, sizeof path, err);

    if (rc != XT_OK)
        return rc;
    rc = xt_index_data_read(file, paths, NULL, &data, problems, err);
    (void)unlink(path); /* it was only a copy */
    return rc == XT_OK ? xt_observation_store(node->store, file, data, &options, &counts, err) : rc;
}

/* A run over what is stored: the same release on every machine. */
static enum xt_code publish(struct xt_node *node, const json_t *item, struct xt_index_file *file,
                            struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_index_data_free) struct xt_index_data *data = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    XT_AUTO(xt_problems_done) struct xt_problems warnings = {0};
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct xt_index_release_options options = {.uncertainty =
                                                   file->factor_count > 0 ? XT_UNCERTAIN_DRAW : XT_UNCERTAIN_NO};
    struct xt_published published;
    bool existed;
    enum xt_code rc = xt_read_begin(node->store, READ_WAIT_MS, &read, err);

    xt_arena_init(&arena);
    xt_problems_init(&warnings);
    xt_text_init(&text, XT_RELEASE_BYTES_MAX);
    if (rc == XT_OK)
        rc = xt_observation_table(xt_read_conn(read), file, 0, NULL, &data, problems, NULL, err);
    xt_read_end(&read);
    if (rc == XT_OK)
        rc = xt_index_release_make(file, data, &options, &text, problems, &warnings, err);
    if (rc == XT_OK)
        rc = xt_published_put(node, xt_text_view(&text), xt_str(xt_json_z(item, "note", "")), ACTOR, &arena, &published,
                              &existed, problems, err);
    return rc;
}

static enum xt_code take_item(struct xt_node *node, const json_t *item, struct xt_error *err)
{
    XT_AUTO(xt_index_file_free) struct xt_index_file *file = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    enum xt_code rc;

    xt_problems_init(&problems);
    rc = read_index(node, xt_json_z(item, "index", ""), &file, &problems, err);
    if (rc == XT_OK)
        rc = store_figures(node, item, file, &problems, err);
    if (rc == XT_OK)
        rc = publish(node, item, file, &problems, err);
    return rc;
}

enum xt_code xt_indicator_sample(struct xt_node *node, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *list = NULL;
    struct xt_str text;
    size_t i;
    enum xt_code rc;

    if (!xt_region_file(node->region, "sample/indexes.json", &text))
        return XT_OK; /* a sample need not have figures */
    rc = xt_json_parse(text, &list, err);
    for (i = 0; rc == XT_OK && i < json_array_size(list); i++)
        rc = take_item(node, json_array_get(list, i), err);
    return rc;
}
