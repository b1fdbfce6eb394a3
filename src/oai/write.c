/* write.c - parts into elements. */
#include "oai/write.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "oai/oai_priv.h"
#include "oai/xml.h"

#define VALUE_MAX (16 * XT_MIB)
#define RECORD_OF "/records/"

void writer_init(struct writer *writer, struct xt_text *out, const struct xt_region *region, const char *base_url,
                 const char *node, struct xt_conn *conn)
{
    *writer = (struct writer){.out = out, .region = region, .base_url = base_url, .node = node, .conn = conn};
    view_init(&writer->view);
    xt_arena_init(&writer->arena);
    xt_text_init(&writer->scratch, VALUE_MAX);
}

void writer_done(struct writer *writer)
{
    view_done(&writer->view);
    xt_arena_done(&writer->arena);
    xt_text_done(&writer->scratch);
}

enum xt_code writer_take(struct writer *writer, const struct write_record *record, struct xt_error *err)
{
    writer->record = record;
    writer->links = NULL;
    writer->link_count = 0;
    if (!view_parse(&writer->view, record->body))
        return xt_fail(err, XT_E_INTERNAL, "body", XT_MSG_OAI_BODY, XT_VIEW(record->key));
    return XT_OK;
}

void writer_id(const struct format *format, const struct xt_region *region, const struct xt_type *type,
               struct xt_str key, struct xt_text *out)
{
    const struct format_entity *entity = format ? format_entity(format, region, type) : NULL;
    const char *slash = memchr(key.s, '/', key.n);

    if (entity && entity->collection && slash) {
        xt_text_add_z(out, entity->collection);
        key = (struct xt_str){slash, (size_t)(key.s + key.n - slash)};
    }
    xt_text_add_str(out, key);
}

/* ---- values ---- */

struct xt_str writer_value(struct writer *w, const struct xt_field *field, uint32_t at, bool label)
{
    struct xt_str s = view_text(&w->view, at);
    const char *words;
    char money[XT_MONEY_SIZE];
    int64_t fen;

    switch (field->kind) {
    case XT_KIND_LINK:
        at = view_member(&w->view, at, "label", 5);
        return at ? view_text(&w->view, at) : (struct xt_str){"", 0};
    case XT_KIND_CODE:
        words = label ? xt_codes_label(field->codes, s, XT_ZH) : NULL;
        return words ? xt_str(words) : s;
    case XT_KIND_MONEY:
        if (!xt_int_parse(s, &fen))
            return s;
        xt_text_clear(&w->scratch);
        xt_text_add_z(&w->scratch, xt_money_format(fen, money));
        return xt_text_view(&w->scratch);
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_BOOL:
    case XT_KIND_DATE:
    case XT_KIND_YEAR:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
    case XT_KIND_GROUP:
    case XT_KINDS:
        break;
    }
    return s;
}

/* BCP 47 by the letters: Han is Chinese, ASCII alone English; what else there is cannot be told from them. */
static const char *lang_of(struct xt_str s)
{
    bool ascii = true;
    size_t i;

    for (i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.s[i];

        if (c >= 0xE4 && c <= 0xE9)
            return "zh";
        ascii = ascii && c < 0x80;
    }
    return ascii ? "en" : "und";
}

/* What is written of a value; s NULL: nothing. */
static struct xt_str written_of(struct writer *w, const struct part *part, struct xt_str s)
{
    size_t i;

    for (i = 0; i < part->map_count; i++)
        if (xt_str_is(s, part->map[i].code))
            return xt_str(part->map[i].text);
    if (part->map_count > 0)
        return xt_str(part->otherwise);
    if (part->match) {
        regmatch_t found[2];
        const char *z = xt_arena_strndup(&w->arena, s.s, s.n);

        if (regexec(part->match, z, 2, found, 0) != 0)
            return (struct xt_str){NULL, 0};
        if (part->has_group && found[1].rm_so >= 0)
            s = (struct xt_str){z + found[1].rm_so, (size_t)(found[1].rm_eo - found[1].rm_so)};
    }
    return s.n > 0 ? s : (struct xt_str){NULL, 0};
}

/* What parts are read from: the body, an item of a group, or a link. */
struct place {
    uint32_t at;
    const struct xt_field *field; /* the link's or group's; NULL: the body */
    int64_t n;                    /* place in that field */
};

static void add_word(struct writer *w, enum part_word word, const char *text, const struct place *place,
                     struct xt_text *out)
{
    uint32_t at;

