/* dc.c - a record in unqualified Dublin Core: what the types' "exchange" says, and what every record has. */
#include <string.h>

#include "oai/oai_priv.h"
#include "oai/write.h"
#include "oai/xml.h"

#define ROOT                                                                  \
    "<oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\"" \
    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""                          \
    " xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/oai_dc/ "      \
    "http://www.openarchives.org/OAI/2.0/oai_dc.xsd\">"

static bool takes_codes(const struct format *format, const char *element)
{
    size_t i;

    for (i = 0; format->codes_as_codes[i]; i++)
        if (strcmp(format->codes_as_codes[i], element) == 0)
            return true;
    return false;
}

static void open_tag(struct xt_text *out, const char *element)
{
    xt_text_add_char(out, '<');
    xt_text_add_z(out, element);
    xt_text_add_char(out, '>');
}

static void close_tag(struct xt_text *out, const char *element)
{
    xt_text_add(out, "</", 2);
    xt_text_add_z(out, element);
    xt_text_add_char(out, '>');
}

static void add_field(struct writer *w, const struct xt_field *field)
{
    uint32_t at = view_member(&w->view, 0, field->name, strlen(field->name)), item;
    bool label = field->kind == XT_KIND_CODE && !takes_codes(w->format, field->dc);

    for (item = view_first(&w->view, at); item; item = view_next(&w->view, at, item)) {
        struct xt_str s = writer_value(w, field, item, label);

        if (s.n == 0)
            continue;
        open_tag(w->out, field->dc);
        if (field->kind == XT_KIND_IDENTIFIER) { /* "doi:10.…": which number it is */
            xt_text_add_z(w->out, field->scheme->name);
            xt_text_add_char(w->out, ':');
        }
        xml_text(w->out, s);
        close_tag(w->out, field->dc);
    }
}

void write_dublin_core(struct writer *w)
{
    const struct xt_type *type = w->record->type;
    size_t i;

    xt_text_add(w->out, ROOT, sizeof ROOT - 1);
    for (i = 0; i < type->field_count; i++)
        if (type->fields[i].dc && type->fields[i].visibility == XT_PUBLIC && type->fields[i].kind != XT_KIND_GROUP)
            add_field(w, &type->fields[i]);
    xml_element(w->out, "dc:type", xt_str(type->labels[XT_ZH]));
    xt_text_add_z(w->out, "<dc:identifier>");
    xml_z(w->out, w->base_url);
    xt_text_add_z(w->out, "/records/");
    xt_text_add_str(w->out, w->record->key);
    xt_text_add_z(w->out, "</dc:identifier></oai_dc:dc>");
}
