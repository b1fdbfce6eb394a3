/*
 * oai_bench STORE: the floor under a harvest: the rows of the records read in the order of their changes and their bodies parsed, by
 * the same libraries, doing nothing with them. Prints "records=N us=N bytes=N" for each of ROUNDS passes.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/time.h"

#define ROUNDS 3

static int pass(sqlite3_stmt *stmt)
{
    int64_t began = xt_monotonic_us(), records = 0, bytes = 0;

    while (sqlite3_step(stmt) == SQLITE_ROW) {
        struct xt_str body = {(const char *)sqlite3_column_text(stmt, 12), (size_t)sqlite3_column_bytes(stmt, 12)};
        struct xt_error err;
        json_t *tree;

        if (xt_json_parse(body, &tree, &err) != XT_OK)
            return 1;
        bytes += sqlite3_column_bytes(stmt, 1) + sqlite3_column_bytes(stmt, 3) + sqlite3_column_bytes(stmt, 12);
        records++;
        json_decref(tree);
    }
    printf("records=%lld us=%lld bytes=%lld\n", (long long)records, (long long)(xt_monotonic_us() - began),
           (long long)bytes);
    return sqlite3_reset(stmt) == SQLITE_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int failed = 0, i;

    if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT id, key, node, title, type, version, seq, created, updated, deleted, status,"
                           " merged_into, body FROM record ORDER BY seq",
                           -1, &stmt, NULL) != SQLITE_OK) {
        fprintf(stderr, "usage: oai_bench STORE\n");
        return 2;
    }
    for (i = 0; i < ROUNDS && !failed; i++)
        failed = pass(stmt);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return failed;
}