    switch (word) {
    case WORD_NONE:
        xt_text_add_z(out, text);
        break;
    case WORD_ID:
        writer_id(w->format, w->region, w->record->type, w->record->key, out);
        break;
    case WORD_KEY:
        xt_text_add_str(out, w->record->key);
        break;
    case WORD_OAI:
        oai_identifier(w->format, w->region, w->record, out);
        break;
    case WORD_PAGE:
        xt_text_add_z(out, w->base_url);
        xt_text_add_z(out, RECORD_OF);
        xt_text_add_str(out, w->record->key);
        break;
    case WORD_LABEL:
        at = view_member(&w->view, place->at, "label", 5);
        if (at)
            xt_text_add_str(out, view_text(&w->view, at));
        break;
    case WORD_NODE:
        xt_text_add_z(out, w->node);
        break;
    case WORD_BASE:
        xt_text_add_z(out, w->base_url);
        break;
    case WORD_ENTRY:
        xt_text_add_z(out, w->base_url);
        xt_text_add_z(out, OAI_PATH);
        break;
    case WORD_FIELD:
        break;
    }
}

/* Whether one of them holds a value of the record. */
static bool add_attributes(struct writer *w, const struct part *part, const struct place *place)
{
    XT_AUTO(xt_text_done) struct xt_text value = {0};
    bool any = false;
    size_t i;

    for (i = 0; i < part->attribute_count; i++) {
        const struct part_attribute *a = &part->attributes[i];
        uint32_t at;

        if (a->word == WORD_NONE) { /* most of them */
            xml_add_attribute(w->out, a->name, xt_str(a->text));
            continue;
        }
        if (a->word == WORD_FIELD) {
            at = view_first(&w->view, view_member(&w->view, place->at, a->field->name, strlen(a->field->name)));
            if (at) {
                xml_add_attribute(w->out, a->name, writer_value(w, a->field, at, false));
                any = true;
            }
            continue;
        }
        if (!value.s)
            xt_text_init(&value, 4 * XT_KIB);
        xt_text_clear(&value);
        add_word(w, a->word, a->text, place, &value);
        xml_add_attribute(w->out, a->name, xt_text_view(&value));
    }
    return any;
}

static bool open_element(struct writer *w, const struct part *part, const struct place *place, const char *lang)
{
    bool any;

    xt_text_add_char(w->out, '<');
    xt_text_add_z(w->out, part->name);
    any = add_attributes(w, part, place);
    if (lang)
        xml_add_attribute(w->out, "xml:lang", xt_str(lang));
    xt_text_add_char(w->out, '>');
    return any;
}

static void close_element(struct writer *w, const struct part *part)
{
    xt_text_add(w->out, "</", 2);
    xt_text_add_z(w->out, part->name);
    xt_text_add_char(w->out, '>');
}

static bool add_value(struct writer *w, const struct part *part, const struct place *place, struct xt_str s)
{
    s = written_of(w, part, s);
    if (!s.s)
        return false;
    (void)open_element(w, part, place, part->lang ? lang_of(s) : NULL);
    if (part->prefix)
        xml_z(w->out, part->prefix);
    xml_text(w->out, s);
    close_element(w, part);
    return true;
}

static bool add_fields(struct writer *w, const struct part *part, const struct place *place)
{
    bool any = false;
    size_t i;

    for (i = 0; i < part->field_count && !(any && (part->first || part->one)); i++) {
        const struct xt_field *field = part->fields[i];
        uint32_t at = view_member(&w->view, place->at, field->name, strlen(field->name)), item;

        for (item = view_first(&w->view, at); item && !(any && part->one); item = view_next(&w->view, at, item)) {
            /* Attributes may use the view's scratch: the value is copied where it lies there. */
            struct xt_str s = writer_value(w, field, item, part->label);

            if (s.s == w->view.scratch.s || s.s == w->scratch.s)
                s.s = xt_arena_strndup(&w->arena, s.s, s.n);
            any = add_value(w, part, place, s) || any;
        }
    }
    if (!any && part->otherwise) {
        (void)open_element(w, part, place, NULL);
        xml_z(w->out, part->otherwise);
        close_element(w, part);
        any = true;
    }
    return any;
}

static const struct write_link *target_of(const struct writer *w, const struct place *place)
{
    size_t i;

    for (i = 0; i < w->link_count; i++)
        if (w->links[i].n == place->n && xt_str_is(w->links[i].field, place->field->name))
            return &w->links[i];
    return NULL;
}

