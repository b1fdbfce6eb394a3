/*
 * table_open.c - what a file is, and its parts: itself, the sheets of a book, the members of an archive.
 *
 * A file is judged by its first bytes (table_kind.c) and handed to the reader of its kind. Members of archives go the
 * same way; what is no table there is passed over and counted with its reason.
 */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "table/table_objects.h"
#include "table/table_part.h"
#include "table/table_yaml.h"

#define MEMBER_BYTES_MAX ((size_t)256 * XT_MIB) /* of a book inside an archive, which has to be held */
#define SHEETS_ALL       "*"

void xt_part_close(struct xt_part *part)
{
    size_t i;

    if (part->reader)
        part->reader->ops->close(part->reader);
    part->reader = NULL;
    if (part->objects)
        part->objects->ops->close(part->objects);
    part->objects = NULL;
    for (i = 0; i < part->filled_count; i++)
        free(part->filled[i].value);
    free(part->filled);
    part->filled = NULL;
    part->filled_count = part->filled_capacity = part->merge_at = 0;
    part->sample_count = part->sample_at = 0;
    free(part->lead);
    part->lead = NULL;
    part->lead_count = part->lead_capacity = 0;
    part->heads = NULL;
    part->kinds = NULL;
    part->columns = 0;
    part->title = XT_STR("");
    xt_arena_clear(&part->arena);
}

static void close_book(struct xt_table *table)
{
    if (table->book)
        table->book->ops->close(table->book);
    table->book = NULL;
    table->facts.sheet = NULL;
    table->facts.sheets = NULL;
    table->facts.sheet_count = 0;
    free(table->held);
    table->held = NULL;
}

/* The file or the member at hand, for messages. */
static const char *called(const struct xt_table *table)
{
    return table->archive && table->member.n > 0 ? table->member.s : table->name;
}

/* ---- text ---- */

static enum xt_code open_csv(struct xt_table *table, struct xt_source **source, struct xt_str text, bool whole,
                             size_t bom, struct xt_error *err)
{
    struct xt_csv_options csv = {.charset = table->facts.charset, .bom = bom, .limits = &table->limits};
    struct xt_str name = xt_str(called(table));
    bool tabs = xt_str_ends(name, ".tsv") || xt_str_ends(name, ".tsv.gz") || xt_str_ends(name, ".tab");
    enum xt_code rc;

    csv.delimiter = table->options.delimiter ? table->options.delimiter : xt_guess_delimiter(text, whole, tabs);
    table->facts.delimiter = csv.delimiter;
    table->facts.format = csv.delimiter == '\t' ? XT_FORMAT_TSV : XT_FORMAT_CSV;
    rc = xt_csv_open(source, &csv, &table->part.reader, err);
    if (rc == XT_OK)
        rc = xt_table_find_head(table, err);
    /* Archives hold notes beside tables. */
    if (rc == XT_OK && table->archive && table->part.columns < 2 && !tabs && !xt_str_ends(name, ".csv"))
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_TEXT, XT_TEXT(called(table)));
    return rc;
}

/* The beginning of text as UTF-8; a character cut at its end is left out. */
static enum xt_code decode_head(struct xt_table *table, struct xt_str head, size_t bom, struct xt_text *out,
                                struct xt_error *err)
{
    XT_AUTO(xt_decoder_free) struct xt_decoder *decoder = NULL;
    enum xt_code rc;

    head.s += bom;
    head.n -= bom;
    if (table->facts.charset == XT_CHARSET_UTF8) {
        xt_text_add_str(out, head);
        return XT_OK;
    }
    rc = xt_decoder_new(table->facts.charset, &decoder, err);
    if (rc == XT_OK)
        xt_decoder_add(decoder, head.s, head.n, false, out);
    return rc;
}

static enum xt_code guess_charset(struct xt_table *table, struct xt_str head, size_t *out_bom, struct xt_error *err)
{
    const char *asked = table->options.charset;
    enum xt_charset guessed =
        xt_charset_guess(head.s, head.n, head.n == XT_HEAD_BYTES, &table->facts.charset_certainty, out_bom);

