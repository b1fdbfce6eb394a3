/* test_catalog.c - records: put, fold, links, identities, history, tombstones, the index behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalog/catalog_priv.h"
#include "file/file.h"
#include "room/node.h"

/* The rows below name only what matters to them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct xt_room *const rooms[] = {&xt_room_file, &xt_room_catalog, NULL};

struct fixture {
    char folder[64], data[80];
    struct xt_node *node;
    struct xt_problems problems;
    struct xt_arena arena;
};

static void say(const struct xt_error *err)
{
    struct xt_text text;

    xt_text_init(&text, 4 * XT_KIB);
    xt_error_say(err, XT_EN, &text);
    print_message("%s: %s\n", err->field, text.s);
    xt_text_done(&text);
}

static int setup(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof *f);
    struct xt_node_options options = {.rooms = rooms};
    struct xt_node_made made;
    struct xt_error err = {0};

    snprintf(f->folder, sizeof f->folder, "/tmp/xietong-catalog-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->data, sizeof f->data, "%s/data", f->folder);
    options.data = f->data;
    if (xt_node_make(&options, "test.local", &made, &err) != XT_OK || xt_node_open(&options, &f->node, &err) != XT_OK) {
        say(&err);
        return 1;
    }
    xt_problems_init(&f->problems);
    xt_arena_init(&f->arena);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[160];

    xt_node_close(&f->node);
    xt_problems_done(&f->problems);
    xt_arena_done(&f->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

struct given {
    const char *type, *key, *body; /* body NULL = withdrawn */
    const char *part;              /* NULL = none */
    enum xt_origin origin;
    xt_id file;
    int64_t row;
    xt_instant datestamp;
};

static enum xt_code try_put(struct fixture *f, const struct given *g, struct xt_put_result *out)
{
    struct xt_put put = {
        .type = xt_region_type(f->node->region, xt_str(g->type)),
        .origin = g->origin,
        .source_key = xt_str(g->key),
        .part = xt_str(g->part ? g->part : ""),
        .file = g->file,
        .row = g->row,
        .datestamp = g->datestamp,
        .deleted = !g->body,
        .actor = XT_STR("cli:test"),
        .reason = XT_STR("test"),
    };
    struct xt_tx *tx = NULL;
    struct xt_error err = {0};
    enum xt_code rc;

    assert_non_null(put.type);
    if (g->body)
        assert_int_equal(xt_json_parse(xt_str(g->body), &put.body, &err), XT_OK);
    assert_int_equal(xt_tx_begin(f->node->store, &tx, &err), XT_OK);
    rc = xt_catalog_put(f->node, tx, &put, &f->problems, out, &err);
    if (rc == XT_OK)
        assert_int_equal(xt_tx_commit(&tx, &err), XT_OK);
    else if (rc != XT_E_INPUT)
        say(&err);
    xt_tx_end(&tx);
    json_decref(put.body);
    return rc;
}

static struct xt_put_result put(struct fixture *f, struct given g)
{
    struct xt_put_result result = {0};

    g.origin = g.origin ? g.origin : XT_ORIGIN_IMPORT;
    if (try_put(f, &g, &result) != XT_OK) {
        struct xt_text text;

        xt_text_init(&text, 64 * XT_KIB);
        xt_problems_say(&f->problems, XT_EN, &text);
        print_message("refused: %s\n", text.s);
        xt_text_done(&text);
        fail();
    }
    return result;
}

static struct xt_record get(struct fixture *f, const char *key)
{
    struct xt_read *read = NULL;
    struct xt_record record;
    struct xt_error err;

    assert_int_equal(xt_read_begin(f->node->store, 1000, &read, &err), XT_OK);
    assert_int_equal(xt_catalog_get(xt_read_conn(read), xt_str(key), &f->arena, &record, &err), XT_OK);
    xt_read_end(&read);
    return record;
}

static int64_t query_int(struct fixture *f, const char *sql)
{
    struct xt_stmt_def *def = xt_arena_alloc(&f->arena, sizeof *def);
    struct xt_read *read = NULL;
    struct xt_error err;
    int64_t value = -1;

    *def = (struct xt_stmt_def){.name = "test", .sql = sql};
    assert_int_equal(xt_read_begin(f->node->store, 1000, &read, &err), XT_OK);
    assert_int_equal(xt_query_int(xt_read_conn(read), def, -1, &value, &err), XT_OK);
    xt_read_end(&read);
    return value;
}

static void assert_check_clean(struct fixture *f)
{
    struct xt_problems problems;
    struct xt_error err = {0};
    struct xt_text text;

    xt_problems_init(&problems);
    xt_text_init(&text, 64 * XT_KIB);
    assert_int_equal(xt_room_catalog.check(f->node, &problems, &err), XT_OK);
    xt_problems_say(&problems, XT_EN, &text);
    if (problems.count > 0)
        print_message("check: %s\n", text.s);
    assert_int_equal(problems.count, 0);
    xt_text_done(&text);
    xt_problems_done(&problems);
}

/* ---- tests ---- */

