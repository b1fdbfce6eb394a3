/* cite_gb7714.c - GB/T 7714-2015, numeric system. Numbers in comments are its clauses. */
#include <string.h>
#include <unicode/uchar.h>

#include "exchange/cite_priv.h"

#define NAMES_SHOWN 3 /* 8.1.2 */

/* Appendix B: letters of kinds; online ones always have their address. */
static const struct {
    const char *letter;
    bool online;    /* read online and nowhere else */
    bool published; /* place, publisher and year follow (8.4) */
} kinds[XT_CITE_FORMS] = {
    [XT_CITE_PAGE] = {"EB", true, false},      [XT_CITE_ARTICLE] = {"J", false, false},
    [XT_CITE_CONFERENCE] = {"C", false, true}, [XT_CITE_DOCTORAL] = {"D", false, true},
    [XT_CITE_MASTER] = {"D", false, true},     [XT_CITE_BOOK] = {"M", false, true},
    [XT_CITE_CHAPTER] = {"M", false, true},    [XT_CITE_REPORT] = {"R", false, true},
    [XT_CITE_NEWS] = {"N", false, false},      [XT_CITE_DATASET] = {"DS", true, false},
    [XT_CITE_PREPRINT] = {"EB", true, false},  [XT_CITE_PATENT] = {"P", false, false},
    [XT_CITE_STANDARD] = {"S", false, true},
};

static void add_capitals(struct xt_str s, struct xt_text *out)
{
    size_t i = 0;

    while (i < s.n) {
        uint32_t c;

        i += xt_utf8_decode(s.s + i, s.n - i, &c);
        xt_text_add_utf8(out, (uint32_t)u_toupper((UChar32)c));
    }
}

/* 8.1.1: EINSTEIN A; 张伯伟; an organisation as it is called. */
static void add_name(const struct xt_cite_name *name, struct xt_text *out)
{
    struct name_parts parts;

    cite_name_parts(name, &parts);
    if (!parts.latin) {
        xt_text_add_str(out, parts.family);
        return;
    }
    add_capitals(parts.family, out);
    if (parts.given_count > 0)
        xt_text_add_char(out, ' ');
    cite_initials(&parts, "", " ", out);
    if (parts.suffix.n > 0) {
        xt_text_add_z(out, ", ");
        xt_text_add_str(out, parts.suffix);
    }
}

static void add_names(const struct xt_cited *cited, struct xt_text *out)
{
    size_t shown = cited->name_count > NAMES_SHOWN ? NAMES_SHOWN : cited->name_count, i;

    for (i = 0; i < shown; i++) {
        xt_text_add_z(out, i > 0 ? ", " : "");
        add_name(&cited->names[i], out);
    }
    if (cited->name_count > NAMES_SHOWN)
        xt_text_add_z(out, cite_has_han(cited->names[0].text) ? ", 等" : ", et al");
    if (shown > 0 && !(out->n > 0 && out->s[out->n - 1] == '.'))
        xt_text_add_char(out, '.');
    if (shown > 0)
        xt_text_add_char(out, ' ');
}

static void add_year(const struct xt_cited *cited, struct xt_text *out)
{
    if (cited->year > 0)
        xt_text_addf(out, "%d", cited->year);
}

static void add_date(const struct xt_cited *cited, struct xt_text *out)
{
    xt_text_add_str(out, cite_part(cited, XT_PART_DATE));
}

static void add_pages(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str pages = cite_part(cited, XT_PART_PAGES), first, last;

    if (pages.n == 0)
        return;
    xt_text_add_z(out, ": ");
    if (cite_pages(pages, &first, &last)) {
        xt_text_add_str(out, first);
        xt_text_add_char(out, '-');
        xt_text_add_str(out, last);
    } else {
        xt_text_add_str(out, pages);
    }
}

/* 4.5: 刊名, 年, 卷(期): 页码. Without a volume the issue follows the year. */
static void add_journal(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str volume = cite_part(cited, XT_PART_VOLUME), issue = cite_part(cited, XT_PART_ISSUE);

    xt_text_add_z(out, ". ");
    xt_text_add_str(out, cite_part(cited, XT_PART_CONTAINER));
    if (cited->year > 0)
        xt_text_add_z(out, cite_part(cited, XT_PART_CONTAINER).n > 0 ? ", " : "");
    add_year(cited, out);
    if (volume.n > 0) {
        xt_text_add_z(out, ", ");
        xt_text_add_str(out, volume);
    }
    if (issue.n > 0)
        xt_text_addf(out, "(%.*s)", (int)issue.n, issue.s);
    add_pages(cited, out);
}

