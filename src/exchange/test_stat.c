/* test_stat.c - statistical tables: cells, heads, blocks, rows, mappings and comparisons, on small made-up sheets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchange/stat_priv.h"

static struct xt_region *region;

static int load_region(void **state)
{
    struct xt_problems problems;
    struct xt_error err = {0};
    enum xt_code rc;

    (void)state;
    xt_problems_init(&problems);
    rc = xt_region_load(NULL, NULL, &region, &problems, &err);
    xt_problems_done(&problems);
    return rc == XT_OK ? 0 : 1;
}

static int free_region(void **state)
{
    (void)state;
    xt_region_free(&region);
    return 0;
}

/* ---- cells ---- */

static void cells_are_read(void **state)
{
    static const struct {
        const char *cell;
        enum xt_stat_cell kind;
        const char *decimal, *note;
    } rows[] = {
        {"", XT_STAT_EMPTY, "", ""},
        {"  \xE3\x80\x80 ", XT_STAT_EMPTY, "", ""},
        {"2553829    ", XT_STAT_NUMBER, "2553829", ""},
        {"1,234,567.5", XT_STAT_NUMBER, "1234567.5", ""},
        {"977 584", XT_STAT_NUMBER, "977584", ""},
        {"12 34", XT_STAT_TEXT, "", ""},
        {"1,23", XT_STAT_TEXT, "", ""},
        {"-5.79", XT_STAT_NUMBER, "-5.79", ""},
        {"−5", XT_STAT_NUMBER, "-5", ""},
        {"１２．５", XT_STAT_NUMBER, "12.5", ""},
        {".5", XT_STAT_NUMBER, "0.5", ""},
        {"2.5E+06", XT_STAT_NUMBER, "2.5E+06", ""},
        {"15.3%", XT_STAT_NUMBER, "15.3", ""},
        {"120①", XT_STAT_NUMBER, "120", "①"},
        {"120*", XT_STAT_NUMBER, "120", "*"},
        {"120 1)", XT_STAT_NUMBER, "120", "1)"},
        {"…", XT_STAT_MARK, "", "…"},
        {"-", XT_STAT_MARK, "", "-"},
        {"空格", XT_STAT_MARK, "", "空格"},
        {"NA", XT_STAT_MARK, "", "NA"},
        {"2018年", XT_STAT_TEXT, "", ""},
        {"甲3", XT_STAT_TEXT, "", ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_text decimal, note;

        xt_text_init(&decimal, 1000);
        xt_text_init(&note, 1000);
        assert_int_equal(xt_stat_read_cell(xt_str(rows[i].cell), &decimal, &note), rows[i].kind);
        assert_string_equal(decimal.s, rows[i].decimal);
        assert_string_equal(note.s, rows[i].note);
        xt_text_done(&decimal);
        xt_text_done(&note);
    }
}

static void names_are_squeezed_and_split(void **state)
{
    static const struct {
        const char *cell, *zh, *en;
    } rows[] = {
        {"全    国", "全国", ""},
        {"内 蒙 古", "内蒙古", ""},
        {"R&D人员\n\n全时当量\n\nTotal", "R&D人员全时当量", "Total"},
        {"R&D\n项目数\n(项)\nR&D\nProjects\n(item)", "R&D项目数(项)", "R&D Projects (item)"},
        {"合计Total", "合计", "Total"},
        {"篇数SCI", "篇数SCI", ""},
        {"篇数(篇)Pieces(piece)", "篇数(篇)", "Pieces(piece)"},
        {"企业数\n（个）\nNumber of\nEnterprises\n(unit)", "企业数(个)", "Number of Enterprises (unit)"},
        {"Total City", "", "Total City"},
        {"投入强度（％）", "投入强度(%)", ""},
        {"处理率\n(%)\nRatio of\n(%)", "处理率(%)", "Ratio of (%)"},
        {"单价(元/人)", "单价(元/人)", ""},
        {"增长率(%)\nGrowth (%)", "增长率(%)", "Growth (%)"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_str zh, en;
        struct xt_text text;

        xt_stat_split(xt_str(rows[i].cell), &zh, &en);
        xt_text_init(&text, 1000);
        xt_stat_squeeze(zh, &text);
        assert_string_equal(text.s, rows[i].zh);
        xt_text_clear(&text);
        xt_stat_squeeze(en, &text);
        assert_string_equal(text.s, rows[i].en);
        xt_text_done(&text);
    }
}

static void years_and_units(void **state)
{
    static const struct {
        const char *text;
        int strength;
        int64_t year;
    } years[] = {
        {"各地区人员(2018年)", 5, 2018},
        {"2018年各地区人员", 4, 2018},
        {"Staff (2018)", 2, 2018},
        {"raw-2018.xls", 1, 2018},
        {"1999-2010年累计", 0, 0},
        {"截至2015年底", 4, 2015},
        {"12018", 0, 0},
        {"年鉴—2014(2013年)", 5, 2013},
    };
    static const struct {
        const char *cell, *period;
    } periods[] = {
        {"2018", "2018"}, {"2018年", "2018"}, {"Jul-16", "2016-07"}, {"2016-7", "2016-07"},
        {"2018.5", NULL}, {"3018", NULL},     {"2016-13", NULL},
    };
    static const struct {
        const char *line, *unit;
    } lines[] = {
        {"单位:万元", "万元"}, {"单位:个,人(unit)", "个,人"}, {"增加值(单位:亿元)", "亿元"},
        {"单位名称", NULL},    {"下属单位:甲", "甲"},
    };
    char period[XT_STAT_PERIOD_SIZE];
    struct xt_str unit, name = XT_STR("新产品(试制)(万元)");
    int64_t year = 0;
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(years); i++) {
        assert_int_equal(xt_stat_year_in(xt_str(years[i].text), &year), years[i].strength);
        if (years[i].strength > 0)
            assert_int_equal(year, years[i].year);
    }
    for (i = 0; i < XT_COUNT(periods); i++) {
        assert_int_equal(xt_stat_period(xt_str(periods[i].cell), period), periods[i].period != NULL);
        if (periods[i].period)
            assert_string_equal(period, periods[i].period);
    }
    for (i = 0; i < XT_COUNT(lines); i++) {
        assert_int_equal(xt_stat_unit_line(xt_str(lines[i].line), &unit), lines[i].unit != NULL);
        if (lines[i].unit)
            assert_true(xt_str_is(unit, lines[i].unit));
    }
    assert_true(xt_stat_cut_unit(&name, &unit));
    assert_true(xt_str_is(name, "新产品(试制)") && xt_str_is(unit, "万元"));
    assert_false(xt_stat_cut_unit(&name, &unit));
    assert_true(xt_stat_is_unit(XT_STR("微克/立方米")) && xt_stat_is_unit(XT_STR("10 000 yuan")) &&
                !xt_stat_is_unit(XT_STR("现价")));
}

static void places(void **state)
{
    struct xt_stat_areas *areas = xt_stat_areas_new(region);
    const struct xt_code_item *guangdong = xt_stat_area(areas, XT_STR("广东"), NULL);

    (void)state;
    assert_string_equal(guangdong->code, "440000");
    assert_string_equal(xt_stat_area(areas, XT_STR("全国"), NULL)->code, "CN");
    assert_string_equal(xt_stat_area(areas, XT_STR("内蒙古"), NULL)->code, "150000");
    assert_string_equal(xt_stat_area(areas, XT_STR("广西壮族自治区"), NULL)->code, "450000");
    assert_string_equal(xt_stat_area(areas, XT_STR("Guangzhou"), NULL)->code, "440100");
    assert_string_equal(xt_stat_area(areas, XT_STR("台湾"), NULL)->code, "710000");
    /* A district of Tianjin has the name of a province: the province it is, in Tianjin too. */
    assert_string_equal(xt_stat_area(areas, XT_STR("河北"), xt_stat_area(areas, XT_STR("天津"), NULL))->code, "130000");
    /* 城区 and 鼓楼区 there are several of. */
    assert_null(xt_stat_area(areas, XT_STR("鼓楼区"), NULL));
    assert_string_equal(xt_stat_area(areas, XT_STR("鼓楼区"), xt_stat_area(areas, XT_STR("南京市"), NULL))->code,
                        "320106");
    assert_null(xt_stat_area(areas, XT_STR("东部地区"), NULL));
    xt_stat_areas_free(&areas);
}

/* ---- sheets ---- */

struct made { /* a sheet from text: cells apart by "|", rows by ";" */
    struct xt_grid grid;
    struct xt_grid_row *rows;
    char *text;
};

static void make(struct made *m, const char *text, const struct xt_grid_merge *merges, size_t merge_count)
{
    char *at;

    *m = (struct made){.text = xt_strdup(text)};
    m->rows = xt_calloc(200, sizeof *m->rows);
    m->grid = (struct xt_grid){.file = "made-2011.csv",
                               .member = "",
                               .sheet = "",
                               .rows = m->rows,
                               .merges = merges,
                               .merge_count = merge_count};
    for (at = m->text; at;) {
        char *end = strchr(at, ';'), *cell = at;
        struct xt_str *cells = xt_calloc(60, sizeof *cells);
        size_t n = 0;

        if (end)
            *end = '\0';
        while (cell) {
            char *next = strchr(cell, '|');

            if (next)
                *next = '\0';
            cells[n++] = xt_str(cell);
            cell = next ? next + 1 : NULL;
        }
        while (n > 0 && cells[n - 1].n == 0)
            n--;
        m->grid.columns = n > m->grid.columns ? n : m->grid.columns;
        m->rows[m->grid.row_count] = (struct xt_grid_row){(int64_t)m->grid.row_count + 1, cells, n};
        m->grid.row_count++;
        at = end ? end + 1 : NULL;
    }
}

static void unmake(struct made *m)
{
    size_t i;

    for (i = 0; i < m->grid.row_count; i++)
        free((void *)m->rows[i].cells);
    free(m->rows);
    free(m->text);
}

static enum xt_code keep_row(void *user, const struct xt_stat_row *row, struct xt_error *err)
{
    struct xt_text *out = user;

    (void)err;
    xt_text_addf(out, "%s %.*s %.*s %.*s[%.*s] %.*s", row->area, (int)row->area_name.n, row->area_name.s,
                 (int)row->year.n, row->year.s, (int)row->name.n, row->name.s, (int)row->indicator.n, row->indicator.s,
                 (int)row->value.n, row->value.s);
    xt_text_addf(out, " %.*s%s%.*s\n", (int)row->unit.n, row->unit.s, row->note.n ? " !" : "", (int)row->note.n,
                 row->note.s);
    return XT_OK;
}

static struct xt_stat_mapping *load(const char *json)
{
    struct xt_stat_mapping *mapping = NULL;
    struct xt_problems problems;
    struct xt_error err;

    if (!json)
        return NULL;
    xt_problems_init(&problems);
    assert_int_equal(xt_stat_mapping_load(XT_STR("test"), xt_str(json), &mapping, &problems, &err), XT_OK);
    xt_problems_done(&problems);
    return mapping;
}

static void expect(const char *sheet, const struct xt_grid_merge *merges, size_t merge_count, const char *json,
                   const char *rows)
{
    struct xt_stat_mapping *mapping = load(json);
    struct xt_stat_reader *reader = xt_stat_reader_new(region, mapping);
    struct xt_text out;
    struct xt_error err;
    struct made m;

    xt_text_init(&out, XT_MIB);
    make(&m, sheet, merges, merge_count);
    assert_int_equal(xt_stat_read(reader, &m.grid, keep_row, &out, &err), XT_OK);
    assert_string_equal(out.s, rows);
    unmake(&m);
    xt_text_done(&out);
    xt_stat_reader_free(&reader);
    xt_stat_mapping_free(&mapping);
}

static void head_of_two_rows_and_two_languages(void **state)
{
    static const struct xt_grid_merge merges[] = {{3, 4, 0, 0}, {3, 4, 1, 1}, {3, 4, 2, 2}};

    (void)state;
    expect(
        "1-4 各地区人员(2013年);Staff by Region (2013);单位：人年|(man-year);"
        "地区|Region|人员\nTotal;|||#研究人员\nResearchers|基础研究\nBasic;"
        "全   国|National Total|30|20|10;东部地区|Eastern|12|8|…;广   东|Guangdong|7|5|2①;注：①为估计数。;Note: estimated.",
        merges, XT_COUNT(merges), NULL,
        "CN 全国 2013 人员[] 30 人年 !注:①为估计数。\nCN 全国 2013 人员/研究人员[] 20 人年 !注:①为估计数。\n"
        "CN 全国 2013 基础研究[] 10 人年 !注:①为估计数。\n"
        " 东部地区 2013 人员[] 12 人年 !注:①为估计数。\n 东部地区 2013 人员/研究人员[] 8 人年 !注:①为估计数。\n"
        " 东部地区 2013 基础研究[] … 人年 !… 注:①为估计数。\n"
        "440000 广东 2013 人员[] 7 人年 !注:①为估计数。\n440000 广东 2013 人员/研究人员[] 5 人年 !注:①为估计数。\n"
        "440000 广东 2013 基础研究[] 2① 人年 !① 注:①为估计数。\n");
}

static void spanning_heads(void **state)
{
    static const struct xt_grid_merge merges[] = {{0, 0, 1, 2}, {0, 0, 3, 4}, {0, 1, 0, 0}};
    static const char ROWS[] = "110000 北京 2011 篇数/SCI[] 1 篇\n110000 北京 2011 篇数/EI[] 2 篇\n"
                               "110000 北京 2011 位次/SCI[] 3 \n110000 北京 2011 位次/EI[] 4 \n"
                               "120000 天津 2011 篇数/SCI[] 5 篇\n120000 天津 2011 篇数/EI[] 6 篇\n"
                               "120000 天津 2011 位次/SCI[] 7 \n120000 天津 2011 位次/EI[] 8 \n";

    (void)state;
    expect("地区|篇数(篇)||位次|;|SCI|EI|SCI|EI;北京|1|2|3|4;天津|5|6|7|8", merges, XT_COUNT(merges), NULL, ROWS);
    /* The same without merged cells. */
    expect("地区|篇数(篇)||位次|;|SCI|EI|SCI|EI;北京|1|2|3|4;天津|5|6|7|8", NULL, 0, NULL, ROWS);
    /* A name over three rows of a sheet that knows merged cells is one name. */
    expect("表;地区|从业人员年|收入;|平均人数|(亿元);|(人)|Revenue;北京|1|2", merges + 2, 1, NULL,
           "110000 北京 2011 从业人员年平均人数[] 1 人\n110000 北京 2011 收入[] 2 亿元\n");
}

static void years_in_heads_and_rows(void **state)
{
    (void)state;
    expect(
        "强度;单位:%;地区|2011|2012年;北京|5.1|5.2;广东|2.0|2.1", NULL, 0, NULL,
        "110000 北京 2011 [] 5.1 %\n110000 北京 2012 [] 5.2 %\n440000 广东 2011 [] 2.0 %\n440000 广东 2012 [] 2.1 %\n");
    expect("|产量(吨)|产值(万元);1978年|1|2;1979年|3|;1980年|5|6", NULL, 0, "{\"tables\": [{\"area\": \"全国\"}]}",
           "CN 全国 1978 产量[] 1 吨\nCN 全国 1978 产值[] 2 万元\nCN 全国 1979 产量[] 3 吨\n"
           "CN 全国 1980 产量[] 5 吨\nCN 全国 1980 产值[] 6 万元\n");
    expect(
        "数据库：年度数据;地区：广州;指标|2017年|2016年;生产总值(亿元)|3|2;数据来源：统计局", NULL, 0, NULL,
        "440100 广州 2017 生产总值[] 3 亿元 !数据来源:统计局\n440100 广州 2016 生产总值[] 2 亿元 !数据来源:统计局\n");
    /* Places over the columns, months down the side. */
    expect(
        "Month-Year|Luohu|Futian|Nanshan;Jul-16|\x31,000|2|3;Aug-16|4|5|6", NULL, 0,
        "{\"tables\": [{\"indicators\": [{\"head\": \"^$\", \"code\": \"price\", \"unit\": \"元/平方米\"}]}]}",
        "440303 Luohu 2016-07 [price] 1,000 元/平方米\n440304 Futian 2016-07 [price] 2 元/平方米\n440305 Nanshan 2016-07 [price] 3 元/平方米\n"
        "440303 Luohu 2016-08 [price] 4 元/平方米\n440304 Futian 2016-08 [price] 5 元/平方米\n440305 Nanshan 2016-08 [price] 6 元/平方米\n");
}

static void continued_tables(void **state)
{
    (void)state;
    /* Below one another. */
    expect(
        "5-4 情况(2022年);单位:万元;地区|机构数(个)|经费;北京|1|2;天津|3|4;河北|5|6;5-4 续表;continued;地区|申请数(件)|支出;北京|7|8;天津||9",
        NULL, 0, NULL,
        "110000 北京 2022 机构数[] 1 个\n110000 北京 2022 经费[] 2 万元\n120000 天津 2022 机构数[] 3 个\n120000 天津 2022 经费[] 4 万元\n"
        "130000 河北 2022 机构数[] 5 个\n130000 河北 2022 经费[] 6 万元\n"
        "110000 北京 2022 申请数[] 7 件\n110000 北京 2022 支出[] 8 万元\n120000 天津 2022 支出[] 9 万元\n");
    /* Side by side, the second head a row higher. */
    expect(
        "5-4 情况(2018年)||||续表;单位:万元||||地区|销售;地区|机构数(个)|||北京|10;北京|1|||天津|20;天津|2|||河北|30;河北|3",
        NULL, 0, NULL,
        "110000 北京 2018 机构数[] 1 个\n120000 天津 2018 机构数[] 2 个\n130000 河北 2018 机构数[] 3 个\n"
        "110000 北京 2018 销售[] 10 万元\n120000 天津 2018 销售[] 20 万元\n130000 河北 2018 销售[] 30 万元\n");
}

static void rows_in_a_hierarchy(void **state)
{
    (void)state;
    expect("城市|人口(万人);河北省|;石家庄市|9;唐山市|7;江苏省|;南京市|6;鼓楼区|1;福建省|;福州市|5;鼓楼区|2", NULL, 0,
           NULL,
           "130100 石家庄市 2011 人口[] 9 万人\n130200 唐山市 2011 人口[] 7 万人\n320100 南京市 2011 人口[] 6 万人\n"
           "320106 鼓楼区 2011 人口[] 1 万人\n350100 福州市 2011 人口[] 5 万人\n350102 鼓楼区 2011 人口[] 2 万人\n");
    /* Values that slipped into the next row. */
    expect(
        "地区|出口|进口;北京|1|2;西藏||;|3|4", NULL, 0, NULL,
        "110000 北京 2011 出口[] 1 \n110000 北京 2011 进口[] 2 \n540000 西藏 2011 出口[] 3 \n540000 西藏 2011 进口[] 4 \n");
    expect("行业|申请数(件)|#发明;采矿业||;煤炭|3|1;石油|4|2", NULL, 0, NULL,
           "  2011 申请数/采矿业/煤炭[] 3 件\n  2011 申请数/发明/采矿业/煤炭[] 1 件\n"
           "  2011 申请数/采矿业/石油[] 4 件\n  2011 申请数/发明/采矿业/石油[] 2 件\n");
}

static void mapped_tables(void **state)
{
    static const char LONG[] =
        "{\"tables\": [{\"area\": {\"column\": \"province\"}, \"year\": {\"column\": \"year\"}, \"code\": {\"column\": \"variables\"},"
        " \"name\": {\"column\": \"block\"}, \"value\": {\"column\": \"value\"}, \"unit\": {\"column\": \"units\"}}]}";
    static const char TIDY[] =
        "{\"tables\": [{\"area\": {\"column\": \"nuts_id\"}, \"ignore\": [\"spec\", \"index\"], \"indicators\": [{\"head\": \".\", \"code\": \"{head}\"}]}]}";

    (void)state;
    expect(
        "province|year|block|value|units|variables;北  京|2010|合计|5|人年|v_hj;天津|2010|合计|6|人年|v_hj;河北|2010|合计||人年|v_hj",
        NULL, 0, LONG, "110000 北京 2010 合计[v_hj] 5 人年\n120000 天津 2010 合计[v_hj] 6 人年\n");
    expect(
        "index|year|nuts_id|spec|high_tech;1|2016|UKM50|2013|12440;2|2016|UKM21|2013|7975;3|2017|UKM21|2013|8", NULL, 0,
        TIDY,
        " UKM50 2016 high_tech[high_tech] 12440 \n UKM21 2016 high_tech[high_tech] 7975 \n UKM21 2017 high_tech[high_tech] 8 \n");
    /* Numbers that could be years are values still; words among the values are none. */
    expect("index|year|province|num|说明;1|2018|北京|9953|好;2|2018|天津|2034|好;3|2018|河北|1999|好", NULL, 0,
           "{\"tables\": [{\"ignore\": [\"index\"], \"indicators\": [{\"head\": \"^num$\", \"code\": \"n\"}]}]}",
           "110000 北京 2018 num[n] 9953 \n120000 天津 2018 num[n] 2034 \n130000 河北 2018 num[n] 1999 \n");
    expect(
        "甲表(2013年);地区|国内;国内|1;内蒙占|2;合计|3", NULL, 0,
        "{\"areas\": {\"内蒙占\": \"内蒙古\"}, \"tables\": [{\"title\": \"^乙\"}, {\"title\": \"^甲\", \"areas\": {\"国内\": \"全国\"}, \"rows\": \"areas\","
        " \"skip\": \"^合计$\", \"unit\": \"件\", \"indicators\": [{\"head\": \"国内\", \"code\": \"c\", \"label\": {\"zh\": \"名称\"}}]}]}",
        "CN 全国 2013 名称[c] 1 件\n150000 内蒙古 2013 名称[c] 2 件\n");
    expect(
        "分组(2013年);企业|数量(个)|金额;甲|1|2;乙|3|4", NULL, 0,
        "{\"tables\": [{\"area\": \"广东\", \"under\": \"(.*)-2011\", \"indicators\": [{\"head\": \"^数量\", \"row\": \"乙\", \"code\": \"x\"}]}]}",
        "440000 广东 2013 made/数量/甲[] 1 个\n440000 广东 2013 made/金额/甲[] 2 \n440000 广东 2013 made/数量/乙[x] 3 个\n440000 广东 2013 made/金额/乙[] 4 \n");
}

static void mistakes_in_mappings(void **state)
{
    static const struct {
        const char *json, *path;
    } rows[] = {
        {"[]", ""},
        {"{}", "tables"},
        {"{\"tables\": []}", "tables"},
        {"{\"tables\": [3]}", "tables[0]"},
        {"{\"tables\": [{}], \"tabels\": 1}", "tabels"},
        {"{\"tables\": [{\"title\": \"(\"}]}", "tables[0].title"},
        {"{\"tables\": [{\"rows\": \"cities\"}]}", "tables[0].rows"},
        {"{\"tables\": [{\"area\": {\"colum\": \"a\"}}]}", "tables[0].area.colum"},
        {"{\"tables\": [{\"value\": \"a\", \"code\": {\"column\": \"b\"}}]}", "tables[0]"},
        {"{\"tables\": [{\"value\": {\"column\": \"b\"}}]}", "tables[0].code"},
        {"{\"tables\": [{\"indicators\": [{\"code\": \"a\"}]}]}", "tables[0].indicators[0]"},
        {"{\"tables\": [{\"indicators\": [{\"head\": \"a\", \"label\": {\"en\": \"a\"}}]}]}",
         "tables[0].indicators[0].label"},
        {"{\"tables\": [{\"areas\": {\"a\": 1}}]}", "tables[0].areas.a"},
        {"{\"tables\": [{\"ignore\": \"a\"}]}", "tables[0].ignore"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_stat_mapping *mapping = NULL;
        struct xt_problems problems;
        struct xt_error err;

        xt_problems_init(&problems);
        assert_int_equal(xt_stat_mapping_load(XT_STR("bad"), xt_str(rows[i].json), &mapping, &problems, &err),
                         XT_E_INPUT);
        assert_null(mapping);
        assert_true(problems.count > 0);
        assert_string_equal(problems.list[0].path, rows[i].path);
        xt_problems_done(&problems);
    }
}

static void mappings_of_the_region(void **state)
{
    struct xt_arena arena;
    const char *const *files;
    size_t i;

    (void)state;
    xt_arena_init(&arena);
    files = xt_region_list(region, "tables/", &arena);
    assert_non_null(files[0]);
    for (i = 0; files[i]; i++) {
        struct xt_str json;
        struct xt_stat_mapping *mapping = NULL;
        struct xt_problems problems;
        struct xt_error err;

        assert_true(xt_region_file(region, files[i], &json));
        xt_problems_init(&problems);
        if (xt_stat_mapping_load(xt_str(files[i]), json, &mapping, &problems, &err) != XT_OK)
            fail_msg("%s: %s", files[i], problems.count ? problems.list[0].path : "no JSON");
        xt_problems_done(&problems);
        xt_stat_mapping_free(&mapping);
    }
    xt_arena_done(&arena);
}

/* ---- hostile ---- */

static enum xt_code count_row(void *user, const struct xt_stat_row *row, struct xt_error *err)
{
    (void)row;
    (void)err;
    ++*(size_t *)user;
    return XT_OK;
}

static size_t rows_of(const struct xt_grid *grid)
{
    struct xt_stat_reader *reader = xt_stat_reader_new(region, NULL);
    struct xt_error err;
    size_t n = 0;

    assert_int_equal(xt_stat_read(reader, grid, count_row, &n, &err), XT_OK);
    xt_stat_reader_free(&reader);
    return n;
}

static void hostile_sheets(void **state)
{
    enum { WIDE = 300, MERGES = 100000 };
    static struct xt_str wide[WIDE], value[WIDE];
    static struct xt_grid_row rows[200];
    static struct xt_grid_merge merges[MERGES];
    struct xt_grid grid = {.file = "hostile", .member = "", .sheet = "", .rows = rows, .columns = WIDE};
    struct made m;
    size_t i;

    (void)state;
    make(&m, "没有数字;甲|乙|丙;丁|戊|己", NULL, 0);
    assert_int_equal(rows_of(&m.grid), 0);
    unmake(&m);
    make(&m, "", NULL, 0);
    assert_int_equal(rows_of(&m.grid), 0);
    unmake(&m);
    /* A head of a hundred rows, every cell of it in merged ranges that overlap. */
    for (i = 0; i < WIDE; i++) {
        wide[i] = XT_STR("指标");
        value[i] = i == 0 ? XT_STR("北京") : XT_STR("1");
    }
    for (i = 0; i < 200; i++)
        rows[i] = (struct xt_grid_row){(int64_t)i + 1, i < 100 ? wide : value, WIDE};
    for (i = 0; i < MERGES; i++)
        merges[i] = (struct xt_grid_merge){i / 1000, i / 1000 + 50, i % WIDE, i % WIDE + i % 7};
    grid.row_count = 200;
    grid.merges = merges;
    grid.merge_count = MERGES;
    assert_int_equal(rows_of(&grid), 100 * (WIDE - 1));
    /* Heads and values taking turns make many blocks; they have a cap. */
    grid.merge_count = 0;
    for (i = 0; i < 200; i++)
        rows[i].cells = i % 2 ? value : wide;
    assert_true(rows_of(&grid) > 0);
}

/* ---- against a truth ---- */

static void tell(void *user, const struct xt_stat_difference *d)
{
    xt_text_addf(user, "%s %s %s %s: %s%s / %s%s\n", xt_stat_fault_name(d->kind), d->area_name, d->year, d->indicator,
                 d->truth, d->truth_unit, d->found, d->found_unit);
}

static void add(struct xt_stat_compare *compare, bool truth, const char *area, const char *year, const char *code,
                const char *value, const char *unit)
{
    struct xt_stat_row row = {.area = "",
                              .area_name = xt_str(area),
                              .year = xt_str(year),
                              .indicator = xt_str(code),
                              .value = xt_str(value),
                              .decimal = xt_str(value),
                              .unit = xt_str(unit),
                              .file = "f",
                              .member = "",
                              .sheet = ""};
    struct xt_error err;

    assert_int_equal((truth ? xt_stat_compare_truth : xt_stat_compare_row)(compare, &row, &err), XT_OK);
}

static void comparisons(void **state)
{
    struct xt_stat_compare *compare = xt_stat_compare_new();
    const struct xt_stat_year *years;
    struct xt_text said;
    size_t count;

    (void)state;
    xt_text_init(&said, XT_MIB);
    add(compare, true, "甲", "2010", "a", "1.78", "%");
    add(compare, true, "乙", "2010", "a", "2", "%");
    add(compare, true, "丙", "2010", "a", "3", "%");
    add(compare, true, "丁", "2010", "a", "77", "%");
    add(compare, true, "甲", "2010", "b", "55", "");
    add(compare, true, "乙", "2010", "b", "", ""); /* asks nothing */
    add(compare, true, "丙", "2010", "b", "6", "");
    add(compare, true, "甲", "2009", "a", "1", "%"); /* a year that the original does not have */
    add(compare, false, "甲", "2010", "a", "1.7801234", "%");
    add(compare, false, "乙", "2010", "a", "2", "万元");
    add(compare, false, "丙", "2010", "a", "4", "%");
    add(compare, false, "甲", "2010", "c", "55", "");
    add(compare, false, "戊", "2010", "a", "77", "%");
    add(compare, false, "丁", "2010", "b", "9", "");
    xt_stat_compare_file(compare, "first", tell, &said);
    add(compare, false, "甲", "2009", "a", "1", "%");
    xt_stat_compare_file(compare, "second", tell, &said);
    assert_string_equal(said.s, "area 丁 2010 a: 77% / 77%\nvalue 丙 2010 a: 3% / 4%\nunit 乙 2010 a: 2% / 2万元\n"
                                "missing 丙 2010 b: 6 / \nindicator 甲 2010 b: 55 / 55\nextra 丁 2010 b:  / 9\n");
    years = xt_stat_compare_years(compare, &count);
    assert_int_equal(count, 2);
    assert_string_equal(years[0].file, "first");
    assert_int_equal(years[0].cells, 6);
    assert_int_equal(years[0].right, 1);
    assert_int_equal(years[1].cells, 1);
    assert_int_equal(years[1].right, 1);
    xt_text_done(&said);
    xt_stat_compare_free(&compare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_read),
        cmocka_unit_test(names_are_squeezed_and_split),
        cmocka_unit_test(years_and_units),
        cmocka_unit_test(places),
        cmocka_unit_test(head_of_two_rows_and_two_languages),
        cmocka_unit_test(spanning_heads),
        cmocka_unit_test(years_in_heads_and_rows),
        cmocka_unit_test(continued_tables),
        cmocka_unit_test(rows_in_a_hierarchy),
        cmocka_unit_test(mapped_tables),
        cmocka_unit_test(mistakes_in_mappings),
        cmocka_unit_test(mappings_of_the_region),
        cmocka_unit_test(hostile_sheets),
        cmocka_unit_test(comparisons),
    };

    return cmocka_run_group_tests(tests, load_region, free_region);
}
