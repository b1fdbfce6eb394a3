/*
 * xt.c - "full": a record with everything that is public, by the names of its type's fields, and the schema of that.
 *
 * <record> holds <core>, the elements that every record has whatever its type (shaped on the core metadata of GB/T 30523-2023:
 * identifier, name, description, keyword, date generated, date registered), then an element of the type's name with the fields in
 * the order of the type file, then <provenance>. docs/exchange.md is its description; write_full_schema() its schema.
 */
#include <string.h>

#include "catalog/catalog.h"
#include "oai/oai_priv.h"
#include "oai/write.h"
#include "oai/xml.h"

static const char *const origins[] = {
    [XT_ORIGIN_LOCAL] = "local", [XT_ORIGIN_IMPORT] = "import", [XT_ORIGIN_HARVEST] = "harvest"};

/* Which core element is which element of Dublin Core, as the type's "exchange" has it; in the schema's order. */
static const struct {
    const char *name, *dc;
} core[] = {
    {"name", "dc:title"},
    {"description", "dc:description"},
    {"keyword", "dc:subject"},
    {"generated", "dc:date"},
};

static void add_instant(struct xt_text *out, const char *name, xt_instant at)
{
    char text[XT_INSTANT_SIZE];

    xml_add_attribute(out, name, xt_str(xt_instant_format(at, false, text)));
}

/* ---- core ---- */

static void add_identifiers(struct writer *w)
{
    const struct xt_type *type = w->record->type;
    XT_AUTO(xt_text_done) struct xt_text identifier = {0};
    size_t i;

    xt_text_init(&identifier, 4 * XT_KIB);
    oai_identifier(w->format, w->region, w->record, &identifier);
    xt_text_add_z(w->out, "<identifier scheme=\"oai\">");
    xml_text(w->out, xt_text_view(&identifier));
    xt_text_add_z(w->out, "</identifier>");
    for (i = 0; i < type->field_count; i++) {
        const struct xt_field *field = &type->fields[i];
        uint32_t at, item;

        if (field->kind != XT_KIND_IDENTIFIER || !field->identity || field->visibility != XT_PUBLIC)
            continue;
        at = view_member(&w->view, 0, field->name, strlen(field->name));
        for (item = view_first(&w->view, at); item; item = view_next(&w->view, at, item)) {
            xt_text_add_z(w->out, "<identifier scheme=\"");
            xt_text_add_z(w->out, field->scheme->name);
            xt_text_add_z(w->out, "\">");
            xml_text(w->out, view_text(&w->view, item));
            xt_text_add_z(w->out, "</identifier>");
        }
    }
}

static void add_core(struct writer *w)
{
    const struct xt_type *type = w->record->type;
    char text[XT_INSTANT_SIZE];
    size_t c, i;

    xt_text_add_z(w->out, "<core>");
    add_identifiers(w);
    for (c = 0; c < XT_COUNT(core); c++) {
        for (i = 0; i < type->field_count; i++) {
            const struct xt_field *field = &type->fields[i];
            uint32_t at, item;

            if (!field->dc || strcmp(field->dc, core[c].dc) != 0 || field->visibility != XT_PUBLIC)
                continue;
            at = view_member(&w->view, 0, field->name, strlen(field->name));
            for (item = view_first(&w->view, at); item; item = view_next(&w->view, at, item))
                xml_element(w->out, core[c].name, writer_value(w, field, item, true));
        }
    }
    xml_element(w->out, "registered", xt_str(xt_instant_format(w->record->created, false, text)));
    xt_text_add_z(w->out, "<page>");
    xml_z(w->out, w->base_url);
    xt_text_add_z(w->out, "/records/");
    xt_text_add_str(w->out, w->record->key);
    xt_text_add_z(w->out, "</page></core>");
}

/* ---- fields ---- */

/* Whether a value is of the kind that its field has now; what an older type file let in may be of another. */
static bool fits(const struct xt_field *field, const struct view_node *node)
{
    switch (field->kind) {
    case XT_KIND_INTEGER:
    case XT_KIND_DECIMAL:
    case XT_KIND_MONEY:
    case XT_KIND_YEAR:
        return node->kind == VIEW_NUMBER;
    case XT_KIND_BOOL:
        return node->kind == VIEW_BOOL;
    case XT_KIND_LINK:
    case XT_KIND_GROUP:
        return node->kind == VIEW_OBJECT;
    case XT_KIND_STRING:
    case XT_KIND_TEXT:
    case XT_KIND_DATE:
    case XT_KIND_CODE:
    case XT_KIND_IDENTIFIER:
    case XT_KIND_URL:
    case XT_KIND_EMAIL:
        return node->kind == VIEW_STRING;
    case XT_KINDS:
        break;
    }
    return false;
}

