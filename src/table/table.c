/* table.c - opening a table of any kind, its head, and its rows. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "table/table_priv.h"
#include "table/table_yaml.h"

#define HEAD_BYTES   ((size_t)64 * XT_KIB)
#define SAMPLE_ROWS  100u
#define SAMPLE_BYTES ((size_t)4 * XT_MIB)

struct filled { /* a merged range that reaches into the rows to come */
    struct xt_merge range;
    char *value;
    size_t n;
};

struct xt_table {
    char *name; /* of the file, for messages */
    struct xt_table_limits limits;
    struct xt_table_facts facts;
    char *sheet;
    /* rows of cells */
    struct xt_reader *reader;
    struct xt_book *book;
    struct xt_str *heads;
    struct xt_column_guess *kinds;
    size_t columns;
    struct xt_arena arena; /* heads, kinds and the sample */
    struct xt_sample_row sample[SAMPLE_ROWS];
    size_t sample_count, sample_at;
    struct filled *filled;
    size_t filled_count, filled_capacity;
    size_t merge_at;
    /* rows of JSON */
    struct xt_json_reader *json;
    json_t *object;
};

static const char *const FORMAT_NAMES[XT_FORMATS] = {"csv", "tsv", "xlsx", "jsonl", "json"};

const char *xt_format_name(enum xt_format format)
{
    return FORMAT_NAMES[format];
}

bool xt_format_by_name(struct xt_str name, enum xt_format *out)
{
    int i;
    size_t k;

    if (name.n > 0 && *name.s == '.') {
        name.s++;
        name.n--;
    }
    for (i = 0; i < XT_FORMATS; i++) {
        for (k = 0; k < name.n && FORMAT_NAMES[i][k] && (name.s[k] | 32) == FORMAT_NAMES[i][k];)
            k++;
        if (k == name.n && !FORMAT_NAMES[i][k]) {
            *out = (enum xt_format)i;
            return true;
        }
    }
    return false;
}

static void set_limits(struct xt_table_limits *limits)
{
    if (limits->cell_bytes <= 0)
        limits->cell_bytes = (int64_t)XT_MIB;
    if (limits->columns <= 0)
        limits->columns = 2000;
    if (limits->inflated_bytes <= 0)
        limits->inflated_bytes = 4 * (int64_t)XT_GIB;
    if (limits->inflate_ratio <= 0)
        limits->inflate_ratio = 200;
    if (limits->line_bytes <= 0)
        limits->line_bytes = 16 * (int64_t)XT_MIB;
    if (limits->json_depth <= 0 || limits->json_depth > XT_JSON_DEPTH_MAX)
        limits->json_depth = XT_JSON_DEPTH_MAX;
    if (limits->strings_bytes <= 0)
        limits->strings_bytes = (int64_t)XT_GIB;
}

/* ---- the head ---- */

static void keep_sample(struct xt_table *table, const struct xt_raw_row *raw, enum xt_code code,
                        const struct xt_error *fault)
{
    struct xt_sample_row *row = &table->sample[table->sample_count++];
    size_t i;

    *row =
        (struct xt_sample_row){.number = raw->number, .count = raw->count, .code = code, .bytes_done = raw->bytes_done};
    if (code != XT_OK)
        row->err = *fault;
    row->cells = xt_arena_alloc(&table->arena, (raw->count + 1) * sizeof *row->cells);
    for (i = 0; i < raw->count; i++)
        row->cells[i] =
            (struct xt_str){xt_arena_strndup(&table->arena, raw->cells[i].s, raw->cells[i].n), raw->cells[i].n};
    row->raw = (struct xt_str){xt_arena_strndup(&table->arena, raw->raw.s ? raw->raw.s : "", raw->raw.n), raw->raw.n};
}

static bool blank(const struct xt_str *cells, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (cells[i].n > 0 && xt_str_trim(cells[i]).n > 0)
            return false;
    return true;
}