    table->facts.charset = guessed;
    table->facts.bom = *out_bom > 0;
    if (!asked)
        return XT_OK;
    table->facts.charset_certainty = 100;
    if (!xt_charset_by_name(xt_str(asked), &table->facts.charset))
        return xt_fail(err, XT_E_INPUT, "charset", XT_MSG_TABLE_CHARSET, XT_TEXT(asked));
    if (table->facts.charset != guessed)
        *out_bom = 0;
    table->facts.bom = *out_bom > 0;
    return XT_OK;
}

/* What a page says of its character set counts where its bytes do not tell. */
static void believe_page(struct xt_table *table, struct xt_str head, size_t bom)
{
    enum xt_charset said;

    if (table->options.charset || bom > 0 || !xt_html_charset(head, &said) ||
        (table->facts.charset_certainty >= 95 && !xt_ascii_clean(head.s, head.n)))
        return;
    table->facts.charset = said;
    table->facts.charset_certainty = 95;
}

/* All of source, up to max bytes. */
static enum xt_code take_whole(struct xt_table *table, struct xt_source *source, size_t max, struct xt_text *out,
                               struct xt_error *err)
{
    char piece[16384];
    size_t got = 1;

    xt_text_init(out, max);
    while (got > 0) {
        enum xt_code rc = xt_source_read(source, piece, sizeof piece, &got, err);

        if (rc != XT_OK)
            return rc;
        xt_text_add(out, piece, got);
        if (xt_text_overflowed(out))
            return xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_MEMBER_LARGE, XT_TEXT(called(table)), XT_INT(max));
    }
    return XT_OK;
}

/* YAML is made JSON as a whole. */
static enum xt_code open_yaml(struct xt_table *table, struct xt_source **source, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text yaml = {0};
    XT_AUTO(xt_text_done) struct xt_text json = {0};
    struct xt_source *made;
    enum xt_code rc = take_whole(table, *source, (size_t)table->limits.line_bytes, &yaml, err);

    if (rc != XT_OK)
        return rc;
    xt_text_init(&json, 4 * (size_t)table->limits.line_bytes);
    rc = xt_yaml_to_json(xt_text_view(&yaml), &json, err);
    if (rc != XT_OK) /* what is no YAML is refused as a row, with its reason */
        xt_text_clear(&json);
    if (rc != XT_OK || xt_text_overflowed(&json))
        xt_text_add_z(&json, "\"YAML\"");
    size_t n = json.n;
    char *text = xt_text_take(&json);

    made = xt_source_owned(&text, n);
    table->facts.format = XT_FORMAT_JSON;
    return xt_jsonl_open(&made, XT_CHARSET_UTF8, 0, false, &table->limits, &table->part.objects, err);
}

/* A text whose records are objects: of the kind asked for, or of one it is surely of. */
static enum xt_code open_objects(struct xt_table *table, struct xt_source **source, struct xt_str text,
                                 enum xt_file_kind kind, size_t bom, bool *out_is, struct xt_error *err)
{
    const char *as = table->options.as;
    struct xt_objects_input input = {.source = source,
                                     .charset = table->facts.charset,
                                     .bom = bom,
                                     .limits = &table->limits,
                                     .name = called(table),
                                     .records = table->options.records,
                                     .member = table->archive != NULL,
                                     .head = text};
    const struct xt_objects_format *format = NULL;
    enum xt_code rc;

    table->facts.as_certainty = 100;
    if (as)
        format = xt_objects_format_named(as);
    else if (kind == XT_FILEKIND_XML)
        format = xt_objects_format_named("xml");
    else if (kind == XT_FILEKIND_TEXT)
        format = xt_objects_format_of(text, &table->facts.as_certainty);
    *out_is = format != NULL;
    if (!format)
        return as ? xt_objects_no_format(as, err) : XT_OK;
    table->facts.format = XT_FORMAT_JSON;
    table->facts.as = format->name;
    rc = format->open(&input, format, &table->part.objects, err);
    free(table->records);
    table->facts.records = table->records = input.path;
    table->facts.records_certainty = input.certainty;
    return rc;
}

/* ---- books ---- */

