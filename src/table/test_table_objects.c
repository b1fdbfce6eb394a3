/* test_table_objects.c - files whose records are objects: XML, exports of literature databases, citations, dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "table/table_objects.h"

/* The way of reading that was found, then records as JSON, one a line; a refused one is "!number" and its message. */
static void dump(struct xt_table *table, struct xt_text *out)
{
    struct xt_row row;
    bool more = true;

    xt_text_addf(out, "%s\n", xt_table_facts(table)->as ? xt_table_facts(table)->as : "-");
    for (;;) {
        struct xt_error err;
        enum xt_code rc = xt_table_next(table, &row, &more, &err);

        if (rc == XT_OK && !more)
            return;
        if (rc != XT_OK) {
            xt_text_addf(out, "!%lld %s\n", (long long)row.number, xt_msg_name(err.msg));
            if (rc != XT_E_INPUT)
                return;
            continue;
        }
        assert_non_null(row.json);
        char *json = json_dumps(row.json, JSON_COMPACT);

        xt_text_addf(out, "%s\n", json);
        free(json);
    }
}

static void expect_with(const char *text, size_t n, const struct xt_table_options *options, const char *wanted)
{
    struct xt_table *table = NULL;
    struct xt_error err;
    struct xt_text out;

    xt_text_init(&out, 16 * XT_MIB);
    if (xt_table_open_memory("test.txt", text, n, options, &table, &err) != XT_OK)
        xt_text_addf(&out, "%s", xt_msg_name(err.msg));
    else
        dump(table, &out);
    assert_string_equal(out.s, wanted);
    xt_table_close(&table);
    xt_text_done(&out);
}

static void expect(const char *text, const char *wanted)
{
    expect_with(text, strlen(text), NULL, wanted);
}

static void expect_records(const char *text, const char *records, const char *wanted)
{
    struct xt_table_options options = {.records = records};

    expect_with(text, strlen(text), &options, wanted);
}

/* ---- XML ---- */

static const char VOLUMES[] = "<?xml version='1.0'?>\n"
                              "<all id='A'><volume no='1'><meta><year>2018</year></meta>"
                              "<paper id='1'><title>One <b>bold</b> word</title><by>Ann</by><by>Bo</by></paper>"
                              "<note>x</note><paper id='2'><title>中\n  文</title></paper></volume>"
                              "<volume no='2'><meta><year>2019</year></meta><paper id='3'/></volume></all>";

static void records_of_a_path_know_what_stands_around(void **state)
{
    (void)state;
    expect_records(
        VOLUMES, "volume/paper",
        "xml\n"
        "{\"@id\":\"1\",\"title\":{\"b\":\"bold\",\"#text\":\"One bold word\"},\"by\":[\"Ann\",\"Bo\"],\"#name\":\"paper\","
        "\"^all\":{\"@id\":\"A\"},\"^volume\":{\"@no\":\"1\",\"meta\":{\"year\":\"2018\"}}}\n"
        "{\"@id\":\"2\",\"title\":\"中文\",\"#name\":\"paper\",\"^all\":{\"@id\":\"A\"},"
        "\"^volume\":{\"@no\":\"1\",\"meta\":{\"year\":\"2018\"},\"note\":\"x\"}}\n"
        "{\"@id\":\"3\",\"#name\":\"paper\",\"^all\":{\"@id\":\"A\"},"
        "\"^volume\":{\"@no\":\"2\",\"meta\":{\"year\":\"2019\"}}}\n");
    expect_records("<r><a>1</a></r>", ".", "xml\n{\"a\":\"1\",\"#name\":\"r\"}\n");
    expect_records("<r><a>1</a><b>2</b></r>", "x|b", "xml\n{\"#text\":\"2\",\"#name\":\"b\",\"^r\":{\"a\":\"1\"}}\n");
    expect_records("<r><a>1</a></r>", "/r/*", "xml\n{\"#text\":\"1\",\"#name\":\"a\",\"^r\":{}}\n");
    expect_records("<r><a>1</a></r>", "b", "xml\n!0 xml-no-records\n");
    expect_records("<r><a>1</a></r>", "a//b", "xml-path");
}

