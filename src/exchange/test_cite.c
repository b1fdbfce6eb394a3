/*
 * test_cite.c - citations against the examples of GB/T 7714-2015 itself (chapter 4 and appendix A) and of the APA's manual.
 * Examples are typed as they are printed; where the standard cites a place that this catalogue does not know, the row gives it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exchange/cite_priv.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define NAMES_MAX 24

struct given {
    enum xt_cite_form form;
    const char *names[NAMES_MAX]; /* "=" before one: an organisation */
    const char *title, *container, *volume, *issue, *pages, *publisher, *institution, *place, *date, *number, *doi,
        *url;
    const char *cited_on;
    const char *wanted;
};

static void fill(const struct given *g, struct xt_cited *cited, struct xt_cite_name *names)
{
    const char *const parts[XT_PARTS] = {
        [XT_PART_TITLE] = g->title,   [XT_PART_CONTAINER] = g->container,
        [XT_PART_VOLUME] = g->volume, [XT_PART_ISSUE] = g->issue,
        [XT_PART_PAGES] = g->pages,   [XT_PART_PUBLISHER] = g->publisher,
        [XT_PART_PLACE] = g->place,   [XT_PART_INSTITUTION] = g->institution,
        [XT_PART_DATE] = g->date,     [XT_PART_NUMBER] = g->number,
        [XT_PART_DOI] = g->doi,       [XT_PART_URL] = g->url,
    };
    size_t i;

    *cited = (struct xt_cited){
        .form = g->form, .key = "paper/01J0", .cited_on = g->cited_on ? g->cited_on : "", .site = XT_STR("广东省协同")};
    for (i = 0; i < XT_PARTS; i++)
        cited->part[i] = xt_str(parts[i]);
    for (i = 0; i < NAMES_MAX && g->names[i]; i++)
        names[i] = (struct xt_cite_name){xt_str(g->names[i] + (g->names[i][0] == '=')), g->names[i][0] != '='};
    cited->names = names;
    cited->name_count = i;
    cited->url = xt_str(g->url);
    cited->own_url = cited->url.n > 0;
    if (g->date)
        (void)xt_date_parse(xt_str(g->date), &cited->year, &cited->month, &cited->day);
}