/* Room for as many cells in each row of the sample as the widest has: heads of several rows and merged cells fill them. */
static void widen_sample(struct xt_table *table)
{
    size_t width = 1, i;

    for (i = 0; i < table->sample_count; i++)
        if (table->sample[i].count > width)
            width = table->sample[i].count;
    for (i = 0; i < table->sample_count; i++) {
        struct xt_sample_row *row = &table->sample[i];
        struct xt_str *cells = xt_arena_alloc(&table->arena, width * sizeof *cells);

        memcpy(cells, row->cells, row->count * sizeof *cells);
        row->cells = cells;
    }
}

/* Rows up to a count, a size or the row asked for as head; empty ones are counted and left out. */
static enum xt_code take_sample(struct xt_table *table, int64_t head_row, struct xt_error *err)
{
    bool more = true;

    while (table->sample_count < SAMPLE_ROWS && table->arena.used_bytes < SAMPLE_BYTES) {
        struct xt_raw_row raw = {0};
        struct xt_error fault;

        enum xt_code rc = table->reader->ops->next(table->reader, &raw, &more, &fault);

        /* Broken further on: what was read of it stands, and the reader will say so again where that is over. */
        if (rc == XT_E_MEDIA && table->sample_count > 0)
            break;
        if (rc != XT_OK && rc != XT_E_INPUT) {
            if (err)
                *err = fault;
            return rc;
        }
        if (!more)
            break;
        if (raw.number < head_row)
            continue;
        if (rc == XT_OK && blank(raw.cells, raw.count)) {
            table->facts.empty_rows++;
            continue;
        }
        keep_sample(table, &raw, rc, &fault);
    }
    return XT_OK;
}

/* Trimmed, runs of white space with a line break among them as one space. */
static struct xt_str tidy_head(struct xt_table *table, struct xt_str cell)
{
    char *out;
    size_t n = 0, i;

    cell = xt_str_trim(cell);
    out = xt_arena_alloc(&table->arena, cell.n + 1);
    for (i = 0; i < cell.n; i++) {
        char c = cell.s[i];

        if (c == '\n' || c == '\r' || c == '\t')
            c = ' ';
        if (c == ' ' && n > 0 && out[n - 1] == ' ' && cell.s[i] != ' ')
            continue;
        if (c == ' ' && i > 0 && strchr("\n\r\t", cell.s[i - 1]) && n > 0 && out[n - 1] == ' ')
            continue;
        out[n++] = c;
    }
    return (struct xt_str){out, n};
}

static bool head_taken(const struct xt_table *table, size_t before, struct xt_str head)
{
    size_t i;

    for (i = 0; i < before; i++)
        if (xt_str_eq(table->heads[i], head))
            return true;
    return false;
}

static void set_heads(struct xt_table *table, const struct xt_sample_row *row)
{
    size_t i;

    table->heads = xt_arena_alloc(&table->arena, table->columns * sizeof *table->heads);
    for (i = 0; i < table->columns; i++) {
        struct xt_str head = i < row->count ? tidy_head(table, row->cells[i]) : XT_STR("");
        struct xt_str base = head;
        size_t again = 2;

        if (head.n == 0)
            base = head = xt_str(xt_arena_printf(&table->arena, "column %zu", i + 1));
        while (head_taken(table, i, head))
            head = xt_str(xt_arena_printf(&table->arena, "%.*s (%zu)", (int)base.n, base.s, again++));
        table->heads[i] = head;
    }
}

/* Merged head cells that reach further down make the lowest of their rows the head: their value stands in it too, and
 * names of groups above stay out of it ("R&D" over "staff", "funds"). */
static size_t head_bottom(struct xt_table *table, size_t head)
{
    const struct xt_reader *reader = table->reader;
    size_t bottom = head, i, k;

    for (i = 0; i < reader->merge_count; i++) {
        const struct xt_merge *m = &reader->merges[i];

        if (m->row1 > table->sample[head].number || m->row2 < table->sample[head].number ||
            m->column1 > table->limits.columns || m->column2 - m->column1 > 3 || m->row2 - m->row1 > 5)
            continue;
        size_t top = head;

        while (top > 0 && table->sample[top].number > m->row1)
            top--;
        for (k = head; k < table->sample_count && table->sample[k].number <= m->row2; k++) {
            struct xt_sample_row *row = &table->sample[k];
            size_t column = (size_t)m->column1 - 1;

            if (k == top || table->sample[top].number != m->row1 || column >= table->sample[top].count)
                continue;
            for (; row->count <= column; row->count++)
                row->cells[row->count] = XT_STR("");
            if (row->cells[column].n == 0)
                row->cells[column] = table->sample[top].cells[column];
            if (k > bottom)
                bottom = k;
        }
    }
    return bottom;
}

