/* indicator.c - the room. */
#include "indicator/indicator.h"

#include "indicator/index_routes.h"
#include "indicator/observation.h"
#include "indicator/published.h"

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
    .check = check,
    .about = "Indexes that say how sure they are: definitions, published releases, and the observations behind them.",
};
