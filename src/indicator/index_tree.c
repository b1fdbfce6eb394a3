/* index_tree.c - a list of nodes becomes a tree, or every fault of it is named. */
#include <math.h>
#include <string.h>

#include "indicator/index.h"

size_t xt_index_tree_find(const struct xt_index_tree *tree, const char *code)
{
    size_t i;

    for (i = 0; i < tree->count; i++)
        if (strcmp(tree->nodes[i].code, code) == 0)
            return i;
    return SIZE_MAX;
}

static void check_node(const struct xt_index_tree *tree, size_t at, struct xt_problems *problems)
{
    const struct xt_index_node *node = &tree->nodes[at];
    size_t parent;

    if (node->code[0] == '\0') {
        xt_problem(problems, "code", XT_MSG_INDEX_NO_CODE, XT_INT(at + 1));
        return;
    }
    if (xt_index_tree_find(tree, node->code) != at)
        xt_problem(problems, node->code, XT_MSG_INDEX_TWICE);
    if (!(node->weight >= 0) || isinf(node->weight))
        xt_problem(problems, node->code, XT_MSG_INDEX_WEIGHT);
    if (node->indicator && node->direction != 1 && node->direction != -1)
        xt_problem(problems, node->code, XT_MSG_INDEX_DIRECTION, XT_INT(node->direction));
    if (node->parent[0] == '\0') {
        if (node->indicator)
            xt_problem(problems, node->code, XT_MSG_INDEX_NO_PARENT);
        return;
    }
    parent = xt_index_tree_find(tree, node->parent);
    if (parent == SIZE_MAX)
        xt_problem(problems, node->code, XT_MSG_INDEX_PARENT_MISSING, XT_TEXT(node->parent));
    else if (tree->nodes[parent].indicator)
        xt_problem(problems, node->code, XT_MSG_INDEX_PARENT_INDICATOR, XT_TEXT(node->parent));
    else
        tree->parent[at] = parent;
}

/* Whoever goes up from a node and has not arrived after as many steps as there are nodes goes round in a circle. */
static void check_circles(const struct xt_index_tree *tree, struct xt_problems *problems)
{
    size_t i, steps, at;

    for (i = 0; i < tree->count; i++) {
        for (at = i, steps = 0; at != SIZE_MAX && steps <= tree->count; steps++)
            at = tree->parent[at];
        if (at != SIZE_MAX)
            xt_problem(problems, tree->nodes[i].code, XT_MSG_INDEX_CIRCLE);
    }
}

static void check_tops(struct xt_index_tree *tree, struct xt_problems *problems)
{
    size_t i, tops = 0;

    tree->top = SIZE_MAX;
    for (i = 0; i < tree->count; i++) {
        if (tree->nodes[i].parent[0] != '\0')
            continue;
        if (tops++ == 0)
            tree->top = i;
        else
            xt_problem(problems, tree->nodes[i].code, XT_MSG_INDEX_TOPS, XT_TEXT(tree->nodes[tree->top].code));
    }
    if (tops == 0)
        xt_problem(problems, "parent", XT_MSG_INDEX_NO_TOP);
}

static void join_children(struct xt_index_tree *tree, struct xt_arena *arena, struct xt_problems *problems)
{
    size_t i, k, at = 0;

    tree->first = xt_arena_alloc(arena, tree->count * sizeof *tree->first);
    tree->child_count = xt_arena_alloc(arena, tree->count * sizeof *tree->child_count);
    tree->child = xt_arena_alloc(arena, (tree->count + 1) * sizeof *tree->child);
    for (i = 0; i < tree->count; i++) {
        double sum = 0;

        tree->first[i] = at;
        for (k = 0; k < tree->count; k++) {
            if (tree->parent[k] != i)
                continue;
            tree->child[at++] = k;
            sum += tree->nodes[k].weight;
        }
        tree->child_count[i] = at - tree->first[i];
        if (tree->nodes[i].indicator)
            continue;
        if (tree->child_count[i] == 0)
            xt_problem(problems, tree->nodes[i].code, XT_MSG_INDEX_NO_CHILDREN);
        else if (!(sum > 0))
            xt_problem(problems, tree->nodes[i].code, XT_MSG_INDEX_WEIGHTS_NOTHING);
    }
}

static void set_levels(struct xt_index_tree *tree, struct xt_arena *arena)
{
    size_t i, k, done = 0, before;

    tree->level = xt_arena_alloc(arena, tree->count * sizeof *tree->level);
    tree->upward = xt_arena_alloc(arena, tree->count * sizeof *tree->upward);
    for (i = 0; i < tree->count; i++)
        tree->level[i] = tree->nodes[i].indicator ? 1 : 0;
    do {
        before = done;
        for (i = 0; i < tree->count; i++) {
            size_t highest = 0;

            if (tree->level[i] > 0)
                continue;
            for (k = 0; k < tree->child_count[i]; k++) {
                size_t level = tree->level[tree->child[tree->first[i] + k]];

                if (level == 0)
                    break;
                highest = level > highest ? level : highest;
            }
            if (k < tree->child_count[i])
                continue;
            tree->level[i] = highest + 1;
            tree->upward[done++] = i;
        }
    } while (done > before);
    tree->group_count = done;
    tree->levels = tree->level[tree->top];
}

enum xt_code xt_index_tree_make(const struct xt_index_node *nodes, size_t count, struct xt_arena *arena,
                                struct xt_index_tree *out, struct xt_problems *problems, struct xt_error *err)
{
    struct xt_index_tree tree = {.nodes = nodes, .count = count};
    size_t before = problems->seen, i;

    if (count == 0 || count > XT_INDEX_NODES_MAX)
        return xt_fail(err, XT_E_INPUT, "nodes", XT_MSG_INDEX_NODES, XT_INT(count), XT_INT(XT_INDEX_NODES_MAX));
    tree.parent = xt_arena_alloc(arena, count * sizeof *tree.parent);
    tree.column = xt_arena_alloc(arena, count * sizeof *tree.column);
    tree.indicators = xt_arena_alloc(arena, count * sizeof *tree.indicators);
    for (i = 0; i < count; i++) {
        tree.parent[i] = tree.column[i] = SIZE_MAX;
        check_node(&tree, i, problems);
        if (!nodes[i].indicator)
            continue;
        tree.column[i] = tree.indicator_count;
        tree.indicators[tree.indicator_count++] = i;
    }
    check_tops(&tree, problems);
    check_circles(&tree, problems);
    if (tree.indicator_count == 0)
        xt_problem(problems, "nodes", XT_MSG_INDEX_NO_INDICATOR);
    join_children(&tree, arena, problems);
    if (problems->seen > before)
        return xt_fail(err, XT_E_INPUT, problems->list[0].path, problems->list[0].msg);
    set_levels(&tree, arena);
    if (tree.levels > XT_INDEX_LEVELS_MAX + 1)
        return xt_fail(err, XT_E_INPUT, "nodes", XT_MSG_INDEX_LEVELS, XT_INT(tree.levels),
                       XT_INT(XT_INDEX_LEVELS_MAX + 1));
    *out = tree;
    return XT_OK;
}