/* A head over two or three rows: what the lowest leaves blank stands in those above it. A row of one cell is a title. */
static void complete_head(struct xt_table *table, size_t head)
{
    struct xt_sample_row *row = &table->sample[head];
    size_t above, i;

    for (above = head; above > 0 && head - above < 2; above--) {
        const struct xt_sample_row *up = &table->sample[above - 1];
        size_t filled = 0, taken = 0;

        for (i = 0; i < up->count; i++)
            filled += !blank(&up->cells[i], 1);
        if (filled < 2 || up->code != XT_OK || up->number + 1 != table->sample[above].number)
            return;
        for (i = 0; i < up->count && i < table->columns; i++) {
            for (; row->count <= i; row->count++)
                row->cells[row->count] = XT_STR("");
            if (blank(&row->cells[i], 1) && !blank(&up->cells[i], 1)) {
                row->cells[i] = up->cells[i];
                taken++;
            }
        }
        if (taken == 0)
            return;
    }
}

static void set_kinds(struct xt_table *table, size_t head)
{
    size_t i;

    table->kinds = xt_arena_alloc(&table->arena, table->columns * sizeof *table->kinds);
    for (i = 0; i < table->columns; i++)
        table->kinds[i] = xt_guess_kind(table->sample + head + 1, table->sample_count - head - 1, i);
}

static enum xt_code find_head(struct xt_table *table, const struct xt_table_options *options, struct xt_error *err)
{
    size_t head = 0;
    enum xt_code rc = take_sample(table, options->head_row, err);

    if (rc != XT_OK)
        return rc;
    if (table->sample_count == 0)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_EMPTY, XT_TEXT(table->name));
    widen_sample(table);
    if (options->head_row > 0) {
        if (table->sample[0].code != XT_OK)
            return xt_fail(err, XT_E_INPUT, "", XT_MSG_TABLE_HEAD, XT_INT(options->head_row));
        table->facts.head_certainty = 100;
    } else {
        head = xt_guess_head(table->sample, table->sample_count, options->known_heads, &table->facts.head_certainty);
        head = head_bottom(table, head);
    }
    table->facts.head_row = table->sample[head].number;
    table->columns = xt_guess_columns(table->sample, table->sample_count, head);
    complete_head(table, head);
    set_heads(table, &table->sample[head]);
    set_kinds(table, head);
    table->sample_at = head + 1;
    return XT_OK;
}

/* ---- opening ---- */

