/* oai.c - the tables of the room. */
#include "oai/oai.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "oai/oai_priv.h"
#include "oai/xml.h"
#include "store/store.h"

#define FEED_WAIT_MS 1000

#define ARGUMENT     "As the protocol has it; checked by its rules and answered in its errors."
static const struct xt_param params[] = {
    {.name = "verb", .kind = XT_P_TEXT, .about = "One of the six verbs of OAI-PMH 2.0."},
    {.name = "identifier", .kind = XT_P_TEXT, .about = ARGUMENT},
    {.name = "metadataPrefix", .kind = XT_P_TEXT, .about = ARGUMENT},
    {.name = "from", .kind = XT_P_TEXT, .about = ARGUMENT},
    {.name = "until", .kind = XT_P_TEXT, .about = ARGUMENT},
    {.name = "set", .kind = XT_P_TEXT, .about = ARGUMENT},
    {.name = "resumptionToken", .kind = XT_P_TEXT, .about = ARGUMENT},
    {.name = NULL},
};
static const struct xt_param schema_params[] = {
    {.name = "schema", .in = XT_IN_PATH, .kind = XT_P_TEXT, .max = 40, .about = "xt.xsd, pidinst.xsd"},
    {.name = NULL},
};

#define FLAGS (XT_ROUTE_SLOW | XT_ROUTE_OWN_PARAMS)
#define XML   "text/xml; charset=utf-8"
static const struct xt_route routes[] = {
    {"GET", OAI_PATH, XT_MAY_READ, FLAGS, oai_answer, params, "OAI-PMH 2.0: the records, for harvesters", NULL, XML,
     NULL},
    {"POST", OAI_PATH, XT_MAY_READ, FLAGS, oai_answer, NULL, "OAI-PMH 2.0 with the arguments as a form", NULL, XML,
     NULL},
    {"GET", OAI_PATH "/{schema}", XT_MAY_READ, XT_ROUTE_BY_SEQ, oai_schema, schema_params,
     "The XML schema of a metadata format of this node", NULL, "application/xml", NULL},
    {.method = NULL},
};

/* The <setSpec> elements that every record of a type has. */
static const char *type_sets_of(struct xt_oai *oai, const struct xt_type *type)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    size_t f, s, t;

    xt_text_init(&text, 64 * XT_KIB);
    xt_text_addf(&text, "<setSpec>type:%s</setSpec>", type->name);
    for (f = 0; f < oai->formats.count; f++) {
        const struct format *format = &oai->formats.list[f];

        for (s = 0; s < format->set_count; s++)
            for (t = 0; t < format->sets[s].type_count; t++)
                if (format->sets[s].types[t] == type)
                    xml_element(&text, "setSpec", xt_str(format->sets[s].spec));
    }
    return xt_arena_strndup(&oai->formats.arena, text.s, text.n);
}

static void find_areas(struct xt_oai *oai, const struct xt_region *region)
{
    const struct xt_facet *facet = xt_region_facet(region, XT_STR("area"));

    if (!facet || facet->list_count != 1)
        return;
    oai->areas = facet->lists[0];
    oai->area_facet = (int)(facet - region->facets);
}

static enum xt_code open_room(struct xt_node *node, struct xt_error *err)
{
    struct xt_oai *oai = xt_calloc(1, sizeof *oai);
    enum xt_code rc = formats_load(node->region, &oai->formats, err);
    const char **sets;
    size_t i;

    if (rc != XT_OK) {
        free(oai);
        return rc;
    }
    find_areas(oai, node->region);
    sets = xt_arena_alloc(&oai->formats.arena, (node->region->type_count + 1) * sizeof *sets);
    for (i = 0; i < node->region->type_count; i++)
        sets[i] = type_sets_of(oai, &node->region->types[i]);
    oai->type_sets = sets;
    node->oai = oai;
    return XT_OK;
}

static void close_room(struct xt_node *node)
{
    formats_free(&node->oai->formats);
    free(node->oai);
    node->oai = NULL;
}

/* ---- feeding ---- */

static void *feed(void *argument)
{
    struct xt_node *node = argument;
    struct xt_oai *oai = node->oai;
    struct xt_error err = {0};
    int64_t seen = -1;

    while (!atomic_load(&oai->stopping)) {
        int64_t last = xt_seq_wait(node->store, seen, FEED_WAIT_MS);

        if (last == seen)
            continue;
        if (sets_feed(node, &oai->stopping, &err) == XT_OK) {
            seen = last;
        } else {
            XT_AUTO(xt_text_done) struct xt_text sentence = {0};

            xt_text_init(&sentence, 4 * XT_KIB);
            xt_error_say(&err, XT_EN, &sentence);
            xt_log(XT_LOG_WARN, "oai-feed", XT_P("message", XT_VIEW(xt_text_view(&sentence))));
            (void)xt_seq_wait(node->store, INT64_MAX, FEED_WAIT_MS); /* lists are right without; try again later */
        }
    }
    return NULL;
}

static enum xt_code start_room(struct xt_node *node, struct xt_error *err)
{
    enum xt_code rc = oai_state(node, node->oai->key, err);

    if (rc != XT_OK)
        return rc;
    if (node->oai->formats.notes.n > 0)
        xt_log(XT_LOG_WARN, "oai-formats", XT_P("no-such-field", XT_VIEW(xt_text_view(&node->oai->formats.notes))));
    node->oai->feeding = pthread_create(&node->oai->feeder, NULL, feed, node) == 0; /* lists are right without */
    return XT_OK;
}

static void stop_room(struct xt_node *node)
{
    if (!node->oai->feeding)
        return;
    atomic_store(&node->oai->stopping, true);
    xt_seq_wake(node->store);
    (void)pthread_join(node->oai->feeder, NULL);
    node->oai->feeding = false;
}

static enum xt_code check_room(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t wrong = 0;
    enum xt_code rc = xt_read_begin(node->store, 10 * READ_WAIT_MS, &read, err);

    if (rc == XT_OK)
        rc = oai_sets_wrong(xt_read_conn(read), &wrong, err);
    if (rc == XT_OK && wrong > 0)
        xt_problem(problems, "oai", XT_MSG_OAI_SETS, XT_INT(wrong));
    return rc;
}

const struct xt_room xt_room_oai = {
    .name = "oai",
    .migrations = true,
    .routes = routes,
    .open = open_room,
    .close = close_room,
    .start = start_room,
    .stop = stop_room,
    .check = check_room,
    .about = "Records for harvesters: OAI-PMH 2.0.",
};