/* key: the target's, where it is here; ref: as the source says it, unless only this node knows what it means. */
static void add_link_attributes(struct writer *w, const struct xt_field *field, uint32_t at, int64_t n)
{
    uint32_t ref_at = view_member(&w->view, at, "ref", 3);
    struct xt_str ref = ref_at ? view_text(&w->view, ref_at) : (struct xt_str){"", 0};
    size_t i;

    if (ref.n > 0 && !xt_str_starts(ref, "src:"))
        xml_add_attribute(w->out, "ref", ref);
    for (i = 0; i < w->link_count; i++) {
        if (w->links[i].n == n && xt_str_is(w->links[i].field, field->name)) {
            xml_add_attribute(w->out, "key", w->links[i].key);
            break;
        }
    }
}

static void add_fields(struct writer *w, const struct xt_field *fields, size_t count, uint32_t at);

static void add_value(struct writer *w, const struct xt_field *field, uint32_t at, int64_t n)
{
    const char *words;
    struct xt_str s;

    xt_text_add_char(w->out, '<');
    xt_text_add_z(w->out, field->name);
    if (field->kind == XT_KIND_LINK)
        add_link_attributes(w, field, at, n);
    s = field->kind == XT_KIND_LINK ? writer_value(w, field, at, false) : view_text(&w->view, at);
    if (field->kind == XT_KIND_CODE) {
        words = xt_codes_label(field->codes, s, XT_ZH);
        if (words)
            xml_add_attribute(w->out, "label", xt_str(words));
    }
    xt_text_add_char(w->out, '>');
    if (field->kind == XT_KIND_GROUP)
        add_fields(w, field->fields, field->field_count, at);
    else
        xml_text(w->out, s);
    xt_text_add(w->out, "</", 2);
    xt_text_add_z(w->out, field->name);
    xt_text_add_char(w->out, '>');
}

static void add_fields(struct writer *w, const struct xt_field *fields, size_t count, uint32_t at)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const struct xt_field *field = &fields[i];
        uint32_t values, item;
        int64_t n = 0;

        if (field->visibility != XT_PUBLIC)
            continue;
        values = view_member(&w->view, at, field->name, strlen(field->name));
        for (item = view_first(&w->view, values); item; item = view_next(&w->view, values, item)) {
            if (fits(field, &w->view.nodes[item]))
                add_value(w, field, item, n);
            n++;
            if (!field->many)
                break;
        }
    }
}

/* ---- provenance ---- */

static enum xt_code add_provenance(struct writer *w, struct xt_error *err)
{
    const struct write_source *sources;
    struct xt_str *merged;
    size_t count, merged_count, i;
    enum xt_code rc = oai_sources(w->conn, w->record->id, &w->arena, &sources, &count, err);

    if (rc == XT_OK)
        rc = oai_merged(w->conn, w->record->key, &w->arena, &merged, &merged_count, err);
    if (rc != XT_OK)
        return rc;
    xt_text_add_z(w->out, "<provenance>");
    for (i = 0; i < merged_count; i++)
        xml_element(w->out, "merged", merged[i]);
    for (i = 0; i < count; i++) {
        const struct write_source *s = &sources[i];

        xt_text_add_z(w->out, "<source");
        xml_add_attribute(w->out, "node", s->node);
        xml_add_attribute(w->out, "origin", xt_str(origins[s->origin]));
        if (s->mapping.n > 0)
            xml_add_attribute(w->out, "mapping", s->mapping);
        if (s->file.n > 0)
            xml_add_attribute(w->out, "file", s->file);
        if (s->row > 0)
            xt_text_addf(w->out, " row=\"%lld\"", (long long)s->row);
        add_instant(w->out, "datestamp", s->datestamp);
        xt_text_add(w->out, "/>", 2);
    }
    xt_text_add_z(w->out, "</provenance>");
    return XT_OK;
}

enum xt_code write_full(struct writer *w, struct xt_error *err)
{
    const struct write_record *record = w->record;
    enum xt_code rc = oai_links(w->conn, w->region, record->id, &w->arena, &w->links, &w->link_count, err);