static void the_path_is_guessed(void **state)
{
    (void)state;
    expect("<rows xmlns='urn:x'><count>2</count><row><a>1</a></row><row><a>2</a></row></rows>",
           "xml\n{\"a\":\"1\",\"#name\":\"row\",\"^rows\":{\"count\":\"2\"}}\n"
           "{\"a\":\"2\",\"#name\":\"row\",\"^rows\":{\"count\":\"2\"}}\n");
    expect("<?xml version='1.0'?><patent><title>t</title><p id='1'>a</p><p id='2'>b</p></patent>",
           "xml\n{\"title\":\"t\",\"p\":[{\"@id\":\"1\",\"#text\":\"a\"},{\"@id\":\"2\",\"#text\":\"b\"}],"
           "\"#name\":\"patent\"}\n");
}

static void entities_and_declarations(void **state)
{
    (void)state;
    /* HTML's are known without a DTD, in attributes too; an unknown one stays as it is */
    expect_records("<r a='&eacute;&amp;&foo;'><a>&mdash;&amp;&foo;</a></r>", ".",
                   "xml\n{\"@a\":\"é&&foo;\",\"a\":\"—&&foo;\",\"#name\":\"r\"}\n");
    /* a DTD that is not there is not asked for; unparsed entities do no harm */
    expect_records(
        "<?xml version='1.0'?><!DOCTYPE r SYSTEM '/no/such.dtd' [<!ENTITY pic SYSTEM 'p.tif' NDATA tif>]><r>x</r>", ".",
        "xml\n{\"#text\":\"x\",\"#name\":\"r\"}\n");
    /* those the file declares are refused where they are used */
    expect_records("<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><r><x>1</x>&b;</r>", ".",
                   "xml\n!0 xml-entity\n");
    expect_records("<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><r>&a;</r>", ".",
                   "xml\n!0 xml-entity\n");
    expect_records("<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><r b='&a;'/>", ".",
                   "xml\n!0 xml-entity\n");
}

static void broken_xml(void **state)
{
    struct xt_table_options small = {.records = "a", .limits = {.line_bytes = 400}};
    struct xt_text deep;
    size_t i;

    (void)state;
    expect_records("<r><a>1</a><a>2</b></r>", "a",
                   "xml\n{\"#text\":\"1\",\"#name\":\"a\",\"^r\":{}}\n!0 xml-damaged\n");
    expect_records("<r><a>x\x01y</a></r>", "a", "xml\n{\"#text\":\"x y\",\"#name\":\"a\",\"^r\":{}}\n");
    expect_records("<r><a>x\xFFy</a></r>", "a", "xml\n{\"#text\":\"x\xEF\xBF\xBDy\",\"#name\":\"a\",\"^r\":{}}\n");
    xt_text_init(&deep, XT_MIB);
    xt_text_add_z(&deep, "<r><a>");
    for (i = 0; i < 40; i++)
        xt_text_add_z(&deep, "<b>");
    for (i = 0; i < 40; i++)
        xt_text_add_z(&deep, "</b>");
    xt_text_add_z(&deep, "</a><a>2</a></r>");
    expect_records(deep.s, "a", "xml\n!1 xml-record-deep\n{\"#text\":\"2\",\"#name\":\"a\",\"^r\":{}}\n");
    xt_text_clear(&deep);
    xt_text_add_z(&deep, "<?xml version='1.0'?>");
    for (i = 0; i < 300; i++)
        xt_text_add_z(&deep, "<b>");
    expect_records(deep.s, "a", "xml\n!0 xml-deep\n");
    xt_text_clear(&deep);
    xt_text_add_z(&deep, "<r><a>");
    for (i = 0; i < 3000; i++)
        xt_text_add_char(&deep, 'x');
    xt_text_add_z(&deep, "</a><a>2</a></r>");
    expect_with(deep.s, deep.n, &small, "xml\n!1 row-long\n{\"#text\":\"2\",\"#name\":\"a\",\"^r\":{}}\n");
    xt_text_done(&deep);
}

