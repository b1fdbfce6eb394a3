#include "base/embed.h"

#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void index_is_sorted_and_found_by_path(void **state)
{
    const struct xt_embed_file *files;
    size_t count = xt_embed_list("", &files);

    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || strcmp(files[i - 1].path, files[i].path) < 0);
        assert_ptr_equal(xt_embed_find(files[i].path), &files[i]);
        assert_int_equal(files[i].data[files[i].size], 0);
        assert_int_equal(strlen(files[i].etag), 16);
    }
}

static void page_is_always_there(void **state)
{
    const struct xt_embed_file *page = xt_embed_find("web/index.html");

    (void)state;
    assert_non_null(page);
    assert_non_null(strstr((const char *)page->data, "<html"));
}

static void prefix_is_a_run(void **state)
{
    const struct xt_embed_file *files;
    size_t count = xt_embed_list("web/", &files);

    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(files[i].path, "web/", 4);
}

static void what_is_not_there_is_not_found(void **state)
{
    const struct xt_embed_file *files;

    (void)state;
    assert_null(xt_embed_find(""));
    assert_null(xt_embed_find("web/index.htm"));
    assert_null(xt_embed_find("web/index.html/"));
    assert_null(xt_embed_find("zzz"));
    assert_int_equal(xt_embed_list("nothing/", &files), 0);
    assert_null(files);
}

static void gzip_form_unpacks_to_the_same(void **state)
{
    const struct xt_embed_file *files;
    size_t count = xt_embed_list("", &files);
    struct libdeflate_decompressor *unpack = libdeflate_alloc_decompressor();

    (void)state;
    assert_non_null(unpack);
    for (size_t i = 0; i < count; i++) {
        if (!files[i].gzip) {
            assert_int_equal(files[i].gzip_size, 0);
            continue;
        }
        unsigned char *plain = malloc(files[i].size);
        size_t size = 0;

        assert_non_null(plain);
        assert_int_equal(
            libdeflate_gzip_decompress(unpack, files[i].gzip, files[i].gzip_size, plain, files[i].size, &size),
            LIBDEFLATE_SUCCESS);
        assert_int_equal(size, files[i].size);
        assert_memory_equal(plain, files[i].data, size);
        free(plain);
    }
    libdeflate_free_decompressor(unpack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_is_sorted_and_found_by_path),
        cmocka_unit_test(page_is_always_there),
        cmocka_unit_test(prefix_is_a_run),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(gzip_form_unpacks_to_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
