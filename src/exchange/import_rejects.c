/*
 * import_rejects.c - rejected rows in the shape and format they came in: titles, head, columns and widths of the input, and
 * behind them the row's number and the reasons. Mended, the file goes in again as the first one did.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "exchange/import_priv.h"

static enum xt_format format_of(const struct xt_table_facts *facts)
{
    if (xt_format_written(facts->format))
        return facts->format;
    return xt_format_book(facts->format) ? XT_FORMAT_XLSX : XT_FORMAT_JSONL;
}

/* Drops ".csv", ".csv.gz", ".tar.gz": what is written is neither packed nor an archive. */
static size_t stem_length(const char *base)
{
    static const char *const packed[] = {".gz", ".tgz", ".zip", ".tar"};
    size_t n = strlen(base), i;
    const char *dot;

    for (i = 0; i < XT_COUNT(packed); i++) {
        struct xt_str s = {base, n};

        if (xt_str_ends(s, packed[i]) && n > strlen(packed[i])) {
            n -= strlen(packed[i]);
            break;
        }
    }
    dot = memrchr(base, '.', n);
    return dot && dot > base && n - (size_t)(dot - base) <= 6 ? (size_t)(dot - base) : n;
}

static void beside(const struct xt_rejects *rejects, const char *folder, struct xt_text *out)
{
    const char *slash = strrchr(rejects->input, '/'), *base = slash ? slash + 1 : rejects->input;

    xt_text_clear(out);
    if (folder) {
        xt_text_add_z(out, folder);
        if (folder[0] && folder[strlen(folder) - 1] != '/')
            xt_text_add_char(out, '/');
    } else if (slash) {
        xt_text_add(out, rejects->input, (size_t)(slash - rejects->input) + 1);
    }
    xt_text_add(out, base, stem_length(base));
    xt_text_addf(out, ".rejects.%s", xt_format_name(format_of(xt_table_facts(rejects->table))));
}