static enum xt_code open_csv(struct xt_table *table, struct xt_source **source, struct xt_str text, bool whole,
                             size_t bom, const struct xt_table_options *options, struct xt_error *err)
{
    struct xt_csv_options csv = {.charset = table->facts.charset, .bom = bom, .limits = &table->limits};
    struct xt_str name = xt_str(table->name);
    bool tabs = xt_str_ends(name, ".tsv") || xt_str_ends(name, ".tsv.gz") || xt_str_ends(name, ".tab");
    enum xt_code rc;

    csv.delimiter = options->delimiter ? options->delimiter : xt_guess_delimiter(text, whole, tabs);
    table->facts.delimiter = csv.delimiter;
    table->facts.format = csv.delimiter == '\t' ? XT_FORMAT_TSV : XT_FORMAT_CSV;
    rc = xt_csv_open(source, &csv, &table->reader, err);
    return rc == XT_OK ? find_head(table, options, err) : rc;
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

static enum xt_code guess_charset(struct xt_table *table, struct xt_str head, const struct xt_table_options *options,
                                  size_t *out_bom, struct xt_error *err)
{
    enum xt_charset guessed =
        xt_charset_guess(head.s, head.n, head.n == HEAD_BYTES, &table->facts.charset_certainty, out_bom);

    table->facts.charset = guessed;
    if (!options->charset)
        return XT_OK;
    table->facts.charset_certainty = 100;
    if (!xt_charset_by_name(xt_str(options->charset), &table->facts.charset))
        return xt_fail(err, XT_E_INPUT, "charset", XT_MSG_TABLE_CHARSET, XT_TEXT(options->charset));
    if (table->facts.charset != guessed)
        *out_bom = 0;
    return XT_OK;
}

struct tar_files {
    struct xt_source *source;
    struct xt_tar tar;
};

struct tar_member {
    struct xt_source base;
    struct xt_tar *tar;
};

static enum xt_code tar_member_read(struct xt_source *source, void *data, size_t cap, size_t *out_n,
                                    struct xt_error *err)
{
    struct tar_member *member = (struct tar_member *)source;

    return xt_tar_read(member->tar, data, cap, out_n, err);
}

static void tar_member_close(struct xt_source *source)
{
    free(source);
}

static const struct xt_source_ops TAR_MEMBER_OPS = {tar_member_read, tar_member_close};

static enum xt_code tar_files_next(void *user, struct xt_source **out, struct xt_text *name, struct xt_error *err)
{
    struct tar_files *files = user;
    bool more;
    enum xt_code rc = xt_tar_next(&files->tar, name, &more, err);

    *out = NULL;
    if (rc != XT_OK || !more)
        return rc;
    struct tar_member *member = xt_calloc(1, sizeof *member);

    member->base.ops = &TAR_MEMBER_OPS;
    member->tar = &files->tar;
    *out = &member->base;
    return XT_OK;
}

static int64_t tar_files_done(void *user)
{
    return ((struct tar_files *)user)->source->done;
}

static void tar_files_close(void *user)
{
    struct tar_files *files = user;

    xt_source_close(&files->source);
    free(files);
}

struct zip_files {
    zip_t *zip;
    const struct xt_table_limits *limits;
    const char *name;
    uint64_t at, count;
    int64_t total;
};

static enum xt_code zip_files_next(void *user, struct xt_source **out, struct xt_text *name, struct xt_error *err)
{
    struct zip_files *files = user;

    *out = NULL;
    while (files->at < files->count) {
        uint64_t index = files->at++;
        const char *member = zip_get_name(files->zip, index, 0);

        if (!member || xt_str_ends(xt_str(member), "/"))
            continue;
        xt_text_clear(name);
        xt_text_add_z(name, member);
        return xt_source_zip(files->zip, index, files->limits, files->name, out, err);
    }
    return XT_OK;
}

static int64_t zip_files_done(void *user)
{
    const struct zip_files *files = user;

    return files->count > 0 ? (int64_t)((double)files->total * (double)files->at / (double)files->count) : files->total;
}

static void zip_files_close(void *user)
{
    struct zip_files *files = user;

    zip_discard(files->zip);
    free(files);
}

/* An archive is a table when there is JSON or YAML in it; what is none is passed over and counted. */
static enum xt_code open_archive(struct xt_table *table, const struct xt_json_files *files, struct xt_error *err)
{
    table->facts.format = XT_FORMAT_JSON;
    table->facts.compressed = true;
    bool any = false;
    enum xt_code rc = xt_json_files_open(files, &table->limits, &table->facts, &table->json, &any, err);

    if (rc == XT_OK && !any)
        return xt_fail(err, XT_E_MEDIA, "", XT_MSG_FILE_IS_PACKED, XT_TEXT(table->name));
    return rc;
}

static enum xt_code open_tar(struct xt_table *table, struct xt_source **source, struct xt_error *err)
{
    struct tar_files *tar = xt_calloc(1, sizeof *tar);
    struct xt_json_files files = {tar, tar_files_next, tar_files_done, tar_files_close};

    tar->source = *source;
    *source = NULL;
    tar->tar.source = tar->source;
    tar->tar.name = table->name;
    return open_archive(table, &files, err);
}

/* What a zip that is no workbook may be, by the names in it. */
static enum xt_msg zip_kind(zip_t *zip)
{
    static const struct {
        const char *part;
        enum xt_msg msg;
    } parts[] = {
        {"xl/workbook.bin", XT_MSG_FILE_IS_XLSB},
        {"word/document.xml", XT_MSG_FILE_IS_WORD},
        {"ppt/presentation.xml", XT_MSG_FILE_IS_SLIDES},
        {"content.xml", XT_MSG_FILE_IS_ODS},
    };
    size_t i;

    for (i = 0; i < XT_COUNT(parts); i++)
        if (zip_name_locate(zip, parts[i].part, ZIP_FL_NOCASE) >= 0)
            return parts[i].msg;
    return XT_MSG_FILE_IS_PACKED;
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

static bool zip_has_json(zip_t *zip)
{
    zip_int64_t i, n = zip_get_num_entries(zip, 0);

    for (i = 0; i < n; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);

        if (name &&
            (xt_str_ends(xt_str(name), ".json") || xt_str_ends(xt_str(name), ".jsonl") || xt_yaml_name(xt_str(name))))
            return true;
    }
    return false;
}

static enum xt_code pick_sheet(struct xt_table *table, const char *asked, size_t *out, struct xt_error *err)
{
    int64_t number;
    size_t i;

    for (i = 0; i < table->facts.sheet_count; i++)
        if (strcmp(table->facts.sheets[i], asked) == 0) {
            *out = i;
            return XT_OK;
        }
    if (!xt_int_parse(xt_str(asked), &number) || number < 1 || (uint64_t)number > table->facts.sheet_count)
        return xt_fail(err, XT_E_INPUT, "sheet", XT_MSG_XLSX_SHEET, XT_TEXT(asked), XT_INT(table->facts.sheet_count));
    *out = (size_t)number - 1;
    return XT_OK;
}

static enum xt_code open_sheet(struct xt_table *table, size_t sheet, const struct xt_table_options *options,
                               struct xt_error *err)
{
    enum xt_code rc;

    if (table->reader)
        table->reader->ops->close(table->reader);
    table->reader = NULL;
    table->sample_count = table->sample_at = 0;
    table->facts.empty_rows = 0;
    table->facts.sheet = table->facts.sheets[sheet];
    rc = table->book->ops->open(table->book, sheet, &table->reader, err);
    return rc == XT_OK ? find_head(table, options, err) : rc;
}

/* The sheet asked for, or the first that has rows: visible ones before hidden ones. */
static enum xt_code open_sheets(struct xt_table *table, const struct xt_table_options *options, struct xt_error *err)
{
    size_t sheet = 0, pass;
    enum xt_code rc = XT_E_MEDIA;
    struct xt_error fault = {.code = XT_OK};

    table->facts.sheet_count = table->book->count;
    table->facts.sheets = table->book->names;
    if (options->sheet) {
        rc = pick_sheet(table, options->sheet, &sheet, err);
        return rc == XT_OK ? open_sheet(table, sheet, options, err) : rc;
    }
    (void)xt_fail(err, rc, "", XT_MSG_FILE_IS_EMPTY, XT_TEXT(table->name)); /* of a workbook without sheets */
    for (pass = 0; pass < 2; pass++)
        for (sheet = 0; sheet < table->facts.sheet_count; sheet++) {
            if ((table->book->hidden && table->book->hidden[sheet]) != (pass == 1))
                continue;
            rc = open_sheet(table, sheet, options, &fault);
            if (rc != XT_E_MEDIA || fault.msg != XT_MSG_FILE_IS_EMPTY) {
                if (err)
                    *err = fault;
                return rc;
            }
        }
    return rc;
}

enum xt_code xt_table_open_package(struct xt_package **package, const struct xt_table_options *options,
                                   struct xt_table **out, struct xt_error *err)
{
    struct xt_table *table = xt_calloc(1, sizeof *table);
    enum xt_code rc;

    table->name = xt_strdup((*package)->name);
    table->limits = options->limits;
    set_limits(&table->limits);
    xt_arena_init(&table->arena);
    table->facts.format = XT_FORMAT_XLSX;
    table->facts.bytes_total = (*package)->total;
    rc = xt_xlsx_open(package, &table->limits, &table->book, err);
    if (rc == XT_OK)
        rc = open_sheets(table, options, err);
    if (rc != XT_OK)
        xt_table_close(&table);
    else
        *out = table;
    return rc;
}

/* Takes *zip. */
static enum xt_code open_zip(struct xt_table *table, zip_t **zip, const struct xt_table_options *options,
                             struct xt_error *err)
{
    enum xt_code rc;

    if (zip_has_workbook(*zip)) {
        struct xt_package *package = xt_package_zip(zip, &table->limits, table->name, table->facts.bytes_total);

        table->facts.format = XT_FORMAT_XLSX;
        rc = xt_xlsx_open(&package, &table->limits, &table->book, err);
        return rc == XT_OK ? open_sheets(table, options, err) : rc;
    }
    if (!zip_has_json(*zip))
        return xt_fail(err, XT_E_MEDIA, "", zip_kind(*zip), XT_TEXT(table->name));
    struct zip_files *files = xt_calloc(1, sizeof *files);
    struct xt_json_files calls = {files, zip_files_next, zip_files_done, zip_files_close};

    files->zip = *zip;
    *zip = NULL;
    files->limits = &table->limits;
    files->name = table->name;
    files->count = (uint64_t)zip_get_num_entries(files->zip, 0);
    files->total = table->facts.bytes_total;
    return open_archive(table, &calls, err);
}

/* A zip lies in a file (path) or in memory (data). */
static enum xt_code open_zip_at(struct xt_table *table, const char *path, const void *data, size_t n,
                                const struct xt_table_options *options, struct xt_error *err)
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
        rc = xt_fail(err, XT_E_MEDIA, "", XT_MSG_TABLE_ZIP, XT_TEXT(table->name), XT_TEXT(zip_error_strerror(&fault)));
        if (source)
            zip_source_free(source);
        zip_error_fini(&fault);
        return rc;
    }
    zip_error_fini(&fault);
    rc = open_zip(table, &zip, options, err);
    if (zip)
        zip_discard(zip);
    return rc;
}

