/* place.c - one pass of a streaming parser that notes where each member begins. */
#include "base/place.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"

#define PATH_BYTES_MAX 1000 /* a member with a longer path is placed where the one around it begins */

struct place {
    uint64_t path; /* hash */
    int64_t line, column;
};

struct walk {
    struct xt_str json;
    yajl_handle parser;
    size_t at; /* where the line and column are known */
    int64_t line, column;
    struct xt_text path; /* of the member at hand */
    struct {
        size_t path_n; /* of the container's own path */
        size_t index;
        bool array, lost; /* its path was too long */
    } levels[XT_JSON_DEPTH_MAX + 1];
    size_t depth;
    struct place *places;
    size_t count, capacity;
};

static void advance(struct walk *w, size_t to)
{
    for (; w->at < to; w->at++) {
        unsigned char c = (unsigned char)w->json.s[w->at];

        if (c == '\n') {
            w->line++;
            w->column = 1;
        } else if ((c & 0xC0) != 0x80) {
            w->column++;
        }
    }
}

/* The token at hand begins behind the one before it, and what stands between them. */
static void note(struct walk *w)
{
    size_t start = w->at;

    while (start < w->json.n && memchr(" \t\r\n,:", w->json.s[start], 6))
        start++;
    advance(w, start);
    if (xt_text_overflowed(&w->path))
        return;
    xt_grow(&w->places, &w->capacity, w->count + 1, sizeof *w->places);
    w->places[w->count++] = (struct place){xt_hash64(w->path.s, w->path.n), w->line, w->column};
}

static void end_token(struct walk *w)
{
    size_t end = yajl_get_bytes_consumed(w->parser);

    advance(w, end < w->json.n ? end : w->json.n);
}

/* Back to the path of the container around; the mark of a path that was too long goes with its member. */
static void cut_path(struct walk *w)
{
    xt_text_cut(&w->path, w->levels[w->depth - 1].path_n);
    w->path.overflowed = w->levels[w->depth - 1].lost;
}

static void begin_value(struct walk *w)
{
    if (w->depth == 0) {
        note(w); /* the whole text */
    } else if (w->levels[w->depth - 1].array) {
        cut_path(w);
        xt_text_addf(&w->path, "[%zu]", w->levels[w->depth - 1].index++);
        note(w);
    }
}

static int open_level(struct walk *w, bool array)
{
    begin_value(w);
    end_token(w);
    if (w->depth == XT_COUNT(w->levels))
        return 0;
    w->levels[w->depth].path_n = w->path.n;
    w->levels[w->depth].lost = xt_text_overflowed(&w->path);
    w->levels[w->depth].index = 0;
    w->levels[w->depth++].array = array;
    return 1;
}

static int on_open_map(void *context)
{
    return open_level(context, false);
}

static int on_open_array(void *context)
{
    return open_level(context, true);
}

static int on_close(void *context)
{
    struct walk *w = context;

    w->depth--;
    end_token(w);
    return 1;
}

static int on_key(void *context, const unsigned char *key, size_t n)
{
    struct walk *w = context;

    cut_path(w);
    if (w->path.n > 0)
        xt_text_add_char(&w->path, '.');
    xt_text_add(&w->path, (const char *)key, n);
    note(w);
    end_token(w);
    return 1;
}

static int on_scalar(void *context)
{
    begin_value(context);
    end_token(context);
    return 1;
}

static int on_bool(void *context, int value)
{
    (void)value;
    return on_scalar(context);
}

static int on_number(void *context, const char *s, size_t n)
{
    (void)s;
    (void)n;
    return on_scalar(context);
}

static int on_string(void *context, const unsigned char *s, size_t n)
{
    (void)s;
    (void)n;
    return on_scalar(context);
}

static int compare_places(const void *a, const void *b)
{
    const struct place *l = a, *r = b;

    if (l->path != r->path)
        return l->path < r->path ? -1 : 1;
    if (l->line != r->line)
        return l->line < r->line ? -1 : 1;
    return (l->column > r->column) - (l->column < r->column);
}

static const struct place *find(const struct walk *w, const char *path, size_t n)
{
    uint64_t hash = xt_hash64(path, n);
    size_t low = 0, high = w->count;

    while (low < high) { /* the first of them */
        size_t middle = low + (high - low) / 2;

        if (w->places[middle].path < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->count && w->places[low].path == hash ? &w->places[low] : NULL;
}

static void place_problem(const struct walk *w, struct xt_problem *problem)
{
    size_t n = strlen(problem->path);
    const struct place *place = find(w, problem->path, n);

    while (!place && n > 0) {
        do
            n--;
        while (n > 0 && problem->path[n] != '.' && problem->path[n] != '[');
        place = find(w, problem->path, n);
    }
    problem->line = place ? place->line : 0;
    problem->column = place ? place->column : 0;
}

/* As people read the text; problems of one place by their paths. */
static int in_order(const void *a, const void *b)
{
    const struct xt_problem *l = a, *r = b;

    if (l->line != r->line)
        return l->line < r->line ? -1 : 1;
    if (l->column != r->column)
        return l->column < r->column ? -1 : 1;
    return strcmp(l->path, r->path);
}

void xt_json_place(struct xt_str json, struct xt_problems *problems, size_t from)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = on_scalar,
        .yajl_boolean = on_bool,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_open_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_close,
        .yajl_start_array = on_open_array,
        .yajl_end_array = on_close,
    };
    struct walk w = {.json = json, .line = 1, .column = 1};
    size_t i;

    if (from >= problems->count || json.n == 0)
        return;
    xt_text_init(&w.path, PATH_BYTES_MAX);
    w.parser = yajl_alloc(&callbacks, NULL, &w);
    if (w.parser) {
        /* What it saw is what is known. A number that is the whole text is told at the end. */
        if (yajl_parse(w.parser, (const unsigned char *)json.s, json.n) == yajl_status_ok)
            (void)yajl_complete_parse(w.parser);
        yajl_free(w.parser);
    }
    if (w.count > 0) /* qsort() must not be given NULL */
        qsort(w.places, w.count, sizeof *w.places, compare_places);
    for (i = from; i < problems->count; i++)
        place_problem(&w, &problems->list[i]);
    qsort(problems->list + from, problems->count - from, sizeof *problems->list, in_order);
    free(w.places);
    xt_text_done(&w.path);
}