static void a_record_is_stored_once(void **state)
{
    struct fixture *f = *state;
    const struct given paper = {"paper", "p1", "{\"title\":\" 激光 器 \",\"keywords\":[\"光学\",\"\"]}"};
    struct xt_put_result first = put(f, paper), again = put(f, paper);
    struct xt_record record = get(f, first.key);

    assert_int_equal(first.outcome, XT_STORED);
    assert_true(first.created);
    assert_int_equal(again.outcome, XT_UNCHANGED);
    assert_string_equal(again.key, first.key);
    assert_string_equal(record.title, "激光 器");
    assert_string_equal(record.body.s, "{\"title\":\"激光 器\",\"keywords\":[\"光学\"]}");
    assert_int_equal(query_int(f, "SELECT count(*) FROM change WHERE room = 'catalog'"), 1);
    assert_check_clean(f);
}

static void a_new_version_keeps_the_old(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result first = put(f, (struct given){"paper", "p1", "{\"title\":\"一\"}", .file = 1});
    struct xt_put_result second = put(f, (struct given){"paper", "p1", "{\"title\":\"二\"}", .file = 2});
    struct xt_record record = get(f, first.key);

    assert_string_equal(second.key, first.key);
    assert_int_equal(record.version, 2);
    assert_string_equal(record.title, "二");
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_version WHERE body LIKE '%一%' AND version = 1"), 1);
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_source"), 1);
    assert_check_clean(f);
}

/* Two rows of one file under one key are two facts of one record, and the file a second time changes nothing. */
static void rows_with_one_key_are_folded(void **state)
{
    struct fixture *f = *state;
    const struct given a = {"project", "n1",     "{\"title\":\"课题\",\"keywords\":[\"甲\"]}",
                            .file = 7, .row = 2, .datestamp = 9};
    const struct given b = {"project", "n1",     "{\"title\":\"课题\",\"keywords\":[\"乙\"]}",
                            .file = 7, .row = 3, .datestamp = 9};
    struct xt_put_result first = put(f, a), second = put(f, b);
    int i;

    assert_string_equal(second.key, first.key);
    assert_string_equal(get(f, first.key).body.s, "{\"title\":\"课题\",\"keywords\":[\"甲\",\"乙\"]}");
    for (i = 0; i < 2; i++) {
        assert_int_equal(put(f, a).outcome, XT_UNCHANGED);
        assert_int_equal(put(f, b).outcome, XT_UNCHANGED);
    }
    assert_int_equal(query_int(f, "SELECT count(*) FROM record"), 1);
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_source"), 2);
    assert_check_clean(f);
}

static void equal_identities_are_one_record(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result a =
        put(f, (struct given){"paper", "x/1", "{\"title\":\"甲\",\"doi\":\"10.1000/A\"}", .datestamp = 1});
    struct xt_put_result b =
        put(f, (struct given){"paper", "y/1",
                              "{\"title\":\"乙\",\"doi\":\"https://doi.org/10.1000/a\",\"journal\":\"学报\"}",
                              .datestamp = 2});
    struct xt_record record = get(f, a.key);

    assert_string_equal(a.key, b.key);
    assert_string_equal(record.title, "乙"); /* the newer datestamp */
    assert_non_null(strstr(record.body.s, "学报"));
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_identity WHERE value = '10.1000/a'"), 1);
    (void)put(f, (struct given){"paper", "y/1", NULL}); /* the newer source is withdrawn: the older stands again */
    record = get(f, a.key);
    assert_string_equal(record.title, "甲");
    assert_null(strstr(record.body.s, "学报"));
    assert_int_equal(record.deleted, 0);
    assert_check_clean(f);
}

static void local_typing_wins_by_field(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result a = put(
        f, (struct given){"paper", "x/1", "{\"title\":\"甲\",\"doi\":\"10.1000/a\",\"volume\":\"3\"}", .datestamp = 1});
    struct given local = {"paper", "local/1", "{\"title\":\"校正\",\"doi\":\"10.1000/a\"}", .origin = XT_ORIGIN_LOCAL};
    struct xt_put_result result;
    struct xt_record record;

    assert_int_equal(try_put(f, &local, &result), XT_OK);
    (void)put(f, (struct given){"paper", "x/1", "{\"title\":\"再收割\",\"doi\":\"10.1000/a\",\"volume\":\"4\"}",
                                .datestamp = 99});
    record = get(f, a.key);
    assert_string_equal(record.title, "校正");
    assert_non_null(strstr(record.body.s, "\"volume\":\"4\""));
    assert_check_clean(f);
}

static void identities_of_two_are_refused(void **state)
{
    struct fixture *f = *state;
    const struct given both = {"paper", "c", "{\"title\":\"丙\",\"doi\":\"10.1000/a\",\"cstr\":\"16666.11.b\"}",
                               .origin = XT_ORIGIN_IMPORT};
    struct xt_put_result result;
    int64_t changes;

    (void)put(f, (struct given){"paper", "a", "{\"title\":\"甲\",\"doi\":\"10.1000/a\"}"});
    (void)put(f, (struct given){"paper", "b", "{\"title\":\"乙\",\"cstr\":\"16666.11.b\"}"});
    changes = query_int(f, "SELECT count(*) FROM change");
    assert_int_equal(try_put(f, &both, &result), XT_E_INPUT);
    assert_int_equal(f->problems.list[0].msg, XT_MSG_IDENTITY_OF_TWO);
    assert_int_equal(query_int(f, "SELECT count(*) FROM change"), changes);
    assert_check_clean(f);
}