static void check(enum xt_cite_style style, const struct given *rows, size_t count)
{
    XT_AUTO(xt_text_done) struct xt_text out = {0};
    struct xt_cite_name names[NAMES_MAX];
    struct xt_cited cited;
    int wrong = 0;
    size_t i;

    xt_text_init(&out, 64 * XT_KIB);
    for (i = 0; i < count; i++) {
        xt_text_clear(&out);
        fill(&rows[i], &cited, names);
        xt_cite(&cited, style, &out);
        if (out.n == 0 || strncmp(out.s, rows[i].wanted, out.n - 1) != 0 || strlen(rows[i].wanted) != out.n - 1) {
            print_message("wanted %s\ngot    %s\n", rows[i].wanted, out.s);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static const struct given gb7714[] = {
    {XT_CITE_ARTICLE,
     {"于潇", "刘义", "柴跃廷", "孙宏波"},
     "互联网药品可信交易环境中主体资质审核备案模式",
     "清华大学学报(自然科学版)",
     "52",
     "11",
     "1518-1523",
     .date = "2012",
     .wanted =
         "于潇, 刘义, 柴跃廷, 等. 互联网药品可信交易环境中主体资质审核备案模式[J]. 清华大学学报(自然科学版), 2012, 52(11): 1518-1523."},
    {XT_CITE_ARTICLE,
     {"杨洪升"},
     "四库馆私家抄校书考略",
     "文献",
     NULL,
     "1",
     "56-75",
     .date = "2013",
     .wanted = "杨洪升. 四库馆私家抄校书考略[J]. 文献, 2013(1): 56-75."},
    {XT_CITE_ARTICLE,
     {"李炳穆"},
     "韩国图书馆法",
     "图书情报工作",
     "52",
     "6",
     "6-12",
     .date = "2008",
     .cited_on = "2013-10-25",
     .url = "http://www.docin.com/p-400265742.html",
     .wanted =
         "李炳穆. 韩国图书馆法[J/OL]. 图书情报工作, 2008, 52(6): 6-12[2013-10-25]. http://www.docin.com/p-400265742.html."},
    {XT_CITE_ARTICLE,
     {"K. S. Frese", "H. A. Katus", "B. Meder"},
     "Next-generation sequencing: from understanding biology to personalized medicine",
     "Biology",
     "2",
     "1",
     "378-398",
     .date = "2013",
     .doi = "10.3390/biology2010378",
     .cited_on = "2013-03-19",
     .url = "http://www.mdpi.com/2079-7737/2/1/378",
     .wanted =
         "FRESE K S, KATUS H A, MEDER B. Next-generation sequencing: from understanding biology to personalized medicine[J/OL]. "
         "Biology, 2013, 2(1): 378-398[2013-03-19]. http://www.mdpi.com/2079-7737/2/1/378. DOI:10.3390/biology2010378."},
    {XT_CITE_ARTICLE,
     {"Des Marais, D. J.", "Strauss, H.", "Summons, R. E.", "Hayes, J. M."},
     "Carbon isotope evidence for the stepwise oxidation of the Proterozoic environment",
     "Nature",
     "359",
     NULL,
     "605-609",
     .date = "1992",
     .wanted =
         "DES MARAIS D J, STRAUSS H, SUMMONS R E, et al. Carbon isotope evidence for the stepwise oxidation of the "
         "Proterozoic environment[J]. Nature, 1992, 359: 605-609."},
    {XT_CITE_BOOK,
     {"张伯伟"},
     "全唐五代诗格会考",
     .pages = "288",
     .publisher = "江苏古籍出版社",
     .place = "南京",
     .date = "2002",
     .wanted = "张伯伟. 全唐五代诗格会考[M]. 南京: 江苏古籍出版社, 2002: 288."},
    {XT_CITE_BOOK,
     {"胡承正", "周详", "缪灵"},
     "理论物理概论: 上",
     .pages = "112",
     .publisher = "武汉大学出版社",
     .place = "武汉",
     .date = "2010",
     .wanted = "胡承正, 周详, 缪灵. 理论物理概论: 上[M]. 武汉: 武汉大学出版社, 2010: 112."},
    {XT_CITE_REPORT,
     {"=World Health Organization"},
     "Factors regulating the immune response: report of WHO Scientific Group",
     .publisher = "WHO",
     .place = "Geneva",
     .date = "1970",
     .wanted =
         "World Health Organization. Factors regulating the immune response: report of WHO Scientific Group[R]. Geneva: WHO, 1970."},
    {XT_CITE_DOCTORAL,
     {"R. B. Calms"},
     "Infrared spectroscopic studies on solid oxygen",
     .institution = "Univ. of California",
     .place = "Berkeley",
     .date = "1965",
     .wanted = "CALMS R B. Infrared spectroscopic studies on solid oxygen[D]. Berkeley: Univ. of California, 1965."},
    {XT_CITE_DOCTORAL,
     {"吴云芳"},
     "面向中文信息处理的现代汉语并列结构研究",
     .institution = "北京大学",
     .place = "北京",
     .date = "2003",
     .url = "http://thesis.lib.pku.edu.cn/",
     .cited_on = "2013-10-14",
     .wanted =
         "吴云芳. 面向中文信息处理的现代汉语并列结构研究[D/OL]. 北京: 北京大学, 2003[2013-10-14]. http://thesis.lib.pku.edu.cn/."},
    {XT_CITE_PATENT,
     {"张凯军"},
     "轨道火车及高速轨道火车紧急安全制动辅助装置",
     .number = "201220158825.2",
     .date = "2012-04-05",
     .wanted = "张凯军. 轨道火车及高速轨道火车紧急安全制动辅助装置: 201220158825.2[P]. 2012-04-05."},
    {XT_CITE_PATENT,
     {"=河北绿洲生态环境科技有限公司"},
     "一种荒漠化地区生态植被综合培育种植方法",
     .number = "01129210.5",
     .date = "2001-10-24",
     .cited_on = "2002-05-28",
     .url = "http://211.152.9.47/sipoasp/zlijs/hyjs-yx-new.asp?recid=01129210.5&leixin",
     .wanted =
         "河北绿洲生态环境科技有限公司. 一种荒漠化地区生态植被综合培育种植方法: 01129210.5[P/OL]. 2001-10-24[2002-05-28]. "
         "http://211.152.9.47/sipoasp/zlijs/hyjs-yx-new.asp?recid=01129210.5&leixin."},
    {XT_CITE_STANDARD,
     {"=全国信息与文献标准化技术委员会"},
     "信息与文献 都柏林核心元数据元素集",
     .number = "GB/T 25100-2010",
     .pages = "2-3",
     .publisher = "中国标准出版社",
     .place = "北京",
     .date = "2010",
     .wanted =
         "全国信息与文献标准化技术委员会. 信息与文献 都柏林核心元数据元素集: GB/T 25100-2010[S]. 北京: 中国标准出版社, 2010: 2-3."},
    {XT_CITE_CONFERENCE,
     {"M. E. Fourney"},
     "Advances in holographic photoelasticity",
     "Symposium on Applications of Holography in Mechanics",
     .pages = "17-38",
     .publisher = "ASME",
     .place = "New York",
     .date = "1971",
     .wanted =
         "FOURNEY M E. Advances in holographic photoelasticity[C]//Symposium on Applications of Holography in Mechanics. "
         "New York: ASME, 1971: 17-38."},
    {XT_CITE_CHAPTER,
     {"陈晋镳", "张惠民", "朱士兴", "赵震", "王振刚"},
     "蓟县震旦亚界研究",
     "中国震旦亚界",
     .pages = "56-114",
     .publisher = "天津科学技术出版社",
     .place = "天津",
     .date = "1980",
     .wanted =
         "陈晋镳, 张惠民, 朱士兴, 等. 蓟县震旦亚界研究[M]//中国震旦亚界. 天津: 天津科学技术出版社, 1980: 56-114."},
    {XT_CITE_NEWS,
     {"丁文详"},
     "数字革命与竞争国际化",
     "中国青年报",
     NULL,
     "15",
     .date = "2000-11-20",
     .wanted = "丁文详. 数字革命与竞争国际化[N]. 中国青年报, 2000-11-20(15)."},
    {XT_CITE_PAGE,
     {"萧钰"},
     "出版业信息化迈入快车道",
     .date = "2001-12-19",
     .cited_on = "2002-04-15",
     .url = "http://www.creader.com/news/20011219/200112190019.html",
     .wanted =
         "萧钰. 出版业信息化迈入快车道[EB/OL]. (2001-12-19)[2002-04-15]. http://www.creader.com/news/20011219/200112190019.html."},
    {XT_CITE_PAGE,
     {"=Online Computer Library Center, Inc."},
     "About OCLC: history of cooperation",
     .cited_on = "2012-03-27",
     .url = "http://www.oclc.org/about/cooperation.en.html",
     .wanted = "Online Computer Library Center, Inc. About OCLC: history of cooperation[EB/OL]. [2012-03-27]. "
               "http://www.oclc.org/about/cooperation.en.html."},
    /* What the standard says in words: no place, no author, no date; names as they may be stored here. */
    {XT_CITE_BOOK,
     {"示例作者"},
     "示例图书",
     .publisher = "示例出版社",
     .date = "2020",
     .wanted = "示例作者. 示例图书[M]. [出版地不详]: 示例出版社, 2020."},
    {XT_CITE_BOOK, {NULL}, "A sample", .publisher = "Sample Press", .wanted = "A sample[M]. [S.l.]: Sample Press."},
    {XT_CITE_ARTICLE,
     {"Jean-Paul Example Jr.", "Ann van der Sample", "Sample JA"},
     "On samples",
     "Samples",
     .date = "2024",
     .wanted = "EXAMPLE J P, Jr., VAN DER SAMPLE A, SAMPLE J A. On samples[J]. Samples, 2024."},
    {XT_CITE_ARTICLE, {"Élodie Müller"}, "On samples", "Samples", .wanted = "MÜLLER É. On samples[J]. Samples."},
    {XT_CITE_STANDARD, {NULL}, "示例标准", .number = "GB/T 1-2099", .wanted = "示例标准: GB/T 1-2099[S]."},
};

static void gb7714_is_as_the_standard_prints_it(void **state)
{
    (void)state;
    check(XT_CITE_GB7714, gb7714, XT_COUNT(gb7714));
}

static const struct given apa[] = {
    {XT_CITE_ARTICLE,
     {"Grady, J. S.", "Her, M.", "Moreno, G.", "Perez, C.", "Yelinek, J."},
     "Emotions in storybooks: A comparison of storybooks that represent ethnic and racial groups in the United States",
     "Psychology of Popular Media Culture",
     "8",
     "3",
     "207-217",
     .date = "2019",
     .doi = "10.1037/ppm0000185",
     .wanted =
         "Grady, J. S., Her, M., Moreno, G., Perez, C., & Yelinek, J. (2019). Emotions in storybooks: A comparison of storybooks that represent "
         "ethnic and racial groups in the United States. Psychology of Popular Media Culture, 8(3), 207–217. https://doi.org/10.1037/ppm0000185"},
    {XT_CITE_BOOK,
     {"Leslie S. Jackson", "Pamela C. Schmitt"},
     "The psychology of samples",
     .publisher = "Sample Press",
     .date = "2019",
     .wanted = "Jackson, L. S., & Schmitt, P. C. (2019). The psychology of samples. Sample Press."},
    {XT_CITE_DOCTORAL,
     {"Harris, L."},
     "Instructional leadership perceptions and practices",
     .institution = "University of Virginia",
     .date = "2014",
     .wanted =
         "Harris, L. (2014). Instructional leadership perceptions and practices [Doctoral dissertation, University of Virginia]."},
    {XT_CITE_PATENT,
     {"Hiremath, S. C.", "Kumar, S."},
     "Using metadata in stream processing",
     .number = "9,477,571",
     .date = "2016-10-25",
     .wanted = "Hiremath, S. C., & Kumar, S. (2016). Using metadata in stream processing (Patent No. 9,477,571)."},
    {XT_CITE_PAGE,
     {"=World Health Organization"},
     "The top 10 causes of death",
     .date = "2018-05-24",
     .url = "https://www.who.int/top-10",
     .wanted = "World Health Organization. (2018, May 24). The top 10 causes of death. https://www.who.int/top-10"},
    {XT_CITE_CHAPTER,
     {"Aron, L."},
     "A chapter",
     "The book",
     .pages = "1-20",
     .publisher = "Sample Press",
     .date = "2019",
     .wanted = "Aron, L. (2019). A chapter. In The book (pp. 1–20). Sample Press."},
    {XT_CITE_ARTICLE,
     {"于潇", "刘义"},
     "主体资质审核备案模式",
     "清华大学学报(自然科学版)",
     "52",
     "11",
     "1518-1523",
     .date = "2012",
     .wanted = "于潇, & 刘义. (2012). 主体资质审核备案模式. 清华大学学报(自然科学版), 52(11), 1518–1523."},
    {XT_CITE_STANDARD,
     {NULL},
     "信息与文献 都柏林核心元数据元素集",
     .number = "GB/T 25100-2010",
     .wanted = "信息与文献 都柏林核心元数据元素集 (GB/T 25100-2010). (n.d.)."},
    {XT_CITE_ARTICLE,
     {"A A", "B B", "C C", "D D", "E E", "F F", "G G", "H H", "I I", "J J", "K K",
      "L L", "M M", "N N", "O O", "P P", "Q Q", "R R", "S S", "T T", "U U"},
     "Many",
     "Names",
     .date = "2020",
     .wanted =
         "A, A., B, B., C, C., D, D., E, E., F, F., G, G., H, H., I, I., J, J., K, K., L, L., M, M., N, N., O, O., P, P., Q, Q., R, R., S, S., . . . U, U. (2020). Many. Names."},
};

static void apa_is_as_the_manual_shows_it(void **state)
{
    (void)state;
    check(XT_CITE_APA, apa, XT_COUNT(apa));
}

static const struct given bibtex[] = {
    {XT_CITE_ARTICLE,
     {"Ann van der Sample", "示例作者", "Example, Jean-Paul"},
     "100% of {braces} & $x_1^2$ \\ ~",
     "Samples",
     "2",
     "1",
     "1-2",
     .date = "2013-05",
     .doi = "10.1/a_b",
     .url = "https://example.org/a_b%20{c}",
     .cited_on = "2013-06-01",
     .wanted =
         "@article{paper:01J0,\n  author = {van der Sample, Ann and 示例作者 and Example, Jean-Paul},\n"
         "  title = {100\\% of \\{braces\\} \\& \\$x\\_1\\textasciicircum{}2\\$ \\textbackslash{} \\textasciitilde{}},\n  journal = {Samples},\n"
         "  year = {2013},\n  date = {2013-05},\n  volume = {2},\n  number = {1},\n  pages = {1--2},\n  doi = {10.1/a\\_b},\n"
         "  url = {https://example.org/a_b%20%7Bc%7D},\n  urldate = {2013-06-01}\n}"},
    {XT_CITE_REPORT,
     {"=Ministry of Trade and Industry"},
     "A report",
     .institution = "示例单位",
     .number = "R-1",
     .wanted =
         "@techreport{paper:01J0,\n  author = {{Ministry of Trade and Industry}},\n  title = {A report},\n  number = {R-1},\n  institution = {示例单位}\n}"},
};

static void bibtex_is_escaped(void **state)
{
    (void)state;
    check(XT_CITE_BIBTEX, bibtex, XT_COUNT(bibtex));
}

static const struct given ris[] = {
    {XT_CITE_ARTICLE,
     {"Ann van der Sample", "示例作者"},
     "On samples",
     "Samples",
     "2",
     "1",
     "1–20",
     .date = "2013-05-06",
     .doi = "10.1/a",
     .wanted =
         "TY  - JOUR\r\nAU  - van der Sample, Ann\r\nAU  - 示例作者\r\nTI  - On samples\r\nT2  - Samples\r\nPY  - 2013\r\nDA  - 2013/05/06/\r\n"
         "VL  - 2\r\nIS  - 1\r\nSP  - 1\r\nEP  - 20\r\nDO  - 10.1/a\r\nID  - paper/01J0\r\nER  - \r"},
    {XT_CITE_PATENT,
     {"=示例公司"},
     "示例专利",
     .number = "201220158825.2",
     .pages = "7",
     .wanted =
         "TY  - PAT\r\nAU  - 示例公司\r\nTI  - 示例专利\r\nSP  - 7\r\nM1  - 201220158825.2\r\nID  - paper/01J0\r\nER  - \r"},
};

static void ris_is_in_its_lines(void **state)
{
    (void)state;
    check(XT_CITE_RIS, ris, XT_COUNT(ris));
}

static void pages_are_told_apart_at_any_dash(void **state)
{
    (void)state;
    static const char *const given[] = {"12-20", "12--20", "12–20", "12—20", "12——20", "12~20", " 12 - 20 "};
    struct xt_str first, last;

    for (size_t i = 0; i < XT_COUNT(given); i++) {
        assert_true(cite_pages(xt_str(given[i]), &first, &last));
        assert_true(xt_str_is(first, "12"));
        if (!xt_str_is(last, "20"))
            fail_msg("%s: %.*s", given[i], (int)last.n, last.s);
    }
    assert_false(cite_pages(XT_STR("e12"), &first, &last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gb7714_is_as_the_standard_prints_it),
        cmocka_unit_test(apa_is_as_the_manual_shows_it),
        cmocka_unit_test(bibtex_is_escaped),
        cmocka_unit_test(ris_is_in_its_lines),
        cmocka_unit_test(pages_are_told_apart_at_any_dash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
