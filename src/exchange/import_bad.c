/* import_bad.c - bytes of an input that are no text: where they stand, so that people can mend them at the source. */
#include <string.h>

#include "exchange/import_priv.h"

#define pick(options, zh, en) ((options)->lang == XT_ZH ? zh : en)

static const char *charset_of(const struct xt_table *table)
{
    return xt_charset_name(xt_table_facts(table)->charset);
}

static void copy_head(const struct xt_table *table, size_t column, char *out, size_t size)
{
    const struct xt_str *heads;
    size_t count = xt_table_columns(table, &heads), n;

    if (column == 0 || column > count)
        return;
    n = xt_utf8_clip(heads[column - 1].s, heads[column - 1].n, size - 1);
    memcpy(out, heads[column - 1].s, n);
    out[n] = '\0';
}

static void say(const struct xt_import_options *options, const char *name, const struct xt_table *table,
                const struct xt_import_bad *bad)
{
    FILE *talk = options->talk;

    if (!talk)
        return;
    (void)fprintf(talk, pick(options, "%s：第 %lld 行", "%s: row %lld"), name, (long long)bad->row);
    if (bad->column[0])
        (void)fprintf(talk, pick(options, "“%s”列", ", column \"%s\""), bad->column);
    (void)fprintf(talk, pick(options, "：%lld 处字节不是 %s", ": %lld places with bytes that are not %s"),
                  (long long)bad->places, charset_of(table));
    if (bad->offset >= 0)
        (void)fprintf(talk, pick(options, "（第一处偏移 0x%llX：%s）", " (the first at 0x%llX: %s)"),
                      (unsigned long long)bad->offset, bad->bytes);
    (void)fputc('\n', talk);
}

static void add(const struct xt_import_options *options, const char *name, const struct xt_table *table,
                const struct xt_row *row, const struct xt_bad_place *first, int64_t places,
                struct xt_import_result *result)
{
    struct xt_import_bad *bad;
    size_t i;

    if (result->bad_count == XT_IMPORT_BAD_PLACES)
        return;
    bad = &result->bad[result->bad_count++];
    *bad = (struct xt_import_bad){.row = row->number, .places = places, .offset = first ? first->offset : -1};
    if (first) {
        copy_head(table, first->column, bad->column, sizeof bad->column);
        for (i = 0; i < first->n; i++)
            (void)snprintf(bad->bytes + 3 * i, sizeof bad->bytes - 3 * i, i + 1 < first->n ? "%02X " : "%02X",
                           first->bytes[i]);
    }
    say(options, name, table, bad);
}

void xt_import_bad_row(const struct xt_import_options *options, const char *name, const struct xt_table *table,
                       const struct xt_row *row, struct xt_import_result *result)
{
    size_t i, next;

    if (row->bad == 0)
        return;
    result->bad_rows++;
    if (row->bad_count == 0)
        add(options, name, table, row, NULL, row->bad, result);
    for (i = 0; i < row->bad_count; i = next) { /* those of a cell stand together */
        for (next = i + 1; next < row->bad_count && row->bad_places[next].column == row->bad_places[i].column;)
            next++;
        add(options, name, table, row, &row->bad_places[i], (int64_t)(next - i), result);
    }
}

void xt_import_bad_end(const struct xt_import_options *options, const char *name, const struct xt_table *table,
                       struct xt_import_result *result)
{
    int64_t bad = table ? xt_table_facts(table)->bad_characters : 0;

    result->bad_characters += bad;
    if (bad > 0 && options->talk)
        (void)fprintf(
            options->talk,
            pick(options, "%s：共 %lld 处不是 %s 的字节，以 � 代替；可在源文件中改正，或用 --charset 指定编码\n",
                 "%s: %lld places in all that are not %s, replaced by �; mend them in the file, or say --charset\n"),
            name, (long long)bad, charset_of(table));
}