static void links_resolve_when_the_target_arrives(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result paper = put(
        f,
        (struct given){
            "paper", "p",
            "{\"title\":\"甲\",\"authors\":[{\"label\":\"示例人\"},{\"ref\":\"src:person/1\",\"label\":\"示例人二\"}],"
            "\"units\":[{\"ref\":\"ror:https://ror.org/05a28rw58\",\"label\":\"示例所\"}]}"});
    struct xt_put_result person, unit;
    char sql[200];

    assert_int_equal(query_int(f, "SELECT count(*) FROM record_link WHERE to_id IS NULL"), 2);
    person = put(f, (struct given){"person", "person/1", "{\"name\":\"示例人二\"}"});
    unit = put(f, (struct given){"organisation", "o1",
                                 "{\"name\":\"示例所\",\"kind\":\"research-institute\",\"ror\":\"05a28rw58\"}"});
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_link WHERE to_id IS NULL"), 0);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM record_link WHERE from_id = %lld AND to_id IN (%lld, %lld)",
             (long long)paper.id, (long long)person.id, (long long)unit.id);
    assert_int_equal(query_int(f, sql), 2);
    assert_check_clean(f);
}

static void deleted_records_stay_and_come_back(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result a = put(f, (struct given){"paper", "p", "{\"title\":\"甲\",\"doi\":\"10.1000/a\"}"});
    struct xt_put_result gone = put(f, (struct given){"paper", "p", NULL}), back;
    struct xt_record record = get(f, a.key);

    assert_int_equal(gone.outcome, XT_DELETED);
    assert_true(record.deleted);
    assert_check_clean(f);
    back = put(f, (struct given){"paper", "q", "{\"title\":\"甲\",\"doi\":\"10.1000/a\"}"});
    assert_string_equal(back.key, a.key);
    assert_false(get(f, a.key).deleted);
    assert_check_clean(f);
}

static void delete_by_key(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result a = put(f, (struct given){"paper", "p", "{\"title\":\"甲\"}"});
    struct xt_tx *tx = NULL;
    struct xt_error err;
    int i;

    for (i = 0; i < 2; i++) {
        assert_int_equal(xt_tx_begin(f->node->store, &tx, &err), XT_OK);
        assert_int_equal(xt_catalog_delete(f->node, tx, xt_str(a.key), XT_STR("cli:test"), XT_STR("wrong"), &err),
                         i == 0 ? XT_OK : XT_E_GONE);
        assert_int_equal(xt_tx_commit(&tx, &err), XT_OK);
    }
    assert_true(get(f, a.key).deleted);
    assert_int_equal(query_int(f, "SELECT count(*) FROM change WHERE action = 'delete' AND reason = 'wrong'"), 1);
    assert_check_clean(f);
}

static void all_problems_at_once(void **state)
{
    struct fixture *f = *state;
    const struct given wrong = {
        "instrument", "i",
        "{\"original_value\":\"many\",\"accepted_on\":\"2016-13-01\",\"nonsense\":1,\"area\":\"999999\",\"longitude\":200}",
        .origin = XT_ORIGIN_IMPORT};
    struct xt_put_result result;
    static const char *const paths[] = {"name",     "owner", "original_value", "accepted_on",
                                        "nonsense", "area",  "longitude"};
    size_t i, k;

    assert_int_equal(try_put(f, &wrong, &result), XT_E_INPUT);
    for (i = 0; i < XT_COUNT(paths); i++) {
        for (k = 0; k < f->problems.count; k++) {
            if (strcmp(f->problems.list[k].path, paths[i]) == 0)
                break;
        }
        if (k == f->problems.count)
            print_message("no problem for %s\n", paths[i]);
        assert_true(k < f->problems.count);
    }
    assert_int_equal(query_int(f, "SELECT count(*) FROM record"), 0);
    assert_int_equal(query_int(f, "SELECT count(*) FROM change"), 0);
}

static size_t hits(struct fixture *f, const char *query, enum xt_class reader)
{
    struct xt_search_request ask = {.query = xt_str(query), .limit = 10, .reader = reader};
    struct xt_search_answer answer;
    struct xt_error err = {0};

    assert_int_equal(xt_catalog_catch_up(f->node, 0, NULL, NULL, &err), XT_OK);
    assert_int_equal(xt_search_ask(f->node->search, &ask, &f->arena, &answer, &err), XT_OK);
    return (size_t)answer.total;
}

