/* http_room.c - the server's own routes and command. */
#include "base/json.h"
#include "http/http_priv.h"

static struct http_request *own(struct xt_request *request)
{
    return (struct http_request *)request; /* its first member */
}

static enum xt_code get_health(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct xt_json w;

    if (atomic_load(&own(request)->http->draining)) /* a balancer then sends its requests elsewhere */
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_HTTP_STOPPING);
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_z(&w, "status", "ok");
    xt_json_end_object(&w);
    reply->cache_control = "no-store";
    return XT_OK;
}

static enum xt_code get_metrics(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)err;
    xt_http_metrics_write(own(request)->http, &reply->body);
    reply->cache_control = "no-store";
    return XT_OK;
}

static enum xt_code get_openapi(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    struct http_request *hr = own(request);

    (void)reply;
    (void)err;
    hr->file = &hr->http->openapi_file;
    hr->by_language = false;
    return XT_OK;
}

static const struct xt_route routes[] = {
    {"GET", "/healthz", XT_MAY_READ, 0, get_health, NULL, "Whether the node answers", "Health", NULL, NULL},
    {"GET", "/metrics", XT_MAY_READ, 0, get_metrics, NULL, "Counts for Prometheus", NULL,
     "text/plain; version=0.0.4; charset=utf-8", NULL},
    {"GET", "/api/openapi.json", XT_MAY_READ, 0, get_openapi, NULL, "This description", NULL, NULL, NULL},
    {.method = NULL},
};

static const struct xt_schema schemas[] = {
    {"Health", "{\"type\":\"object\",\"description\":\"The node answers.\",\"required\":[\"status\"],"
               "\"properties\":{\"status\":{\"type\":\"string\",\"enum\":[\"ok\"]}}}"},
    {"Problem",
     "{\"type\":\"object\",\"description\":\"What went wrong (RFC 9457). detail and message are in the asked language.\","
     "\"required\":[\"type\",\"title\",\"status\",\"code\",\"detail\",\"request_id\",\"problems\"],\"properties\":{"
     "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
     "\"code\":{\"type\":\"string\",\"description\":\"For programs: input, not-found, gone, busy ...\"},"
     "\"detail\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
     "\"deleted\":{\"type\":\"string\",\"format\":\"date-time\",\"description\":\"When a record that is gone was deleted.\"},"
     "\"problems\":{\"type\":\"array\",\"description\":\"All that is wrong with the input, at most 1,000.\","
     "\"items\":{\"type\":\"object\",\"required\":[\"field\",\"code\",\"message\"],\"properties\":{"
     "\"field\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}}}}"},
    {NULL, NULL},
};

static const struct xt_command commands[] = {
    {"serve", XT_NEEDS_NODE, 0, 0, NULL, xt_http_serve_options, "通过 HTTP 提供网页和接口",
     "serve the page and the API over HTTP", xt_http_run_serve},
    {.name = NULL},
};

const struct xt_room xt_room_http = {
    .name = "http",
    .routes = routes,
    .schemas = schemas,
    .commands = commands,
    .about = "The server itself: health, metrics, this description.",
};
