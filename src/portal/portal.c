/* portal.c - the tables of the room. */
#include "portal/portal.h"

#include "portal/portal_priv.h"

#define ADDRESS "Part of the page's address."

static const struct xt_param record_params[] = {
    {.name = "type", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = "id", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = NULL},
};
static const struct xt_param index_params[] = {
    {.name = "index", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = "unit", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = "code", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = NULL},
};
static const struct xt_param topic_params[] = {
    {.name = "facet", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = "value", .in = XT_IN_PATH, .kind = XT_P_TEXT, .about = ADDRESS},
    {.name = NULL},
};
static const struct xt_param part_params[] = {
    {.name = "part",
     .in = XT_IN_PATH,
     .kind = XT_P_TEXT,
     .max = 40,
     .about = "A part as the site map names it: 0.xml, 1.xml and so on."},
    {.name = NULL},
};

static const struct xt_param feed_params[] = {
    XT_SEARCH_PARAMS,
    {.name = "before",
     .kind = XT_P_INT,
     .min = 1,
     .max = INT64_MAX,
     .about = "Only what changed before this number of the sequence, as an earlier page's next says."},
    {.name = "limit", .kind = XT_P_INT, .min = 1, .max = 200, .otherwise = "50", .about = "Most entries."},
    {.name = NULL},
};

static const struct xt_schema schemas[] = {
    {"DataSummary",
     "{\"type\":\"object\",\"description\":\"What the node holds for everyone, counted at seq.\","
     "\"required\":[\"seq\",\"at\",\"records\",\"took_ms\",\"types\",\"sources\"],\"properties\":{"
     "\"seq\":{\"type\":\"integer\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"records\":{\"type\":\"integer\"},\"took_ms\":{\"type\":\"integer\",\"description\":\"How long counting took.\"},"
     "\"types\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"type\",\"records\",\"updated\",\"completeness\",\"fields\"],\"properties\":{\"type\":{\"type\":\"string\"},"
     "\"records\":{\"type\":\"integer\"},\"updated\":{\"type\":[\"string\",\"null\"],\"description\":\"Of the newest change.\"},"
     "\"completeness\":{\"type\":\"number\",\"description\":\"Mean share of its public fields that have a value.\"},"
     "\"fields\":{\"type\":\"object\",\"description\":\"Records with a value, by field.\","
     "\"additionalProperties\":{\"type\":\"integer\"}}}}},"
     "\"sources\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"name\",\"origin\",\"label\",\"licence\",\"types\"],\"properties\":{"
     "\"name\":{\"type\":\"string\",\"description\":\"The mapping that read it, or the type that was imported by heads.\"},"
     "\"origin\":{\"type\":\"string\",\"enum\":[\"local\",\"import\",\"harvest\"]},"
     "\"label\":{\"type\":[\"string\",\"null\"]},\"licence\":{\"type\":[\"string\",\"null\"]},"
     "\"types\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"type\",\"records\",\"completeness\"],"
     "\"properties\":{\"type\":{\"type\":\"string\"},\"records\":{\"type\":\"integer\"},"
     "\"completeness\":{\"type\":\"number\"}}}}}}}}}"},
    {NULL, NULL},
};

#define PAGE(flags) (XT_ROUTE_PAGE | XT_ROUTE_ANY_PARAM | (flags))
#define HTML        "text/html; charset=utf-8"

static const struct xt_route routes[] = {
    {"GET", "/", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW), page_home, NULL, "Home", NULL, HTML, NULL},
    {"GET", "/search", XT_MAY_READ, PAGE(XT_ROUTE_SLOW), page_results, NULL, "Results", NULL, HTML, NULL},
    {"GET", "/records/{type}/{id}", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_record, record_params, "A record", NULL,
     HTML, NULL},
    {"GET", "/types", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW), page_types, NULL, "Record types", NULL, HTML,
     NULL},
    {"GET", "/help", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW), page_help, NULL, "Search help", NULL, HTML,
     NULL},
    {"GET", "/glossary", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_glossary, NULL, "The glossary", NULL, HTML, NULL},
    {"GET", "/identifiers", XT_MAY_READ, PAGE(XT_ROUTE_SLOW), page_identifiers, NULL, "Identifiers", NULL, HTML, NULL},
    {"GET", "/data", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "About the data", NULL, HTML, NULL},
    {"GET", "/api", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "The API", NULL, HTML, NULL},
    {"GET", "/observations", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "Observations", NULL, HTML, NULL},
    {"GET", "/overview", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "Overview", NULL, HTML, NULL},
    {"GET", "/compare", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "Records side by side", NULL, HTML, NULL},
    {"GET", "/advanced", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "Advanced search", NULL, HTML, NULL},
    {"GET", "/topics/{facet}/{value}", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_topic, topic_params, "A topic", NULL,
     HTML, NULL},
    {"GET", "/indexes", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_indexes, NULL, "Indexes", NULL, HTML, NULL},
    {"GET", "/indexes/{index}", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW), page_ranking, index_params,
     "A ranking", NULL, HTML, NULL},
    {"GET", "/indexes/{index}/units/{unit}", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW), page_unit,
     index_params, "A unit of an index", NULL, HTML, NULL},
    {"GET", "/indexes/{index}/indicators/{code}", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_index_part, index_params,
     "An indicator", NULL, HTML, NULL},
    {"GET", "/indexes/{index}/method", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_index_part, index_params,
     "How an index is made", NULL, HTML, NULL},
    {"GET", "/indexes/{index}/workshop", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_index_part, index_params,
     "The weights workshop", NULL, HTML, NULL},
    {"GET", "/feed.atom", XT_MAY_READ, XT_ROUTE_SLOW | XT_ROUTE_ANY_PARAM, get_feed, feed_params,
     "What a search finds, the newest changes first, as Atom", NULL, "application/atom+xml", NULL},
    {"GET", "/api/v1/data", XT_MAY_READ, XT_ROUTE_SLOW, get_data, NULL,
     "What the node holds: counts, completeness of fields, sources and their licences", "DataSummary", NULL, NULL},
    {"GET", "/robots.txt", XT_MAY_READ, 0, get_robots, NULL, "What search engines may read", NULL,
     "text/plain; charset=utf-8", NULL},
    {"GET", "/sitemap.xml", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_sitemap, NULL, "The site map: its parts", NULL,
     "application/xml", NULL},
    {"GET", "/sitemap/{part}", XT_MAY_READ, XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW, get_sitemap_part, part_params,
     "A part of the site map", NULL, "application/xml", NULL},
    {.method = NULL},
};

static void close_room(struct xt_node *node)
{
    (void)node;
    data_drop();
}

const struct xt_room xt_room_portal = {
    .name = "portal",
    .routes = routes,
    .schemas = schemas,
    .close = close_room,
    .about = "What search engines, messengers and feed readers take.",
};