static void what_is_stored_is_found(void **state)
{
    struct fixture *f = *state;

    (void)put(f, (struct given){"paper", "p",
                                "{\"title\":\"飞行器结构优化\",\"keywords\":[\"拓扑\"],\"note\":\"内部秘密\"}",
                                .file = 1});
    assert_int_equal(hits(f, "行器", XT_PUBLIC), 1);
    assert_int_equal(hits(f, "拓扑", XT_PUBLIC), 1);
    assert_int_equal(hits(f, "内部秘密", XT_PUBLIC), 0);
    assert_int_equal(hits(f, "类型:论文", XT_PUBLIC), 1);
    (void)put(f, (struct given){"paper", "p", "{\"title\":\"水下机器人\"}", .file = 2});
    assert_int_equal(hits(f, "行器", XT_PUBLIC), 0);
    assert_int_equal(hits(f, "机器人", XT_PUBLIC), 1);
    (void)put(f, (struct given){"paper", "p", NULL});
    assert_int_equal(hits(f, "机器人", XT_PUBLIC), 0);
    assert_check_clean(f);
}

/* A row that a newer file says again is one of that file's: its next row under the key does not take its place. */
static void a_newer_file_keeps_what_it_repeats(void **state)
{
    struct fixture *f = *state;
    struct given a = {"project", "n1",     "{\"title\":\"课题\",\"keywords\":[\"甲\"]}",
                      .file = 1, .row = 2, .datestamp = 1};
    struct given b = {"project", "n1",     "{\"title\":\"课题\",\"keywords\":[\"乙\"]}",
                      .file = 2, .row = 3, .datestamp = 2};
    struct xt_put_result first = put(f, a);
    int64_t changes;

    a.file = 2;
    assert_int_equal(put(f, a).outcome, XT_UNCHANGED);
    (void)put(f, b);
    assert_non_null(strstr(get(f, first.key).body.s, "甲"));
    assert_non_null(strstr(get(f, first.key).body.s, "乙"));
    changes = query_int(f, "SELECT count(*) FROM change");
    a.file = b.file = 3;
    assert_int_equal(put(f, a).outcome, XT_UNCHANGED);
    assert_int_equal(put(f, b).outcome, XT_UNCHANGED);
    assert_int_equal(query_int(f, "SELECT count(*) FROM change"), changes);
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_source WHERE file_id = 3"), 2);
    assert_check_clean(f);
}

/* Results of several years: each file replaces what it said itself, and all of them are one record, which a link to
 * the key without its parts means. */
static void parts_of_a_key_are_one_record(void **state)
{
    struct fixture *f = *state;
    struct given a = {"facility",     "f",       "{\"name\":\"示例园\",\"kind\":\"park\",\"keywords\":[\"甲\"]}",
                      .part = "2019", .file = 1, .row = 2,
                      .datestamp = 1};
    struct given b = {"facility",     "f",       "{\"name\":\"示例园\",\"kind\":\"park\",\"keywords\":[\"乙\"]}",
                      .part = "2020", .file = 2, .row = 2,
                      .datestamp = 2};
    struct given other = {"facility", "f2", "{\"name\":\"另一园\",\"kind\":\"park\"}", .file = 2, .row = 3};
    struct given early = {"instrument", "i",
                          "{\"name\":\"示例仪\",\"owner\":[{\"label\":\"示例所\"}],"
                          "\"facility\":{\"ref\":\"src:f\",\"label\":\"示例园\"}}"};
    struct given late = {"instrument", "i2",
                         "{\"name\":\"示例仪二\",\"owner\":[{\"label\":\"示例所\"}],"
                         "\"facility\":{\"ref\":\"src:f\",\"label\":\"示例园\"}}"};
    struct xt_put_result first;

    (void)put(f, early);
    first = put(f, a);
    assert_int_equal(put(f, b).id, first.id);
    assert_int_not_equal(put(f, other).id, first.id);
    (void)put(f, late);
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_link WHERE to_id IS NULL"), 0);
    assert_non_null(strstr(get(f, first.key).body.s, "[\"乙\",\"甲\"]"));
    a.file = 3;
    a.datestamp = 3;
    a.body = "{\"name\":\"示例园\",\"kind\":\"park\",\"keywords\":[\"丙\"]}";
    assert_int_equal(put(f, a).id, first.id);
    assert_non_null(strstr(get(f, first.key).body.s, "[\"丙\",\"乙\"]"));
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_source WHERE source_key LIKE 'f##%'"), 2);
    assert_check_clean(f);
}

static void a_withdrawn_key_takes_all_its_rows(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result a = put(f, (struct given){"project", "n1", "{\"title\":\"甲\"}", .file = 7, .row = 2});

    (void)put(f, (struct given){"project", "n1", "{\"title\":\"乙\"}", .file = 7, .row = 3});
    assert_int_equal(put(f, (struct given){"project", "n1", NULL}).outcome, XT_DELETED);
    assert_true(get(f, a.key).deleted);
    assert_int_equal(put(f, (struct given){"project", "n1", NULL}).outcome, XT_UNCHANGED);
    assert_check_clean(f);
}

static void a_key_of_another_type_is_refused(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result a = put(f, (struct given){"paper", "k", "{\"title\":\"甲\"}"}), result;
    const struct given same = {"project", "k", "{\"title\":\"甲\"}", .origin = XT_ORIGIN_IMPORT};
    const struct given other = {"project", "k", "{\"title\":\"乙\"}", .origin = XT_ORIGIN_IMPORT};

    assert_int_equal(try_put(f, &same, &result), XT_E_INPUT);
    assert_int_equal(f->problems.list[0].msg, XT_MSG_TYPE_OF_KEY);
    assert_int_equal(try_put(f, &other, &result), XT_E_INPUT);
    assert_string_equal(get(f, a.key).body.s, "{\"title\":\"甲\"}");
    assert_check_clean(f);
}

