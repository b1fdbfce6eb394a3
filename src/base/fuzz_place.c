/* fuzz_place.c - any text: every member that the tree has is found, at a place that lies in the text. */
#include <stdlib.h>

#include "base/json.h"
#include "base/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void name_members(const json_t *tree, struct xt_text *path, struct xt_problems *problems)
{
    size_t before = path->n, i;
    const char *key;
    json_t *member;

    if (problems->count == XT_PROBLEMS_MAX)
        return;
    xt_problem(problems, path->s, XT_MSG_REQUIRED);
    json_array_foreach (tree, i, member) {
        xt_text_addf(path, "[%zu]", i);
        name_members(member, path, problems);
        xt_text_cut(path, before);
    }
    json_object_foreach ((json_t *)tree, key, member) {
        xt_text_addf(path, "%s%s", before > 0 ? "." : "", key);
        name_members(member, path, problems);
        xt_text_cut(path, before);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    XT_AUTO(xt_json_unref) json_t *tree = NULL;
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    struct xt_str json = {(const char *)data, size};
    bool well;
    size_t i, lines = 1;

    xt_problems_init(&problems);
    xt_text_init(&path, 8 * XT_KIB);
    well = xt_json_parse(json, &tree, NULL) == XT_OK;
    if (well)
        name_members(tree, &path, &problems);
    else
        xt_problem(&problems, "a.b[0]", XT_MSG_REQUIRED);
    for (i = 0; i < size; i++)
        lines += data[i] == '\n';
    xt_json_place(json, &problems, 0);
    for (i = 0; i < problems.count; i++) {
        if (problems.list[i].line < (well ? 1 : 0) || problems.list[i].line > (int64_t)lines ||
            problems.list[i].column > (int64_t)size + 1)
            abort();
    }
    return 0;
}
