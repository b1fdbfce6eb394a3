/* import_rejects.c - rejected rows in the shape and format they came in, with two columns more: row and reasons. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "exchange/import_priv.h"

/* Heads that begin with an underscore are skipped when the corrected file comes in again. */
static const char *const row_head[XT_LANGS] = {"_行号", "_row"};
static const char *const reasons_head[XT_LANGS] = {"_拒绝原因", "_reasons"};

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

static enum xt_code open_at(struct xt_rejects *rejects, const char *path, struct xt_error *err)
{
    const struct xt_table_facts *facts = xt_table_facts(rejects->table);
    const struct xt_str *heads;
    size_t count = xt_table_columns(rejects->table, &heads), i;
    struct xt_out_column *columns = xt_calloc(count + 2, sizeof *columns);
    char **names = xt_calloc(count + 1, sizeof *names);
    enum xt_charset charset =
        facts->format == XT_FORMAT_CSV || facts->format == XT_FORMAT_TSV ? facts->charset : XT_CHARSET_UTF8;
    enum xt_code rc;

    /* UTF-16 comes back as UTF-8: every program that writes the one reads the other. */
    if (charset != XT_CHARSET_GB18030)
        charset = XT_CHARSET_UTF8;
    for (i = 0; i < count; i++) {
        names[i] = xt_strndup(heads[i].s, heads[i].n);
        columns[i].head = names[i];
    }
    columns[count].head = row_head[rejects->options->lang];
    columns[count].kind = XT_CELL_NUMBER;
    columns[count + 1].head = reasons_head[rejects->options->lang];
    columns[count + 1].width = 60;
    rc = xt_out_open(path, format_of(facts), charset, facts->sheet, columns, count + 2, &rejects->out, err);
    if (rc == XT_OK)
        (void)snprintf(rejects->path, sizeof rejects->path, "%s", path);
    for (i = 0; i < count; i++)
        free(names[i]);
    free(names);
    free(columns);
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

static enum xt_code add_cells(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons,
                              struct xt_error *err)
{
    const struct xt_str *heads;
    size_t count = xt_table_columns(rejects->table, &heads), i;
    struct xt_str *cells = xt_calloc(count + 2, sizeof *cells);
    char number[24];
    enum xt_code rc;

    for (i = 0; i < count; i++)
        cells[i] = i < row->count ? row->cells[i] : (struct xt_str){"", 0};
    cells[count] = (struct xt_str){number, (size_t)snprintf(number, sizeof number, "%lld", (long long)row->number)};
    cells[count + 1] = reasons;
    rc = xt_out_row(rejects->out, cells, count + 2, err);
    free(cells);
    return rc;
}

void xt_rejects_add(struct xt_rejects *rejects, const struct xt_row *row, struct xt_str reasons)
{
    struct xt_error err;
    enum xt_code rc;

    if (rejects->options->dry_run || rejects->failed)
        return;
    if (!rejects->out)
        open_rejects(rejects);
    if (rejects->failed)
        return;
    if (format_of(xt_table_facts(rejects->table)) == XT_FORMAT_JSONL)
        rc = add_json(rejects, row, reasons, &err);
    else
        rc = add_cells(rejects, row, reasons, &err);
    if (rc != XT_OK && rc != XT_E_INPUT) { /* a cell that the format cannot hold is left out */
        rejects->failed = true;
        xt_out_drop(&rejects->out);
    }
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

void xt_rejects_drop(struct xt_rejects *rejects)
{
    if (rejects->out)
        xt_out_drop(&rejects->out);
}
