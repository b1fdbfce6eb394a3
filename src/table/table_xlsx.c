/*
 * table_xlsx.c - workbooks (ECMA-376): the package, its sheets, number formats and shared strings.
 *
 * Parts are found by their relations, as Excel does, and by their usual names where these lack. Only four kinds of part
 * are opened (workbook, styles, shared strings, the sheet), so others may be missing or broken.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "table/table_xlsx_priv.h"

#define SHEETS_MAX    4096u
#define STYLES_MAX    65536u
#define RELATIONS_MAX 65536u
#define FORMATS_MAX   4096u

/* ---- the package ---- */

struct zip_package {
    struct xt_package base;
    zip_t *zip;
    const struct xt_table_limits *limits;
};

static enum xt_code zip_package_open(struct xt_package *package, const char *part, struct xt_source **out,
                                     struct xt_error *err)
{
    struct zip_package *zip = (struct zip_package *)package;
    zip_int64_t index;

    while (*part == '/')
        part++;
    index = zip_name_locate(zip->zip, part, ZIP_FL_NOCASE);
    *out = NULL;
    if (index < 0)
        return XT_OK;
    return xt_source_zip(zip->zip, (uint64_t)index, zip->limits, package->name, out, err);
}

static void zip_package_close(struct xt_package *package)
{
    struct zip_package *zip = (struct zip_package *)package;

    zip_discard(zip->zip);
    free(zip);
}

struct xt_package *xt_package_zip(zip_t **zip, const struct xt_table_limits *limits, const char *name, int64_t total)
{
    struct zip_package *package = xt_calloc(1, sizeof *package);

    package->base.open = zip_package_open;
    package->base.close = zip_package_close;
    package->base.name = name;
    package->base.total = total;
    package->zip = *zip;
    package->limits = limits;
    *zip = NULL;
    return &package->base;
}

/* Reads a whole part through calls. *out_there false where the package has no such part. */
static enum xt_code read_part(struct xt_package *package, const char *part, const struct xt_xml_calls *calls,
                              void *user, bool *out_there, struct xt_error *err)
{
    struct xt_source *source = NULL;
    struct xt_xml *xml;
    enum xt_code rc = package->open(package, part, &source, err);

    *out_there = source != NULL;
    if (rc != XT_OK || !source)
        return rc;
    xml = xt_xml_open(&source, calls, user, package->name);
    rc = xt_xml_all(xml, err);
    xt_xml_close(&xml);
    return rc;
}

static void no_text(void *user, const char *s, size_t n)
{
    (void)user;
    (void)s;
    (void)n;
}

static void no_end(void *user, const char *name)
{
    (void)user;
    (void)name;
}

/* ---- relations ---- */

struct relation {
    char *id, *type, *target;
};
struct relations {
    struct relation *list;
    size_t count, capacity;
};

static void relations_done(struct relations *relations)
{
    size_t i;

    for (i = 0; i < relations->count; i++) {
        free(relations->list[i].id);
        free(relations->list[i].type);
        free(relations->list[i].target);
    }
    free(relations->list);
}

static char *copy(struct xt_str s)
{
    return xt_strndup(s.s ? s.s : "", s.n);
}

static void relation_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct relations *relations = user;

    if (strcmp(name, "Relationship") != 0 || relations->count >= RELATIONS_MAX)
        return;
    xt_grow(&relations->list, &relations->capacity, relations->count + 1, sizeof *relations->list);
    relations->list[relations->count++] = (struct relation){
        copy(xt_xml_attribute(attributes, "Id")),
        copy(xt_xml_attribute(attributes, "Type")),
        copy(xt_xml_attribute(attributes, "Target")),
    };
}

static const struct xt_xml_calls RELATION_CALLS = {relation_start, no_end, no_text};

/* The part a target names, seen from a part in folder ("xl/", "" for the root). The caller frees it. */
static char *resolve(const char *folder, const char *target)
{
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    const char *rest = target;

    xt_text_init(&path, 4096);
    if (*rest != '/')
        xt_text_add_z(&path, folder);
    while (*rest) {
        const char *slash = strchr(rest, '/');
        size_t n = slash ? (size_t)(slash - rest) : strlen(rest);

        if (n == 2 && memcmp(rest, "..", 2) == 0) {
            size_t cut = path.n > 0 ? path.n - 1 : 0;

            while (cut > 0 && path.s[cut - 1] != '/')
                cut--;
            xt_text_cut(&path, cut);
        } else if (n > 0 && !(n == 1 && *rest == '.')) {
            xt_text_add(&path, rest, n);
            if (slash)
                xt_text_add_char(&path, '/');
        }
        rest += n + (slash ? 1 : 0);
    }
    return xt_text_take(&path);
}

