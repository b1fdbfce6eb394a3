/*
 * import_rejects.c - rejected rows in the shape and format they came in: titles, head, columns and widths of the input, and
 * behind them the row's number and the reasons. Mended, the file goes in again as the first one did.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "exchange/import_priv.h"

#define MEMBER_NAME_MAX 100u /* bytes: with the rest it stays a name that a folder takes */

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

static bool is_written(const struct xt_rejects *rejects, struct xt_str path)
{
    uint64_t hash = xt_hash64(path.s, path.n);
    int64_t i;

    for (i = 0; i < rejects->files; i++)
        if (rejects->written[i] == hash)
            return true;
    return false;
}

/* "list.2019.rejects.csv" beside the input, or in folder: an archive gives one file for each member of cells. */
static void beside(const struct xt_rejects *rejects, const char *folder, struct xt_str member, struct xt_text *out)
{
    const char *slash = strrchr(rejects->input, '/'), *base = slash ? slash + 1 : rejects->input;
    enum xt_format format = format_of(xt_table_facts(rejects->table));
    size_t at, i;

    xt_text_clear(out);
    if (folder) {
        xt_text_add_z(out, folder);
        if (folder[0] && folder[strlen(folder) - 1] != '/')
            xt_text_add_char(out, '/');
    } else if (slash) {
        xt_text_add(out, rejects->input, (size_t)(slash - rejects->input) + 1);
    }
    xt_text_add(out, base, stem_length(base));
    if (member.n > 0 && format != XT_FORMAT_JSONL) {
        XT_AUTO(xt_free_ptr) char *name = xt_strndup(member.s, member.n);

        name[xt_utf8_clip(name, stem_length(name), MEMBER_NAME_MAX)] = '\0';
        for (i = 0; name[i]; i++)
            if (name[i] == '/' || name[i] == '\\')
                name[i] = '-';
        xt_text_addf(out, ".%s", name);
    }
    at = out->n;
    xt_text_addf(out, ".rejects.%s", xt_format_name(format));
    if (!is_written(rejects, xt_text_view(out))) /* members may have one name, or one that differs in signs only */
        return;
    xt_text_cut(out, at);
    xt_text_addf(out, "-%lld.rejects.%s", (long long)rejects->files + 1, xt_format_name(format));
}

static bool is_folder(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Where number, member and reasons go: behind the input's columns, or where an earlier rejects file has them already. */
static size_t place_columns(struct xt_rejects *rejects, const struct xt_str *heads, size_t count, bool member)
{
    size_t width = count, i;
    int column;

    rejects->columns = count;
    for (column = 0; column < XT_REJECT_COLUMNS; column++)
        rejects->places[column] = SIZE_MAX;
    for (i = 0; i < count && !rejects->headless; i++)
        rejects->places[xt_reject_column(heads[i])] = i;
    for (column = XT_REJECT_ROW; column < XT_REJECT_COLUMNS; column++) {
        if (rejects->places[column] == SIZE_MAX && (column != XT_REJECT_MEMBER || member))
            rejects->places[column] = width++;
    }
    return rejects->width = width;
}

static size_t columns_of(const struct xt_rejects *rejects, const struct xt_str **out_heads)
{
    if (!rejects->heads)
        return xt_table_columns(rejects->table, out_heads);
    *out_heads = rejects->heads;
    return rejects->head_count;
}

/* Whether the heads are those of the part at hand: then its titles stand above them. */
static bool heads_of_part(const struct xt_rejects *rejects, const struct xt_str *heads, size_t count)
{
    const struct xt_str *own;
    size_t i;

    if (xt_table_columns(rejects->table, &own) != count)
        return false;
    for (i = 0; i < count; i++)
        if (!xt_str_eq(own[i], heads[i]))
            return false;
    return true;
}

static enum xt_code begin_table(struct xt_rejects *rejects, const struct xt_row *row, struct xt_error *err)
{
    static const int widths[XT_REJECT_COLUMNS] = {0, 9, 24, 60};
    const struct xt_table_facts *facts = xt_table_facts(rejects->table);
    const struct xt_str *heads;
    size_t count = columns_of(rejects, &heads), width, i;
    struct xt_out_table table = {.name = facts->sheet, .lead_columns = count, .headless = rejects->headless};
    struct xt_out_column *columns;
    struct xt_lead_look lead;
    struct xt_arena arena;
    enum xt_code rc;
    int k;

    rejects->part = row->part;
    if (format_of(facts) == XT_FORMAT_JSONL)
        return XT_OK;
    xt_arena_init(&arena);
    width = place_columns(rejects, heads, count, row->member.n > 0);
    columns = xt_arena_alloc(&arena, width * sizeof *columns);
    for (i = 0; i < count; i++)
        columns[i] =
            (struct xt_out_column){.head = xt_arena_strndup(&arena, heads[i].s, heads[i].n), .kind = XT_CELL_AS_READ};
    for (k = XT_REJECT_ROW; k < XT_REJECT_COLUMNS; k++) {
        if (rejects->places[k] == SIZE_MAX)
            continue;
        columns[rejects->places[k]] = (struct xt_out_column){
            .head = xt_reject_head((enum xt_reject_column)k, rejects->options->lang),
            .kind = k == XT_REJECT_ROW ? XT_CELL_NUMBER : XT_CELL_TEXT,
            .width = widths[k],
        };
    }
    table.columns = columns;
    table.count = width;
    xt_table_lead(rejects->table, &lead);
    if (lead.count > 0 && heads_of_part(rejects, heads, count))
        table.lead = &lead;
    rc = xt_out_table(rejects->out, &table, err);
    xt_arena_done(&arena);
    return rc;
}

static enum xt_code open_at(struct xt_rejects *rejects, const struct xt_row *row, const char *path,
                            struct xt_error *err)
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
        rc = begin_table(rejects, row, err);
    if (rc != XT_OK) {
        xt_out_drop(&rejects->out);
        return rc;
    }
    rejects->format = options.format;
    xt_text_clear(&rejects->member);
    xt_text_add_str(&rejects->member, row->member);
    xt_grow(&rejects->written, &rejects->written_capacity, (size_t)rejects->files + 1, sizeof *rejects->written);
    rejects->written[rejects->files] = xt_hash64(path, strlen(path));
    if (rejects->files++ == 0)
        (void)snprintf(rejects->path, sizeof rejects->path, "%s", path);
    return XT_OK;
}

