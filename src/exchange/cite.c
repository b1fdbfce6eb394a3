/* cite.c - a record in the parts of a citation, and what the styles share. */
#include "exchange/cite.h"

#include <string.h>
#include <unicode/uchar.h>

#include "base/json.h"
#include "base/time.h"
#include "exchange/cite_priv.h"

static const struct {
    const char *name, *ending, *media;
    void (*write)(const struct xt_cited *cited, struct xt_text *out);
} styles[XT_CITE_STYLES] = {
    [XT_CITE_GB7714] = {"gb7714", "txt", "text/plain; charset=utf-8", cite_gb7714},
    [XT_CITE_APA] = {"apa", "txt", "text/plain; charset=utf-8", cite_apa},
    [XT_CITE_BIBTEX] = {"bibtex", "bib", "application/x-bibtex; charset=utf-8", cite_bibtex},
    [XT_CITE_RIS] = {"ris", "ris", "application/x-research-info-systems; charset=utf-8", cite_ris},
};

enum xt_cite_style xt_cite_style(struct xt_str name)
{
    int i;

    for (i = 0; i < XT_CITE_STYLES && !xt_str_is(name, styles[i].name); i++)
        continue;
    return (enum xt_cite_style)i;
}

const char *xt_cite_style_name(enum xt_cite_style style)
{
    return styles[style].name;
}

const char *xt_cite_ending(enum xt_cite_style style)
{
    return styles[style].ending;
}

const char *xt_cite_media(enum xt_cite_style style)
{
    return styles[style].media;
}

void xt_cite(const struct xt_cited *cited, enum xt_cite_style style, struct xt_text *out)
{
    styles[style].write(cited, out);
}

/* ---- a record in parts ---- */

static const json_t *first_of(const json_t *value)
{
    return json_is_array(value) ? json_array_get(value, 0) : value;
}

/* The first field of a part that is filled. */
static const struct xt_field *filled(const struct xt_shown *shown, enum xt_cite_part part)
{
    const struct xt_field *const *fields = shown->type->citing.parts[part];

    for (; fields && *fields; fields++)
        if (json_object_get(shown->body, (*fields)->name))
            return *fields;
    return NULL;
}

static struct xt_str words_of(const struct xt_field *field, const json_t *value, enum xt_lang lang,
                              struct xt_arena *arena)
{
    XT_AUTO(xt_text_done) struct xt_text words = {0};
    size_t i;

    if (field->kind == XT_KIND_LINK)
        return xt_str_trim(xt_json_str(value, "label"));
    xt_text_init(&words, XT_MIB);
    xt_show_one(field, value, lang, &words);
    for (i = 0; i < words.n; i++) /* an entry is a line */
        if (words.s[i] == '\n' || words.s[i] == '\t' || words.s[i] == '\r')
            words.s[i] = ' ';
    return xt_str_trim((struct xt_str){xt_arena_strndup(arena, words.s, words.n), words.n});
}

/* A link to what schema.org calls a Person. */
static bool is_person(const struct xt_region *region, const struct xt_field *field)
{
    const struct xt_type *to = field->to && field->to[0] ? xt_region_type(region, xt_str(field->to[0])) : NULL;

    return to && to->thing.name && strcmp(to->thing.name, "Person") == 0;
}

static void read_names(const struct xt_shown *shown, const struct xt_cite_context *context, struct xt_arena *arena,
                       struct xt_cited *out)
{
    const struct xt_field *field = filled(shown, XT_PART_AUTHOR);
    const json_t *value = field ? json_object_get(shown->body, field->name) : NULL;
    size_t count = !value ? 0 : json_is_array(value) ? json_array_size(value) : 1, i;
    struct xt_cite_name *names = xt_arena_alloc(arena, (count + 1) * sizeof *names);

    for (i = 0; i < count; i++) {
        struct xt_str text =
            words_of(field, json_is_array(value) ? json_array_get(value, i) : value, context->lang, arena);

        if (text.n > 0)
            names[out->name_count++] = (struct xt_cite_name){text, is_person(context->region, field)};
    }
    out->names = names;
}

