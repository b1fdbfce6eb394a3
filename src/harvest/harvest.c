/* harvest.c - the room. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "harvest/harvest_priv.h"

static enum xt_code open_room(struct xt_node *node, struct xt_error *err)
{
    char path[1200];

    if (node->read_only)
        return XT_OK;
    (void)snprintf(path, sizeof path, "%s/harvest", node->data); /* for locks */
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return xt_fail(err, XT_E_INTERNAL, "", XT_MSG_FILE_OPEN, XT_TEXT(path), XT_TEXT(strerror(errno)));
    return XT_OK;
}

/* ---- check: what is noted of a source is what is there ---- */

static const struct xt_stmt_def KEYS = {
    .name = "harvest_check_keys",
    .sql = "SELECT identifier, keys FROM harvest_item WHERE source_id = $1 AND deleted = 0 ORDER BY identifier",
};
static const struct xt_stmt_def KNOWN = {
    .name = "harvest_check_known",
    .sql = "SELECT 1 FROM record_source WHERE node = $1 AND source_key = $2 AND deleted = 0 LIMIT 1",
};

static enum xt_code check_keys(struct xt_conn *conn, const struct source *source, struct xt_str identifier,
                               struct xt_str keys, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_json_unref) json_t *list = NULL;
    const json_t *one;
    enum xt_code rc = xt_json_parse(keys, &list, err);
    size_t i;

    json_array_foreach (list, i, one) {
        XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
        struct xt_str part = xt_json_view(json_array_get(one, 2));
        struct xt_text key;
        bool row = false;

        rc = xt_stmt_take(conn, &KNOWN, &stmt, err);
        if (rc != XT_OK)
            return rc;
        xt_text_init(&key, 4 * XT_KIB);
        xt_text_add_str(&key, xt_json_view(json_array_get(one, 1)));
        if (part.n > 0)
            xt_text_addf(&key, "##%.*s", (int)part.n, part.s);
        xt_bind_z(stmt, 1, source->name);
        xt_bind_str(stmt, 2, xt_text_view(&key));
        rc = xt_stmt_step(stmt, &row, err);
        xt_text_done(&key);
        if (rc == XT_OK && !row)
            xt_problem(problems, "harvest", XT_MSG_HARVEST_LOST_KEY, XT_TEXT(source->name), XT_VIEW(identifier));
        if (rc != XT_OK)
            return rc;
    }
    return rc;
}

static enum xt_code check_source(struct xt_conn *conn, const struct source *source, struct xt_problems *problems,
                                 struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    int64_t live = 0;
    bool row = true;
    enum xt_code rc = live_count(conn, source->id, &live, err);

    if (rc == XT_OK && live != source->live)
        xt_problem(problems, "harvest", XT_MSG_HARVEST_COUNTS, XT_TEXT(source->name), XT_INT(live),
                   XT_INT(source->live));
    if (rc == XT_OK)
        rc = xt_stmt_take(conn, &KEYS, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, source->id);
    while ((rc = xt_stmt_step(stmt, &row, err)) == XT_OK && row && rc == XT_OK) {
        rc = check_keys(conn, source, xt_col_str(stmt, 0), xt_col_str(stmt, 1), problems, err);
        if (rc != XT_OK)
            break;
    }
    return rc;
}

static enum xt_code check_room(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    XT_AUTO(xt_arena_done) struct xt_arena arena = {0};
    struct source source = {.name = ""};
    bool more = true;
    enum xt_code rc = xt_read_begin(node->store, 10000, &read, err);

    xt_arena_init(&arena);
    while (rc == XT_OK && more) {
        rc = source_next(xt_read_conn(read), xt_str(source.name), &arena, &source, &more, err);
        if (rc == XT_OK && more)
            rc = check_source(xt_read_conn(read), &source, problems, err);
    }
    return rc;
}

static const struct xt_job_kind jobs[] = {
    {"harvest.tidy", 86400, harvest_tidy},
    {.name = NULL},
};

const struct xt_room xt_room_harvest = {
    .name = "harvest",
    .migrations = true,
    .routes = xt_harvest_routes,
    .schemas = xt_harvest_schemas,
    .commands = xt_harvest_commands,
    .jobs = jobs,
    .open = open_room,
    .start = harvest_start,
    .stop = harvest_stop,
    .check = check_room,
    .about = "Other repositories that this node harvests, and how it goes.",
};
