/*
 * room.h - what a room may offer: migrations, routes, commands, jobs, opening and closing. Interfaces only.
 *
 * http/ walks the routes, main.c the commands; both know the rooms only through struct xt_room and the list in
 * rooms.c. Every table ends in a row whose first member is NULL.
 */
#ifndef XT_ROOM_ROOM_H
#define XT_ROOM_ROOM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"

struct xt_store;
struct xt_files;
struct xt_jobs;
struct xt_catalog;
struct xt_search;
struct xt_region;
struct xt_areas;
struct xt_oai;
struct xt_room;

/* ---- the node: the handles that rooms share ---- */

/* Opened by main.c in the order of rooms.c, closed in reverse. Members are set by the open() of the room that owns
 * them and do not change until close(). */
struct xt_node {
    const char *data;        /* DATA folder */
    const char *region_path; /* --region, or NULL */
    const char *name;        /* the node's name, as addresses carry it: "xietong.local" */
    const char *admin_email; /* of who answers for it */
    const char *zone;        /* its name, "Asia/Shanghai" */
    int minutes_east;        /* the node's zone, +480 */
    bool read_only;
    struct xt_store *store;             /* main.c */
    struct xt_jobs *jobs;               /* job/ */
    struct xt_files *files;             /* file/ */
    struct xt_region *region;           /* catalog/: types, codes, roles */
    struct xt_catalog *catalog;         /* catalog/: feeder and caches */
    struct xt_search *search;           /* search/ */
    struct xt_oai *oai;                 /* oai/: formats, the key of tokens */
    struct xt_areas *areas;             /* indicator/: areas whose codes changed; NULL where their file is faulty */
    const struct xt_room *const *rooms; /* NULL-terminated */
};

/* ---- who asks ---- */

enum xt_right { XT_MAY_READ, XT_MAY_WRITE, XT_MAY_ADMIN };

/* Visibility classes of fields and records, lowest first; a reader sees classes up to his own. */
enum xt_class { XT_PUBLIC, XT_MEMBER, XT_OFFICER, XT_PRIVATE, XT_CLASSES };

struct xt_actor {
    const char *name;    /* "anonymous", "cli:root" */
    enum xt_class reads; /* highest class this actor may read */
    bool may[XT_MAY_ADMIN + 1];
};

/* ---- routes ---- */

enum xt_param_kind { XT_P_TEXT, XT_P_INT, XT_P_BOOL, XT_P_ENUM, XT_P_LIST };
enum xt_param_in { XT_IN_QUERY, XT_IN_PATH };

/* A parameter: from the row come checking (all problems at once) and the API description. */
struct xt_param {
    const char *name;
    enum xt_param_in in;
    enum xt_param_kind kind; /* LIST: comma-separated text */
    bool many;               /* may be repeated */
    bool required;
    int64_t min, max;      /* of an INT; of a TEXT its bytes (max 0 = 1,000) */
    const char *values;    /* of an ENUM: "relevance date title" */
    const char *otherwise; /* default, for the description and for reading; NULL = none */
    const char *about;     /* English sentence for the API page */
};

struct xt_request;
struct xt_reply;

#define XT_ROUTE_SLOW      1u /* runs on the bounded pool, not on an I/O thread */
#define XT_ROUTE_ANY_PARAM 2u /* query parameters beyond params are let through (facet names) */

/* The reply depends on the address, the language and what is stored, and on nothing else (not on the clock or who
 * asks; on the index only if the handler says when that lags: reply->passing): http/ keeps it until the sequence moves on. */
#define XT_ROUTE_BY_SEQ 4u

/* A document of the browser application: the page's security policy holds; the language is Chinese unless ?lang= says
 * otherwise (one address is one page, whoever asks); it is no part of the API description. What is wrong with its
 * parameters is left to the handler, in request->problems. A failure is answered by its status with the bare application, which
 * asks the API and says what it says. */
#define XT_ROUTE_PAGE 8u

/* What the query says is the handler's to read and to judge, from request->target: a protocol of its own, with answers of its own to
 * what is wrong. params only describe it; nothing of the query is refused before the handler. */
#define XT_ROUTE_OWN_PARAMS 16u

