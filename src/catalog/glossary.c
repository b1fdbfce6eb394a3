/* glossary.c - the words of the pages explained: glossary.tsv, and what types and schemes say of themselves. */
#include <string.h>

#include "catalog/region_priv.h"

#define GLOSSARY    "glossary.tsv"
#define TERMS_MAX   1000 /* rows of the file */
#define NAME_CHARS  40
#define LABEL_CHARS 60
#define ABOUT_CHARS 600

/* Under construction: room for all rows, types and schemes. */
struct terms {
    struct xt_term *list;
    size_t count;
};

static const char *place_of_row(struct region_build *b, size_t row)
{
    return xt_arena_printf(&b->files->arena, "%s: line %zu", GLOSSARY, row);
}

/* One cell of a row that must be there, in so many characters. */
static const char *cell(struct region_build *b, const char *place, const char *head, struct xt_str text, size_t most)
{
    size_t chars = xt_utf8_count(text.s, text.n);

    if (text.n == 0)
        xt_problem(b->problems, place, XT_MSG_REGION_GLOSSARY_CELL, XT_TEXT(head));
    else if (chars > most)
        xt_problem(b->problems, place, XT_MSG_REGION_GLOSSARY_LONG, XT_TEXT(head), XT_INT(most), XT_INT(chars));
    return region_copy(b, text);
}

static void read_row(struct region_build *b, struct terms *terms, const char *place, struct xt_str line)
{
    enum { NAME, ZH, EN, ABOUT_ZH, ABOUT_EN, SOURCE, BEYOND, CELLS };
    struct xt_str cells[CELLS];
    struct xt_term *term = &terms->list[terms->count];
    size_t i;

    region_cells(line, cells, CELLS);
    *term = (struct xt_term){.name = region_copy(b, cells[NAME])};
    region_name(b, place, term->name, '-', NAME_CHARS);
    term->labels[XT_ZH] = cell(b, place, "zh", cells[ZH], LABEL_CHARS);
    term->labels[XT_EN] = cell(b, place, "en", cells[EN], LABEL_CHARS);
    term->about[XT_ZH] = cell(b, place, "about_zh", cells[ABOUT_ZH], ABOUT_CHARS);
    term->about[XT_EN] = cell(b, place, "about_en", cells[ABOUT_EN], ABOUT_CHARS);
    if (cells[SOURCE].n > 0)
        term->source = cell(b, place, "source", cells[SOURCE], ABOUT_CHARS);
    if (cells[BEYOND].n > 0)
        xt_problem(b->problems, place, XT_MSG_REGION_GLOSSARY_BEYOND, XT_INT(BEYOND), XT_VIEW(cells[BEYOND]));
    for (i = 0; i < terms->count; i++)
        if (strcmp(terms->list[i].name, term->name) == 0) {
            xt_problem(b->problems, place, XT_MSG_REPEATED_ITEM, XT_TEXT(term->name));
            return;
        }
    if (xt_str_starts(cells[NAME], "type-") ||
        xt_str_starts(cells[NAME], "id-")) { /* places of types and identifiers */
        xt_problem(b->problems, place, XT_MSG_REGION_GLOSSARY_TAKEN, XT_TEXT(term->name));
        return;
    }
    terms->count++;
}

static void read_file(struct region_build *b, struct terms *terms)
{
    static const char heads[] = "name\tzh\ten\tabout_zh\tabout_en\tsource";
    struct xt_str bytes, line;
    bool head = true;
    size_t row;

    if (!xt_region_file(b->region, GLOSSARY, &bytes)) /* a region need not have it */
        return;
    for (row = 1; region_line(&bytes, &line); row++) {
        if (line.n == 0 || line.s[0] == '#')
            continue;
        if (head) {
            head = false;
            if (!xt_str_is(line, heads))
                xt_problem(b->problems, place_of_row(b, row), XT_MSG_REGION_GLOSSARY_HEADS, XT_TEXT(heads));
            continue;
        }
        if (terms->count == TERMS_MAX) {
            xt_problem(b->problems, place_of_row(b, row), XT_MSG_TOO_MANY_ITEMS, XT_INT(TERMS_MAX),
                       XT_INT(TERMS_MAX + 1));
            return;
        }
        read_row(b, terms, place_of_row(b, row), line);
    }
}

void region_load_glossary(struct region_build *b)
{
    struct xt_region *region = b->region;
    size_t room = TERMS_MAX + region->type_count + region->scheme_count, i;
    struct terms terms = {xt_arena_alloc(&b->files->arena, room * sizeof *terms.list), 0};

    read_file(b, &terms);
    for (i = 0; i < region->type_count; i++) {
        const struct xt_type *type = &region->types[i];

        if (type->descriptions[XT_ZH])
            terms.list[terms.count++] = (struct xt_term){XT_TERM_TYPE,
                                                         xt_arena_printf(&b->files->arena, "type-%s", type->name),
                                                         {type->labels[XT_ZH], type->labels[XT_EN]},
                                                         {type->descriptions[XT_ZH], type->descriptions[XT_EN]},
                                                         NULL,
                                                         type->name};
    }
    for (i = 0; i < region->scheme_count; i++) {
        const struct xt_scheme *scheme = &region->schemes[i];

        if (scheme->about[XT_ZH])
            terms.list[terms.count++] = (struct xt_term){XT_TERM_IDENTIFIER,
                                                         xt_arena_printf(&b->files->arena, "id-%s", scheme->name),
                                                         {scheme->labels[XT_ZH], scheme->labels[XT_EN]},
                                                         {scheme->about[XT_ZH], scheme->about[XT_EN]},
                                                         scheme->standard,
                                                         scheme->name};
    }
    region->terms = terms.list;
    region->term_count = terms.count;
}
