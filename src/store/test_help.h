/*
 * test_help.h - what the store's tests share: a store in a folder of its own, and a small table in it.
 */
#ifndef XT_STORE_TEST_HELP_H
#define XT_STORE_TEST_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/embed.h"
#include "base/mem.h"
#include "store/store_priv.h"

#define ITEM_SQL "CREATE TABLE item (id INTEGER PRIMARY KEY, who INTEGER NOT NULL, seq INTEGER NOT NULL UNIQUE);"

static const struct xt_stmt_def ADD_ITEM = {
    .name = "test_add_item", .sql = "INSERT INTO item (who, seq) VALUES ($2, $1)", /* out of order on purpose */
};
static const struct xt_stmt_def COUNT_ITEMS = {.name = "test_count_items", .sql = "SELECT count(*) FROM item"};

struct fixture {
    char folder[64];
    char path[96];
    struct xt_store *store;
};

static inline struct xt_embed_file sql_file(const char *path, const char *sql)
{
    return (struct xt_embed_file){.path = path, .data = (const unsigned char *)sql, .size = strlen(sql)};
}

static inline struct xt_store *open_at(const char *path)
{
    const struct xt_store_options options = {.url = path, .create = true, .readers = 4};
    const struct xt_embed_file file = sql_file("sql/test/001-item.sql", ITEM_SQL);
    struct xt_store *store = NULL;
    struct xt_error err = {0};

    assert_int_equal(xt_store_open(&options, &store, &err), XT_OK);
    assert_int_equal(xt_store_migrate_files(store, "test", &file, 1, &err), XT_OK);
    return store;
}

static inline int fixture_folder(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof(*f));

    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/xt-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/node.db", f->folder);
    *state = f;
    return 0;
}

static inline int fixture_open(void **state)
{
    (void)fixture_folder(state);
    ((struct fixture *)*state)->store = open_at(((struct fixture *)*state)->path);
    return 0;
}

static inline void remove_file(const char *path, const char *suffix)
{
    char full[160];

    (void)snprintf(full, sizeof(full), "%s%s", path, suffix);
    (void)unlink(full);
}

static inline int fixture_close(void **state)
{
    static const char *const suffixes[] = {"",      "-wal",      "-shm",      "-turn",      "-journal",
                                           ".copy", ".copy-wal", ".copy-shm", ".copy-turn", ".copy.part"};
    struct fixture *f = *state;

    xt_store_close(&f->store);
    for (size_t i = 0; i < XT_COUNT(suffixes); i++)
        remove_file(f->path, suffixes[i]);
    assert_int_equal(rmdir(f->folder), 0); /* nothing else was left behind */
    free(f);
    return 0;
}

/* A change and an item that carries its number, in tx. */
static inline enum xt_code add_both(struct xt_tx *tx, int64_t who, int64_t *out_seq, struct xt_error *err)
{
    XT_AUTO(xt_stmt_done) struct xt_stmt *stmt = NULL;
    const struct xt_hash after = xt_hash_of("after", 5);
    const struct xt_change change = {
        .room = "test", .subject = XT_STR("item/1"), .action = "create", .actor = XT_STR("cli:test"), .after = &after};
    enum xt_code rc;

    rc = xt_change_add(tx, &change, out_seq, err);
    if (rc != XT_OK)
        return rc;
    rc = xt_stmt_take(xt_tx_conn(tx), &ADD_ITEM, &stmt, err);
    if (rc != XT_OK)
        return rc;
    xt_bind_int(stmt, 1, *out_seq);
    xt_bind_int(stmt, 2, who);
    return xt_stmt_run(stmt, NULL, err);
}

static inline int64_t write_one(struct xt_store *store, int64_t who)
{
    XT_AUTO(xt_tx_end) struct xt_tx *tx = NULL;
    int64_t seq = 0;

    if (xt_tx_begin(store, &tx, NULL) != XT_OK || add_both(tx, who, &seq, NULL) != XT_OK ||
        xt_tx_commit(&tx, NULL) != XT_OK)
        return -1;
    return seq;
}

static inline int64_t read_int(struct xt_store *store, const struct xt_stmt_def *def)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t value = -1;

    assert_int_equal(xt_read_begin(store, 10000, &read, NULL), XT_OK);
    assert_int_equal(xt_query_int(xt_read_conn(read), def, -1, &value, NULL), XT_OK);
    return value;
}

/* The number of changes when the chain holds, otherwise -1. */
static inline int64_t verified(struct xt_store *store)
{
    XT_AUTO(xt_read_end) struct xt_read *read = NULL;
    int64_t count = -1;

    assert_int_equal(xt_read_begin(store, 10000, &read, NULL), XT_OK);
    return xt_change_verify(xt_read_conn(read), &count, NULL) == XT_OK ? count : -1;
}

#endif
