/* suggest_routes.c - GET /api/v1/suggest. */
#include "catalog/catalog_routes.h"
#include "catalog/suggest.h"

#define TYPES_MAX 20
#define BUDGET_MS 40 /* who types does not wait for longer */

const struct xt_param xt_catalog_suggest_params[] = {
    {.name = "q",
     .kind = XT_P_TEXT,
     .max = XT_SUGGEST_TYPED_MAX,
     .about = "What has been typed so far: characters, words, pinyin, initials, or characters with pinyin behind."},
    {.name = "type",
     .kind = XT_P_TEXT,
     .max = 100,
     .many = true,
     .about = "Record type; may be repeated (any of). Then only records are suggested."},
    {.name = "limit",
     .kind = XT_P_INT,
     .min = 0,
     .max = XT_SUGGEST_LIMIT_MAX,
     .otherwise = "8",
     .about = "Most records; of types, places and terms there are a few more."},
    {.name = NULL},
};

static void read_types(struct xt_request *request, struct xt_str *types, size_t *count)
{
    size_t i;

    for (i = 0; i < request->param_count; i++) {
        const struct xt_pair *param = &request->params[i];

        if (!xt_str_is(param->name, "type") || param->value.n == 0)
            continue;
        if (!xt_region_type(request->node->region, param->value))
            xt_problem(&request->problems, "type", XT_MSG_NO_TYPE, XT_VIEW(param->value));
        else if (*count == TYPES_MAX)
            xt_problem(&request->problems, "type", XT_MSG_TOO_MANY_ITEMS, XT_INT(TYPES_MAX), XT_INT(TYPES_MAX + 1));
        else
            types[(*count)++] = param->value;
    }
}

void catalog_write_suggestion(struct xt_json *w, const struct xt_suggestion *s)
{
    xt_json_object(w);
    xt_json_kv_z(w, "kind", xt_suggest_kind_name(s->kind));
    xt_json_kv_z(w, "label", s->label);
    xt_json_kv_z(w, "marked", s->marked);
    xt_json_kv_z(w, "note", s->note);
    if (s->key) {
        xt_json_kv_z(w, "key", s->key);
        xt_json_kv_z(w, "type", s->type);
    } else {
        xt_json_kv_z(w, "facet", s->facet);
        xt_json_kv_z(w, "value", s->value);
    }
    xt_json_end_object(w);
}

enum xt_code xt_catalog_suggest_route(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct xt_str types[TYPES_MAX];
    struct xt_suggest_request ask = {.typed = xt_request_param(request, "q"),
                                     .types = types,
                                     .limit = (unsigned)xt_request_int(request, "limit", 8),
                                     .budget_ms = BUDGET_MS,
                                     .reader = request->actor.reads,
                                     .lang = request->lang};
    struct xt_suggest_answer answer;
    struct xt_json w;
    enum xt_code rc;
    size_t i;

    read_types(request, types, &ask.type_count);
    if (request->problems.count > 0)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_REQUEST_WRONG, XT_INT(request->problems.seen));
    rc = xt_catalog_suggest(request->node, &ask, request->arena, &answer, err);
    if (rc != XT_OK)
        return rc;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < answer.count; i++)
        catalog_write_suggestion(&w, &answer.items[i]);
    xt_json_end_array(&w);
    xt_json_key(&w, "complete");
    xt_json_add_bool(&w, answer.complete);
    xt_json_kv_int(&w, "took_us", answer.took_us);
    xt_json_end_object(&w);
    return XT_OK;
}