/* A column that is no key must not end the import, nor make a record of all its rows. */
static void rows_under_one_key_have_an_end(void **state)
{
    struct fixture *f = *state;
    char body[64];
    struct given row = {"paper", "k", body, .origin = XT_ORIGIN_IMPORT, .file = 1};
    struct xt_put_result result;
    int i;

    for (i = 0; i < FOUND_SOURCES_MAX + 2; i++) {
        snprintf(body, sizeof body, "{\"title\":\"甲\",\"volume\":\"%d\"}", i);
        assert_int_equal(try_put(f, &row, &result), i < FOUND_SOURCES_MAX ? XT_OK : XT_E_INPUT);
    }
    assert_int_equal(f->problems.list[0].msg, XT_MSG_KEY_NOT_ONE);
    assert_check_clean(f);
}

/* One row may make several sources of one record (an element of a list each): same instant, same row. The one that came
 * first stands first, also in the fold that is made while the second is put. */
static void sources_of_one_row_keep_their_order(void **state)
{
    struct fixture *f = *state;
    struct given row = {"paper",  "k",       "{\"title\":\"甲\",\"keywords\":[\"先\"]}",
                        .row = 5, .file = 1, .datestamp = 1000};
    struct xt_put_result first;

    row.part = "1";
    first = put(f, row);
    row.part = "2";
    row.body = "{\"title\":\"甲\",\"keywords\":[\"后\"]}";
    assert_string_equal(put(f, row).key, first.key);
    assert_string_equal(get(f, first.key).body.s, "{\"title\":\"甲\",\"keywords\":[\"先\",\"后\"]}");
    assert_check_clean(f);
    row.body = "{\"title\":\"甲\",\"keywords\":[\"再\"]}"; /* a later file corrects the second */
    row.file = 2;
    (void)put(f, row);
    assert_string_equal(get(f, first.key).body.s, "{\"title\":\"甲\",\"keywords\":[\"先\",\"再\"]}");
    assert_check_clean(f);
}

/* Long lists are joined by look-up, short ones by comparing: the same comes out. */
static void long_lists_are_joined(void **state)
{
    struct fixture *f = *state;
    char *body = xt_arena_alloc(&f->arena, XT_MIB);
    struct xt_put_result paper = {0};
    json_t *stored;
    struct xt_error err;
    int i, k;

    for (i = 0; i < 40; i++) { /* each row repeats half of the one before */
        size_t n = (size_t)snprintf(body, XT_MIB, "{\"title\":\"甲\",\"keywords\":[");

        for (k = 0; k < 1000; k++)
            n += (size_t)snprintf(body + n, XT_MIB - n, "%s\"词 %d\"", k > 0 ? "," : "", i * 500 + k);
        snprintf(body + n, XT_MIB - n, "]}");
        paper = put(f, (struct given){"paper", "p", body, .file = 1, .row = i + 1});
    }
    assert_int_equal(xt_json_parse(get(f, paper.key).body, &stored, &err), XT_OK);
    assert_int_equal(json_array_size(json_object_get(stored, "keywords")), 40 * 500 + 500);
    json_decref(stored);
    assert_check_clean(f);
}

static void links_leave_with_the_identity(void **state)
{
    struct fixture *f = *state;
    const char *led = "SELECT coalesce(max(to_id), 0) FROM record_link";
    struct xt_put_result wrong, right;

    (void)put(f, (struct given){"achievement", "a",
                                "{\"name\":\"甲\",\"papers\":[{\"ref\":\"doi:10.1000/a\",\"label\":\"文\"}]}"});
    wrong = put(f, (struct given){"paper", "p", "{\"title\":\"错\",\"doi\":\"10.1000/a\"}", .file = 1});
    assert_int_equal(query_int(f, led), wrong.id);
    (void)put(f, (struct given){"paper", "p", "{\"title\":\"错\",\"doi\":\"10.1000/b\"}", .file = 2});
    assert_int_equal(query_int(f, led), 0);
    right = put(f, (struct given){"paper", "q", "{\"title\":\"对\",\"doi\":\"10.1000/a\"}", .file = 3});
    assert_int_equal(query_int(f, led), right.id);
    assert_check_clean(f);
}

/* An alliance may be registered under the same number as the organisation that runs it. */
static void links_prefer_the_types_of_their_field(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result unit;

    (void)put(
        f, (struct given){"alliance", "a",
                          "{\"name\":\"示例联盟\",\"kind\":\"industry-university\",\"uscc\":\"91350100M000100Y43\"}"});
    unit = put(f, (struct given){"organisation", "o",
                                 "{\"name\":\"示例所\",\"kind\":\"university\",\"uscc\":\"91350100M000100Y43\"}"});
    (void)put(
        f, (struct given){"paper", "p",
                          "{\"title\":\"甲\",\"units\":[{\"ref\":\"uscc:91350100M000100Y43\",\"label\":\"示例所\"}]}"});
    assert_int_equal(query_int(f, "SELECT to_id FROM record_link"), unit.id);
}

