/* indicator_cli.c - what the commands of the room share: files, the region, the index that is meant, what is stored. */
#include "indicator/indicator_cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "indicator/observation.h"

#define READ_WAIT_MS 10000

/* ---- files ---- */

enum xt_code xt_indicator_read_file(const char *path, size_t max, struct xt_text *out, struct xt_error *err)
{
    FILE *file = fopen(path, "rb");
    char piece[16384];
    size_t n;

    if (!file)
        return xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    xt_text_init(out, max);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        xt_text_add(out, piece, n);
    (void)fclose(file); /* only read */
    if (xt_text_overflowed(out))
        return xt_fail(err, XT_E_TOO_LARGE, "", XT_MSG_TABLE_MEMBER_LARGE, XT_TEXT(path), XT_INT(max));
    return XT_OK;
}

void xt_indicator_say(const struct xt_cli *cli, const char *of, const struct xt_problems *problems)
{
    XT_AUTO(xt_text_done) struct xt_text line = {0};
    size_t i;

    xt_text_init(&line, 64 * XT_KIB);
    for (i = 0; i < problems->count; i++) {
        xt_text_clear(&line);
        xt_problem_say(&problems->list[i], cli->lang, &line);
        (void)fprintf(stderr, "%s: %s: %s\n", of, problems->list[i].path, line.s);
    }
    if (problems->seen > problems->count)
        (void)fprintf(stderr, xt_pick(cli, "%s: 另有 %zu 处\n", "%s: and %zu more\n"), of,
                      problems->seen - problems->count);
}

enum xt_code xt_indicator_region(const struct xt_cli *cli, struct xt_region **owned, struct xt_region **out,
                                 struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    enum xt_code rc;

    *owned = NULL;
    *out = cli->node ? cli->node->region : NULL;
    if (*out)
        return XT_OK;
    xt_problems_init(&problems);
    rc = xt_region_load(xt_cli_option(cli, "region"), NULL, owned, &problems, err);
    if (rc != XT_OK)
        xt_indicator_say(cli, "region", &problems);
    *out = *owned;
    return rc;
}

void xt_indicator_choices(const struct xt_cli *cli, const char *out[XT_CLI_CHOICES_MAX + 1])
{
    size_t i, n = 0;

    for (i = 0; i < cli->option_count && n < XT_CLI_CHOICES_MAX; i++)
        if (xt_str_is(cli->options[i].name, "option"))
            out[n++] = cli->options[i].value.s;
    out[n] = NULL;
}

/* The definition: a name of region/indexes/, a JSON file, or --meta's table. */
static enum xt_code definition_text(const struct xt_cli *cli, const char *name, struct xt_region *region,
                                    struct xt_text *out, struct xt_error *err)
{
    const char *meta = xt_cli_option(cli, "meta");
    struct xt_str bytes;

    if (meta) {
        xt_text_init(out, XT_INDEX_FILE_BYTES_MAX);
        return xt_index_meta_read(meta, out, err);
    }
    if (strchr(name, '/') || xt_str_ends(xt_str(name), ".json"))
        return xt_indicator_read_file(name, XT_INDEX_FILE_BYTES_MAX, out, err);
    if (!xt_index_of_region(region, xt_str(name), &bytes))
        return xt_fail(err, XT_E_NOT_FOUND, "", XT_MSG_INDEX_UNKNOWN, XT_TEXT(name));
    xt_text_init(out, XT_INDEX_FILE_BYTES_MAX);
    xt_text_add_str(out, bytes);
    return XT_OK;
}

enum xt_code xt_indicator_load_index(const struct xt_cli *cli, const char *name, const char *const *choices,
                                     struct xt_index_file **out, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_region_free) struct xt_region *owned = NULL;
    XT_AUTO(xt_text_done) struct xt_text text = {0}, recipe = {0};
    struct xt_region *region;
    enum xt_code rc = xt_indicator_region(cli, &owned, &region, err);

    if (rc == XT_OK)
        rc = definition_text(cli, name, region, &text, err);
    if (rc == XT_OK)
        rc = xt_index_file_load(name, xt_text_view(&text), choices, out, problems, err);
    if (rc == XT_OK && xt_cli_option(cli, "recipe")) {
        rc = xt_indicator_read_file(xt_cli_option(cli, "recipe"), XT_INDEX_FILE_BYTES_MAX, &recipe, err);
        if (rc == XT_OK)
            rc = xt_index_file_recipe(*out, xt_text_view(&recipe), problems, err);
    }
    return rc;
}

/* ---- what is stored ---- */

enum xt_code xt_indicator_as_of(const struct xt_cli *cli, xt_instant *out, struct xt_error *err)
{
    const char *asked = xt_cli_option(cli, "as-of");

    *out = 0;
    if (asked && !xt_as_of_parse(xt_str(asked), cli->node->minutes_east, out))
        return xt_fail(err, XT_E_INPUT, "as-of", XT_MSG_INDEX_INSTANT, XT_TEXT(asked));
    return XT_OK;
}

enum xt_code xt_indicator_stored(const struct xt_cli *cli, const struct xt_index_file *file, struct xt_index_data **out,
                                 struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems notes = {0};
    struct xt_areas areas;
    struct xt_arena arena;
    xt_instant as_of;
    enum xt_code rc;

    xt_arena_init(&arena);
    xt_problems_init(&notes);
    rc = xt_indicator_as_of(cli, &as_of, err);
    if (rc == XT_OK)
        rc = xt_areas_of(cli->node->region, &arena, &areas, problems, err);
    if (rc == XT_OK)
        rc = xt_read_begin(cli->node->store, READ_WAIT_MS, &read, err);
    if (rc == XT_OK)
        rc = xt_observation_table(xt_read_conn(read), file, as_of, &areas, out, problems, &notes, err);
    xt_indicator_say(cli, xt_pick(cli, "注意", "note"), &notes);
    xt_arena_done(&arena);
    return rc;
}
