/* test_places.c - names of places in text, as lists write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/places.h"

static const struct {
    const char *text, *code; /* NULL = none */
    bool ambiguous;
} rows[] = {
    {"广东省佛山市南海区西樵镇", "440605122", false},
    {"广东佛山南海西樵镇某某村", "440605122", false},
    {"广 东 省　佛山市", "440600", false},
    {"佛山市南海区", "440605", false},
    {"广东", "440000", false},
    {"河北", "130000", false}, /* also a district of Tianjin */
    {"广东 广东省 广州市", "440100", false},
    {"广东省农业科学院", "440000", false},
    {"内蒙古自治区", "150000", false},
    {"内蒙古", "150000", false},
    {"内蒙", "150000", false},
    {"广西", "450000", false},
    {"广西壮族自治区南宁市", "450100", false},
    {"宁夏回族自治区", "640000", false},
    {"新疆兵团", "650000", false},
    {"新疆生产建设兵团阿拉尔市现代农业产业园", "659002", false},
    {"兵团", "650000", false},
    {"香港", "810000", false},
    {"北京市平谷区峪口镇", "110117", false},
    {"北京平谷县", "110117", false}, /* what it was called before */
    {"重庆市", "500000", false},
    {"海南省三亚市", "460200", false},
    {"海南五指山市", "469001", false},
    {"贵州省黔东南州凯里市", "522601", false},
    {"贵州黔东南国家农业科技园区", "522600", false},
    {"河北省围场县", "130828", false},
    {"河北围场满族蒙古族自治县半截塔镇", "130828", false},
    {"河北省承德", "130800", false}, /* 承德县 lies in it */
    {"河北省蠡县", "130635", false},
    {"东莞市石龙镇", "441900102", false},
    {"广东东莞市", "441900", false},
    {"吉林", "220000", false},
    {"吉林省吉林市", "220200", false},
    {"青海海南州", "632500", false},
    {"辽宁省朝阳县", "211321", false},
    {"河北省桥西区", "130000", true},  /* Shijiazhuang, Zhangjiakou and Xingtai have one */
    {"河南郑州管城", "410104", false}, /* 管城回族区 */
    {"朝阳区", NULL, true},
    {"三江源生态系统", NULL, false}, /* not 三江县 */
    {"昌平", "110114", false},
    {"昌平观测站", NULL, false},
    {"德州观测站", "371400", false},
    {"鼓楼区", NULL, true},
    {"无此地", NULL, false},
    {"某某公司（广东）", NULL, false},
    {"", NULL, false},
    {"\xFF\xFE", NULL, false},
};

static void names_are_read_from_the_outside_in(void **state)
{
    struct xt_region *region = NULL;
    struct xt_problems problems;
    struct xt_places *places;
    struct xt_error err = {0};
    size_t i;

    (void)state;
    xt_problems_init(&problems);
    assert_int_equal(xt_region_load(NULL, NULL, &region, &problems, &err), XT_OK);
    xt_problems_done(&problems);
    places = xt_places_new(xt_region_codes(region, XT_STR("area")));
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_place place = xt_places_read(places, xt_str(rows[i].text));

        if (strcmp(place.item ? place.item->code : "", rows[i].code ? rows[i].code : "") != 0 ||
            place.ambiguous != rows[i].ambiguous)
            fail_msg("%s: %s%s", rows[i].text, place.item ? place.item->code : "none",
                     place.ambiguous ? ", ambiguous" : "");
    }
    xt_places_free(&places);
    assert_null(places);
    xt_region_free(&region);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_from_the_outside_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