/* A link names a source key in the normal form of its scheme; the key itself must have the same. */
static void keys_with_spaces_are_found_by_links(void **state)
{
    struct fixture *f = *state;

    (void)put(f, (struct given){"paper", "p",
                                "{\"title\":\"甲\",\"authors\":[{\"ref\":\"src:p/a  b\",\"label\":\"示例人\"}]}"});
    (void)put(f, (struct given){"person", "p/a  b", "{\"name\":\"示例人\"}"});
    assert_int_equal(query_int(f, "SELECT count(*) FROM record_link WHERE to_id IS NOT NULL"), 1);
}

/* ---- what the routes tell ---- */

static enum xt_code call(struct fixture *f, const char *path, const struct xt_pair *params, size_t count,
                         enum xt_class reads, struct xt_reply *reply, json_t **out)
{
    struct xt_request request = {.node = f->node,
                                 .params = params,
                                 .param_count = count,
                                 .arena = &f->arena,
                                 .actor = {.name = "test", .reads = reads}};
    struct xt_error err = {0};
    enum xt_code rc;

    for (request.route = xt_catalog_routes; strcmp(request.route->path, path) != 0; request.route++)
        assert_non_null(request.route->method);
    *reply = (struct xt_reply){0};
    xt_text_init(&reply->body, 16 * XT_MIB);
    xt_problems_init(&request.problems);
    rc = request.route->handle(&request, reply, &err);
    xt_problems_done(&request.problems);
    *out = NULL;
    if (rc == XT_OK) /* duplicate members are refused here */
        assert_int_equal(xt_json_parse(xt_text_view(&reply->body), out, &err), XT_OK);
    xt_text_done(&reply->body);
    return rc;
}

static json_t *ask_record(struct fixture *f, const char *path, const char *key, enum xt_class reads,
                          struct xt_reply *reply)
{
    struct xt_reply own;
    size_t type = strcspn(key, "/");
    const struct xt_pair params[] = {{XT_STR("type"), {key, type}}, {XT_STR("id"), xt_str(key + type + 1)}};
    json_t *answer;

    assert_int_equal(call(f, path, params, 2, reads, reply ? reply : &own, &answer), XT_OK);
    return answer;
}

#define RECORD "/api/v1/records/{type}/{id}"

static void protected_links_do_not_show_from_the_other_end(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result teacher = put(f, (struct given){"person", "p/1", "{\"name\":\"示例甲\"}"});
    const struct xt_pair params[] = {
        {XT_STR("type"), XT_STR("person")},       {XT_STR("id"), xt_str(teacher.key + strlen("person/"))},
        {XT_STR("field"), XT_STR("supervisors")}, {XT_STR("role"), XT_STR("supervised_by")},
        {XT_STR("from"), XT_STR("person")},
    };
    struct xt_reply reply;
    json_t *record, *links;

    (void)put(f, (struct given){"person", "p/2",
                                "{\"name\":\"示例乙\",\"supervisors\":[{\"ref\":\"src:p/1\",\"label\":\"示例甲\"}]}"});
    record = ask_record(f, RECORD, teacher.key, XT_PUBLIC, NULL);
    assert_int_equal(json_array_size(json_object_get(record, "backlinks")), 0);
    json_decref(record);
    assert_int_equal(call(f, RECORD "/links", params, 5, XT_PUBLIC, &reply, &links), XT_OK);
    assert_int_equal(xt_json_int(links, "total", -1), 0);
    json_decref(links);
    assert_int_equal(call(f, RECORD "/links", params, 5, XT_OFFICER, &reply, &links), XT_OK);
    assert_int_equal(xt_json_int(links, "total", -1), 1);
    json_decref(links);
    record = ask_record(f, RECORD, teacher.key, XT_OFFICER, NULL);
    assert_int_equal(json_array_size(json_object_get(record, "backlinks")), 1);
    json_decref(record);
}

/* A type file that lost a field leaves its values in bodies: whom they were for is not known any more. */
static void fields_of_an_earlier_type_are_not_shown(void **state)
{
    struct fixture *f = *state;
    json_t *body = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "name", "示例", "old_phone", "13800000000", "funding",
                             "name", "x", "gone", "y");

    xt_catalog_protect(xt_region_type(f->node->region, XT_STR("instrument")), body, XT_OFFICER);
    assert_null(json_object_get(body, "old_phone"));
    assert_non_null(json_object_get(body, "name"));
    json_decref(body);
}

static void the_etag_of_a_record_moves_with_what_it_shows(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result person = put(f, (struct given){"person", "p/1", "{\"name\":\"示例甲\"}"});
    struct xt_reply before, after;
    json_t *record = ask_record(f, RECORD, person.key, XT_PUBLIC, &before);
    json_t *group;

    json_decref(record);
    (void)put(
        f, (struct given){"paper", "x", "{\"title\":\"文\",\"authors\":[{\"ref\":\"src:p/1\",\"label\":\"示例甲\"}]}"});
    record = ask_record(f, RECORD, person.key, XT_PUBLIC, &after);
    assert_string_not_equal(before.etag, after.etag);
    group = json_array_get(json_object_get(record, "backlinks"), 0);
    assert_int_equal(xt_json_int(group, "total", -1), 1);
    assert_string_equal(xt_json_z(group, "relation", ""), "eq");
    json_decref(record);
}

