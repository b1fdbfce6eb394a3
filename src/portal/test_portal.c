/* test_portal.c - a record's page is what the API would answer: there, draft, deleted, merged, protected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access/access.h"
#include "file/file.h"
#include "portal/portal_priv.h"
#include "room/node.h"

static const struct xt_room *const rooms[] = {&xt_room_file, &xt_room_catalog, NULL};

struct fixture {
    char folder[64], data[80], key[XT_KEY_SIZE];
    struct xt_node *node;
    struct xt_arena arena;
    struct xt_reply reply;
};

static int setup(void **state)
{
    struct fixture *f = xt_calloc(1, sizeof *f);
    struct xt_node_options options = {.rooms = rooms};
    struct xt_node_made made;
    struct xt_error err = {0};

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/xietong-portal-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->data, sizeof f->data, "%s/data", f->folder);
    options.data = f->data;
    assert_int_equal(xt_node_make(&options, "test.local", &made, &err), XT_OK);
    assert_int_equal(xt_node_open(&options, &f->node, &err), XT_OK);
    xt_arena_init(&f->arena);
    xt_text_init(&f->reply.body, XT_MIB);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[160];

    xt_node_close(&f->node);
    xt_arena_done(&f->arena);
    xt_text_done(&f->reply.body);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *type, const char *source_key, const char *body)
{
    XT_AUTO(xt_problems_done) struct xt_problems problems = {0};
    struct xt_put one = {.type = xt_region_type(f->node->region, xt_str(type)),
                         .origin = XT_ORIGIN_IMPORT,
                         .source_key = xt_str(source_key),
                         .deleted = !body,
                         .actor = XT_STR("cli:test"),
                         .reason = XT_STR("test")};
    struct xt_put_result result;
    struct xt_tx *tx = NULL;
    struct xt_error err = {0};

    xt_problems_init(&problems);
    if (body)
        assert_int_equal(xt_json_parse(xt_str(body), &one.body, &err), XT_OK);
    assert_int_equal(xt_tx_begin(f->node->store, &tx, &err), XT_OK);
    assert_int_equal(xt_catalog_put(f->node, tx, &one, &problems, &result, &err), XT_OK);
    assert_int_equal(xt_tx_commit(&tx, &err), XT_OK);
    json_decref(one.body);
    memcpy(f->key, result.key, sizeof f->key);
}

/* What only an officer's command will do one day. */
static void set(struct fixture *f, const struct xt_stmt_def *def, const char *value)
{
    struct xt_stmt *stmt = NULL;
    struct xt_tx *tx = NULL;
    struct xt_error err = {0};

    assert_int_equal(xt_tx_begin(f->node->store, &tx, &err), XT_OK);
    assert_int_equal(xt_stmt_take(xt_tx_conn(tx), def, &stmt, &err), XT_OK);
    xt_bind_z(stmt, 1, f->key);
    xt_bind_z(stmt, 2, value);
    assert_int_equal(xt_stmt_run(stmt, NULL, &err), XT_OK);
    xt_stmt_done(&stmt);
    assert_int_equal(xt_tx_commit(&tx, &err), XT_OK);
}

static const struct xt_stmt_def SET_STATUS = {.name = "test_set_status",
                                              .sql = "UPDATE record SET status = $2 WHERE key = $1"};
static const struct xt_stmt_def SET_MERGED = {.name = "test_set_merged",
                                              .sql = "UPDATE record SET merged_into = $2 WHERE key = $1"};

