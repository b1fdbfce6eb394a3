/* Reading of the sets, and the measures. */
#include "relevance_sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TEN 10

static void fail(const char *file, size_t line, const char *what)
{
    fprintf(stderr, "relevance_bench: %s:%zu: %s\n", file, line, what);
    exit(1);
}

static char *read_file(const char *file, size_t *out_n)
{
    FILE *in = fopen(file, "rb");
    size_t room = 0, n = 0, got = 1;
    char *bytes = NULL;

    if (!in)
        fail(file, 0, "cannot be read");
    while (got > 0) {
        xt_grow(&bytes, &room, n + XT_MIB, 1);
        got = fread(bytes + n, 1, room - n, in);
        n += got;
    }
    (void)fclose(in);
    *out_n = n;
    return bytes;
}

bool relevance_item(struct xt_str *list, char separator, struct xt_str *out)
{
    if (!list->s || list->n == 0)
        return false;
    const char *end = memchr(list->s, separator, list->n);
    size_t n = end ? (size_t)(end - list->s) : list->n;
    *out = (struct xt_str){list->s, n};
    list->s += n + (end ? 1 : 0);
    list->n -= n + (end ? 1 : 0);
    return true;
}

/* The cells of a line; false when there are not so many. */
static bool cells(struct xt_str line, struct xt_str *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(line.s, '\t', line.n);
        size_t n = end ? (size_t)(end - line.s) : line.n;

        if (!end && i + 1 < count)
            return false;
        out[i] = (struct xt_str){line.s, n};
        line.s += n + (end ? 1 : 0);
        line.n -= n + (end ? 1 : 0);
    }
    return line.n == 0;
}

/* ---- queries ---- */

static int by_grade(const void *a, const void *b)
{
    const struct relevance_right *x = a, *y = b;

    return x->grade > y->grade ? -1 : x->grade < y->grade;
}

static int by_doc(const void *a, const void *b)
{
    const struct relevance_right *x = a, *y = b;

    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

static double gain(double grade, size_t place)
{
    return grade / log2((double)place + 2);
}

static void read_right(struct relevance_query *query, struct xt_str text)
{
    struct xt_str item;
    size_t room = 0;

    while (relevance_item(&text, ' ', &item)) {
        char *end;

        xt_grow(&query->right, &room, query->right_count + 1, sizeof *query->right);
        unsigned long doc = strtoul(item.s, &end, 10);
        query->right[query->right_count++] =
            (struct relevance_right){(uint32_t)doc, *end == ':' ? strtof(end + 1, NULL) : 1};
    }
    qsort(query->right, query->right_count, sizeof *query->right, by_grade);
    for (size_t i = 0; i < query->right_count && i < TEN; i++)
        query->ideal += gain(query->right[i].grade, i);
    qsort(query->right, query->right_count, sizeof *query->right, by_doc);
}

static void read_query(struct relevance_query *query, const char *file, size_t at, struct xt_str line)
{
    struct xt_str cell[6], term;

    if (!cells(line, cell, XT_COUNT(cell)))
        fail(file, at, "does not hold six cells");
    query->set = cell[0];
    query->half = xt_str_is(cell[1], "1");
    query->any = xt_str_is(cell[2], "OR");
    query->as_it_is = xt_str_is(cell[2], "AS");
    while (query->term_count < XT_COUNT(query->terms) && relevance_item(&cell[3], '\x1f', &term))
        query->terms[query->term_count++] = term;
    query->left_out = strtoll(cell[4].s, NULL, 10);
    read_right(query, cell[5]);
}

void relevance_read(const char *folder, struct relevance_collection *out)
{
    char file[4096];
    struct xt_str text, line;
    size_t n, room = 0, at = 0;

    memset(out, 0, sizeof *out);
    (void)snprintf(file, sizeof file, "%s/docs.tsv", folder);
    out->files[0] = read_file(file, &n);
    text = (struct xt_str){out->files[0], n};
    while (relevance_item(&text, '\n', &line)) {
        xt_grow(&out->docs, &room, out->doc_count + 1, sizeof *out->docs);
        if (!cells(line, out->docs[out->doc_count++].fields, RELEVANCE_FIELDS))
            fail(file, out->doc_count, "does not hold three cells");
    }
    (void)snprintf(file, sizeof file, "%s/queries.tsv", folder);
    out->files[1] = read_file(file, &n);
    text = (struct xt_str){out->files[1], n};
    room = 0;
    while (relevance_item(&text, '\n', &line)) {
        xt_grow(&out->queries, &room, out->query_count + 1, sizeof *out->queries);
        struct relevance_query *query = &out->queries[out->query_count++];
        memset(query, 0, sizeof *query);
        read_query(query, file, ++at, line);
    }
}

void relevance_done(struct relevance_collection *collection)
{
    for (size_t i = 0; i < collection->query_count; i++)
        free(collection->queries[i].right);
    free(collection->queries);
    free(collection->docs);
    free(collection->files[0]);
    free(collection->files[1]);
}

/* ---- measures ---- */

static double grade_of(const struct relevance_query *query, uint32_t doc)
{
    struct relevance_right key = {doc, 0};
    const struct relevance_right *found =
        query->right_count ? bsearch(&key, query->right, query->right_count, sizeof key, by_doc) : NULL;

    return found ? (double)found->grade : 0;
}

struct relevance_worth relevance_judge(const struct relevance_query *query, const uint32_t *hits, size_t count)
{
    struct relevance_worth worth = {0, 0, 0, 0};
    size_t place = 0;

    for (size_t i = 0; i < count && place < RELEVANCE_DEPTH; i++) {
        if ((int64_t)hits[i] == query->left_out)
            continue;
        double grade = grade_of(query, hits[i]);
        if (grade > 0 && worth.reciprocal == 0) {
            worth.reciprocal = 1 / (double)(place + 1);
            worth.first = place == 0;
            worth.ten = place < TEN;
        }
        if (place < TEN && query->ideal > 0)
            worth.ndcg += gain(grade, place) / query->ideal;
        place++;
    }
    return worth;
}