static enum xt_code pick_sheet(const struct xt_table *table, size_t *out, struct xt_error *err)
{
    const struct xt_book *book = table->book;
    const char *asked = table->options.sheet;
    int64_t number;
    size_t i;

    for (i = 0; i < book->count; i++)
        if (strcmp(book->names[i], asked) == 0) {
            *out = i;
            return XT_OK;
        }
    if (!xt_int_parse(xt_str(asked), &number) || number < 1 || (uint64_t)number > book->count)
        return xt_fail(err, XT_E_INPUT, "sheet", XT_MSG_XLSX_SHEET, XT_TEXT(asked), XT_INT(book->count));
    *out = (size_t)number - 1;
    return XT_OK;
}

static enum xt_code open_sheet(struct xt_table *table, size_t sheet, struct xt_error *err)
{
    enum xt_code rc;

    xt_part_close(&table->part);
    if (table->facts.part == 0)
        table->facts.empty_rows = 0;
    table->facts.sheet = table->book->names[sheet];
    rc = table->book->ops->open(table->book, sheet, &table->part.reader, err);
    return rc == XT_OK ? xt_table_find_head(table, err) : rc;
}

static bool is_hidden(const struct xt_book *book, size_t sheet)
{
    return book->hidden && book->hidden[sheet];
}

static bool all_sheets(const struct xt_table *table)
{
    return table->options.sheet && strcmp(table->options.sheet, SHEETS_ALL) == 0;
}

static bool says_empty(enum xt_code rc, const struct xt_error *fault)
{
    return rc == XT_E_MEDIA && fault->msg == XT_MSG_FILE_IS_EMPTY;
}

/* The next visible sheet with rows, when all of them are wanted. */
static enum xt_code next_sheet(struct xt_table *table, bool *out_more, struct xt_error *err)
{
    *out_more = false;
    while (table->sheet_at < table->book->count) {
        size_t sheet = table->sheet_at++;
        struct xt_error fault;
        enum xt_code rc;

        if (is_hidden(table->book, sheet))
            continue;
        rc = open_sheet(table, sheet, &fault);
        if (says_empty(rc, &fault))
            continue;
        *out_more = rc == XT_OK;
        if (rc != XT_OK && err)
            *err = fault;
        return rc;
    }
    return XT_OK;
}

static enum xt_code empty(const struct xt_table *table, struct xt_error *err)
{
    return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_EMPTY, XT_TEXT(called(table)));
}

/* The sheet asked for, or the first that has rows: visible ones before hidden ones. */
static enum xt_code open_sheets(struct xt_table *table, struct xt_error *err)
{
    size_t sheet = 0, pass;
    bool more;
    enum xt_code rc;

    table->facts.sheet_count = table->book->count;
    table->facts.sheets = table->book->names;
    if (all_sheets(table)) {
        table->sheet_at = 0;
        rc = next_sheet(table, &more, err);
        return rc == XT_OK && !more ? empty(table, err) : rc;
    }
    if (table->options.sheet) {
        rc = pick_sheet(table, &sheet, err);
        return rc == XT_OK ? open_sheet(table, sheet, err) : rc;
    }
    if (table->book->first > 0)
        return open_sheet(table, table->book->first, err);
    for (pass = 0; pass < 2; pass++)
        for (sheet = 0; sheet < table->book->count; sheet++) {
            struct xt_error fault;

            if (is_hidden(table->book, sheet) != (pass == 1))
                continue;
            rc = open_sheet(table, sheet, &fault);
            if (!says_empty(rc, &fault)) {
                if (rc != XT_OK && err)
                    *err = fault;
                return rc;
            }
        }
    return empty(table, err);
}

/* ---- zips ---- */

struct zip_kind { /* by a part's name */
    const char *part;
    enum xt_msg msg;
};
static const struct zip_kind ZIP_KINDS[] = {
    {"xl/workbook.bin", XT_MSG_FILE_IS_XLSB},
    {"word/document.xml", XT_MSG_FILE_IS_WORD},
    {"ppt/presentation.xml", XT_MSG_FILE_IS_SLIDES},
};