static void charsets_of_xml(void **state)
{
    static const char gbk[] = "<?xml version='1.0' encoding='GBK'?><r><a>\xB2\xE2\xCA\xD4\xCE\xC4\xD7\xD6</a></r>";
    static const char latin[] = "<?xml version='1.0' encoding='ISO-8859-1'?><r><a>caf\xE9 \xE0</a></r>";
    struct xt_table_options options = {.records = "a"};

    (void)state;
    expect_with(gbk, sizeof gbk - 1, &options, "xml\n{\"#text\":\"测试文字\",\"#name\":\"a\",\"^r\":{}}\n");
    expect_with(latin, sizeof latin - 1, &options, "xml\n{\"#text\":\"café à\",\"#name\":\"a\",\"^r\":{}}\n");
}

/* ---- tagged lines ---- */

static void tagged_exports(void **state)
{
    (void)state;
    expect(
        "TY  - JOUR\r\nTI  - A title\r\n goes on\r\nAU  - Doe, A.\r\nAU  - Roe, B.\r\nER  - \r\n\r\nTY  - BOOK\r\nTI  - B\r\n",
        "ris\n{\"TY\":\"JOUR\",\"TI\":\"A title\\ngoes on\",\"AU\":[\"Doe, A.\",\"Roe, B.\"]}\n"
        "{\"TY\":\"BOOK\",\"TI\":\"B\"}\n");
    expect(
        "PMID- 1\nTI  - A title\n      goes on\nFAU - Doe, A\nAUID- x\n\nPMID- 2\nTI  - B\n",
        "nbib\n{\"PMID\":\"1\",\"TI\":\"A title goes on\",\"FAU\":\"Doe, A\",\"AUID\":\"x\"}\n{\"PMID\":\"2\",\"TI\":\"B\"}\n");
    expect("RT Journal Article\nSR 1\nA1 甲;乙;\nT1 题\nvo 3\nK1 一;二\n\nAB In two\nlines\nRT Book\nT1 B\n",
           "refworks\n{\"RT\":\"Journal Article\",\"SR\":\"1\",\"A1\":[\"甲\",\"乙\"],\"T1\":\"题\",\"VO\":\"3\","
           "\"K1\":[\"一\",\"二\"],\"AB\":\"In two\\nlines\"}\n{\"RT\":\"Book\",\"T1\":\"B\"}\n");
    expect(
        "{Reference Type}: Journal Article\n{Title}: 题\n{Author}: 甲\n{Author}: 乙\n\n{Reference Type}: Book\n{Title}: B\n",
        "noteexpress\n{\"Reference Type\":\"Journal Article\",\"Title\":\"题\",\"Author\":[\"甲\",\"乙\"]}\n"
        "{\"Reference Type\":\"Book\",\"Title\":\"B\"}\n");
    expect("DataType: 1\nTitle-题名: 题\nAuthor-作者: 甲;乙;\nSummary-摘要: 一\nNote: 二\nDataType: 1\nTitle-题名: B\n",
           "e-study\n{\"DataType\":\"1\",\"Title\":\"题\",\"Author\":[\"甲\",\"乙\"],\"Summary\":\"一\\nNote: 二\"}\n"
           "{\"DataType\":\"1\",\"Title\":\"B\"}\n");
    expect(
        "%0 Journal Article\n%A Doe, A\n%T A\n\n%T B without kind\n%A Roe\n",
        "endnote\n{\"%0\":\"Journal Article\",\"%A\":\"Doe, A\",\"%T\":\"A\"}\n{\"%T\":\"B without kind\",\"%A\":\"Roe\"}\n");
    expect(
        "\xEF\xBB\xBF"
        "FN Clarivate\nVR 1.0\nPT J\nAU Doe, A\n   Roe, B\nTI A title\n   goes on\nDE a; b\nER\n\nPT C\nTI B\nER\n\nEF\n",
        "wos\n{\"PT\":\"J\",\"AU\":[\"Doe, A\",\"Roe, B\"],\"TI\":\"A title goes on\",\"DE\":[\"a\",\"b\"]}\n"
        "{\"PT\":\"C\",\"TI\":\"B\"}\n");
    expect(
        "PATN\nWKU  039\nTTL  A\n      title\nINVT\nNAM  A\nINVT\nNAM  B\nABST\nPAL  Text\n",
        "greenbook\n{\"WKU\":\"039\",\"TTL\":\"A title\",\"INVT\":[{\"NAM\":\"A\"},{\"NAM\":\"B\"}],\"ABST\":{\"PAL\":\"Text\"}}\n");
}