/* The page of the record that was put last. */
static const char *ask(struct fixture *f, enum xt_lang lang)
{
    static const struct xt_route route = {.method = "GET", .path = "/records/{type}/{id}"};
    const char *slash = strchr(f->key, '/');
    struct xt_pair params[] = {
        {XT_STR("type"), {f->key, (size_t)(slash - f->key)}},
        {XT_STR("id"), {slash + 1, strlen(slash + 1)}},
    };
    struct xt_request request = {.node = f->node,
                                 .route = &route,
                                 .method = "GET",
                                 .path = "/records",
                                 .target = "/records",
                                 .params = params,
                                 .param_count = 2,
                                 .lang = lang,
                                 .actor = xt_access_anonymous(),
                                 .base_url = "http://test.local",
                                 .arena = &f->arena};
    struct xt_error err = {0};

    xt_text_clear(&f->reply.body);
    f->reply.status = 0;
    f->reply.location = NULL;
    assert_int_equal(page_record(&request, &f->reply, &err), XT_OK);
    return f->reply.body.s;
}

static void a_page_is_what_the_reader_may_see(void **state)
{
    struct fixture *f = *state;
    const char *html;

    put(f, "organisation", "one",
        "{\"name\":\"示例<研究院>\",\"kind\":\"university\",\"website\":\"https://example.org/?a=1&b=2\","
        "\"contact_name\":\"示例联系人\",\"note\":\"内情\"}");
    html = ask(f, XT_ZH);
    assert_int_equal(f->reply.status, 0);
    assert_non_null(strstr(html, "示例&lt;研究院&gt;"));
    assert_non_null(strstr(html, "href=\"https://example.org/?a=1&amp;b=2\""));
    assert_null(strstr(html, "示例联系人"));
    assert_null(strstr(html, "内情"));
    html = ask(f, XT_EN);
    assert_non_null(strstr(html, "<html lang=\"en\""));
    assert_null(strstr(html, "示例联系人"));
}

/* Real DOIs hold what ends or breaks an address; the slashes among it stay. */
static void an_identifier_is_an_address_in_whole(void **state)
{
    struct fixture *f = *state;
    const char *html;

    put(f, "paper", "doi",
        "{\"title\":\"示例论文\",\"doi\":\"10.1002/(SICI)1097-0258(19980815/30)17:15<1661::AID-1>3.0.CO;2-#\"}");
    html = ask(f, XT_ZH);
    assert_non_null(strstr(html, "\"https://doi.org/10.1002/%28sici%291097-0258%2819980815/"
                                 "30%2917%3A15%3C1661%3A%3Aaid-1%3E3.0.co%3B2-%23\""));
}

static void drafts_are_not_there(void **state)
{
    struct fixture *f = *state;

    put(f, "organisation", "draft", "{\"name\":\"草稿中的机构\",\"kind\":\"university\"}");
    set(f, &SET_STATUS, "draft");
    assert_null(strstr(ask(f, XT_ZH), "草稿中的机构"));
    assert_int_equal(f->reply.status, 404);
}

static void the_deleted_are_gone(void **state)
{
    struct fixture *f = *state;

    put(f, "organisation", "gone", "{\"name\":\"已撤的机构\",\"kind\":\"university\"}");
    put(f, "organisation", "gone", NULL);
    assert_null(strstr(ask(f, XT_ZH), "已撤的机构"));
    assert_int_equal(f->reply.status, 410);
    assert_non_null(strstr(f->reply.body.s, "noindex"));
}

static void the_merged_lead_to_what_they_are_now(void **state)
{
    struct fixture *f = *state;

    put(f, "organisation", "merged", "{\"name\":\"并入的机构\",\"kind\":\"university\"}");
    set(f, &SET_MERGED, "organisation/01J00000000000000000000001");
    (void)ask(f, XT_ZH);
    assert_int_equal(f->reply.status, 301);
    assert_string_equal(f->reply.location, "/records/organisation/01J00000000000000000000001");
    (void)ask(f, XT_EN);
    assert_string_equal(f->reply.location, "/records/organisation/01J00000000000000000000001?lang=en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_is_what_the_reader_may_see, setup, teardown),
        cmocka_unit_test_setup_teardown(an_identifier_is_an_address_in_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(drafts_are_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(the_deleted_are_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(the_merged_lead_to_what_they_are_now, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