    if (rc != XT_OK)
        return rc;
    xt_text_addf(w->out, "<record xmlns=\"%s\" xsi:schemaLocation=\"%s ", w->format->ns, w->format->ns);
    oai_schema_address(w->format, w->base_url, w->out);
    xt_text_add_z(w->out, "\"");
    xml_add_attribute(w->out, "type", xt_str(record->type->name));
    xml_add_attribute(w->out, "key", record->key);
    xml_add_attribute(w->out, "node", record->node);
    xt_text_addf(w->out, " version=\"%lld\"", (long long)record->version);
    add_instant(w->out, "created", record->created);
    add_instant(w->out, "updated", record->updated);
    xt_text_add_char(w->out, '>');
    add_core(w);
    xt_text_addf(w->out, "<%s>", record->type->name);
    add_fields(w, record->type->fields, record->type->field_count, 0);
    xt_text_addf(w->out, "</%s>", record->type->name);
    rc = add_provenance(w, err);
    xt_text_add_z(w->out, "</record>");
    return rc;
}

/* ---- the schema ---- */

static const char *const schema_types[] = {
    [XT_KIND_STRING] = "xs:string",   [XT_KIND_TEXT] = "xs:string",
    [XT_KIND_INTEGER] = "xs:integer", [XT_KIND_DECIMAL] = "xs:double",
    [XT_KIND_MONEY] = "xs:integer",   [XT_KIND_BOOL] = "xs:boolean",
    [XT_KIND_DATE] = "date",          [XT_KIND_YEAR] = "xs:integer",
    [XT_KIND_CODE] = "code",          [XT_KIND_IDENTIFIER] = "xs:string",
    [XT_KIND_URL] = "xs:string",      [XT_KIND_EMAIL] = "xs:string",
    [XT_KIND_LINK] = "link",          [XT_KIND_GROUP] = NULL,
};

/* What every file of this kind has, whatever the region. */
static const char schema_frame[] =
    "<xs:simpleType name=\"date\"><xs:annotation><xs:documentation>A year, a month or a day.</xs:documentation>"
    "</xs:annotation><xs:union memberTypes=\"xs:gYear xs:gYearMonth xs:date\"/></xs:simpleType>\n"
    "<xs:complexType name=\"code\"><xs:annotation><xs:documentation>A code of a list of the region, and its Chinese "
    "label.</xs:documentation></xs:annotation><xs:simpleContent><xs:extension base=\"xs:string\">"
    "<xs:attribute name=\"label\" type=\"xs:string\"/></xs:extension></xs:simpleContent></xs:complexType>\n"
    "<xs:complexType name=\"link\"><xs:annotation><xs:documentation>The label of a link. key: of the record it leads to, "
    "where the node has that; ref: how the source names it, as type/ULID or scheme:value.</xs:documentation>"
    "</xs:annotation><xs:simpleContent><xs:extension base=\"xs:string\"><xs:attribute name=\"ref\" type=\"xs:string\"/>"
    "<xs:attribute name=\"key\" type=\"xs:string\"/></xs:extension></xs:simpleContent></xs:complexType>\n"
    "<xs:complexType name=\"identifier\"><xs:simpleContent><xs:extension base=\"xs:string\">"
    "<xs:attribute name=\"scheme\" type=\"xs:string\" use=\"required\"/></xs:extension></xs:simpleContent>"
    "</xs:complexType>\n"
    "<xs:complexType name=\"core\"><xs:sequence>"
    "<xs:element name=\"identifier\" type=\"identifier\" maxOccurs=\"unbounded\"/>"
    "<xs:element name=\"name\" type=\"xs:string\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
    "<xs:element name=\"description\" type=\"xs:string\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
    "<xs:element name=\"keyword\" type=\"xs:string\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
    "<xs:element name=\"generated\" type=\"date\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
    "<xs:element name=\"registered\" type=\"xs:dateTime\"/>"
    "<xs:element name=\"page\" type=\"xs:anyURI\"/></xs:sequence></xs:complexType>\n"
    "<xs:complexType name=\"source\"><xs:attribute name=\"node\" type=\"xs:string\" use=\"required\"/>"
    "<xs:attribute name=\"origin\" use=\"required\"><xs:simpleType><xs:restriction base=\"xs:string\">"
    "<xs:enumeration value=\"local\"/><xs:enumeration value=\"import\"/><xs:enumeration value=\"harvest\"/>"
    "</xs:restriction></xs:simpleType></xs:attribute><xs:attribute name=\"mapping\" type=\"xs:string\"/>"
    "<xs:attribute name=\"file\" type=\"xs:string\"/><xs:attribute name=\"row\" type=\"xs:positiveInteger\"/>"
    "<xs:attribute name=\"datestamp\" type=\"xs:dateTime\" use=\"required\"/></xs:complexType>\n"
    "<xs:complexType name=\"provenance\"><xs:sequence><xs:element name=\"merged\" type=\"xs:string\" minOccurs=\"0\" "
    "maxOccurs=\"unbounded\"/><xs:element name=\"source\" type=\"source\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>"
    "</xs:sequence></xs:complexType>\n";