static const struct relation *by_type(const struct relations *relations, const char *ending)
{
    size_t i;

    for (i = 0; i < relations->count; i++)
        if (xt_str_ends(xt_str(relations->list[i].type), ending))
            return &relations->list[i];
    return NULL;
}

static const struct relation *by_id(const struct relations *relations, const char *id)
{
    size_t i;

    for (i = 0; i < relations->count; i++)
        if (strcmp(relations->list[i].id, id) == 0)
            return &relations->list[i];
    return NULL;
}

/* ---- workbook.xml ---- */

struct workbook_reading {
    struct xt_workbook *workbook;
    struct relations relations;
    const char *folder;
    bool is_workbook;
};

static void sheet_add(struct workbook_reading *reading, const struct xt_xml_attributes *attributes)
{
    struct xt_workbook *workbook = reading->workbook;
    struct xt_str state = xt_xml_attribute(attributes, "state");
    char *id = copy(xt_xml_attribute(attributes, "id"));
    const struct relation *relation = by_id(&reading->relations, id);
    char usual[64];
    size_t i = workbook->sheet_count;

    free(id);
    /* Dialogs, macros and charts are sheets too; they have no cells. */
    if (i >= SHEETS_MAX || (relation && !xt_str_ends(xt_str(relation->type), "/worksheet")))
        return;
    snprintf(usual, sizeof usual, "worksheets/sheet%zu.xml", i + 1);
    xt_grow(&workbook->sheets, &workbook->sheet_capacity, i + 1, sizeof *workbook->sheets);
    workbook->sheets[i].name = copy(xt_xml_attribute(attributes, "name"));
    workbook->sheets[i].part = resolve(reading->folder, relation ? relation->target : usual);
    workbook->sheets[i].hidden = state.n > 0 && !xt_str_is(state, "visible");
    workbook->sheet_count++;
}

static void workbook_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct workbook_reading *reading = user;

    if (strcmp(name, "workbook") == 0) {
        reading->is_workbook = true;
    } else if (strcmp(name, "sheet") == 0) {
        sheet_add(reading, attributes);
    } else if (strcmp(name, "workbookPr") == 0) {
        struct xt_str value = xt_xml_attribute(attributes, "date1904");

        reading->workbook->date1904 = xt_str_is(value, "1") || xt_str_is(value, "true");
    }
}

static const struct xt_xml_calls WORKBOOK_CALLS = {workbook_start, no_end, no_text};

/* ---- styles ---- */

struct style_reading {
    struct xt_workbook *workbook;
    struct {
        int64_t id;
        struct xt_show show;
    } formats[FORMATS_MAX];
    size_t format_count;
    bool in_cells; /* inside cellXfs, not cellStyleXfs */
};

static struct xt_show show_of(const struct style_reading *reading, int64_t id)
{
    size_t i;

    for (i = 0; i < reading->format_count; i++)
        if (reading->formats[i].id == id)
            return reading->formats[i].show;
    return xt_show_builtin(id);
}

static void style_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct style_reading *reading = user;
    struct xt_workbook *workbook = reading->workbook;
    int64_t id = 0;

    if (strcmp(name, "cellXfs") == 0) {
        reading->in_cells = true;
        return;
    }
    if (!xt_int_parse(xt_xml_attribute(attributes, "numFmtId"), &id))
        id = 0;
    if (strcmp(name, "numFmt") == 0 && reading->format_count < FORMATS_MAX) {
        reading->formats[reading->format_count].id = id;
        reading->formats[reading->format_count].show = xt_show_custom(xt_xml_attribute(attributes, "formatCode"));
        reading->format_count++;
    } else if (strcmp(name, "xf") == 0 && reading->in_cells && workbook->style_count < STYLES_MAX) {
        xt_grow(&workbook->styles, &workbook->style_capacity, workbook->style_count + 1, sizeof *workbook->styles);
        workbook->styles[workbook->style_count++] = show_of(reading, id);
    }
}

static void style_end(void *user, const char *name)
{
    struct style_reading *reading = user;

    if (strcmp(name, "cellXfs") == 0)
        reading->in_cells = false;
}

static const struct xt_xml_calls STYLE_CALLS = {style_start, style_end, no_text};