static void read_keywords(const struct xt_shown *shown, struct xt_arena *arena, enum xt_lang lang, struct xt_cited *out)
{
    const struct xt_field *field = filled(shown, XT_PART_KEYWORDS);
    const json_t *value = field ? json_object_get(shown->body, field->name) : NULL;
    size_t count = !value ? 0 : json_is_array(value) ? json_array_size(value) : 1, i;
    struct xt_str *keywords = xt_arena_alloc(arena, (count + 1) * sizeof *keywords);

    for (i = 0; i < count; i++)
        keywords[i] = words_of(field, json_is_array(value) ? json_array_get(value, i) : value, lang, arena);
    out->keywords = keywords;
    out->keyword_count = count;
}

/* What is read on this node and nowhere else is cited by its address here. */
static bool needs_address(enum xt_cite_form form)
{
    return form == XT_CITE_PAGE || form == XT_CITE_DATASET || form == XT_CITE_PREPRINT;
}

static void read_address(const struct xt_shown *shown, const struct xt_cite_context *context, struct xt_arena *arena,
                         struct xt_cited *out)
{
    out->url = out->part[XT_PART_URL];
    out->own_url = out->url.n > 0;
    if (!out->own_url && needs_address(out->form) && context->base_url)
        out->url = xt_str(xt_arena_printf(arena, "%s/records/%s", context->base_url, shown->record.key));
}

void xt_cited_of(const struct xt_shown *shown, const struct xt_cite_context *context, struct xt_arena *arena,
                 struct xt_cited *out)
{
    const struct xt_citing *citing = &shown->type->citing;
    const char *form = xt_by_code(&citing->by, shown->body, NULL);
    int part;

    *out = (struct xt_cited){.form = form ? xt_cite_form(form) : citing->form,
                             .key = shown->record.key,
                             .site = xt_str(xt_region_house(context->region, context->lang, arena)),
                             .cited_on = context->cited_on};
    for (part = 0; part < XT_PARTS; part++) {
        const struct xt_field *field = filled(shown, (enum xt_cite_part)part);

        if (field && part != XT_PART_AUTHOR && part != XT_PART_KEYWORDS)
            out->part[part] =
                words_of(field, first_of(json_object_get(shown->body, field->name)), context->lang, arena);
    }
    read_names(shown, context, arena, out);
    read_keywords(shown, arena, context->lang, out);
    if (out->part[XT_PART_DATE].n >= 4)
        (void)xt_date_parse(out->part[XT_PART_DATE], &out->year, &out->month, &out->day);
    read_address(shown, context, arena, out);
}

struct xt_str cite_part(const struct xt_cited *cited, enum xt_cite_part part)
{
    struct xt_str s = cited->part[part];

    return s.s ? s : XT_STR("");
}

/* ---- names ---- */

bool cite_has_han(struct xt_str s)
{
    size_t i = 0;

    while (i < s.n) {
        uint32_t c;

        i += xt_utf8_decode(s.s + i, s.n - i, &c);
        if ((c >= 0x3400 && c <= 0x9FFF) || (c >= 0x3040 && c <= 0x30FF) || (c >= 0xAC00 && c <= 0xD7A3) ||
            (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF))
            return true;
    }
    return false;
}

static bool is_suffix(struct xt_str word)
{
    static const char *const suffixes[] = {"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"};
    size_t i;

    for (i = 0; i < XT_COUNT(suffixes); i++)
        if (xt_str_is(word, suffixes[i]))
            return true;
    return false;
}

/* Small words that belong to a family name: van, der, de, la. */
static bool is_particle(struct xt_str word)
{
    size_t i;

    for (i = 0; i < word.n; i++)
        if (word.s[i] < 'a' || word.s[i] > 'z')
            return false;
    return word.n > 0;
}

/* "JA", "J.A.", "J": initials behind a family name. */
static bool is_initials(struct xt_str word)
{
    size_t i, letters = 0;

    for (i = 0; i < word.n; i++) {
        if (word.s[i] >= 'A' && word.s[i] <= 'Z')
            letters++;
        else if (word.s[i] != '.' && word.s[i] != '-')
            return false;
    }
    return letters > 0 && letters <= 3;
}

static struct xt_str next_word(struct xt_str *rest)
{
    struct xt_str word;
    size_t n = 0;

    *rest = xt_str_trim(*rest);
    while (n < rest->n && rest->s[n] != ' ')
        n++;
    word = (struct xt_str){rest->s, n};
    rest->s += n;
    rest->n -= n;
    return word;
}

static void take_given(struct xt_str rest, struct name_parts *out)
{
    while ((rest = xt_str_trim(rest)).n > 0) {
        struct xt_str word = next_word(&rest);

        if (is_suffix(word))
            out->suffix = word;
        else if (out->given_count < GIVEN_MAX)
            out->given[out->given_count++] = word;
    }
}