/* 4.1.3: 报纸名, 日期(版次). */
static void add_newspaper(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str edition = cite_part(cited, cite_part(cited, XT_PART_ISSUE).n > 0 ? XT_PART_ISSUE : XT_PART_PAGES);

    xt_text_add_z(out, ". ");
    xt_text_add_str(out, cite_part(cited, XT_PART_CONTAINER));
    xt_text_add_z(out, cite_part(cited, XT_PART_CONTAINER).n > 0 && cited->year > 0 ? ", " : "");
    add_date(cited, out);
    if (edition.n > 0)
        xt_text_addf(out, "(%.*s)", (int)edition.n, edition.s);
}

static struct xt_str publisher_of(const struct xt_cited *cited)
{
    bool by_institution =
        cited->form == XT_CITE_DOCTORAL || cited->form == XT_CITE_MASTER || cited->form == XT_CITE_REPORT;
    struct xt_str institution = cite_part(cited, XT_PART_INSTITUTION);

    return by_institution && institution.n > 0 ? institution : cite_part(cited, XT_PART_PUBLISHER);
}

/* 8.4: 出版地: 出版者, 年: 页码. What is read online may go without a place. */
static void add_publication(const struct xt_cited *cited, struct xt_text *out)
{
    struct xt_str place = cite_part(cited, XT_PART_PLACE), publisher = publisher_of(cited);

    if (publisher.n == 0 && place.n == 0 && cited->year == 0 && cite_part(cited, XT_PART_PAGES).n == 0)
        return;
    xt_text_add_z(out, ". ");
    if (place.n > 0)
        xt_text_add_str(out, place);
    else if (publisher.n > 0 && !cited->own_url)
        xt_text_add_z(out, cite_has_han(cite_part(cited, XT_PART_TITLE)) ? "[出版地不详]" : "[S.l.]");
    if (publisher.n > 0) {
        xt_text_add_z(out, place.n > 0 || !cited->own_url ? ": " : "");
        xt_text_add_str(out, publisher);
    }
    if (cited->year > 0)
        xt_text_add_z(out, publisher.n > 0 || place.n > 0 ? ", " : "");
    add_year(cited, out);
    add_pages(cited, out);
}

/* 4.6: (更新日期)[引用日期]. 地址. DOI */
static void add_online(const struct xt_cited *cited, bool dated, struct xt_text *out)
{
    struct xt_str doi = cite_part(cited, XT_PART_DOI);

    if (cited->url.n > 0) {
        if (dated)
            xt_text_add_z(out, cite_part(cited, XT_PART_DATE).n > 0 || cited->cited_on[0] ? ". " : "");
        if (dated && cite_part(cited, XT_PART_DATE).n > 0)
            xt_text_addf(out, "(%.*s)", (int)cite_part(cited, XT_PART_DATE).n, cite_part(cited, XT_PART_DATE).s);
        if (cited->cited_on[0])
            xt_text_addf(out, "[%s]", cited->cited_on);
        xt_text_add_z(out, ". ");
        xt_text_add_str(out, cited->url);
    }
    if (doi.n > 0) {
        xt_text_add_z(out, ". DOI:");
        xt_text_add_str(out, doi);
    }
    xt_text_add_z(out, ".\n");
}

static bool has_number(const struct xt_cited *cited)
{
    return (cited->form == XT_CITE_PATENT || cited->form == XT_CITE_STANDARD || cited->form == XT_CITE_REPORT) &&
           cite_part(cited, XT_PART_NUMBER).n > 0;
}

void cite_gb7714(const struct xt_cited *cited, struct xt_text *out)
{
    bool part_of = (cited->form == XT_CITE_CONFERENCE || cited->form == XT_CITE_CHAPTER) &&
                   cite_part(cited, XT_PART_CONTAINER).n > 0;

    add_names(cited, out);
    xt_text_add_str(out, cite_part(cited, XT_PART_TITLE));
    if (has_number(cited)) {
        xt_text_add_z(out, ": ");
        xt_text_add_str(out, cite_part(cited, XT_PART_NUMBER));
    }
    xt_text_addf(out, "[%s%s]", kinds[cited->form].letter, cited->url.n > 0 ? "/OL" : "");
    if (part_of) {
        xt_text_add_z(out, "//");
        xt_text_add_str(out, cite_part(cited, XT_PART_CONTAINER));
    }
    if (cited->form == XT_CITE_ARTICLE)
        add_journal(cited, out);
    else if (cited->form == XT_CITE_NEWS)
        add_newspaper(cited, out);
    else if (kinds[cited->form].published)
        add_publication(cited, out);
    else if (cited->form == XT_CITE_PATENT && cite_part(cited, XT_PART_DATE).n > 0) {
        xt_text_add_z(out, ". ");
        add_date(cited, out);
    }
    add_online(cited, kinds[cited->form].online, out);
}