/* Groups are counted and paged each by itself, the newest record first, whatever else links here. */
static void backlinks_are_grouped_and_paged(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result unit =
        put(f, (struct given){"organisation", "o", "{\"name\":\"示例所\",\"kind\":\"university\"}"});
    struct xt_pair params[] = {
        {XT_STR("type"), XT_STR("organisation")}, {XT_STR("id"), xt_str(unit.key + strlen("organisation/"))},
        {XT_STR("field"), XT_STR("units")},       {XT_STR("role"), XT_STR("affiliated_with")},
        {XT_STR("from"), XT_STR("paper")},        {XT_STR("limit"), XT_STR("2")},
        {XT_STR("cursor"), XT_STR("")},
    };
    struct xt_reply reply;
    json_t *answer;
    char key[16], body[160];
    size_t pages, seen = 0;
    int i;

    for (i = 0; i < 5; i++) {
        snprintf(key, sizeof key, "p%d", i);
        snprintf(body, sizeof body,
                 "{\"title\":\"文%d\",\"units\":[{\"ref\":\"src:o\",\"label\":\"示例所\"},"
                 "{\"ref\":\"src:o\",\"label\":\"示例所二\"}]}",
                 i);
        (void)put(f, (struct given){"paper", key, body});
    }
    (void)put(f, (struct given){"achievement", "a",
                                "{\"name\":\"果\",\"units\":[{\"ref\":\"src:o\",\"label\":\"示例所\"}]}"});
    answer = ask_record(f, RECORD, unit.key, XT_PUBLIC, NULL);
    assert_int_equal(json_array_size(json_object_get(answer, "backlinks")), 2);
    json_decref(answer);
    for (pages = 0; pages < 3; pages++) {
        const char *next;

        assert_int_equal(call(f, RECORD "/links", params, 7, XT_PUBLIC, &reply, &answer), XT_OK);
        assert_int_equal(xt_json_int(answer, "total", -1), 5);
        seen += json_array_size(json_object_get(answer, "items"));
        next = xt_json_z(answer, "next", NULL);
        assert_int_equal(next != NULL, pages < 2);
        if (next)
            params[6].value = xt_str(xt_arena_strdup(&f->arena, strstr(next, "cursor=") + strlen("cursor=")));
        json_decref(answer);
    }
    assert_int_equal(seen, 5);
}

static void a_page_of_history_ends_by_bytes(void **state)
{
    struct fixture *f = *state;
    struct xt_put_result paper = {0};
    char *body = xt_arena_alloc(&f->arena, XT_MIB);
    json_t *history;
    int i;

    for (i = 0; i < 8; i++) { /* versions of some 730,000 bytes */
        size_t n = (size_t)snprintf(body, XT_MIB, "{\"title\":\"甲%d\",\"authors\":[", i), k;

        for (k = 0; k < 700; k++)
            n += (size_t)snprintf(body + n, XT_MIB - n, "%s{\"label\":\"%01000d\"}", k > 0 ? "," : "", (int)k);
        snprintf(body + n, XT_MIB - n, "]}");
        paper = put(f, (struct given){"paper", "p", body, .file = i + 1});
    }
    history = ask_record(f, RECORD "/history", paper.key, XT_PUBLIC, NULL);
    assert_true(json_array_size(json_object_get(history, "items")) >= 2);
    assert_true(json_array_size(json_object_get(history, "items")) <= 4);
    assert_non_null(xt_json_get(history, "next"));
    json_decref(history);
}

static void search_answers_hold_what_is_there_now(void **state)
{
    struct fixture *f = *state;
    const struct xt_pair params[] = {{XT_STR("q"), XT_STR("机器人")}, {XT_STR("facets"), XT_STR("type,type,year")}};
    struct xt_reply reply;
    struct xt_error err;
    json_t *answer;

    (void)put(f, (struct given){"paper", "p", "{\"title\":\"机器人\",\"published_on\":\"2016-03\"}"});
    assert_int_equal(xt_catalog_catch_up(f->node, 0, NULL, NULL, &err), XT_OK);
    assert_int_equal(call(f, "/api/v1/search", params, 2, XT_PUBLIC, &reply, &answer), XT_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "items")), 1);
    assert_int_equal(json_object_size(json_object_get(answer, "facets")), 2);
    json_decref(answer);
    (void)put(f, (struct given){"paper", "p", NULL}); /* and the index does not know yet */
    assert_int_equal(call(f, "/api/v1/search", params, 2, XT_PUBLIC, &reply, &answer), XT_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "items")), 0);
    json_decref(answer);
}

/* Who asked to be caught up is, though the background feeder is being stopped just then. */
static void catching_up_goes_on_while_feeding_stops(void **state)
{
    struct fixture *f = *state;

    (void)put(f, (struct given){"paper", "p", "{\"title\":\"机器人\"}"});
    atomic_store(&f->node->catalog->stop, true);
    assert_int_equal(hits(f, "机器人", XT_PUBLIC), 1);
    atomic_store(&f->node->catalog->stop, false);
}