/* What a zip is that is neither a workbook nor an archive; NULL for an archive. */
static const struct zip_kind *zip_kind(zip_t *zip)
{
    size_t i;

    for (i = 0; i < XT_COUNT(ZIP_KINDS); i++)
        if (zip_name_locate(zip, ZIP_KINDS[i].part, ZIP_FL_NOCASE) >= 0)
            return &ZIP_KINDS[i];
    return NULL;
}

static bool zip_has_workbook(zip_t *zip)
{
    zip_int64_t i, n = zip_get_num_entries(zip, 0);

    for (i = 0; i < n; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);
        const char *last = name ? strrchr(name, '/') : NULL;

        last = last ? last + 1 : name;
        /* The part is workbook.xml; some servers write workbook2.xml. */
        if (last && xt_str_starts(xt_str(last), "workbook") && xt_str_ends(xt_str(last), ".xml"))
            return true;
    }
    return false;
}

static enum xt_code open_archive(struct xt_table *table, struct xt_archive *archive, struct xt_error *err);

/* Takes *zip. */
static enum xt_code open_zip(struct xt_table *table, zip_t **zip, struct xt_error *err)
{
    const struct zip_kind *kind;
    enum xt_code rc;

    if (zip_has_workbook(*zip)) {
        struct xt_package *package = xt_package_zip(zip, &table->limits, called(table), table->facts.bytes_total);

        table->facts.format = XT_FORMAT_XLSX;
        rc = xt_xlsx_open(&package, &table->limits, &table->book, err);
        return rc == XT_OK ? open_sheets(table, err) : rc;
    }
    if (zip_name_locate(*zip, "content.xml", 0) >= 0) {
        struct xt_package *package = xt_package_zip(zip, &table->limits, called(table), table->facts.bytes_total);

        table->facts.format = XT_FORMAT_ODS;
        rc = xt_ods_open(&package, &table->limits, &table->book, err);
        return rc == XT_OK ? open_sheets(table, err) : rc;
    }
    kind = zip_kind(*zip);
    if (kind || table->archive) /* an archive in an archive is not gone into */
        return xt_fail(err, XT_E_MEDIA, "", kind ? kind->msg : XT_MSG_FILE_IS_PACKED, XT_TEXT(called(table)));
    return open_archive(table, xt_archive_zip(zip, &table->limits, table->name, table->facts.bytes_total), err);
}

/* A zip lies in a file (path) or in memory (data). */
static enum xt_code open_zip_at(struct xt_table *table, const char *path, const void *data, size_t n,
                                struct xt_error *err)
{
    zip_error_t fault;
    zip_source_t *source;
    zip_t *zip = NULL;
    enum xt_code rc;

    zip_error_init(&fault);
    source = path ? zip_source_file_create(path, 0, -1, &fault) : zip_source_buffer_create(data, n, 0, &fault);
    if (source)
        zip = zip_open_from_source(source, ZIP_RDONLY, &fault);
    if (!zip) {
        rc =
            xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ZIP, XT_TEXT(called(table)), XT_TEXT(zip_error_strerror(&fault)));
        if (source)
            zip_source_free(source);
        zip_error_fini(&fault);
        return rc;
    }
    zip_error_fini(&fault);
    rc = open_zip(table, &zip, err);
    if (zip)
        zip_discard(zip);
    return rc;
}

/* ---- any input ---- */

/* Where the bytes are that a reader needs all at once: in the file, in memory, or taken from the source. */
static enum xt_code hold(struct xt_table *table, struct xt_source *source, const char *path, const void **data,
                         size_t *n, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text whole = {0};
    enum xt_code rc;

    if (path || *data)
        return XT_OK;
    rc = take_whole(table, source, MEMBER_BYTES_MAX, &whole, err);
    if (rc != XT_OK)
        return rc;
    *n = whole.n;
    table->held = xt_text_take(&whole);
    *data = table->held;
    return XT_OK;
}

static bool is_yaml(const struct xt_table *table)
{
    return xt_yaml_name(xt_str(called(table)));
}

