/* node.c - opens and closes a node. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "room/node_priv.h"
#include "store/store.h"

/* The node and what it was opened with. */
struct opened {
    struct xt_node node; /* first: a struct xt_node * is a struct opened * */
    struct node_facts facts;
    size_t rooms_opened;
};

/* I/O threads, the slow pool and the rooms' own threads read at once. */
static unsigned reader_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores > 1 ? (unsigned)cores * 2 + 8 : 10;
}

static enum xt_code open_store(struct opened *o, struct xt_error *err)
{
    char path[4096];
    struct xt_store_options options = {
        .url = path,
        .read_only = o->node.read_only,
        .readers = reader_count(),
    };

    (void)snprintf(path, sizeof path, "%s/" STORE_FILE, o->node.data);
    return xt_store_open(&options, &o->node.store, err);
}

static enum xt_code open_rooms(struct opened *o, struct xt_error *err)
{
    const struct xt_room *const *rooms = o->node.rooms;
    enum xt_code rc;

    /* All tables first: a room's open() may read those of the rooms above it, and jobs of those below. */
    for (size_t i = 0; rooms[i]; i++) {
        if (!rooms[i]->migrations || o->node.read_only)
            continue;
        rc = xt_store_migrate(o->node.store, rooms[i]->name, err);
        if (rc != XT_OK)
            return rc;
    }
    for (size_t i = 0; rooms[i]; i++) {
        rc = rooms[i]->open ? rooms[i]->open(&o->node, err) : XT_OK;
        if (rc != XT_OK)
            return rc;
        o->rooms_opened = i + 1;
    }
    return XT_OK;
}

enum xt_code xt_node_open(const struct xt_node_options *options, struct xt_node **out, struct xt_error *err)
{
    struct opened *o = xt_calloc(1, sizeof *o);
    struct xt_node *node = &o->node;
    enum xt_code rc = xt_node_facts_read(options->data, &o->facts, err);

    if (rc != XT_OK) {
        free(o);
        return rc;
    }
    node->data = xt_strdup(options->data);
    node->region_path = options->region_path ? xt_strdup(options->region_path) : NULL;
    node->name = o->facts.name;
    if (!o->facts
             .admin_email[0]) /* the address that mail about a host is sent to where nothing else is known (RFC 2142) */
        (void)snprintf(o->facts.admin_email, sizeof o->facts.admin_email, "webmaster@%s%s", node->name,
                       strchr(node->name, '.') ? "" : ".local");
    node->admin_email = o->facts.admin_email;
    node->zone = o->facts.zone;
    node->minutes_east = o->facts.minutes_east;
    node->read_only = options->read_only;
    node->rooms = options->rooms;
    rc = open_store(o, err);
    if (rc == XT_OK)
        rc = open_rooms(o, err);
    if (rc != XT_OK) {
        xt_node_close(&node);
        return rc;
    }
    *out = node;
    return XT_OK;
}

void xt_node_close(struct xt_node **node)
{
    struct opened *o = (struct opened *)*node;

    if (!o)
        return;
    while (o->rooms_opened > 0) {
        const struct xt_room *room = o->node.rooms[--o->rooms_opened];

        if (room->close)
            room->close(&o->node);
    }
    if (o->node.store)
        xt_store_close(&o->node.store);
    free((char *)o->node.data);
    free((char *)o->node.region_path);
    free(o);
    *node = NULL;
}