/* A hash over protected fields lets one try out what they hold. */
static void changes_tell_no_hash_of_protected_fields(void **state)
{
    struct fixture *f = *state;
    struct xt_reply reply;
    json_t *answer, *item;

    (void)put(f, (struct given){"person", "p", "{\"name\":\"示例甲\",\"phone\":\"13800000000\"}"});
    assert_int_equal(call(f, "/api/v1/changes", NULL, 0, XT_PUBLIC, &reply, &answer), XT_OK);
    item = json_array_get(json_object_get(answer, "items"), 0);
    assert_string_equal(xt_json_z(item, "title", ""), "示例甲");
    assert_null(json_object_get(item, "hash"));
    json_decref(answer);
}

static void cells_become_values_and_back(void **state)
{
    static const struct {
        const char *type, *field, *cell, *json; /* json NULL = refused */
    } cells[] = {
        {"instrument", "original_value", "1,234.50", "123450"},
        {"instrument", "original_value", "￥12", "1200"},
        {"instrument", "original_value", "1.234", NULL},
        {"instrument", "accepted_on", "2016年3月5日", "\"2016-03-05\""},
        {"instrument", "accepted_on", "2016/3", "\"2016-03\""},
        {"instrument", "accepted_on", "20160305", "\"2016-03-05\""},
        {"instrument", "accepted_on", "2016-02-30", NULL},
        {"instrument", "area", "广州市", "\"440100\""},
        {"instrument", "longitude", "113.5", "113.5"},
        {"instrument", "longitude", "1e400", NULL},
        {"paper", "keywords", "甲；乙;丙", "[\"甲\",\"乙\",\"丙\"]"},
        {"paper", "keywords", "[\"a;b\",\"c\"]", "[\"a;b\",\"c\"]"},
        {"paper", "open_access", "是", "true"},
        {"paper", "open_access", "maybe", NULL},
        {"paper", "authors", "示例甲 <src:person/1>；示例乙",
         "[{\"ref\":\"src:person/1\",\"label\":\"示例甲\"},{\"label\":\"示例乙\"}]"},
    };
    struct fixture *f = *state;
    size_t i;

    for (i = 0; i < XT_COUNT(cells); i++) {
        const struct xt_type *type = xt_region_type(f->node->region, xt_str(cells[i].type));
        const struct xt_field *field = xt_type_field(type, xt_str(cells[i].field));
        json_t *value, *wanted = NULL, *again;
        struct xt_text text;
        struct xt_error err;

        xt_problems_clear(&f->problems);
        value = xt_field_from_text(f->node->region, field, xt_str(cells[i].cell), "cell", &f->problems);
        if (!cells[i].json) {
            assert_null(value);
            assert_int_equal(f->problems.count, 1);
            continue;
        }
        assert_int_equal(xt_json_parse(xt_str(cells[i].json), &wanted, &err), XT_OK);
        if (!json_equal(value, wanted))
            print_message("%s: %s\n", cells[i].field, cells[i].cell);
        assert_true(json_equal(value, wanted));
        xt_text_init(&text, 4 * XT_KIB);
        xt_field_to_text(field, value, &text);
        again = xt_field_from_text(f->node->region, field, xt_text_view(&text), "cell", &f->problems);
        assert_true(json_equal(again, wanted));
        xt_text_done(&text);
        json_decref(value);
        json_decref(wanted);
        json_decref(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_is_stored_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_version_keeps_the_old, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_with_one_key_are_folded, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_identities_are_one_record, setup, teardown),
        cmocka_unit_test_setup_teardown(local_typing_wins_by_field, setup, teardown),
        cmocka_unit_test_setup_teardown(identities_of_two_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(links_resolve_when_the_target_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(deleted_records_stay_and_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(delete_by_key, setup, teardown),
        cmocka_unit_test_setup_teardown(all_problems_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_stored_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_file_keeps_what_it_repeats, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_of_a_key_are_one_record, setup, teardown),
        cmocka_unit_test_setup_teardown(a_withdrawn_key_takes_all_its_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_of_another_type_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_under_one_key_have_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(sources_of_one_row_keep_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(long_lists_are_joined, setup, teardown),
        cmocka_unit_test_setup_teardown(links_leave_with_the_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(links_prefer_the_types_of_their_field, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_with_spaces_are_found_by_links, setup, teardown),
        cmocka_unit_test_setup_teardown(protected_links_do_not_show_from_the_other_end, setup, teardown),
        cmocka_unit_test_setup_teardown(fields_of_an_earlier_type_are_not_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(the_etag_of_a_record_moves_with_what_it_shows, setup, teardown),
        cmocka_unit_test_setup_teardown(backlinks_are_grouped_and_paged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_of_history_ends_by_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(search_answers_hold_what_is_there_now, setup, teardown),
        cmocka_unit_test_setup_teardown(catching_up_goes_on_while_feeding_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(changes_tell_no_hash_of_protected_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(cells_become_values_and_back, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
