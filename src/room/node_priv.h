/* node_priv.h - what node.c and node_init.c share; for these two files only. */
#ifndef XT_ROOM_NODE_PRIV_H
#define XT_ROOM_NODE_PRIV_H

#include "room/node.h"

#define NODE_FILE     "node.json"
#define NODE_FILE_NEW NODE_FILE ".new"
#define STORE_FILE    "store.db"
#define NODE_FILE_MAX (64 * XT_KIB)

/* What DATA/node.json says. */
struct node_facts {
    char name[256];
    char admin_email[300]; /* "" = not said */
    char zone[64];
    int minutes_east;
    enum xt_node_sample sample;
};

/* XT_E_NOT_FOUND when there is no node.json in data, XT_E_CONFLICT when it cannot be understood. */
enum xt_code xt_node_facts_read(const char *data, struct node_facts *out, struct xt_error *err);
/* Written to the side, synced and renamed. */
enum xt_code xt_node_facts_write(const char *data, const struct node_facts *facts, struct xt_error *err);
bool xt_node_name_valid(struct xt_str name);

#endif