static void tagged_exports_gone_wrong(void **state)
{
    struct xt_table_options ris = {.as = "ris"}, none = {.as = "nothing"}, small = {.limits = {.line_bytes = 30}};
    static const char stray[] = "some text\nTI  - before\nTY  - JOUR\nTI  - A\n";
    static const char long_one[] = "TY  - JOUR\nTI  - A title that is too long\nER  -\nTY  - B\nTI  - B\nER  -\n";

    (void)state;
    expect_with(stray, sizeof stray - 1, &ris, "ris\n!1 tagged-start\n{\"TY\":\"JOUR\",\"TI\":\"A\"}\n");
    expect_with(stray, sizeof stray - 1, &none, "table-as");
    expect_with(long_one, sizeof long_one - 1, &small, "ris\n!1 row-long\n{\"TY\":\"B\",\"TI\":\"B\"}\n");
    /* A group takes more room than its five letters: they are counted like values. */
    struct xt_text many;
    int i;

    xt_text_init(&many, XT_MIB);
    xt_text_add_z(&many, "PATN\nWKU  039\nTTL  A\n");
    for (i = 0; i < 30000; i++)
        xt_text_add_z(&many, "INVT\n");
    expect(many.s, "greenbook\n!1 tagged-many\n");
    xt_text_done(&many);
}

/* ---- BibTeX ---- */

static void bibtex_entries(void **state)
{
    (void)state;
    expect("% remark\n@string{acm = \"ACM {P}ress\"}\n@comment{x}\n"
           "@Article{k1,\n author = {M{\\\"u}ller, J. and {Foo and Bar} and \\'{E}. \\v{C}ern\\'y},\n"
           " title = \"{A} \\emph{new} title\" # { -- part~2},\n year = 2020, month = jan,\n publisher = acm # { NY},\n"
           " keywords = {a, b; c}, url={http://x/~a_b} }\n"
           "@book(k2, title={B\\&C} )\n",
           "bibtex\n{\"type\":\"article\",\"key\":\"k1\",\"author\":[\"Müller, J.\",\"Foo and Bar\",\"É. Černý\"],"
           "\"title\":\"A new title – part 2\",\"year\":\"2020\",\"month\":\"January\",\"publisher\":\"ACM Press NY\","
           "\"keywords\":[\"a\",\"b\",\"c\"],\"url\":\"http://x/~a_b\"}\n"
           "{\"type\":\"book\",\"key\":\"k2\",\"title\":\"B&C\"}\n");
    expect("@misc{k1, a234567890b234567890c234567890d234567890e234567890f234567890g234567890 = 1}\n",
           "bibtex\n{\"type\":\"misc\",\"key\":\"k1\","
           "\"a234567890b234567890c234567890d234567890e234567890f234567890g23\":\"1\"}\n");
    expect("@article{k1, title = {never closed\n\n@article{k2, title={B}}\n@article{k3, title=}\n",
           "bibtex\n!1 bibtex-syntax\n{\"type\":\"article\",\"key\":\"k2\",\"title\":\"B\"}\n!4 bibtex-syntax\n");
    /* What strings add to a field counts, not how it is written. */
    static const char joined[] =
        "@string{s = {0123456789}}\n@misc{k1, title = s # s # s # s # s # s # s}\n@misc{k2, note = s}\n";
    struct xt_table_options small = {.limits = {.line_bytes = 60}};

    expect_with(joined, sizeof joined - 1, &small,
                "bibtex\n!2 row-long\n{\"type\":\"misc\",\"key\":\"k2\",\"note\":\"0123456789\"}\n");
}