/* ---- shared strings ---- */

struct string_reading {
    struct xt_workbook *workbook;
    struct xt_text text;
    bool in_item, in_text;
    unsigned phonetic; /* depth of rPh: how a word is read, not part of it */
    enum xt_code rc;
    struct xt_error err;
};

static void string_start(void *user, const char *name, const struct xt_xml_attributes *attributes)
{
    struct string_reading *reading = user;

    (void)attributes;
    if (strcmp(name, "t") == 0) {
        reading->in_text = reading->in_item && reading->phonetic == 0;
    } else if (strcmp(name, "si") == 0) {
        reading->in_item = true;
        xt_text_clear(&reading->text);
    } else if (strcmp(name, "rPh") == 0) {
        reading->phonetic++;
    }
}

static void add_string(struct string_reading *reading)
{
    xt_xlsx_unescape(&reading->text, 0);
    if (reading->rc == XT_OK)
        reading->rc = xt_strings_add(reading->workbook->strings, xt_text_view(&reading->text), &reading->err);
}

static void string_end(void *user, const char *name)
{
    struct string_reading *reading = user;

    if (strcmp(name, "t") == 0) {
        reading->in_text = false;
    } else if (strcmp(name, "rPh") == 0) {
        reading->phonetic -= reading->phonetic > 0;
    } else if (strcmp(name, "si") == 0) {
        reading->in_item = false;
        add_string(reading);
    }
}

/* One byte above the cap is kept, so that a cell with this string is seen to be above it. */
static void string_text(void *user, const char *s, size_t n)
{
    struct string_reading *reading = user;
    size_t room = (size_t)reading->workbook->limits->cell_bytes + 1 - reading->text.n;

    if (reading->in_text)
        xt_text_add(&reading->text, s, n < room ? n : room);
}

static const struct xt_xml_calls STRING_CALLS = {string_start, string_end, string_text};

static enum xt_quick quick_string(void *user, const char *s, size_t n, size_t *out_took)
{
    struct string_reading *reading = user;

    xt_text_clear(&reading->text);
    enum xt_quick how = xt_xlsx_quick_string(s, n, &reading->text, out_took);

    if (how != XT_QUICK_TAKEN)
        return how;
    if (xt_text_overflowed(&reading->text) || (int64_t)reading->text.n > reading->workbook->limits->cell_bytes)
        return XT_QUICK_ODD; /* string_text() knows how much of it is kept */
    add_string(reading);
    return reading->rc == XT_OK ? XT_QUICK_TAKEN : XT_QUICK_STOP;
}

static const struct xt_xml_quick STRING_QUICK = {"sst", "si", quick_string};

static enum xt_code read_strings(struct xt_workbook *workbook, const char *part, struct xt_error *err)
{
    struct string_reading *reading = xt_calloc(1, sizeof *reading);
    struct xt_source *source = NULL;
    struct xt_xml *xml;
    bool more = true;
    enum xt_code rc = workbook->package->open(workbook->package, part, &source, err);

    if (rc != XT_OK || !source) {
        free(reading);
        return rc;
    }
    reading->workbook = workbook;
    xt_text_init(&reading->text, (size_t)workbook->limits->cell_bytes + 1);
    xml = xt_xml_open(&source, &STRING_CALLS, reading, workbook->package->name);
    if (!workbook->package->plain)
        xt_xml_set_quick(xml, &STRING_QUICK);
    while (rc == XT_OK && more && reading->rc == XT_OK)
        rc = xt_xml_step(xml, &more, err);
    xt_xml_close(&xml);
    if (rc == XT_OK && reading->rc != XT_OK) {
        rc = reading->rc;
        if (err)
            *err = reading->err;
    }
    xt_text_done(&reading->text);
    free(reading);
    return rc == XT_OK ? xt_strings_ready(workbook->strings, err) : rc;
}

/* ---- opening ---- */

static enum xt_code read_styles(struct xt_workbook *workbook, const char *part, struct xt_error *err)
{
    struct style_reading *reading = xt_calloc(1, sizeof *reading);
    bool there;
    enum xt_code rc;

    reading->workbook = workbook;
    rc = read_part(workbook->package, part, &STYLE_CALLS, reading, &there, err);
    free(reading);
    return rc;
}

/* Where the workbook is: the root's relations say so, else at its usual place. The caller frees it. */
static enum xt_code find_workbook(struct xt_package *package, char **out, struct xt_error *err)
{
    struct relations relations = {0};
    const struct relation *relation;
    bool there;
    enum xt_code rc = read_part(package, "_rels/.rels", &RELATION_CALLS, &relations, &there, err);

