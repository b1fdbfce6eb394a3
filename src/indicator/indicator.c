/* indicator.c - the room. */
#include "indicator/indicator.h"

#include "indicator/area.h"
#include "indicator/index_routes.h"
#include "indicator/observation.h"
#include "indicator/published.h"

/* A faulty file of the region does not keep a node from opening: who asks for what needs it is told. */
static enum xt_code open_areas(struct xt_node *node, struct xt_error *err)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};

    (void)err;
    xt_problems_init(&problems);
    if (xt_areas_new(node->region, &node->areas, &problems, NULL) != XT_OK)
        node->areas = NULL;
    return XT_OK;
}

static void close_areas(struct xt_node *node)
{
    xt_areas_free(&node->areas);
}

static enum xt_code check(struct xt_node *node, struct xt_problems *problems, struct xt_error *err)
{
    enum xt_code rc = xt_observation_check(node->store, problems, err);

    return rc == XT_OK ? xt_published_check(node, problems, err) : rc;
}

const struct xt_room xt_room_indicator = {
    .name = "indicator",
    .migrations = true,
    .routes = xt_indicator_routes,
    .schemas = xt_indicator_schemas,
    .commands = xt_indicator_commands,
    .open = open_areas,
    .close = close_areas,
    .check = check,
    .about = "Indexes that say how sure they are: definitions, published releases, and the observations behind them.",
};
