/*
 * list.h - an answer under construction, for the files of oai/ that write one: verbs.c and list.c.
 */
#ifndef XT_OAI_LIST_H
#define XT_OAI_LIST_H

#include "base/id.h"
#include "oai/oai_priv.h"

#define OAI_KEYS_MAX 32

struct answer {
    struct xt_node *node;
    const struct oai_request *asked;
    const char *base_url;
    struct xt_conn *conn; /* one snapshot for the whole answer */
    struct xt_text *out;  /* holds the envelope up to </request>, then what the verb writes */
    struct xt_arena *arena;
    bool opened; /* the verb's element is */
};

/* The verb's element, once there is something to put into it. */
void answer_open(struct answer *a);
/* <error>. Nothing may be opened before. Returns XT_OK: an error of the protocol is an answer. */
enum xt_code answer_error(struct answer *a, enum oai_error error, const char *message);
/* token "" ends a list that had several pages. */
void answer_token(struct answer *a, const char *token, int64_t size, int64_t cursor);

XT_MUST_USE enum xt_code list_records(struct answer *a, struct xt_error *err); /* and ListIdentifiers */
XT_MUST_USE enum xt_code get_record(struct answer *a, struct xt_error *err);

/* The keys that an identifier may mean, in its own form or in a format's: "oai:NODE:paper/01J…", "oai:NODE:Publications/01J…". */
size_t oai_keys_of(const struct xt_node *node, struct xt_str identifier, struct xt_arena *arena,
                   struct xt_str *out_node, struct xt_str out[OAI_KEYS_MAX]);
/* The record of an identifier; *out borrows stmt, which the caller gives back. */
XT_MUST_USE enum xt_code oai_find(struct answer *a, struct xt_str identifier, struct xt_stmt **stmt,
                                  struct write_record *out, bool *out_found, struct xt_error *err);

#endif
