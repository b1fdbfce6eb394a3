/* fuzz_jsonl.c - any bytes as JSON Lines, as JSON, and as a tar of JSON files. */
#include <stdlib.h>
#include <string.h>

#include "table/table_priv.h"

static void read_all(struct xt_table *table)
{
    struct xt_row row;
    bool more = true;

    for (;;) {
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (!more || (rc != XT_OK && rc != XT_E_INPUT))
            return;
        if (rc == XT_OK && row.json && (!json_is_object(row.json) || !xt_utf8_valid(row.raw.s, row.raw.n)))
            abort();
    }
}

static void run(const char *name, const uint8_t *data, size_t size, int64_t line_bytes)
{
    struct xt_table_options options = {.limits = {.line_bytes = line_bytes, .json_depth = line_bytes ? 4 : 0}};
    struct xt_table *table = NULL;
    struct xt_error err;

    if (xt_table_open_memory(name, data, size, &options, &table, &err) == XT_OK)
        read_all(table);
    xt_table_close(&table);
}

static void put_octal(char *field, size_t digits, uint64_t value)
{
    while (digits > 0) {
        field[--digits] = (char)('0' + (value & 7));
        value >>= 3;
    }
}

/* The input in two members of a tar, so that the fuzzer need not find out the checksum. */
static void run_tar(const uint8_t *data, size_t size)
{
    size_t half = size / 2, parts[2] = {half, size - half}, at = 0, from = 0, i, k;
    char *tar = calloc(1, size + 8192);

    if (!tar)
        return;
    for (i = 0; i < 2; i++) {
        char *head = tar + at;
        uint64_t sum = 0;

        head[0] = (char)('a' + i);
        head[156] = '0';
        put_octal(head + 124, 11, parts[i]);
        for (k = 0; k < 512; k++)
            sum += k >= 148 && k < 156 ? ' ' : (unsigned char)head[k];
        put_octal(head + 148, 6, sum);
        memcpy(head + 512, data + from, parts[i]);
        from += parts[i];
        at += 512 + (parts[i] + 511) / 512 * 512;
    }
    run("a.tar", (const uint8_t *)tar, at + 1024, 0);
    free(tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    run("a.jsonl", data, size, 0);
    run("a.jsonl", data, size, 64);
    if (size < 65536)
        run_tar(data, size);
    return 0;
}