/* Opens what source holds; *out_zip says that it must be opened as a zip instead. Takes gzip off once. */
static enum xt_code open_source(struct xt_table *table, struct xt_source **source,
                                const struct xt_table_options *options, bool *out_zip, struct xt_error *err)
{
    XT_AUTO(xt_text_done) struct xt_text text = {0};
    struct xt_str head;
    size_t bom = 0;
    enum xt_file_kind kind;
    enum xt_code rc;

    xt_text_init(&text, 4 * HEAD_BYTES);
    rc = xt_source_peek(*source, HEAD_BYTES, &head, err);
    if (rc == XT_OK)
        rc = guess_charset(table, head, options, &bom, err);
    if (rc == XT_OK)
        rc = decode_head(table, head, bom, &text, err);
    if (rc != XT_OK)
        return rc;
    kind = xt_file_kind_of(head, xt_text_view(&text), table->facts.compressed ? -1 : table->facts.bytes_total);
    switch (kind) {
    case XT_FILEKIND_GZIP:
        if (table->facts.compressed)
            break;
        table->facts.compressed = true;
        *source = xt_source_gzip(source, &table->limits, table->name);
        return open_source(table, source, options, out_zip, err);
    case XT_FILEKIND_ZIP:
        if (table->facts.compressed)
            break;
        *out_zip = true;
        table->facts.charset = XT_CHARSET_UTF8;
        table->facts.charset_certainty = 100;
        return XT_OK;
    case XT_FILEKIND_TAR:
        table->facts.charset = XT_CHARSET_UTF8;
        table->facts.charset_certainty = 100;
        return open_tar(table, source, err);
    case XT_FILEKIND_JSON:
    case XT_FILEKIND_JSONL:
        table->facts.format = kind == XT_FILEKIND_JSON ? XT_FORMAT_JSON : XT_FORMAT_JSONL;
        return xt_jsonl_open(source, table->facts.charset, bom, kind == XT_FILEKIND_JSONL, &table->limits, &table->json,
                             err);
    case XT_FILEKIND_TEXT:
        return open_csv(table, source, xt_text_view(&text), head.n < HEAD_BYTES, bom, options, err);
    default:
        break;
    }
    return xt_file_kind_refuse(kind, head, table->name, err);
}