static void latex_as_text(void **state)
{
    static const char *const rows[][2] = {
        {"{\\'e}\\`{a}\\^o\\\"{\\i}\\~n\\c{c}\\k{a}\\H{o}\\r{a}", "éàôïñçąőå"},
        {"\\ss\\o\\O{} \\ae \\L{}odz", "ßøØ æŁodz"},
        {"50\\% \\$5 a\\_b \\#1 \\{x\\}", "50% $5 a_b #1 {x}"},
        {"``quoted''---and--more", "“quoted”—and–more"},
        {"$\\alpha$-helix \\textit{in} {\\em vivo}", "α-helix in vivo"},
        {"\\'", ""},
        {"\\unknown{x}", "unknownx"},
        {"trailing \\", "trailing"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        struct xt_text out;

        xt_text_init(&out, XT_MIB);
        xt_latex_plain(xt_str(rows[i][0]), &out);
        assert_string_equal(out.s, rows[i][1]);
        xt_text_done(&out);
    }
}

/* ---- citations ---- */

static void citations_of_each_kind(void **state)
{
    static const char *const rows[][2] = {
        {"[1]甲,乙. 一种方法[P]. 广东：CN101234567A,2008-08-06.",
         "{\"index\":\"1\",\"kind\":\"P\",\"authors\":[\"甲\",\"乙\"],\"title\":\"一种方法\",\"place\":\"广东\","
         "\"number\":\"CN101234567A\",\"date\":\"2008-08-06\"}"},
        {"甲. 全智能节电器: 200610171314.3[P]. 2006-12-13.",
         "{\"kind\":\"P\",\"authors\":[\"甲\"],\"title\":\"全智能节电器\",\"date\":\"2006-12-13\","
         "\"number\":\"200610171314.3\"}"},
        {"[2] 甲, 乙, 等. 题名[J]. 某学报（自然科学版），2020，41（3）：12-19.",
         "{\"index\":\"2\",\"kind\":\"J\",\"authors\":[\"甲\",\"乙\"],\"title\":\"题名\",\"journal\":\"某学报（自然科学版）\","
         "\"year\":\"2020\",\"pages\":\"12-19\",\"volume\":\"41\",\"issue\":\"3\"}"},
        {"[3]Doe J A, Roe B. On names[J]. J. Tests, 2019(2): 1-3.",
         "{\"index\":\"3\",\"kind\":\"J\",\"authors\":[\"Doe J A\",\"Roe B\"],\"title\":\"On names\",\"journal\":\"J. Tests\","
         "\"year\":\"2019\",\"pages\":\"1-3\",\"issue\":\"2\"}"},
        {"[4]甲. 论文题名[D]. 广州: 某大学, 2015.",
         "{\"index\":\"4\",\"kind\":\"D\",\"authors\":[\"甲\"],\"title\":\"论文题名\",\"place\":\"广州\",\"school\":\"某大学\","
         "\"year\":\"2015\"}"},
        {"[5]甲. 书名[M]. 2版. 北京: 某出版社, 2001: 5-6.",
         "{\"index\":\"5\",\"kind\":\"M\",\"authors\":[\"甲\"],\"title\":\"书名\",\"place\":\"2版. 北京\","
         "\"publisher\":\"某出版社\",\"year\":\"2001\",\"pages\":\"5-6\"}"},
        {"[6]甲. 题[C]//会议文集. 上海: 某出版社, 2003: 7-8.",
         "{\"index\":\"6\",\"kind\":\"C\",\"authors\":[\"甲\"],\"title\":\"题\",\"book\":\"会议文集\",\"place\":\"上海\","
         "\"publisher\":\"某出版社\",\"year\":\"2003\",\"pages\":\"7-8\"}"},
        {"[7]某委员会. 标准名: GB/T 7714—2015[S]. 北京: 某出版社, 2015.",
         "{\"index\":\"7\",\"kind\":\"S\",\"authors\":[\"某委员会\"],\"title\":\"标准名: GB/T 7714—2015\",\"place\":\"北京\","
         "\"publisher\":\"某出版社\",\"year\":\"2015\"}"},
        {"[8]甲. 网页[EB/OL]. (2013-01-04)[2014-04-22]. http://example.org/a.",
         "{\"index\":\"8\",\"kind\":\"EB\",\"medium\":\"OL\",\"authors\":[\"甲\"],\"title\":\"网页\",\"date\":\"2013-01-04\","
         "\"accessed\":\"2014-04-22\",\"url\":\"http://example.org/a\"}"},
        {"[9]甲. 新闻[N]. 某日报, 2013-03-16(1).",
         "{\"index\":\"9\",\"kind\":\"N\",\"authors\":[\"甲\"],\"title\":\"新闻\",\"journal\":\"某日报\",\"date\":\"2013-03-16\","
         "\"pages\":\"1\"}"},
        {"无著者的题名[R]. 2011.", "{\"kind\":\"R\",\"title\":\"无著者的题名\",\"year\":\"2011\"}"},
    };
    static const struct {
        const char *text;
        enum xt_msg msg;
    } wrong[] = {
        {"[1]甲. 没有标识. 广东", XT_MSG_CITATION_NO_MARK},
        {"[1]甲. 题名[QQ]. 广东", XT_MSG_CITATION_KIND},
        {"[1][P]. 广东：CN101234567A", XT_MSG_CITATION_NO_MARK},
        {"[1] . [P]. 广东：CN101234567A", XT_MSG_CITATION_NO_TITLE},
        {"[1]甲. 题名[P]. 广东", XT_MSG_CITATION_NO_NUMBER},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        json_t *object = NULL;
        struct xt_error err;

        assert_int_equal(xt_citation_parse(xt_str(rows[i][0]), &object, &err), XT_OK);
        char *json = json_dumps(object, JSON_COMPACT);

        assert_string_equal(json, rows[i][1]);
        free(json);
        json_decref(object);
    }
    for (i = 0; i < XT_COUNT(wrong); i++) {
        json_t *object = NULL;
        struct xt_error err;

        assert_int_equal(xt_citation_parse(xt_str(wrong[i].text), &object, &err), XT_E_INPUT);
        assert_int_equal(err.msg, wrong[i].msg);
    }
}

static void citations_over_lines(void **state)
{
    (void)state;
    expect(
        "[1]甲,\n乙. 题[P]. 广东：CN101234567A,2008-08-06.\n\n[2]没有标识\n[3]丙. 题三[P]. 广东：CN101234568A,2008-08-06.\n",
        "citations\n{\"index\":\"1\",\"kind\":\"P\",\"authors\":[\"甲\",\"乙\"],\"title\":\"题\",\"place\":\"广东\","
        "\"number\":\"CN101234567A\",\"date\":\"2008-08-06\"}\n!4 citation-no-mark\n"
        "{\"index\":\"3\",\"kind\":\"P\",\"authors\":[\"丙\"],\"title\":\"题三\",\"place\":\"广东\","
        "\"number\":\"CN101234568A\",\"date\":\"2008-08-06\"}\n");
}

/* ---- dumps ---- */

static void copy_blocks(void **state)
{
    static const char text[] = "--\n-- PostgreSQL database dump\n--\nSET x = 1;\n"
                               "COPY public.tool (id, \"na\"\"me\", note) FROM stdin;\n"
                               "1\tA\\tB\\\\\\nC\\x41\\101\t\\N\n2\tonly\n\\.\n"
                               "COPY s.other (id) FROM stdin;\n7\n\\.\n";
    struct xt_table_options other = {.records = "other"}, none = {.records = "none"};

    (void)state;
    expect(text,
           "sql\n{\"#table\":\"tool\",\"id\":\"1\",\"na\\\"me\":\"A\\tB\\\\\\nCAA\",\"note\":null}\n!7 sql-columns\n"
           "{\"#table\":\"other\",\"id\":\"7\"}\n");
    expect_with(text, sizeof text - 1, &other, "sql\n{\"#table\":\"other\",\"id\":\"7\"}\n");
    expect_with(text, sizeof text - 1, &none, "sql\n!0 sql-no-table\n");
}

static void texts_that_stay_tables(void **state)
{
    static const char *const texts[] = {"a,b\n1,2\n",          "PT,ER\nJ,x\n", "[1],b\n2,3\n", "<a>,b\n1,2\n",
                                        "TY  - JOUR,b\n1,2\n", "@x,y\n1,2\n",  "%0,%A\n1,2\n"};
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(texts); i++) {
        struct xt_table *table = NULL;
        struct xt_error err;

        assert_int_equal(xt_table_open_memory("t.csv", texts[i], strlen(texts[i]), NULL, &table, &err), XT_OK);
        assert_null(xt_table_facts(table)->as);
        xt_table_close(&table);
    }
}