static void schema_documentation(const char *const labels[XT_LANGS], struct xt_text *out)
{
    xt_text_add_z(out, "<xs:annotation><xs:documentation xml:lang=\"zh\">");
    xml_z(out, labels[XT_ZH]);
    xt_text_add_z(out, "</xs:documentation><xs:documentation xml:lang=\"en\">");
    xml_z(out, labels[XT_EN]);
    xt_text_add_z(out, "</xs:documentation></xs:annotation>");
}

/* Every field may be absent: a node keeps records that came in under an older type file. */
static void schema_fields(const struct xt_field *fields, size_t count, struct xt_text *out)
{
    size_t i;

    xt_text_add_z(out, "<xs:complexType><xs:sequence>");
    for (i = 0; i < count; i++) {
        const struct xt_field *field = &fields[i];
        const char *type = schema_types[field->kind];

        if (field->visibility != XT_PUBLIC)
            continue;
        xt_text_addf(out, "\n<xs:element name=\"%s\"", field->name);
        if (type)
            xt_text_addf(out, " type=\"%s\"", type);
        xt_text_add_z(out, field->many ? " minOccurs=\"0\" maxOccurs=\"unbounded\">" : " minOccurs=\"0\">");
        schema_documentation(field->labels, out);
        if (field->kind == XT_KIND_GROUP)
            schema_fields(field->fields, field->field_count, out);
        xt_text_add_z(out, "</xs:element>");
    }
    xt_text_add_z(out, "</xs:sequence></xs:complexType>");
}

void write_full_schema(const struct xt_region *region, const char *ns, struct xt_text *out)
{
    size_t i;

    xt_text_add_z(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema "
                       "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"");
    xml_attribute(out, xt_str(ns));
    xt_text_add_z(out, "\" targetNamespace=\"");
    xml_attribute(out, xt_str(ns));
    xt_text_add_z(out, "\" elementFormDefault=\"qualified\">\n");
    xt_text_add_z(out, schema_frame);
    xt_text_add_z(out, "<xs:element name=\"record\"><xs:complexType><xs:sequence>"
                       "<xs:element name=\"core\" type=\"core\"/><xs:choice>");
    for (i = 0; i < region->type_count; i++)
        xt_text_addf(out, "<xs:element ref=\"%s\"/>", region->types[i].name);
    xt_text_add_z(out, "</xs:choice><xs:element name=\"provenance\" type=\"provenance\"/></xs:sequence>"
                       "<xs:attribute name=\"type\" type=\"xs:string\" use=\"required\"/>"
                       "<xs:attribute name=\"key\" type=\"xs:string\" use=\"required\"/>"
                       "<xs:attribute name=\"node\" type=\"xs:string\" use=\"required\"/>"
                       "<xs:attribute name=\"version\" type=\"xs:positiveInteger\" use=\"required\"/>"
                       "<xs:attribute name=\"created\" type=\"xs:dateTime\" use=\"required\"/>"
                       "<xs:attribute name=\"updated\" type=\"xs:dateTime\" use=\"required\"/>"
                       "</xs:complexType></xs:element>\n");
    for (i = 0; i < region->type_count; i++) {
        xt_text_addf(out, "<xs:element name=\"%s\">", region->types[i].name);
        schema_documentation(region->types[i].labels, out);
        schema_fields(region->types[i].fields, region->types[i].field_count, out);
        xt_text_add_z(out, "</xs:element>\n");
    }
    xt_text_add_z(out, "</xs:schema>\n");
}
