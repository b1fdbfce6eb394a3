/* exchange_routes.c - templates over HTTP, and the room. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exchange/exchange.h"
#include "exchange/exchange_priv.h"
#include "exchange/export.h"
#include "exchange/mapping.h"

#define TEMPLATE_BYTES_MAX (8 * XT_MIB)

static enum xt_code read_back(int fd, struct xt_text *out, struct xt_error *err)
{
    char buffer[16 * XT_KIB];
    ssize_t n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        xt_text_add(out, buffer, (size_t)n);
    if (n < 0 || xt_text_overflowed(out))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("template"));
    return XT_OK;
}

/* The writers make files; what they made is read back and removed. */
static enum xt_code write_template(const struct xt_type *type, enum xt_format format, enum xt_lang lang,
                                   struct xt_text *out, struct xt_error *err)
{
    char folder[] = "/tmp/xietong-template-XXXXXX", path[64];
    enum xt_code rc;
    FILE *file;

    if (!mkdtemp(folder))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("mkdtemp"));
    (void)snprintf(path, sizeof path, "%s/template", folder);
    rc = xt_template_write(type, format, XT_CHARSET_UTF8, lang, path, err);
    if (rc == XT_OK) {
        file = fopen(path, "rbe");
        rc = file ? read_back(fileno(file), out, err)
                  : xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("template"));
        if (file)
            (void)fclose(file); /* only read */
    }
    (void)unlink(path); /* it may not be there */
    (void)rmdir(folder);
    return rc;
}

static enum xt_code answer(struct xt_request *request, struct xt_reply *reply, enum xt_format format,
                           struct xt_error *err)
{
    struct xt_str name = xt_request_param(request, "type");
    const struct xt_type *type = xt_region_type(request->node->region, name);

    if (!type)
        return xt_fail(err, XT_E_NOT_FOUND, "type", XT_MSG_IMPORT_NO_TYPE, XT_VIEW(name));
    reply->download_name = xt_arena_printf(request->arena, "%s.%s", type->name, xt_format_name(format));
    reply->cache_control = "max-age=300";
    return write_template(type, format, request->lang, &reply->body, err);
}

static enum xt_code get_template_csv(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    return answer(request, reply, XT_FORMAT_CSV, err);
}

static enum xt_code get_template_xlsx(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    return answer(request, reply, XT_FORMAT_XLSX, err);
}

static enum xt_code get_mapping_schema(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    (void)err;
    xt_mapping_schema(request->node->region, request->lang, &reply->body);
    return XT_OK;
}

static const struct xt_param template_params[] = {
    {.name = "type",
     .in = XT_IN_PATH,
     .kind = XT_P_TEXT,
     .required = true,
     .max = 60,
     .about = "Name of a record type."},
    {.name = NULL},
};

static const struct xt_route exchange_routes[] = {
    {"GET", "/api/v1/types/{type}/template.csv", XT_MAY_READ, XT_ROUTE_SLOW, get_template_csv, template_params,
     "A CSV form to fill in for records of a type", NULL, "text/csv; charset=utf-8", NULL},
    {"GET", "/api/v1/types/{type}/template.xlsx", XT_MAY_READ, XT_ROUTE_SLOW, get_template_xlsx, template_params,
     "A workbook to fill in for records of a type, with drop-downs and notes", NULL,
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", NULL},
    {"GET", "/api/v1/mappings/schema", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_mapping_schema, NULL,
     "The mapping format as JSON Schema 2020-12, for editors", "JsonSchema", "application/schema+json", NULL},
    {.method = NULL},
};

const struct xt_room xt_room_exchange = {
    .name = "exchange",
    .routes = exchange_routes,
    .commands = xt_exchange_commands,
    .about = "Files in and out.",
};