enum xt_code xt_table_open_input(struct xt_table *table, struct xt_source **source, const char *path, const void *data,
                                 size_t n, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    bool packed = false;
    struct xt_str head;
    size_t bom = 0;
    enum xt_file_kind kind;
    enum xt_code rc;

    for (;;) {
        xt_text_done(&text);
        xt_text_init(&text, 4 * XT_HEAD_BYTES);
        rc = xt_source_peek(*source, XT_HEAD_BYTES, &head, err);
        if (rc == XT_OK)
            rc = guess_charset(table, head, &bom, err);
        if (rc == XT_OK)
            rc = decode_head(table, head, bom, &text, err);
        if (rc != XT_OK)
            return rc;
        kind = xt_file_kind_of(head, xt_text_view(&text), packed || table->archive ? -1 : table->facts.bytes_total);
        if (kind != XT_FILEKIND_GZIP || packed)
            break;
        packed = true; /* taken off once */
        table->facts.compressed = true;
        *source = xt_source_gzip(source, &table->limits, called(table));
        path = NULL;
        data = NULL;
    }
    if (kind == XT_FILEKIND_TEXT || kind == XT_FILEKIND_XML || kind == XT_FILEKIND_HTML) {
        bool is = false;

        rc = open_objects(table, source, xt_text_view(&text), kind, bom, &is, err);
        if (rc != XT_OK || is)
            return rc;
    }
    switch (kind) {
    case XT_FILEKIND_ZIP:
        table->facts.charset = XT_CHARSET_UTF8;
        table->facts.charset_certainty = 100;
        rc = hold(table, *source, path, &data, &n, err);
        return rc == XT_OK ? open_zip_at(table, path, data, n, err) : rc;
    case XT_FILEKIND_OLE:
        table->facts.charset = XT_CHARSET_UTF8;
        table->facts.charset_certainty = 100;
        rc = xt_xls_open(source, called(table), &table->limits, &table->book, &table->facts.format, err);
        return rc == XT_OK ? open_sheets(table, err) : rc;
    case XT_FILEKIND_XML_SHEET:
        table->facts.format = XT_FORMAT_XMLSS;
        rc = xt_xmlss_open(source, called(table), &table->limits, &table->book, err);
        return rc == XT_OK ? open_sheets(table, err) : rc;
    case XT_FILEKIND_HTML:
        table->facts.format = XT_FORMAT_HTML;
        believe_page(table, head, bom);
        rc = xt_html_open(source, table->facts.charset, bom, called(table), &table->limits, &table->book, err);
        return rc == XT_OK ? open_sheets(table, err) : rc;
    case XT_FILEKIND_TAR:
        if (table->archive)
            break;
        table->facts.charset = XT_CHARSET_UTF8;
        table->facts.charset_certainty = 100;
        return open_archive(table, xt_archive_tar(source, table->name), err);
    case XT_FILEKIND_JSON:
    case XT_FILEKIND_JSONL:
        table->facts.format = kind == XT_FILEKIND_JSON ? XT_FORMAT_JSON : XT_FORMAT_JSONL;
        return xt_jsonl_open(source, table->facts.charset, bom, kind == XT_FILEKIND_JSONL, &table->limits,
                             &table->part.objects, err);
    case XT_FILEKIND_TEXT:
        if (is_yaml(table))
            return open_yaml(table, source, err);
        return open_csv(table, source, xt_text_view(&text), head.n < XT_HEAD_BYTES, bom, err);
    default:
        break;
    }
    return xt_file_kind_refuse(kind, called(table), err);
}

/* ---- archives ---- */

static void skip_member(struct xt_table *table, const struct xt_error *fault)
{
    size_t n = (size_t)table->facts.members_skipped++;

    xt_part_close(&table->part);
    close_book(table);
    if (n < XT_SKIPPED_MAX) {
        table->skipped[n] = (struct xt_table_skipped){xt_strdup(table->member.s), *fault};
        table->facts.skipped = table->skipped;
    }
}

/* Opens the next member that is a table. */
static enum xt_code next_member(struct xt_table *table, bool *out_more, struct xt_error *err)
{
    for (;;) {
        XT_AUTO(xt_source_close) struct xt_source *source = NULL;
        struct xt_error fault;
        enum xt_code rc = xt_archive_next(table->archive, &table->member, &source, err);

        *out_more = rc == XT_OK && source;
        if (!*out_more)
            return rc;
        rc = xt_table_open_input(table, &source, NULL, NULL, 0, &fault);
        if (rc == XT_E_MEDIA || rc == XT_E_INPUT || rc == XT_E_TOO_LARGE) { /* too large: a bomb costs itself */
            skip_member(table, &fault);
            continue;
        }
        if (rc != XT_OK && err)
            *err = fault;
        table->facts.members += rc == XT_OK;
        return rc;
    }
}