static void texts_as_objects(void **state)
{
    struct xt_table_options options = {.as = "text"};
    static const char text[] = "\n# Head\nline two\n";

    (void)state;
    expect_with(text, sizeof text - 1, &options,
                "text\n{\"file\":\"test.txt\",\"text\":\"\\n# Head\\nline two\\n\",\"head\":\"Head\","
                "\"lines\":[\"\",\"# Head\",\"line two\"]}\n");
}

/* ---- first pages ---- */

static void first_pages(void **state)
{
    static const char *const rows[][2] = {
        {"# 一种测试方法的研究\n\n赵一1,² 钱　二² 孙三李四1\\*（1.某某大学 测试学院，广州 510000；2.某某研究所，北京100000）\n\n"
         "摘 要：文字第一行\n第二行 $3 0 ~ \\mathrm { k m }$ 。\n\n关键词：测试；方法 中图分类号：TP391 文献标识码：A\n\n"
         "# A method of tests\n\nZHAO Yi1\n\nAbstract: Some text.\n\nKey words: test; method\n\n# 1 引言\n\n正文\n",
         "{\"title\":\"一种测试方法的研究\",\"authors\":[\"赵一\",\"钱二\",\"孙三\",\"李四\"],\"units\":[\"某某大学 测试学院\",\"某某研究所\"],"
         "\"language\":\"zh\",\"clc\":[\"TP391\"],\"abstract\":\"文字第一行第二行 30km 。\",\"keywords\":[\"测试\",\"方法\"],"
         "\"abstract_en\":\"Some text.\",\"keywords_en\":[\"test\",\"method\"],\"title_en\":\"A method of tests\"}"},
        {"1 没有标记的题名对结果的影响\n2 赵一 钱二\n3 （某某农业大学，某地 100000）\n4 摘要：文字\n5 接着。\n",
         "{\"title\":\"没有标记的题名对结果的影响\",\"authors\":[\"赵一\",\"钱二\"],\"units\":[\"某某农业大学\"],"
         "\"language\":\"zh\",\"abstract\":\"文字接着。\"}"},
        {"题名与作者在同一行的研究赵一 钱二（某某大学，某地 100000）\n\n摘要：文字。\n",
         "{\"title\":\"题名与作者在同一行的研究\",\"authors\":[\"赵一\",\"钱二\"],\"units\":[\"某某大学\"],"
         "\"language\":\"zh\",\"abstract\":\"文字。\"}"},
        {"# On the testing of\nthings in general\n\nAnn Doe1, Bob A. Roe2 and Cy Poe1\n\n1 Department of Tests, Some University, City 10000\n"
         "2 Institute of Things, City\n\nAbstract: Text.\nKeywords: a thing, a test\n",
         "{\"title\":\"On the testing of things in general\",\"authors\":[\"Ann Doe\",\"Bob A. Roe\",\"Cy Poe\"],"
         "\"units\":[\"Department of Tests, Some University, City\",\"Institute of Things, City\"],\"language\":\"en\","
         "\"abstract\":\"Text.\",\"keywords\":[\"a thing\",\"a test\"]}"},
        {"", "{\"language\":\"en\"}"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < XT_COUNT(rows); i++) {
        json_t *object = json_object();

        xt_front_matter_read(xt_str(rows[i][0]), object);
        char *json = json_dumps(object, JSON_COMPACT);

        assert_string_equal(json, rows[i][1]);
        free(json);
        json_decref(object);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_a_path_know_what_stands_around),
        cmocka_unit_test(the_path_is_guessed),
        cmocka_unit_test(entities_and_declarations),
        cmocka_unit_test(broken_xml),
        cmocka_unit_test(charsets_of_xml),
        cmocka_unit_test(tagged_exports),
        cmocka_unit_test(tagged_exports_gone_wrong),
        cmocka_unit_test(bibtex_entries),
        cmocka_unit_test(latex_as_text),
        cmocka_unit_test(citations_of_each_kind),
        cmocka_unit_test(citations_over_lines),
        cmocka_unit_test(copy_blocks),
        cmocka_unit_test(texts_that_stay_tables),
        cmocka_unit_test(texts_as_objects),
        cmocka_unit_test(first_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