static struct xt_table *table_new(const char *name, const struct xt_table_options *options)
{
    struct xt_table *table = xt_calloc(1, sizeof *table);
    const char *slash = strrchr(name, '/');

    table->name = xt_strdup(slash ? slash + 1 : name);
    table->limits = options->limits;
    set_limits(&table->limits);
    xt_arena_init(&table->arena);
    return table;
}

static enum xt_code open_any(struct xt_table **table, struct xt_source **source, const char *path, const void *data,
                             size_t n, const struct xt_table_options *options, struct xt_table **out,
                             struct xt_error *err)
{
    bool zip = false;
    enum xt_code rc = open_source(*table, source, options, &zip, err);

    xt_source_close(source);
    if (rc == XT_OK && zip)
        rc = open_zip_at(*table, path, data, n, options, err);
    if (rc != XT_OK) {
        xt_table_close(table);
        return rc;
    }
    *out = *table;
    return XT_OK;
}

enum xt_code xt_table_open(const char *path, const struct xt_table_options *options, struct xt_table **out,
                           struct xt_error *err)
{
    static const struct xt_table_options none;
    struct xt_source *source = NULL;
    struct xt_table *table = table_new(path, options ? options : &none);
    enum xt_code rc = xt_source_file(path, &source, &table->facts.bytes_total, err);

