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
static const struct xt_param part_params[] = {
    {.name = "part",
     .in = XT_IN_PATH,
     .kind = XT_P_TEXT,
     .max = 40,
     .about = "A part as the site map names it: 0.xml, 1.xml and so on."},
    {.name = NULL},
};

#define PAGE(flags) (XT_ROUTE_PAGE | XT_ROUTE_ANY_PARAM | (flags))
#define HTML        "text/html; charset=utf-8"

static const struct xt_route routes[] = {
    {"GET", "/", XT_MAY_READ, PAGE(0), page_home, NULL, "Home", NULL, HTML, NULL},
    {"GET", "/search", XT_MAY_READ, PAGE(XT_ROUTE_SLOW), page_results, NULL, "Results", NULL, HTML, NULL},
    {"GET", "/records/{type}/{id}", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_record, record_params, "A record", NULL,
     HTML, NULL},
    {"GET", "/types", XT_MAY_READ, PAGE(0), page_types, NULL, "Record types", NULL, HTML, NULL},
    {"GET", "/help", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "Search help", NULL, HTML, NULL},
    {"GET", "/data", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "About the data", NULL, HTML, NULL},
    {"GET", "/api", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "The API", NULL, HTML, NULL},
    {"GET", "/observations", XT_MAY_READ, PAGE(XT_ROUTE_BY_SEQ), page_plain, NULL, "Observations", NULL, HTML, NULL},
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
    {"GET", "/robots.txt", XT_MAY_READ, 0, get_robots, NULL, "What search engines may read", NULL,
     "text/plain; charset=utf-8", NULL},
    {"GET", "/sitemap.xml", XT_MAY_READ, XT_ROUTE_BY_SEQ, get_sitemap, NULL, "The site map: its parts", NULL,
     "application/xml", NULL},
    {"GET", "/sitemap/{part}", XT_MAY_READ, XT_ROUTE_BY_SEQ | XT_ROUTE_SLOW, get_sitemap_part, part_params,
     "A part of the site map", NULL, "application/xml", NULL},
    {.method = NULL},
};

const struct xt_room xt_room_portal = {
    .name = "portal",
    .routes = routes,
    .about = "What search engines, messengers and feed readers take.",
};