static enum xt_code open_archive(struct xt_table *table, struct xt_archive *archive, struct xt_error *err)
{
    bool more = false;
    enum xt_code rc;

    table->archive = archive;
    table->facts.compressed = true;
    rc = next_member(table, &more, err);
    if (rc == XT_OK && !more)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_PACKED, XT_TEXT(called(table)));
    return rc;
}

enum xt_code xt_table_next_part(struct xt_table *table, bool *out_more, struct xt_error *err)
{
    enum xt_code rc;

    *out_more = false;
    if (table->book && all_sheets(table) && !table->part_over) {
        rc = next_sheet(table, out_more, err);
        if (rc != XT_OK || *out_more)
            return rc;
    }
    if (!table->archive)
        return XT_OK;
    xt_part_close(&table->part);
    close_book(table);
    return next_member(table, out_more, err);
}

/* ---- the doors ---- */

static struct xt_table *table_new(const char *name, const struct xt_table_options *options)
{
    struct xt_table *table = xt_calloc(1, sizeof *table);
    const char *slash = strrchr(name, '/');

    table->name = xt_strdup(slash ? slash + 1 : name);
    if (options)
        table->options = *options;
    table->limits = table->options.limits;
    xt_table_set_limits(&table->limits);
    xt_arena_init(&table->part.arena);
    xt_text_init(&table->member, 64 * XT_KIB);
    table->part.title = XT_STR("");
    return table;
}

/* Hands the table out, or closes it. */
static enum xt_code opened(struct xt_table *table, enum xt_code rc, struct xt_table **out)
{
    if (rc != XT_OK) {
        xt_table_close(&table);
        return rc;
    }
    table->facts.part = 1;
    table->objects_begun = table->part.objects != NULL;
    *out = table;
    return XT_OK;
}

enum xt_code xt_table_open_package(struct xt_package **package, const struct xt_table_options *options,
                                   struct xt_table **out, struct xt_error *err)
{
    struct xt_table *table = table_new((*package)->name, options);
    enum xt_code rc;

    table->facts.format = XT_FORMAT_XLSX;
    table->facts.bytes_total = (*package)->total;
    rc = xt_xlsx_open(package, &table->limits, &table->book, err);
    if (rc == XT_OK)
        rc = open_sheets(table, err);
    return opened(table, rc, out);
}

enum xt_code xt_table_open(const char *path, const struct xt_table_options *options, struct xt_table **out,
                           struct xt_error *err)
{
    XT_AUTO(xt_source_close) struct xt_source *source = NULL;
    struct xt_table *table = table_new(path, options);
    enum xt_code rc = xt_source_file(path, &source, &table->facts.bytes_total, err);

    if (rc == XT_OK)
        rc = xt_table_open_input(table, &source, path, NULL, 0, err);
    return opened(table, rc, out);
}

enum xt_code xt_table_open_memory(const char *name, const void *data, size_t n, const struct xt_table_options *options,
                                  struct xt_table **out, struct xt_error *err)
{
    XT_AUTO(xt_source_close) struct xt_source *source = xt_source_memory(data, n);
    struct xt_table *table = table_new(name, options);

    table->facts.bytes_total = (int64_t)n;
    return opened(table, xt_table_open_input(table, &source, NULL, data, n, err), out);
}

void xt_table_close(struct xt_table **table)
{
    struct xt_table *t = *table;
    size_t i;

    if (!t)
        return;
    xt_part_close(&t->part);
    close_book(t);
    xt_archive_close(&t->archive);
    xt_text_done(&t->member);
    json_decref(t->object);
    free(t->records);
    for (i = 0; i < XT_SKIPPED_MAX; i++)
        free(t->skipped[i].member);
    xt_arena_done(&t->part.arena);
    free(t->name);
    free(t);
    *table = NULL;
}
