/* table_xml_survey.c - which elements of an XML document are its records, from its beginning. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/table_objects.h"

#define NODES_MAX 1000

struct node {
    size_t parent; /* or SIZE_MAX */
    char *name;
    size_t depth;
    size_t here, most; /* times in the present parent, and the most in any */
    size_t bytes;      /* with all that is inside */
    bool complex;      /* has attributes or children */
    bool prose;        /* has text of its own: a paragraph rather than a record */
};

struct survey {
    struct node *nodes;
    size_t count, capacity;
    size_t at, skipped; /* the open one; depth below one that was not kept */
};

static size_t node_of(struct survey *survey, const char *name)
{
    size_t i;

    for (i = 0; i < survey->count; i++)
        if (survey->nodes[i].parent == survey->at && strcmp(survey->nodes[i].name, name) == 0)
            return i;
    if (survey->count == NODES_MAX)
        return SIZE_MAX;
    xt_grow(&survey->nodes, &survey->capacity, survey->count + 1, sizeof *survey->nodes);
    survey->nodes[survey->count] = (struct node){
        .parent = survey->at,
        .name = xt_strdup(name),
        .depth = survey->at == SIZE_MAX ? 1 : survey->nodes[survey->at].depth + 1,
    };
    return survey->count++;
}

static void survey_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct survey *survey = user;
    size_t i, node = survey->skipped > 0 ? SIZE_MAX : node_of(survey, name);

    if (node == SIZE_MAX) {
        survey->skipped++;
        return;
    }
    for (i = 0; i < survey->count; i++) /* what is inside counts anew */
        if (survey->nodes[i].parent == node)
            survey->nodes[i].here = 0;
    if (++survey->nodes[node].here > survey->nodes[node].most)
        survey->nodes[node].most = survey->nodes[node].here;
    survey->nodes[node].complex |= attributes->count > 0;
    if (survey->at != SIZE_MAX)
        survey->nodes[survey->at].complex = true;
    survey->at = node;
    for (; node != SIZE_MAX; node = survey->nodes[node].parent)
        survey->nodes[node].bytes += 20;
}

static void survey_end(void *user, const char *name)
{
    struct survey *survey = user;

    (void)name;
    if (survey->skipped > 0)
        survey->skipped--;
    else if (survey->at != SIZE_MAX)
        survey->at = survey->nodes[survey->at].parent;
}

static void survey_text(void *user, const char *s, size_t n)
{
    struct survey *survey = user;
    size_t node, i;

    for (i = 0; i < n && strchr(" \t\r\n", s[i]);)
        i++;
    if (i < n && survey->at != SIZE_MAX && survey->skipped == 0)
        survey->nodes[survey->at].prose = true;
    for (node = survey->at; node != SIZE_MAX; node = survey->nodes[node].parent)
        survey->nodes[node].bytes += n;
}

static const struct xt_xml_calls SURVEY_CALLS = {survey_start, survey_end, survey_text};

static void write_path(const struct survey *survey, size_t node, struct xt_text *out)
{
    if (survey->nodes[node].parent != SIZE_MAX)
        write_path(survey, survey->nodes[node].parent, out);
    xt_text_addf(out, "/%s", survey->nodes[node].name);
}

/* The repeated element nearest the root that holds most of the text; a document without one is one record. */
static char *choose(const struct survey *survey, int *out_certainty)
{
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    size_t best = SIZE_MAX, i, share;

    for (i = 0; i < survey->count; i++) {
        const struct node *node = &survey->nodes[i];

        if (node->most < 2 || !node->complex || node->prose || 2 * node->bytes < survey->nodes[0].bytes)
            continue;
        if (best == SIZE_MAX || node->depth < survey->nodes[best].depth)
            best = i;
    }
    if (best == SIZE_MAX) {
        *out_certainty = 50;
        return xt_strdup(".");
    }
    share = 100 * survey->nodes[best].bytes / survey->nodes[0].bytes;
    *out_certainty = (int)(share > 95 ? 95 : share);
    xt_text_init(&path, 64 * XT_KIB);
    write_path(survey, best, &path);
    return xt_text_take(&path);
}

char *xt_xml_records_guess(struct xt_str head, const char *name, int *out_certainty)
{
    struct survey survey = {.at = SIZE_MAX};
    struct xt_source *source = xt_source_memory(head.s, head.n);
    struct xt_xml *xml;
    char *path;
    size_t i;

    source = xt_source_clean(&source, NULL, 0);
    xml = xt_xml_open_document(&source, false, &SURVEY_CALLS, &survey, name);
    (void)xt_xml_all(xml, NULL); /* the head is cut: what is wrong with it says nothing */
    xt_xml_close(&xml);
    if (survey.count > 0) {
        path = choose(&survey, out_certainty);
    } else {
        *out_certainty = 0;
        path = xt_strdup(".");
    }
    for (i = 0; i < survey.count; i++)
        free(survey.nodes[i].name);
    free(survey.nodes);
    return path;
}