/* Where a word begins from which on all is the family name: the last word, with the small ones before it. */
static size_t family_begins(struct xt_str name)
{
    size_t at = name.n;

    while (at > 0 && name.s[at - 1] != ' ')
        at--;
    while (at > 1) {
        size_t before = at - 1;

        while (before > 0 && name.s[before - 1] != ' ')
            before--;
        if (before == 0 || !is_particle((struct xt_str){name.s + before, at - 1 - before}))
            break;
        at = before;
    }
    return at;
}

void cite_name_parts(const struct xt_cite_name *name, struct name_parts *out)
{
    struct xt_str text = xt_str_trim(name->text), word;
    const char *comma = text.n > 0 ? memchr(text.s, ',', text.n) : NULL;
    size_t at;

    *out = (struct name_parts){.family = text};
    if (!name->person || text.n == 0 || cite_has_han(text))
        return;
    out->latin = true;
    if (comma) { /* "Berg, Ann van der" */
        out->family = xt_str_trim((struct xt_str){text.s, (size_t)(comma - text.s)});
        comma++;
        take_given((struct xt_str){comma, text.n - (size_t)(comma - text.s)}, out);
        return;
    }
    for (;;) { /* "Ann van der Berg Jr", "Berg A M" */
        at = text.n;
        while (at > 0 && text.s[at - 1] != ' ')
            at--;
        word = (struct xt_str){text.s + at, text.n - at};
        if (at == 0 || !is_suffix(word))
            break;
        out->suffix = word;
        text = xt_str_trim((struct xt_str){text.s, at});
    }
    if (at > 0 && is_initials(word)) {
        while (at > 0 && is_initials((struct xt_str){text.s + at, text.n - at})) {
            size_t before = at - 1;

            while (before > 0 && text.s[before - 1] != ' ')
                before--;
            word = (struct xt_str){text.s + before, at - 1 - before};
            if (before == 0 || !is_initials(word))
                break;
            at = before;
        }
        out->family = xt_str_trim((struct xt_str){text.s, at});
        take_given((struct xt_str){text.s + at, text.n - at}, out);
        return;
    }
    at = family_begins(text);
    out->family = (struct xt_str){text.s + at, text.n - at};
    take_given((struct xt_str){text.s, at}, out);
}

static bool all_capitals(struct xt_str word)
{
    size_t i;

    for (i = 0; i < word.n; i++)
        if (word.s[i] < 'A' || word.s[i] > 'Z')
            return false;
    return true;
}

void cite_initials(const struct name_parts *parts, const char *after, const char *between, struct xt_text *out)
{
    size_t i, k;
    bool first = true;

    for (i = 0; i < parts->given_count; i++) {
        struct xt_str word = parts->given[i];
        bool each = word.n <= 3 && all_capitals(word); /* "JA" is J A */
        bool begins = true;

        for (k = 0; k < word.n;) {
            uint32_t c;

            k += xt_utf8_decode(word.s + k, word.n - k, &c);
            if (c == '-' || c == '.' || c == 0x2010 || c == 0x2011) {
                begins = true;
                continue;
            }
            if (!u_isalpha((UChar32)c) || (!begins && !each))
                continue;
            if (!first)
                xt_text_add_z(out, between);
            xt_text_add_utf8(out, (uint32_t)u_toupper((UChar32)c));
            xt_text_add_z(out, after);
            first = begins = false;
        }
    }
}

bool cite_pages(struct xt_str pages, struct xt_str *out_first, struct xt_str *out_last)
{
    static const char *const dashes[] = {"--", "-", "\xE2\x80\x93", "\xE2\x80\x94\xE2\x80\x94", "\xE2\x80\x94", "~"};
    size_t i, at = SIZE_MAX;

    *out_first = pages;
    for (i = 0; i < XT_COUNT(dashes) && at == SIZE_MAX; i++) {
        at = xt_str_find(pages, xt_str(dashes[i]));
        if (at != SIZE_MAX) {
            *out_first = xt_str_trim((struct xt_str){pages.s, at});
            at += strlen(dashes[i]);
            *out_last = xt_str_trim((struct xt_str){pages.s + at, pages.n - at});
            return out_first->n > 0 && out_last->n > 0;
        }
    }
    return false;
}