static bool is_folder(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Where number and reasons go: behind the input's columns, or where an earlier rejects file has them already. */
static size_t place_columns(struct xt_rejects *rejects, const struct xt_str *heads, size_t count)
{
    size_t width = count, i;

    rejects->columns = count;
    rejects->row_column = rejects->reasons_column = SIZE_MAX;
    for (i = 0; i < count && !rejects->headless; i++) {
        enum xt_reject_column column = xt_reject_column(heads[i]);

        if (column == XT_REJECT_ROW)
            rejects->row_column = i;
        else if (column == XT_REJECT_REASONS)
            rejects->reasons_column = i;
    }
    if (rejects->row_column == SIZE_MAX)
        rejects->row_column = width++;
    if (rejects->reasons_column == SIZE_MAX)
        rejects->reasons_column = width++;
    return width;
}

static enum xt_code begin_table(struct xt_rejects *rejects, struct xt_error *err)
{
    const struct xt_table_facts *facts = xt_table_facts(rejects->table);
    const struct xt_str *heads;
    size_t count = xt_table_columns(rejects->table, &heads), width, i;
    enum xt_lang lang = rejects->options->lang;
    struct xt_out_column *columns;
    struct xt_lead_look lead;
    struct xt_out_table table = {.name = facts->sheet, .lead_columns = count, .headless = rejects->headless};
    struct xt_arena arena;
    enum xt_code rc;

    if (format_of(facts) == XT_FORMAT_JSONL)
        return XT_OK;
    xt_arena_init(&arena);
    width = place_columns(rejects, heads, count);
    columns = xt_arena_alloc(&arena, width * sizeof *columns);
    for (i = 0; i < count; i++)
        columns[i] =
            (struct xt_out_column){.head = xt_arena_strndup(&arena, heads[i].s, heads[i].n), .kind = XT_CELL_AS_READ};
    if (rejects->row_column >= count)
        columns[rejects->row_column] = (struct xt_out_column){.head = xt_reject_head(XT_REJECT_ROW, lang), .width = 9};
    columns[rejects->row_column].kind = XT_CELL_NUMBER;
    if (rejects->reasons_column >= count)
        columns[rejects->reasons_column].head = xt_reject_head(XT_REJECT_REASONS, lang);
    columns[rejects->reasons_column].kind = XT_CELL_TEXT;
    columns[rejects->reasons_column].width = 60;
    table.columns = columns;
    table.count = width;
    xt_table_lead(rejects->table, &lead);
    if (lead.count > 0)
        table.lead = &lead;
    rc = xt_out_table(rejects->out, &table, err);
    xt_arena_done(&arena);
    return rc;
}

static enum xt_code open_at(struct xt_rejects *rejects, const char *path, struct xt_error *err)
{
    const struct xt_table_facts *facts = xt_table_facts(rejects->table);
    struct xt_out_options options = {
        .format = format_of(facts),
        .charset = facts->charset,
        .delimiter = facts->delimiter,
        .no_bom = facts->charset == XT_CHARSET_UTF8 && !facts->bom,
    };
    enum xt_code rc = xt_out_begin(path, &options, &rejects->out, err);

    if (rc == XT_OK)
        rc = begin_table(rejects, err);
    if (rc == XT_OK)
        (void)snprintf(rejects->path, sizeof rejects->path, "%s", path);
    else if (rejects->out)
        xt_out_drop(&rejects->out);
    return rc;
}

static void open_rejects(struct xt_rejects *rejects)
{
    const char *wanted = rejects->options->rejects;
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    struct xt_error err;
    enum xt_code rc;

    xt_text_init(&path, sizeof rejects->path - 1);
    if (wanted && !is_folder(wanted))
        xt_text_add_z(&path, wanted);
    else
        beside(rejects, wanted, &path);
    rc = open_at(rejects, path.s, &err);
    if (rc != XT_OK && !wanted) { /* the input lies where nothing may be written */
        beside(rejects, "", &path);
        rc = open_at(rejects, path.s, &err);
    }
    if (rc == XT_OK)
        return;
    rejects->failed = true;
    if (rejects->options->talk) {
        XT_AUTO(xt_text_done) struct xt_text sentence = {0};

        xt_text_init(&sentence, 4 * XT_KIB);
        xt_error_say(&err, rejects->options->lang, &sentence);
        (void)fprintf(rejects->options->talk, "%s\n", sentence.s);
    }
}

static enum xt_code add_json(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons,
                             struct xt_error *err)
{
    json_t *object = row->json ? json_copy(row->json) : json_object();
    enum xt_code rc;

    if (!row->json) /* what could not be read as JSON goes back as it was */
        json_object_set_new(object, "_raw", json_stringn(row->raw.s ? row->raw.s : "", row->raw.n));
    if (row->member.n > 0)
        json_object_set_new(object, "_file", json_stringn(row->member.s, row->member.n));
    json_object_set_new(object, "_row", json_integer(row->number));
    json_object_set_new(object, "_reasons", json_stringn(reasons.s, reasons.n));
    rc = xt_out_json(rejects->out, object, err);
    json_decref(object);
    return rc;
}

/* Cells above the columns of the table stand behind the reasons, so that nothing is lost; where they are deleted the row is
 * right. A cell that no workbook holds is cut, and marked. */
static enum xt_code add_cells(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons,
                              struct xt_error *err)
{
    const struct xt_table_facts *facts = xt_table_facts(rejects->table);
    size_t width = rejects->columns, surplus = row->count > width ? row->count - width : 0, i;
    struct xt_str *cells = xt_calloc(row->count + width + 2, sizeof *cells);
    char number[24];
    enum xt_code rc;

    for (i = 0; i < width; i++)
        cells[i] = i < row->count ? row->cells[i] : XT_STR("");
    width += (size_t)(rejects->row_column >= rejects->columns) + (size_t)(rejects->reasons_column >= rejects->columns);
    for (i = 0; i < surplus; i++)
        cells[width + i] = row->cells[rejects->columns + i];
    if (cells[rejects->row_column].n == 0) /* of the first file, where it is known already */
        cells[rejects->row_column] =
            (struct xt_str){number, (size_t)snprintf(number, sizeof number, "%lld", (long long)row->number)};
    cells[rejects->reasons_column] = reasons;
    for (i = 0; format_of(facts) == XT_FORMAT_XLSX && i < width + surplus; i++) {
        size_t fits = xt_out_cell_fits(cells[i]);

        if (fits < cells[i].n) {
            cells[i].n = fits;
            xt_rejects_mark(rejects, i, XT_STR(""));
        }
    }
    rc = xt_out_row_marked(rejects->out, cells, width + surplus, rejects->marks, rejects->mark_count, err);
    free(cells);
    return rc;
}

void xt_rejects_mark(struct xt_rejects *rejects, size_t column, struct xt_str reason)
{
    size_t i = rejects->mark_count;

    if (i == XT_FAULTS_MAX)
        return;
    rejects->marks[i] = (struct xt_out_mark){column, NULL};
    rejects->note_at[i] = rejects->notes.n;
    xt_text_add_str(&rejects->notes, reason);
    xt_text_add_char(&rejects->notes, '\0');
    rejects->mark_count++;
}

/* One mark a cell, with all its reasons: the text may have moved while it grew, so notes are pointed to only now. */
static void set_notes(struct xt_rejects *rejects)
{
    XT_AUTO(xt_text_done) struct xt_text joined = {0};
    struct xt_out_mark marks[XT_FAULTS_MAX];
    size_t at[XT_FAULTS_MAX], count = 0, i, k;

    xt_text_init(&joined, XT_MIB);
    for (i = 0; i < rejects->mark_count; i++) {
        bool seen = false;

        for (k = 0; k < i && !seen; k++)
            seen = rejects->marks[k].column == rejects->marks[i].column;
        if (seen)
            continue;
        at[count] = joined.n;
        marks[count++] = rejects->marks[i];
        for (k = i; k < rejects->mark_count; k++) {
            const char *note = rejects->notes.s + rejects->note_at[k];

            if (rejects->marks[k].column != rejects->marks[i].column || !*note)
                continue;
            if (joined.n > at[count - 1])
                xt_text_add_char(&joined, '\n');
            xt_text_add_z(&joined, note);
        }
        xt_text_add_char(&joined, '\0');
    }
    xt_text_clear(&rejects->notes);
    xt_text_add_str(&rejects->notes, xt_text_view(&joined));
    for (i = 0; i < count; i++) {
        rejects->marks[i] = marks[i];
        rejects->marks[i].note = rejects->notes.s + at[i];
    }
    rejects->mark_count = count;
}

static void add_row(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons)
{
    struct xt_error err;
    enum xt_code rc;

    if (!rejects->out)
        open_rejects(rejects);
    if (rejects->failed)
        return;
    if (format_of(xt_table_facts(rejects->table)) == XT_FORMAT_JSONL) {
        rc = add_json(rejects, row, reasons, &err);
    } else {
        set_notes(rejects);
        rc = add_cells(rejects, row, reasons, &err);
    }
    if (rc != XT_OK && rc != XT_E_INPUT) { /* a row beyond what the format holds is left out */
        rejects->failed = true;
        xt_out_drop(&rejects->out);
    }
}

void xt_rejects_add(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons)
{
    if (!rejects->options->dry_run && !rejects->failed)
        add_row(rejects, row, reasons);
    rejects->mark_count = 0;
    xt_text_clear(&rejects->notes);
}

void xt_rejects_init(struct xt_rejects *rejects, const char *input, const struct xt_import_options *options)
{
    *rejects = (struct xt_rejects){.input = input, .options = options};
    xt_text_init(&rejects->notes, XT_MIB);
}

enum xt_code xt_rejects_close(struct xt_rejects *rejects, char *out, size_t size, struct xt_error *err)
{
    enum xt_code rc = XT_OK;

    if (!rejects->out)
        return XT_OK;
    rc = xt_out_close(&rejects->out, err);
    if (rc == XT_OK)
        (void)snprintf(out, size, "%s", rejects->path);
    return rc;
}

void xt_rejects_done(struct xt_rejects *rejects)
{
    if (rejects->out)
        xt_out_drop(&rejects->out);
    xt_text_done(&rejects->notes);
}
