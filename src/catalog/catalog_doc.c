/* catalog_doc.c - what the search index is told of a record. */
#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "catalog/catalog_priv.h"
#include "text/collate.h"
#include "text/pinyin.h"

#define SORT_KEY_BYTES 64
#define PARTS_MAX      1024 /* texts, values or numbers of one document */

void doc_value_text(const struct xt_field *field, const json_t *value, struct xt_text *out)
{
    const struct xt_code_item *item;
    json_t *member;
    size_t i;

    if (json_is_array(value)) {
        json_array_foreach (value, i, member) {
            if (i > 0)
                xt_text_add_char(out, '\n');
            doc_value_text(field, member, out);
        }
        return;
    }
    switch (field->kind) {
    case XT_KIND_LINK:
        xt_text_add_str(out, xt_json_str(value, "label"));
        break;
    case XT_KIND_CODE:
        item = xt_codes_find(field->codes, xt_json_view(value));
        if (!item) {
            xt_text_add_str(out, xt_json_view(value));
            break;
        }
        if (field->codes->open) { /* people look for classes by their code: H01L */
            xt_text_add_z(out, item->code);
            xt_text_add_char(out, '\n');
        }
        xt_text_add_z(out, item->labels[XT_ZH]);
        if (item->labels[XT_EN] != item->labels[XT_ZH]) {
            xt_text_add_char(out, '\n');
            xt_text_add_z(out, item->labels[XT_EN]);
        }
        break;
    case XT_KIND_GROUP:
        for (i = 0; i < field->field_count; i++) {
            member = json_object_get(value, field->fields[i].name);
            if (!member || field->fields[i].visibility > field->visibility)
                continue;
            if (out->n > 0)
                xt_text_add_char(out, '\n');
            doc_value_text(&field->fields[i], member, out);
        }
        break;
    case XT_KIND_INTEGER:
    case XT_KIND_YEAR:
    case XT_KIND_MONEY:
        xt_text_add_int(out, json_integer_value(value));
        break;
    case XT_KIND_DECIMAL:
    case XT_KIND_BOOL:
        break;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_DATE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KINDS:
        xt_text_add_str(out, xt_json_view(value));
        break;
    }
}

/* Days since 1970 of a date's first day; false when it is none. */
static bool days_of(struct xt_str date, int64_t *out)
{
    int year, month, day;

    if (!xt_date_parse(date, &year, &month, &day))
        return false;
    *out = xt_days_from_civil(year, month > 0 ? month : 1, day > 0 ? day : 1);
    return true;
}

struct building {
    struct xt_arena *arena;
    struct xt_search_text *texts;
    struct xt_search_value *values;
    size_t value_room;
    struct xt_search_number *numbers;
    struct xt_search_doc *doc;
};

static void add_text(struct building *b, const struct xt_field *field, const json_t *value)
{
    struct xt_text text;

    if (b->doc->text_count >= PARTS_MAX)
        return;
    if (json_is_string(value) && field->kind != XT_KIND_CODE) { /* the common case borrows from the body */
        b->texts[b->doc->text_count++] = (struct xt_search_text){(unsigned)field->search, xt_json_view(value)};
        return;
    }
    xt_text_init(&text, 4 * XT_MIB);
    doc_value_text(field, value, &text);
    if (text.n > 0)
        b->texts[b->doc->text_count++] =
            (struct xt_search_text){(unsigned)field->search, {xt_arena_strndup(b->arena, text.s, text.n), text.n}};
    xt_text_done(&text);
}

static void add_facet(struct building *b, const struct xt_field *field, const json_t *value, bool is_year)
{
    struct xt_str s = xt_json_view(value);
    size_t i;
    json_t *item;

    if (json_is_array(value)) {
        json_array_foreach (value, i, item)
            add_facet(b, field, item, is_year);
        return;
    }
    if (field->kind == XT_KIND_LINK) {
        s = xt_json_str(value, "label");
    } else if (json_is_integer(value)) {
        const char *digits = xt_arena_printf(b->arena, "%lld", (long long)json_integer_value(value));

        s = xt_str(digits);
    } else if (json_is_boolean(value)) {
        s = json_is_true(value) ? XT_STR("true") : XT_STR("false");
    }
    if (is_year && s.n > 4)
        s.n = 4; /* a date's year */
    if (s.n > 0 && b->doc->value_count < b->value_room)
        b->values[b->doc->value_count++] = (struct xt_search_value){(unsigned)field->facet, s};
}

static void add_number(struct building *b, const struct xt_field *field, const json_t *value)
{
    int64_t number;

    if (json_is_array(value))
        value = json_array_get(value, 0);
    if (field->kind == XT_KIND_DATE) {
        if (!days_of(xt_json_view(value), &number))
            return;
    } else if (json_is_number(value)) {
        number = (int64_t)json_number_value(value);
    } else {
        return;
    }
    if (b->doc->number_count < PARTS_MAX)
        b->numbers[b->doc->number_count++] = (struct xt_search_number){(unsigned)field->range, number};
}

/* ---- how a title sounds ---- */

#define TITLE_TEXTS      3  /* it gives so many texts at most */
#define TITLE_UNITS      24 /* of a title: nobody types more before he sees it */
#define TITLE_RANK_CHARS 500

struct sounding {
    struct xt_text sound, initials;
    unsigned tokens;
};

static void add_word(struct sounding *s, struct xt_text *out, const char *before, const char *word, size_t n)
{
    if (out->n > 0)
        xt_text_add_char(out, ' ');
    xt_text_add_z(out, before);
    xt_text_add(out, word, n);
    s->tokens++;
}