static enum xt_code open_rejects(struct xt_rejects *rejects, const struct xt_row *row, struct xt_error *err)
{
    const char *wanted = rejects->options->rejects;
    XT_AUTO(xt_text_done) struct xt_text path = {0};
    enum xt_code rc;

    xt_text_init(&path, sizeof rejects->path - 1);
    if (wanted && !is_folder(wanted) && rejects->files == 0)
        xt_text_add_z(&path, wanted);
    else
        beside(rejects, wanted && is_folder(wanted) ? wanted : NULL, row->member, &path);
    rc = open_at(rejects, row, path.s, err);
    if (rc != XT_OK && !wanted) { /* the input lies where nothing may be written */
        beside(rejects, "", row->member, &path);
        rc = open_at(rejects, row, path.s, err);
    }
    return rc;
}

/* The file that takes the row: the one at hand, a further sheet of it, or another one. */
static enum xt_code turn_to(struct xt_rejects *rejects, const struct xt_row *row, struct xt_error *err)
{
    enum xt_format format = format_of(xt_table_facts(rejects->table));
    enum xt_code rc;

    if (rejects->out && row->part == rejects->part)
        return XT_OK;
    if (rejects->out && rejects->format == format && format == XT_FORMAT_JSONL)
        return begin_table(rejects, row, err);
    if (rejects->out && rejects->format == format && format == XT_FORMAT_XLSX &&
        xt_str_eq(row->member, xt_text_view(&rejects->member)))
        return begin_table(rejects, row, err);
    if (rejects->out) {
        rc = xt_out_close(&rejects->out, err);
        if (rc != XT_OK)
            return rc;
    }
    return open_rejects(rejects, row, err);
}

static void say_failure(struct xt_rejects *rejects, const struct xt_error *fault)
{
    XT_AUTO(xt_text_done) struct xt_text sentence = {0};

    rejects->failed = true;
    if (!rejects->options->talk)
        return;
    xt_text_init(&sentence, 4 * XT_KIB);
    xt_error_say(fault, rejects->options->lang, &sentence);
    (void)fprintf(rejects->options->talk, "%s\n", sentence.s);
}

static enum xt_code add_json(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons,
                             struct xt_error *err)
{
    json_t *object = row->json ? json_copy(row->json) : json_object();
    enum xt_code rc;

    if (!row->json) /* what could not be read as JSON goes back as it was */
        json_object_set_new(object, "_raw", json_stringn(row->raw.s ? row->raw.s : "", row->raw.n));
    if (row->member.n > 0)
        json_object_set_new(object, "_member", json_stringn(row->member.s, row->member.n));
    json_object_set_new(object, "_row", json_integer(row->number));
    json_object_set_new(object, "_reasons", json_stringn(reasons.s, reasons.n));
    rc = xt_out_json(rejects->out, object, err);
    json_decref(object);
    return rc;
}