struct xt_route {
    const char *method; /* "GET" */
    const char *path;   /* "/api/v1/records/{type}/{id}": a {name} takes one segment */
    enum xt_right right;
    unsigned flags;
    enum xt_code (*handle)(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
    const struct xt_param *params; /* NULL = none */
    const char *summary;           /* English, for the API page; required */
    const char *reply_schema;      /* name of a component schema, see xt_room.schemas; NULL for text */
    const char *reply_type;        /* media type, NULL = application/json */
    const char *body_schema;       /* of the request's JSON body, NULL = none */
};

/* A component schema of the API description: JSON text, Schema 2020-12. */
struct xt_schema {
    const char *name;
    const char *json;
};

struct xt_pair {
    struct xt_str name, value;
};

/* A request as handlers see it: checked against its route. Read-only, lives until the reply is sent. */
struct xt_request {
    struct xt_node *node;
    const struct xt_route *route;
    const char *method;
    const char *path;             /* decoded */
    const char *target;           /* as sent: path and query */
    const struct xt_pair *params; /* path and query parameters, decoded, in order */
    size_t param_count;
    struct xt_str body;
    enum xt_lang lang;
    struct xt_actor actor;
    const char *id;            /* request id */
    const char *if_none_match; /* NULL when absent */
    const char *if_match;
    const char *base_url;        /* "http://host:port" as the client named it, for links and identifiers */
    struct xt_arena *arena;      /* released after the reply */
    struct xt_problems problems; /* for handlers that find several; sent when they return XT_E_INPUT */
};

/* First value of a parameter, or its default, or {NULL, 0}. */
struct xt_str xt_request_param(const struct xt_request *request, const char *name);
int64_t xt_request_int(const struct xt_request *request, const char *name, int64_t otherwise);
bool xt_request_bool(const struct xt_request *request, const char *name, bool otherwise);
/* The address of the next page, in the request's arena: path with the query of this request and another cursor. */
/* From the question mark on, as it was sent; "" without one: what a redirection keeps. */
const char *xt_request_query(const struct xt_request *request);
/* Sets the entity tag to that of the body's bytes: for what does not follow the sequence alone. */
void xt_reply_tag_body(struct xt_reply *reply);
const char *xt_request_next(const struct xt_request *request, const char *path, const char *cursor);

/* The reply under construction. The handler fills body (JSON unless it says otherwise) or names a borrowed static
 * body; http/ adds ETag handling (304), compression and the common headers. */
struct xt_reply {
    int status;               /* 0 = 200 */
    const char *content_type; /* NULL = the route's */
    struct xt_text body;
    const void *fixed; /* instead of body: bytes that outlive the server */
    size_t fixed_size;
    bool fixed_gzip; /* fixed is gzip already */
    bool from_file;  /* instead of both: the bytes of file, which belongs to the reply from then on */
    int file;
    uint64_t file_size;
    char etag[80];               /* without quotes; "" = none */
    const char *cache_control;   /* NULL = no-cache */
    bool passing;                /* says less than is stored: not to be kept */
    char *location;              /* arena string for 301 and 201 */
    const char *download_name;   /* arena string: Content-Disposition attachment */
    const char *link;            /* arena string: Link header */
    const char *problem_members; /* arena string of JSON members that a failed reply's problem also carries:
                                          "\"deleted\":\"2026-03-05T08:00:00Z\"" */
};

/* ---- commands ---- */

struct xt_option {
    const char *name;    /* "data": given as --data VALUE or --data=VALUE */
    const char *value;   /* "DIR"; NULL for a flag */
    const char *zh, *en; /* help */
};

struct xt_cli {
    struct xt_node *node;          /* opened when the command asks for it, else NULL with data set in options */
    enum xt_lang lang;             /* from LANG / LC_ALL: zh* gives Chinese, otherwise English */
    const struct xt_pair *options; /* given options in order */
    size_t option_count;
    const char *const *args; /* what is left, NULL-terminated */
    size_t arg_count;
    bool terminal;         /* standard error is a terminal: progress may be shown there */
    struct xt_actor actor; /* "cli:USER", may all */
};

const char *xt_cli_option(const struct xt_cli *cli,
                          const char *name); /* last value, "" for a flag given, NULL if not */

/* --base-url: how others reach this node, without a slash at its end; *out is NULL where it is not given. */
XT_MUST_USE enum xt_code xt_cli_base_url(const struct xt_cli *cli, const char **out, struct xt_error *err);

/* STORED: read-only, and only where the option --stored is given. */
enum xt_needs { XT_NEEDS_NOTHING, XT_NEEDS_NODE, XT_NEEDS_NODE_READ, XT_NEEDS_NODE_STORED };

struct xt_command {
    const char *name;
    enum xt_needs needs; /* NODE: opened from --data before run; NODE_READ: read-only where that is possible */
    size_t args_min, args_max;
    const char *args;                /* "FILE..." for the usage line */
    const struct xt_option *options; /* beside the common --data, --region, --help; NULL = none */
    const char *zh, *en;             /* one sentence */
    /* Returns the exit status: 0 well, 1 found wrong, 2 could not. On a filled err main.c prints the sentence. */
    int (*run)(struct xt_cli *cli, struct xt_error *err);
};

/* ---- jobs ---- */

struct xt_job;
struct xt_job_kind {
    const char *name; /* "catalog.reindex" */
    int64_t every_s;  /* run by itself this often; 0 = only when asked */
    enum xt_code (*run)(struct xt_node *node, struct xt_job *job, struct xt_error *err);
};

/* ---- a room ---- */

struct xt_room {
    const char *name;
    bool migrations; /* has sql/ROOM/ files */
    const struct xt_route *routes;
    const struct xt_schema *schemas;
    const struct xt_command *commands;
    const struct xt_job_kind *jobs;
    /* After migrations, in the order of rooms.c. NULL = nothing to do. */
    enum xt_code (*open)(struct xt_node *node, struct xt_error *err);
    void (*close)(struct xt_node *node);
    /* When `serve` starts and stops: background threads. */
    enum xt_code (*start)(struct xt_node *node, struct xt_error *err);
    void (*stop)(struct xt_node *node);
    /* Part of `xietong check`: adds what is wrong to problems. */
    enum xt_code (*check)(struct xt_node *node, struct xt_problems *problems, struct xt_error *err);
    /* Appends Prometheus text lines. */
    void (*metrics)(struct xt_node *node, struct xt_text *out);
    /* Component schemas made from data (record types), beside schemas: adds members to the object components. For
     * `xietong openapi` the node has no store and no handles, only region_path: the room reads what it needs. */
    enum xt_code (*describe)(struct xt_node *node, json_t *components, struct xt_error *err);
    const char *about; /* English sentence over the room's routes on the API page; NULL = none */
};

#endif