/* The syllable of the character behind a character; NULL where there is none. */
static const char *next_of(const struct xt_sound *units, size_t count, size_t i)
{
    return units[i].c && units[i].s && i + 1 < count && units[i + 1].c ? units[i + 1].s : NULL;
}

/* Syllables and words in a row, each syllable with the first letter of the next (dian1z zi1x xian), so that few texts have
 * it; and in another row pairs of initials (dz zx x). The first of either begins with 0, so that titles are found by how
 * they begin. A lone 0 stands where a character has no reading. */
static void sound_units(struct sounding *s, const struct xt_sound *units, size_t count)
{
    bool han = false;
    size_t i;

    for (i = 0; i < count; i++)
        han = han || units[i].c;
    for (i = 0; i < count && (han || i == 0); i++) {
        const char *next = next_of(units, count, i);

        add_word(s, &s->sound, i == 0 || !units[i].s ? "0" : "", units[i].s, units[i].n);
        if (next)
            xt_text_addf(&s->sound, "1%c", next[0]);
    }
    for (i = 0; i < count && han; i++) {
        const char *next = next_of(units, count, i);
        char initials[2] = {units[i].c && units[i].s ? units[i].s[0] : '0', next ? next[0] : 0};

        add_word(s, &s->initials, i == 0 ? "0" : "", initials, next ? 2 : 1);
    }
}

static void add_title(struct building *b, const struct xt_region *region, const struct xt_type *type,
                      struct xt_str title)
{
    struct xt_sound units[TITLE_UNITS];
    size_t count = xt_sound_read(title, b->arena, units, TITLE_UNITS);
    size_t chars = xt_utf8_count(title.s, title.n);
    struct sounding s = {.tokens = 0};
    struct xt_search_text *texts = &b->texts[b->doc->text_count];

    xt_text_init(&s.sound, 4 * XT_KIB);
    xt_text_init(&s.initials, 4 * XT_KIB);
    sound_units(&s, units, count);
    if (count > 0 && units[0].c) { /* and by its first character */
        texts[0] = (struct xt_search_text){region->title_sound,
                                           xt_str(xt_arena_printf(b->arena, "0u%04x", (unsigned)units[0].c))};
        b->doc->text_count++;
        s.tokens++;
    }
    if (count > 0) {
        b->texts[b->doc->text_count++] =
            (struct xt_search_text){region->title_sound, {xt_arena_strndup(b->arena, s.sound.s, s.sound.n), s.sound.n}};
        b->texts[b->doc->text_count++] = (struct xt_search_text){
            region->title_initials, {xt_arena_strndup(b->arena, s.initials.s, s.initials.n), s.initials.n}};
    }
    b->doc->uncounted = s.tokens;
    b->numbers[b->doc->number_count++] = (struct xt_search_number){
        region->title_rank, (int64_t)(chars < TITLE_RANK_CHARS ? chars : TITLE_RANK_CHARS) + type->suggest_back};
    xt_text_done(&s.sound);
    xt_text_done(&s.initials);
}

void doc_build(const struct xt_region *region, const struct xt_type *type, const struct xt_record *record,
               const json_t *body, struct xt_arena *arena, struct xt_search_doc *out)
{
    struct building b = {.arena = arena, .doc = out};
    struct xt_text key;
    size_t i, values = 1, texts = 0;

    *out = (struct xt_search_doc){.id = record->id,
                                  .deleted = record->deleted,
                                  .date = INT64_MIN,
                                  .min_class = strcmp(record->status, "published") == 0 ? XT_PUBLIC : XT_OFFICER};
    if (record->deleted)
        return;
    for (i = 0; i < type->field_count; i++) { /* exact sizes: an arena block for each document, not a page */
        const json_t *value = json_object_get(body, type->fields[i].name);

        values += !value ? 0 : json_is_array(value) ? json_array_size(value) : 1;
        texts += value != NULL;
    }
    if (values > PARTS_MAX)
        values = PARTS_MAX;
    b.texts = xt_arena_alloc(arena, (texts + 1 + TITLE_TEXTS) * sizeof *b.texts);
    b.values = xt_arena_alloc(arena, values * sizeof *b.values);
    b.value_room = values;
    b.numbers = xt_arena_alloc(arena, (texts + 2) * sizeof *b.numbers);
    b.values[out->value_count++] = (struct xt_search_value){0, xt_str(type->name)};
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        const json_t *value = json_object_get(body, field->name);
        bool is_year;

        if (!value)
            continue;
        if (field->search >= 0)
            add_text(&b, field, value);
        if (field->range >= 0)
            add_number(&b, field, value);
        if (field->facet < 0)
            continue;
        is_year = region->schema.facets[field->facet].is_year;
        add_facet(&b, field, value, is_year);
        if (is_year && out->date == INT64_MIN)
            (void)days_of(xt_json_view(value), &out->date);
    }
    if (out->date == INT64_MIN) { /* a year field has no day: its first */
        for (i = 0; i < out->value_count; i++) {
            if (region->schema.facets[b.values[i].facet].is_year)
                (void)days_of(b.values[i].value, &out->date);
        }
    }
    add_title(&b, region, type, xt_str(record->title));
    out->texts = b.texts;
    out->values = b.values;
    out->numbers = b.numbers;
    xt_text_init(&key, SORT_KEY_BYTES);
    xt_sort_key(xt_str(record->title), SORT_KEY_BYTES, &key);
    out->sort_key = (struct xt_str){xt_arena_strndup(arena, key.s, key.n), key.n};
    xt_text_done(&key);
}
