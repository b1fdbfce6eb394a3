/* glossary_routes.c - GET /api/v1/glossary: terms by how they are written, sound or are explained. */
#include "catalog/glossary.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/catalog_routes.h"
#include "text/collate.h"
#include "text/pinyin.h"
#include "text/token.h"

#define UNITS_MAX     80
#define SORT_BYTES    64
#define TYPED_MAX     200
#define MAX_AGE       "max-age=300" /* region data: another only after the node was started again */
#define LABEL_HOLDS   1
#define ABOUT_HOLDS   2
#define NOTHING_HOLDS 3

const struct xt_param xt_catalog_glossary_params[] = {
    {.name = "q",
     .kind = XT_P_TEXT,
     .max = TYPED_MAX,
     .about =
         "What a term's name in either language must hold, as characters, words, pinyin or initials; or its explanation, as text."},
    {.name = NULL},
};

struct found {
    const struct xt_term *term;
    const char *sort; /* bytes */
    size_t sort_size;
    int holds;
};

/* Which of the ways of understanding what was typed is in the text: 0 = it begins so, LABEL_HOLDS = it stands later. */
static int place_in_label(const char *label, const struct xt_typed *typed, struct xt_arena *arena)
{
    struct xt_sound units[UNITS_MAX];
    size_t count = xt_sound_read(xt_str(label), arena, units, UNITS_MAX), i;
    int best = NOTHING_HOLDS;

    for (i = 0; i < typed->count; i++) {
        size_t at = xt_typed_find(typed->ways[i], units, count, 0);

        if (at != SIZE_MAX && (at > 0 ? LABEL_HOLDS : 0) < best)
            best = at > 0 ? LABEL_HOLDS : 0;
    }
    return best;
}

static int holds(const struct xt_term *term, const struct xt_typed *typed, const char *folded, struct xt_arena *arena)
{
    int zh = place_in_label(term->labels[XT_ZH], typed, arena), en = place_in_label(term->labels[XT_EN], typed, arena);
    int best = zh < en ? zh : en, lang;

    for (lang = 0; lang < XT_LANGS && best > ABOUT_HOLDS; lang++) {
        XT_AUTO(xt_text_done) struct xt_text text = {0};

        xt_text_init(&text, 16 * XT_KIB);
        xt_fold(xt_str(term->about[lang]), &text);
        if (folded[0] && text.s && strstr(text.s, folded))
            best = ABOUT_HOLDS;
    }
    return best;
}

static int by_place(const void *a, const void *b)
{
    const struct found *l = a, *r = b;
    size_t n = l->sort_size < r->sort_size ? l->sort_size : r->sort_size;
    int order = l->holds != r->holds ? l->holds - r->holds : memcmp(l->sort, r->sort, n);

    return order != 0 ? order : (l->sort_size > r->sort_size) - (l->sort_size < r->sort_size);
}

size_t xt_glossary_find(const struct xt_region *region, struct xt_str typed, enum xt_lang lang, struct xt_arena *arena,
                        const struct xt_term ***out)
{
    XT_AUTO(xt_text_done) struct xt_text folded = {0};
    struct found *found = xt_arena_alloc(arena, (region->term_count + 1) * sizeof *found);
    struct xt_typed read = {.count = 0};
    size_t count = 0, i;

    typed = xt_str_trim(typed);
    xt_text_init(&folded, 4 * XT_KIB);
    xt_fold(typed, &folded);
    if (typed.n > 0)
        xt_typed_read(typed, arena, &read);
    for (i = 0; i < region->term_count; i++) {
        const struct xt_term *term = &region->terms[i];
        XT_AUTO(xt_text_done) struct xt_text key = {0};
        int place = typed.n > 0 ? holds(term, &read, folded.s ? folded.s : "", arena) : 0;

        if (place == NOTHING_HOLDS)
            continue;
        xt_text_init(&key, XT_KIB);
        xt_sort_key(xt_str(term->labels[lang]), SORT_BYTES, &key);
        found[count++] = (struct found){term, xt_arena_strndup(arena, key.s, key.n), key.n, place};
    }
    if (count > 1)
        qsort(found, count, sizeof *found, by_place);
    *out = xt_arena_alloc(arena, (count + 1) * sizeof **out);
    for (i = 0; i < count; i++)
        (*out)[i] = found[i].term;
    return count;
}

enum xt_code xt_catalog_glossary(struct xt_request *request, struct xt_reply *reply, struct xt_error *err)
{
    static const char *const kinds[] = {"term", "type", "identifier"};
    const struct xt_region *region = request->node->region;
    enum xt_lang lang = request->lang, other = lang == XT_ZH ? XT_EN : XT_ZH;
    const struct xt_term **found;
    size_t count = xt_glossary_find(region, xt_request_param(request, "q"), lang, request->arena, &found), i;
    struct xt_json w;

    (void)err;
    xt_json_init(&w, &reply->body);
    xt_json_object(&w);
    xt_json_kv_int(&w, "total", (int64_t)count);
    xt_json_key(&w, "items");
    xt_json_array(&w);
    for (i = 0; i < count; i++) {
        xt_json_object(&w);
        xt_json_kv_z(&w, "name", found[i]->name);
        xt_json_kv_z(&w, "kind", kinds[found[i]->kind]);
        xt_json_kv_z(&w, "label", found[i]->labels[lang]);
        xt_json_kv_z(&w, "other_label", found[i]->labels[other]);
        xt_json_kv_z(&w, "about", found[i]->about[lang]);
        xt_json_kv_z(&w, "source", found[i]->source);
        xt_json_kv_z(&w, "of", found[i]->of);
        xt_json_end_object(&w);
    }
    xt_json_end_array(&w);
    xt_json_end_object(&w);
    xt_reply_tag_body(reply);
    reply->cache_control = MAX_AGE;
    return XT_OK;
}