/* <OrgUnit id="OrgUnits/01J…"><Name>…</Name></OrgUnit>: a neighbour, with what names it. */
static bool add_link(struct writer *w, const struct part *part, const struct place *place)
{
    const struct write_link *target = target_of(w, place);
    const struct xt_type *type = target ? target->type : xt_region_type(w->region, xt_str(place->field->to[0]));
    const struct format_entity *entity = type ? format_entity(w->format, w->region, type) : NULL;
    uint32_t label = view_member(&w->view, place->at, "label", 5);
    struct xt_str name = target ? target->title : label ? view_text(&w->view, label) : (struct xt_str){"", 0};

    if (!entity || (part->known && !target))
        return false;
    xt_text_add_char(w->out, '<');
    xt_text_add_z(w->out, entity->element);
    if (target) {
        xt_text_add_z(w->out, " id=\"");
        writer_id(w->format, w->region, type, target->key, w->out);
        xt_text_add_char(w->out, '"');
    }
    xt_text_add_char(w->out, '>');
    if (entity->label && name.n > 0) {
        xt_text_addf(w->out, "<%s xml:lang=\"%s\">", entity->label, lang_of(name));
        xml_text(w->out, name);
        xt_text_addf(w->out, "</%s>", entity->label);
    }
    xt_text_addf(w->out, "</%s>", entity->element);
    return true;
}

static bool add_part(struct writer *w, const struct part *part, const struct place *place);

/* The element with its parts, or nothing where none of them has anything to say or a required one has not. */
static bool add_parts(struct writer *w, const struct part *part, const struct place *place)
{
    size_t mark = w->out->n, i;
    bool any = open_element(w, part, place, NULL) || part->always;

    for (i = 0; i < part->part_count; i++) {
        bool some = add_part(w, &part->parts[i], place);

        if (!some && (part->parts[i].required || part->parts[i].from == PART_LINK)) {
            xt_text_cut(w->out, mark);
            return false;
        }
        any = any || some;
    }
    if (!any) {
        xt_text_cut(w->out, mark);
        return false;
    }
    close_element(w, part);
    return true;
}

static bool add_each(struct writer *w, const struct part *part, const struct place *place)
{
    const struct xt_field *field = part->fields[0];
    uint32_t at = view_member(&w->view, place->at, field->name, strlen(field->name)), item;
    struct place inner = {.field = field};
    bool any = false;

    for (item = view_first(&w->view, at); item && !(any && part->one); item = view_next(&w->view, at, item)) {
        inner.at = item;
        any = add_parts(w, part, &inner) || any;
        inner.n++;
    }
    return any;
}

static bool add_part(struct writer *w, const struct part *part, const struct place *place)
{
    switch (part->from) {
    case PART_PARTS:
        return add_parts(w, part, place);
    case PART_FIELDS:
        return add_fields(w, part, place);
    case PART_EACH:
        return add_each(w, part, place);
    case PART_LINK:
        return add_link(w, part, place);
    case PART_TEXT:
        break;
    }
    if (part->word != WORD_NONE) {
        struct xt_text value;

        xt_text_init(&value, XT_MIB);
        add_word(w, part->word, part->text, place, &value);
        (void)open_element(w, part, place, NULL);
        xml_text(w->out, xt_text_view(&value));
        close_element(w, part);
        xt_text_done(&value);
        return true;
    }
    (void)open_element(w, part, place, NULL);
    xml_z(w->out, part->text);
    close_element(w, part);
    return true;
}

/* ---- a record ---- */

static enum xt_code write_template(struct writer *w, struct xt_error *err)
{
    const struct format_entity *entity = format_entity(w->format, w->region, w->record->type);
    struct place body = {0};
    enum xt_code rc = oai_links(w->conn, w->region, w->record->id, &w->arena, &w->links, &w->link_count, err);

    if (rc == XT_OK)
        (void)add_parts(w, entity->root, &body); /* a root is written in any case */
    return rc;
}

enum xt_code writer_metadata(struct writer *w, const struct format *format, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    w->format = format;
    xt_arena_clear(&w->arena);
    switch (format->way) {
    case FORMAT_TEMPLATE:
        rc = write_template(w, err);
        break;
    case FORMAT_DUBLIN_CORE:
        write_dublin_core(w);
        break;
    case FORMAT_FULL:
        rc = write_full(w, err);
        break;
    }
    return rc;
}

void writer_service(struct writer *w, const struct format *format)
{
    const struct place nowhere = {0};

    w->format = format;
    xt_arena_clear(&w->arena);
    if (format->service)
        (void)add_part(w, format->service, &nowhere);
}
