/*
 * portal_priv.h - what the files of portal/ share; for this room only.
 *
 * page.c        a document from its parts           page_record.c  a record
 * page_lists.c  home, results, types and the rest   page_index.c   indexes
 * thing.c       a record as JSON-LD                 html.c         escaping
 * sitemap.c     robots.txt, sitemap.xml               feed.c         changes as Atom
 * data.c        what there is: counts, completeness   asked.c        a search from an address
 * page_help.c   the tour, the glossary, identifiers
 */
#ifndef XT_PORTAL_PORTAL_PRIV_H
#define XT_PORTAL_PORTAL_PRIV_H

#include "base/json.h"
#include "catalog/show.h"
#include "portal/html.h"
#include "room/room.h"

#define READ_WAIT_MS 2000

enum word {
#define X(name, zh, en) W_##name,
#include "portal/words.h"
#undef X
    WORDS
};
const char *say(const struct xt_request *request, enum word word);

/* A document under construction. Texts are cleaned up by page_done(). */
struct page {
    struct xt_request *request;
    const char *path;  /* of its address, without host and language: "/records/paper/01J…", "/search?q=…" */
    const char *query; /* what the application shows by, encoded, "?key=…": the other language has it, too; or NULL */
    struct xt_text title;       /* plain text, without the house */
    struct xt_text description; /* plain text */
    struct xt_text head;        /* further elements of the head, HTML */
    struct xt_text body;        /* HTML inside <main> */
    struct xt_text thing;       /* JSON-LD, plain JSON */
    const char *og_type;        /* NULL = website */
    bool unlisted;              /* search engines are to follow its links, not to list it */
};
void page_init(struct page *page, struct xt_request *request, const char *path);
void page_done(struct page *page); /* for XT_AUTO */
/* Writes the whole document and its entity tag. */
void page_reply(struct page *page, struct xt_reply *reply);
/* A page that says what is not there; reply->status is set by the caller. */
void page_absent(struct page *page, enum word title, enum word text);

/* Adds a link to a page of the node, which keeps the language: href to path, with text. path is trusted; a query in it is encoded. */
void page_link(struct page *page, const char *path, struct xt_str text);
void page_href(struct page *page, const char *path); /* only the value of the attribute */
/* "https://node/path" with the language, as plain text. */
void page_address(const struct xt_request *request, const char *path, enum xt_lang lang, struct xt_text *out);
/* "1,234,567" */
void page_number(struct xt_text *out, int64_t number);
/* "1 record", "1,234,567 records" */
void page_records(struct page *page, int64_t number);

/* The record as schema.org says it, one JSON object. */
void thing_write(struct xt_json *w, const struct xt_request *request, const struct xt_shown *shown);

/* "协同" and the region: what stands behind every title. */
struct xt_str house_name(const struct xt_request *request);

/* The parameters of a request that make a search; addresses pick up strange names on their way, which are passed over. */
struct asked {
    struct xt_pair *pairs;
    size_t count;
    const char *query; /* "?q=…&type=…", encoded; "" where nothing is asked */
};
void asked_read(struct xt_request *request, struct asked *out);
/* The query, and the labels of the filters; "everything" where there are none. */
void asked_words(const struct xt_request *request, const struct asked *asked, struct xt_text *out);

/* A record in a line or two: its type, facts and first text. */
void describe_record(const struct xt_request *request, const struct xt_shown *shown, struct xt_text *out);

/* ---- handlers ---- */

typedef enum xt_code handler(struct xt_request *request, struct xt_reply *reply, struct xt_error *err);
handler page_home, page_results, page_types, page_plain, page_topic, page_record, page_indexes, page_ranking, page_unit,
    page_index_part, page_help, page_glossary, page_identifiers, get_robots, get_sitemap, get_sitemap_part, get_feed,
    get_data;
void data_drop(void); /* what was kept of the last count */

#endif