    if (rc != XT_OK) {
        xt_table_close(&table);
        return rc;
    }
    return open_any(&table, &source, path, NULL, 0, options ? options : &none, out, err);
}

enum xt_code xt_table_open_memory(const char *name, const void *data, size_t n, const struct xt_table_options *options,
                                  struct xt_table **out, struct xt_error *err)
{
    static const struct xt_table_options none;
    struct xt_source *source = xt_source_memory(data, n);
    struct xt_table *table = table_new(name, options ? options : &none);

    table->facts.bytes_total = (int64_t)n;
    return open_any(&table, &source, NULL, data, n, options ? options : &none, out, err);
}

void xt_table_close(struct xt_table **table)
{
    struct xt_table *t = *table;
    size_t i;

    if (!t)
        return;
    if (t->reader)
        t->reader->ops->close(t->reader);
    if (t->book)
        t->book->ops->close(t->book);
    xt_json_close(&t->json);
    json_decref(t->object);
    for (i = 0; i < t->filled_count; i++)
        free(t->filled[i].value);
    free(t->filled);
    xt_arena_done(&t->arena);
    free(t->name);
    free(t);
    *table = NULL;
}

const struct xt_table_facts *xt_table_facts(const struct xt_table *table)
{
    return &table->facts;
}

size_t xt_table_columns(const struct xt_table *table, const struct xt_str **out_heads)
{
    *out_heads = table->heads;
    return table->columns;
}

const struct xt_column_guess *xt_table_column_kinds(const struct xt_table *table)
{
    return table->kinds;
}

/* ---- merged cells ---- */

/* Ranges that begin in this row are taken up with their value, those that are over are dropped. */
static void turn_merges(struct xt_table *table, int64_t number, const struct xt_str *cells, size_t count)
{
    const struct xt_reader *reader = table->reader;
    size_t i, kept = 0;

    for (i = 0; i < table->filled_count; i++) {
        if (table->filled[i].range.row2 >= number)
            table->filled[kept++] = table->filled[i];
        else
            free(table->filled[i].value);
    }
    table->filled_count = kept;
    for (; table->merge_at < reader->merge_count && reader->merges[table->merge_at].row1 <= number; table->merge_at++) {
        const struct xt_merge *m = &reader->merges[table->merge_at];
        size_t column = (size_t)m->column1 - 1;

        if (m->row1 != number || column >= count || cells[column].n == 0)
            continue;
        xt_grow(&table->filled, &table->filled_capacity, table->filled_count + 1, sizeof *table->filled);
        table->filled[table->filled_count++] =
            (struct filled){*m, xt_strndup(cells[column].s, cells[column].n), cells[column].n};
    }
}

static void fill_merged(struct xt_table *table, int64_t number, struct xt_str *cells, size_t *count)
{
    size_t i, column;

    if (table->reader->merge_count == 0)
        return;
    turn_merges(table, number, cells, *count);
    for (i = 0; i < table->filled_count; i++) {
        const struct filled *f = &table->filled[i];
        size_t first = (size_t)f->range.column1 - 1;
        size_t behind = (size_t)f->range.column2 < table->columns ? (size_t)f->range.column2 : table->columns;

        if (f->range.row1 > number || (first == 0 && behind == table->columns && table->columns > 1))
            continue;
        for (column = first; column < behind; column++) {
            for (; *count <= column; (*count)++)
                cells[*count] = XT_STR("");
            if (cells[column].n == 0)
                cells[column] = (struct xt_str){f->value, f->n};
        }
    }
}

