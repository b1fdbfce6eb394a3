/* The part of rank.h that is too long for a header. */
#include "search/rank.h"

double rank_tree(const struct query_node *node, const double *scores)
{
    double sum = 0, part;

    switch (node->kind) {
    case QUERY_TEXT:
        return scores[node->leaf];
    case QUERY_AND:
        for (const struct query_node *child = node->first; child; child = child->next) {
            if (child->kind == QUERY_NOT)
                continue;
            part = rank_tree(child, scores);
            if (part < 0)
                return -1;
            sum += part;
        }
        return sum;
    case QUERY_OR:
        sum = -1;
        for (const struct query_node *child = node->first; child; child = child->next) {
            part = rank_tree(child, scores);
            if (part >= 0)
                sum = sum < 0 ? part : sum + part;
        }
        return sum;
    case QUERY_NOT:
    case QUERY_ALL:
    case QUERY_NONE:
    case QUERY_FACET:
    case QUERY_RANGE:
        break;
    }
    return 0;
}