    relation = rc == XT_OK ? by_type(&relations, "/officeDocument") : NULL;
    *out = relation ? resolve("", relation->target) : xt_strdup("xl/workbook.xml");
    relations_done(&relations);
    return XT_OK; /* a broken list of relations is as good as none */
}

/* "xl/workbook.xml" -> "xl/" and "xl/_rels/workbook.xml.rels". */
static void beside(const char *part, struct xt_text *folder, struct xt_text *rels)
{
    const char *slash = strrchr(part, '/');
    size_t n = slash ? (size_t)(slash - part) + 1 : 0;

    xt_text_add(folder, part, n);
    xt_text_add(rels, part, n);
    xt_text_addf(rels, "_rels/%s.rels", part + n);
}

static enum xt_code read_other_parts(struct xt_workbook *workbook, const struct workbook_reading *reading,
                                     struct xt_error *err)
{
    const struct relation *styles = by_type(&reading->relations, "/styles");
    const struct relation *strings = by_type(&reading->relations, "/sharedStrings");
    char *style_part = resolve(reading->folder, styles ? styles->target : "styles.xml");
    char *string_part = resolve(reading->folder, strings ? strings->target : "sharedStrings.xml");
    enum xt_code rc = read_styles(workbook, style_part, err);

    if (rc == XT_OK)
        rc = read_strings(workbook, string_part, err);
    free(style_part);
    free(string_part);
    return rc;
}

static enum xt_code read_workbook(struct xt_workbook *workbook, const char *part, struct xt_error *err)
{
    struct workbook_reading reading = {.workbook = workbook};
    struct xt_text folder, rels;
    bool there;
    enum xt_code rc;

    xt_text_init(&folder, 4096);
    xt_text_init(&rels, 4096);
    beside(part, &folder, &rels);
    reading.folder = folder.s;
    rc = read_part(workbook->package, rels.s, &RELATION_CALLS, &reading.relations, &there, err);
    if (rc == XT_OK)
        rc = read_part(workbook->package, part, &WORKBOOK_CALLS, &reading, &there, err);
    if (rc == XT_OK && (!there || !reading.is_workbook))
        rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_PACKED, XT_TEXT(workbook->package->name));
    if (rc == XT_OK)
        rc = read_other_parts(workbook, &reading, err);
    relations_done(&reading.relations);
    xt_text_done(&folder);
    xt_text_done(&rels);
    return rc;
}

static void workbook_close(struct xt_book *book)
{
    struct xt_workbook *w = (struct xt_workbook *)book;
    size_t i;

    for (i = 0; i < w->sheet_count; i++) {
        free(w->sheets[i].name);
        free(w->sheets[i].part);
    }
    free(w->sheets);
    free(w->names);
    free(w->hidden);
    free(w->styles);
    xt_strings_free(&w->strings);
    w->package->close(w->package);
    free(w);
}

static const struct xt_book_ops WORKBOOK_OPS = {xt_xlsx_sheet_open, workbook_close};

enum xt_code xt_xlsx_open(struct xt_package **package, const struct xt_table_limits *limits, struct xt_book **out,
                          struct xt_error *err)
{
    struct xt_workbook *workbook = xt_calloc(1, sizeof *workbook);
    char *part = NULL;
    size_t i;
    enum xt_code rc;

    workbook->base.ops = &WORKBOOK_OPS;
    workbook->package = *package;
    *package = NULL;
    workbook->limits = limits;
    workbook->strings = xt_strings_new(limits->strings_bytes);
    rc = find_workbook(workbook->package, &part, err);
    if (rc == XT_OK)
        rc = read_workbook(workbook, part, err);
    free(part);
    if (rc != XT_OK) {
        workbook_close(&workbook->base);
        return rc;
    }
    workbook->names = xt_calloc(workbook->sheet_count + 1, sizeof *workbook->names);
    workbook->hidden = xt_calloc(workbook->sheet_count + 1, sizeof *workbook->hidden);
    for (i = 0; i < workbook->sheet_count; i++) {
        workbook->names[i] = workbook->sheets[i].name;
        workbook->hidden[i] = workbook->sheets[i].hidden;
    }
    workbook->base.names = workbook->names;
    workbook->base.hidden = workbook->hidden;
    workbook->base.count = workbook->sheet_count;
    *out = &workbook->base;
    return XT_OK;
}
