/* exchange_routes.c - templates and exports over HTTP, and the room. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange/exchange.h"
#include "exchange/exchange_priv.h"
#include "exchange/export.h"
#include "exchange/mapping.h"

#define EXPORT_RECORDS_MAX 100000 /* over HTTP; the command line takes any number */
#define EXPORTS_AT_ONCE    2      /* they hold a thread of the pool and room on the disk */

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

/* ---- what a search finds, as a file ---- */

static const struct {
    const char *name;
    enum xt_format format; /* where style is XT_CITE_STYLES */
    const char *media;
    enum xt_cite_style style;
} downloads[] = {
    {"csv", XT_FORMAT_CSV, "text/csv", XT_CITE_STYLES},
    {"xlsx", XT_FORMAT_XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", XT_CITE_STYLES},
    {"jsonl", XT_FORMAT_JSONL, "application/jsonl; charset=utf-8", XT_CITE_STYLES},
    {"gb7714", XT_FORMAT_JSONL, NULL, XT_CITE_GB7714},
    {"apa", XT_FORMAT_JSONL, NULL, XT_CITE_APA},
    {"bibtex", XT_FORMAT_JSONL, NULL, XT_CITE_BIBTEX},
    {"ris", XT_FORMAT_JSONL, NULL, XT_CITE_RIS},
};

static atomic_int exports_running;

static void end_export(const bool *counted)
{
    if (*counted)
        atomic_fetch_sub(&exports_running, 1);
}

/* What was written is kept open and loses its name: it is gone with the reply, whatever happens. */
static enum xt_code take_file(struct xt_reply *reply, const char *path, struct xt_error *err)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &facts) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    }
    reply->from_file = true;
    reply->file = fd;
    reply->file_size = (uint64_t)facts.st_size;
    return XT_OK;
}

/* "科技项目-20260305.xlsx"; of several types "检索结果-20260305.xlsx". */
static const char *export_name(struct xt_request *request, const struct xt_search_request *ask,
                               const struct xt_export_result *result, const char *extension)
{
    const struct xt_type *type = NULL;
    char day[XT_DATE_SIZE];
    size_t i;

    for (i = 0; i < ask->filter_count; i++)
        if (xt_str_is(ask->filters[i].name, "type") && ask->filters[i].value_count == 1)
            type = xt_region_type(request->node->region, ask->filters[i].values[0]);
    xt_date_of(xt_now(), request->node->minutes_east, day);
    return xt_arena_printf(request->arena, "%s-%.4s%.2s%.2s.%s",
                           type                     ? type->labels[request->lang]
                           : request->lang == XT_ZH ? "检索结果"
                                                    : "search-results",
                           day, day + 5, day + 8, result->zip ? "zip" : extension);
}

static enum xt_code write_export(struct xt_request *request, struct xt_reply *reply,
                                 const struct xt_search_request *ask, size_t download, struct xt_error *err)
{
    char folder[] = "/tmp/xietong-export-XXXXXX", path[64], today[XT_DATE_SIZE];
    enum xt_cite_style style = downloads[download].style;
    struct xt_cite_context context = xt_exchange_cite_context(request, today);
    struct xt_export_options options = {
        .cite = style < XT_CITE_STYLES ? &context : NULL,
        .style = style,
        .ask = ask,
        .format = downloads[download].format,
        .charset = xt_str_is(xt_request_param(request, "charset"), "gb18030") ? XT_CHARSET_GB18030 : XT_CHARSET_UTF8,
        .lang = request->lang,
        .reader = request->actor.reads,
        .most = EXPORT_RECORDS_MAX,
    };
    struct xt_export_result result;
    enum xt_code rc;

    if (!mkdtemp(folder))
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_INTERNAL, XT_TEXT("mkdtemp"));
    (void)snprintf(path, sizeof path, "%s/export", folder);
    rc = xt_export(request->node, &options, path, &result, err);
    if (rc == XT_OK)
        rc = take_file(reply, path, err);
    (void)unlink(path); /* it may not be there */
    (void)rmdir(folder);
    if (rc != XT_OK)
        return rc;
    reply->content_type = result.zip                        ? "application/zip"
                          : options.cite                    ? xt_cite_media(style)
                          : options.format != XT_FORMAT_CSV ? downloads[download].media
                                                            : xt_arena_printf(request->arena, "text/csv; charset=%s",
                                                                              xt_charset_name(options.charset));
    reply->download_name =
        export_name(request, ask, &result, options.cite ? xt_cite_ending(style) : downloads[download].name);
    reply->cache_control = "no-store";
    return XT_OK;
}

static const struct xt_param export_params[] = {
    XT_SEARCH_PARAMS,
    {.name = "sort",
     .kind = XT_P_ENUM,
     .values = "relevance date title",
     .otherwise = "relevance",
     .about = "Order, as for /api/v1/search; within each type where types stand apart."},
    {.name = "format",
     .kind = XT_P_ENUM,
     .values = "csv xlsx jsonl gb7714 apa bibtex ris",
     .otherwise = "csv",
     .about =
         "CSV (of several types a zip with a file for each), a workbook with a sheet for each type, JSON Lines; or "
         "references: a numbered list after GB/T 7714-2015, a list after APA 7, BibTeX, RIS."},
    {.name = "charset",
     .kind = XT_P_ENUM,
     .values = "utf-8 gb18030",
     .otherwise = "utf-8",
     .about = "Of CSV; UTF-8 begins with a byte order mark."},
    {.name = NULL},
};

static enum xt_code get_export(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    XT_AUTO(end_export) bool counted = true;
    struct xt_search_request ask;
    struct xt_str format = xt_request_param(request, "format");
    size_t i = 0;

    xt_catalog_read_search(request->node->region, request->params, request->param_count, export_params,
                           &request->problems, request->arena, &ask);
    if (request->problems.count > 0) {
        counted = false;
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_REQUEST_WRONG, XT_INT(request->problems.seen));
    }
    ask.reader = request->actor.reads;
    enum xt_code rc = xt_catalog_read_related(request, &ask, err);
    if (rc != XT_OK) {
        counted = false;
        return rc;
    }
    while (i + 1 < XT_COUNT(downloads) && !xt_str_is(format, downloads[i].name))
        i++;
    if (atomic_fetch_add(&exports_running, 1) >= EXPORTS_AT_ONCE)
        return xt_fail(err, XT_E_BUSY, "", XT_MSG_EXPORT_BUSY, XT_INT(EXPORTS_AT_ONCE));
    return write_export(request, reply, &ask, i, err);
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
    {"GET", "/api/v1/search/export", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_ANY_PARAM, get_export, export_params,
     "What a search finds, all of it, as a file that can be imported again or as references", NULL,
     "text/csv; charset=utf-8", NULL},
    {"GET", "/api/v1/records/{type}/{id}/citation", XT_MAY_READ, 0, xt_exchange_get_citation,
     xt_exchange_citation_params, "How a record is cited, in one style or in all", "Citations", NULL, NULL},
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
    .schemas = xt_exchange_schemas,
    .commands = xt_exchange_commands,
    .about = "Files in and out.",
};