void xt_rejects_mark(struct xt_rejects *rejects, size_t column, struct xt_str reason)
{
    size_t i = rejects->mark_count;

    if (i == XT_FAULTS_MAX)
        return;
    rejects->marks[i] = (struct xt_out_mark){.column = column};
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

/* Cells above the columns of the table stand behind the reasons, so that nothing is lost; where they are deleted the row is
 * right. A cell that no workbook holds is cut, and marked. */
static enum xt_code add_cells(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons,
                              struct xt_error *err)
{
    size_t width = rejects->width, surplus = row->count > rejects->columns ? row->count - rejects->columns : 0, i;
    struct xt_str *cells = xt_calloc(width + surplus, sizeof *cells);
    char number[24];
    enum xt_code rc;

    for (i = 0; i < width; i++)
        cells[i] = i < row->count && i < rejects->columns ? row->cells[i] : XT_STR("");
    for (i = 0; i < surplus; i++)
        cells[width + i] = row->cells[rejects->columns + i];
    i = rejects->places[XT_REJECT_ROW];
    if (cells[i].n == 0) /* of the first file, where it is known already */
        cells[i] = (struct xt_str){number, (size_t)snprintf(number, sizeof number, "%lld", (long long)row->number)};
    i = rejects->places[XT_REJECT_MEMBER];
    if (i != SIZE_MAX && row->member.n > 0)
        cells[i] = row->member;
    cells[rejects->places[XT_REJECT_REASONS]] = reasons;
    for (i = 0; rejects->format == XT_FORMAT_XLSX && i < width + surplus; i++) {
        size_t fits = xt_out_cell_fits(cells[i]);

        if (fits < cells[i].n) {
            cells[i].n = fits;
            xt_rejects_mark(rejects, i, XT_STR(""));
        }
    }
    set_notes(rejects);
    rc = xt_out_row_marked(rejects->out, cells, width + surplus, rejects->marks, rejects->mark_count, err);
    free(cells);
    return rc;
}

static void add_row(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons)
{
    struct xt_error err;
    enum xt_code rc = turn_to(rejects, row, &err);

    if (rc == XT_OK && rejects->format == XT_FORMAT_JSONL)
        rc = add_json(rejects, row, reasons, &err);
    else if (rc == XT_OK)
        rc = add_cells(rejects, row, reasons, &err);
    if (rc == XT_OK || rc == XT_E_INPUT) /* a row beyond what the format holds is left out */
        return;
    say_failure(rejects, &err);
    xt_out_drop(&rejects->out);
}

void xt_rejects_add(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons)
{
    if (!rejects->options->dry_run && !rejects->failed)
        add_row(rejects, row, reasons);
    rejects->mark_count = 0;
    xt_text_clear(&rejects->notes);
}

void xt_rejects_add_context(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str note)
{
    size_t marks = rejects->mark_count; /* of the row to come, not of this one */

    rejects->mark_count = 0;
    if (!rejects->options->dry_run && !rejects->failed)
        add_row(rejects, row, note);
    rejects->mark_count = marks;
}

enum xt_code xt_rejects_check(const char *path, size_t inputs, struct xt_error *err)
{
    struct stat facts;

    if (path && inputs > 1 && (stat(path, &facts) != 0 || !S_ISDIR(facts.st_mode)))
        return xt_fail(err, XT_E_INPUT, "rejects", XT_MSG_IMPORT_REJECTS_MANY);
    return XT_OK;
}

void xt_rejects_init(struct xt_rejects *rejects, const char *input, const struct xt_import_options *options)
{
    *rejects = (struct xt_rejects){.input = input, .options = options};
    xt_text_init(&rejects->notes, XT_MIB);
    xt_text_init(&rejects->member, 64 * XT_KIB);
}

enum xt_code xt_rejects_close(struct xt_rejects *rejects, char *out, size_t size, struct xt_error *err)
{
    enum xt_code rc = rejects->out ? xt_out_close(&rejects->out, err) : XT_OK;

    if (rc == XT_OK && rejects->files > 0 && !rejects->failed)
        (void)snprintf(out, size, "%s", rejects->path);
    return rc;
}

void xt_rejects_done(struct xt_rejects *rejects)
{
    if (rejects->out)
        xt_out_drop(&rejects->out);
    free(rejects->written);
    xt_text_done(&rejects->notes);
    xt_text_done(&rejects->member);
}