/* ---- rows ---- */

/* The next raw row: first those of the sample, then the reader's. */
static enum xt_code next_raw(struct xt_table *table, struct xt_raw_row *raw, bool *out_more, struct xt_error *err)
{
    if (table->sample_at < table->sample_count) {
        struct xt_sample_row *row = &table->sample[table->sample_at++];

        *raw = (struct xt_raw_row){.number = row->number,
                                   .cells = row->cells,
                                   .count = row->count,
                                   .raw = row->raw,
                                   .bytes_done = row->bytes_done};
        *out_more = true;
        if (row->code != XT_OK && err)
            *err = row->err;
        return row->code;
    }
    return table->reader->ops->next(table->reader, raw, out_more, err);
}

static enum xt_code fit_row(struct xt_table *table, struct xt_raw_row *raw, struct xt_row *row, struct xt_error *err)
{
    size_t count = raw->count, i;

    fill_merged(table, raw->number, raw->cells, &count);
    for (; count < table->columns; count++)
        raw->cells[count] = XT_STR("");
    row->cells = raw->cells;
    row->count = table->columns;
    for (i = count; i > table->columns && raw->cells[i - 1].n == 0;)
        i--;
    if (i > table->columns && !blank(raw->cells + table->columns, i - table->columns)) {
        row->count = i;
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_ROW_RAGGED, XT_INT(i), XT_INT(table->columns));
    }
    return XT_OK;
}

static enum xt_code next_cells(struct xt_table *table, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    for (;;) {
        struct xt_raw_row raw = {0};
        enum xt_code rc = next_raw(table, &raw, out_more, err);

        table->facts.bad_characters = table->reader->ops->bad(table->reader);
        row->number = raw.number;
        row->raw = raw.raw;
        row->bytes_done = raw.bytes_done;
        if (rc != XT_OK) {
            *out_more = rc == XT_E_INPUT;
            row->cells = raw.cells;
            row->count = raw.count;
            return rc;
        }
        if (!*out_more)
            return XT_OK;
        if (blank(raw.cells, raw.count)) {
            table->facts.empty_rows++;
            continue;
        }
        return fit_row(table, &raw, row, err);
    }
}

static unsigned depth_of(struct xt_str text)
{
    unsigned depth = 0, deepest = 0;
    bool quoted = false;
    size_t i;

    for (i = 0; i < text.n; i++) {
        char c = text.s[i];

        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

static enum xt_code next_json(struct xt_table *table, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    struct xt_json_row raw;
    enum xt_code rc = xt_json_next(table->json, &raw, out_more, err);

    table->facts.bad_characters = xt_json_bad(table->json);
    json_decref(table->object);
    table->object = NULL;
    row->number = raw.number;
    row->member = raw.member;
    row->bytes_done = raw.bytes_done;
    if (rc != XT_OK || !*out_more) {
        *out_more = rc == XT_E_INPUT;
        return rc;
    }
    row->raw = raw.raw;
    if (table->limits.json_depth < XT_JSON_DEPTH_MAX && depth_of(raw.raw) > table->limits.json_depth)
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_JSON_TOO_DEEP, XT_INT(table->limits.json_depth));
    rc = xt_json_parse(raw.raw, &table->object, err);
    if (rc != XT_OK)
        return rc;
    if (!json_is_object(table->object))
        return xt_fail(err, XT_E_INPUT, "", XT_MSG_NOT_OBJECT);
    row->json = table->object;
    return XT_OK;
}

enum xt_code xt_table_next(struct xt_table *table, struct xt_row *row, bool *out_more, struct xt_error *err)
{
    assert(table && row && out_more);
    *row = (struct xt_row){0};
    *out_more = false;
    return table->json ? next_json(table, row, out_more, err) : next_cells(table, row, out_more, err);
}
